"""PGM and PPM with more than 8 bits a channel, which Pillow reduces to 8.

Layout (https://netpbm.sourceforge.net/doc/ppm.html): "P2", "P3" (values as text), "P5" or "P6"
(values of two bytes, the larger first), then width, height and the value of white as text, with
white space and comments from "#" to the end of the line between; one white space; rows of values.
"""

from __future__ import annotations

import re
from typing import IO, TYPE_CHECKING

import numpy as np

from .picture import UnreadableError

if TYPE_CHECKING:
    from .picture import Pixels

HEADER = re.compile(rb"P([2356])" + 3 * rb"(?:\s|#[^\r\n]*[\r\n])+(\d{1,9})" + rb"\s")
LONGEST_HEADER = 1 << 16


def read_netpbm(stream: IO[bytes]) -> Pixels | None:
    """Read values of two bytes, spread so that white is 65535; None: they have one byte."""
    stream.seek(0)
    header = HEADER.match(stream.read(LONGEST_HEADER))
    if header is None:
        return None
    kind, width, height, white = (int(number) for number in header.groups())
    if not 255 < white < 65536:
        return None
    n_channels = 3 if kind in (3, 6) else 1
    n_values = width * height * n_channels
    stream.seek(header.end())
    if kind < 4:
        text = re.sub(rb"#[^\r\n]*", b"", stream.read())
        values = np.array(text.split(maxsplit=n_values)[:n_values], np.bytes_).astype(np.int64)
    else:
        content = stream.read(2 * n_values)
        values = np.frombuffer(content[: len(content) // 2 * 2], ">u2")
    if len(values) < n_values:
        raise UnreadableError(f"is cut off: has {len(values)} of {n_values} values.")
    if values.min() < 0 or values.max() > white:
        raise UnreadableError(f"is damaged: has values above {white}, which it says is white.")
    spread = values if white == 65535 else np.rint(values * (65535 / white))
    array = spread.astype(np.uint16)
    if n_channels == 1:
        return array.reshape(height, width), "grey", None
    return array.reshape(height, width, 3), "RGB", None
