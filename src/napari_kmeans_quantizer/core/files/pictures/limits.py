"""How many pixels are read, and what files tell that no other file can."""

from __future__ import annotations

from .picture import UnreadableError

MAX_PIXELS = 1_000_000_000
"""Of all pages or frames together: RGB of this size takes 3 GB."""
LONGEST = 655_350.0
"""Milliseconds that a frame is shown, as GIF can tell."""
MOST_PLAYS = 65535
"""Of an animation, as GIF and WebP can tell."""
FINEST = 1e6
"""Pixels per inch; more is damage, or a slip of units."""


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


def possible_dpi(across: float, down: float) -> tuple[float, float] | None:
    """Return pixels per inch, or None if they cannot be that."""
    return (across, down) if all(0 < value < FINEST for value in (across, down)) else None


def _mega(n_pixels: int) -> str:
    return f"{n_pixels / 1e6:,.6g}"
