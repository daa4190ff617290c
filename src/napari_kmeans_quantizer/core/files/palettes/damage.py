"""Whatever a library raises over a broken file is the file's fault, and said as such."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def blamed_on_the_file(kind: str) -> Iterator[None]:
    """Raise ValueError in place of whatever a library raises.

    Parameters
    ----------
    kind : str
        What the file was read as, such as "a GIF picture".
    """
    try:
        yield
    except ValueError:
        raise
    except Exception as error:  # libraries raise all kinds, down to RecursionError
        said = str(error) or type(error).__name__
        raise ValueError(f"cannot be read as {kind}: {said}") from error
