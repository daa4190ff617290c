"""All pictures of a folder, such as the CQ100 set, beside errors that others have published.

Errors are the mean squared error of a pixel summed over red, green and blue, as they are published
for that set.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

import measure
import numpy as np
import pictures
import quantizers
from tables import Table, in_process

from napari_kmeans_quantizer import quantize

if TYPE_CHECKING:
    from tables import Rows, Scene

    Problem = tuple[str, int]  # a picture's name and K
    Published = dict[Problem, dict[str, float]]  # by method

KS = (4, 16, 64, 256)
SUFFIXES = (".png", ".ppm", ".bmp", ".tif", ".tiff")
A_FEW = 2


def table(scene: Scene, folder: str, published: str | None) -> Table:
    files = [str(file) for file in sorted(Path(folder).iterdir()) if file.suffix in SUFFIXES]
    files = files[:A_FEW] if scene.quick else files
    if not files:
        raise ValueError(f"`--cq100` must be a folder with pictures, {folder} has none.")
    cases = [
        in_process(effort, "cq100.search", files=files, effort=effort, published=published)
        for effort in quantizers.EFFORTS
    ]
    return Table(f"{len(files)} pictures of {Path(folder).name}", cases)


def search(files: list[str], effort: str, published: str | None) -> Rows:
    """Return a row per K, and one that sums up on how many problems ours is nearer."""
    others = read_published(Path(published)) if published else {}
    quantize(pictures.picture_file(files[0]), KS[0], effort=effort)  # loads libraries and kernels
    rows: Rows = {}
    errors: dict[Problem, float] = {}
    for k in KS:
        found, figures = errors_at(files, k, effort)
        errors |= found
        rows[f'"{effort}", K={k}'] = figures | nearer(found, others)
    return rows | ({f'"{effort}", all': nearer(errors, others)} if others else {})


def errors_at(
    files: list[str], k: int, effort: str
) -> tuple[dict[Problem, float], dict[str, float]]:
    """Return the error of each picture, and the figures of all."""
    errors, painted, seconds = {}, [], []
    for file in files:
        image = pictures.picture_file(file)
        spent, result = measure.timed(lambda image=image: quantize(image, k, effort=effort))
        palette, labels = result.palette.colors, result.labels
        errors[Path(file).stem, k] = summed_error(image, palette, labels)
        painted.append(3 * quantizers.painted_mse(image, palette, labels))
        seconds.append(spent)
    return errors, {
        "mean error": float(np.mean([*errors.values()])),
        "rounded to bytes, mean error": float(np.mean(painted)),
        "median CPU ms": 1e3 * float(np.median(seconds)),
    }


def summed_error(image: np.ndarray, palette: np.ndarray, labels: np.ndarray) -> float:
    """Return the error of the palette as it was found, in floats."""
    return 3 * float(np.square(image - palette[labels]).mean())


def nearer(errors: dict[Problem, float], others: Published) -> dict[str, str]:
    """Return for each method on how many of its pictures our error is less."""
    wins: dict[str, list[bool]] = defaultdict(list)
    for problem, error in errors.items():
        for method, theirs in others.get(problem, {}).items():
            wins[method].append(error < theirs)
    return {f"nearer than {method}": f"{sum(won)} of {len(won)}" for method, won in wins.items()}


def read_published(file: Path) -> Published:
    """Read `image,K,method,mse_sum_over_rgb,source`."""
    found: Published = defaultdict(dict)
    with file.open(newline="", encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            found[row["image"], int(row["K"])][row["method"]] = float(row["mse_sum_over_rgb"])
    return found
