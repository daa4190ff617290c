"""How napari shows an image: between the image's units and shown colors, both ways.

The one place that knows what a value looks like, what a cluster's hex is, and what an image of a
dtype can hold. napari shows a value as the fraction of its layer's contrast limits that it is at,
to the power of the layer's gamma; of grey layers the colormap gives that a color, and layers with
additive blending add up. RGB layers have contrast limits and a gamma, too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from napari.utils import Colormap
    from numpy.typing import ArrayLike, NDArray

    from napari_kmeans_quantizer import Palette

    Floats = NDArray[np.float64]

Color = tuple[float, ...]
"""A color in the image's units, one value per channel."""

UNNOTICEABLE = 0.4 / 255  # of a channel: both are shown as the same byte, or nearly
FULL_SCALES = (1.0, *(float(2**bits - 1) for bits in (8, 10, 12, 14, 16)))
SHADES = 1024  # of a colormap, to look for the one most like a color
LARGEST = 1.7e308


def fractions(values: ArrayLike, limits: tuple[float, float]) -> Floats:
    """Return values as fractions of contrast limits, clipped to 0..1."""
    low, high = limits
    scaled = np.subtract(values, low, dtype=np.float64)
    scaled /= (high - low) or 1.0
    return np.clip(scaled, 0, 1, out=scaled)


def dtype_limits(dtype: np.dtype[Any]) -> tuple[float, float]:
    """Return the least and the largest value that an image of a dtype can hold."""
    if dtype.kind == "b":
        return 0.0, 1.0
    if dtype.kind == "f":
        high = min(float(np.finfo(dtype).max), LARGEST)
        return -high, high
    info = np.iinfo(dtype)
    return float(info.min), float(info.max)


def opaque_alpha(dtype: np.dtype[Any]) -> int:
    """Return what alpha is where a color picture is not transparent."""
    return 1 if dtype.kind in "bf" else int(np.iinfo(dtype).max)


def hex_of(rgb: ArrayLike) -> list[str]:
    """Return shown colors (n, 3), in 0..1, as ``#rrggbb``."""
    shown = np.rint(np.clip(rgb, 0, 1) * 255).astype(np.uint8)
    return ["#" + color.tobytes().hex() for color in shown]


@dataclass(frozen=True, eq=False)
class Channel:
    """How one channel is shown.

    Attributes
    ----------
    name : str
        What people call it: "R", or the name of its layer.
    limits : (float, float)
        The values shown as nothing and as full intensity.
    gamma : float
        The exponent of what lies between.
    colormap : napari.utils.Colormap or None
        Its color; None of channels that are red, green, blue or alpha.
    """

    name: str
    limits: tuple[float, float] = (0.0, 1.0)
    gamma: float = 1.0
    colormap: Colormap | None = None

    def levels(self, values: ArrayLike) -> Floats:
        """Return how far values lie between the limits, 0..1."""
        return fractions(values, self.limits)

    def intensities(self, values: ArrayLike) -> Floats:
        """Return how bright values are shown, 0..1."""
        bright: Floats = self.levels(values) ** self.gamma
        return bright

    def value_of(self, intensity: ArrayLike) -> Any:
        """Return the values that are shown so bright."""
        low, high = self.limits
        return low + np.asarray(intensity, np.float64) ** (1 / self.gamma) * (high - low)


@dataclass(frozen=True, eq=False)
class Display:
    """How an image of some channels is shown.

    Attributes
    ----------
    channels : tuple of Channel
        Those that are clustered.
    rgb : bool
        Whether the first three are red, green and blue.
    dtype : dtype
        The image's.
    """

    channels: tuple[Channel, ...]
    rgb: bool
    dtype: np.dtype[Any]

    @classmethod
    def of_palette(cls, palette: Palette) -> Display:
        """Return how a palette is shown where nothing is known of a layer: as its ``rgb``."""
        limits, n = palette.value_range, palette.n_channels
        names = ("grey",) if n == 1 else ("R", "G", "B", *(f"channel {i + 4}" for i in range(n)))
        channels = tuple(Channel(name, limits) for name in names[:n])
        return cls(channels, n > 1, palette.dtype)

    @property
    def is_color(self) -> bool:
        """Whether a picture is shown in colors of its own: RGB, or several channels."""
        return self.rgb or len(self.channels) > 1

    @property
    def value_range(self) -> tuple[float, float]:
        """The values that people would call none and full, by the contrast limits.

        These are often guessed by napari from what is there: 160 to 4000 means 12 bits, 0 to 4095.
        Where no such range holds them, they are taken as they are.
        """
        low = min(channel.limits[0] for channel in self.channels)
        high = max(channel.limits[1] for channel in self.channels)
        for full in FULL_SCALES if self.dtype.kind == "f" else FULL_SCALES[1:]:
            if low >= 0 and high <= full:
                return 0.0, full
        return low, high

    # -- from the image's units to colors

    def shown(self, colors: ArrayLike) -> Floats:
        """Return colors (n, C), in the image's units, as they are shown: (n, 3) in 0..1."""
        table = np.asarray(colors)
        rgb = np.zeros((len(table), 3))
        if self.rgb:
            for i, channel in enumerate(self.channels[:3]):
                rgb[:, i] = channel.intensities(table[:, i])
            return rgb
        for i, channel in enumerate(self.channels):
            bright = channel.intensities(table[:, i])
            if channel.colormap is None:
                rgb += bright[:, np.newaxis]
            else:
                rgb += channel.colormap.map(bright)[:, :3]
        return np.clip(rgb, 0, 1, out=rgb)

    def hex(self, colors: ArrayLike) -> list[str]:
        """Return colors (n, C), in the image's units, as ``#rrggbb`` as they are shown."""
        return hex_of(self.shown(colors))

    def levels(self, colors: ArrayLike) -> Floats:
        """Return how far colors (n, C) lie between the contrast limits, (n, C) in 0..1."""
        table = np.asarray(colors)
        columns = [channel.levels(table[:, i]) for i, channel in enumerate(self.channels)]
        return np.stack(columns, axis=1)

    # -- from colors to the image's units

    @property
    def can_be_told(self) -> bool:
        """Whether a shown color says what the values are: of a mixture of channels it does not."""
        return self.rgb or len(self.channels) == 1

    def values(self, rgb: ArrayLike, before: ArrayLike) -> Color:
        """Return the color of the image that is shown as `rgb`, of grey images the most like it.

        Parameters
        ----------
        rgb : (3,) array_like
            A shown color, in 0..1.
        before : (C,) array_like
            The color in the image's units that is to become like it: channels in which `rgb` is
            shown as before keep their values, and alpha does, too.

        Returns
        -------
        tuple of float
            Whole numbers in images of integers.
        """
        wanted, values = np.asarray(rgb, np.float64), np.array(before, np.float64)
        if not self.rgb:
            return (self._whole(self._nearest_shade(wanted)),)
        shown = self.shown(values[np.newaxis])[0]
        for i in np.flatnonzero(np.abs(wanted - shown) > UNNOTICEABLE):
            if i < len(self.channels):
                values[i] = self._whole(float(self.channels[i].value_of(wanted[i])))
        return tuple(map(float, values))

    def _nearest_shade(self, rgb: Floats) -> float:
        (channel,) = self.channels
        levels = np.linspace(0, 1, SHADES)
        bright = channel.value_of(levels)
        distances = ((self.shown(bright[:, np.newaxis]) - rgb) ** 2).sum(axis=1)
        return float(bright[distances.argmin()])

    def _whole(self, value: float) -> float:
        low, high = dtype_limits(self.dtype)
        held = min(max(value, low), high)
        return float(round(held)) if self.dtype.kind in "bui" else held

    # -- for layers

    def look(self) -> dict[str, Any]:
        """Return how a painted image must be shown to look like its source."""
        first = self.channels[0]
        if self.rgb:
            return {"rgb": True, "contrast_limits": first.limits, "gamma": first.gamma}
        if len(self.channels) > 1:  # painted in the colors in which they are shown
            return {"rgb": True, "contrast_limits": (0.0, 255.0), "gamma": 1.0}
        return {
            "rgb": False,
            "contrast_limits": first.limits,
            "gamma": first.gamma,
            "colormap": first.colormap,
        }

    def looks_like(self, other: Display) -> bool:
        """Tell whether every value is shown the same in both."""
        return self.rgb == other.rgb and self._looks() == other._looks()

    def _looks(self) -> list[tuple[Any, ...]]:
        return [
            (c.limits, c.gamma, None if c.colormap is None else c.colormap.colors.tobytes())
            for c in self.channels
        ]
