"""What changes from one frame to the next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray


def changed_box(before: NDArray[Any] | None, frame: NDArray[Any]) -> tuple[int, int, NDArray[Any]]:
    """Return top, left and pixels of the smallest box that turns one frame into the next.

    Parameters
    ----------
    before : ndarray or None
        Frame ``(H, W)`` or ``(H, W, C)``; None: there is nothing yet, the box is all.
    frame : ndarray
        The next. If it is the same, the box is one pixel: none would be no frame.
    """
    if before is None:
        return 0, 0, frame
    changed = before != frame
    if changed.ndim == 3:
        changed = changed.any(axis=-1)
    rows, columns = changed.any(axis=1).nonzero()[0], changed.any(axis=0).nonzero()[0]
    if not len(rows):
        return 0, 0, frame[:1, :1]
    box = frame[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return int(rows[0]), int(columns[0]), box
