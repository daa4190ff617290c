"""How a row of the palette's list is painted: in columns, of which narrow lists leave some out."""

# ruff: noqa: N802  (methods that Qt calls bear Qt's names)

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import numpy as np
from qtpy.QtCore import (  # type: ignore[attr-defined, unused-ignore]
    QEvent,
    QModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from qtpy.QtGui import QColor, QFont, QFontMetrics, QPainter, QPalette, QPen
from qtpy.QtWidgets import (
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from napari_kmeans_quantizer.plugin.views.parts import draw_swatch

from .name_field import KEYS, NameField

if TYPE_CHECKING:
    from .content import Content

# Text stands out by 4.5 to 1 in napari's themes, also where it is less important.
HIDDEN_OPACITY, HIDDEN_SWATCH_OPACITY = 0.7, 0.4
MINOR_OPACITY = 0.75  # of counts and areas: the share is what one compares
LINE_OPACITY = 0.5
TEXTS = ("hex", "name", "percent", "count", "area")
MAX_NAME = 14  # characters; all of a longer name is in the tooltip
MAX_NAME_PART = 0.3  # of wide rows, where that is more
LEAST_NAME, LEAST_FIELD = 6, 24  # characters; of what is left of names, and of a field for one
SIZES = frozenset({"area", "count"})
WITHOUT_SIZES = tuple(map(frozenset[str], ((), ("count",), ("area",), SIZES)))
LEFT_OUT = ("name", "percent", "lock")  # and then, where there is still no room, in this order
NAMED_LEFT_OUT = ("percent", "name", "lock")  # once something has a name
NO_NAME = "name"  # in its place, where somebody looks at a row


class RowDelegate(QStyledItemDelegate):
    """Paint one color as swatch, hex, name, lock, bar and numbers; the model knows the content.

    Attributes
    ----------
    opened : Signal(object)
        A field for a name.
    typed : Signal(str, bool)
        What was typed there, and whether anybody has changed it.
    """

    opened = Signal(object)
    typed = Signal(str, bool)

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        """Return the height of a row; its width is the list's."""
        return QSize(0, row_height(option.fontMetrics))

    def paint(self, painter: Any, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        """Paint a row."""
        model: Any = index.model()
        view: Any = option.widget
        panel = QStyle.PrimitiveElement.PE_PanelItemViewItem
        view.style().drawPrimitive(panel, option, painter, view)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setClipRect(option.rect)
        row = _Row(painter, option, model.content, model.cluster(index.row()))
        for part, (left, width) in columns(option, model.content).items():
            rect = QRect(option.rect.left() + left, option.rect.top(), width, option.rect.height())
            row.paint(part, rect)
        painter.restore()

    # -- a name is typed

    def createEditor(self, parent: Any, option: QStyleOptionViewItem, index: QModelIndex) -> Any:
        """Return the field for the name of a row's color."""
        field = NameField(parent, index.row())
        field.setFont(option.font)
        self.opened.emit(field)
        return field

    def setEditorData(self, editor: Any, index: QModelIndex) -> None:
        """Leave what is typed as it is, whatever is shown meanwhile."""

    def setModelData(self, editor: Any, model: Any, index: QModelIndex) -> None:
        """Tell what was typed; the list shows it once it is told to."""
        self.typed.emit(editor.text(), editor.isModified())

    def updateEditorGeometry(
        self, editor: Any, option: QStyleOptionViewItem, index: QModelIndex
    ) -> None:
        """Put the field where the name is."""
        model: Any = index.model()
        if model.content is not None:
            editor.setGeometry(field_place(option, model.content))

    def eventFilter(self, editor: Any, event: Any) -> bool:
        """Let the arrow keys go on to the next name, as the tab key does."""
        if event.type() == QEvent.Type.KeyPress and event.key() in KEYS:
            self.commitData.emit(editor)
            self.closeEditor.emit(editor, KEYS[event.key()])
            return True
        return bool(super().eventFilter(editor, event))


class _Row:
    """What paints the parts of one row."""

    def __init__(
        self, painter: QPainter, option: QStyleOptionViewItem, content: Content, index: int
    ) -> None:
        self._painter, self._content, self._index = painter, content, index
        self._ink, self._font = _ink(option), _tabular(option.font)
        self._line = QColor(self._ink)
        self._line.setAlphaF(LINE_OPACITY)
        self._is_selected = bool(option.state & QStyle.StateFlag.State_Selected)
        self._is_looked_at = bool(option.state & QStyle.StateFlag.State_MouseOver)
        self._is_hidden = index in content.hidden

    def paint(self, part: str, rect: QRect) -> None:
        """Paint a part into its rectangle."""
        self._painter.setOpacity(self._opacity(part))
        if part == "name" and not self._content.name(self._index):
            if self._is_selected or self._is_looked_at:
                self._painter.setOpacity(HIDDEN_OPACITY)
                self._write(rect, NO_NAME, part, italic=True)
        elif part in TEXTS:
            self._write(rect, getattr(self._content, part)(self._index), part)
        elif part == "swatch":
            self._draw_swatch(rect, rect.width(), radius=2)
        elif part == "bar":
            self._draw_bar(rect)
        elif part == "lock" and self._index in self._content.locked:
            _draw_lock(self._painter, QRectF(rect), self._ink)
        elif part == "marker" and self._is_selected:
            # napari's highlight is close to its background: a line in full contrast is not missed.
            self._painter.setOpacity(1)
            self._painter.fillRect(rect, self._ink)

    def _opacity(self, part: str) -> float:
        is_text = part in TEXTS
        if self._is_hidden and not (self._is_selected and is_text):
            return HIDDEN_OPACITY if is_text else HIDDEN_SWATCH_OPACITY
        return MINOR_OPACITY if part in ("count", "area") and not self._is_selected else 1.0

    def _write(self, rect: QRect, text: str, part: str, italic: bool = False) -> None:
        self._font.setItalic(italic)
        self._font.setStrikeOut(part == "hex" and self._is_hidden)
        self._painter.setFont(self._font)
        self._painter.setPen(self._ink)
        is_word = part in ("hex", "name")
        align = Qt.AlignmentFlag.AlignLeft if is_word else Qt.AlignmentFlag.AlignRight
        if part == "name":
            middle = Qt.TextElideMode.ElideMiddle
            text = QFontMetrics(self._font).elidedText(text, middle, rect.width())
        self._painter.drawText(rect, align | Qt.AlignmentFlag.AlignVCenter, text)

    def _draw_bar(self, rect: QRect) -> None:
        share = float(self._content.shares[self._index]) / self._content.largest_share
        if share > 0 and rect.width() >= 3:
            rect.setWidth(max(round(share * rect.width()), 3))
            self._draw_swatch(rect, max(rect.height() * 2 // 5, 4), radius=1)

    def _draw_swatch(self, rect: QRect, height: int, radius: float) -> None:
        top = rect.top() + (rect.height() - height) // 2
        inner = QRect(rect.left(), top, rect.width(), height)
        draw_swatch(self._painter, inner, self._content.color(self._index), self._line, radius)


def row_height(metrics: QFontMetrics) -> int:
    """Return the height of a row for a font."""
    return metrics.height() * 3 // 2


def columns(option: QStyleOptionViewItem, content: Content) -> dict[str, tuple[int, int]]:
    """Return left and width of the parts of every row."""
    letter = option.fontMetrics.averageCharWidth()
    widths = _widths(content, QFontMetrics(_tabular(option.font)), option.rect.width())
    least = LEAST_NAME * letter if content.longest_name else None
    return place(widths, option.rect.width(), letter + 1, least)


def field_place(option: QStyleOptionViewItem, content: Content) -> QRect:
    """Return where a name is typed: in its place and over the bar, and over more if need be."""
    places, row = columns(option, content), option.rect
    left = places.get("name", places["bar"])[0]
    least = LEAST_FIELD * option.fontMetrics.averageCharWidth()
    least_right = max(left + least, sum(places["bar"]))
    ends = [end for end in map(sum, places.values()) if end >= least_right]
    right = min([*ends, row.width()])  # no half of a number is seen
    left = max(min(left, right - least), 0)
    return QRect(row.left() + left, row.top(), right - left, row.height())


def _widths(content: Content, metrics: QFontMetrics, width: int) -> dict[str, int]:
    """Return what the parts of a row need, in their order; for the bar, the least."""
    counts = content.counts
    most, least = int(counts.argmax()), int(np.where(counts, counts, counts.max()).argmin())
    largest = content.percent(int(content.shares.argmax()))
    texts = {"percent": ["<0.1%", largest], "count": [content.count(most)]}
    if content.has_areas:
        texts["area"] = [content.area(most), content.area(least)]
    return {
        "marker": 2,
        "swatch": metrics.ascent() + metrics.descent() // 2,
        "hex": metrics.horizontalAdvance("#dddddd"),
        "name": _name_width(content, metrics, width),
        **({"lock": metrics.ascent() * 3 // 4} if content.locked else {}),
        "bar": 4 * metrics.averageCharWidth(),
        **{part: max(map(metrics.horizontalAdvance, two)) for part, two in texts.items()},
    }


def _name_width(content: Content, metrics: QFontMetrics, width: int) -> int:
    letter = metrics.averageCharWidth()  # to spare: others as long may be wider
    longest = content.longest_name or NO_NAME
    most = max(MAX_NAME * letter, int(MAX_NAME_PART * width))
    return min(metrics.horizontalAdvance(longest) + letter, most)


def place(
    widths: dict[str, int], width: int, gap: int, least_name: int | None = None
) -> dict[str, tuple[int, int]]:
    """Return left and width of each part; what has no room is left out, the bar takes the rest.

    Counts and areas go first, and names become shorter before anything else does: if there are
    any, for then `least_name` tells how short.
    """
    order = LEFT_OUT if least_name is None else NAMED_LEFT_OUT
    for spared in (*WITHOUT_SIZES, *(SIZES | {*order[: n + 1]} for n in range(len(order)))):
        parts = {part: needed for part, needed in widths.items() if part not in spared}
        if least_name is not None and "name" in parts and spared >= SIZES:
            parts["name"] = min(widths["name"], least_name)
        if _missing(parts, width, gap) <= 0:
            break
    if "name" in parts:  # it gets back what is left
        rest = max(-_missing(parts, width, gap), 0)
        parts["name"] += min(widths["name"] - parts["name"], rest)
    parts["bar"] -= _missing(parts, width, gap)
    places, left = {}, 0
    for part, needed in parts.items():
        places[part] = (left, max(needed, 0))
        left += needed + gap
    return places


def _missing(parts: dict[str, int], width: int, gap: int) -> int:
    return sum(parts.values()) + gap * len(parts) - width


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


def _draw_lock(painter: QPainter, rect: QRectF, ink: QColor) -> None:
    """Draw a padlock; the sign in fonts is missing, or a colorful picture."""
    x, y, width = rect.left(), rect.center().y(), rect.width()
    shackle = QRectF(x + 0.2 * width, y - 0.575 * width, 0.6 * width, 0.9 * width)
    painter.setPen(QPen(ink, max(width / 7, 1)))
    painter.drawArc(shackle, 0, 180 * 16)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink)
    painter.drawRoundedRect(QRectF(x, y - 0.125 * width, width, 0.75 * width), 1, 1)
