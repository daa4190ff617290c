"""What a palette's list shows: colors as bytes, and the texts made of them when needed."""

from __future__ import annotations

import html
import math
import textwrap
import unicodedata
from typing import TYPE_CHECKING, Any

import numpy as np
from qtpy.QtGui import QColor

from napari_kmeans_quantizer import Palette
from napari_kmeans_quantizer.core.measurement import Measurement
from napari_kmeans_quantizer.core.report import percent
from napari_kmeans_quantizer.plugin.layers.legend import text_width
from napari_kmeans_quantizer.plugin.models.display import Display, hex_of
from napari_kmeans_quantizer.plugin.models.numbers import significant

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

HOW_TO = (
    "Double-click or Enter: edit the color. N, or double-click the name: edit the name.\n"
    "L: lock. H: hide. B: background. Shift or Ctrl and click: select several; M: merge them.\n"
    "Right-click: more."
)
MAX_MERGE = 40  # entries of "Merge into": a menu longer than the screen helps nobody
MAX_VALUES = 8  # values named in a tooltip
MAX_TITLE, WRAP = 40, 80  # characters of a name in a menu, and in a line of a tooltip
NO_SHARE = "—"


class Content:
    """A palette as the view was told to show it; see `PaletteView.show_palette`."""

    def __init__(
        self,
        palette: Palette,
        display: Display | None,
        locked: frozenset[int],
        hidden: frozenset[int],
        measured: Measurement | None,
    ) -> None:
        self.palette = palette
        self.display = Display.of_palette(palette) if display is None else display
        self.rgb = self.display.shown(palette.colors)
        self._hex = hex_of(self.rgb)
        self.locked, self.hidden = frozenset(locked), frozenset(hidden)
        self.measured = _measured(palette, self._hex) if measured is None else measured
        self.background = self.measured.background
        self.counts = self.measured.counts[0, 0]
        self.shares = np.nan_to_num(self.measured.shares[0, 0])  # the background has no bar
        self.longest_name = max(self.measured.names, key=text_width)
        self.largest_share = float(self.shares.max()) or 1.0
        # Three digits in all for the largest area, and as many after the point for the others.
        largest = int(self.counts.max()) * (self.measured.pixel_size or 0.0)
        self._area_decimals = 2 - math.floor(math.log10(largest)) if largest > 0 else 0

    def __len__(self) -> int:
        return len(self.palette)

    @property
    def summaries(self) -> list[str]:
        """How many colors there are, what all measure, and how many are special; ever shorter."""
        marks = {mark: f"{len(ones):,} {mark}" for mark, ones in self._marked.items() if ones}
        colors = [_number_of(len(self), "color"), marks.pop("background", "")]
        first, size = ", ".join(filter(None, colors)), self._size(int(self.counts.sum()))
        others = [", ".join(marks.values())] if marks else []
        return [" · ".join([first, *rest]) for rest in ([*size, *others], size, size[-1:])]

    @property
    def summary_tip(self) -> str:
        """All of it, and what is left without the background."""
        lines = self.summaries[:1]
        if self.background:
            rest = ", ".join(self._size(int(self.measured.totals[0, 0])))
            lines.append(f"Without background: {rest or 'nothing'}")
        return "\n".join(lines)

    def hex(self, index: int) -> str:
        """Return a color as ``#rrggbb``."""
        return self._hex[index]

    def name(self, index: int) -> str:
        """Return what a color is called, "" if it has no name."""
        return " ".join(self.measured.names[index].split())

    def color(self, index: int) -> QColor:
        """Return a color as Qt paints it."""
        return QColor(self._hex[index])

    def percent(self, index: int) -> str:
        """Return a color's share of the pixels, a dash if it is left out of these."""
        return NO_SHARE if index in self.background else percent(float(self.shares[index]))

    def count(self, index: int) -> str:
        """Return a color's number of pixels."""
        return f"{int(self.counts[index]):,}"

    @property
    def has_areas(self) -> bool:
        """Whether it is known what a pixel measures."""
        return self.measured.pixel_size is not None

    def area(self, index: int) -> str:
        """Return what a color's pixels measure, if the area of one is known."""
        if self.measured.pixel_size is None:
            return ""
        area = int(self.counts[index]) * self.measured.pixel_size
        return f"{_fixed(area, self._area_decimals)} {self.measured.unit}"

    def as_listed(self, order: Sequence[int]) -> Palette:
        """Return the colors as they are shown, in another order."""
        listed, names = list(order), self.palette.names
        colors: Any = np.rint(self.rgb[listed] * 255).astype(np.uint8)
        named = None if names is None else tuple(names[index] for index in listed)
        return Palette(colors, self.palette.counts[listed], named)

    def nearest(self, index: int) -> list[int]:
        """Return the colors nearest to one, nearest first."""
        colors = self.palette.colors
        distances = np.square(colors - colors[index]).sum(axis=1)
        distances[index] = np.inf
        order = np.argsort(distances, kind="stable")[: min(MAX_MERGE, len(self) - 1)]
        return list(order.tolist())

    def largest(self, indices: Collection[int]) -> int:
        """Return which of some colors has the most pixels: others are merged into it."""
        return max(sorted(indices), key=lambda index: int(self.counts[index]))

    def title(self, index: int) -> str:
        """Return name and hex of a color, in one line of a menu."""
        name = self.name(index)
        short = f"{name[:MAX_TITLE]}…" if len(name) > MAX_TITLE else name
        return f"{_isolated(short)} · {self.hex(index)}" if name else self.hex(index)

    @property
    def _marked(self) -> dict[str, frozenset[int]]:
        return {"background": self.background, "locked": self.locked, "hidden": self.hidden}

    def _marks(self, index: int) -> list[str]:
        return [mark for mark, indices in self._marked.items() if index in indices]

    def spoken(self, index: int) -> str:
        """Return what a screen reader says of a color."""
        name = self.name(index)
        parts = [f"{name} · {self.hex(index)}" if name else self.hex(index)]
        parts += [] if index in self.background else [self.percent(index)]
        parts += [_number_of(int(self.counts[index]), "pixel"), self.area(index)]
        return ", ".join(part for part in (*parts, *self._marks(index)) if part)

    def tooltip(self, index: int) -> str:
        """Return all that is known of a color, and what one can do with it."""
        values = [_number(value) for value in self.palette.values[index, :MAX_VALUES].tolist()]
        values += ["..."] if self.palette.n_channels > MAX_VALUES else []
        marks = [mark for mark in self._marks(index) if mark != "background"]
        lines = [
            f"{self.hex(index)} · color {index + 1:,} of {len(self):,}",
            f"Value{'s' if len(values) > 1 else ''}: {', '.join(values)}",
            " · ".join([self._share(index), *self._size(int(self.counts[index]))]),
            self._group(index),
            " and ".join(marks).capitalize(),
            HOW_TO,
        ]
        if name := self.name(index):
            lines[0] = f"{_isolated(textwrap.fill(name, WRAP))} · {lines[0]}"
        return _as_it_is("\n".join(line for line in lines if line))

    def _share(self, index: int) -> str:
        if index in self.background:
            return "Background: left out of the shares"
        without = " without background" if self.background else ""
        return f"{100 * float(self.shares[index]):.4g}% of the pixels{without}"

    def _size(self, n_pixels: int) -> list[str]:
        """Return a number of pixels, and what they measure."""
        size = [_number_of(n_pixels, "pixel")] if n_pixels else []
        if self.measured.pixel_size is not None and n_pixels:
            area = n_pixels * self.measured.pixel_size
            size.append(f"{significant(area)} {self.measured.unit}")
        return size

    def _group(self, index: int) -> str:
        """Return the sum of the colors of one name, "" if no other has it."""
        name, is_background = self.name(index), index in self.background
        alike = [
            k
            for k in range(len(self))
            if self.name(k) == name and (k in self.background) == is_background
        ]
        if not name or len(alike) < 2:
            return ""
        share = [] if is_background else [percent(float(self.shares[alike].sum()))]
        parts = [_number_of(len(alike), "color"), *share, *self._size(self.counts[alike].sum())]
        short = textwrap.shorten(name, WRAP, placeholder="…")
        return f"{_isolated(short)}: {', '.join(parts)}"


def _measured(palette: Palette, hexes: Sequence[str]) -> Measurement:
    """Return what a palette alone knows of its pixels."""
    names = palette.names or ("",) * len(palette)
    return Measurement("", palette.counts.reshape(1, 1, -1), tuple(hexes), names)


def _number_of(n: int, what: str) -> str:
    return f"{n:,} {what}" + ("" if n == 1 else "s")


def _isolated(text: str) -> str:
    """Return a text that does not turn the direction of what follows, if it might."""
    turns = any(unicodedata.bidirectional(letter) in ("R", "AL", "AN") for letter in text)
    return f"\u2068{text}\u2069" if turns else text


def _as_it_is(text: str) -> str:
    """Return a text for a tooltip, which would take a name with "<" for HTML."""
    return "<br>".join(map(html.escape, text.split("\n"))) if "<" in text else text


def _fixed(value: float, decimals: int) -> str:
    """Return a number for a column; what would look like nothing tells that it is more."""
    if decimals > 6:
        return f"{value:.2e}"
    decimals = max(decimals, 0)
    step = 10.0**-decimals
    return f"<{step:.{decimals}f}" if 0 < value <= step / 2 else f"{value:,.{decimals}f}"


def _number(value: float) -> str:
    return f"{value:.6g}" if isinstance(value, float) else f"{int(value)}"
