"""What a docked widget hears of its viewer; nothing any more once the dock is closed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from napari.utils.key_bindings import coerce_keybinding
from qtpy.compat import isalive
from qtpy.QtCore import QEvent, QObject
from qtpy.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import napari.viewer
    from qtpy.QtWidgets import QWidget

TEXT_FIELDS = (QLineEdit, QAbstractSpinBox, QTextEdit, QPlainTextEdit)


class Connections(QObject):
    """Connections to a viewer, as long as the widget has a place.

    A dock that is closed with its X takes the widget's parent away and tells nobody: neither a
    close nor a hide event. A viewer would go on calling, and keep, what nobody sees any more.

    Parameters
    ----------
    widget : QWidget
        Whose parent is watched.
    viewer : napari.viewer.Viewer
        Whose events are heard.
    events : mapping of emitter to callable
        What is connected.
    keys : mapping of str to callable
        Keys that are bound, but not while somebody types; another widget's are left to it.
    on_drags : sequence of callable
        Are put among the viewer's mouse drag callbacks.
    on_leave : callable
        Called when the widget has lost its place.
    """

    def __init__(
        self,
        widget: QWidget,
        viewer: napari.viewer.Viewer,
        events: Mapping[Any, Callable[..., Any]],
        keys: Mapping[str, Callable[..., Any]],
        on_drags: Sequence[Callable[..., Any]],
        on_leave: Callable[[], None],
    ) -> None:
        super().__init__(widget)
        self._widget, self._viewer = widget, viewer
        self._events, self._on_drags = events, on_drags
        self._keys = {key: unless_typing(slot) for key, slot in keys.items()}
        self._on_leave = on_leave
        self._connected = False
        self.connect_all()
        widget.installEventFilter(self)

    def eventFilter(self, _: QObject | None, event: QEvent | None) -> bool:  # noqa: N802
        """See the widget's parent come and go."""
        if event is not None and event.type() == QEvent.Type.ParentChange:
            if self._widget.parent() is None:
                self.disconnect_all()
            else:
                self.connect_all()
        return False

    def connect_all(self) -> None:
        """Connect, unless it is connected."""
        if self._connected:
            return
        self._connected = True
        for emitter, slot in self._events.items():
            emitter.connect(slot)
        for key, slot in self._keys.items():
            self._viewer.bind_key(key, slot, overwrite=True)
        self._viewer.mouse_drag_callbacks.extend(self._on_drags)

    def disconnect_all(self) -> None:
        """Disconnect, unless it is disconnected."""
        if not self._connected:
            return
        self._connected = False
        for emitter, slot in self._events.items():
            emitter.disconnect(slot)
        for key, slot in self._keys.items():
            if self._viewer.keymap.get(coerce_keybinding(key)) == slot:
                self._viewer.bind_key(key, None)
        for on_drag in self._on_drags:
            if on_drag in self._viewer.mouse_drag_callbacks:
                self._viewer.mouse_drag_callbacks.remove(on_drag)
        if isalive(self._widget):
            self._on_leave()


def unless_typing(slot: Callable[[Any], Any]) -> Callable[[Any], None]:
    """Return a slot for a key that does nothing while the keyboard is in a field for text.

    What such a field has no use for, napari's window hands on to the viewer's keys.
    """

    def unless(viewer: Any) -> None:
        if not isinstance(QApplication.focusWidget(), TEXT_FIELDS):
            slot(viewer)

    return unless
