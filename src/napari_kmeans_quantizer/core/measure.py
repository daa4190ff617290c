"""measure(): how much of an image each cluster is, as a tidy table."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np

from .arguments import as_index
from .arrays import as_array
from .counting import Region, frame_counts, labeled_counts, region_counts
from .lazy.arrays import is_lazy, unread
from .lazy.counting import lazy_counts
from .measurement import POWERS, Frames, Measurement
from .quantization import Quantization

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import ArrayLike, NDArray

    Regions = ArrayLike | Mapping[str, ArrayLike] | None


def measure(
    q: Quantization,
    *,
    image: str = "",
    regions: Regions = None,
    region_names: Mapping[int, str] | None = None,
    frames: bool | Sequence[float] | NDArray[Any] = False,
    frame_unit: str = "",
    pixel_size: float | Sequence[float] | None = None,
    unit: str = "",
    background: Iterable[int | str] = (),
    group: bool = False,
) -> pd.DataFrame:
    """Return how much of an image each cluster is, as a tidy table.

    Parameters
    ----------
    q : Quantization
        What `quantize` returned.
    image : str, optional
        What the image is called.
    regions : array_like or mapping of str to array_like, optional
        Where to measure: an array of int, in which each number but 0 is a region, such as cells; an
        array of bool, one region; or several such, by their names, which may overlap. Of the shape
        of ``q.labels``, or of its last axes; lazy ones of dask, too. None: the image as a whole.
    region_names : mapping of int to str, optional
        What the numbers are called; by default as they are.
    frames : bool or sequence of float, optional
        Measure each frame by itself: what lies along the first axis. True, or where they lie: their
        times or depths.
    frame_unit : str, optional
        Unit of these.
    pixel_size : float or sequence of float, optional
        Length of a pixel along the last two axes, one number if both are the same; or of a voxel
        along the last three.
    unit : str, optional
        Its unit, such as "µm"; areas are in "µm²", volumes in "µm³".
    background : iterable of int or str, optional
        Clusters that are left out of the shares, by number or name. Their pixels are told.
    group : bool, optional
        Clusters of one name are summed up.

    Returns
    -------
    pandas.DataFrame
        A row for each region, frame and cluster: ``image``; ``region``, its name, "" for all;
        ``frame``, its index, with ``position`` and ``position_unit``; ``cluster``, the label, of
        several that are summed up the first; ``name`` and ``hex``; ``pixels``; ``area`` and its
        ``unit``; ``share`` in 0..1 of the pixels of the region and frame that take part. What is
        not known is missing, numbers as NaN.

    Raises
    ------
    TypeError
        If `q` is no Quantization, or an argument of another kind.
    ValueError
        If regions or frames do not fit the image, or a cluster of the background is unknown.

    Notes
    -----
    Of a lazy result nothing is read for the image as a whole. For regions and frames its labels are
    made and counted chunk by chunk, in bounded memory, by dask where it computes now.

    See Also
    --------
    fit_palette : One palette for many images, to compare them by.
    pixel_table : A row for each pixel.

    Examples
    --------
    >>> from napari_kmeans_quantizer import quantize
    >>> q = quantize(np.array([[0, 0, 0, 9], [0, 9, 9, 9]], np.uint8), 2)
    >>> left = np.array([1, 1, 2, 2])
    >>> table = measure(q, regions=left, pixel_size=0.5, unit="µm")
    >>> table[["region", "cluster", "pixels", "area", "unit", "share"]]
      region  cluster  pixels  area unit  share
    0      1        0       3  0.75  µm²   0.75
    1      1        1       1  0.25  µm²   0.25
    2      2        0       1  0.25  µm²   0.25
    3      2        1       3  0.75  µm²   0.75
    """
    measurement = measured(
        q, image=image, regions=regions, region_names=region_names, frames=frames,
        frame_unit=frame_unit, pixel_size=pixel_size, unit=unit, background=background,
    )  # fmt: skip
    return (measurement.grouped() if group else measurement).to_frame()


def measured(
    q: Quantization,
    *,
    image: str = "",
    regions: Regions = None,
    region_names: Mapping[int, str] | None = None,
    frames: bool | Sequence[float] | NDArray[Any] = False,
    frame_unit: str = "",
    pixel_size: float | Sequence[float] | None = None,
    unit: str = "",
    background: Iterable[int | str] = (),
) -> Measurement:
    """Return what `measure` makes a table of, whose arguments it has."""
    if not isinstance(q, Quantization):
        raise TypeError(f"`q` must be a Quantization, got {type(q).__name__}.")
    for name, text in (("image", image), ("unit", unit), ("frame_unit", frame_unit)):
        if not isinstance(text, str):
            raise TypeError(f"`{name}` must be a text, got {text!r}.")
    if unit.endswith((*POWERS.values(), "^2", "^3")):
        raise ValueError(f"`unit` must be that of a length, such as 'µm', got {unit!r}.")
    if region_names is not None and not isinstance(region_names, Mapping):
        raise TypeError(
            "`region_names` must be a mapping of number to name, such as {1: 'tumor'}, got "
            f"{region_names!r}."
        )
    along = _frames(frames, frame_unit, q.labels.shape)
    size, n_axes = _pixel_size(pixel_size, q.labels.ndim)
    left_out = _background(background, q)
    names, counts = _counts(q, regions, region_names or {}, along is not None)
    return Measurement(
        image,
        counts,
        tuple(q.palette.hex),
        q.palette.names or ("",) * len(q.palette),
        tuple(names),
        along,
        size,
        unit + POWERS[n_axes] if unit and size is not None else "",
        left_out,
    )


def _frames(frames: Any, unit: str, shape: tuple[int, ...]) -> Frames | None:
    if isinstance(frames, bool | np.bool_) and not frames:
        return None
    if len(shape) < 3:
        raise ValueError(
            f"`frames` are those of a stack or series, and the image has {len(shape)} axes. "
            "Leave `frames` out."
        )
    if isinstance(frames, bool | np.bool_):
        return Frames(0, np.arange(shape[0], dtype=np.float64), unit)
    given = np.asarray(frames)
    if given.dtype.kind not in "iuf":
        raise TypeError(f"`frames` must be True or numbers, where the frames lie, got {frames!r}.")
    positions = given.astype(np.float64)
    if positions.shape != shape[:1] or not np.isfinite(positions).all():
        raise ValueError(
            f"`frames` must be True or {shape[0]} finite numbers, where the frames lie, got "
            f"an array of shape {positions.shape}."
        )
    return Frames(0, positions, unit)


def _pixel_size(given: Any, n_axes: int) -> tuple[float | None, int]:
    """Return the area or volume of a pixel, and of how many axes that is."""
    if given is None:
        return None, 2
    lengths = [given, given] if isinstance(given, Real) else list(given)
    known = all(isinstance(length, Real) and 0 < float(length) < math.inf for length in lengths)
    if len(lengths) not in POWERS or len(lengths) > n_axes or not known:
        raise ValueError(
            "`pixel_size` must be a length above 0, or two along rows and columns, or three of a "
            f"stack's voxels, got {given!r} for an image of {n_axes} axes."
        )
    return math.prod(map(float, lengths)), len(lengths)


def _background(given: Iterable[int | str], q: Quantization) -> frozenset[int]:
    if isinstance(given, str) or not isinstance(given, Iterable):
        raise TypeError(f"`background` must be a list of clusters or names, got {given!r}.")
    names, found = q.palette.names or (), set()
    for one in given:
        if not isinstance(one, str):
            found.add(as_index(one, len(q.palette), "A cluster of `background`"))
        elif one and one in names:
            found |= {k for k, name in enumerate(names) if name == one}
        else:
            known = ", ".join(sorted({name for name in names if name})) or "none"
            raise ValueError(f"`background`: no cluster is called {one!r}; named are: {known}.")
    return frozenset(found)


def _counts(
    q: Quantization, regions: Regions, names: Mapping[int, str], by_frame: bool
) -> tuple[list[str], NDArray[np.int64]]:
    """Return the names of the regions, and the pixels of the clusters, (R, T, K)."""
    if regions is None and not by_frame:
        return [""], q.palette.counts.reshape(1, 1, -1)
    if is_lazy(q.labels):
        return _lazy_counts(q, regions, names, by_frame)
    n_colors = len(q.palette)
    if regions is None:
        return [""], np.stack(list(frame_counts(q.labels, q.mask, n_colors)))[np.newaxis]
    if isinstance(regions, Mapping):
        box = tuple(slice(0, size) for size in q.labels.shape)
        parts = [Region(str(name), box, _inside(part, q)) for name, part in regions.items()]
        counts = region_counts(q.labels, q.mask, n_colors, parts, by_frame)
        return [part.name for part in parts], counts
    ids, counts = labeled_counts(q.labels, q.mask, n_colors, _ids(regions, q), by_frame)
    return _named(ids, names), counts


def _lazy_counts(
    q: Quantization, regions: Regions, names: Mapping[int, str], by_frame: bool
) -> tuple[list[str], NDArray[np.int64]]:
    """Do what `_counts` does of lazy labels, which are counted part by part."""
    n_colors = len(q.palette)
    if regions is None:
        _, counts = lazy_counts(q.labels, q.mask, n_colors, [None], by_frame, known=[1])
        return [""], counts
    if isinstance(regions, Mapping):
        kind, known = np.min_scalar_type(len(regions)), range(1, len(regions) + 1)
        parts = [_inside(part, q) for part in regions.values()]
        numbered = [part * kind.type(n) for part, n in zip(parts, known, strict=True)]
        _, counts = lazy_counts(q.labels, q.mask, n_colors, numbered, by_frame, known)
        return list(map(str, regions)), counts
    ids, counts = lazy_counts(q.labels, q.mask, n_colors, [_ids(regions, q)], by_frame)
    return _named(ids, names), counts


def _named(ids: Sequence[int], names: Mapping[int, str]) -> list[str]:
    return [str(names.get(one, one)) for one in ids]


def _inside(given: ArrayLike, q: Quantization) -> NDArray[np.bool_]:
    inside: NDArray[np.bool_] = _ids(given, q) != 0
    return inside


def _ids(given: ArrayLike, q: Quantization) -> NDArray[Any]:
    """Return the numbers of the regions, broadcast to the shape of the labels."""
    read, shape = unread if is_lazy(q.labels) else as_array, q.labels.shape
    ids = read(given, "regions", "`regions.filled(0)`")
    if ids.dtype.kind not in "bui":
        raise TypeError(f"`regions` must be whole numbers or bools, got dtype {ids.dtype}.")
    if ids.ndim == 0 or ids.shape != shape[len(shape) - ids.ndim :]:
        raise ValueError(
            f"`regions` must have the shape of the image, {shape}, or of its last axes, got "
            f"{ids.shape}."
        )
    ids = ids.astype(np.uint8) if ids.dtype.kind == "b" else ids
    return np.broadcast_to(ids, shape)  # of dask, too
