"""pixel_table(): the pixels of a quantized image as a table."""

from __future__ import annotations

from numbers import Integral
from typing import TYPE_CHECKING, Any

import numpy as np

from .arguments import as_generator, check_sample
from .image import Pixels
from .lazy.arrays import is_lazy, unread
from .lazy.rows import Rows, lazy_rows
from .quantization import Quantization
from .report import channel_names, rgb_texts

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import ArrayLike, NDArray

    Places = NDArray[np.intp]

MOST_ROWS = 50_000_000
"""A table of so many takes about 2 GB."""


def pixel_table(
    image: ArrayLike,
    q: Quantization,
    *,
    sample: float | None = None,
    random_state: int | np.random.RandomState | np.random.Generator | None = 0,
) -> pd.DataFrame:
    """Return a table with a row for each pixel that takes part: place, values, cluster.

    Parameters
    ----------
    image : array_like
        The image that was quantized, or another one of its shape. Of a lazy one of dask only the
        chunks are read in which drawn pixels lie; of a lazy mask or alpha all, one after another.
    q : Quantization
        What `quantize` made of it.
    sample : float or int, optional
        Only this fraction (0 < float <= 1) or number (int) of the pixels, drawn at random and
        spread evenly over the image; in the order in which they lie there.
    random_state : int, RandomState, Generator or None, optional
        Source of the random draws; the same number gives the same rows.

    Returns
    -------
    pandas.DataFrame
        ``row`` and ``column`` of the pixel, before them ``plane`` in a stack, or ``axis_0``,
        ``axis_1`` and so on if there are more axes; its values in `image`: ``r``, ``g``, ``b`` of
        three channels, ``value`` of one, else ``channel_0`` and so on, without alpha; ``cluster``,
        its label; ``rgb``, the color of its cluster as ``"rgb(r, g, b)"`` in 0..255, a categorical.

    Raises
    ------
    TypeError
        If `image` is no array, `q` no `Quantization`, or `sample` no number.
    ValueError
        If `image` has not the shape of ``q.image``, `sample` is out of range, or the table would
        have more than 50 million rows.

    See Also
    --------
    Quantization.to_frame : A row for each color.

    Examples
    --------
    >>> from napari_kmeans_quantizer import quantize
    >>> image = np.array([[0, 10], [200, 210]], np.uint8)
    >>> pixel_table(image, quantize(image, 2))
       row  column  value  cluster                 rgb
    0    0       0      0        0        rgb(5, 5, 5)
    1    0       1     10        0        rgb(5, 5, 5)
    2    1       0    200        1  rgb(205, 205, 205)
    3    1       1    210        1  rgb(205, 205, 205)
    """
    pixels = _pixels(image, q)
    check_sample(sample)
    rng = as_generator(random_state)
    chosen = _chosen(_n_part(pixels, q), sample, rng)
    read = lazy_rows if is_lazy(q.labels) or is_lazy(image) else _rows
    places, values, labels = read(pixels, q.labels, chosen)
    import pandas as pd

    texts = pd.Categorical(rgb_texts(q.palette.rgb))
    columns: dict[str, Any] = _coordinates(places, pixels.shape)
    columns |= zip(channel_names(pixels.n_channels), values.T, strict=True)
    columns["cluster"] = labels
    columns["rgb"] = pd.Categorical.from_codes(texts.codes[labels], dtype=texts.dtype)
    return pd.DataFrame(columns)


def _pixels(image: ArrayLike, q: Quantization) -> Pixels:
    """Return the pixels of an image, seen as the quantized one was."""
    if not isinstance(q, Quantization):
        raise TypeError(f"`q` must be a Quantization, got {type(q).__name__}.")
    array = unread(image, "image", "`image.data`")
    if array.shape != q.image.shape:
        raise ValueError(
            f"`image` must have the shape of `q.image`, {q.image.shape}, got {array.shape}. "
            "Pass the image that was quantized."
        )
    return Pixels(array, q.channel_axis, q.palette.n_channels, q.labels.shape, q.mask)


def _n_part(pixels: Pixels, q: Quantization) -> int:
    """Return how many pixels take part; of a lazy mask the palette knows."""
    return int(q.palette.counts.sum()) if is_lazy(pixels.mask) else pixels.n_seen


def _chosen(n_part: int, sample: float | None, rng: np.random.Generator) -> Places:
    """Return which of the pixels that take part are rows, counted in their run; ascending."""
    n_rows = _n_rows(n_part, sample)
    if n_rows > MOST_ROWS:
        raise ValueError(
            f"The table would have {n_rows:,} rows, more than the {MOST_ROWS:,} that are sensible "
            "in memory. Pass `sample=1_000_000`."
        )
    if n_rows == n_part:
        return np.arange(n_part)
    # One pixel at random out of each of `n_rows` equal runs.
    drawn = (np.arange(n_rows) + rng.random(n_rows)) * (n_part / n_rows)
    return np.minimum(drawn.astype(np.intp), n_part - 1)


def _rows(pixels: Pixels, labels: Any, chosen: Places) -> Rows:
    """Return some of the pixels that take part, in memory."""
    places = chosen if pixels.mask is None else np.flatnonzero(pixels.mask)[chosen]
    return Rows(places, _values(pixels, places), np.asarray(labels).reshape(-1)[places])


def _n_rows(n_part: int, sample: float | None) -> int:
    if sample is None:
        return n_part
    if isinstance(sample, Integral):
        return min(int(sample), n_part)
    return min(max(1, round(n_part * float(sample))), n_part)


def _coordinates(places: Places, shape: tuple[int, ...]) -> dict[str, NDArray[Any]]:
    return dict(zip(axis_names(len(shape)), np.unravel_index(places, shape), strict=True))


def axis_names(n_axes: int) -> tuple[str, ...]:
    """Return names of columns: row and column, before them plane or axis_0 and so on."""
    if n_axes == 3:
        return ("plane", "row", "column")
    further = tuple(f"axis_{axis}" for axis in range(n_axes - 2))
    return (*further, *("row", "column")[-n_axes:])


def _values(pixels: Pixels, places: Places) -> NDArray[Any]:
    """Return the values of some pixels, (n, C), chunk by chunk: the image is never copied."""
    parts = []
    for index in range(pixels.n_chunks):
        span = pixels.span(index)
        start, stop = np.searchsorted(places, (span.start, span.stop))
        if stop > start:
            parts.append(pixels.block(span)[places[start:stop] - span.start])
    empty = np.empty((0, pixels.n_channels), pixels.image.dtype.newbyteorder("="))
    return np.concatenate([empty, *parts])
