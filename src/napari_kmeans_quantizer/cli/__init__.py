"""Command line: quantize picture files, and measure them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


MEASURE = "measure"
"""As the first word, what is done; a picture of this name is ``./measure``."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    Parameters
    ----------
    arguments : sequence of str, optional
        Those after the program's name; by default those of this process.

    Returns
    -------
    int
        0: all is done; 1: some files failed; 2: nothing was begun; 130: interrupted. What went
        wrong is said on standard error.

    Raises
    ------
    SystemExit
        If an argument is wrong (2), or asks for the help or the version (0).
    """
    from .interrupting import INTERRUPTED

    try:
        words = sys.argv[1:] if arguments is None else list(arguments)
        if words[:1] == [MEASURE]:
            return _measure(words[1:])
        from .options import parsed
        from .running import run

        return run(parsed(words))
    except KeyboardInterrupt:  # while all that is loaded, or asked; else it is told what is done
        print("napari-kmeans-quantizer: interrupted.", file=sys.stderr)
        return INTERRUPTED


def _measure(words: Sequence[str]) -> int:
    from .measure.options import parsed
    from .measure.running import run

    return run(parsed(words))
