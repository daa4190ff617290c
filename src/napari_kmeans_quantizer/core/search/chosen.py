"""The best K of given colors.

The colors of an image merge into a few thousand. Of the given ones that which lowers the error most
is chosen, one after another; then chosen ones are swapped for others as long as that helps: each is
tried in the place of every chosen one at once, which takes no longer than in the place of one [1]_.
More starts, from centers of K-means and from what was best, partly replaced at random, find what
swaps of single colors do not.

.. [1] E. Schubert and P. J. Rousseeuw, "Fast and eager k-medoids clustering: O(k) runtime
   improvement of the PAM, CLARA, and CLARANS algorithms", Information Systems 101, 2021.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .pyramid import along_curve, pyramid

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from napari_kmeans_quantizer.core.color_table import ColorTable

    from .efforts import Effort

    Floats = NDArray[np.float64]
    Rows = NDArray[np.int64]

PAIRS, MOST_PAIRS = 1 << 22, 1 << 24
"""Colors of the image times given ones that are compared in a pass: for all starts, and at last."""
PASSES = 20
"""Passes of swaps, at most; mostly there are about three."""
LEAST_GAIN = 1e-9
"""Of a swap, times the inertia; less might be rounding."""
REPLACED = 3
"""One in so many is replaced at random for another start."""


class _Problem(NamedTuple):
    """Weighted points (D, n), and candidates (N, D)."""

    points: Floats
    weights: Floats
    candidates: Floats


def best_of(
    candidates: Floats,
    table: ColorTable,
    centers: Floats | None,
    n_colors: int,
    effort: Effort,
    rng: np.random.Generator,
) -> Rows:
    """Return which candidates paint weighted colors best.

    Parameters
    ----------
    candidates : (N, D) float64
        Different from each other, in the units of the table.
    table : ColorTable
        Weighted colors, (n, D).
    centers : (K, D) float64 or None
        Good centers if all colors could be taken; needed if there is more than one start.
    n_colors : int
        K, less than N.
    effort : Effort
        How many starts.
    rng : numpy.random.Generator
        Draws what is replaced.

    Returns
    -------
    (K,) int64
        Rows of the candidates, ascending.
    """
    coarse, fine = _problems(candidates, table, n_colors)
    if n_colors == 1:
        return _greedy(fine, 1)
    chosen, inertia = _swapped(coarse, _greedy(coarse, n_colors))
    for start in range(1, effort.choices):
        again = _shaken(coarse, chosen, rng)
        if start == 1 and centers is not None:
            again = _near(coarse, centers, n_colors)
        other, other_inertia = _swapped(coarse, again)
        if other_inertia < inertia:
            chosen, inertia = other, other_inertia
    return np.sort(chosen if fine is coarse else _swapped(fine, chosen)[0])


def _problems(candidates: Floats, table: ColorTable, n_colors: int) -> tuple[_Problem, _Problem]:
    """Return the problem with a coarse table and with a finer one."""
    colors, counts = along_curve(table.colors, table.counts.astype(np.float64), table.keys)
    tables = pyramid(colors, counts, n_colors, 0)
    candidates = np.ascontiguousarray(candidates)

    def problem(most: int) -> _Problem:
        fits = [t for t in tables if len(t.counts) * len(candidates) <= most]
        some = (fits or tables[:1])[-1]
        return _Problem(np.ascontiguousarray(some.colors.T), some.counts, candidates)

    coarse, fine = problem(PAIRS), problem(MOST_PAIRS)
    return coarse, coarse if len(fine.weights) == len(coarse.weights) else fine


def _greedy(problem: _Problem, n_colors: int) -> Rows:
    """Return candidates chosen one after another."""
    from napari_kmeans_quantizer.core.kernels.choosing import add_greedily

    chosen = np.empty(n_colors, np.int64)
    near, room = np.empty((2, len(problem.weights)))
    add_greedily(*problem, np.empty(len(problem.candidates)), near, room, chosen)
    return chosen


def _swapped(problem: _Problem, chosen: Rows) -> tuple[Rows, float]:
    """Return what swaps make of a choice, and its inertia."""
    from napari_kmeans_quantizer.core.kernels.choosing import swap

    n, n_candidates, chosen = len(problem.weights), len(problem.candidates), chosen.copy()
    labels, squares = np.empty((2, n), np.int64), np.empty((2, n))
    losses, changes = np.empty((2, len(chosen)))
    inertia = swap(
        *problem, PASSES * n_candidates, LEAST_GAIN, chosen, labels, squares, losses, changes,
        np.empty(n), np.empty(n_candidates, np.bool_),
    )  # fmt: skip
    return chosen, inertia


def _near(problem: _Problem, centers: Floats, n_colors: int) -> Rows:
    """Return candidates near to centers, each a different one."""
    free = np.ones(len(problem.candidates), np.bool_)
    for center in centers[:n_colors]:
        squares = ((problem.candidates - center) ** 2).sum(axis=1)
        free[np.where(free, squares, np.inf).argmin()] = False
    rest = np.flatnonzero(free)[: n_colors - int((~free).sum())]  # if there are fewer centers
    return np.concatenate([np.flatnonzero(~free), rest])


def _shaken(problem: _Problem, chosen: Rows, rng: np.random.Generator) -> Rows:
    """Return a choice some of which is replaced at random."""
    others = np.setdiff1d(np.arange(len(problem.candidates)), chosen)
    n_replaced = min(-(-len(chosen) // REPLACED), len(others))
    shaken = chosen.copy()
    places = rng.choice(len(chosen), n_replaced, replace=False)
    shaken[places] = rng.choice(others, n_replaced, replace=False)
    return shaken
