"""The size that a strip or tile of a TIFF tells of itself, before its decoder makes room for it.

Most parts hold as many pixels as the page says. Those that are files of their own, such as JPEG,
have a header, which may say anything.
"""

from __future__ import annotations

from typing import IO, TYPE_CHECKING

from .picture import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tifffile import TiffPage

    Size = tuple[int, int] | None

STARTS_OF_FRAME = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
WITHOUT_LENGTH = {0x00, 0x01, *range(0xD0, 0xD9)}
START_OF_SCAN, END_OF_IMAGE = 0xDA, 0xD9
CODESTREAM = b"\xff\x4f\xff\x51"


def check_parts(page: TiffPage, stream: IO[bytes]) -> None:
    """Refuse parts that are larger than their page, padded by one part."""
    size_of = SIZES.get(int(page.compression))
    if size_of is None:
        return
    n_most = page.imagewidth * page.imagelength
    n_most += max(page.tilewidth * page.tilelength, page.imagewidth * page.rowsperstrip)
    for start, length in zip(page.dataoffsets, page.databytecounts, strict=False):
        stream.seek(start)
        size = size_of(stream.read(length))
        if size is not None and size[0] * size[1] > n_most:
            raise UnreadableError(
                f"is damaged: a part of {size[0]} x {size[1]} pixels lies in a page of "
                f"{page.imagewidth} x {page.imagelength}."
            )


def _jpeg(part: bytes) -> Size:
    """Return what the first start of a frame says (ITU-T T.81, B.2.2), found as libjpeg does."""
    at = part.find(b"\xff")
    while 0 <= at < len(part) - 1:
        marker = part[at + 1]
        if marker in STARTS_OF_FRAME:
            height, width = (int.from_bytes(part[at + i : at + i + 2]) for i in (5, 7))
            return width, height
        if marker in (START_OF_SCAN, END_OF_IMAGE):
            return None
        if marker == 0xFF:  # filling
            at += 1
            continue
        at += 2
        if marker not in WITHOUT_LENGTH:
            at += int.from_bytes(part[at : at + 2])
        at = part.find(b"\xff", at)
    return None


def _jpeg_2000(part: bytes) -> Size:
    """Return what the codestream's second marker says (ITU-T T.800, A.5.1)."""
    at = part.find(CODESTREAM)
    if at < 0:
        return None
    right, bottom, left, top = (int.from_bytes(part[at + i : at + i + 4]) for i in (8, 12, 16, 20))
    return max(right - left, 0), max(bottom - top, 0)


def _png(part: bytes) -> Size:
    return int.from_bytes(part[16:20]), int.from_bytes(part[20:24])


SIZES: dict[int, Callable[[bytes], Size]] = {
    **dict.fromkeys((6, 7, 99, 33007, 34892), _jpeg),
    **dict.fromkeys((33003, 33004, 33005, 34712), _jpeg_2000),
    34933: _png,
}
"""By the number of the compression; WebP holds no more than 16,383 x 16,383 pixels."""
