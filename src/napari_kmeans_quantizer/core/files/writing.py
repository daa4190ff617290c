"""One way to write: to a temporary file beside the target, which is renamed once it is whole."""

from __future__ import annotations

import os
import secrets
import shutil
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST_SUFFIX = 16
"""Characters; names of files are limited, and the suffix tells libraries the format."""


def write_file(
    path: str | os.PathLike[str], content: bytes | memoryview, *, overwrite: bool = False
) -> int:
    """Write a file wholly, or leave all as it was.

    Parameters
    ----------
    path : str or path-like
        The file; what a link points to is replaced, not the link.
    content : bytes
        All of it.
    overwrite : bool, optional
        Replace a file that exists; it keeps its mode and owner.

    Returns
    -------
    int
        Number of bytes.

    Raises
    ------
    FileExistsError
        If it exists and `overwrite` is not set.
    OSError
        If it cannot be written.
    """
    with replacing(path, overwrite=overwrite) as temporary:
        temporary.write_bytes(content)
    return len(content)


@contextmanager
def replacing(path: str | os.PathLike[str], *, overwrite: bool = False) -> Iterator[Path]:
    """Give a temporary file to write to, with the suffix of `path`, and rename it at the end.

    Parameters
    ----------
    path, overwrite
        As in `write_file`.

    Yields
    ------
    Path
        An empty file beside the target. If what writes to it raises, it is removed, and the target
        is as it was.
    """
    check_free(path, overwrite=overwrite)
    target = Path(path).resolve()
    suffix = target.suffix if len(target.suffix) <= LONGEST_SUFFIX else ""
    temporary = target.with_name(f".{secrets.token_hex(8)}{suffix}")
    try:
        temporary.touch(exist_ok=False)
        yield temporary
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        _put(temporary, target, overwrite)
    finally:
        temporary.unlink(missing_ok=True)


def check_free(path: str | os.PathLike[str], *, overwrite: bool) -> None:
    """Refuse to replace a file unasked."""
    if not overwrite and os.path.lexists(path):
        raise FileExistsError(
            f"{path}: exists already. Pass `overwrite=True` to replace it, or another name."
        )


def _put(temporary: Path, target: Path, overwrite: bool) -> None:
    """Give a file its name; whatever took that name meanwhile is not replaced unasked, either."""
    if overwrite:
        with suppress(FileNotFoundError):
            shutil.copymode(target, temporary)
            _copy_owner(target, temporary)
        os.replace(temporary, target)
        return
    try:
        os.link(temporary, target)
    except FileExistsError:
        check_free(target, overwrite=False)
        raise
    except OSError:  # a file system without hard links
        check_free(target, overwrite=False)
        os.replace(temporary, target)


def _copy_owner(target: Path, temporary: Path) -> None:
    """Leave a file to its owner, as far as we may."""
    if hasattr(os, "chown"):
        owner = target.stat()
        with suppress(OSError):
            os.chown(temporary, owner.st_uid, owner.st_gid)
