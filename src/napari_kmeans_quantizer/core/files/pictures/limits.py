"""How many pixels are read."""

from __future__ import annotations

from .picture import UnreadableError

MAX_PIXELS = 1_000_000_000
"""Of all pages or frames together: RGB of this size takes 3 GB."""


def check_pixels(width: int, height: int, n_frames: int, max_pixels: int) -> None:
    """Refuse, from what the header says, what takes more memory than was allowed."""
    n_pixels = width * height * n_frames
    if width < 1 or height < 1 or n_frames < 1:
        raise UnreadableError("holds no pixels.")
    if n_pixels > max_pixels:
        frames = f"{n_frames} frames of " if n_frames > 1 else ""
        raise UnreadableError(
            f"has {frames}{width} x {height} = {_mega(n_pixels)} megapixels, more than the "
            f"{_mega(max_pixels)} allowed. Pass `max_pixels={n_pixels}` to read it nevertheless."
        )


def _mega(n_pixels: int) -> str:
    return f"{n_pixels / 1e6:,.6g}"
