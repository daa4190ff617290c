"""Start values: from napari's Preferences, where the last used ones are kept, too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from napari.settings import get_plugin_settings
from qtpy.QtCore import QTimer

from napari_kmeans_quantizer.core.version import PROGRAM

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from magicgui.widgets.bases import ValueWidget
    from qtpy.QtWidgets import QWidget

NAMES = (
    *("n_colors", "auto", "color_space", "dither", "dither_strength", "min_psnr"),
    *("effort", "seed", "live"),
    *("add_image", "add_labels", "add_palette"),
    *("legend_side", "legend_name", "legend_hex", "legend_share", "legend_area"),
)
"""What is remembered: the names of controls, and of properties in the manifest."""

REMEMBER_AFTER = 1000  # milliseconds of rest


class Memory:
    """Sets controls to the start values, and remembers what they are set to later.

    Parameters
    ----------
    panel : QWidget
        As long as it lives, values are remembered.
    controls : mapping of str to magicgui widget
        Those of `NAMES`.
    wishes : callable
        Returns what people want where a control says what is possible now.
    """

    def __init__(
        self,
        panel: QWidget,
        controls: Mapping[str, ValueWidget],
        wishes: Callable[[], dict[str, Any]] = dict,
    ) -> None:
        self._controls, self._wishes = controls, wishes
        self._paused = False
        self._rest = QTimer(panel)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REMEMBER_AFTER)
        self._rest.timeout.connect(self._remember)
        for name, value in start_values().items():
            controls[name].value = value
        for control in controls.values():
            control.changed.connect(self._soon)

    @property
    def pending(self) -> bool:
        """Whether something is still to be written."""
        return self._rest.isActive()

    def pause(self) -> None:
        """Remember what was set until now, and then nothing for a while: it is nobody's choice."""
        if self._rest.isActive():
            self._rest.stop()
            self._remember()
        self._paused = True

    def go_on(self) -> None:
        """Remember what is set from now on."""
        self._paused = False

    def _soon(self, _: object = None) -> None:
        if not self._paused:
            self._rest.start()

    def _remember(self) -> None:
        values = {name: control.value for name, control in self._controls.items()}
        remember({**values, **self._wishes()})


def start_values() -> dict[str, Any]:
    """Return the values with which the controls begin, by their names; empty if there are none."""
    group = _group()
    return {} if group is None else group.model_dump(exclude={"remember"})


def remember(values: dict[str, Any]) -> None:
    """Keep values as the next start values, unless the user does not want that."""
    group = _group()
    if group is None or not group.remember:
        return
    known = type(group).model_fields
    for name, value in values.items():
        if name in known and getattr(group, name) != value:
            setattr(group, name, value)


def _group() -> Any:
    """Return the settings, None where napari does not know the plugin's manifest."""
    try:
        return get_plugin_settings(PROGRAM).start
    except (KeyError, AttributeError):
        return None
