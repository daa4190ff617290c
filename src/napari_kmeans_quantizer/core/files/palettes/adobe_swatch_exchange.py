r"""Adobe Swatch Exchange (.ase) of Illustrator, InDesign and Photoshop: finer than 8 bits, names.

Layout, big-endian, after the description in ``ase.ksy`` of anypalette.js (CC0-1.0), and Lab and
the kinds of swatches after files of Illustrator::

    "ASEF"  u16 1  u16 0  u32 number of blocks
    each block:  u16 kind  u32 bytes that follow
      0xC001 a group begins:  name
      0xC002 a group ends
      0x0001 a swatch:        name  model  float32 values  u16 0 global, 1 spot, 2 process
    name:   u16 units, with the zero at the end  UTF-16 units
    model:  "RGB " and "CMYK" in 0..1 (CMYK: 1 is full ink), "Gray" in 0..1 (1 is white),
            "LAB " with L in 0..1, a and b in -128..127

What is in groups is read as if it were not; other blocks are skipped. Aseprite's sprites end in
.ase, too, and are told by the number 0xA5E0 at byte 4. Written as RGB. Holds float32 values: what
is within that of a whole level is read as this.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .binary import Cursor, check_within
from .conversion import to_levels
from .swatches import Swatches, levels_of, names_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from napari_kmeans_quantizer.core.palette import Palette

MAGIC = b"ASEF"
SPRITE = b"\xe0\xa5"
SWATCH, PROCESS = 1, 2
BLOCK = 6
MODELS = {b"RGB ": ("RGB", 3), b"CMYK": ("CMYK", 4), b"GRAY": ("grey", 1), b"LAB ": ("Lab", 3)}
TOLERANCE = 1e-3
"""What values may leave their range by: Illustrator's do, by rounding."""


def read(content: bytes) -> Swatches:
    """Return colors and names."""
    if content[4:6] == SPRITE and not content.startswith(MAGIC):
        raise ValueError(
            "is a sprite of Aseprite, no Adobe Swatch Exchange. In Aseprite, save its palette as "
            ".gpl."
        )
    if not content.startswith(MAGIC):
        raise ValueError(f"byte 0: Adobe Swatch Exchange begins with {MAGIC!r}, not with this.")
    cursor = Cursor(content, ">")
    _, _, _, n_blocks = cursor.take("4sHHI", "the header")
    cursor.need(n_blocks * BLOCK, f"{n_blocks:,} blocks")
    models: list[str] = []
    values: list[tuple[float, ...]] = []
    names: list[str] = []
    for _ in range(n_blocks):
        kind, length = cursor.take("HI", "a block")
        block = cursor.part(length, "a block")
        if kind == SWATCH:
            name, model, numbers = _swatch(block)
            models.append(model)
            values.append(numbers)
            names.append(name)
    return Swatches(_whole(to_levels(models, values)), names)


def _swatch(block: Cursor) -> tuple[str, str, tuple[float, ...]]:
    (n_units,) = block.take("H", "the length of a name")
    name = block.take_name(n_units)
    at = block.at
    (given,) = block.take("4s", "a color model")
    model, size = MODELS.get(given.upper(), ("", 0))
    if not model:
        raise ValueError(f"byte {at}: unknown color model {given!r}; known are {list(MODELS)}.")
    at, values = block.at, block.take(f"{size}f", "a color")
    if model == "Lab":
        check_within(at, values[:1], -TOLERANCE, 1 + TOLERANCE, "L")
        check_within(at, values[1:], -128, 128, "a and b")
        return name, model, (100 * min(max(values[0], 0), 1), *values[1:])
    check_within(at, values, -TOLERANCE, 1 + TOLERANCE, f"{model} values")
    return name, model, tuple(min(max(value, 0.0), 1.0) for value in values)


def _whole(levels: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return whole levels where float32 cannot tell them from what they are."""
    nearest = np.rint(levels)
    alike = np.float32(nearest / 255) == np.float32(levels / 255)
    return np.where(alike, nearest, levels)


def write(palette: Palette, title: str) -> bytes:
    """Return the file: process swatches in RGB, in no group."""
    del title
    header = MAGIC + np.array([1, 0], ">u2").tobytes() + np.array(len(palette), ">u4").tobytes()
    rows = zip(_stored(levels_of(palette)), names_of(palette), strict=True)
    return header + b"".join(_block(row, name) for row, name in rows)


def _stored(levels: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return levels as float32 in 0..1 that are shown as they were, also halfway between two."""
    shown = np.rint(levels)
    stored = np.float32(levels / 255)
    towards = np.nextafter(stored, np.float32(shown / 255))
    return np.where(np.rint(stored.astype(np.float64) * 255) == shown, stored, towards)


def _block(row: NDArray[np.float32], name: str) -> bytes:
    text = (name + "\0").encode("utf-16-be")
    body = (
        np.array(len(text) // 2, ">u2").tobytes()
        + text
        + b"RGB "
        + row.astype(">f4").tobytes()
        + np.array(PROCESS, ">u2").tobytes()
    )
    return np.array(SWATCH, ">u2").tobytes() + np.array(len(body), ">u4").tobytes() + body
