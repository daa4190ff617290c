"""Numbers and names of binary files; none is read past the end."""

from __future__ import annotations

import math
import struct
from typing import Any


class Cursor:
    """A place in the bytes of a file that moves on as they are taken.

    Parameters
    ----------
    content : bytes
        All of the file.
    order : {">", "<"}
        Of the bytes in its numbers.
    """

    def __init__(self, content: bytes, order: str) -> None:
        self._content = content
        self._order = order
        self._end = len(content)
        self.at = 0

    @property
    def left(self) -> int:
        """Number of bytes not yet taken."""
        return self._end - self.at

    def part(self, n_bytes: int, what: str) -> Cursor:
        """Return a cursor over the next bytes, and move on behind them."""
        self.need(n_bytes, what)
        part = Cursor(self._content, self._order)
        part.at, part._end = self.at, self.at + n_bytes
        self.at = part._end
        return part

    def need(self, n_bytes: int, what: str) -> None:
        """Refuse a file that ends before so many more bytes."""
        if n_bytes > self.left:
            raise ValueError(
                f"byte {self.at}: {what} must take {n_bytes:,} bytes, only {self.left:,} "
                "follow. The file is cut off or damaged."
            )

    def take(self, layout: str, what: str) -> tuple[Any, ...]:
        """Return numbers in a layout of `struct`."""
        numbers = struct.Struct(self._order + layout)
        self.need(numbers.size, what)
        taken = numbers.unpack_from(self._content, self.at)
        self.at += numbers.size
        return taken

    def take_bytes(self, n_bytes: int, what: str) -> bytes:
        """Return so many bytes."""
        self.need(n_bytes, what)
        self.at += n_bytes
        return self._content[self.at - n_bytes : self.at]

    def take_name(self, n_units: int) -> str:
        """Return a name in UTF-16, of so many units with the zero at its end."""
        text = self.take_bytes(2 * n_units, "a name")
        encoding = "utf-16-be" if self._order == ">" else "utf-16-le"
        return text.decode(encoding, "replace").partition("\0")[0]


def check_within(at: int, values: tuple[float, ...], low: float, high: float, what: str) -> None:
    """Refuse values outside of a range, and those that are no numbers."""
    if not all(math.isfinite(value) and low <= value <= high for value in values):
        raise ValueError(f"byte {at}: {what} must lie in {low:g}..{high:g}, got {values}.")
