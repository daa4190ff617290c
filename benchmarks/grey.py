"""The exact optimum of grey values: time and memory, whatever the number of colors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import measure
import numpy as np
from tables import Table, in_process

from napari_kmeans_quantizer import quantize

if TYPE_CHECKING:
    from tables import Rows, Scene

DISTINCT = 61_392


def table(scene: Scene) -> Table:
    cases = [
        in_process(f"grey, K={k}", "grey.optimum", k=k, repeats=scene.repeats)
        for k in (256, 16_384)
    ]
    return Table(f"Grey, 1 MP, {DISTINCT:,} distinct values, the optimum", cases)


def image_of_values() -> np.ndarray:
    """Return uint16, each of the values at least once, some hundred times."""
    rng = np.random.default_rng(0)
    values = np.sort(rng.choice(65_536, DISTINCT, replace=False))
    shares = np.exp(-(((values - 20_000) / 12_000) ** 2))
    drawn = rng.choice(values, 1_000_000 - DISTINCT, p=shares / shares.sum())
    return rng.permutation(np.concatenate([values, drawn])).reshape(1000, 1000).astype(np.uint16)


def optimum(k: int, repeats: int) -> Rows:
    image = image_of_values()
    run = {"": lambda: quantize(image, k, channel_axis=None)}
    seconds = measure.side_by_side(run, repeats)[""].seconds
    n_bytes, result = measure.peak_beyond(run[""])
    extra = n_bytes - result.labels.nbytes - result.image.nbytes
    return {
        f"K={k:,}": {"CPU ms": 1e3 * seconds, "extra MB": extra / 1e6, "mse, error": result.mse}
    }
