"""The three kinds of .pal, told by their first bytes; JASC's is the one written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import corel, jasc, riff

if TYPE_CHECKING:
    from .swatches import Swatches

MARK = b"\xef\xbb\xbf"
"""What some editors put in front of text in UTF-8."""


def read(content: bytes) -> Swatches:
    """Return the colors of a JASC, RIFF or Corel palette."""
    text = content.removeprefix(MARK).lstrip()
    if content.startswith(b"RIFF"):
        return riff.read(content)
    if text.startswith(jasc.HEADER.encode()):
        return jasc.read(content)
    if text.startswith(b'"'):
        return corel.read(content)
    raise ValueError(
        f"byte 0: a .pal begins with '{jasc.HEADER}' (Paint Shop Pro), 'RIFF' (Windows) or a name "
        "in quotes (CorelDRAW). Other kinds cannot be read; save it as .gpl, .ase or .act."
    )
