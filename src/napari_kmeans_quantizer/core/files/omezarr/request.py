"""What was asked for: checked before any work, and compared with what was begun."""

from __future__ import annotations

import inspect
import os
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from napari_kmeans_quantizer.core.lazy.arrays import is_lazy
from napari_kmeans_quantizer.core.palette import Palette
from napari_kmeans_quantizer.core.request import requested

from .reading import VERSIONS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .plan import Plan
    from .source import Source

PLACES = ("source", "shape", "dtype", "scale", "translation")
"""What tells sources apart, besides what they hold."""


def as_target(target: Any) -> Path:
    """Return where the result goes: a folder of a file system, for it is renamed at the end."""
    if not isinstance(target, str | os.PathLike):
        raise TypeError(f"`target` must be a path, got {type(target).__name__}.")
    if "://" in str(target):
        raise ValueError(
            f"`target` must be a folder of a file system, got {target}: there alone it can get its "
            "name when it is whole. Write it to a folder, and copy that."
        )
    return Path(os.path.abspath(target))


def check_options(options: Mapping[str, Any], version: str | None) -> None:
    """Refuse what `quantize` does not know, or cannot do chunk by chunk."""
    known = [name for name in inspect.signature(requested).parameters if name != "image"]
    for name in options:
        if name not in known:
            raise TypeError(
                f"quantize_to_zarr() got an unexpected keyword argument {name!r}. It takes the "
                f"options of `quantize`: {', '.join(known)}."
            )
    if options.get("dither") == "floyd-steinberg":
        raise ValueError(
            '`dither="floyd-steinberg"` passes errors on from pixel to pixel, through all chunks. '
            'Pass "ordered" or "blue-noise", which look at one pixel at a time.'
        )
    if version not in (None, *VERSIONS):
        raise ValueError(f"`version` must be {' or '.join(VERSIONS)}, got {version!r}.")


def check_apart(source: Source, target: Path) -> None:
    """Refuse to write over what is read, into it, or around it."""
    if not source.path or "://" in source.path:
        return
    read, written = Path(source.path), target.resolve()
    if read == written or read in written.parents or written in read.parents:
        raise ValueError(
            f"`target` must lie apart from what is read, got {target} for {read}. Pass another "
            "name."
        )


def check_mask(mask: Any, shape: tuple[int, ...]) -> None:
    """Refuse a mask of another shape."""
    if mask is not None and np.shape(mask) != shape:
        raise ValueError(
            f"`mask` must have the source's spatial shape {shape}, got {np.shape(mask)}."
        )


def as_plain(plan: Plan, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was asked for as plain Python, to be compared with another day's."""
    source = plan.source
    return {
        "source": source.path,
        "shape": list(map(int, source.data.shape)),
        "dtype": np.dtype(source.data.dtype).str,
        "scale": list(source.space.scale),
        "translation": list(source.space.translation),
        "version": plan.version,
        "painted": plan.has_picture,
        "regions": list(map(int, plan.grids[0].region)),
        **{name: _told(value) for name, value in sorted(options.items())},
    }


def check_same(before: Mapping[str, Any], now: Mapping[str, Any], folder: Path) -> None:
    """Refuse to go on with what was begun otherwise.

    Raises
    ------
    ValueError
        That tells what differs.
    """
    names = [*now, *(name for name in before if name not in now)]
    other = [name for name in names if before.get(name) != now.get(name)]
    if not other:
        return
    what = "another source" if set(other) & set(PLACES) else "other options"
    told = "; ".join(
        f"{name}: {_short(before.get(name))}, now {_short(now.get(name))}" for name in other
    )
    raise ValueError(
        f"{folder} was begun with {what} ({told}). Pass the same to go on with it, or "
        "remove it to begin anew."
    )


def _told(value: Any) -> Any:
    """Return an option as plain Python; a checksum of what is large."""
    if isinstance(value, Palette):
        return _told(value.values)
    if is_lazy(value):
        return f"lazy, {value.shape}"
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, np.random.Generator | np.random.RandomState):
        return "a generator"
    array = np.ascontiguousarray(value)
    if array.ndim == 0:
        return array.item()
    return f"{array.shape} {array.dtype.str} {zlib.crc32(array.view(np.uint8).reshape(-1).data)}"


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:20]}...{text[-37:]}"  # of paths, the end tells
