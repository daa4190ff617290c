"""What can be seen of long curves: many frames fall into one column of pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


class Extremes(NamedTuple):
    """Where the columns lie, (m,), and the least and greatest values of curves there, (m, K)."""

    x: Floats
    least: Floats
    greatest: Floats


def is_dense(n_points: int, n_columns: int) -> bool:
    """Tell whether more points lie in a column of pixels than can be seen; of 0 columns never."""
    return 0 < 2 * n_columns < n_points


def extremes(x: Floats, curves: Floats, n_columns: int) -> Extremes:
    """Return what curves cover of columns of pixels: drawn, it looks like all of their points.

    Parameters
    ----------
    x : (n,) ndarray
        Where the points lie, ascending.
    curves : (n, K) ndarray
        Their values; NaN where there are none.
    n_columns : int
        How many columns of pixels there are.
    """
    edges = np.linspace(x[0], x[-1], n_columns + 1)[:-1]
    starts = np.unique(np.searchsorted(x, edges))
    middle = (x[starts] + x[np.append(starts[1:], len(x)) - 1]) / 2
    middle[[0, -1]] = x[[0, -1]]  # from one end of the axis to the other
    least = np.fmin.reduceat(curves, starts, axis=0)
    return Extremes(middle, least, np.fmax.reduceat(curves, starts, axis=0))
