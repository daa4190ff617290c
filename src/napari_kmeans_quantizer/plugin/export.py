"""From a State to files and texts: what is shown is what goes out.

State -> painted, shown_palette, table -> a file, written wholly or not at all
"""

from __future__ import annotations

import math
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from napari_kmeans_quantizer import Palette, Quantization, write_indexed, write_palette
from napari_kmeans_quantizer.core.files.palettes import as_css, as_hex, as_python
from napari_kmeans_quantizer.core.files.pictures import (
    Picture,
    check_can_write,
    encode_picture,
    write_picture,
)
from napari_kmeans_quantizer.core.files.tables import write_table
from napari_kmeans_quantizer.core.report import rgb_texts

from .layers.contents import picture
from .models.levels import told

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pandas as pd
    from numpy.typing import NDArray

    from .models.state import State

MOST_INDEXED = 256
NEW = "#ff00ff"  # of labels that people painted and that no cluster has


# -- what goes out


def count(state: State) -> str:
    """Return the number of colors in words."""
    n_colors = len(state.result.palette)
    return f"{n_colors:,} color{'s' * (n_colors != 1)}"


def shown_palette(state: State) -> Palette:
    """Return the colors of a state as they are shown, red, green and blue in 0..255."""
    palette = state.result.palette
    return Palette(np.rint(state.shown * 255).astype(np.uint8), palette.counts, palette.names)


TEXTS = {"hex": as_hex, "css": as_css, "python": as_python}


def palette_text(state: State, form: str) -> str:
    """Return the colors as they are shown, as "hex", "css" or "python"."""
    if form not in TEXTS:
        raise ValueError(f"`form` must be one of {', '.join(map(repr, TEXTS))}, got {form!r}.")
    return TEXTS[form](shown_palette(state))


def painted(state: State) -> Quantization:
    """Return the result as its picture is shown: several channels in the colors they are shown in.

    Its image is what the painted layer holds, but for the veil over hidden clusters.
    """
    result = state.result
    if not _is_recolored(state):
        return result
    image, palette = picture(result, state.display), shown_palette(state)
    return replace(result, image=image, palette=palette, channel_axis=image.ndim - 1, peak=255.0)


def _is_recolored(state: State) -> bool:
    return state.display.is_color and not state.display.rgb


def table(state: State) -> pd.DataFrame:
    """Return one row a color: as `Quantization.to_frame`, but as it is shown, and with areas."""
    frame = state.result.to_frame()
    frame["hex"], frame["rgb"] = state.hex, rgb_texts(state.shown)
    frame["share"] = state.shares
    areas, unit = state.measured.areas, state.measured.unit
    if areas is not None:
        frame.insert(frame.columns.get_loc("share") + 1, f"area ({unit})", areas[0, 0])
    return frame


def labels_in(labels: NDArray[Any], colors: Mapping[int, str]) -> Quantization:
    """Return clusters as a picture in their colors; label 0 takes no part.

    Parameters
    ----------
    labels : ndarray of int
        As a Labels layer holds them.
    colors : mapping of int to str
        The colors of the labels, as ``#rrggbb``; others are shown as new.
    """
    there = labels != 0
    found = np.unique(labels[there])
    order = sorted({*colors, *found.tolist()})
    index: Any = np.searchsorted(order, labels)
    index[~there] = 0
    table = [list(bytes.fromhex(colors.get(label, NEW)[1:])) for label in order]
    counts = np.bincount(index[there], minlength=len(order))
    palette = Palette(np.array(table, np.uint8), counts)
    image = palette.paint(index)
    image[~there] = 0
    return Quantization(
        labels=index.astype(np.uint8 if len(order) <= MOST_INDEXED else np.uint16),
        palette=palette,
        image=image,
        mask=None if there.all() else there,
        inertia=math.nan,
        n_iter=0,
        mse=math.nan,
        source_bits=24,
        peak=255.0,
        channel_axis=labels.ndim,
        rmse=math.nan,
    )


def _without_others(result: Quantization) -> NDArray[Any]:
    """Return the image of a result, black where nothing took part."""
    there, axis = result.mask, result.channel_axis
    if there is None:
        return result.image
    inside = there if axis is None else np.expand_dims(there, axis)
    return np.where(inside, result.image, np.zeros_like(result.image, shape=()))


def as_picture(result: Quantization) -> Picture:
    """Return a painted picture as files know them: channels last, and one axis of pages."""
    image, axis, mode = result.image, result.channel_axis, "grey"
    if axis is not None:
        image = np.moveaxis(image, axis, -1)
        mode = {3: "RGB", 4: "RGBA"}.get(image.shape[-1], "channels")
    pages, plane = result.labels.shape[:-2], result.labels.shape[-2:]
    n_pages = (math.prod(pages),) if pages else ()
    image = image.reshape(*n_pages, *plane, *image.shape[len(pages) + 2 :])
    return Picture(image, mode, "", 0)  # type: ignore[arg-type]


# -- what can be


def indexed_suffixes(state: State) -> list[str]:
    """Return which files can hold the picture with its palette, the usual one first."""
    usual = [".tif", ".png", ".gif"] if state.result.labels.ndim > 2 else [".png", ".gif", ".tif"]
    return usual if state.result.mask is None else [one for one in usual if one != ".tif"]


def picture_suffixes(state: State) -> list[str]:
    """Return which files can hold the painted picture as it is, the usual one first."""
    made, able = _blank(state), []
    for suffix in (".png", ".tif"):
        with suppress(ValueError):
            check_can_write(suffix, made)
            able.append(suffix)
    return able


def _blank(state: State) -> Picture:
    """Return a picture like the painted one that takes no time to make: to ask what can hold it."""
    result = state.result
    if _is_recolored(state):
        image = np.broadcast_to(np.uint8(0), (*result.labels.shape, 3))
        result = replace(result, image=image, channel_axis=image.ndim - 1)
    return as_picture(result)


def no_picture(state: State) -> str:
    """Return why the painted picture cannot be saved, "" if it can."""
    if state.is_preview:
        return "The picture is a preview still: wait until all pixels are quantized."
    return ""


def no_indexed(state: State) -> str:
    """Return why a picture with its palette cannot be saved, and what to do; "" if it can."""
    result, n_colors = state.result, len(state.result.palette)
    dtype, n_channels = result.image.dtype, result.palette.n_channels
    if _is_recolored(state):
        dtype, n_channels = np.dtype(np.uint8), 3
    instead = "Save the painted picture instead, or the palette"
    if dtype not in (np.bool_, np.uint8):
        return (
            f'An indexed picture has 8 bits a channel, and "{state.source.name}" holds {dtype}. '
            f"{instead}."
        )
    if result.labels.ndim > 3:
        return (
            "An indexed picture has rows and columns, or is a stack of such, and "
            f'"{state.source.name}" has {result.labels.ndim} dimensions. {instead}; or '
            'quantize the current slice, see "Of stacks".'
        )
    if n_channels not in (1, 3):
        return (
            f"An indexed picture is grey or RGB, and these colors have {n_channels} channels. "
            f"{instead}."
        )
    clear = result.mask is not None  # takes an entry of its own
    if n_colors > MOST_INDEXED - clear:
        besides = " besides what is transparent" * clear
        return (
            f"An indexed picture holds at most {MOST_INDEXED - clear} colors{besides}, and these "
            f"are {n_colors:,}. {instead}; or quantize with fewer colors."
        )
    return no_picture(state)


# -- writing


def write_indexed_picture(path: Path, state: State, overwrite: bool) -> int:
    """Save the picture with its palette; return how many bytes the same takes without one.

    What takes no part is in neither of them.
    """
    result = painted(state)
    write_indexed(path, result, overwrite=overwrite)
    full = as_picture(replace(result, image=_without_others(result)))
    return len(encode_picture(picture_suffixes(state)[0], full, full.image))


def told_part(state: State) -> str:
    """Return what of an image that is too large to be held a picture shows, "" of others: all."""
    return f"; {told(state.source)} of the image" if state.painter is not None else ""


def write_painted_picture(path: Path, state: State, overwrite: bool) -> None:
    """Save all values as they are painted."""
    made = as_picture(painted(state))
    write_picture(path, made, made.image, overwrite=overwrite)


def write_shown_palette(path: Path, state: State, overwrite: bool) -> None:
    """Save the colors as they are shown."""
    write_palette(path, shown_palette(state), overwrite=overwrite)


def write_colors(path: Path, state: State, overwrite: bool) -> None:
    """Save the table as .csv, .tsv or .json."""
    write_table(path, table(state), overwrite=overwrite)
