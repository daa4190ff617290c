"""What is said, and where: in any encoding, and to readers that may be gone."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager, suppress
from typing import IO, TYPE_CHECKING, Any

from napari_kmeans_quantizer.core.version import PROGRAM

if TYPE_CHECKING:
    from collections.abc import Iterator

BAR = "{percentage:3.0f}%|{bar}| {postfix[0]} of {postfix[1]} [{elapsed}<{remaining}]"


class Voice:
    """Says a line for every picture, what went wrong, and how far all is.

    Parameters
    ----------
    is_quiet : bool
        Only say what went wrong.
    is_out_taken : bool
        Standard output gets a picture; lines go to standard error.
    """

    def __init__(self, is_quiet: bool, is_out_taken: bool) -> None:
        self._is_quiet = is_quiet
        self._out = sys.stderr if is_out_taken else sys.stdout
        self._bar: Any = None
        for stream in (sys.stdout, sys.stderr):
            # Names that an encoding lacks are no reason to fail when all is written.
            with suppress(AttributeError, ValueError):
                stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]

    def tell(self, line: str) -> None:
        """Say what was done."""
        if not self._is_quiet:
            self._say(line, self._out)

    def complain(self, line: str) -> None:
        """Say what went wrong."""
        self._say(f"{PROGRAM}: {line}", sys.stderr)

    def _say(self, line: str, stream: IO[str]) -> None:
        line = " ".join(line.splitlines())
        with _unless_closed(stream):
            if self._bar is not None:
                self._bar.clear()
            print(line, file=stream, flush=True)
            if self._bar is not None:
                self._bar.refresh()

    @contextmanager
    def progress(self, n_pictures: int) -> Iterator[None]:
        """Show how far all is, if a person looks."""
        if self._is_quiet or not _is_terminal(sys.stderr):
            yield
            return
        from tqdm import tqdm  # type: ignore[import-untyped]
        from tqdm.contrib.logging import (  # type: ignore[import-untyped]
            logging_redirect_tqdm,
        )

        bar = tqdm(
            total=float(n_pictures), bar_format=BAR, postfix=[0, n_pictures], leave=False,
            file=sys.stderr, dynamic_ncols=True,
        )  # fmt: skip
        with bar, logging_redirect_tqdm():
            self._bar = bar
            try:
                yield
            finally:
                self._bar = None

    def show(self, n_left: int, under_way: float) -> None:
        """Show how many pictures are left, and how much of these is done, in pictures."""
        if self._bar is None:
            return
        n_pictures = self._bar.postfix[1]
        self._bar.postfix[0] = n_pictures - n_left
        self._bar.n = n_pictures - n_left + under_way
        self._bar.refresh()


def send(content: bytes) -> None:
    """Write a picture to standard output."""
    try:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    except OSError as error:
        _mute(sys.stdout)
        raise OSError(f"standard output: {error.strerror or error}.") from error


def send_lines(content: bytes) -> None:
    """Write a text to standard output; nobody minds if a reader has seen enough."""
    try:
        send(content)
    except OSError as error:
        if not isinstance(error.__cause__, BrokenPipeError):
            raise


def _is_terminal(stream: IO[str]) -> bool:
    try:
        return stream.isatty()
    except (AttributeError, ValueError):  # none, or closed
        return False


@contextmanager
def _unless_closed(stream: IO[str]) -> Iterator[None]:
    """Let nobody mind that a reader, such as ``head``, has seen enough."""
    try:
        yield
    except (OSError, ValueError):
        _mute(stream)


def _mute(stream: IO[str]) -> None:
    """Send what else is written to nowhere: when Python ends, it writes what is left."""
    with suppress(OSError, ValueError, AttributeError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
