"""From a lazy array to a result whose labels and painted image are lazy, too."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from napari_kmeans_quantizer.core.progress import Progress

from .arrays import as_dask, as_given, is_lazy

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from napari_kmeans_quantizer.core.quantization import Quantization

    Steps = Generator[Progress, None, Quantization]


def lazy_steps(steps_of: Callable[..., Steps], image: Any, mask: Any, options: Any) -> Steps:
    """Quantize a lazy array.

    Parameters
    ----------
    steps_of : callable
        What quantizes an array in memory, step by step.
    image, mask : array_like
        The image is lazy.
    options : mapping
        Other arguments of `quantize`.
    """
    array = as_dask(image, "image")
    region = as_dask(mask, "mask") if is_lazy(mask) else mask
    yield Progress("Reading", 0.0)
    held = steps_of(_held(image, array), mask=_held(mask, region), **options)
    return _lazy(image, array, (yield from held))


def _held(given: Any, array: Any) -> Any:
    """Return an array in memory, with the names of its dimensions."""
    if not hasattr(array, "compute"):
        return array
    return given.compute() if hasattr(given, "dims") else array.compute()


def _lazy(given: Any, image: Any, result: Quantization) -> Quantization:
    """Return a result that is in memory as lazy arrays, chunked as the image."""
    import dask.array as da

    axis, chunks = result.channel_axis, image.chunks
    places = chunks if axis is None else chunks[:axis] + chunks[axis + 1 :]
    labels, mask = da.from_array(result.labels, places), result.mask
    return replace(
        result,
        labels=as_given(labels, given, axis),
        image=as_given(da.from_array(result.image, chunks), given),
        mask=None if mask is None else as_given(da.from_array(mask, places), given, axis),
    )
