"""Many images in one palette: fitted over all of them, or given; one after the other.

    items -> (joint palette) -> each: State -> layers, Measurement, file -> table

What one image lacks stops no others; what is done when the work is ended stays.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np

from napari_kmeans_quantizer import Palette, Progress, retold, write_palette
from napari_kmeans_quantizer.core.files.painted import encode_painted
from napari_kmeans_quantizer.core.files.pictures import check_can_write
from napari_kmeans_quantizer.core.files.pictures.calibration import Calibration
from napari_kmeans_quantizer.core.files.pictures.suiting import in_channels_of
from napari_kmeans_quantizer.core.files.tables import write_table
from napari_kmeans_quantizer.core.files.writing import write_file
from napari_kmeans_quantizer.core.measurement import table_of_images

from . import export
from .joint import joint_palette, source_of_layer
from .layers.contents import state_contents
from .measuring import measuring
from .models.display import Display
from .models.picture_file import PictureFile, source_of
from .models.targets import PALETTE, TABLE
from .pipeline import Product, in_palette, quantized, waiting_for
from .steps import as_part

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from pathlib import Path

    from napari.layers import Image, Labels, Shapes

    from napari_kmeans_quantizer.core.files.pictures import Picture
    from napari_kmeans_quantizer.core.measurement import Measurement

    from .models.settings import Settings
    from .models.source import Source
    from .models.state import State

    Region: TypeAlias = Labels | Shapes | None
    Steps: TypeAlias = Generator[Progress, None, None]

KNOWN = (OSError, TypeError, ValueError, MemoryError)
"""What an image may lack; all else is a fault of ours."""
TINY = 1e-9  # of an image
UNSAVED = "It is not saved: it is painted as it is looked at, too large for one picture."


class Item(NamedTuple):
    """One of many images.

    Attributes
    ----------
    image : Image or PictureFile
        What is painted.
    region : Labels, Shapes or None
        Where; of files in their pixels.
    target : Path or None
        The file to which the painted picture goes.
    before : State or None
        What is known of a layer: what people did to it is kept.
    """

    image: Image | PictureFile
    region: Region = None
    target: Path | None = None
    before: State | None = None

    @property
    def name(self) -> str:
        """What people call it."""
        return str(self.image.name)


@dataclass(frozen=True, eq=False)
class Order:
    """What is asked for.

    Attributes
    ----------
    items : tuple of Item
        The images.
    settings : Settings
        How to fit and to paint.
    palette : Palette or None
        The colors; None: one palette is fitted over all images.
    origin : State or None
        Whose colors these are, if it is none of the images: the table tells it, too.
    background : frozenset of int
        Which of these colors are left out of the shares.
    as_layers : bool
        Whether layers are made of layers.
    folder : Path or None
        Where palette and table go.
    overwrite : bool
        Whether files that exist are replaced.
    edited : State or None
        Whose colors these are, if they were recolored or merged: images of the same type are told
        apart by what was fitted, and painted as it was edited.
    """

    items: tuple[Item, ...]
    settings: Settings
    palette: Palette | None = None
    origin: State | None = None
    background: frozenset[int] = frozenset()
    as_layers: bool = True
    folder: Path | None = None
    overwrite: bool = False
    edited: State | None = None

    @property
    def written(self) -> list[Path]:
        """All files that are written."""
        pictures = [item.target for item in self.items if item.target is not None]
        if self.folder is None:
            return pictures
        return [*pictures, self.folder / PALETTE, self.folder / TABLE]


@dataclass(eq=False)
class Outcome:
    """What came out so far.

    Attributes
    ----------
    palette : Palette or None
        What all were painted in.
    measured : dict of str to Measurement
        By the names of the images.
    errors : dict of str to str
        Why some were not painted, or not saved.
    n_written : int
        Painted pictures that were written to files.
    unwritten : str
        Why the table was not, "" if it was: what is measured is no less known.
    """

    palette: Palette | None = None
    measured: dict[str, Measurement] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    n_written: int = 0
    unwritten: str = ""


class Batch:
    """Does an order.

    Parameters
    ----------
    order : Order
        What is asked for.
    take : callable
        Gets what the layers of an image hold, in the thread of the work.
    words : callable
        Says what went wrong.
    """

    def __init__(
        self,
        order: Order,
        take: Callable[[Product], object],
        words: Callable[[Exception], str] = str,
    ) -> None:
        self._order, self._take, self._words = order, take, words
        self.outcome = Outcome(order.palette)

    def steps(self) -> Generator[Progress, None, Outcome]:
        """Do it; whenever it is ended, the table tells what is done."""
        order, outcome = self._order, self.outcome
        yield from self._waiting()
        if order.folder is not None:
            _made(order.folder)
        fits = order.palette is None
        if fits:
            yield from as_part(self._fit(), 0, 2)
        try:
            if outcome.palette is not None:
                self._write_palette(outcome.palette)
                yield from as_part(self._paint_all(outcome.palette), int(fits), 1 + fits)
        finally:
            self._write_table()
        return outcome

    def _waiting(self) -> Steps:
        """Wait for what must be compiled; nobody knows of a file what it will need."""
        for image in dict.fromkeys(item.image for item in self._order.items):
            is_file = isinstance(image, PictureFile)
            source = None if is_file else source_of_layer(image, None, self._order.settings)
            yield from waiting_for(source, self._order.settings)

    def _fit(self) -> Steps:
        items, failed = self._order.items, self.outcome.errors

        def leave_out(number: int, error: Exception) -> None:
            failed[items[number].name] = self._told(items[number], error)

        parts = [(item.image, item.region) for item in items]
        steps = joint_palette(parts, self._order.settings, leave_out)
        try:
            self.outcome.palette = yield from retold(steps, self._looked_at)
        except ValueError:
            if len(failed) < len(items):
                raise

    def _looked_at(self, step: Progress) -> Progress:
        """Tell which image is looked at for the palette."""
        items = self._order.items
        number = int(step.fraction * len(items) + TINY)
        if number == len(items):
            return Progress(f"One palette: {step.stage.lower()}", 1.0)
        stage = f"One palette: {number + 1} of {len(items)}, {items[number].name}"
        return Progress(stage, step.fraction)

    # -- image by image

    def _paint_all(self, palette: Palette) -> Steps:
        items, origin = self._order.items, self._order.origin
        if origin is not None:
            region: Any = origin.source.region
            steps = measuring(origin, region if origin.source.region_name else None)
            measured = yield from retold(steps, lambda step: Progress(step.stage, 0.0))
            self.outcome.measured[origin.source.name] = measured
        for number, item in enumerate(items):
            if item.name in self.outcome.errors:
                continue
            try:
                yield from self._numbered(self._paint(item, palette), number, item.name)
            except KNOWN as error:
                self.outcome.errors[item.name] = self._told(item, error)

    def _numbered(self, steps: Steps, number: int, name: str) -> Steps:
        of = len(self._order.items)

        def told(step: Progress) -> Progress:
            stage = f"{number + 1} of {of}: {name}, {100 * step.fraction:.0f} %"
            return Progress(stage, (number + step.fraction) / of)

        return retold(steps, told)

    def _paint(self, item: Item, palette: Palette) -> Steps:
        """Paint one image, measure it, and hand it on; then nothing of it is held here."""
        if isinstance(item.image, PictureFile):
            yield from self._paint_file(item, item.image, palette)
        else:
            yield from self._paint_layer(item, item.image, palette)

    def _paint_layer(self, item: Item, layer: Image, palette: Palette) -> Steps:
        source = source_of_layer(layer, item.region, self._order.settings)
        fresh = yield from as_part(self._state(source, palette), 0, 2)
        state = self._as_edited(fresh, item.before)
        measured = yield from as_part(measuring(state, item.region), 1, 2)
        yield Progress("Done", 1.0)  # the last chance to end it before it is seen
        if item.target is not None and state.painter is not None:
            self.outcome.errors[item.name] = UNSAVED
        elif item.target is not None:
            result = export.painted(state)
            self._write(item.target, export.as_picture(result), result)
        self._note(item, measured)
        if self._order.as_layers:
            self._take(Product(state, state_contents(state), item.before))

    def _paint_file(self, item: Item, file: PictureFile, palette: Palette) -> Steps:
        picture = yield from file.reading()
        picture, given = in_channels_of(picture, palette)
        assert given is not None
        if item.target is not None:
            check_can_write(item.target.suffix, picture)
        alike = given.dtype == picture.image.dtype
        source = source_of(picture, item.name, item.region, given.value_range if alike else None)
        fresh = yield from as_part(self._state(source, given), 0, 2)
        state = self._as_edited(fresh, None)
        measured = yield from as_part(measuring(state, item.region), 1, 2)
        yield Progress("Writing", 1.0)
        if item.target is not None:
            self._write(item.target, picture, state.result)
        # Not that of the layer in which the region was drawn.
        size, unit = (picture.calibration or Calibration()).extent
        self._note(item, replace(measured, pixel_size=size, unit=unit))

    def _state(self, source: Source, palette: Palette) -> Generator[Progress, None, State]:
        edited = self._order.edited
        if edited is not None and _is_like(source, edited.fitted.palette):
            palette = edited.fitted.palette
        return (yield from quantized(source, _settings(source, palette, self._order)))

    def _as_edited(self, fresh: State, before: State | None) -> State:
        """Return a new state as the colors were edited, or else as the image was before."""
        edited = self._order.edited
        if edited is not None and _is_like(fresh.source, edited.fitted.palette):
            return fresh.keeping(edited)
        return _with_background(fresh.keeping(before), fresh, self._order.background)

    def _note(self, item: Item, measured: Measurement) -> None:
        self.outcome.measured[item.name] = replace(measured.present(), image=item.name)

    def _told(self, item: Item, error: Exception) -> str:
        if isinstance(error, MemoryError):
            return self._words(error)
        if isinstance(error, OSError) and error.strerror:
            return error.strerror
        text = str(error).removeprefix(f"{item.name}: ")
        if item.target is not None:
            text = text.replace(str(item.target), item.target.name)
        return self._words(ValueError(text))

    # -- files

    def _write(self, target: Path, picture: Picture, result: Any) -> None:
        content = encode_painted(target.suffix, picture, result, quick=self._is_quick)
        _made(target.parent)
        write_file(target, content, overwrite=self._order.overwrite)
        self.outcome.n_written += 1

    @property
    def _is_quick(self) -> bool:
        return self._order.settings.effort == "fast"

    def _write_palette(self, palette: Palette) -> None:
        folder = self._order.folder
        if folder is not None:
            shown = _shown(palette, self._order)
            with _told_by(folder / PALETTE):
                write_palette(folder / PALETTE, shown, overwrite=self._order.overwrite)

    def _write_table(self) -> None:
        folder, outcome = self._order.folder, self.outcome
        if folder is None or not (outcome.measured or outcome.errors):
            return
        table = table_of_images(outcome.measured.values(), outcome.errors)
        try:
            with _told_by(folder / TABLE):
                write_table(folder / TABLE, table, overwrite=self._order.overwrite)
        except ValueError as error:
            outcome.unwritten = str(error)


class _told_by:  # noqa: N801 - a context manager
    """Say which file could not be written, as an error that is known."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None: ...

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        if isinstance(error, OSError):
            reason = error.strerror or str(error)
            raise ValueError(f"{self._path.name} cannot be written: {reason}.") from error


def _made(folder: Path) -> None:
    with _told_by(folder):
        folder.mkdir(parents=True, exist_ok=True)


def _is_like(source: Source, palette: Palette) -> bool:
    """Tell whether numbers mean the same in a source and a palette."""
    return (source.n_clustered, source.dtype) == (palette.n_channels, palette.dtype)


def _settings(source: Source, palette: Palette, order: Order) -> Settings:
    if palette.dtype == source.dtype:  # the numbers mean the same, whatever the contrast limits
        limits = source.display().value_range
        palette = Palette(palette.colors, palette.counts, palette.names, palette.dtype, limits)
    settings = in_palette(source, palette, order.settings)
    if source.n_clustered != 3:
        settings = replace(settings, color_space="rgb")  # its own units
    everywhere = order.settings.apply_everywhere and source.region is not None
    return replace(settings, alpha=source.alpha, apply_everywhere=everywhere)


def _with_background(kept: State, fresh: State, background: frozenset[int]) -> State:
    """Leave the same colors out of the shares as in the image from which they come."""
    if not background:
        return kept
    places = {kept.place_of(fresh, index) for index in background}
    return replace(kept, background=frozenset()).with_background(places, True)


def _shown(palette: Palette, order: Order) -> Palette:
    """Return colors as they are shown, in the first layer that holds the same."""
    display = Display.of_palette(palette)
    for item in order.items:
        if not isinstance(item.image, PictureFile):
            source = source_of_layer(item.image, None, order.settings)
            if _is_like(source, palette):
                display = source.display()
                break
    shown: Any = np.rint(display.shown(palette.colors) * 255).astype(np.uint8)
    return Palette(shown, palette.counts, palette.names)
