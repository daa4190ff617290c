"""Palettes that are read, shared by all pictures, and saved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .job import Colors

if TYPE_CHECKING:
    from pathlib import Path

    from napari_kmeans_quantizer import Palette

    from .options import Options
    from .parsing import Common
    from .voice import Voice


def given_colors(options: Options) -> Colors:
    """Read the palette files that the options name."""
    return Colors(
        read_colors("--palette", options.palette),
        read_colors("--choose-from", options.choose_from),
    )


def read_colors(option: str, path: Path | None) -> Palette | None:
    """Read the palette file that an option names, if it does."""
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


def save_palette(palette: Palette | None, options: Common, voice: Voice) -> None:
    """Write a palette, if there is one, and it is wanted."""
    path = options.save_palette
    if path is None or palette is None:
        return
    from napari_kmeans_quantizer.core.files.palettes import write_palette

    write_palette(path, palette, overwrite=options.force)
    voice.tell(f"palette -> {path}")
