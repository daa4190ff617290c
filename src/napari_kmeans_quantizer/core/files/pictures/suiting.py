"""Grey pictures in color palettes, and the other way round."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from napari_kmeans_quantizer import Palette

if TYPE_CHECKING:
    from .picture import Picture


def in_channels_of(picture: Picture, palette: Palette | None) -> tuple[Picture, Palette | None]:
    """Return a picture and the colors to paint it in, both grey or both RGB."""
    if palette is None:
        return picture, None
    if picture.mode == "grey":
        if palette.is_grey:
            return picture, _with_channels(palette, 1)
        return as_rgb(picture), palette
    if picture.mode in ("RGB", "RGBA") and palette.n_channels == 1:
        return picture, _with_channels(palette, 3)
    return picture, palette


def as_rgb(picture: Picture) -> Picture:
    """Return a grey picture as RGB, or RGBA."""
    if picture.mode != "grey":
        return picture
    image, alpha = picture.image, picture.alpha
    if image.dtype == np.bool_:
        image = image * np.uint8(255)
        alpha = None if alpha is None else alpha * np.uint8(255)
    planes = [image] * 3 if alpha is None else [image] * 3 + [alpha]
    rgb = replace(picture, image=np.stack(planes, axis=-1), mode="RGB", alpha=None)
    return rgb if alpha is None else replace(rgb, mode="RGBA")


def _with_channels(palette: Palette, n_channels: int) -> Palette:
    if palette.n_channels == n_channels:
        return palette
    colors = np.repeat(palette.colors[:, :1], n_channels, axis=1)
    return Palette(colors, palette.counts, palette.names, palette.dtype, palette.value_range)
