"""Another commit beside today's code: its sources in a folder of their own, for a while."""

from __future__ import annotations

import contextlib
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from sources import Source

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent


@contextlib.contextmanager
def both(commit: str, today: Source) -> Iterator[list[Source]]:
    """Give the old sources and today's, each with a folder for its kernels, empty at first."""
    with checked_out(commit) as (name, folder), tempfile.TemporaryDirectory() as caches:
        old = Source(name, folder / "src", cache=str(Path(caches, "old")))
        yield [old, today._replace(cache=str(Path(caches, "today")))]


@contextlib.contextmanager
def checked_out(commit: str) -> Iterator[tuple[str, Path]]:
    """Give a commit's short name, and its files in a work tree that goes again."""
    name = git("rev-parse", "--short", "--verify", f"{commit}^{{commit}}")
    with tempfile.TemporaryDirectory() as parent:
        folder = Path(parent, name)
        git("worktree", "add", "--quiet", "--detach", str(folder), name)
        try:
            yield name, folder
        finally:
            git("worktree", "remove", "--force", str(folder))


def git(*arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=HERE, check=True, stdout=subprocess.PIPE, text=True
    )
    return done.stdout.strip()
