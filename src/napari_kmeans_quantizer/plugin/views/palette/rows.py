"""How a row of the palette's list is painted: in columns, of which narrow lists leave some out."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import numpy as np
from qtpy.QtCore import QModelIndex, QRect, QRectF, QSize, Qt
from qtpy.QtGui import QColor, QFont, QFontMetrics, QPainter, QPalette, QPen
from qtpy.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from napari_kmeans_quantizer.plugin.views.parts import draw_swatch

if TYPE_CHECKING:
    from .content import Content

# Text stands out by 4.5 to 1 in napari's themes, also where it is less important.
HIDDEN_OPACITY, HIDDEN_SWATCH_OPACITY = 0.7, 0.4
MINOR_OPACITY = 0.75  # of counts and areas: the share is what one compares
LINE_OPACITY = 0.5
TEXTS = ("hex", "name", "percent", "count", "area")
MAX_NAME = 14  # characters; all of a longer name is in the tooltip
LEFT_OUT = ("area", "count", "name", "percent", "lock")  # where there is no room, in this order


class RowDelegate(QStyledItemDelegate):
    """Paint one color as swatch, hex, lock, bar and numbers; the model knows the content."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:  # noqa: N802
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
        self._is_hidden = index in content.hidden

    def paint(self, part: str, rect: QRect) -> None:
        """Paint a part into its rectangle."""
        self._painter.setOpacity(self._opacity(part))
        if part in TEXTS:
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

    def _write(self, rect: QRect, text: str, part: str) -> None:
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
    gap = option.fontMetrics.averageCharWidth() + 1
    return place(_widths(content, QFontMetrics(_tabular(option.font))), option.rect.width(), gap)


def _widths(content: Content, metrics: QFontMetrics) -> dict[str, int]:
    """Return what the parts of a row need, in their order; for the bar, the least."""
    counts = content.palette.counts
    most, least = int(counts.argmax()), int(np.where(counts, counts, counts.max()).argmin())
    texts = {"percent": ["<0.1%", content.percent(most)], "count": [content.count(most)]}
    if content.pixel_area is not None:
        texts["area"] = [content.area(most), content.area(least)]
    return {
        "marker": 2,
        "swatch": metrics.ascent() + metrics.descent() // 2,
        "hex": metrics.horizontalAdvance("#dddddd"),
        **({"name": _name_width(content, metrics)} if content.palette.names else {}),
        **({"lock": metrics.ascent() * 3 // 4} if content.locked else {}),
        "bar": 4 * metrics.averageCharWidth(),
        **{part: max(map(metrics.horizontalAdvance, two)) for part, two in texts.items()},
    }


def _name_width(content: Content, metrics: QFontMetrics) -> int:
    letter = metrics.averageCharWidth()  # to spare: others as long may be wider
    return min(metrics.horizontalAdvance(content.longest_name) + letter, MAX_NAME * letter)


def place(widths: dict[str, int], width: int, gap: int) -> dict[str, tuple[int, int]]:
    """Return left and width of each part; what has no room is left out, the bar takes the rest."""
    parts = dict(widths)
    for spared in LEFT_OUT:
        if sum(parts.values()) + gap * len(parts) <= width:
            break
        parts.pop(spared, None)
    parts["bar"] += width - sum(parts.values()) - gap * len(parts)
    places, left = {}, 0
    for part, needed in parts.items():
        places[part] = (left, max(needed, 0))
        left += needed + gap
    return places


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
