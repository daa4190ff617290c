"""What is zarr."""

from __future__ import annotations

from typing import TYPE_CHECKING

from napari_kmeans_quantizer.core.files.omezarr.source import SUFFIX, is_zarr

if TYPE_CHECKING:
    from napari_kmeans_quantizer.cli.options import Options


def is_about_zarr(options: Options) -> bool:
    """Tell whether zarr is read or written."""
    if options.output is not None and options.output.rstrip("/\\").lower().endswith(SUFFIX):
        return True
    return options.format == SUFFIX or any(map(is_zarr, options.pictures))
