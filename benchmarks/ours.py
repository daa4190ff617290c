"""The picture by ours alone: every effort at every K, in copies of the image."""

from __future__ import annotations

from typing import TYPE_CHECKING

import known_best
import measure
import numpy as np
import pictures
import quantizers
from tables import Table, megapixels

from napari_kmeans_quantizer import quantize

if TYPE_CHECKING:
    from tables import Rows, Scene


def table(scene: Scene) -> Table:
    cases = [
        known_best.over_best(
            scene, "ours.over_copy", scene.picture, k, repeats=scene.repeats, effort=effort
        )
        for k in scene.ks
        for effort in quantizers.EFFORTS
    ]
    return Table(f"Ours alone, {megapixels(scene.n_pixels)}", cases)


def over_copy(picture: str, k: int, repeats: int, effort: str) -> Rows:
    image = pictures.named(picture)
    quantize(image, k, effort=effort)  # whatever compiles must not count as slow
    ours = measure.measure(lambda: quantize(image, k, effort=effort), image, repeats)
    palette, labels = ours.result.palette.colors, ours.result.labels
    return {
        f'"{effort}", K={k}': {
            "CPU ms": 1e3 * ours.seconds,
            "copies": ours.seconds / float(np.median(ours.copies)),
            "mse": quantizers.painted_mse(image, palette, labels),
        }
    }
