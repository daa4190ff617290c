"""OME-Zarr in and out: images that no memory holds, chunk by chunk.

zarr-python reads and writes, dask runs the work, yaozarrs checks the metadata: it needs nothing but
pydantic, knows versions 0.4 and 0.5, and leaves arrays alone, which are to be written in any order,
by any worker, and only as far as they are not there yet. (ome-zarr-py and ngff-zarr write whole
pyramids in one go.)
"""

from .source import Source, name_of, opened
from .to_zarr import quantize_to_zarr, quantize_to_zarr_steps
from .written import ZarrResult

__all__ = [
    "Source",
    "ZarrResult",
    "name_of",
    "opened",
    "quantize_to_zarr",
    "quantize_to_zarr_steps",
]
