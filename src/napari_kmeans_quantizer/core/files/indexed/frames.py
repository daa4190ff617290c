"""What an indexed file holds: entries with alpha, and for every pixel the index of its entry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from napari_kmeans_quantizer.core.lazy.whole import in_memory

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from napari_kmeans_quantizer.core.palette import Palette
    from napari_kmeans_quantizer.core.quantization import Quantization

    Bytes = NDArray[np.uint8]

MOST_ENTRIES = 256
PART = 1 << 20
"""Pixels that are worked on at a time."""


class Frames(NamedTuple):
    """A picture, or several of one size, in one palette."""

    indices: Bytes
    """(T, H, W)."""
    colors: Bytes
    """(n, 3) sRGB, 1 <= n <= 256."""
    alpha: Bytes
    """(n,); 255 is opaque."""
    is_stack: bool

    @property
    def is_opaque(self) -> bool:
        """Whether no entry lets anything through."""
        return bool((self.alpha == 255).all())

    def reordered(self, order: NDArray[np.intp]) -> Frames:
        """Return the same pictures with entry ``order[i]`` in place i."""
        places = np.empty(len(order), np.uint8)
        places[order] = np.arange(len(order))
        return Frames(places[self.indices], self.colors[order], self.alpha[order], self.is_stack)


def frames_of(q: Quantization) -> Frames:
    """Return what a file is to hold; refuse what none can hold exactly.

    Every color of the palette is an entry, in its order, used or not; one that is seen with several
    alphas is several entries. What takes no part is transparent, and its entry comes last.

    Raises
    ------
    ValueError
        If the image is no picture or stack of 8 bits, or needs more than 256 entries, or is lazy
        and too large to be held.
    """
    shape, colors = q.labels.shape, _bytes_of(q.palette)
    if len(shape) not in (2, 3):
        raise ValueError(
            "An indexed file holds a picture of rows and columns, or a stack of such, got an image "
            f"of spatial shape {shape}. Quantize and write its parts one by one."
        )
    if len(colors) > MOST_ENTRIES:
        raise ValueError(
            f"An indexed file holds at most {MOST_ENTRIES} colors, got {len(colors)}. Quantize to "
            f"at most {MOST_ENTRIES}, or write `q.image` as a full-color PNG or TIFF."
        )
    q = in_memory(q, "An indexed file")
    mask = None if q.mask is None else np.asarray(q.mask)
    is_clear = mask is not None and not mask.all()
    keys = _Keys(q, mask if is_clear else None)
    wanted = _wanted(keys.counts(len(colors)), bool(is_clear))
    entries = np.flatnonzero(wanted)
    indices = keys.places(entries)
    blank = np.zeros((int(is_clear), 3), np.uint8)
    return Frames(
        indices=indices.reshape(-1, *shape[-2:]),
        colors=np.concatenate([colors[entries // 256], blank]),
        alpha=np.append(entries % 256, blank[:, 0]).astype(np.uint8),
        is_stack=len(shape) == 3,
    )


def _bytes_of(palette: Palette) -> Bytes:
    """Return the colors as bytes (K, 3), which tell the image's values exactly."""
    if palette.n_channels not in (1, 3):
        raise ValueError(
            f"An indexed file holds grey or RGB colors, got {palette.n_channels} channels. Write "
            "`q.image` in a format that holds them, such as TIFF."
        )
    shown = np.rint(255 * palette.rgb).astype(np.uint8)
    is_exact = palette.value_range == (0, 255) and (palette.values == shown).all()
    if palette.dtype.kind != "b" and not is_exact:
        low, high = palette.value_range
        raise ValueError(
            f"An indexed file holds 8 bits a channel, got {palette.dtype} in {low:g}..{high:g}. "
            "Quantize `skimage.util.img_as_ubyte(image)`, or write `q.image` in a format that "
            "holds it, such as TIFF."
        )
    return shown


def _alpha(q: Quantization) -> NDArray[Any] | int:
    """Return alpha in 0..255, of the shape of the labels; 255 if there is none."""
    axis = q.channel_axis
    if axis is None or q.image.shape[axis] == q.palette.n_channels:
        return 255
    alpha = np.asarray(np.moveaxis(q.image, axis, -1)[..., -1])
    if alpha.dtype.kind == "b":
        return alpha * np.uint8(255)
    held = alpha.astype(np.uint8)
    if not np.array_equal(held, alpha):
        raise ValueError(
            "An indexed file holds alpha in 0..255, got values from "
            f"{alpha.min():g} to {alpha.max():g}. Quantize an image of uint8."
        )
    return held


class _Keys:
    """256 times the color, plus alpha, of every pixel; a part at a time, for this takes room."""

    def __init__(self, q: Quantization, mask: NDArray[np.bool_] | None) -> None:
        self._labels = np.asarray(q.labels).reshape(-1)
        self._alpha = np.broadcast_to(_alpha(q), q.labels.shape).reshape(-1)
        self._mask = None if mask is None else mask.reshape(-1)

    def counts(self, n_colors: int) -> NDArray[np.int64]:
        """Return how many of the pixels that take part have each color and alpha, (K, 256)."""
        total = np.zeros(256 * n_colors, np.int64)
        for part, keys in self._parts():
            taken = keys if self._mask is None else keys[self._mask[part]]
            total += np.bincount(taken, minlength=len(total))
        return total.reshape(n_colors, 256)

    def places(self, entries: NDArray[np.intp]) -> Bytes:
        """Return where each pixel's key is among those; behind them, if it takes no part."""
        place_of = np.zeros(entries.max(initial=0) + 1, np.uint8)
        place_of[entries] = np.arange(len(entries))
        places = np.empty(len(self._labels), np.uint8)
        for part, keys in self._parts():
            np.take(place_of, keys, mode="clip", out=places[part])
            if self._mask is not None:
                places[part][~self._mask[part]] = len(entries)
        return places

    def _parts(self) -> Iterator[tuple[slice, NDArray[np.int32]]]:
        for start in range(0, len(self._labels), PART):
            part = slice(start, start + PART)
            yield part, self._labels[part].astype(np.int32) * 256 + self._alpha[part]


def _wanted(counts: NDArray[np.int64], is_clear: bool) -> NDArray[np.bool_]:
    """Return which entries there are, (K * 256,), by 256 times the color plus alpha."""
    pairs = counts > 0
    used, room = pairs.copy(), MOST_ENTRIES - is_clear
    pairs[~pairs.any(axis=1), 255] = True
    if np.count_nonzero(pairs) > room:  # then without colors that no pixel has
        pairs = used
    n_entries = np.count_nonzero(pairs)
    if n_entries > room:
        several = n_entries > np.count_nonzero(pairs.any(axis=1))
        cause = "colors with each its alpha" if several else "colors"
        raise ValueError(
            f"An indexed file holds at most {MOST_ENTRIES} entries, got {n_entries} {cause}"
            + (" and a transparent one" if is_clear else "")
            + ". Quantize to fewer colors, or write `q.image` as a PNG of RGBA."
        )
    return pairs.reshape(-1)
