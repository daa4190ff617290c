"""Colors far apart: brought nearer, so that what is near keeps its digits.

The search works in 32 bits over the whole range of the colors. A value that stands for "no data",
-9999 or -3.4e38 beside 0..1, would leave no digits for all others. So where the values of a channel
lie in groups far narrower than the gaps between them, the groups are moved together. Within a part,
that is what no gap divides, all distances stay as they are: a clustering of which no cluster holds
colors of two parts is as good here as there.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Labels = NDArray[np.int32]

BINS = 1024
NARROW = BINS // 64
"""Groups of values are far apart if they fill no more bins together."""


class Gap(NamedTuple):
    """A gap between two groups of values of a channel."""

    width: float
    channel: int
    upper: float
    """The least value above it."""


class Parts(NamedTuple):
    """Colors (n, D) that gaps divide."""

    colors: Floats
    gaps: list[Gap]
    which: Ints
    """The part of each color, (n,)."""

    def brought_near(self, distance: float) -> Floats:
        """Return the colors with gaps so many times as wide as all groups of a channel together."""
        channels = [_Groups.of(x, self.gaps, d) for d, x in enumerate(self.colors.T)]
        widest = max(groups.widths.sum() for groups in channels) or 1.0
        return np.stack(
            [
                groups.side_by_side(distance * (groups.widths.sum() or widest))
                for groups in channels
            ],
            axis=1,
        )

    def are_kept_by(self, labels: Labels) -> bool:
        """Tell whether no label holds colors of two parts."""
        return len(np.unique(labels)) == len(np.unique(np.stack([labels, self.which]), axis=1).T)


class _Groups(NamedTuple):
    """The values of a channel in groups between its gaps."""

    offsets: Floats
    """How far above the least value of its group each value is, (n,)."""
    which: Ints
    """The group of each value, (n,)."""
    widths: Floats
    """The extent of each group."""

    @classmethod
    def of(cls, values: Floats, gaps: list[Gap], channel: int) -> _Groups:
        uppers = np.sort([gap.upper for gap in gaps if gap.channel == channel])
        which = np.searchsorted(uppers, values, side="right")
        offsets = values - np.array([values.min(), *uppers])[which]
        widths = np.zeros(len(uppers) + 1)
        np.maximum.at(widths, which, offsets)
        return cls(offsets, which, widths)

    def side_by_side(self, distance: float) -> Floats:
        """Return the values with all gaps of one width."""
        starts = np.concatenate([[0.0], np.cumsum(self.widths[:-1] + distance)])
        near: Floats = self.offsets + starts[self.which]
        return near


def far_parts(colors: Floats, most: int) -> Parts | None:
    """Find the widest gaps that divide colors into at most so many parts; None if there are none.

    Parameters
    ----------
    colors : (n, D) float64
        Finite.
    most : int
        At least 1.
    """
    gaps = [
        Gap(width, channel, upper)
        for channel in range(colors.shape[1])
        for width, upper in _gaps(colors[:, channel])
    ]
    gaps.sort(reverse=True)
    while gaps:
        which = _parts(colors, gaps)
        if which.max() < most:
            return Parts(colors, gaps, which)
        gaps.pop()
    return None


def _gaps(values: Floats) -> list[tuple[float, float]]:
    """Return the gaps between groups far apart: widths, and the least values above."""
    low, high = float(values.min()), float(values.max())
    if not low < high:
        return []
    bins = ((values - low) * (BINS / (high - low))).astype(np.int64)
    filled = np.flatnonzero(np.bincount(bins))
    before = np.flatnonzero(np.diff(filled) > NARROW)
    n_between = int((np.diff(filled)[before] - 1).sum())
    if filled[-1] - n_between >= NARROW:
        return []
    starts = [0, *(before + 1)]
    groups = [
        values[(bins >= filled[start]) & (bins <= filled[stop - 1])]
        for start, stop in zip(starts, [*starts[1:], len(filled)], strict=True)
    ]
    within = [gap for group in groups for gap in _gaps(group)]
    if not within and not any(0 < np.ptp(group) < (high - low) / BINS for group in groups):
        return []  # such as a few levels: nothing is so narrow that digits would be lost
    between = [
        (float(above.min() - below.max()), float(above.min())) for below, above in pairwise(groups)
    ]
    return between + within


def _parts(colors: Floats, gaps: list[Gap]) -> Ints:
    """Return the part of each color: which sides of all the gaps it is on."""
    which = np.zeros(len(colors), np.int64)
    for gap in gaps:
        above = colors[:, gap.channel] >= gap.upper
        which = np.unique(2 * which + above, return_inverse=True)[1]
    return which
