"""A mosaic of any size: every pixel follows from its place alone, whatever the chunks.

Tiles of pictures that scikit-image ships, each with its own turn, flip and light, under a light
that changes slowly over the whole. It costs about a nanosecond a pixel, so that what is
measured is what reads it.
"""

from __future__ import annotations

import functools
import math
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import dask.array as da
import numpy as np
from skimage import data

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import DTypeLike

    Span = tuple[int, int]

TILE = 256
VARIANTS = 64
CHUNK = 2048
PICTURES = ("astronaut", "coffee", "chelsea", "immunohistochemistry", "retina", "rocket")
TEXTURE, LIGHT = 208, 24  # the sum of a texture and of twice the light is at most 255


def mosaic(
    gigapixels: float, dtype: DTypeLike = np.uint8, chunk: int = CHUNK, *, seed: int = 0
) -> da.Array:
    """Return a lazy RGB image, about square, of whole chunks.

    Parameters
    ----------
    gigapixels : float
        The size is the nearest that whole chunks make.
    dtype : dtype
        uint8, uint16 or float32 in 0..1.
    chunk : int
        Rows and columns of a chunk.
    seed : int
        Another number is another mosaic.
    """
    n_chunks = max(1, round(1e9 * gigapixels / chunk**2))
    rows = max(1, round(math.sqrt(n_chunks)))
    sides = (chunk * rows, chunk * max(1, round(n_chunks / rows)))
    return mosaic_of(sides, (chunk, chunk), dtype, seed=seed)


def pyramid(gigapixels: float, dtype: DTypeLike = np.uint8, *, seed: int = 0) -> list[da.Array]:
    """Return a mosaic and its coarser levels, each of every second pixel of the one above."""
    image, step = mosaic(gigapixels, dtype, seed=seed), 1
    levels = [image]
    while max(levels[-1].shape) > 2 * CHUNK and step < TILE:
        step *= 2
        rows, columns = (size // step for size in image.shape[:2])
        levels.append(mosaic_of((rows, columns), (CHUNK, CHUNK), dtype, seed=seed, step=step))
    return levels


def mosaic_of(
    shape: tuple[int, int],
    chunks: tuple[int, int],
    dtype: DTypeLike = np.uint8,
    *,
    seed: int = 0,
    step: int = 1,
) -> da.Array:
    """Return a lazy RGB image of that shape (rows, columns) in such chunks.

    With a `step`, a power of two up to `TILE`, only one out of so many pixels is there.
    """
    dtype = np.dtype(dtype)
    return da.map_blocks(
        _block,
        chunks=da.core.normalize_chunks((*chunks, 3), (*shape, 3), dtype=dtype),
        dtype=dtype,
        meta=np.empty((0, 0, 0), dtype),
        seed=seed,
        step=step,
    )


def pixels(
    rows: Span, columns: Span, dtype: DTypeLike = np.uint8, *, seed: int = 0, step: int = 1
) -> np.ndarray:
    """Return a part (rows, columns, 3) of the endless mosaic, or of every so many pixels of it."""
    image = np.empty((rows[1] - rows[0], columns[1] - columns[0], 3), np.uint8)
    textures, side = _textures(seed)[:, ::step, ::step], TILE // step
    for row in range(rows[0] // side, -(-rows[1] // side)):
        for column in range(columns[0] // side, -(-columns[1] // side)):
            texture = textures[_hash(row, column, seed) % VARIANTS]
            _lay(image, texture, (side * row - rows[0], side * column - columns[0]))
    flat = image.reshape(len(image), -1)  # long inner loops
    flat += _light(step * np.arange(*rows), 5003)[:, None]
    across = 3 * step * np.arange(*columns)[:, None] + np.arange(3)
    flat += _light(across.reshape(-1), 3 * 7001 + 1)
    return _of_type(image, np.dtype(dtype), across.reshape(-1))


@contextmanager
def written(image: da.Array, folder: str | Path | None = None) -> Iterator[Path]:
    """Give a zarr with an image, one file a chunk, not compressed; it goes again.

    It is not in the system's cache of files: whoever reads it, reads the disk.
    """
    parent = Path(tempfile.mkdtemp(prefix="mosaic-", dir=folder))
    try:
        yield write(image, parent / "mosaic.zarr")
    finally:
        shutil.rmtree(parent)


def write(image: da.Array, path: Path) -> Path:
    """Write an image as a zarr, one file a chunk, not compressed."""
    import zarr

    target = zarr.create_array(
        path, shape=image.shape, chunks=image.chunksize, dtype=image.dtype, compressors=None
    )
    da.store(image, target, lock=False, scheduler="threads")
    forget(path)
    return path


def forget(path: Path) -> None:
    """Drop files from the system's cache, where that can be asked for."""
    import os

    if not hasattr(os, "posix_fadvise"):
        return
    for file in path.rglob("c/**/*"):
        if file.is_file():
            with file.open("rb") as opened:
                os.fsync(opened.fileno())
                os.posix_fadvise(opened.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _block(block_info: dict, seed: int, step: int) -> np.ndarray:
    (rows, columns, _), dtype = block_info[None]["array-location"], block_info[None]["dtype"]
    return pixels(rows, columns, dtype, seed=seed, step=step)


def _lay(image: np.ndarray, texture: np.ndarray, starts: tuple[int, int]) -> None:
    """Copy what an image shows of a tile that starts there."""
    sizes = zip(starts, texture.shape, image.shape, strict=False)
    spans = [(start, max(start, 0), min(start + side, whole)) for start, side, whole in sizes]
    here = tuple(slice(first, stop) for _, first, stop in spans)
    image[here] = texture[tuple(slice(first - start, stop - start) for start, first, stop in spans)]


def _hash(row: int, column: int, seed: int) -> int:
    mixed = (row * 0x9E3779B1 ^ column * 0x85EBCA77 ^ seed * 0xC2B2AE3D) & 0xFFFFFFFF
    return ((mixed ^ mixed >> 15) * 0x2C1B3C6D & 0xFFFFFFFF) >> 12


def _light(places: np.ndarray, period: int) -> np.ndarray:
    return np.rint(LIGHT / 2 * (1 + np.sin(2 * np.pi * places / period))).astype(np.uint8)


@functools.cache
def _textures(seed: int) -> np.ndarray:
    """Return tiles (VARIANTS, TILE, TILE, 3), values up to `TEXTURE`: two pictures that merge."""
    rng = np.random.default_rng(seed)
    shown = [getattr(data, name)() for name in PICTURES]
    merge = np.linspace(0, 1, TILE)[:, None, None] ** 2
    tiles = np.empty((VARIANTS, TILE, TILE, 3), np.uint8)
    for tile in tiles:
        one, other = (_cut(shown[rng.integers(len(shown))], rng) for _ in range(2))
        noisy = (1 - merge) * one + merge * other + rng.normal(scale=2, size=tile.shape)
        tile[:] = np.clip(np.rint(TEXTURE / 255 * noisy), 0, TEXTURE)
    return tiles


def _cut(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return a part of a picture, turned or flipped, in a light of its own."""
    row, column = (rng.integers(size - TILE + 1) for size in picture.shape[:2])
    part = picture[row : row + TILE, column : column + TILE]
    part = np.rot90(part, rng.integers(4))[:: rng.choice((-1, 1))]
    return np.clip(part * rng.uniform(0.7, 1.2, size=3), 0, 255)


def _of_type(image: np.ndarray, dtype: np.dtype, places: np.ndarray) -> np.ndarray:
    """Return bytes as other numbers, with finer values between those of bytes."""
    if dtype == np.uint8:
        return image
    finer = np.empty(image.shape, "<u2")
    low, high = (finer.view(np.uint8).reshape(len(image), -1)[:, part::2] for part in (0, 1))
    high[:] = flat = image.reshape(len(image), -1)
    np.bitwise_xor(flat, (places * 151 >> 3).astype(np.uint8), out=low)
    if dtype == np.uint16:
        return finer
    return np.multiply(finer, np.float32(1 / 65535), dtype=np.float32)
