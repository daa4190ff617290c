"""Palettes that are read, shared by all pictures, and saved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .job import Colors

if TYPE_CHECKING:
    from pathlib import Path

    from napari_kmeans_quantizer import Palette

    from .batch import Batch
    from .options import Options


def given_colors(options: Options) -> Colors:
    """Read the palette files that the options name."""
    return Colors(_read("--palette", options.palette), _read("--choose-from", options.choose_from))


def _read(option: str, path: Path | None) -> Palette | None:
    if path is None:
        return None
    from napari_kmeans_quantizer.core.files.palettes import read_palette

    try:
        return read_palette(path)
    except FileNotFoundError as error:
        raise FileNotFoundError(f"{option}: {path}: there is no such file.") from error
    except OSError as error:
        raise OSError(f"{option}: {path}: {error.strerror or error}.") from error
    except ValueError as error:
        raise ValueError(f"{option}: {error}") from error


def save_palette(batch: Batch, colors: Colors) -> None:
    """Write the palette of one picture, or of all; none if there is none."""
    path, options = batch.options.save_palette, batch.options
    palettes = [outcome.palette for outcome in batch.done]
    palette = colors.palette if options.shared_palette else next(iter(palettes), None)
    if path is None or palette is None:
        return
    from napari_kmeans_quantizer.core.files.palettes import write_palette

    write_palette(path, palette, overwrite=options.force)
    batch.voice.tell(f"palette -> {path}")
