"""The bytes of a palette file, never more than a palette may have."""

from __future__ import annotations

import os
import stat
from pathlib import Path

LARGEST_FILE = 16 << 20
"""Bytes."""


def content_of(path: str | os.PathLike[str]) -> bytes:
    """Return all of a file, or say why it is too large, empty, or no file at all."""
    file = os.stat(path)
    if not (stat.S_ISREG(file.st_mode) or stat.S_ISDIR(file.st_mode)):
        raise ValueError("is a device or pipe; a palette is read from a file.")
    _check_size(file.st_size)
    with Path(path).open("rb") as opened:
        content = opened.read(LARGEST_FILE + 1)  # it may grow meanwhile
    _check_size(len(content))
    if not content:
        raise ValueError("byte 0: is empty.")
    return content


def _check_size(n_bytes: int) -> None:
    if n_bytes > LARGEST_FILE:
        raise ValueError(f"is larger than {LARGEST_FILE >> 20} MB; no palette is.")
