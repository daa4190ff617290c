"""Peak memory beyond image and results (Linux)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import measure
import numpy as np
import pictures
from tables import Table, in_process, megapixels

from napari_kmeans_quantizer import quantize

if TYPE_CHECKING:
    from tables import Rows, Scene

SPACES = ("rgb", "lab", "oklab")


def table(scene: Scene) -> Table:
    sizes = (3,) if scene.quick else (3, 100)
    cases = [
        in_process(
            f"{space}, K={k}, {size} MP", "memory.peak",
            picture=scene.picture, k=k, size=size, space=space,
        )
        for space in SPACES
        for size in sizes
        for k in (scene.ks if space == "rgb" else scene.ks[-1:])
    ]  # fmt: skip
    return Table("Peak memory beyond image and results, libraries loaded", cases, values=values)


def values(rows: Rows) -> dict[str, str]:
    """Return the most that any size and K took, in RGB and in other spaces."""
    in_rgb = [row["extra MB"] for name, row in rows.items() if name.startswith("rgb")]
    elsewhere = [row["extra MB"] for name, row in rows.items() if not name.startswith("rgb")]
    return {
        "memory-rgb": f"{math.ceil(max(in_rgb))} MB",
        "memory-spaces": f"{math.ceil(max(elsewhere))} MB",
    }


def peak(picture: str, k: int, size: float, space: str) -> Rows:
    image = pictures.tiled(pictures.named(picture), size)
    # Loads libraries and kernels; a compiler at work would count as memory.
    quantize(np.ascontiguousarray(image[:256, :256]), k, color_space=space)
    n_bytes, result = measure.peak_beyond(lambda: quantize(image, k, color_space=space))
    extra = n_bytes - result.labels.nbytes - result.image.nbytes
    return {f"{space}, {megapixels(image[..., 0].size)}, K={k}": {"extra MB": extra / 1e6}}
