"""What is said when the work ends before its end: what is kept, and how to go on."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from .running import NO_SPACE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .unfinished import Unfinished


def check_nothing_left(unfinished: Unfinished) -> None:
    """Refuse to lose what was begun.

    Raises
    ------
    FileExistsError
        If there is something.
    """
    if unfinished.is_begun:
        raise FileExistsError(
            f"{unfinished.folder}: is left of a run that was not finished. Pass `resume=True` to "
            "go on with it, or `overwrite=True` to begin anew."
        )


@contextmanager
def told_what_is_kept(unfinished: Unfinished) -> Iterator[None]:
    """Say what is kept, and how to go on with it."""
    kept = f"What is written so far is kept in {unfinished.folder}"
    try:
        yield
    except FileExistsError:
        raise
    except OSError as error:
        is_full = error.errno in NO_SPACE
        way = "Make room, then pass" if is_full else "Pass"
        reason = error.strerror or str(error)
        told = f"{reason}. {kept}. {way} `resume=True` to go on with it"
        if error.errno is None:
            raise OSError(f"{unfinished.target}: {told}.") from error
        raise OSError(error.errno, told, str(unfinished.target)) from error
    except Exception as error:
        error.add_note(f"{kept}. Pass `resume=True` to go on with it.")
        raise
