"""The palette as a list: it draws what it is told, and says what the user wants."""

# ruff: noqa: N802  (methods that Qt calls bear Qt's names)

from __future__ import annotations

import math
import re
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import numpy as np
from qtpy.compat import isalive
from qtpy.QtCore import (  # type: ignore[attr-defined, unused-ignore]
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QPoint,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from qtpy.QtGui import (
    QColor,
    QContextMenuEvent,
    QFont,
    QFontMetrics,
    QGuiApplication,
    QIcon,
    QKeySequence,
    QPainter,
    QPalette,
    QPen,
    QPixmap,
)
from qtpy.QtWidgets import (
    QAbstractItemView,
    QColorDialog,
    QFrame,
    QHBoxLayout,
    QInputDialog,
    QLabel,
    QListView,
    QMenu,
    QPushButton,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from numpy.typing import ArrayLike, NDArray

    from napari_kmeans_quantizer import Palette

EMPTY = "The palette appears here."
HOW_TO = "Double-click or Enter: edit. L: lock, H: hide. Right-click: merge, copy and more."
MIN_ROWS = 5
MAX_MERGE = 40  # entries of "Merge into": a menu longer than the screen helps nobody
MAX_VALUES = 8  # values named in a tooltip
HIDDEN_OPACITY = 0.45
MINOR_OPACITY = 0.75  # of counts and areas: the share is what one compares
LINE_OPACITY = 0.5


class PaletteView(QWidget):
    """List the colors of a palette: swatch, hex, share, pixels and area.

    The view keeps nothing of its own but the selection. What the user asks for leaves as a
    signal; it shows once `show_palette` says so.

    Parameters
    ----------
    parent : QWidget, optional
        The widget that this one belongs to.

    Attributes
    ----------
    color_selected : Signal(int)
        A row was clicked or reached by keyboard; -1: no row is selected any more.
    color_edited : Signal(int, object)
        Index, and the new color as a tuple of floats in the palette's units.
    lock_toggled : Signal(int, bool)
        Index, and whether it is to be locked.
    merge_requested : Signal(int, int)
        Index, and the index to merge it into.
    hidden_changed : Signal(object)
        The frozenset of all indices that are to be hidden.
    reset_requested : Signal()
        "Reset colors" was clicked.
    """

    color_selected = Signal(int)
    color_edited = Signal(int, object)
    lock_toggled = Signal(int, bool)
    merge_requested = Signal(int, int)
    hidden_changed = Signal(object)
    reset_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._content: _Content | None = None
        self._model = _Rows(self)
        self._list = _ColorList(self._model, self)
        self._summary = _ElidedLabel(self)
        self._reset = QPushButton("Reset colors", self)
        self._reset.setToolTip("Take back all changes to the colors")
        self._reset.setAccessibleName("Reset colors")
        self._arrange()
        self._connect()
        self.show_palette(None)

    def _arrange(self) -> None:
        below = QHBoxLayout()
        below.setContentsMargins(0, 0, 0, 0)
        below.addWidget(self._summary, 1)
        below.addWidget(self._reset)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self._list, 1)
        layout.addLayout(below)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self.setFocusProxy(self._list)
        self.setAccessibleName("Palette")

    def _connect(self) -> None:
        self._list.picked.connect(self.color_selected)
        self._list.asked.connect(self._on_asked)
        self._list.menu_wanted.connect(self._popup_menu)
        self._reset.clicked.connect(self._on_reset)

    # -- from outside

    def show_palette(
        self,
        palette: Palette | None,
        *,
        rgb: ArrayLike | None = None,
        locked: frozenset[int] = frozenset(),
        hidden: frozenset[int] = frozenset(),
        pixel_area: tuple[float, str] | None = None,
        edited: bool = False,
    ) -> None:
        """Show a palette, or that there is none.

        Scroll position and selection stay; `color_selected` tells -1 if the selected color is
        no longer there. Cheap enough to be called while the user drags something.

        Parameters
        ----------
        palette : Palette or None
            What to list, in this order.
        rgb : (K, 3) array_like of float, optional
            The colors as the viewer shows them, in 0..1; by default ``palette.rgb``.
        locked, hidden : frozenset of int, optional
            Indices of the colors that are locked, and of those that are hidden.
        pixel_area : (float, str), optional
            The area of one pixel, and its unit: ``(0.25, "µm²")``.
        edited : bool, optional
            Whether there is something to reset.

        Raises
        ------
        ValueError
            If `rgb` does not have one row of three values per color.
        """
        content = None
        if palette is not None:
            shown = _to_bytes(palette, rgb)
            content = _Content(palette, shown, frozenset(locked), frozenset(hidden), pixel_area)
        lost = self._list.selected() >= (0 if palette is None else len(palette))
        with self._list.quiet():
            if lost:
                self._list.choose(-1)
            self._content = content
            self._model.show(content)
        self._summary.show_text(content.summary if content else "")
        self._reset.setEnabled(edited and content is not None)
        if lost:
            self.color_selected.emit(-1)

    def select(self, index: int) -> None:
        """Select a row, and scroll to it; no signal is emitted.

        Parameters
        ----------
        index : int
            The color; -1, or any other that is not in the list, for none.
        """
        with self._list.quiet():
            self._list.choose(index)

    # -- the menu

    def context_menu(self, index: int) -> QMenu:
        """Return a new menu for one color.

        Parameters
        ----------
        index : int
            The color, one of those listed.

        Returns
        -------
        QMenu
            A child of this widget; whoever asks for it deletes it.
        """
        menu = QMenu(self)
        menu.setAccessibleName(f"Actions for {self._shown.hex(index)}")
        self._add_color_actions(menu, index)
        menu.addSeparator()
        self._add_hide_actions(menu, index)
        menu.addSeparator()
        copy = _add(menu, "Copy hex", partial(self._copy, index))
        copy.setShortcut(QKeySequence(QKeySequence.StandardKey.Copy))
        _add(menu, "Copy all as hex", self._copy_all)
        return menu

    def _add_color_actions(self, menu: QMenu, index: int) -> None:
        locked = index in self._shown.locked
        edit = _add(menu, "Edit color ...", partial(self._edit, index))
        edit.setShortcut(QKeySequence(Qt.Key.Key_F2))
        lock = _add(menu, "Unlock" if locked else "Lock", partial(self._toggle_lock, index))
        lock.setShortcut(QKeySequence(Qt.Key.Key_L))
        merge: Any = menu.addMenu("Merge into")
        for other in self._shown.nearest(index):
            into = _add(merge, self._shown.hex(other), partial(self._merge, index, other))
            into.setIcon(_swatch_icon(self, self._shown.color(other)))
        merge.setEnabled(len(self._shown) > 1)

    def _add_hide_actions(self, menu: QMenu, index: int) -> None:
        hidden = self._shown.hidden
        others = frozenset(range(len(self._shown))) - {index}
        text = "Show" if index in hidden else "Hide"
        hide = _add(menu, text, partial(self._toggle_hidden, index))
        hide.setShortcut(QKeySequence(Qt.Key.Key_H))
        if hidden:
            _add(menu, "Show all", partial(self.hidden_changed.emit, frozenset()))
        only = _add(menu, "Show only this", partial(self.hidden_changed.emit, others))
        only.setEnabled(hidden != others)

    def _popup_menu(self, index: int, position: QPoint) -> None:
        menu = self.context_menu(index)
        menu.aboutToHide.connect(menu.deleteLater)
        self._model.rowsRemoved.connect(menu.close)  # its color may be among them
        menu.popup(position)

    # -- what the user wants

    @property
    def _shown(self) -> _Content:
        if self._content is None:
            raise RuntimeError("There is no palette: call `show_palette` first.")
        return self._content

    def _on_asked(self, what: str, index: int) -> None:
        actions = {
            "edit": self._edit,
            "lock": self._toggle_lock,
            "hide": self._toggle_hidden,
            "copy": self._copy,
        }
        actions[what](index)

    def _on_reset(self) -> None:
        self.reset_requested.emit()

    def _toggle_lock(self, index: int) -> None:
        self.lock_toggled.emit(index, index not in self._shown.locked)

    def _toggle_hidden(self, index: int) -> None:
        self.hidden_changed.emit(frozenset(self._shown.hidden ^ {index}))

    def _merge(self, index: int, into: int) -> None:
        self.merge_requested.emit(index, into)

    def _copy(self, index: int) -> None:
        _to_clipboard(self._shown.hex(index))

    def _copy_all(self) -> None:
        content = self._shown
        _to_clipboard("\n".join(map(content.hex, range(len(content)))))

    def _edit(self, index: int) -> None:
        palette = self._shown.palette
        color = edit_color(self, palette, index)
        if color is None or not isalive(self) or self._content is None:
            return
        # Another palette may have come while the dialog was open: it is not the one to edit.
        now = self._content.palette.colors
        if index < len(now) and np.array_equal(now[index], palette.colors[index]):
            self.color_edited.emit(index, color)


# -- dialogs


def edit_color(parent: QWidget, palette: Palette, index: int) -> tuple[float, ...] | None:
    """Ask for a new color in the dialog that suits the image.

    Parameters
    ----------
    parent : QWidget
        Whom the dialog belongs to.
    palette : Palette
        The colors; three channels are chosen as a color, one as a number, others as text.
    index : int
        The color to start from.

    Returns
    -------
    tuple of float or None
        The color in the palette's units; None if nothing changed.
    """
    if palette.n_channels == 3:
        return _edit_rgb(parent, palette, index)
    if palette.n_channels == 1:
        return _edit_grey(parent, palette, index)
    return _edit_values(parent, palette, index)


def ask_color(parent: QWidget, title: str, start: QColor) -> QColor | None:
    """Show the color dialog; None if it was cancelled."""
    # Qt's own dialog: it looks the same everywhere, and follows napari's theme.
    options = QColorDialog.ColorDialogOption.DontUseNativeDialog
    chosen = QColorDialog.getColor(start, parent, title, options)
    return chosen if chosen.isValid() else None


def ask_number(
    parent: QWidget, title: str, start: float, limits: tuple[float, float], decimals: int
) -> float | None:
    """Show a dialog for one number; None if it was cancelled."""
    step = 1.0 if decimals == 0 else 10.0 ** (4 - decimals)
    value, accepted = QInputDialog.getDouble(
        parent, title, "Value in the image's units:", start, *limits, decimals, step=step
    )
    return float(value) if accepted else None


def ask_text(parent: QWidget, title: str, label: str, start: str) -> str | None:
    """Show a dialog for a line of text; None if it was cancelled."""
    text, accepted = QInputDialog.getText(parent, title, label, text=start)
    return str(text) if accepted else None


def _edit_rgb(parent: QWidget, palette: Palette, index: int) -> tuple[float, ...] | None:
    before = np.rint(palette.rgb[index] * 255).astype(int)
    chosen = ask_color(parent, f"Edit color {palette.hex[index]}", QColor(*before.tolist()))
    if chosen is None:
        return None
    after = np.array([chosen.red(), chosen.green(), chosen.blue()])
    low, high = palette.value_range
    values = low + after / 255 * (high - low)
    if palette.dtype.kind in "bui":
        values = np.rint(values)
    # The dialog knows 256 steps, the image may know more: what was not touched stays exact.
    exact = palette.values[index].astype(float)
    kept = np.where(before == after, exact, values)
    return None if np.array_equal(kept, exact) else tuple(kept.tolist())


def _edit_grey(parent: QWidget, palette: Palette, index: int) -> tuple[float, ...] | None:
    decimals = _decimals(palette)
    before = round(float(palette.values[index, 0]), decimals)
    limits = _dtype_limits(palette.dtype)
    after = ask_number(parent, f"Edit color {palette.hex[index]}", before, limits, decimals)
    return None if after is None or after == before else (after,)


def _edit_values(parent: QWidget, palette: Palette, index: int) -> tuple[float, ...] | None:
    before = tuple(palette.values[index].astype(float).tolist())
    prompt = f"{palette.n_channels} values in the image's units, separated by commas:"
    text = start = ", ".join(f"{value:.9g}" for value in before)
    label = prompt
    while True:
        answer = ask_text(parent, f"Edit color {palette.hex[index]}", label, text)
        if answer is None or answer.strip() == start:
            return None
        try:
            after = _parse_values(answer, palette)
        except ValueError as error:
            # Ask again, with what was typed still there.
            text, label = answer, f"{error}\n{prompt}"
        else:
            return None if after == before else after


def _parse_values(text: str, palette: Palette) -> tuple[float, ...]:
    """Return the numbers in a text, or say what is wrong with them."""
    words = [word for word in re.split(r"[,;\s]+", text) if word]
    if len(words) != palette.n_channels:
        raise ValueError(
            f"{palette.n_channels} values are needed, one per channel, got {len(words)}."
        )
    low, high = _dtype_limits(palette.dtype)
    values = []
    for word in words:
        with suppress(ValueError):
            value = float(word)
            if low <= value <= high:  # never so for NaN
                values.append(float(round(value)) if palette.dtype.kind in "bui" else value)
                continue
        raise ValueError(f"“{word}” is not a number from {low:.6g} to {high:.6g}.")
    return tuple(values)


def _dtype_limits(dtype: np.dtype[Any]) -> tuple[float, float]:
    if dtype.kind == "b":
        return 0.0, 1.0
    if dtype.kind == "f":
        high = min(float(np.finfo(dtype).max), 1.7e308)
        return -high, high
    info = np.iinfo(dtype)
    return float(info.min), float(info.max)


def _decimals(palette: Palette) -> int:
    """Digits after the point for one value: six for images in 0..1."""
    if palette.dtype.kind != "f":
        return 0
    low, high = palette.value_range
    span = min(high - low, 1e300) or 1.0
    return min(max(6 - math.floor(math.log10(span)), 2), 12)


# -- what is shown


@dataclass(frozen=True, eq=False)
class _Content:
    """What `show_palette` was told, and the texts made of it, each only when it is needed."""

    palette: Palette
    rgb: NDArray[np.uint8]
    locked: frozenset[int]
    hidden: frozenset[int]
    pixel_area: tuple[float, str] | None

    def __len__(self) -> int:
        return len(self.palette)

    @cached_property
    def shares(self) -> NDArray[np.float64]:
        return self.palette.share

    @cached_property
    def largest_share(self) -> float:
        return float(self.shares.max())

    @cached_property
    def area_decimals(self) -> int:
        """Digits after the point that give the largest area three digits in all."""
        largest = int(self.palette.counts.max()) * self.pixel_area[0] if self.pixel_area else 0.0
        return 2 - math.floor(math.log10(largest)) if largest > 0 else 0

    @property
    def summary(self) -> str:
        parts = [f"{len(self):,} color" + ("" if len(self) == 1 else "s")]
        if self.locked:
            parts.append(f"{len(self.locked):,} locked")
        if self.hidden:
            parts.append(f"{len(self.hidden):,} hidden")
        return ", ".join(parts)

    def hex(self, index: int) -> str:
        return "#" + self.rgb[index].tobytes().hex()

    def color(self, index: int) -> QColor:
        return QColor(*self.rgb[index].tolist())

    def relative_share(self, index: int) -> float:
        return float(self.shares[index]) / (self.largest_share or 1.0)

    def percent(self, index: int) -> str:
        return _fixed(100 * float(self.shares[index]), 1) + "%"

    def count(self, index: int) -> str:
        return f"{int(self.palette.counts[index]):,}"

    def area(self, index: int) -> str:
        if self.pixel_area is None:
            return ""
        size, unit = self.pixel_area
        return f"{_fixed(int(self.palette.counts[index]) * size, self.area_decimals)} {unit}"

    def nearest(self, index: int) -> list[int]:
        """Return the colors nearest to one, nearest first."""
        colors = self.palette.colors
        distances = np.square(colors - colors[index]).sum(axis=1)
        distances[index] = np.inf
        order = np.argsort(distances, kind="stable")[: min(MAX_MERGE, len(self) - 1)]
        return list(order.tolist())

    def state(self, index: int) -> list[str]:
        marks = (("locked", self.locked), ("hidden", self.hidden))
        return [name for name, indices in marks if index in indices]

    def spoken(self, index: int) -> str:
        """Return what a screen reader says of a row."""
        parts = [self.hex(index), self.percent(index), f"{self.count(index)} pixels"]
        return ", ".join(part for part in (*parts, self.area(index), *self.state(index)) if part)

    def tooltip(self, index: int) -> str:
        values = [_number(value) for value in self.palette.values[index, :MAX_VALUES].tolist()]
        values += ["..."] if self.palette.n_channels > MAX_VALUES else []
        pixels = int(self.palette.counts[index])
        size = [f"{100 * float(self.shares[index]):.4g}% of the pixels", f"{pixels:,} pixels"]
        if self.pixel_area is not None:
            size.append(f"{_significant(pixels * self.pixel_area[0])} {self.pixel_area[1]}")
        lines = [
            f"{self.hex(index)} · color {index + 1:,} of {len(self):,}",
            f"Value: {', '.join(values)}" if len(values) == 1 else f"Values: {', '.join(values)}",
            " · ".join(size),
            " and ".join(self.state(index)).capitalize(),
            HOW_TO,
        ]
        return "\n".join(line for line in lines if line)


def _to_bytes(palette: Palette, rgb: ArrayLike | None) -> NDArray[np.uint8]:
    shown = palette.rgb if rgb is None else np.asarray(rgb, dtype=np.float64)
    if shown.shape != (len(palette), 3):
        raise ValueError(
            f"`rgb` must be a table ({len(palette)}, 3), one row per color of the palette, "
            f"got shape {shown.shape}."
        )
    scaled: NDArray[np.uint8] = np.rint(np.clip(shown, 0, 1) * 255).astype(np.uint8)
    return scaled


def _fixed(value: float, decimals: int) -> str:
    """Return a number for a column; what would look like nothing tells that it is more."""
    if decimals > 6:
        return f"{value:.2e}"
    decimals = max(decimals, 0)
    step = 10.0**-decimals
    if 0 < value < step / 2:
        return f"<{step:.{decimals}f}"
    return f"{value:,.{decimals}f}"


def _significant(value: float) -> str:
    """Return a number with four digits, or all those before the point."""
    return f"{value:,.0f}" if 1000 <= value < 1e15 else f"{value:.4g}"


def _number(value: float) -> str:
    return f"{value:.6g}" if isinstance(value, float) else f"{int(value)}"


class _Rows(QAbstractListModel):
    """One row per color. Rows come and go at the end, so that a view keeps its place."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.content: _Content | None = None

    def show(self, content: _Content | None) -> None:
        before, after = self.rowCount(), len(content) if content else 0
        if after < before:
            self.beginRemoveRows(QModelIndex(), after, before - 1)
            self.content = content
            self.endRemoveRows()
        elif after > before:
            self.beginInsertRows(QModelIndex(), before, after - 1)
            self.content = content
            self.endInsertRows()
        self.content = content
        if min(before, after):
            self.dataChanged.emit(self.index(0), self.index(min(before, after) - 1))

    def rowCount(self, parent: QModelIndex | None = None) -> int:
        return 0 if self.content is None else len(self.content)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> str | None:
        row = index.row()
        if self.content is None or not 0 <= row < len(self.content):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.content.hex(row)
        if role == Qt.ItemDataRole.ToolTipRole:
            return self.content.tooltip(row)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self.content.spoken(row)
        return None


# -- how it is shown


class _RowDelegate(QStyledItemDelegate):
    """Paint one color as swatch, hex, marks, bar and numbers, in columns."""

    def __init__(self, model: _Rows, parent: QWidget) -> None:
        super().__init__(parent)
        self._model = model
        self._places: dict[str, tuple[int, int]] = {}
        self._places_for: tuple[Any, ...] = ()

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        return QSize(0, row_height(option.fontMetrics))

    def paint(self, painter: Any, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        content = self._model.content
        if content is None:
            return
        view: Any = option.widget
        panel = QStyle.PrimitiveElement.PE_PanelItemViewItem
        view.style().drawPrimitive(panel, option, painter, view)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setClipRect(option.rect)
        row = _RowPainter(painter, option, content, index.row())
        for part, (left, width) in self._columns(option, content).items():
            rect = QRect(option.rect.left() + left, option.rect.top(), width, option.rect.height())
            getattr(row, part)(rect)
        painter.restore()

    def _columns(
        self, option: QStyleOptionViewItem, content: _Content
    ) -> dict[str, tuple[int, int]]:
        """Return where the parts of a row lie: measured once, not once per row."""
        key = (content, option.rect.width(), option.font.key())
        if key != self._places_for:
            self._places_for = key
            widths = _widths(content, QFontMetrics(_tabular(option.font)))
            self._places = _place(widths, option.rect.width(), _gap(option.fontMetrics))
        return self._places


class _RowPainter:
    """The parts of one row; each method paints one of them into its rectangle."""

    def __init__(
        self, painter: QPainter, option: QStyleOptionViewItem, content: _Content, index: int
    ) -> None:
        self._painter, self._content, self._index = painter, content, index
        self._ink = _ink(option)
        self._selected = bool(option.state & QStyle.StateFlag.State_Selected)
        self._font = _tabular(option.font)
        self._hidden = index in content.hidden
        self._opacity = HIDDEN_OPACITY if self._hidden else 1.0

    def marker(self, rect: QRect) -> None:
        # napari's highlight is close to its background: a line in full contrast is not missed.
        if self._selected:
            self._painter.fillRect(rect, self._ink)

    def swatch(self, rect: QRect) -> None:
        self._painter.setOpacity(self._opacity)
        side = rect.width()
        top = rect.top() + (rect.height() - side) // 2
        square = QRect(rect.left(), top, side, side)
        _draw_swatch(self._painter, square, self._content.color(self._index), self._ink)

    def hex(self, rect: QRect) -> None:
        font = QFont(self._font)
        font.setStrikeOut(self._hidden)
        self._text(rect, self._content.hex(self._index), font, Qt.AlignmentFlag.AlignLeft)

    def lock(self, rect: QRect) -> None:
        if self._index in self._content.locked:
            self._painter.setOpacity(self._opacity)
            _draw_lock(self._painter, QRectF(rect), self._ink)

    def bar(self, rect: QRect) -> None:
        share = self._content.relative_share(self._index)
        if share <= 0 or rect.width() < 3:
            return
        self._painter.setOpacity(self._opacity)
        height = max(rect.height() * 2 // 5, 4)
        width = max(round(share * rect.width()), 3)
        bar = QRect(rect.left(), rect.top() + (rect.height() - height) // 2, width, height)
        _draw_swatch(self._painter, bar, self._content.color(self._index), self._ink, radius=1)

    def percent(self, rect: QRect) -> None:
        self._text(rect, self._content.percent(self._index), self._font)

    def count(self, rect: QRect) -> None:
        self._text(rect, self._content.count(self._index), self._font, opacity=MINOR_OPACITY)

    def area(self, rect: QRect) -> None:
        self._text(rect, self._content.area(self._index), self._font, opacity=MINOR_OPACITY)

    def _text(
        self,
        rect: QRect,
        text: str,
        font: QFont,
        align: Any = Qt.AlignmentFlag.AlignRight,
        opacity: float = 1.0,
    ) -> None:
        self._painter.setOpacity(opacity * self._opacity)
        self._painter.setFont(font)
        self._painter.setPen(self._ink)
        self._painter.drawText(rect, align | Qt.AlignmentFlag.AlignVCenter, text)


def row_height(metrics: QFontMetrics) -> int:
    """Return the height of a row for a font."""
    return metrics.height() * 3 // 2


def _gap(metrics: QFontMetrics) -> int:
    return metrics.averageCharWidth() + 1


def _tabular(font: QFont) -> QFont:
    """Return the font with digits of one width, where Qt can ask for them (since 6.7)."""
    font = QFont(font)
    with suppress(AttributeError, TypeError):
        font.setFeature(QFont.Tag("tnum"), 1)
    return font


def _ink(option: QStyleOptionViewItem) -> QColor:
    """Return the theme's color for text on this row."""
    selected = option.state & QStyle.StateFlag.State_Selected
    enabled = option.state & QStyle.StateFlag.State_Enabled
    role = QPalette.ColorRole.HighlightedText if selected else QPalette.ColorRole.Text
    group = QPalette.ColorGroup.Active if enabled else QPalette.ColorGroup.Disabled
    return QColor(option.palette.color(group, role))


def _widths(content: _Content, metrics: QFontMetrics) -> dict[str, int]:
    """Return what the parts of a row need, in their order; for the bar, the least."""
    counts = content.palette.counts
    most, least = int(counts.argmax()), int(np.where(counts, counts, counts.max()).argmin())
    texts = {"percent": ["<0.1%", content.percent(most)], "count": [content.count(most)]}
    if content.pixel_area is not None:
        texts["area"] = [content.area(most), content.area(least)]
    side = metrics.ascent() + metrics.descent() // 2
    return {
        "marker": 2,
        "swatch": side,
        "hex": metrics.horizontalAdvance("#dddddd"),
        **({"lock": metrics.ascent() * 3 // 4} if content.locked else {}),
        "bar": 4 * metrics.averageCharWidth(),
        **{part: max(map(metrics.horizontalAdvance, two)) for part, two in texts.items()},
    }


def _place(widths: dict[str, int], width: int, gap: int) -> dict[str, tuple[int, int]]:
    """Return left and width of each part; what has no room is left out, the bar takes the rest."""
    parts = dict(widths)
    for spared in ("area", "count", "percent", "lock"):
        if sum(parts.values()) + gap * len(parts) <= width:
            break
        parts.pop(spared, None)
    parts["bar"] += width - sum(parts.values()) - gap * len(parts)
    places, left = {}, 0
    for part, needed in parts.items():
        places[part] = (left, max(needed, 0))
        left += needed + gap
    return places


def _draw_swatch(
    painter: QPainter, rect: QRect, color: QColor, ink: QColor, radius: float = 2
) -> None:
    """Fill a rectangle; its outline in the color of text sets it off from any background."""
    line = QColor(ink)
    line.setAlphaF(LINE_OPACITY)
    painter.setPen(QPen(line, 1))
    painter.setBrush(color)
    painter.drawRoundedRect(QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)


def _draw_lock(painter: QPainter, rect: QRectF, ink: QColor) -> None:
    """Draw a padlock; the sign in fonts is missing, or a colorful picture."""
    width = rect.width()
    body = QRectF(0, 0, width, width * 0.75)
    body.moveCenter(rect.center() + QPointF(0, width * 0.25))
    shackle = QRectF(0, 0, width * 0.6, width * 0.9)
    shackle.moveCenter(QPointF(body.center().x(), body.top()))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(ink, max(width / 7, 1)))
    painter.drawArc(shackle, 0, 180 * 16)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink)
    painter.drawRoundedRect(body, 1, 1)


def _swatch_icon(widget: QWidget, color: QColor) -> QIcon:
    style: Any = widget.style()
    side = style.pixelMetric(QStyle.PixelMetric.PM_SmallIconSize)
    ratio = widget.devicePixelRatioF()
    pixmap = QPixmap(round(side * ratio), round(side * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    ink = widget.palette().color(QPalette.ColorRole.WindowText)
    _draw_swatch(painter, QRect(1, 1, side - 2, side - 2), color, ink)
    painter.end()
    return QIcon(pixmap)


def _to_clipboard(text: str) -> None:
    clipboard: Any = QGuiApplication.clipboard()
    clipboard.setText(text)


def _add(menu: QMenu, text: str, do: Callable[[], Any]) -> Any:
    action: Any = menu.addAction(text)
    action.triggered.connect(lambda _=False: do())
    return action


class _ColorList(QListView):
    """The list: one row is selected at most, and keys ask for something."""

    picked = Signal(int)
    asked = Signal(str, int)
    menu_wanted = Signal(int, QPoint)

    KEYS: Mapping[int, str] = {
        Qt.Key.Key_Return: "edit",
        Qt.Key.Key_Enter: "edit",
        Qt.Key.Key_F2: "edit",
        Qt.Key.Key_L: "lock",
        Qt.Key.Key_H: "hide",
    }

    def __init__(self, model: _Rows, parent: QWidget) -> None:
        super().__init__(parent)
        self._is_quiet = False
        self._rows = model
        self.setModel(model)
        selection: Any = self.selectionModel()
        selection.selectionChanged.connect(self._on_selection)
        self._selection = selection
        self._viewport: Any = self.viewport()
        self.setItemDelegate(_RowDelegate(model, self))
        self.setUniformItemSizes(True)  # else Qt measures each of 65535 rows
        self.setFrameShape(QFrame.Shape.NoFrame)
        # A list that fills the panel is the panel; and the selection stands out better on it.
        self.setStyleSheet("QListView { background: transparent; }")
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Colors of the palette")
        self.setToolTip(f"The colors of the result. {HOW_TO}")

    # -- selection

    def selected(self) -> int:
        """Return the selected row, -1 for none."""
        rows = self._selection.selectedIndexes()
        return int(rows[0].row()) if rows else -1

    def choose(self, row: int) -> None:
        """Select a row; none, if there is no such row."""
        index = self._rows.index(row, 0)
        if not index.isValid():
            self._selection.clear()
        elif row != self.selected():
            self.setCurrentIndex(index)

    @contextmanager
    def quiet(self) -> Iterator[None]:
        """Let the selection change without a signal."""
        before, self._is_quiet = self._is_quiet, True
        try:
            yield
        finally:
            self._is_quiet = before

    def _on_selection(self, *_: Any) -> None:
        if not self._is_quiet:
            self.picked.emit(self.selected())

    # -- events

    def mousePressEvent(self, event: Any) -> None:
        before = self.selected()
        super().mousePressEvent(event)
        row = self.indexAt(event.position().toPoint()).row()
        if row < 0:
            self.choose(-1)
        elif row == before == self.selected():
            self.picked.emit(row)  # clicked again: no change, yet a click

    def mouseDoubleClickEvent(self, event: Any) -> None:
        super().mouseDoubleClickEvent(event)
        row = self.indexAt(event.position().toPoint()).row()
        if row >= 0 and event.button() == Qt.MouseButton.LeftButton:
            self.asked.emit("edit", row)

    def event(self, event: Any) -> bool:
        # Claim our keys before the window's shortcuts see them.
        if event.type() == QEvent.Type.ShortcutOverride and self._wish(event):
            event.accept()
            return True
        return bool(super().event(event))

    def keyPressEvent(self, event: Any) -> None:
        row, wish = self.selected(), self._wish(event)
        if row >= 0 and wish:
            self.asked.emit(wish, row)
        elif row >= 0 and event.key() == Qt.Key.Key_Escape:
            self.choose(-1)
        else:
            super().keyPressEvent(event)

    def _wish(self, event: Any) -> str:
        if event.matches(QKeySequence.StandardKey.Copy):
            return "copy"
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        is_plain = modifiers == Qt.KeyboardModifier.NoModifier
        return self.KEYS.get(event.key(), "") if is_plain else ""

    def contextMenuEvent(self, event: Any) -> None:
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            row = self.selected()
            self.scrollTo(self._rows.index(row, 0))
            where = self.visualRect(self._rows.index(row, 0)).center()
        else:
            where = event.pos()
            row = self.indexAt(where).row()
        if row >= 0:
            self.menu_wanted.emit(row, self._viewport.mapToGlobal(where))

    def focusInEvent(self, event: Any) -> None:
        super().focusInEvent(event)
        # Qt makes the first row current, not selected; the arrow key would then skip it.
        if self.selected() < 0:
            self._selection.clearCurrentIndex()

    def changeEvent(self, event: Any) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.updateGeometry()

    # -- size and looks

    def dataChanged(self, *_: Any) -> None:
        # Rows are all of one size: painting is enough, where Qt would lay out all of them.
        self._viewport.update()

    def minimumSizeHint(self) -> QSize:
        return QSize(20 * self.fontMetrics().averageCharWidth(), self._rows_height(MIN_ROWS))

    def sizeHint(self) -> QSize:
        return QSize(40 * self.fontMetrics().averageCharWidth(), self._rows_height(2 * MIN_ROWS))

    def _rows_height(self, rows: int) -> int:
        return rows * row_height(self.fontMetrics()) + 2 * self.frameWidth()

    def paintEvent(self, event: Any) -> None:
        super().paintEvent(event)
        if self._rows.rowCount():
            return
        painter = QPainter(self._viewport)
        painter.setPen(self.palette().color(QPalette.ColorRole.Text))
        painter.setOpacity(MINOR_OPACITY)
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(self._viewport.rect().adjusted(8, 8, -8, -8), flags, EMPTY)
        painter.end()


class _ElidedLabel(QLabel):
    """A label that never asks for more width than there is."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName("Summary of the palette")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def show_text(self, text: str) -> None:
        if text != self.text():
            self.setText(text)
            self.setToolTip(text)

    def paintEvent(self, event: Any) -> None:
        painter = QPainter(self)
        rect = self.contentsRect()
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, rect.width())
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter, text)
        painter.end()
