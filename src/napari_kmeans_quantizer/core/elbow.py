"""How many colors are enough: the elbow of the curve of errors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .arguments import as_numbers

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


def suggest_n_colors(n_colors: ArrayLike, errors: ArrayLike) -> int:
    """Return the number of colors at the elbow, after which more colors gain little.

    Parameters
    ----------
    n_colors : (n,) array_like of int
        Numbers of colors, ascending, at least 1.
    errors : (n,) array_like
        Their errors, finite and not negative: `Quantization.mse` or `inertia`.

    Returns
    -------
    int
        One of `n_colors`. Where there is no elbow, the least number with the least error: of one
        or two points, or of a curve that is flat or nowhere below its chord.

    Raises
    ------
    TypeError
        If `n_colors` are not integers, or `errors` not numbers.
    ValueError
        If nothing is given, lengths differ, `n_colors` do not ascend from at least 1, or errors
        are negative or not finite.

    Notes
    -----
    With both axes scaled to 0..1, the elbow is the point farthest below the chord from the first
    point to the last: the idea of Kneedle [1]_.

    References
    ----------
    .. [1] Satopaa, V., Albrecht, J., Irwin, D. and Raghavan, B.: "Finding a 'Kneedle' in a
           haystack: detecting knee points in system behavior", ICDCS Workshops, 166-171, 2011.

    Examples
    --------
    >>> suggest_n_colors([2, 4, 8, 16, 32], [900, 300, 120, 90, 80])
    8
    """
    x, y = _check_n_colors(n_colors), _check_errors(errors)
    if len(x) != len(y):
        raise ValueError(
            f"`n_colors` and `errors` must be of one length, got {len(x)} and {len(y)}."
        )
    least = int(x[y.argmin()])
    if len(x) < 3 or y[0] == y[-1]:
        return least
    across = (x - x[0]) / (x[-1] - x[0])
    below = across * y[-1] + (1 - across) * y[0] - y
    elbow = int(below.argmax())
    # Rounding alone must not make an elbow of a straight line.
    return int(x[elbow]) if below[elbow] > 1e-9 * abs(y[0] - y[-1]) else least


def _check_n_colors(n_colors: ArrayLike) -> NDArray[np.int64]:
    x = np.asarray(n_colors)
    if x.dtype.kind not in "ui":
        raise TypeError(f"`n_colors` must be integers, got dtype {x.dtype}.")
    if x.ndim != 1 or len(x) == 0:
        raise ValueError(f"`n_colors` must be a list of at least one number, got shape {x.shape}.")
    if x[0] < 1 or (x[1:] <= x[:-1]).any():
        raise ValueError(f"`n_colors` must ascend from at least 1, got {x.tolist()}.")
    return x.astype(np.int64)


def _check_errors(errors: ArrayLike) -> NDArray[np.float64]:
    y = as_numbers(errors, "errors")
    if y.ndim != 1 or not (np.isfinite(y).all() and (y >= 0).all()):
        raise ValueError(f"`errors` must be a list of finite numbers >= 0, got {y.tolist()}.")
    return y.astype(np.float64)
