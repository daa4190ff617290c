"""Palette files as layers: dropped on napari's window, or by File > Open.

napari asks for the reader of a file by its name alone. So the manifest claims no name that pictures
or points have, and JSON or text only if the name says that it is a palette.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from napari.layers import Layer

    LayerData = tuple[Any, ...]
    Read = Callable[..., list[LayerData]]

OWN = frozenset(
    {".gpl", ".ase", ".aco", ".act", ".pal", ".hex", ".kpl", ".swatches", ".css", ".scss"}
)
"""Suffixes that nothing else has in napari; files of other ones must be readable as palettes."""
PEEKED = 1 << 20  # bytes; a larger file of another suffix is no palette


def palette_reader(path: str | list[str]) -> Read | None:
    """Return what reads palette files, None if one of them is none; napari's hook.

    Parameters
    ----------
    path : str or list of str
        The files.
    """
    paths = paths_of(path)
    return palette_layers if paths and all(map(is_palette, paths)) else None


def paths_of(path: str | list[str]) -> list[str]:
    """Return one file or several as a list."""
    return [path] if isinstance(path, str) else list(path)


def is_palette(path: str) -> bool:
    """Tell whether a file is a palette: by its suffix, or else by all that is in it."""
    if Path(path).suffix.lower() in OWN:
        return True
    from napari_kmeans_quantizer import read_palette

    try:
        return os.stat(path).st_size <= PEEKED and len(read_palette(path)) > 0
    except (OSError, ValueError):
        return False


def palette_layers(path: str | list[str], **_: Any) -> list[LayerData]:
    """Read palette files as Points layers, below what the viewer shows.

    Parameters
    ----------
    path : str or list of str
        The files.

    Returns
    -------
    list of tuple
        As napari wants them. In a viewer, what is wrong with a file is told, and there is no layer.

    Raises
    ------
    OSError, ValueError
        As `read_palette`, without a viewer.
    """
    import napari
    from napari.utils.notifications import show_error

    viewer = napari.current_viewer()
    try:
        return _layers(paths_of(path), viewer.layers if viewer else ())
    except (OSError, ValueError) as error:
        if viewer is None:
            raise
        show_error(_named(str(error), path))  # of what is raised, napari tells its own part first
        return [(None,)]  # napari's word for: it was read, and there is no layer


def _named(message: str, path: str | list[str]) -> str:
    """Return a message with names of files instead of paths: napari shows its beginning only."""
    for one in paths_of(path):
        message = message.replace(one, Path(one).name)
    return message


def _layers(paths: list[str], shown: Iterable[Layer]) -> list[LayerData]:
    from napari_kmeans_quantizer import read_palette

    from .layers.palette_file import palette_content, rooms_below
    from .models.palette_file import PaletteFile

    files = [PaletteFile(Path(path).stem, read_palette(path)) for path in paths]
    rooms = rooms_below(shown, [file.palette for file in files])
    contents = [palette_content(file, room) for file, room in zip(files, rooms, strict=True)]
    return [(content.pop("data"), content, "points") for content in contents]
