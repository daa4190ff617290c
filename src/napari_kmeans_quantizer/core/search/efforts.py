"""What each effort means, in every stage."""

from __future__ import annotations

from math import inf
from typing import NamedTuple


class Effort(NamedTuple):
    """How hard to look for the optimum."""

    # The search from coarse to fine
    starts: int
    """Starts on the coarsest table, for few clusters."""
    trials: tuple[int, ...]
    """Trials on each table from coarse to fine, times the square root of K."""
    neighbors: int
    """So many neighbors of either cluster take part in a trial."""
    hopeless: tuple[float, float]
    """A trial is given up that lacks so many times the gain hoped for: few clusters, and more."""
    in_halves: bool
    """Whether many clusters are moved within either half first, on two threads."""
    sweeps: int
    """Sweeps over the finest table."""
    entries: int
    """Entries a cluster with which a table is fine enough to be the finest."""

    # The search around fixed colors
    fixed_trials: int
    """Trials at most."""
    fixed_work: float
    """Distances that the trials may take, which bounds their number for many colors."""
    fixed_sweeps: int
    """Sweeps over all colors at the end."""

    # The choice among given colors
    choices: int
    """Starts."""

    # The sweeps over all pixels
    tolerance: float
    """Mean squared distance of the centers to the means of their pixels, over the variance."""
    excess: float
    """The same over the mean squared error: what the error could still fall by."""


EFFORTS = {
    "fast": Effort(
        starts=1, trials=(4,), neighbors=8, hopeless=(3.0, 1.0), in_halves=True,
        sweeps=1, entries=64,
        fixed_trials=8, fixed_work=2e7, fixed_sweeps=10,
        choices=6,
        tolerance=1e-4, excess=5e-3,
    ),
    "balanced": Effort(
        starts=2, trials=(20, 2), neighbors=12, hopeless=(3.0, 1.0), in_halves=True,
        sweeps=2, entries=64,
        fixed_trials=40, fixed_work=1e8, fixed_sweeps=20,
        choices=12,
        tolerance=2e-5, excess=1e-3,
    ),
    "best": Effort(
        starts=4, trials=(100, 40, 20), neighbors=12, hopeless=(inf, inf), in_halves=False,
        sweeps=6, entries=256,
        fixed_trials=300, fixed_work=2e9, fixed_sweeps=60,
        choices=32,
        tolerance=2e-6, excess=1e-4,
    ),
}  # fmt: skip
