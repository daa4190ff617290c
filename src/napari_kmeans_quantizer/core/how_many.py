"""How many colors: at the elbow of the curve of errors, or the fewest that are good enough."""

from __future__ import annotations

import math
from copy import deepcopy
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from .color_table import ColorTable
from .elbow import suggest_n_colors
from .progress import Progress, retold
from .search.centers import find_centers
from .search.efforts import EFFORTS
from .search.pyramid import along_curve, pyramid
from .sweeps.choose import choose_table
from .units import image_range, peak
from .weighted_points import read_only

Found = TypeVar("Found")

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from numpy.typing import NDArray

    from .request import Request
    from .search.centers import Sought
    from .sweeps.base import Sweeper

    Floats = NDArray[np.float64]
    Trial = Callable[[int], Generator[Progress, None, tuple[Found, float]]]

FEWEST_AT_ELBOW = 2
QUICK = EFFORTS["fast"]._replace(choices=1)
ENTRIES_PER_COLOR = 24
"""Weighted colors for each color: so many tell where the elbow is. What is lost by merging is the
same for all numbers, and no elbow depends on it."""
DB_OF_TWICE = 2.4
"""What twice as many colors of a photograph gain, about."""
FIRST_GUESS = 16
MOST_GUESSED = 5
"""Numbers that are tried by guess, before what is left is halved."""


def elbow_of(
    table: ColorTable, sought: Sought, most: int, rng: np.random.Generator
) -> Generator[Progress, None, int]:
    """Return the number of colors at the elbow of the curve of errors.

    Every number of colors is searched for, but only in a small table: no pixel is looked at.

    Parameters
    ----------
    table : ColorTable
        Weighted colors in the image's units, as for the search of `most` colors.
    sought : Sought
        What kind of centers.
    most : int
        The number may be from 2, or the number of fixed colors, up to this.
    rng : numpy.random.Generator
        It is left as it is.
    """
    fewest = min(max(FEWEST_AT_ELBOW, len(sought.fixed)), most)
    points, sought = _coarser(table, sought, most), sought.in_space()
    numbers, errors = range(fewest, most + 1), []
    for n_colors in numbers:
        yield Progress("Comparing numbers of colors", 0.15 * (n_colors - fewest) / most)
        centers, _ = find_centers(points, sought, n_colors, QUICK, deepcopy(rng))
        errors.append(_inertia(points, centers))
    # More colors can do all that fewer can: what is worse was not searched for hard enough.
    return suggest_n_colors(list(numbers), np.minimum.accumulate(errors))


def _coarser(table: ColorTable, sought: Sought, n_colors: int) -> ColorTable:
    """Return a table in the color space, merged to what is enough for `n_colors`."""
    colors = table.colors if sought.space is None else sought.space.forward(table.colors)
    points = along_curve(colors, table.counts.astype(np.float64), table.keys)
    tables = pyramid(*points, 1, 0)
    enough = (t for t in tables if len(t.counts) >= ENTRIES_PER_COLOR * n_colors)
    some = next(enough, tables[-1])
    return ColorTable(some.colors, some.counts)


def _nearest(points: Floats, centers: Floats) -> tuple[NDArray[np.int32], Floats]:
    from .kernels.points import assign

    labels, distances = np.zeros(len(points), np.int32), np.empty(len(points))
    assign(read_only(points), centers, labels, distances)
    return labels, distances


def _inertia(table: ColorTable, centers: Floats) -> float:
    return float((table.counts * _nearest(table.colors, centers)[1]).sum())


def _estimated_psnr(table: ColorTable, request: Request, n_colors: int) -> float:
    """Return about the PSNR that so many colors reach, by a quick search in a table."""
    pixels, space = request.pixels, request.space
    centers, _ = find_centers(table, request.sought, n_colors, QUICK, deepcopy(request.rng))
    places = (table.colors, centers)
    if space is not None:
        places = (space.forward(table.colors), space.forward(centers))
    painted = pixels.numbers(pixels.values(centers))[_nearest(*places)[0]]
    squares = ((table.colors - painted) ** 2).mean(axis=1)
    mse = float((table.counts * squares).sum() / table.counts.sum())
    if mse == 0:
        return math.inf
    white = peak(image_range(pixels.image.dtype, *pixels.extent))
    return 20 * math.log10(white * pixels.units.scale / math.sqrt(mse))


def seen_of(sweeper: Sweeper, request: Request) -> ColorTable:
    """Return what a search sees of an image; the request's generator is left as it is."""
    rng = deepcopy(request.rng)
    return choose_table(request.pixels, sweeper, request.n_colors, request.sample, rng)


def fewest_of(
    sweeper: Sweeper, request: Request, trial: Trial[Found]
) -> Generator[Progress, None, Found]:
    """Return what was found with the fewest colors that reach `min_psnr`, up to `n_colors`.

    If they do not reach it either, what was found with these. See `fewest_that_reach`.
    """
    assert request.min_psnr is not None
    wanted, table = request.min_psnr, seen_of(sweeper, request)
    numbers = range(max(len(request.given), 1), request.n_colors + 1)
    n_trials = 0

    def estimate(n_colors: int) -> Generator[Progress, None, tuple[int, float]]:
        yield Progress(f"Estimating the error of {n_colors} colors", 0.1)
        return n_colors, _estimated_psnr(table, request, n_colors)

    def told(n_colors: int) -> Generator[Progress, None, tuple[Found, float]]:
        nonlocal n_trials
        n_trials += 1
        now = Progress(f"Trying {n_colors} colors", 1 - 0.8**n_trials)
        return retold(trial(n_colors), lambda _: now)

    guess = yield from fewest_that_reach(wanted, estimate, numbers, FIRST_GUESS)
    return (yield from fewest_that_reach(wanted, told, numbers, guess))


def fewest_that_reach(
    wanted: float,
    trial: Trial[Found],
    numbers: range,
    guess: int,
) -> Generator[Progress, None, Found]:
    """Return what was found with the least number that reaches a PSNR, or the last if none does.

    The number before it was tried, too, and does not. That even fewer do not is taken for granted.

    Parameters
    ----------
    wanted : float
        PSNR in dB.
    trial : callable
        Generator function of a number of colors, that returns what it finds and its PSNR.
    numbers : range
        That may come out, ascending one by one.
    guess : int
        Which one to try first.
    """
    below, above = numbers.start - 1, numbers.stop
    psnrs: dict[int, float] = {}
    found: dict[int, Found] = {}
    number = min(max(guess, numbers.start), numbers.stop - 1)
    while True:
        found[number], psnrs[number] = yield from trial(number)
        if psnrs[number] >= wanted:
            found.pop(above, None)
            above = number
        else:
            found.pop(below, None)
            below = number
        if above - below == 1:
            return found[min(above, numbers.stop - 1)]
        number = _between(below, above, psnrs, wanted)


def _between(below: int, above: int, psnrs: dict[int, float], wanted: float) -> int:
    """Return the number to be tried next: PSNRs rise about as the logarithm of numbers."""
    low, high = psnrs.get(below), psnrs.get(above)
    least = max(below, 1)
    if len(psnrs) > MOST_GUESSED or (low is None and high == math.inf):
        guess = math.sqrt(least * above)
    elif low is not None and (high is None or high == math.inf):
        guess = below * 2 ** ((wanted - low) / DB_OF_TWICE)
    elif low is None:
        assert high is not None
        guess = above * 2 ** ((wanted - high) / DB_OF_TWICE)
    else:
        assert high is not None
        part = (wanted - low) / (high - low)
        guess = least * (above / least) ** part
    return min(max(math.ceil(min(guess, above)), below + 1), above - 1)
