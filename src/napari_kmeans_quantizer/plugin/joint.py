"""One palette fitted over many images: layers, and files that are read one after the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from napari_kmeans_quantizer import Palette
from napari_kmeans_quantizer.core.files.pictures.suiting import as_rgb
from napari_kmeans_quantizer.core.fit_palette import Pending, Readout, fit_palette_steps

from .models.levels import reduced
from .models.picture_file import PictureFile, in_units_of, source_of
from .models.pixels import read_pixels
from .models.source import Source

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    from napari.layers import Image, Labels, Shapes

    from napari_kmeans_quantizer import Progress
    from napari_kmeans_quantizer.core.files.pictures import Picture

    from .models.settings import Settings

    Part = tuple[Image | PictureFile, Labels | Shapes | None]
    """An image, and its region."""


@dataclass(frozen=True)
class Kind:
    """What all images have in common.

    Attributes
    ----------
    n_channels : int
        What is clustered of a pixel.
    dtype : dtype
        What they hold.
    is_fixed : bool
        Whether layers have it so; files alone agree on what all of them can be.
    """

    n_channels: int
    dtype: np.dtype[Any]
    is_fixed: bool

    def with_picture(self, picture: Picture) -> Kind:
        """Return what one more picture has in common with the others."""
        dtype = picture.image.dtype
        are_whole = {dtype.kind, self.dtype.kind} <= set("bu")
        wider = np.result_type(dtype, self.dtype) if are_whole else self.dtype
        return Kind(max(self.n_channels, _n_channels(picture)), wider, False)


def _n_channels(picture: Picture) -> int:
    return 1 if picture.mode == "grey" else 3


class _MixedError(Exception):
    """Files turned out to be of another kind than the first ones."""

    def __init__(self, kind: Kind) -> None:
        super().__init__()
        self.kind = kind


def joint_palette(
    parts: Sequence[Part],
    settings: Settings,
    leave_out: Callable[[int, Exception], object],
) -> Generator[Progress, None, Palette]:
    """Return one palette, fitted to exactly the pixels that take part in any of the images.

    Parameters
    ----------
    parts : sequence of (Image or PictureFile, Labels, Shapes or None)
        The images, each with its region. Only one is held at a time.
    settings : Settings
        How; `n_colors` are of all together.
    leave_out : callable
        Gets the number of an image that cannot be taken, and why.
    """
    kind = _kind_of_layers(parts, settings)
    while True:
        failed: dict[int, Exception] = {}
        reader = _Reader(settings, kind)
        pending = [reader.pending(image, region) for image, region in parts]
        options = _options(settings, parts)
        if kind is None or kind.n_channels != 3:
            options["color_space"] = "rgb"  # its own units
        steps = fit_palette_steps(pending, leave_out=failed.__setitem__, **options)
        try:
            palette = yield from steps
        except _MixedError as found:
            kind = found.kind
            continue
        finally:
            for number, error in failed.items():
                leave_out(number, error)
        return palette


def _kind_of_layers(parts: Sequence[Part], settings: Settings) -> Kind | None:
    for image, _ in parts:
        if not isinstance(image, PictureFile):
            source = source_of_layer(image, None, settings)
            return Kind(source.n_clustered, source.dtype, True)
    return None


def source_of_layer(layer: Image, region: Labels | Shapes | None, settings: Settings) -> Source:
    """Return a single layer as a source."""
    return Source((layer,), region, alpha=settings.alpha)  # type: ignore[arg-type]


def _options(settings: Settings, parts: Sequence[Part]) -> dict[str, Any]:
    options = settings.options()
    for painting in ("dither", "dither_strength"):
        del options[painting]
    if settings.choose_from is not None:  # with their names
        layers = [image for image, _ in parts if not isinstance(image, PictureFile)]
        like: Any = {"dtype": source_of_layer(layers[0], None, settings).dtype} if layers else {}
        colors = np.array(settings.choose_from)
        options["choose_from"] = Palette(colors, names=settings.names, **like)
    return options


class _Reader:
    """Reads images for a fit; files as what all have in common."""

    def __init__(self, settings: Settings, kind: Kind | None) -> None:
        self._settings, self._kind = settings, kind

    def pending(self, image: Image | PictureFile, region: Labels | Shapes | None) -> Pending:
        """Return an image that is read whenever it is wanted."""

        def read() -> Generator[Progress, None, Readout]:
            if isinstance(image, PictureFile):
                picture = self._alike((yield from image.reading()))
                source = source_of(picture, image.name, region)
            else:
                source = reduced(source_of_layer(image, region, self._settings))
            pixels = yield from read_pixels(source, self._settings.no_data)
            return Readout(pixels.array, source.channel_axis, pixels.inside)

        return Pending(image.name, read)

    def _alike(self, picture: Picture) -> Picture:
        kind = self._kind
        if kind is None:
            raise _MixedError(Kind(_n_channels(picture), picture.image.dtype, False))
        if not kind.is_fixed and (wider := kind.with_picture(picture)) != kind:
            raise _MixedError(wider)
        is_grey = kind.n_channels == 1
        if is_grey and picture.mode != "grey":
            raise ValueError("It is a color picture, and the others are grey.")
        return in_units_of(picture if is_grey else as_rgb(picture), kind.dtype)
