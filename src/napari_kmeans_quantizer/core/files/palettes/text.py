"""Lines, numbers and hex colors of text files."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

from .swatches import MOST_COLORS

if TYPE_CHECKING:
    from collections.abc import Iterator

HEX = re.compile(r"#?([0-9A-Fa-f]{3}|[0-9A-Fa-f]{6}|[0-9A-Fa-f]{8})", re.ASCII)
MOST_LINES = 10 * MOST_COLORS
"""Not blank; colors and comments."""
LONGEST_SHOWN = 40
"""Characters of a wrong line in a message."""


def decode(content: bytes) -> str:
    """Return text in UTF-8, with or without a mark in front, else in Latin-1."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def numbered_lines(content: bytes) -> Iterator[tuple[int, str]]:
    """Yield the number, from 1, and the text of each line that is not blank, stripped."""
    n_lines = 0
    for number, line in enumerate(io.StringIO(decode(content), newline=None), 1):
        if stripped := line.strip():
            n_lines += 1
            if n_lines > MOST_LINES:
                raise ValueError(f"line {number}: a palette has at most {MOST_LINES:,} lines.")
            yield number, stripped


def of_hex(text: str) -> tuple[int, int, int] | None:
    """Return the levels of ``rgb``, ``rrggbb`` or ``rrggbbaa`` with or without "#", else None.

    Alpha is left out.
    """
    match = HEX.fullmatch(text)
    if match is None:
        return None
    digits = match[1]
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    red, green, blue = bytes.fromhex(digits[:6])
    return red, green, blue


def quoted(text: str) -> str:
    """Return a piece of a file for a message."""
    shown = text if len(text) <= LONGEST_SHOWN else text[:LONGEST_SHOWN] + "..."
    return repr(shown)


def wrong(line: int, wanted: str, text: str) -> ValueError:
    """Return what is wrong with a line."""
    return ValueError(f"line {line}: must be {wanted}, got {quoted(text)}.")


def check_levels(line: int, text: str, levels: tuple[int, ...], largest: int = 255) -> None:
    """Refuse levels beyond the largest."""
    if max(levels) > largest:
        raise wrong(line, f"numbers in 0..{largest}", text)
