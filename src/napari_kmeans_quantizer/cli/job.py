"""One picture: read, quantize, write, and what came out."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from napari_kmeans_quantizer import quantize_steps
from napari_kmeans_quantizer.core.files.pictures import (
    check_can_write,
    default_suffix,
    read_picture,
)
from napari_kmeans_quantizer.core.files.pictures.suiting import in_channels_of
from napari_kmeans_quantizer.core.files.writing import write_file

from .content import encoded
from .interrupting import WRITING
from .voice import send
from .words import change, channels_left_out

if TYPE_CHECKING:
    from collections.abc import Callable

    from napari_kmeans_quantizer import Palette, Quantization
    from napari_kmeans_quantizer.core.files.pictures import Picture

    from .inputs import Source
    from .options import Options
    from .parsing import Common
    from .targets import Task


@dataclass(frozen=True)
class Colors:
    """Colors that were given."""

    palette: Palette | None = None
    """To paint in."""
    choose_from: Palette | None = None


@dataclass(frozen=True)
class Outcome:
    """What came out of a picture; nothing as large as the picture."""

    task: Task
    error: str = ""
    n_bytes: tuple[int, int] = (0, 0)
    """Before and after."""
    palette: Palette | None = None
    psnr: float = math.nan
    n_left_out: int = 0
    """Pixels without data."""
    n_channels_left_out: int = 0
    missed: float | None = None
    """dB that were wanted, and are not reached."""
    report: dict[str, Any] = field(default_factory=dict)

    @property
    def line(self) -> str:
        """What people are told."""
        n_colors = 0 if self.palette is None else len(self.palette)
        quality = "unchanged" if self.psnr == math.inf else f"{self.psnr:.1f} dB"
        line = (
            f"{self.task.source.name} -> {self.task.name}: "
            f"{n_colors} color{'s' * (n_colors != 1)}, {quality}, {change(*self.n_bytes)}"
        )
        if self.missed is not None:
            line += f"; {self.missed:g} dB need more colors"
        if self.n_left_out:
            line += f"; {self.n_left_out:,} pixels without data (NaN, infinite) left as they were"
        return line + channels_left_out(self.n_channels_left_out)


def done(task: Task, options: Options, colors: Colors, told: Callable[[float], object]) -> Outcome:
    """Do it.

    Parameters
    ----------
    task, options, colors
        What to do.
    told : callable
        Gets the fraction that is done, several times a second; what it raises ends the work, of
        which nothing is left.
    """
    picture = read(task.source, options)
    suffix = task.suffix or default_suffix(picture)
    check_can_write(suffix, picture)
    told(0.0)
    given = colors.palette if colors.palette is not None else colors.choose_from
    picture, given = in_channels_of(picture, given)
    arguments, n_left_out = with_data(picture)
    if colors.palette is not None:
        arguments["palette"] = given
    elif given is not None:
        arguments["choose_from"] = given
    result = quantized(picture, options, arguments, told)
    content = encoded(suffix, picture, result, options.indexed, options.effort == "fast")
    told(1.0)
    _write(task, content, options)
    return Outcome(
        task,
        n_bytes=(picture.n_bytes, len(content)),
        palette=result.palette,
        psnr=result.psnr,
        n_left_out=n_left_out,
        n_channels_left_out=picture.n_channels_left_out,
        missed=options.min_psnr if _has_missed(options, result) else None,
        report=result.to_dict() if options.report is not None else {},
    )


def read(source: Source, options: Common) -> Picture:
    """Read a picture."""
    limit = {} if options.max_pixels is None else {"max_pixels": options.max_pixels}
    file = source.content if source.path is None else source.path
    return read_picture(file, name=source.name, **limit)


def with_data(picture: Picture) -> tuple[dict[str, Any], int]:
    """Return what `quantize` is to be told, to leave out NaN and infinity; and how many pixels."""
    arguments = dict(picture.arguments)
    if picture.image.dtype.kind != "f":
        return arguments, 0
    finite = np.isfinite(picture.image)
    if picture.channel_axis is not None:
        finite = finite.all(picture.channel_axis)
    n_left_out = finite.size - int(np.count_nonzero(finite))
    if n_left_out == finite.size:
        raise ValueError("has no pixel with data: all are NaN or infinite.")
    if n_left_out:
        mask = arguments["mask"]
        arguments["mask"] = finite if mask is None else finite & mask
    return arguments, n_left_out


def quantized(
    picture: Picture, options: Common, arguments: dict[str, Any], told: Callable[[float], object]
) -> Quantization:
    """Quantize a picture, with what was asked for and what it needs; tell how far it is."""
    painting = dict(options.painting)
    if picture.mode not in ("RGB", "RGBA"):
        painting["color_space"] = "rgb"  # its own units
    fit = {} if "palette" in arguments else options.fit
    steps = quantize_steps(picture.image, **fit, **painting, **arguments)
    while True:
        try:
            step = next(steps)
        except StopIteration as end:
            result: Quantization = end.value
            return result
        told(step.fraction)


def _has_missed(options: Options, result: Quantization) -> bool:
    """Tell whether the quality is not reached; dithering, which costs some, does not count."""
    wanted, is_dithered = options.min_psnr, options.dither is not None
    return wanted is not None and not is_dithered and result.psnr < wanted


def _write(task: Task, content: bytes, options: Options) -> None:
    if task.target is None:
        send(content)
        return
    try:
        with WRITING:
            if options.out_dir is not None:
                task.target.parent.mkdir(parents=True, exist_ok=True)
            write_file(task.target, content, overwrite=options.force)
    except FileExistsError:  # since all was checked
        raise
    except OSError as error:  # its own name is that of a temporary file
        raise OSError(f"{task.name}: {error.strerror or error}.") from error
