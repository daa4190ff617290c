"""What many images can be: layers and files, their regions, and the colors that they can get."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from napari.layers import Image, Labels, Shapes
from qtpy.compat import isalive

from napari_kmeans_quantizer.core.files.pictures.folders import pictures_in
from napari_kmeans_quantizer.core.files.pictures.looking import why_unreadable
from napari_kmeans_quantizer.plugin.jobs import Worker
from napari_kmeans_quantizer.plugin.joint import source_of_layer
from napari_kmeans_quantizer.plugin.layers.ours import bare
from napari_kmeans_quantizer.plugin.models.display import Display
from napari_kmeans_quantizer.plugin.models.geometry import data_to_world
from napari_kmeans_quantizer.plugin.models.picture_file import PictureFile
from napari_kmeans_quantizer.plugin.models.region import ENCLOSING
from napari_kmeans_quantizer.plugin.models.source import Source
from napari_kmeans_quantizer.plugin.views.many.choices import Offer
from napari_kmeans_quantizer.plugin.views.many.model import Row

from .messages import channels

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence
    from pathlib import Path
    from weakref import ref

    import napari.viewer

    from napari_kmeans_quantizer import Palette
    from napari_kmeans_quantizer.plugin.models.settings import Settings
    from napari_kmeans_quantizer.plugin.models.state import State
    from napari_kmeans_quantizer.plugin.session import Session
    from napari_kmeans_quantizer.plugin.views.many.dialog import ManyDialog

    from .choice import Choice
    from .form import Form


class Colors(NamedTuple):
    """Colors that are given, and how they are painted.

    Attributes
    ----------
    palette : Palette
        In the units of `like`.
    settings : Settings
        How to paint.
    origin : State or None
        Whose colors they are.
    """

    palette: Palette
    settings: Settings
    origin: State | None = None


class Candidates:
    """Knows what can be chosen of many images.

    Parameters
    ----------
    viewer : napari.viewer.Viewer
        Whose layers are meant.
    choice, form, session
        The widget's parts.
    """

    def __init__(
        self, viewer: napari.viewer.Viewer, choice: Choice, form: Form, session: Session
    ) -> None:
        self._viewer, self._choice = viewer, choice
        self._form, self._session = form, session
        self._unreadable: dict[PictureFile, str] = {}

    def offers(self) -> list[Offer]:
        """Return whose colors can be taken, the likeliest first."""
        state, given = self._choice.state, self._form.given_palette()
        fit = "Fitted over exactly the pixels that take part in any of the images"
        offers = [Offer("one palette, fitted over all:", tooltip=fit)]
        if given is not None and not self._form.takes_best:
            settings = self._form.settings()
            name = self._form.palette_from.current_choice
            hexes = Display.of_palette(given).hex(given.colors)
            offers.insert(0, Offer(f"those of {name}", Colors(given, settings), hexes))
        if state is not None:
            colors = Colors(state.palette, state.settings, state)
            tip = "They are not fitted again; names and background go along"
            name, own = f"those of {state.source.name}", state.source.main
            offers.insert(0, Offer(name, colors, state.hex, tip, own))
        return offers

    def images(self) -> list[Image]:
        """Return the image layers of the viewer that were not made here."""
        images: list[Any] = list(self._form.image.choices)
        return [bare(image) for image in images]

    def regions(self) -> list[tuple[str, Any]]:
        """Return the layers that can be regions, by their names."""
        return [(x.name, bare(x)) for x in self._form.region.choices if x is not None]

    def rows(self, state: State | None) -> list[Row]:
        """Return the images of the viewer; all ticked, or if several are selected these."""
        images, origin = self.images(), () if state is None else state.source.layers
        others = [image for image in images if image not in origin] or images
        selected = [image for image in others if image in self._viewer.layers.selection]
        ticked = selected if len(selected) > 1 else others
        return [Row(image.name, image, image in ticked, self._region_of(image)) for image in images]

    def _region_of(self, image: Image) -> Any:
        """Return the region of an image's last result, or else that of the panel."""
        known = self._session.state((str(image.unique_id),))
        region = self._form.region.value if known is None else known.source.region
        wanted = bare(region) if isinstance(region, Labels | Shapes) else None
        there = [layer for _, layer in self.regions()]
        return next((layer for layer in there if layer is wanted), None)

    def drawn_on(self, image: Any) -> Any:
        """Return the one Shapes layer in which something is drawn on an image."""
        shapes = [region for _, region in self.regions() if isinstance(region, Shapes)]
        drawn = [x for x in shapes if any(kind in ENCLOSING for kind in x.shape_type)]
        if isinstance(image, Image):
            drawn = [region for region in drawn if _overlap(image, region)]
        return drawn[0] if len(drawn) == 1 else None

    def refusals(self, images: list[Any], colors: Colors | None) -> list[str]:
        """Return why each image cannot get some colors, "" if it can."""
        layers = [image for image in images if isinstance(image, Image)]
        if colors is None:
            settings = self.settings()
            like = _commonest([source_of_layer(layer, None, settings) for layer in layers])
        whys = []
        for image in images:
            if isinstance(image, PictureFile):
                whys.append(self._unreadable.get(image, ""))
            elif colors is None:
                whys.append(_unlike(source_of_layer(image, None, settings), like))
            else:
                whys.append(_unfit(source_of_layer(image, None, colors.settings), colors.palette))
        return whys

    # -- files

    def file_rows(self, paths: list[Path], there: list[Any]) -> list[Row]:
        """Return rows of files, and of pictures in folders, that are not there yet."""
        known = {image.path.resolve() for image in there if isinstance(image, PictureFile)}
        names, rows = {str(image.name) for image in there}, []
        region = self._form.region.value
        for file in _files(paths):
            if file.path.resolve() not in known:
                known.add(file.path.resolve())
                apart = file.named_apart(names)
                self._unreadable.pop(apart, None)  # it may be another one by now
                names.add(apart.name)
                where = None if region is None else bare(region)
                rows.append(Row(apart.name, apart, True, where, tooltip=str(apart.path)))
        return rows

    def look_at_files(self, asked: ref[ManyDialog], files: list[PictureFile]) -> None:
        """Find out beside all else which files are no pictures."""

        def steps() -> Generator[dict[PictureFile, str], None, None]:
            for file in files:
                if why := why_unreadable(file.path):
                    yield {file: why}

        worker = Worker(steps)
        worker.yielded.connect(partial(self._on_unreadable, asked))
        worker.start()

    def _on_unreadable(self, asked: ref[ManyDialog], refusals: dict[PictureFile, str]) -> None:
        self._unreadable.update(refusals)
        dialog = asked()
        if dialog is not None and isalive(dialog):
            dialog.refuse_files(refusals)

    def settings(self) -> Settings:
        """Return how the panel says that one palette is fitted over all."""
        chosen = self._form.image.value
        if chosen is None:
            settings = self._form.settings()
        else:
            source = Source((bare(chosen),), alpha=self._form.alpha.value)
            settings = self._choice.settings(source)
        everywhere = self._form.apply.value == "everywhere"
        settings = replace(
            settings,
            scaled=False,
            apply_everywhere=everywhere,
            color_space=self._form.wishes()["color_space"],  # of those that are RGB
        )
        return settings if settings.palette is None else replace(settings, palette=None, names=None)


def _files(paths: Sequence[Path]) -> list[PictureFile]:
    """Return files, and the pictures in folders, with where they lie in these."""
    found = []
    for path in paths:
        if path.is_dir():
            below = pictures_in(path, recursive=True)
            found += [PictureFile(one, one.parent.relative_to(path)) for one in below]
        else:
            found.append(PictureFile(path))
    return found


def _commonest(sources: Sequence[Source]) -> tuple[int, Any] | None:
    """Return what most images are: their number of channels, and dtype; the first of equals."""
    kinds = Counter((source.n_clustered, source.dtype) for source in sources)
    return kinds.most_common(1)[0][0] if kinds else None


def _unlike(source: Source, like: tuple[int, Any] | None) -> str:
    """Return why an image shares no palette with the most."""
    if like is None or like == (source.n_clustered, source.dtype):
        return ""
    n, dtype = like
    if source.n_clustered != n:
        return f"It has {channels(source.n_clustered)}, and most images have {n}."
    return f"It holds {source.dtype}, and most images {dtype}."


def _unfit(source: Source, palette: Palette) -> str:
    """Return why an image cannot be painted in a palette."""
    n, wanted = source.n_clustered, palette.n_channels
    if n == wanted or (n == 1 and palette.is_grey):
        return ""
    return f"It has {channels(n)}, and the colors have {wanted}."


def _overlap(image: Image, region: Shapes) -> bool:
    """Tell whether any shape's frame overlaps the image's in the last two axes of the world."""
    least, most = np.asarray(image.extent.world)[:, -2:]
    world = data_to_world(region)
    for kind, corners in zip(region.shape_type, region.data, strict=True):
        placed = (corners @ world[:-1, :-1].T + world[:-1, -1])[:, -2:]
        if kind in ENCLOSING and (placed.max(0) >= least).all() and (placed.min(0) <= most).all():
            return True
    return False
