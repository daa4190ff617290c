"""Data other than RGB8, beside scikit-learn on all samples."""

from __future__ import annotations

import functools
import statistics
from typing import TYPE_CHECKING

import measure
import numpy as np
import pictures
from tables import Table, in_process

from napari_kmeans_quantizer import quantize

if TYPE_CHECKING:
    from tables import Rows, Scene

K = 16
SEEDS = range(3)


def table(scene: Scene) -> Table:
    run = {"picture": scene.picture, "repeats": scene.repeats}
    cases = [
        in_process(kind, "other_data.beside_sklearn", kind=kind, size=size, **run)
        for size in ([0.1] if scene.quick else [1.0])
        for kind in pictures.OTHER_KINDS
    ]
    title = f"Other data, {0.1 if scene.quick else 1} MP, K={K}, over scikit-learn"
    return Table(title, cases, ("scikit-learn",))


def beside_sklearn(picture: str, kind: str, size: float, repeats: int) -> Rows:
    from sklearn.cluster import KMeans

    image = pictures.other_images(pictures.named(picture), size)[kind]
    axis = -1 if image.ndim == 3 else None
    points = image.reshape(-1, 1 if axis is None else image.shape[axis])
    run = {"": lambda: quantize(image, K, channel_axis=axis)}
    ours = measure.side_by_side(run, repeats)[""]
    models = [KMeans(K, n_init="auto", random_state=seed) for seed in SEEDS]
    fits = [measure.timed(functools.partial(model.fit, points)) for model in models]
    their_time = statistics.median(seconds for seconds, _ in fits)
    their_error = min(squared_error(points, fit.cluster_centers_, fit.labels_) for _, fit in fits)
    our_error = squared_error(points, ours.result.palette.colors, ours.result.labels.reshape(-1))
    return {
        kind: {
            "CPU ms": 1e3 * ours.seconds,
            "scikit-learn, CPU ms": 1e3 * their_time,
            "times faster": their_time / ours.seconds,
            "over its best, r": our_error / their_error,
        }
    }


def squared_error(points: np.ndarray, centers: np.ndarray, labels: np.ndarray) -> float:
    """Return the inertia, computed in the same way for everybody."""
    return float(np.square(points - np.asarray(centers, np.float64)[labels]).sum())
