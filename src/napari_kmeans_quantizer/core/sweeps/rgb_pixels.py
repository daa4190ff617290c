"""8-bit RGB pixels for the kernels: as words, and painted by a tree of labels."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from napari_kmeans_quantizer.core.image import Pixels

    from .base import Canvas

    Bytes = NDArray[np.uint8]
    Words = NDArray[np.uint32]


class Tree(NamedTuple):
    """The nearest center of every color of every cell that has pixels; see `kernels.grid_tree`."""

    entries: Words
    cell_labels: Bytes
    palette: Words


class RgbPixels:
    """The pixels of an 8-bit RGB image, by chunks; see `kernels.grid_count` for words."""

    @staticmethod
    def suits(pixels: Pixels) -> bool:
        """Tell whether an image is of this kind."""
        return pixels.n_channels == 3 and pixels.image.dtype == np.uint8

    def __init__(self, pixels: Pixels) -> None:
        self._pixels = pixels
        in_memory = _channels_in_memory(pixels)
        contiguous = in_memory > 0 and pixels.image.flags.c_contiguous
        self._flat = pixels.image.reshape(-1) if contiguous else None
        self.step = 3 if self._flat is None else in_memory
        """Bytes of a pixel."""
        self._paints_in_place = in_memory == self.step
        self._view = None if self._flat is None else _words_of(self._flat)

    @property
    def size(self) -> int:
        """Number of pixels, whether they take part or not."""
        return self._pixels.size

    @property
    def n_chunks(self) -> int:
        """Number of chunks."""
        return self._pixels.n_chunks

    def paint(self, index: int, tree: Tree, canvas: Canvas) -> NDArray[np.int64]:
        """Paint a chunk; return counts and sums (K, 4) of its pixels in mixed cells."""
        from napari_kmeans_quantizer.core.kernels.grid_count import BLOCK
        from napari_kmeans_quantizer.core.kernels.grid_map import map_pixels

        words, n, mask = self.words(index)
        span, step = self._pixels.span(index), self.step
        totals = np.zeros((len(tree.palette), 4), np.int64)
        sums, room = np.zeros(len(totals), np.uint64), np.empty((5, BLOCK), np.uint32)
        labels = canvas.labels[span].view(np.uint8)
        direct = self._paints_in_place and n * step % 4 == 0
        if direct:
            flat = canvas.image.reshape(-1)
            painted = flat[step * span.start : step * span.stop].view(np.uint32)
        else:
            painted = np.empty_like(words)
        map_pixels(words, step, n, mask, *tree, labels, painted, totals, sums, room)
        if not direct:
            colors = painted.view(np.uint8)[: step * n].reshape(n, step)
            self._pixels.write_block(canvas.image, span, colors)
        return totals

    def words(self, index: int) -> tuple[Words, int, Bytes]:
        """Return a chunk for the kernels: its words, how many pixels, and its mask."""
        pixels, span = self._pixels, self._pixels.span(index)
        n, mask = span.stop - span.start, np.empty(0, np.uint8)
        if pixels.mask is not None and not (some := pixels.chunk_mask(index)).all():
            mask = some.view(np.uint8)
        start, stop = self.step * span.start, self.step * span.stop
        if self._view is not None and (stop - start) % 4 == 0:
            return self._view[start // 4 : stop // 4], n, mask
        flat = pixels.block(span).reshape(-1) if self._flat is None else self._flat[start:stop]
        # Of RGB whole groups of four pixels, zeros behind the last.
        padded = np.zeros(-(-flat.size // 12) * 12, np.uint8)
        padded[: flat.size] = flat
        return padded.view(np.uint32), n, mask


def _channels_in_memory(pixels: Pixels) -> int:
    """Return how many bytes lie between pixels in C order, 0 if the channels are not together."""
    last = pixels.channel_axis == pixels.image.ndim - 1
    return int(pixels.image.shape[-1]) if last else 0


def _words_of(flat: Bytes) -> Words | None:
    """Return bytes as 32-bit words without a copy, but for up to three at the end.

    None for what is not writeable and aligned: numba would compile again for it.
    """
    if not flat.flags.writeable or flat.ctypes.data % 4:
        return None
    return flat[: flat.size // 4 * 4].view(np.uint32)
