"""Where an image lies: axes, and what a step along each of them is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

TYPES = {"t": "time", "c": "channel", "z": "space", "y": "space", "x": "space"}
ORDER = "tczyx"
"""How OME-Zarr wants axes to be ordered."""


class Axis(NamedTuple):
    """One axis, as OME-Zarr tells it; a type or unit of "" is none."""

    name: str
    type: str = ""
    unit: str = ""


@dataclass(frozen=True)
class Space:
    """Axes, and where pixels lie along them.

    Attributes
    ----------
    axes : tuple of Axis
        In the order of the array.
    scale, translation : tuple of float
        Distance of pixels, and place of the first one: of its center.
    outer : tuple of dict
        Transformations of all levels, which come after.
    """

    axes: tuple[Axis, ...]
    scale: tuple[float, ...]
    translation: tuple[float, ...]
    outer: tuple[dict[str, Any], ...] = ()

    @property
    def spatial(self) -> tuple[int, ...]:
        """Which axes are of space."""
        return tuple(i for i, axis in enumerate(self.axes) if axis.type == "space")

    def at(self, order: Sequence[int]) -> Space:
        """Return some of the axes, in this order."""
        return Space(
            tuple(self.axes[i] for i in order),
            tuple(self.scale[i] for i in order),
            tuple(self.translation[i] for i in order),
            tuple(_at(transformation, order) for transformation in self.outer),
        )

    def every(self, steps: Sequence[int]) -> Space:
        """Return where pixels lie of which only every so many are left, from the first one on.

        The first stays where it is: only the distance changes.
        """
        scale = tuple(s * step for s, step in zip(self.scale, steps, strict=True))
        return replace(self, scale=scale)


def _at(transformation: dict[str, Any], order: Sequence[int]) -> dict[str, Any]:
    kind = transformation["type"]
    return {"type": kind, kind: [transformation[kind][i] for i in order]}


def named_axes(names: Sequence[str]) -> tuple[Axis, ...]:
    """Return axes of names such as t, c, z, y, x; others are taken for channels."""
    return tuple(Axis(name, TYPES.get(name, "channel")) for name in names)
