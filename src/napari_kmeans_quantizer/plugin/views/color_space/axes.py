"""Where colors lie in a color space, and what frames them: axes, ticks, box. NumPy only."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from napari_kmeans_quantizer import convert_colors

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from napari_kmeans_quantizer.plugin.models.display import Display

    Floats = NDArray[np.float64]

SPACES = ("RGB", "Lab", "Oklab")
ROUND_TO = {"Lab": 20.0, "Oklab": 0.1}  # the box of a and b grows in steps of this
LIGHTEST = {"Lab": 100.0, "Oklab": 1.0}
RGB_HUES = ((0.93, 0.26, 0.26), (0.20, 0.72, 0.32), (0.30, 0.50, 1.00))
CHANNEL_HUES = ((0.90, 0.60, 0.00), (0.00, 0.65, 0.50), (0.80, 0.45, 0.70))  # of no color at all
GREEN, RED, BLUE, YELLOW = (
    (0.10, 0.65, 0.40),
    (0.90, 0.22, 0.38),
    (0.22, 0.45, 0.95),
    (0.90, 0.75, 0.10),
)
GREY = (0.55, 0.55, 0.55)
LUMINANCE = np.array([0.2126, 0.7152, 0.0722])
LIGHTNESS = (0.3, 0.6)  # what is lighter or darker is hard to read on one of the themes


@dataclass(frozen=True)
class Axis:
    """One axis, as it is drawn.

    Attributes
    ----------
    name : str
        What stands at its tip.
    ends : (2, 3) ndarray
        Where it begins and ends.
    start, stop : (float, float, float)
        The colors at its ends.
    ticks : dict of float to str
        Texts by position along the axis.
    """

    name: str
    ends: Floats
    start: tuple[float, float, float]
    stop: tuple[float, float, float]
    ticks: dict[float, str]

    @property
    def direction(self) -> int:
        """0, 1 or 2: along x, y or z."""
        return int(np.argmax(np.abs(self.ends[1] - self.ends[0])))


@dataclass(frozen=True)
class Stage:
    """The box that holds all points, and the axes in it.

    Attributes
    ----------
    limits : (3, 2) ndarray
        The least and the largest x, y and z.
    axes : tuple of Axis
        One per channel that the image has.
    """

    limits: Floats
    axes: tuple[Axis, ...]

    @property
    def center(self) -> Floats:
        """The middle of the box, (3,)."""
        middle: Floats = self.limits.mean(axis=1)
        return middle

    @property
    def diagonal(self) -> float:
        """Length of the diagonal of the box."""
        return float(np.linalg.norm(np.ptp(self.limits, axis=1)))

    @property
    def box(self) -> Floats:
        """The twelve edges, (24, 3): two ends each."""
        corners = np.array(np.meshgrid([0, 1], [0, 1], [0, 1], indexing="ij")).reshape(3, 8).T
        pairs = [
            (corner, corner + step)
            for step in np.eye(3, dtype=int)
            for corner in corners
            if (corner + step <= 1).all()
        ]
        low, high = self.limits.T
        edges: Floats = low + np.array(pairs).reshape(24, 3) * (high - low)
        return edges

    def outward(self, axis: Axis, along: float) -> Floats:
        """Return the point beside the axis where a tick's text stands: below, or left of L or B."""
        point: Floats = axis.ends[0].copy()
        point[axis.direction] = along
        away = np.array([-0.7, -0.7, 0.0]) if axis.direction == 2 else np.array([0.0, 0.0, -1.0])
        return point + 0.05 * self.diagonal * away

    @property
    def tick_texts(self) -> list[str]:
        """The texts beside all axes."""
        return [text for axis in self.axes for text in axis.ticks.values()]

    @property
    def tick_places(self) -> Floats:
        """Where those texts stand, (n, 3)."""
        places = [self.outward(axis, along) for axis in self.axes for along in axis.ticks]
        return np.array(places).reshape(-1, 3)

    def tip(self, axis: Axis) -> Floats:
        """Return the point past the end of an axis where its name stands."""
        end: Floats = axis.ends[1].copy()
        end[axis.direction] += 0.05 * self.diagonal
        return end


def has_spaces(display: Display) -> bool:
    """Return whether an image has colors that Lab and Oklab can tell."""
    n_channels = len(display.channels)
    return n_channels == 1 or (display.rgb and n_channels == 3)


def spaces_differ(display: Display) -> bool:
    """Return whether an image's colors lie otherwise in Lab and Oklab: plain greys do not."""
    if len(display.channels) > 1:
        return has_spaces(display)
    (channel,) = display.channels
    return channel.colormap is not None and bool(np.ptp(channel.colormap.colors[:, :3], 1).any())


def levels(display: Display, colors: ArrayLike) -> Floats:
    """Return where colors (n, C) lie among the axes of the first three channels, (n, 3) in 0..1."""
    table = np.asarray(colors)
    if len(display.channels) == 1:
        return np.repeat(display.levels(table), 3, axis=1)
    places = np.zeros((len(table), 3))
    some = display.levels(table)[:, :3]
    places[:, : some.shape[1]] = some
    return places


def place(display: Display, colors: ArrayLike, space: str) -> Floats:
    """Return where colors (n, C) lie in the scene, (n, 3): L of Lab and Oklab points up."""
    if space == "RGB" or not len(np.asarray(colors)):
        return levels(display, colors)
    shown = display.shown(colors)
    converted: Floats = convert_colors(shown, space.lower())  # type: ignore[arg-type]
    return converted[:, [1, 2, 0]]


def units(space: str, display: Display) -> float:
    """Return what a length of 1 in the scene means: the image's values, if all channels' agree."""
    limits = {channel.limits for channel in display.channels}
    if space != "RGB" or len(limits) > 1:
        return 1.0
    ((low, high),) = limits
    return (high - low) or 1.0


def distance_label(space: str, display: Display) -> str:
    """Return what the color bar of distances is called."""
    if has_spaces(display):
        return f"distance in {space}"
    return f"distance in {', '.join(channel.name for channel in display.channels[:3])}"


def nice_ticks(low: float, high: float, at_most: int = 5) -> list[float]:
    """Return round values in low..high, multiples of 1, 2 or 5 times a power of ten."""
    span = high - low
    if not (np.isfinite(span) and span > 0):
        return []
    raw = span / max(at_most - 1, 1)
    power = 10.0 ** np.floor(np.log10(raw))
    step = next(power * digit for digit in (1, 2, 5, 10) if power * digit >= raw * (1 - 1e-9))
    first, last = np.ceil(low / step - 1e-9), np.floor(high / step + 1e-9)
    return [float(n * step) + 0.0 for n in np.arange(first, last + 1)]  # 0, never -0


def make_stage(space: str, points: Floats, display: Display, before: Stage | None) -> Stage:
    """Return the box and the axes for these points.

    The box of `before`, the stage shown last in this space, is kept as long as the points fit it
    and fill it: axes that jump while the user drags a slider would be worse than a loose fit.
    """
    if space == "RGB":
        return _channel_stage(_named_axes(display))
    limits = _lab_limits(space, points)
    if before is not None and _still_fits(before.limits, limits):
        return before
    return _lab_stage(space, limits)


class _NamedAxis(NamedTuple):
    name: str
    limits: tuple[float, float]
    hue: tuple[float, float, float]


def _named_axes(display: Display) -> tuple[_NamedAxis, ...]:
    """Return name, values and color of the axes: a grey image is at home on all three of RGB."""
    channels = display.channels[:3]
    if len(channels) == 1:
        limits = channels[0].limits
        return tuple(_NamedAxis(n, limits, h) for n, h in zip("RGB", RGB_HUES, strict=True))
    hues = RGB_HUES if display.rgb and len(display.channels) >= 3 else CHANNEL_HUES
    axes = []
    for channel, hue in zip(channels, hues, strict=False):
        if channel.colormap is not None:
            hue = _readable(channel.colormap.map(np.ones(1))[0, :3])
        axes.append(_NamedAxis(channel.name, channel.limits, hue))
    return tuple(axes)


def _still_fits(old: Floats, new: Floats) -> bool:
    inside = (old[:, 0] <= new[:, 0]).all() and (new[:, 1] <= old[:, 1]).all()
    return bool(inside and (np.ptp(old, axis=1) <= 2 * np.ptp(new, axis=1)).all())


def _readable(hue: Floats) -> tuple[float, float, float]:
    """Return a color that can be read on black as on white: neither very dark nor very light."""
    light = float(hue @ LUMINANCE)
    if light < LIGHTNESS[0]:
        hue = hue + (1 - hue) * (LIGHTNESS[0] - light) / (1 - light)
    elif light > LIGHTNESS[1]:
        hue = hue * LIGHTNESS[1] / light
    red, green, blue = hue.tolist()
    return red, green, blue


@lru_cache(maxsize=8)
def _channel_stage(named: tuple[_NamedAxis, ...]) -> Stage:
    limits = np.zeros((3, 2))
    limits[: len(named), 1] = 1
    axes = []
    for i, (name, (low, high), hue) in enumerate(named):
        ticks = {
            (value - low) / ((high - low) or 1): f"{value:g}"
            for value in nice_ticks(low, high)
            if value > low  # three of them would meet at the origin
        }
        axes.append(Axis(name, np.stack([np.zeros(3), np.eye(3)[i]]), hue, hue, ticks))
    return Stage(limits, tuple(axes))


def _lab_limits(space: str, points: Floats) -> Floats:
    """Return limits in round steps that hold a and b of all points, and the neutral axis."""
    step, lightest = ROUND_TO[space], LIGHTEST[space]
    around = np.concatenate([points[:, :2], np.zeros((1, 2))])
    low = np.minimum(np.floor(around.min(axis=0) / step + 1e-6), -1) * step
    high = np.maximum(np.ceil(around.max(axis=0) / step - 1e-6), 1) * step
    return np.array([[low[0], high[0]], [low[1], high[1]], [0.0, lightest]])


def _lab_stage(space: str, limits: Floats) -> Stage:
    """Return a cross of a and b on the floor, and the neutral axis that rises from it."""
    hues = ((GREEN, RED), (BLUE, YELLOW), ((0.30,) * 3, (0.95,) * 3))
    axes = []
    for i, name in enumerate(("a", "b", "L")):
        ends = np.zeros((2, 3))
        ends[:, i] = limits[i]
        ticks = {v: f"{v:g}" for v in nice_ticks(*limits[i]) if abs(v) > 1e-9}
        axes.append(Axis(name, ends, *hues[i], ticks))
    return Stage(limits, tuple(axes))
