"""What a palette's list shows: colors as bytes, and the texts made of them when needed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from qtpy.QtGui import QColor

from napari_kmeans_quantizer import Palette
from napari_kmeans_quantizer.plugin.models.display import Display, hex_of
from napari_kmeans_quantizer.plugin.views.parts import percent

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

HOW_TO = (
    "Double-click or Enter: edit. L: lock, H: hide. Shift or Ctrl and click: select several, "
    "M: merge them. Right-click: more."
)
MAX_MERGE = 40  # entries of "Merge into": a menu longer than the screen helps nobody
MAX_VALUES = 8  # values named in a tooltip


class Content:
    """A palette as the view was told to show it; see `PaletteView.show_palette`."""

    def __init__(
        self,
        palette: Palette,
        display: Display | None,
        locked: frozenset[int],
        hidden: frozenset[int],
        pixel_area: tuple[float, str] | None,
    ) -> None:
        self.palette = palette
        self.display = Display.of_palette(palette) if display is None else display
        self.rgb = self.display.shown(palette.colors)
        self._hex = hex_of(self.rgb)
        self.locked, self.hidden = frozenset(locked), frozenset(hidden)
        self.pixel_area = pixel_area
        self.shares = palette.share
        self.longest_name = max(palette.names or ("",), key=len)
        self.largest_share = float(self.shares.max()) or 1.0
        # Three digits in all for the largest area, and as many after the point for the others.
        largest = int(palette.counts.max()) * pixel_area[0] if pixel_area else 0.0
        self._area_decimals = 2 - math.floor(math.log10(largest)) if largest > 0 else 0

    def __len__(self) -> int:
        return len(self.palette)

    @property
    def summary(self) -> str:
        """How many colors there are, and how many are locked and hidden."""
        parts = [f"{len(self):,} color" + ("" if len(self) == 1 else "s")]
        for name, indices in (("locked", self.locked), ("hidden", self.hidden)):
            parts += [f"{len(indices):,} {name}"] if indices else []
        return ", ".join(parts)

    def hex(self, index: int) -> str:
        """Return a color as ``#rrggbb``."""
        return self._hex[index]

    def name(self, index: int) -> str:
        """Return what a color is called, "" if it has no name."""
        return self.palette.names[index] if self.palette.names else ""

    def color(self, index: int) -> QColor:
        """Return a color as Qt paints it."""
        return QColor(self._hex[index])

    def percent(self, index: int) -> str:
        """Return a color's share of the pixels."""
        return percent(float(self.shares[index]))

    def count(self, index: int) -> str:
        """Return a color's number of pixels."""
        return f"{int(self.palette.counts[index]):,}"

    def area(self, index: int) -> str:
        """Return what a color's pixels measure, if the area of one is known."""
        if self.pixel_area is None:
            return ""
        size, unit = self.pixel_area
        return f"{_fixed(int(self.palette.counts[index]) * size, self._area_decimals)} {unit}"

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
        return max(sorted(indices), key=lambda index: int(self.palette.counts[index]))

    def _named(self, index: int) -> str:
        name = self.name(index)
        return f"{name} · {self.hex(index)}" if name else self.hex(index)

    def _marks(self, index: int) -> list[str]:
        marks = (("locked", self.locked), ("hidden", self.hidden))
        return [name for name, indices in marks if index in indices]

    def spoken(self, index: int) -> str:
        """Return what a screen reader says of a color."""
        parts = [self._named(index), self.percent(index), f"{self.count(index)} pixels"]
        return ", ".join(part for part in (*parts, self.area(index), *self._marks(index)) if part)

    def tooltip(self, index: int) -> str:
        """Return all that is known of a color, and what one can do with it."""
        values = [_number(value) for value in self.palette.values[index, :MAX_VALUES].tolist()]
        values += ["..."] if self.palette.n_channels > MAX_VALUES else []
        size = [f"{100 * float(self.shares[index]):.4g}% of the pixels"]
        size.append(f"{self.count(index)} pixels")
        if self.pixel_area is not None:
            area = int(self.palette.counts[index]) * self.pixel_area[0]
            size.append(f"{_significant(area)} {self.pixel_area[1]}")
        lines = [
            f"{self._named(index)} · color {index + 1:,} of {len(self):,}",
            f"Value{'s' if len(values) > 1 else ''}: {', '.join(values)}",
            " · ".join(size),
            " and ".join(self._marks(index)).capitalize(),
            HOW_TO,
        ]
        return "\n".join(line for line in lines if line)


def _fixed(value: float, decimals: int) -> str:
    """Return a number for a column; what would look like nothing tells that it is more."""
    if decimals > 6:
        return f"{value:.2e}"
    decimals = max(decimals, 0)
    step = 10.0**-decimals
    return f"<{step:.{decimals}f}" if 0 < value < step / 2 else f"{value:,.{decimals}f}"


def _significant(value: float) -> str:
    """Return a number with four digits, or all those before the point."""
    return f"{value:,.0f}" if 1000 <= value < 1e15 else f"{value:.4g}"


def _number(value: float) -> str:
    return f"{value:.6g}" if isinstance(value, float) else f"{int(value)}"
