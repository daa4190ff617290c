"""Pixels that take no part: alpha of 0 and masks, over the same picture without."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import measure
import numpy as np
import pictures
from tables import Table, in_process, megapixels

from napari_kmeans_quantizer import quantize

if TYPE_CHECKING:
    from tables import Rows, Scene

K = 16


def table(scene: Scene) -> Table:
    cases = [
        in_process(name, "masks.over_rgb", picture=scene.picture, name=name, repeats=scene.repeats)
        for name in variants(np.zeros((2, 2, 3), np.uint8))
    ]
    return Table(f"Alpha and masks, {megapixels(scene.n_pixels)}, K={K}", cases)


def variants(image: np.ndarray) -> dict[str, dict[str, Any]]:
    """Return arguments of `quantize`."""
    rows, columns = image.shape[:2]
    hidden = np.zeros((rows, columns), bool)
    hidden[rows - round(0.3 * rows) :] = True
    scattered = np.random.default_rng(0).random((rows, columns)) < 0.3
    half = np.zeros((rows, columns), bool)
    half[:, : columns // 2] = True
    return {
        "RGBA, alpha 255": {"image": with_alpha(image, ~np.zeros_like(hidden))},
        "RGBA, alpha 0 in the lowest 30 %": {"image": with_alpha(image, ~hidden)},
        "RGBA, alpha 0 in 30 %, scattered": {"image": with_alpha(image, ~scattered)},
        "mask, the left half": {"image": image, "mask": half},
    }


def with_alpha(image: np.ndarray, seen: np.ndarray) -> np.ndarray:
    return np.dstack([image, np.where(seen, 255, 0).astype(np.uint8)])


def over_rgb(picture: str, name: str, repeats: int) -> Rows:
    image = pictures.named(picture)
    arguments = variants(image)[name]
    runs = {
        "rgb": lambda: quantize(image, K),
        "other": lambda: quantize(**arguments, n_colors=K),
    }
    found = measure.side_by_side(runs, repeats)
    rgb, other = found["rgb"].seconds, found["other"].seconds
    return {name: {"CPU ms": 1e3 * other, "RGB, CPU ms": 1e3 * rgb, "over RGB": other / rgb}}
