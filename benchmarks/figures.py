"""Tables about ours alone: threads, memory, start, scaling; and data other than RGB8."""

from __future__ import annotations

import contextlib
import functools
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import measure
import numpy as np
import pictures

from napari_kmeans_quantizer import quantize

if TYPE_CHECKING:
    from collections.abc import Iterator

K = 16  # where a table is not about K


def markdown_table(header: list[str], rows: list[list[str]]) -> list[str]:
    ruled = [header, ["---", *["---:"] * (len(header) - 1)], *rows]
    return [f"| {' | '.join(row)} |" for row in ruled]


def threads(picture: np.ndarray, ks: list[int], repeats: int) -> list[str]:
    rows = []
    with saved(picture) as file:
        for k in ks:
            one, two = (
                fresh("wall", n, picture=file, k=k, tiles=1, repeats=repeats) for n in (1, 2)
            )
            ratio = two["seconds"] / one["seconds"]
            same = "yes" if one["digest"] == two["digest"] else "**no**"
            rows.append([str(k), ms(one["seconds"]), ms(two["seconds"]), f"{ratio:.2f}", same])
    header = ["K", "1 thread, wall ms", "2 threads, wall ms", "ratio", "same bits"]
    return ["### Threads", "", *markdown_table(header, rows)]


def memory(picture: np.ndarray, ks: list[int]) -> list[str]:
    if not Path("/proc/self/clear_refs").exists():
        return ["### Memory", "", "Left out: needs Linux."]
    sizes = [pictures.tiles_for(picture, megapixels) for megapixels in (3, 20)]
    with saved(picture) as file:
        # A compiler at work would count as memory: the first process only fills its cache.
        fresh("memory", picture=file, k=K, tiles=1)
        rows = [
            [str(k)]
            + [f"{fresh('memory', picture=file, k=k, tiles=n)['bytes'] / 1e6:.1f}" for n in sizes]
            for k in ks
        ]
    header = ["K", *[f"{megapixels(picture, n)}, extra MB" for n in sizes]]
    return ["### Peak memory beyond image and results", "", *markdown_table(header, rows)]


def startup(picture: np.ndarray, repeats: int) -> list[str]:
    with saved(picture) as file, tempfile.TemporaryDirectory() as cache:
        start = functools.partial(fresh, "startup", numba_cache=cache, picture=file, k=K)
        cold = start()
        warm = [start() for _ in range(repeats)]
    typical = {name: statistics.median(run[name] for run in warm) for name in cold}
    rows = [
        [name, *[f"{seconds:.2f}" for seconds in (run["import"], run["first"], sum(run.values()))]]
        for name, run in (("cold", cold), ("warm", typical))
    ]
    header = ["compile cache", "import, wall s", f"first result (K={K})", "together"]
    return ["### Start of a fresh process", "", *markdown_table(header, rows)]


def scaling(picture: np.ndarray, repeats: int) -> list[str]:
    rows = []
    with saved(picture) as file:
        for size in (3, 24, 100):
            tiles = pictures.tiles_for(picture, size)
            options = {"picture": file, "k": K, "tiles": tiles, "repeats": repeats}
            one = fresh("wall", 1, **options)["seconds"]
            every = fresh("wall", **options)["seconds"]
            per_pixel = 1e9 * one / (tiles * picture[..., 0].size)
            rows.append([megapixels(picture, tiles), ms(one), f"{per_pixel:.1f}", ms(every)])
    header = ["size", "1 thread, wall ms", "ns per pixel", "all threads, wall ms"]
    return [f"### Scaling (K={K}, tiles of the picture)", "", *markdown_table(header, rows)]


def other(picture: np.ndarray, repeats: int) -> list[str]:
    rows = [
        [name, *_beside_sklearn(image, repeats)]
        for name, image in pictures.other_images(picture).items()
    ]
    header = ["1 MP", "ours, CPU ms", "scikit-learn, CPU ms", "times faster", "error over its best"]
    return [f"### Other data (K={K})", "", *markdown_table(header, rows)]


def _beside_sklearn(image: np.ndarray, repeats: int) -> list[str]:
    from sklearn.cluster import KMeans

    axis = -1 if image.ndim == 3 else None
    points = image.reshape(-1, 1 if axis is None else image.shape[axis])
    ours = measure.measure(lambda: quantize(image, K, channel_axis=axis), image, repeats)
    models = [KMeans(K, n_init="auto", random_state=seed) for seed in range(3)]
    fits = [measure.timed(functools.partial(model.fit, points)) for model in models]
    their_time = statistics.median(seconds for seconds, _ in fits)
    their_error = min(squared_error(points, fit.cluster_centers_, fit.labels_) for _, fit in fits)
    our_error = squared_error(points, ours.result.palette.colors, ours.result.labels.reshape(-1))
    return [
        ms(ours.seconds),
        ms(their_time),
        f"{their_time / ours.seconds:.3g}",
        f"{our_error / their_error:.4f}",
    ]


def squared_error(points: np.ndarray, centers: np.ndarray, labels: np.ndarray) -> float:
    """Return the inertia, computed in the same way for everybody."""
    return float(np.square(points - np.asarray(centers, np.float64)[labels]).sum())


def fresh(task: str, n_threads: int | None = None, numba_cache: str = "", **options: Any) -> Any:
    """Run a function of `fresh.py` in a process of its own, with all threads if not told."""
    environment = {
        name: value for name, value in os.environ.items() if name not in measure.ONE_THREAD
    }
    if n_threads:
        environment |= dict.fromkeys(measure.ONE_THREAD, str(n_threads))
    if numba_cache:
        environment["NUMBA_CACHE_DIR"] = numba_cache
    command = [sys.executable, str(Path(__file__).with_name("fresh.py")), task, json.dumps(options)]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)


@contextlib.contextmanager
def saved(picture: np.ndarray) -> Iterator[str]:
    """Write the picture where a fresh process can read it without an image library."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "picture.npy")
        np.save(file, picture)
        yield str(file)


def megapixels(picture: np.ndarray, tiles: int) -> str:
    return f"{tiles * picture[..., 0].size / 1e6:.1f} MP"


def ms(seconds: float) -> str:
    return f"{1e3 * seconds:.0f}" if seconds >= 0.01 else f"{1e3 * seconds:#.2g}"
