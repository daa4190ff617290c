"""Images on disk, as microscopes and other programs leave them."""

from __future__ import annotations

import hashlib
import json

import numpy as np
import zarr

UNITS = {"t": "second", "z": "micrometer", "y": "micrometer", "x": "micrometer"}
TYPES = {"t": "time", "c": "channel"}


def scene(*shape, n_shades=60, seed=0):
    """Values of uint8 that are smooth here and random there, so that chunks differ."""
    rng = np.random.default_rng(seed)
    noise = rng.integers(0, 256, shape)
    places = np.indices(shape, sparse=True)
    smooth = sum(axis * (3 + i) for i, axis in enumerate(places)) % n_shades * (255 // n_shades)
    return np.where(places[-1] % 7 < 3, noise, smooth).astype(np.uint8)


def write_ome(path, pixels, axes="cyx", version="0.5", chunks=None, scale=None, **more):
    """Write an OME-Zarr image of one level.

    `more`: `translation`, `shards`, `omero`, `outer` (of all levels), `name`.
    """
    scale = [1.0] * len(axes) if scale is None else scale
    moves = [{"type": "scale", "scale": scale}]
    if "translation" in more:
        moves.append({"type": "translation", "translation": more["translation"]})
    image = {
        "name": more.get("name", "slide"),
        "axes": [
            {"name": axis, "type": TYPES.get(axis, "space")}
            | ({"unit": UNITS[axis]} if axis in UNITS else {})
            for axis in axes
        ],
        "datasets": [{"path": "0", "coordinateTransformations": moves}],
    }
    if "outer" in more:
        image["coordinateTransformations"] = more["outer"]
    told = {"multiscales": [image]}
    if "omero" in more:
        told["omero"] = more["omero"]
    if version == "0.4":
        image["version"] = version
        root = zarr.create_group(path, zarr_format=2, attributes=told)
        how = {"chunk_key_encoding": {"name": "v2", "separator": "/"}}
    else:
        told = {"ome": {"version": version, **told}}
        root = zarr.create_group(path, zarr_format=3, attributes=told)
        how = {"dimension_names": list(axes), "shards": more.get("shards")}
    array = root.create_array(
        "0", shape=pixels.shape, chunks=chunks or pixels.shape, dtype=pixels.dtype, **how
    )
    array[...] = pixels
    return path


def files_in(folder):
    """Return checksums of all files, by their names."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def told(folder):
    """Return what OME-Zarr tells of a group."""
    if (folder / "zarr.json").exists():
        return json.loads((folder / "zarr.json").read_text())["attributes"]["ome"]
    return json.loads((folder / ".zattrs").read_text())


def pixels(path):
    """Return an array that is stored."""
    return zarr.open_array(path, mode="r")[...]


def names(folder):
    return sorted(path.name for path in folder.iterdir())
