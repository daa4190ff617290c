"""Dithering by thresholds: which of two colors a pixel gets depends on its place alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from .parts import Place

    Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Mixing:
    """How two colors are mixed; it travels to workers."""

    method: str
    """"ordered" or "blue-noise"."""
    spread: float
    """Mean distance of neighboring colors."""
    strength: float
    ranks: NDArray[np.int64]
    """Order of the colors by brightness."""
    given_back: Mapping[int, int] = field(default_factory=dict)
    """Places in the run of the image's pixels, and colors that these get all the same."""

    @classmethod
    def of(cls, method: str, centers: Floats, spread: float, strength: float) -> Mixing:
        """Return how some colors are mixed."""
        ranks = np.argsort(np.argsort(centers.sum(axis=1), kind="stable"), kind="stable")
        return cls(method, spread, strength, ranks)

    def mix(
        self,
        points: Floats,
        places: Floats,
        labels: NDArray[np.int32],
        first: int,
        place: Place,
    ) -> None:
        """Replace the labels of pixels, those of the nearest places, by those that they get.

        Parameters
        ----------
        points : (n, D) ndarray of float64
            Pixels that follow each other in a block.
        places : (K, D) ndarray of float64
            Of the colors.
        labels : (n,) ndarray of int32
            Written to.
        first : int
            Number of the first pixel in the block.
        place : Place
            Of the block; rows and columns are the last two axes.
        """
        from .kernels.dithering import mix

        tile = bayer() if self.method == "ordered" else blue_noise()
        row, column = place.corner
        tile, shape = np.roll(tile, (-row, -column), (0, 1)), place.shape
        height = shape[-2] if len(shape) > 1 else 1
        mix(
            padded(points), first, shape[-1], height, tile, padded(places), self.ranks,
            self.spread, self.strength, labels,
        )  # fmt: skip
        if self.given_back:
            colors = np.array(list(self.given_back.values()))
            which, pixels = place.inside(np.array(list(self.given_back)))
            here = (pixels >= first) & (pixels < first + len(labels))
            labels[pixels[here] - first] = colors[which[here]]


def padded(points: Floats) -> Floats:
    """Return points with at least three coordinates, read-only."""
    missing = 3 - points.shape[1]
    wide = points if missing <= 0 else np.pad(points, ((0, 0), (0, missing)))
    wide = np.ascontiguousarray(wide).view()
    wide.flags.writeable = False
    return wide


@cache
def bayer() -> Floats:
    """Return Bayer's 8 x 8 thresholds, in 0..1."""
    ranks = np.zeros((1, 1), np.int64)
    while len(ranks) < 8:
        ranks = np.block([[4 * ranks, 4 * ranks + 2], [4 * ranks + 3, 4 * ranks + 1]])
    return _thresholds(ranks)


@cache
def blue_noise() -> Floats:
    """Return 64 x 64 thresholds in 0..1 without low frequencies, made by the void-and-cluster way.

    ``scripts/blue_noise.py`` has made their ranks.
    """
    return _thresholds(np.load(Path(__file__).with_name("blue_noise.npy")))


def _thresholds(ranks: NDArray[Any]) -> Floats:
    thresholds: Floats = (ranks + 0.5) / ranks.size
    return thresholds
