"""One palette for all pictures."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from napari_kmeans_quantizer.core.files.pictures.suiting import as_rgb

from .batch import told_of
from .job import read, with_data

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import DTypeLike, NDArray

    from napari_kmeans_quantizer import Palette
    from napari_kmeans_quantizer.core.files.pictures import Picture

    from .batch import Batch
    from .inputs import Source
    from .parsing import Common
    from .targets import Task

    Inside = Callable[[Source, Picture], NDArray[np.bool_]]

NUMBER = re.compile(r"images\[(\d+)\]")
WHITES = {"uint8": 255, "uint16": 65535}
"""Pictures of these types can be told in each other's units."""


class Look(NamedTuple):
    """What must be known of a picture before all are read for their palette."""

    is_grey: bool
    dtype: np.dtype[Any]
    n_pixels: int
    """That take part."""


@dataclass(frozen=True)
class Pixels:
    """The pixels of a picture that take part, read whenever NumPy wants them: (1, n, C)."""

    task: Task
    options: Common
    is_grey: bool
    dtype: np.dtype[Any]
    inside: Inside | None

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> NDArray[Any]:
        """Read them."""
        picture = read(self.task.source, self.options)
        inside = None if self.inside is None else self.inside(self.task.source, picture)
        values = _taking_part(picture if self.is_grey else as_rgb(picture), inside)
        if values.dtype == self.dtype:
            return values[np.newaxis]
        factor = WHITES.get(self.dtype.name, 1) // WHITES.get(values.dtype.name, 1)
        scaled: NDArray[Any] = values.astype(self.dtype) * self.dtype.type(factor)
        return scaled[np.newaxis]


def shared_palette(
    batch: Batch,
    options: Common,
    choose_from: Palette | None = None,
    inside: Inside | None = None,
) -> Palette | None:
    """Return one palette for all pictures; None if none of them has a pixel that can be seen.

    If it is told where to look, only pixels inside take part.

    Only one picture is held at a time. What cannot be read, or does not go with the others, is told
    and left out.
    """
    from napari_kmeans_quantizer import fit_palette

    looks: dict[Task, Look] = {}
    batch.each(lambda task, _: _look(task, options, inside), looks.__setitem__)
    _leave_out_floats(batch, looks)
    used = {task: looks[task] for task in batch.todo if looks[task].n_pixels}
    if not used:
        return None
    is_grey = all(look.is_grey for look in used.values())
    dtype = np.result_type(*(look.dtype for look in used.values()))
    arguments = options.fit | {"color_space": options.color_space}
    if is_grey:
        arguments |= {"channel_axis": None, "color_space": "rgb"}
    else:
        arguments |= {"channel_axis": -1}
    pixels = [Pixels(task, options, is_grey, dtype, inside) for task in used]
    try:
        return fit_palette(pixels, choose_from=choose_from, **arguments)
    except ValueError as error:  # such as floats in other units
        names = [task.source.name for task in used]
        raise ValueError(NUMBER.sub(lambda match: names[int(match[1])], str(error))) from error


def _leave_out_floats(batch: Batch, looks: Mapping[Task, Look]) -> None:
    """Leave out floats among integers: nothing tells what is white in both."""
    floats = [task for task in batch.todo if looks[task].dtype.kind == "f"]
    if len(floats) == len(batch.todo):
        return
    for task in floats:
        why = "is in floating point, others are not, which share no palette."
        batch.fail(task, told_of(task, ValueError(why)))


def _look(task: Task, options: Common, inside: Inside | None) -> Look:
    picture = read(task.source, options)
    if picture.mode == "channels":
        n_channels = picture.image.shape[-1]
        raise ValueError(f"has {n_channels} channels; only grey and RGB pictures share a palette.")
    dtype = picture.image.dtype
    if dtype.kind != "f" and dtype.name not in ("bool", *WHITES):
        raise ValueError(f"has values of {dtype}; only 8 and 16 bits and floats share a palette.")
    where = None if inside is None else inside(task.source, picture)
    values = _taking_part(picture, where)
    return Look(picture.mode == "grey", values.dtype, len(values))


def _taking_part(picture: Picture, inside: NDArray[np.bool_] | None) -> NDArray[Any]:
    """Return pixels (n,) or (n, 3) that can be seen, have data, and are inside."""
    arguments, _ = with_data(picture)
    mask = picture.mask if arguments["mask"] is None else arguments["mask"]
    if inside is not None:
        mask = inside if mask is None else inside & mask
    image = picture.image[..., :3] if picture.mode == "RGBA" else picture.image
    if picture.image.dtype == np.bool_:
        image = image * np.uint8(255)
    shape = (-1,) if picture.mode == "grey" else (-1, 3)
    return image[mask] if mask is not None else image.reshape(shape)
