"""Pyramids and lazy arrays, and what is read of them: what several tests have in common."""

from __future__ import annotations

import threading
from collections import Counter

import dask.array as da
import numpy as np
from napari.layers import Image

PALETTE = np.array([[20, 30, 40], [200, 60, 50], [90, 160, 220], [240, 240, 230]], np.int16)


def picture(height=96, width=160, seed=0, n_values=3):
    """Return patches of four colors with noise, (height, width, n_values) uint8."""
    rng = np.random.default_rng(seed)
    patches = rng.integers(0, 4, (height // 8, width // 8)).repeat(8, 0).repeat(8, 1)
    noisy = PALETTE[patches] + rng.integers(-15, 16, (height, width, 1))
    colors = np.clip(noisy, 0, 255).astype(np.uint8)
    if n_values == 3:
        return colors
    alpha = np.where(rng.random((height, width, 1)) < 0.2, 0, 255).astype(np.uint8)
    return np.concatenate([colors, alpha], axis=-1)


def halved(array, axes=(0, 1)):
    """Return the next level of a pyramid: every second pixel."""
    return array[tuple(slice(None, None, 2 if axis in axes else 1) for axis in range(array.ndim))]


class Pyramid:
    """Levels of an image as arrays of dask, and which of their blocks were read.

    Attributes
    ----------
    held : list of ndarray
        What they hold.
    levels : list of dask.array.Array
        The finest first.
    reads : list of (int, tuple, bool)
        Which level, which block, and whether the main thread has read it; tests that look at the
        last let dask work in whatever thread asks.
    broken : callable
        Gets level and block; raises if that cannot be read.
    """

    def __init__(self, array, n_levels=3, chunk=32, axes=(0, 1), n_spatial=2):
        self.held = [array]
        for _ in range(n_levels - 1):
            self.held.append(halved(self.held[-1], axes))
        self.reads, self.broken = [], lambda level, block: None
        chunks = lambda x: (*(1,) * (n_spatial - 2), chunk, chunk, *x.shape[n_spatial:])  # noqa: E731
        self.levels = [
            da.from_array(x, chunks(x)).map_blocks(self._read, level, dtype=x.dtype)
            for level, x in enumerate(self.held)
        ]

    def _read(self, block, level, block_info=None):
        place = block_info[0]["chunk-location"]
        in_main = threading.current_thread() is threading.main_thread()
        self.reads.append((level, place, in_main))
        self.broken(level, place)
        return block

    @property
    def n_read(self):
        """How many blocks of each level were read."""
        return Counter(level for level, _, _ in self.reads)

    def n_blocks(self, level):
        """Return how many there are."""
        return self.levels[level].npartitions

    def layer(self, name="slide", **options):
        """Return the layer of the pyramid; a color picture."""
        shown = {"rgb": True, "name": name, **options}
        return Image(self.levels, multiscale=True, contrast_limits=(0, 255), **shown)

    def plain(self, name="mosaic", **options):
        """Return a layer of its finest level alone."""
        shown = {"rgb": True, "name": name, "contrast_limits": (0, 255), **options}
        return Image(self.levels[0], multiscale=False, **shown)
