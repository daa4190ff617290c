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
CHANNELS = {"RGB": 3, "grey": 1, "5 channels": 5}


def table(scene: Scene) -> Table:
    cases = [
        in_process(
            f"{kind}, {value:g}", "far_apart.over_kmeans", kind=kind, value=value,
            picture=scene.picture, repeats=scene.repeats,
        )
        for kind in CHANNELS
        for value in NO_DATA
    ]  # fmt: skip
    title = f"No data in {SHARE:.0%} of the pixels, floats, 0.25 MP, K={K}, over KMeans(n_init=3)"
    return Table(title, cases)


def with_gaps(picture: np.ndarray, kind: str, value: float) -> np.ndarray:
    """Return an image whose first rows hold no data."""
    floats = pictures.other_images(picture, 0.25)["5 float channels"]
    image = np.ascontiguousarray(floats[..., : CHANNELS[kind]])
    image[: gap(image)] = value
    return image


def gap(image: np.ndarray) -> int:
    """Return how many rows hold no data."""
    return round(SHARE * len(image))


def over_kmeans(picture: str, kind: str, value: float, repeats: int) -> Rows:
    """Compare errors of the pixels with data; those without have none, up to rounding."""
    image = with_gaps(pictures.named(picture), kind, value)
    points, data = (
        image.reshape(-1, CHANNELS[kind]),
        image[gap(image) :].reshape(-1, CHANNELS[kind]),
    )
    runs = {
        "quantize": lambda: quantize(image, K, channel_axis=-1),
        "KMeans": lambda: KMeans(K, n_init=3, random_state=0).fit(points),
    }
    found = measure.side_by_side(runs, repeats)
    ours, plain = found["quantize"], found["KMeans"]
    error = squared_error(
        data, ours.result.palette.colors, ours.result.labels[gap(image) :].ravel()
    )
    model, alone = plain.result, KMeans(K - 1, n_init=3, random_state=0).fit(data)
    plain_error = squared_error(data, model.cluster_centers_, model.labels_[-len(data) :])
    return {
        f"{kind}, {value:g}": {
            "CPU ms": 1e3 * ours.seconds,
            "KMeans, CPU ms": 1e3 * plain.seconds,
            "over KMeans, r": error / plain_error,
            "over KMeans of the data alone (K - 1), r": error / alone.inertia_,
        }
    }
