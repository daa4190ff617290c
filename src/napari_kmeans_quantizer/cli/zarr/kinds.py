"""What is zarr."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from napari_kmeans_quantizer.cli.options import Options

SUFFIX = ".zarr"
FILES = ("zarr.json", ".zgroup", ".zarray", ".zattrs")
"""One of these is in every group and array."""


def is_zarr(name: str) -> bool:
    """Tell whether a picture is in zarr: a folder that is, an address, or a name that says so."""
    if "://" in name or name.rstrip("/\\").lower().endswith((SUFFIX, SUFFIX + ".zip")):
        return True
    return any((Path(name) / file).is_file() for file in FILES)


def is_about_zarr(options: Options) -> bool:
    """Tell whether zarr is read or written."""
    if options.output is not None and options.output.rstrip("/\\").lower().endswith(SUFFIX):
        return True
    return options.format == SUFFIX or any(map(is_zarr, options.pictures))
