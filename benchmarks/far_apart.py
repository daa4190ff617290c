"""Values far apart, as pixels without data have them: the error over `KMeans` of all pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import measure
import numpy as np
import pictures
from other_data import squared_error
from tables import Table, in_process

from napari_kmeans_quantizer import KMeans, quantize

if TYPE_CHECKING:
    from tables import Rows, Scene

K = 16
NO_DATA = (-9999.0, 1e20)
SHARE = 0.04


def table(scene: Scene) -> Table:
    cases = [
        in_process(
            f"{kind}, {value:g}", "far_apart.over_kmeans", kind=kind, value=value,
            picture=scene.picture, repeats=scene.repeats,
        )
        for kind in ("RGB", "grey", "5 channels")
        for value in NO_DATA
    ]  # fmt: skip
    title = f"No data in {SHARE:.0%} of the pixels, floats, 0.25 MP, K={K}, over KMeans(n_init=3)"
    return Table(title, cases)


def with_gaps(picture: np.ndarray, kind: str, value: float) -> np.ndarray:
    floats = pictures.other_images(picture, 0.25)["5 float channels"]
    channels = {"RGB": slice(0, 3), "grey": slice(0, 1), "5 channels": slice(0, 5)}[kind]
    image = np.ascontiguousarray(floats[..., channels])
    image[: round(SHARE * len(image))] = value
    return image


def over_kmeans(picture: str, kind: str, value: float, repeats: int) -> Rows:
    image = with_gaps(pictures.named(picture), kind, value)
    points = image.reshape(-1, image.shape[2])
    runs = {
        "quantize": lambda: quantize(image, K, channel_axis=-1),
        "KMeans": lambda: KMeans(K, n_init=3, random_state=0).fit(points),
    }
    found = measure.side_by_side(runs, repeats)
    ours, plain = found["quantize"], found["KMeans"]
    result, model = ours.result, plain.result
    error = squared_error(points, result.palette.colors, result.labels.reshape(-1))
    plain_error = squared_error(points, model.cluster_centers_, model.labels_)
    return {
        f"{kind}, {value:g}": {
            "CPU ms": 1e3 * ours.seconds,
            "KMeans, CPU ms": 1e3 * plain.seconds,
            "over KMeans, r": error / plain_error,
        }
    }
