"""Kinds of files that the panel exports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


class Kind(NamedTuple):
    """A kind of file that can be exported; all but those that need no result get the State."""

    caption: str
    filters: Callable[[Any], list[str]]
    name: Callable[[Any], str]
    """Of the file, after the image's."""
    obstacle: Callable[[Any], str]
    """Why it cannot be, and what to do; "" if it can."""
    write: Callable[[Path, Any, bool], str | None]
    """Gets also whether to replace a file; returns what else is to be told of it."""
    remedy: str = ""
    """The button that helps."""
    needs_result: bool = True
