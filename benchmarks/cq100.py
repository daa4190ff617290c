"""All pictures of a folder, such as the CQ100 set, beside errors that others have published.

Errors are the mean squared error of a pixel summed over red, green and blue, as they are published
for that set, with palettes as they were found: in floats, where the method gives floats.
"""

from __future__ import annotations

import csv
import functools
import math
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import comparison
import measure
import numpy as np
import pictures
import quantizers
from sources import fresh
from tables import Case, Table, error_ratio, ms, report

if TYPE_CHECKING:
    from sources import Source
    from tables import Rows, Scene

    Problem = tuple[str, int]  # a picture's name and K
    Errors = dict[Problem, float]

KS = (4, 16, 64, 256)
SUFFIXES = (".png", ".ppm", ".bmp", ".tif", ".tiff")
A_FEW = 2
OURS = quantizers.ours("balanced").name
SAME = 1e-9  # in relation: what differs by less is the same solution


class Method(NamedTuple):
    """What somebody reached: the error of each problem, and the median time at each K."""

    errors: Errors
    seconds: dict[int, float]


def table(scene: Scene, folder: str, published: str | None) -> Table:
    files = [str(file) for file in sorted(Path(folder).iterdir()) if file.suffix in SUFFIXES]
    files = files[:A_FEW] if scene.quick else files
    if not files:
        raise ValueError(f"`--cq100` must be a folder with pictures, {folder} has none.")
    case = Case("all methods", functools.partial(all_methods, files=files, published=published))
    title = f"{len(files)} pictures at K = {', '.join(map(str, KS))}; cells are CPU ms / r"
    return Table(title, [case], comparison.PACKAGES)


def all_methods(source: Source, files: list[str], published: str | None) -> Rows:
    """Return a row per method: those that are installed, then those that are published."""
    methods: dict[str, Method] = {}
    for quantizer in quantizers.EVERYBODY:
        if quantizer.slow or not quantizer.installed:
            continue
        report(f"    {quantizer.name}")
        found = fresh(source, "cq100.reached", name=quantizer.name, files=files)
        errors = {(picture, k): error for picture, k, error in found["errors"]}
        methods[quantizer.name] = Method(errors, dict(zip(KS, found["seconds"], strict=True)))
    problems = set(methods[OURS].errors)
    for name, errors in (read_published(Path(published)) if published else {}).items():
        if errors.keys() >= problems:
            methods[name] = Method({problem: errors[problem] for problem in problems}, {})
    return summed_up(methods)


def reached(name: str, files: list[str]) -> dict[str, Any]:
    """Return the error of each picture and K, and the median time per K of one quantizer."""
    quantizer = next(each for each in quantizers.EVERYBODY if each.name == name)
    quantizer.run(pictures.picture_file(files[0]), KS[0])  # loads libraries and kernels
    errors, seconds = [], []
    for k in KS:
        times = []
        for file in files:
            image = pictures.picture_file(file)
            spent, result = measure.timed(lambda image=image, k=k: quantizer.run(image, k))
            times.append(spent)
            errors.append((Path(file).stem, k, summed_error(image, *result)))
        seconds.append(float(np.median(times)))
    return {"errors": errors, "seconds": seconds}


def summed_error(image: np.ndarray, palette: np.ndarray, labels: np.ndarray) -> float:
    """Return the error of the palette as it was found."""
    colors = np.asarray(palette, np.float64)[labels.reshape(image.shape[:2])]
    return 3 * float(np.square(image - colors).mean())


def summed_up(methods: dict[str, Method]) -> Rows:
    """Return time and geometric mean of r per K, the worst r, and how many are not as good as ours.

    r is the error over the least that any of the methods reached for the same picture and K.
    """
    ours = methods[OURS].errors
    least = {each: min(method.errors[each] for method in methods.values()) for each in ours}
    rows: Rows = {}
    for name, method in methods.items():
        ratios = {each: method.errors[each] / least[each] for each in ours}
        rows[name] = {f"K={k}": cell(method, ratios, k) for k in KS}
        rows[name]["worst r"] = max(ratios.values())
        nearer = sum(ours[each] < (1 - SAME) * method.errors[each] for each in ours)
        rows[name]["ours, balanced, is nearer"] = f"{nearer} of {len(ours)}"
    rows[OURS]["ours, balanced, is nearer"] = "-"
    return rows


def cell(method: Method, ratios: Errors, k: int) -> str:
    mean = math.exp(np.mean([math.log(r) for (_, at_k), r in ratios.items() if at_k == k]))
    return f"{ms(method.seconds[k]) if method.seconds else '-'} / {error_ratio(mean)}"


def read_published(file: Path) -> dict[str, Errors]:
    """Read `image,K,method,mse_sum_over_rgb,source`; rows of ours are measured anew instead."""
    found: dict[str, Errors] = defaultdict(dict)
    with file.open(newline="", encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            if not row["method"].startswith("ours"):
                problem = row["image"], int(row["K"])
                found[row["method"]][problem] = float(row["mse_sum_over_rgb"])
    return found
