"""The smallest PNG data that can be had of a picture in the time."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .order import adjacency, by_growing, by_pairs
from .packing import bits_of, filtered, packed, unfiltered

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from .frames import Frames

    Bytes = NDArray[np.uint8]

TRIAL_PIXELS = 1 << 19
"""Of larger pictures, orders and filters are compared on about so many pixels."""
N_BANDS = 8
QUICK_LEVEL, TRIAL_LEVEL, LEVEL = 6, 10, 12
"""Of libdeflate: from 10 on it weighs whole sequences of matches."""


class Layout(NamedTuple):
    """How a picture is laid out in a file: the order of its entries, and its filter."""

    order: NDArray[np.intp]
    filter: Callable[[Bytes], Bytes]
    level: int = LEVEL


def quick_layout(frames: Frames) -> Layout:
    """Return a layout that takes a few per cent of the time, and some 15 % more bytes."""
    return Layout(np.arange(len(frames.colors)), unfiltered, QUICK_LEVEL)


def smallest_layout(frames: Frames, keep_order: bool) -> Layout:
    """Return the layout that takes the fewest bytes, as far as a trial tells."""
    trial = frames._replace(indices=_some(frames.indices))
    layouts = list(_layouts(trial, keep_order))
    sizes = [len(_data(trial, layout)) for layout in layouts]
    return layouts[int(np.argmin(sizes))]


def compressed(frame: Bytes, n_entries: int, layout: Layout) -> bytes:
    """Return the data of a picture (H, W) whose entries are in order already."""
    from imagecodecs import deflate_encode

    rows = layout.filter(packed(frame, bits_of(n_entries)))
    return bytes(deflate_encode(rows.tobytes(), level=layout.level))


def _data(trial: Frames, layout: Layout) -> bytes:
    placed = trial.reordered(layout.order)
    return compressed(placed.indices[0], len(placed.colors), layout._replace(level=TRIAL_LEVEL))


def _layouts(trial: Frames, keep_order: bool) -> Iterator[Layout]:
    as_it_is = np.arange(len(trial.colors))
    yield Layout(as_it_is, unfiltered)
    if keep_order or len(as_it_is) < 3:
        yield Layout(as_it_is, filtered)
        return
    counts = adjacency(trial.indices, len(as_it_is))
    for order in (by_pairs(counts), by_growing(counts)):
        yield Layout(_clear_first(order, trial.alpha), filtered)


def _clear_first(order: NDArray[np.intp], alpha: Bytes) -> NDArray[np.intp]:
    """Return an order or its reverse, which is as good: alpha is told up to the last not opaque."""
    clear = np.flatnonzero(alpha[order] < 255)
    is_late = len(clear) > 0 and clear[0] + clear[-1] >= len(order)
    return order[::-1] if is_late else order


def _some(indices: Bytes) -> Bytes:
    """Return the middle picture, or if that is large, bands of rows all over it, (1, h, W)."""
    frame: Bytes = indices[len(indices) // 2 :][:1]
    if frame.size <= TRIAL_PIXELS:
        return frame
    _, height, width = frame.shape
    n_rows = max(1, TRIAL_PIXELS // N_BANDS // width)
    starts = np.linspace(0, height - n_rows, N_BANDS).astype(int)
    return np.concatenate([frame[:, start : start + n_rows] for start in starts], axis=1)
