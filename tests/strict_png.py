"""A strict reader of indexed PNG: whatever the specification forbids is an AssertionError.

https://www.w3.org/TR/png-3/
"""

from __future__ import annotations

import struct
import zlib
from typing import NamedTuple

import numpy as np

ORDER = (b"IHDR", b"iCCP", b"pHYs", b"PLTE", b"tRNS", b"acTL", b"fcTL", b"IDAT", b"fdAT", b"IEND")
ONCE = {b"IHDR", b"iCCP", b"pHYs", b"PLTE", b"tRNS", b"acTL", b"IEND"}


class StrictPNG(NamedTuple):
    palette: np.ndarray  # (n, 3)
    alpha: np.ndarray  # (n,)
    bits: int
    indices: np.ndarray  # (T, H, W)
    delays: list[float]  # seconds

    @property
    def rgba(self):
        return np.concatenate([self.palette, self.alpha[:, np.newaxis]], axis=1)[self.indices]


def strict_png(content):
    chunks = chunks_of(content)
    names = [name for name, _ in chunks]
    assert names[0] == b"IHDR"
    assert names[-1] == b"IEND"
    assert all(name in ORDER for name in names)
    assert all(names.count(name) == 1 for name in ONCE & set(names))
    before_data = names[: names.index(b"IDAT")]
    assert before_data == sorted(before_data, key=ORDER.index)
    only = dict(chunks)
    width, height, bits, color_type, compression, filters, interlace = struct.unpack(
        ">IIBBBBB", only[b"IHDR"]
    )
    assert (color_type, compression, filters, interlace) == (3, 0, 0, 0)
    palette = np.frombuffer(only[b"PLTE"], np.uint8).reshape(-1, 3)
    assert 1 <= len(palette) <= 256
    assert bits == next(b for b in (1, 2, 4, 8) if len(palette) <= 2**b), "more bits than needed"
    given = np.frombuffer(only.get(b"tRNS", b""), np.uint8)
    assert len(given) <= len(palette)
    assert len(given) == 0 or given[-1] < 255, "tRNS is longer than needed"
    alpha = np.concatenate([given, np.full(len(palette) - len(given), 255, np.uint8)])
    frames, delays = [], []
    for control, data in pictures_of(chunks, width, height):
        if control is None:
            frame = unpacked(data, width, height, bits)
        else:
            _, w, h, x, y, numerator, denominator, dispose, blend = control
            assert w > 0
            assert h > 0
            assert x + w <= width
            assert y + h <= height
            assert (dispose, blend) == (0, 0)
            assert frames or (w, h) == (width, height)
            frame = frames[-1].copy() if frames else np.zeros((height, width), np.uint8)
            frame[y : y + h, x : x + w] = unpacked(data, w, h, bits)
            delays.append(numerator / denominator)
        assert frame.max() < len(palette), "an index beyond the palette"
        frames.append(frame)
    if b"acTL" in only:
        assert struct.unpack(">II", only[b"acTL"])[0] == len(frames)
    return StrictPNG(palette, alpha, bits, np.stack(frames), delays)


def chunks_of(content):
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    chunks, place = [], 8
    while place < len(content):
        (length,) = struct.unpack_from(">I", content, place)
        name = content[place + 4 : place + 8]
        body = content[place + 8 : place + 8 + length]
        assert len(body) == length, "cut off"
        (check,) = struct.unpack_from(">I", content, place + 8 + length)
        assert check == zlib.crc32(name + body), f"wrong checksum of {name}"
        chunks.append((name, body))
        place += 12 + length
    assert place == len(content)
    return chunks


def pictures_of(chunks, width, height):
    """Yield frame control, None without animation, and compressed data."""
    control, expected = None, 0
    for name, body in chunks:
        if name == b"fcTL":
            control = struct.unpack(">5I2H2B", body)
            assert control[0] == expected
            expected += 1
        elif name == b"IDAT":
            yield control, body
        elif name == b"fdAT":
            assert struct.unpack(">I", body[:4]) == (expected,)
            expected += 1
            yield control, body[4:]


def unpacked(data, width, height, bits):
    reader = zlib.decompressobj()
    raw = np.frombuffer(reader.decompress(data), np.uint8)
    assert reader.eof
    assert not reader.unused_data
    row_bytes = (width * bits + 7) // 8
    assert raw.size == height * (row_bytes + 1), "rows of a wrong size"
    rows = raw.reshape(height, row_bytes + 1)
    above = [0] * row_bytes
    indices = np.zeros((height, width), np.uint8)
    for y, row in enumerate(rows.tolist()):
        above = unfiltered(row[0], row[1:], above)
        values = np.unpackbits(np.array(above, np.uint8)).reshape(-1, bits)
        numbers = values @ (1 << np.arange(bits)[::-1])
        assert not numbers[width:].any(), "padding is not 0"
        indices[y] = numbers[:width]
    return indices


def unfiltered(kind, row, above):
    assert kind <= 4
    result = []
    for i, value in enumerate(row):
        a, b = (result[i - 1] if i else 0), above[i]
        c = above[i - 1] if i else 0
        p = a + b - c
        nearest = min((a, b, c), key=lambda near: abs(p - near))
        result.append((value + (0, a, b, (a + b) // 2, nearest)[kind]) & 255)
    return result
