"""The work itself: colors are fitted, chunks painted, coarser levels written, the name given."""

from __future__ import annotations

import math
import time
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from napari_kmeans_quantizer.core.lazy.arrays import as_dask, is_lazy
from napari_kmeans_quantizer.core.lazy.batches import check_open, current_client
from napari_kmeans_quantizer.core.lazy.like import painted_like
from napari_kmeans_quantizer.core.progress import Progress, retold
from napari_kmeans_quantizer.core.quantize import quantize_steps

from . import fit, probes
from .failing import told_what_is_kept
from .layout import create, levels_of
from .painting import tasks_of_coarser, tasks_of_finest
from .running import in_batches
from .written import ZarrResult

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping

    from napari_kmeans_quantizer.core.quantization import Quantization

    from .layout import Level
    from .painting import Tasks
    from .plan import Plan
    from .unfinished import Unfinished

    Place = tuple[int, ...]

FITTED, PAINTED = 0.5, 0.9
"""Parts of the work that are done once colors are fitted, and once the finest level is written."""


class Work:
    """The work itself: fit, paint, coarser levels, name."""

    def __init__(
        self,
        plan: Plan,
        options: Mapping[str, Any],
        asked: Mapping[str, Any],
        unfinished: Unfinished,
        is_resumed: bool,
        overwrite: bool,
    ) -> None:
        self.plan, self.asked = plan, asked
        self.options = {name: value for name, value in options.items() if name != "mask"}
        self.mask = _lazy_mask(options.get("mask"), plan.grids[0].region)
        self.unfinished, self.overwrite = unfinished, overwrite
        self.client = current_client()
        check_open(self.client)
        self.is_resumed = is_resumed
        self.probed = probes.probed(list(plan.grids[0].regions))

    def steps(self) -> Generator[Progress, None, ZarrResult]:
        """Do it; see `quantize_to_zarr_steps`."""
        start = time.perf_counter()
        if not self.is_resumed:
            yield from self._fit()
        with told_what_is_kept(self.unfinished):
            fitted = self.unfinished.noted("fit")
            result = self._painted(fitted)
            levels = self._levels(fitted)
            n_resumed = yield from self._write(result, levels)
            self.unfinished.finish(overwrite=self.overwrite)
        unpainted = None if self.plan.has_picture else _in_order(self.plan, result.image)
        return ZarrResult(
            self.unfinished.target,
            result.palette,
            sum(math.prod(level.grid.counts) for level in levels),
            n_resumed,
            time.perf_counter() - start,
            fitted,
            self.plan.channels_to,
            unpainted,
        )

    def _fit(self) -> Generator[Progress, None, None]:
        """Fit the colors, and keep them at once."""
        plan, unfinished = self.plan, self.unfinished
        unfinished.remove()
        with _removed_if_it_fails(unfinished):
            unfinished.note("request", self.asked)
            folder = unfinished.notes / "probes"
            folder.mkdir()
            image = probes.noting(self._image(), folder, self._probed())
            fitting = quantize_steps(
                image, mask=self.mask, channel_axis=plan.source.channel_axis, **self.options
            )
            result = yield from retold(
                fitting, lambda step: Progress(step.stage, FITTED * step.fraction)
            )
            unfinished.note("fit", fit.as_plain(result))

    def _image(self) -> Any:
        """Return the source, in blocks that are the regions of the finest level."""
        return self.plan.source.lazy(self.plan.grids[0].region)

    def _probed(self) -> list[Place]:
        """Return the blocks of the source that are remembered."""
        at = self.plan.source.channels_at
        return [one if at is None else (*one[:at], 0, *one[at:]) for one in self.probed]

    def _painted(self, fitted: Mapping[str, Any]) -> Quantization:
        """Return the lazy result of what was noted, in this run or another one."""
        sums = probes.noted(self.unfinished.notes / "probes")
        image = probes.checking(self._image(), sums)
        blank = fit.quantization_of(fitted, image, image, None)
        labels, painted = painted_like(image, blank, self.mask)
        mask, at = self.mask, blank.channel_axis
        if at is not None and image.shape[at] > blank.palette.n_channels:
            visible = image[..., -1] > 0
            mask = visible if mask is None else mask & visible
        return replace(blank, labels=labels, image=painted, mask=mask)

    def _levels(self, fitted: Mapping[str, Any]) -> list[Level]:
        """Return what is written to; it is created if it is not there."""
        unfinished = self.unfinished
        if unfinished.noted("arrays") is None:
            ours = {"settings": fitted["settings"], "figures": fitted["figures"]}
            create(unfinished.folder, self.plan, fit.palette_of(fitted), ours)
            unfinished.note("arrays", {})
        return levels_of(unfinished.folder, self.plan)

    def _write(self, result: Quantization, levels: list[Level]) -> Generator[Progress, None, int]:
        """Write all that is not there yet; return how much was."""
        n_resumed, finer = 0, None
        for index, level in enumerate(levels):
            todo, n_regions = self._todo(level), math.prod(level.grid.counts)
            n_done = n_regions - len(todo)
            n_resumed += n_done
            stage = "Painting" if index == 0 else "Writing coarser levels"
            first, last = _part(index, len(levels))
            yield Progress(stage, first)
            tasks = self._tasks(result, finer, level, index)
            for part in self._parts(todo) if index == 0 else [todo]:
                for n_written in in_batches(tasks, level, part, self.client):
                    fraction = (n_done + n_written) / n_regions
                    yield Progress(stage, first + (last - first) * fraction)
                n_done += len(part)
            finer = level
        return n_resumed

    def _todo(self, level: Level) -> list[Place]:
        """Return what is to be written."""
        regions = list(level.grid.regions)
        if not self.is_resumed:
            return regions
        return [region for region in regions if not level.is_done(region)]

    def _parts(self, todo: list[Place]) -> list[list[Place]]:
        """Return what is to be painted one after the other.

        What tells whether the source is still the same comes last, so that it is left if the work
        ends, and first on another day, so that nothing else is painted before.
        """
        probed = set(self.probed)
        telling = [region for region in todo if region in probed]
        others = [region for region in todo if region not in probed]
        return [telling, others] if self.is_resumed else [others + telling]

    def _tasks(self, result: Quantization, finer: Level | None, level: Level, index: int) -> Tasks:
        if finer is None:
            return tasks_of_finest(result, level)
        return tasks_of_coarser(finer, level, self.plan.steps[index - 1])


def _part(index: int, n_levels: int) -> tuple[float, float]:
    """Return from where to where a level takes the work."""
    if index == 0:
        return FITTED, PAINTED if n_levels > 1 else 1.0
    width = (1 - PAINTED) / (n_levels - 1)
    return PAINTED + (index - 1) * width, PAINTED + index * width


def _lazy_mask(mask: Any, region: Place) -> Any:
    """Return a mask as an array of dask, in blocks that are regions."""
    import dask.array as da

    if mask is None:
        return None
    return as_dask(mask, "mask").rechunk(region) if is_lazy(mask) else da.from_array(mask, region)


def _in_order(plan: Plan, image: Any) -> Any:
    """Return an array of the source's axes in the order of OME-Zarr."""
    import dask.array as da

    return da.transpose(image, plan.source.order)


@contextmanager
def _removed_if_it_fails(unfinished: Unfinished) -> Iterator[None]:
    """Leave nothing, if not even colors have been found."""
    try:
        yield
    except BaseException:
        unfinished.remove()
        raise
