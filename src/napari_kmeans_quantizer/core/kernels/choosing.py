"""The best of given colors; `core/search/chosen.py` says how."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .jit import inner, jit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]


@inner
def _distances(points: Array, candidates: Array, j: int, distances: Array) -> None:
    """Squared distances of all points, (D, n), to a candidate."""
    for i in range(len(distances)):
        distances[i] = 0.0
    for d in range(len(points)):
        x = candidates[j, d]
        for i in range(len(distances)):
            distances[i] += (points[d, i] - x) * (points[d, i] - x)


@inner
def _gain(weights: Array, distances: Array, near: Array) -> float:
    """By how much the inertia falls if points may go to what is at these distances, too."""
    gain = 0.0
    for i in range(len(weights)):
        if distances[i] < near[i]:
            gain += weights[i] * (near[i] - distances[i])
    return gain


@jit
def add_greedily(
    points: Array, weights: Array, candidates: Array, gains: Array, near: Array, room: Array,
    chosen: Array,
) -> None:  # fmt: skip
    """Choose the candidate that lowers the inertia most, one after another.

    A gain never rises when more is chosen: as long as the greatest of the known ones is up to date,
    no other needs to be worked out again.

    IN `points` (D, n), `weights` (n,), `candidates` (N, D) float64.
    OUT `chosen` (K,) int64: K <= N rows of the candidates; `gains` (N,), `near` (n,) and `room`
    (n,) float64: for own use.
    """
    first = 0
    for j in range(len(gains)):
        _distances(points, candidates, j, room)
        gains[j] = 0.0
        for i in range(len(weights)):
            gains[j] -= weights[i] * room[i]
        first = j if gains[j] > gains[first] else first
    chosen[0] = first
    _distances(points, candidates, first, near)
    for j in range(len(gains)):
        _distances(points, candidates, j, room)
        gains[j] = _gain(weights, room, near)
    gains[first] = -1.0
    for k in range(1, len(chosen)):
        known = -1
        while True:
            j = int(gains.argmax())
            _distances(points, candidates, j, room)
            if j == known:
                break
            gains[j] = _gain(weights, room, near)
            known = j
        chosen[k] = j
        gains[j] = -1.0
        for i in range(len(near)):
            near[i] = min(near[i], room[i])


@inner
def _find_two(
    points: Array, candidates: Array, chosen: Array, i: int, labels: Array, squares: Array
) -> None:
    """Find the two nearest of what is chosen to a point; of one, the second is at infinity."""
    squares[0, i] = np.inf
    squares[1, i] = np.inf
    labels[0, i] = 0
    labels[1, i] = 0
    for k in range(len(chosen)):
        square = 0.0
        for d in range(len(points)):
            u = points[d, i] - candidates[chosen[k], d]
            square += u * u
        _keep(k, square, i, labels, squares)


@inner
def _keep(k: int, square: float, i: int, labels: Array, squares: Array) -> None:
    """Keep a cluster if it is one of the two nearest to a point."""
    if square < squares[0, i]:
        squares[1, i] = squares[0, i]
        labels[1, i] = labels[0, i]
        squares[0, i] = square
        labels[0, i] = k
    elif square < squares[1, i]:
        squares[1, i] = square
        labels[1, i] = k


@inner
def _rate(weights: Array, labels: Array, squares: Array, losses: Array) -> float:
    """By how much the inertia would rise without each one, (K,); returns the inertia."""
    inertia = 0.0
    for k in range(len(losses)):
        losses[k] = 0.0
    for i in range(len(weights)):
        losses[labels[0, i]] += weights[i] * (squares[1, i] - squares[0, i])
        inertia += weights[i] * squares[0, i]
    return inertia


@inner
def _best_swap(
    weights: Array, distances: Array, labels: Array, squares: Array, losses: Array, changes: Array
) -> tuple[int, float]:
    """Which one had better go for a candidate at these distances, and how much the inertia rises.

    IN as from `_rate`. `changes` (K,): for own use.
    """
    rise = 0.0
    for k in range(len(changes)):
        changes[k] = losses[k]
    for i in range(len(weights)):
        if distances[i] < squares[1, i]:
            k = labels[0, i]
            if distances[i] < squares[0, i]:
                rise += weights[i] * (distances[i] - squares[0, i])
                changes[k] += weights[i] * (squares[0, i] - squares[1, i])
            else:
                changes[k] += weights[i] * (distances[i] - squares[1, i])
    k = int(changes.argmin())
    return k, rise + changes[k]


@jit
def swap(
    points: Array, weights: Array, candidates: Array, most: int, least_gain: float, chosen: Array,
    labels: Array, squares: Array, losses: Array, changes: Array, room: Array, taken: Array,
) -> float:  # fmt: skip
    """Swap chosen candidates for others as long as that lowers the inertia.

    IN `points` (D, n), `weights` (n,), `candidates` (N, D) float64, `most`: candidates looked at,
    `least_gain`: of a swap, times the inertia.
    INOUT `chosen` (K,) int64: rows of the candidates, K > 1, no two alike.
    OUT for own use: `labels` (2, n) int64, `squares` (2, n), `losses` and `changes` (K,), `room`
    (n,) float64, `taken` (N,) bool.
    Returns the inertia.
    """
    n, n_candidates = len(weights), len(candidates)
    for j in range(n_candidates):
        taken[j] = False
    for k in range(len(chosen)):
        taken[chosen[k]] = True
    for i in range(n):
        _find_two(points, candidates, chosen, i, labels, squares)
    inertia = _rate(weights, labels, squares, losses)
    since, j = 0, 0
    for _ in range(most):
        if since == n_candidates:  # nothing can be better any more
            break
        since += 1
        if not taken[j]:
            _distances(points, candidates, j, room)
            k, rise = _best_swap(weights, room, labels, squares, losses, changes)
            if rise < -least_gain * inertia:
                since = 0
                taken[chosen[k]] = False
                taken[j] = True
                chosen[k] = j
                for i in range(n):
                    if labels[0, i] == k or labels[1, i] == k:
                        _find_two(points, candidates, chosen, i, labels, squares)
                    else:
                        _keep(k, room[i], i, labels, squares)
                inertia = _rate(weights, labels, squares, losses)
        j = (j + 1) % n_candidates
    return inertia
