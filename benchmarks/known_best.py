"""Errors over the least known: of the greatest effort, searched for again and again."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pictures
import quantizers
from sources import fresh
from tables import Case, Table

from napari_kmeans_quantizer import quantize

if TYPE_CHECKING:
    import numpy as np
    from sources import Source
    from tables import Rows, Scene

SEEDS = (1, 2, 3)  # further searches


def table(scene: Scene) -> Table:
    cases = [
        over_best(scene, "known_best.at_balanced", name, k)
        for name in ("retina", "immunohistochemistry")
        for k in ([16] if scene.quick else [16, 64, 256])
    ]
    return Table('Pictures of science, effort="balanced", error over the least known', cases)


def at_balanced(picture: str, k: int) -> Rows:
    image = pictures.named(picture)
    return {f"{picture}, K={k}": {"mse": painted_mse(image, k, "balanced", 0)}}


def over_best(scene: Scene, task: str, picture: str, k: int, **arguments: Any) -> Case:
    """Return a case whose "mse" becomes `r`."""

    def measure(source: Source) -> Rows:
        rows = fresh(source, task, picture=picture, k=k, **arguments)
        best = least_known(scene.today, picture, k, () if scene.quick else SEEDS)
        for columns in rows.values():
            error = columns.pop("mse")
            columns["r"] = error / best if best else float(error == 0)
        return rows

    return Case(f"{task}, {Path(picture).stem}, K={k}", measure)


@functools.cache
def least_known(source: Source, picture: str, k: int, seeds: tuple[int, ...]) -> float:
    return fresh(source, "known_best.least", picture=picture, k=k, seeds=seeds)


def least(picture: str, k: int, seeds: list[int]) -> float:
    """Return the least error of every effort and of further searches with the greatest."""
    image = pictures.named(picture)
    errors = [painted_mse(image, k, effort, 0) for effort in quantizers.EFFORTS]
    return min(errors + [painted_mse(image, k, "best", seed) for seed in seeds])


def painted_mse(image: np.ndarray, k: int, effort: str, seed: int) -> float:
    result = quantize(image, k, effort=effort, random_state=seed)
    return quantizers.painted_mse(image, result.palette.colors, result.labels)
