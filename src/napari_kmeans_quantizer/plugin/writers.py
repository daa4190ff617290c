"""File > Save of the layers that this plugin makes: palettes, clusters, painted pictures.

A layer is written as it is shown, whoever has changed it since. What is wrong is an OSError: napari
takes a ValueError of a writer for a file that nobody can write, and says so instead.
"""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

LayerData = tuple[Any, dict[str, Any], str]


def write_palette_layer(path: str, layers: list[LayerData]) -> list[str]:
    """Save a palette layer, a result's or a file's, as a palette file; the suffix says how."""
    from napari_kmeans_quantizer import write_palette

    from .layers.palette_file import FILE, shown_colors

    _, meta = _one_of_ours(layers, ("palette", FILE))
    with _target(path, ".gpl") as (target, overwrite):
        palette = shown_colors(meta["face_color"], meta["features"])
        write_palette(target, palette, overwrite=overwrite)
    return [str(target)]


def write_clusters_layer(path: str, layers: list[LayerData]) -> list[str]:
    """Save a layer of clusters as a picture with a palette; what belongs to none is clear."""
    from napari_kmeans_quantizer import write_indexed

    from .export import labels_in

    data, meta = _one_of_ours(layers, ("labels",))
    _check_held(data, meta)
    features = meta["features"]
    colors = dict(zip(features["index"].tolist(), features["hex"], strict=True))
    with _target(path, ".png") as (target, overwrite):
        write_indexed(target, labels_in(np.asarray(data), colors), overwrite=overwrite)
    return [str(target)]


def write_painted_layer(path: str, layers: list[LayerData]) -> list[str]:
    """Save a painted layer as a picture with a palette."""
    from napari_kmeans_quantizer import write_indexed

    from .export import no_indexed, painted
    from .layers.ours import state_shown_by

    data, meta = _one_of_ours(layers, ("image",))
    state = state_shown_by(data)
    if state is None:
        raise OSError(_not_ours(meta))
    _check_held(data, meta)
    if reason := no_indexed(state):
        raise OSError(reason)
    with _target(path, ".png") as (target, overwrite):
        write_indexed(target, painted(state), overwrite=overwrite)
    return [str(target)]


def _one_of_ours(layers: list[LayerData], roles: tuple[str, ...]) -> tuple[Any, dict[str, Any]]:
    """Return data and attributes of the one layer, or refuse others."""
    from .layers.about import About

    if len(layers) != 1:
        raise OSError("A file holds one layer: select one alone, or save to a folder.")
    data, meta, _ = layers[0]
    about = About.of_metadata(meta["metadata"])
    if about is None or about.role not in roles:
        raise OSError(_not_ours(meta))
    return data, meta


def _check_held(data: Any, meta: dict[str, Any]) -> None:
    """Refuse what is painted as it is looked at: nobody knows whether all of it can be held."""
    if not isinstance(data, np.ndarray):
        raise OSError(
            f'"{meta["name"]}" is painted as it is looked at, and is no picture as a whole. '
            "Click Export in the panel to save the level that is held."
        )


def _not_ours(meta: dict[str, Any]) -> str:
    return (
        f'"{meta["name"]}" was not made by the K-means Color Quantizer, which saves only its own '
        "layers. Choose another file type."
    )


@contextmanager
def _target(path: str, usual: str) -> Iterator[tuple[Path, bool]]:
    """Give the file to write to, and whether to replace it.

    napari has asked before it replaces a file, but not one to whose name a suffix is added here.
    """
    target, is_whole = Path(path), bool(Path(path).suffix)
    try:
        yield (target if is_whole else target.with_name(target.name + usual)), is_whole
    except ValueError as error:
        raise OSError(str(error)) from error
