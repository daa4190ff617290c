"""Distances between two sets of points."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .arguments import as_points
from .threads import chunks, map_chunks

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


def euclidean_distances(a: ArrayLike, b: ArrayLike) -> NDArray[np.float64]:
    """Return the Euclidean distances between all rows of `a` and all rows of `b`.

    Parameters
    ----------
    a : (N, D) array_like of real numbers
        One point per row.
    b : (M, D) array_like of real numbers
        One point per row.

    Returns
    -------
    (N, M) float64 array
        ``result[i, j]`` is the distance between ``a[i]`` and ``b[j]``, exactly 0 if they are
        equal: differences are squared and added up in order, no dot products are expanded.

    Raises
    ------
    ValueError
        If `a` or `b` is not two-dimensional or not numeric, or if D differs.

    Examples
    --------
    >>> euclidean_distances([[0, 0], [3, 4]], [[0, 0]])
    array([[0.],
           [5.]])
    """
    first, second = as_points(a, "a"), as_points(b, "b").astype(np.float64)
    if first.shape[1] != second.shape[1]:
        raise ValueError(
            f"`a` and `b` must have the same number of columns; they have {first.shape[1]} and "
            f"{second.shape[1]}. Transpose the one that holds a point per column."
        )
    out = np.empty((len(first), len(second)))
    fill_distances(first, second, out)
    return out


def fill_distances(
    a: NDArray[np.floating[Any]], b: NDArray[np.float64], out: NDArray[np.floating[Any]]
) -> None:
    """Write the distances of all pairs to `out`, float32 or float64, without any check."""
    from .kernels.points import pairwise_distances

    parts = chunks(len(a))
    for _ in map_chunks(lambda i: pairwise_distances(a[parts[i]], b, out[parts[i]]), len(parts)):
        pass
