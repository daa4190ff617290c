"""Is it still the same source? Some blocks are remembered by a checksum when colors are fitted."""

from __future__ import annotations

import zlib
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from napari_kmeans_quantizer.core.files.writing import write_file

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from dask.array import Array
    from numpy.typing import NDArray

    Place = tuple[int, ...]

N_PROBES = 8


def probed(places: Sequence[Place]) -> list[Place]:
    """Return some of the blocks, far apart, the last one among them."""
    chosen = np.linspace(0, len(places) - 1, min(N_PROBES, len(places))).round().astype(int)
    return [places[i] for i in chosen.tolist()]


def noting(source: Array, folder: Path, places: Sequence[Place]) -> Array:
    """Return the same array, of which these blocks are noted whenever they are read."""
    return _passed(source, partial(_note, folder, frozenset(places)))


def noted(folder: Path) -> dict[Place, int]:
    """Return the checksums that there are."""
    return {
        tuple(map(int, path.name.split("-"))): int(path.read_text()) for path in folder.glob("*")
    }


def checking(source: Array, sums: Mapping[Place, int]) -> Array:
    """Return the same array, which raises a `ValueError` if a block has changed."""
    return _passed(source, partial(_check, sums))


def _passed(source: Array, look: Callable[..., Any]) -> Array:
    """Return an array whose blocks are looked at as they pass."""
    import dask.array as da

    array: Array = da.map_blocks(look, source, dtype=source.dtype, meta=source._meta)
    return array


def _note(
    folder: Path, places: frozenset[Place], block: NDArray[Any], block_id: Any = None
) -> NDArray[Any]:
    if block_id in places:
        name = "-".join(map(str, block_id))
        write_file(folder / name, str(_sum(block)).encode(), overwrite=True)
    return block


def _check(sums: Mapping[Place, int], block: NDArray[Any], block_id: Any = None) -> NDArray[Any]:
    if block_id in sums and sums[block_id] != _sum(block):
        raise ValueError(
            f"`source` has changed since its colors were fitted (block {block_id} differs). Remove "
            "what was begun, or pass the source that it was begun with."
        )
    return block


def _sum(block: NDArray[Any]) -> int:
    return zlib.crc32(np.ascontiguousarray(block).view(np.uint8).reshape(-1).data)
