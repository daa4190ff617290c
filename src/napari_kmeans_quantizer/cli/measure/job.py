"""One picture: read, cluster, measure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from napari_kmeans_quantizer.cli.job import quantized, read, with_data
from napari_kmeans_quantizer.cli.words import channels_left_out
from napari_kmeans_quantizer.core.files.pictures.suiting import in_channels_of
from napari_kmeans_quantizer.core.measure import measured

from .clusters import background_of, named
from .regions import inside_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from napari_kmeans_quantizer import Palette, Quantization
    from napari_kmeans_quantizer.cli.targets import Task
    from napari_kmeans_quantizer.core.files.pictures import Picture
    from napari_kmeans_quantizer.core.measurement import Measurement

    from .options import Options
    from .plan import Plan

MOST_SHARES = 5
"""That are told of a picture."""


@dataclass(frozen=True)
class Outcome:
    """What came out of a picture; nothing as large as the picture."""

    measurement: Measurement
    palette: Palette
    n_left_out: int
    """Pixels without data."""
    n_channels_left_out: int

    @property
    def line(self) -> str:
        """What people are told."""
        one = self.measurement
        line = f"{one.image}: {_shares(one.overall)}"
        for things, n in (("region", len(one.regions)), ("frame", one.counts.shape[1])):
            if n > 1:
                line += f"; {n} {things}s"
        if self.n_left_out:
            line += f"; {self.n_left_out:,} pixels without data (NaN, infinite) not measured"
        return line + channels_left_out(self.n_channels_left_out)


def done(
    task: Task,
    options: Options,
    plan: Plan,
    palette: Palette | None,
    told: Callable[[float], object],
) -> Outcome:
    """Do it.

    Parameters
    ----------
    task, options, plan
        What to do.
    palette : Palette or None
        The clusters, with their names; None: they are to be found.
    told : callable
        Gets the fraction that is done, several times a second; what it raises ends the work.
    """
    picture = read(task.source, options)
    told(0.0)
    if options.frames and picture.n_frames is None:
        picture = _of_one_frame(picture)
    regions = plan.regions.of(task.source, picture)
    picture, given = in_channels_of(picture, palette)
    arguments, n_left_out = with_data(picture)
    if given is not None:
        arguments["palette"] = given
    elif options.fit_regions and regions is not None:
        arguments["mask"] = _both(arguments["mask"], inside_of(regions, picture))
    q = quantized(picture, options, arguments, told)
    if not len(q.palette):
        raise ValueError("has no pixel that can be seen: all are transparent.")
    if palette is None:
        q = replace(q, palette=named(q.palette, options.names))
    measurement = _measured(q, task, options, picture, regions)
    return Outcome(measurement, q.palette, n_left_out, picture.n_channels_left_out)


def image_name(task: Task) -> str:
    """Return what a picture is called in the table, also if its name is no text."""
    return task.source.name.encode(errors="backslashreplace").decode()


def _of_one_frame(picture: Picture) -> Picture:
    alpha = picture.alpha
    return replace(
        picture,
        image=picture.image[np.newaxis],
        alpha=None if alpha is None else alpha[np.newaxis],
    )


def _both(mask: NDArray[np.bool_] | None, inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    both: NDArray[np.bool_] = inside if mask is None else inside & mask
    if not both.any():
        raise ValueError("has no pixel with data in its regions.")
    return both


def _measured(
    q: Quantization,
    task: Task,
    options: Options,
    picture: Picture,
    regions: NDArray[Any] | None,
) -> Measurement:
    frames, frame_unit = _frames(options, picture)
    pixel_size, unit = _pixel_size(options, picture)
    measurement = measured(
        q,
        image=image_name(task),
        regions=regions,
        frames=frames,
        frame_unit=frame_unit,
        pixel_size=pixel_size,
        unit=unit,
        background=background_of(options.background, q.palette.names or (), len(q.palette)),
    )
    return measurement.grouped() if options.group else measurement


def _frames(options: Options, picture: Picture) -> tuple[bool | NDArray[np.float64], str]:
    """Return where the frames lie, as was said, or as the file tells, and the unit."""
    if not options.frames:
        return False, ""
    steps, calibration = np.arange(picture.n_frames or 1, dtype=np.float64), picture.calibration
    if options.frame_step is not None:
        return steps * options.frame_step, options.frame_unit or ""
    if picture.durations is not None and any(picture.durations):
        return np.cumsum([0.0, *picture.durations[:-1]]) / 1000, "s"
    if calibration is not None and calibration.step is not None:
        return steps * calibration.step, calibration.step_unit
    return True, ""


def _pixel_size(options: Options, picture: Picture) -> tuple[tuple[float, ...] | None, str]:
    """Return the lengths of a pixel, as was said, or as the file tells, and the unit."""
    if options.pixel_size is not None:
        size = options.pixel_size
        return (size * 2 if len(size) == 1 else size), options.unit or ""
    if picture.calibration is None:
        return None, ""
    one = picture.calibration
    return (one.pixel if options.frames else one.voxel), one.unit


def _shares(measurement: Measurement) -> str:
    """Return the largest shares as people read them."""
    shares = measurement.shares[0, 0]
    told = [k for k in np.argsort(-shares, kind="stable") if shares[k] > 0]
    names = [name or measurement.hex[k] for k, name in enumerate(measurement.names)]
    text = ", ".join(f"{100 * shares[k]:.1f} % {names[k]}" for k in told[:MOST_SHARES])
    return f"{text or 'no pixel'}{', ...' if len(told) > MOST_SHARES else ''}"
