"""From a State and a layer of regions to a Measurement; of it tables and plots are drawn."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from napari.layers import Labels

from napari_kmeans_quantizer import Progress, retold
from napari_kmeans_quantizer.core.counting import Region, labeled_steps, region_counts

from .models.frames import frames_of, measured_by_frame
from .models.geometry import full_data
from .models.placement import pixel_area
from .models.reading import is_lazy
from .models.region import id_steps, mask_steps, shape_regions
from .models.regions import label_names, shape_names
from .steps import as_part

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence
    from typing import TypeAlias

    from napari.layers import Shapes
    from numpy.typing import NDArray

    from napari_kmeans_quantizer.core.measurement import Measurement

    from .models.state import State

    Counts: TypeAlias = NDArray[np.int64]
    Steps: TypeAlias = Generator[Progress, None, Measurement]
    Counted: TypeAlias = Generator[Progress, None, tuple[tuple[str, ...], Counts, int]]
    """Names of R regions, counts (R, T, K), and how many pixels the regions have."""

MEASURING = "Measuring"


def measuring(
    state: State,
    regions: Labels | Shapes | None = None,
    *,
    each: bool = True,
    by_frame: bool = False,
) -> Steps:
    """Measure how much of an image, or of regions of it, each cluster is.

    Parameters
    ----------
    state : State
        Of the image.
    regions : napari.layers.Labels or napari.layers.Shapes, optional
        Where: wherever the layer lies in the world, as it is now. Only pixels that took part in the
        result count. None: all that took part.
    each : bool, optional
        Whether each label or shape is a region, or all of them together are one.
    by_frame : bool, optional
        Whether frames of a stack or series count by themselves.

    Yields
    ------
    Progress
        The generator returns the Measurement.

    Raises
    ------
    ValueError
        If shapes enclose nothing, or cannot be put on the image; or if that was given another scale
        or unit since.
    """
    if regions is None:
        return (yield from _whole(state, by_frame))
    _check_scale(state)
    frames = frames_of(state) if by_frame else None
    split = frames is not None
    if not each:
        names, counts, size = yield from _together(state, regions, split)
    elif isinstance(regions, Labels):
        names, counts, size = yield from _labels(state, regions, split)
    else:
        names, counts, size = yield from _shapes(state, regions, split)
    n_left_out = size - int(counts.sum())
    return replace(
        state.measured_pixels, regions=names, counts=counts, frames=frames, n_left_out=n_left_out
    )


def _check_scale(state: State) -> None:
    """Raise if pixels that lie in a region now would be told in areas of before."""
    before, now = state.placement.pixel_area, pixel_area(state.source)
    if (before is None) != (now is None) or (
        before and now and not (before[1] == now[1] and math.isclose(before[0], now[0]))
    ):
        raise ValueError(
            f'"{state.source.name}" has another scale or unit than when it was quantized: '
            "click Quantize, and it is measured in these."
        )


def _whole(state: State, by_frame: bool) -> Steps:
    if not by_frame or state.result.labels.ndim <= 2:
        return state.measured
    if not state.frames.is_known:
        n = len(state.result.labels)
        yield from retold(state.frames.steps(), lambda done: Progress(MEASURING, done / n))
    return measured_by_frame(state)


def _together(state: State, regions: Labels | Shapes, split: bool) -> Counted:
    inside = yield from mask_steps(state.source, regions)
    box = tuple(slice(0, size) for size in inside.shape)
    counts = yield from _counts(state, iter([Region(regions.name, box, inside)]), 1, split)
    return (regions.name,), counts, int(np.count_nonzero(inside))


def _shapes(state: State, regions: Shapes, split: bool) -> Counted:
    names, size = shape_names(regions), 0

    def drawn() -> Iterator[Region]:
        nonlocal size
        for region in shape_regions(state.source, regions):
            size += _size(region)
            yield region

    counts = yield from _counts(state, drawn(), len(names), split)
    return tuple(names), counts, size


def _size(region: Region) -> int:
    """Return how many pixels a region has."""
    box = [part.stop - part.start for part in region.box]
    repeated = math.prod(box) // max(region.inside.size, 1)
    return int(np.count_nonzero(region.inside)) * repeated


def _counts(
    state: State, regions: Iterator[Region], n: int, split: bool
) -> Generator[Progress, None, Counts]:
    """Count in one region after the other: their masks are never there all at once."""
    result, counts = state.result, []
    for done, region in enumerate(regions):
        yield Progress(MEASURING, done / n)
        n_colors = len(result.palette)
        counts.append(region_counts(result.labels, result.mask, n_colors, [region], split))
    return np.concatenate(counts)


def _labels(state: State, regions: Labels, split: bool) -> Counted:
    ids = yield from as_part(id_steps(state.source, regions), 0, 2)
    result = state.result
    known = _known(state, regions)
    counting = labeled_steps(result.labels, result.mask, len(result.palette), ids, split, known)
    steps = retold(counting, lambda done: Progress(MEASURING, done))
    found, counts = yield from as_part(steps, 1, 2)
    return tuple(label_names(regions, found)), counts, int(np.count_nonzero(ids))


def _known(state: State, regions: Labels) -> list[int]:
    """Return the labels that have a row even if they lie outside the image.

    Unless a part of the image was measured, or they would have to be read for that alone.
    """
    data = full_data(regions)
    if state.source.window is not None or is_lazy(data):
        return []
    ids: list[int] = np.unique(data).tolist()
    return [i for i in ids if i > 0]


class Measured(NamedTuple):
    """What came of several images.

    Attributes
    ----------
    states : list of State
        Those that could be measured.
    measured : list of Measurement
        As many.
    errors : dict of int to ValueError
        Why others could not be: by their places among all.
    """

    states: list[State]
    measured: list[Measurement]
    errors: dict[int, ValueError]


def measuring_images(
    images: Sequence[tuple[State, Labels | Shapes | None]], *, each: bool, by_frame: bool
) -> Generator[Progress, None, Measured]:
    """Measure images, each in regions of its own or as a whole; an error of one is no other's."""
    made = Measured([], [], {})
    for place, (state, regions) in enumerate(images):
        steps = measuring(state, regions, each=each, by_frame=by_frame)
        name = state.source.name if len(images) > 1 else ""
        try:
            measured = yield from as_part(steps, place, len(images), name)
        except ValueError as error:
            made.errors[place] = error
        else:
            made.states.append(state)
            made.measured.append(measured)
    return made
