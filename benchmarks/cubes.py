"""Hyperspectral cubes, over our own `KMeans` of their pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import measure
import numpy as np
from other_data import squared_error
from scipy.ndimage import gaussian_filter
from tables import Table, in_process

from napari_kmeans_quantizer import KMeans, quantize

if TYPE_CHECKING:
    from tables import Rows, Scene

K = 16
SHAPES = ((145, 145, 200), (40, 40, 2000))


def table(scene: Scene) -> Table:
    cases = [
        in_process(f"cube {shape}", "cubes.over_kmeans", shape=shape, repeats=scene.repeats)
        for shape in SHAPES
    ]
    return Table(f"Hyperspectral cubes, K={K}, over our own KMeans", cases)


def cube(shape: tuple[int, int, int], n_materials: int = 12) -> np.ndarray:
    """Return a field of mixed materials with smooth spectra, and noise; uint16."""
    rows, columns, bands = shape
    rng = np.random.default_rng(0)
    spectra = gaussian_filter(rng.normal(size=(n_materials, bands)), (0, bands / 20))
    spectra = 1000 + 4000 * (spectra - spectra.min()) / np.ptp(spectra)
    fields = gaussian_filter(rng.normal(size=(rows, columns, n_materials)), (6, 6, 0))
    shares = np.exp(60 * fields)
    shares /= shares.sum(axis=2, keepdims=True)
    return np.rint(shares @ spectra + rng.normal(scale=50, size=shape)).astype(np.uint16)


def over_kmeans(shape: list[int], repeats: int) -> Rows:
    image = cube(tuple(shape))
    points = image.reshape(-1, shape[2]).astype(np.float64)
    runs = {
        "quantize": lambda: quantize(image, K, channel_axis=-1),
        "KMeans": lambda: KMeans(K, random_state=0).fit(points),
    }
    found = measure.side_by_side(runs, repeats)
    ours, plain = found["quantize"], found["KMeans"]
    result, model = ours.result, plain.result
    error = squared_error(points, result.palette.colors, result.labels.reshape(-1))
    plain_error = squared_error(points, model.cluster_centers_, model.labels_)
    return {
        " x ".join(map(str, shape)): {
            "CPU ms": 1e3 * ours.seconds,
            "KMeans, CPU ms": 1e3 * plain.seconds,
            "over KMeans": ours.seconds / plain.seconds,
            "over KMeans, r": error / plain_error,
        }
    }
