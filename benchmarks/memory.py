"""Peak memory beyond image and results (Linux)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import measure
import numpy as np
import pictures
from tables import Table, in_process, megapixels

from napari_kmeans_quantizer import quantize

if TYPE_CHECKING:
    from tables import Rows, Scene


def table(scene: Scene) -> Table:
    cases = [
        in_process(f"K={k}, {size} MP", "memory.peak", picture=scene.picture, k=k, size=size)
        for size in ((3,) if scene.quick else (3, 20))
        for k in scene.ks
    ]
    return Table("Peak memory beyond image and results, libraries loaded", cases)


def peak(picture: str, k: int, size: float) -> Rows:
    image = pictures.tiled(pictures.named(picture), size)
    # Loads libraries and kernels; a compiler at work would count as memory.
    quantize(np.ascontiguousarray(image[:256, :256]), k)
    n_bytes, result = measure.peak_beyond(lambda: quantize(image, k))
    extra = n_bytes - result.labels.nbytes - result.image.nbytes
    return {f"{megapixels(image[..., 0].size)}, K={k}": {"extra MB": extra / 1e6}}
