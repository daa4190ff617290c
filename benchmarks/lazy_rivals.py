"""K-means of a lazy array, as people do it: time, memory and error beside ours.

python benchmarks/lazy_rivals.py --megapixels 16

Each in a process of its own with one thread on one CPU, on the same mosaic, generated while it is
read. The error is that of the 8-bit picture painted with its labels.
"""

from __future__ import annotations

import argparse
import functools
import importlib.util
import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import dask.array as da
import lazily
import measure
import mosaic
import numpy as np
import sources
import tables
from tables import Case, Table

from napari_kmeans_quantizer import quantize

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sources import Source
    from tables import Rows, Scene

    Fitted = tuple[np.ndarray, da.Array]  # (K, 3) colors, and lazy labels of all pixels

KS = (16, 64)
MEGAPIXELS = 4.0  # of the table in pages
CHUNK = 1024
SAMPLE = 100_000
OURS = "ours"


@dataclass(frozen=True)
class Rival:
    """Fit a lazy image (rows, columns, 3) of bytes."""

    name: str
    fit: Callable[[da.Array, int], Fitted]
    module: str = "sklearn"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--megapixels", type=float, default=16.0, help="default: 16")
    parser.add_argument("--k", type=int, nargs="+", default=KS, help="default: 16 64")
    parser.add_argument("--chunk", type=int, default=CHUNK, help="rows and columns of a chunk")
    options = parser.parse_args()
    for k in options.k:
        rows = everybody(sources.today(), k, options.megapixels, options.chunk)
        title = f"### {size(options.megapixels, options.chunk)} in chunks, K={k}"
        print(title, "", *tables.alone(rows), "", sep="\n", flush=True)


def table(scene: Scene) -> Table:
    """Return the table of pages, in small: dask-ml takes long."""
    run = {"k": KS[0], "megapixels": 1.0 if scene.quick else MEGAPIXELS, "chunk": CHUNK}
    title = f"A lazy array of {size(run['megapixels'], CHUNK)}, K={KS[0]}, one thread"
    case = Case("lazy", functools.partial(everybody, **run))
    return Table(title, [case], ("dask-ml", "scikit-learn"))


def size(megapixels: float, chunk: int) -> str:
    return tables.megapixels(mosaic.mosaic(megapixels / 1e3, chunk=chunk).size / 3)


def everybody(source: Source, k: int, megapixels: float, chunk: int) -> Rows:
    rows: Rows = {}
    for rival in RIVALS:
        if importlib.util.find_spec(rival.module) is None:
            tables.report(f"Left out: {rival.name}: no module {rival.module}")
            continue
        tables.report(f"K={k}: {rival.name}")
        rows |= sources.fresh(
            source, "lazy_rivals.run",
            name=rival.name, k=k, megapixels=megapixels, chunk=chunk,
        )  # fmt: skip
    least = rows[OURS].copy()
    for row in rows.values():
        row |= {"CPU over ours": row["CPU s"] / least["CPU s"], "r": row.pop("mse") / least["mse"]}
    return rows


def run(name: str, k: int, megapixels: float, chunk: int) -> Rows:
    """Fit and label; libraries and kernels are loaded before."""
    (rival,) = (each for each in RIVALS if each.name == name)
    image = mosaic.mosaic(megapixels / 1e3, chunk=chunk)
    with lazily.workers(1):
        rival.fit(mosaic.mosaic_of((1100, 1100), (600, 600)), 2)[1].sum().compute()
        fit = lazily.measured(lambda: rival.fit(image, k))
        colors, labels = fit.result
        label = lazily.measured(lambda: labels.max().compute())
        mse = float(squared_errors(image, colors, labels).mean().compute())
    return {
        name: {
            "fit, s": fit.wall,
            "labels, s": label.wall,
            "CPU s": fit.cpu + label.cpu,
            "peak MB": max(fit.peak, label.peak) / 1e6,
            "mse": mse,
        }
    }


def squared_errors(image: da.Array, colors: np.ndarray, labels: da.Array) -> da.Array:
    painted = np.clip(np.rint(colors), 0, 255).astype(np.float32)
    points = points_of(image)
    return da.map_blocks(
        lambda block, chosen: np.square(block - painted[chosen.ravel()]),
        points,
        points_of(labels[..., None]) if labels.ndim > 1 else labels[:, None],
        dtype=np.float32,
    )


def points_of(image: da.Array) -> da.Array:
    """Return all pixels (n, channels), in floats, a chunk of them per chunk of the image."""
    return da.concatenate([chunk.reshape(-1, image.shape[-1]) for chunk in chunks_of(image)])


def chunks_of(image: da.Array) -> Iterator[da.Array]:
    for place in itertools.product(*map(range, image.numblocks[:2])):
        yield image.blocks[place]


def ours(image: da.Array, k: int) -> Fitted:
    q = quantize(image, k)
    return q.palette.colors, q.labels


def dask_ml_kmeans(image: da.Array, k: int) -> Fitted:
    """Return what `KMeans` of dask-ml finds as it comes: k-means||, then Lloyd's algorithm."""
    from dask_ml.cluster import KMeans

    model = KMeans(k, random_state=0).fit(points_of(image).astype(np.float32))
    return model.cluster_centers_, model.labels_


def mini_batches(image: da.Array, k: int) -> Fitted:
    """Feed `MiniBatchKMeans` of scikit-learn chunk by chunk, then predict."""
    from sklearn.cluster import MiniBatchKMeans

    model = MiniBatchKMeans(k, random_state=0)
    for chunk in chunks_of(image):
        model.partial_fit(points_of(chunk).astype(np.float32).compute())
    return model.cluster_centers_, predicted(model, image)


def sampled(image: da.Array, k: int) -> Fitted:
    """Fit `KMeans` of scikit-learn to random pixels, then predict."""
    from sklearn.cluster import KMeans

    rng = np.random.default_rng(0)
    share = SAMPLE / (image.size / 3)
    drawn = [
        chunk[rng.random(len(chunk)) < share]
        for chunk in (points_of(chunk).compute() for chunk in chunks_of(image))
    ]
    model = KMeans(k, random_state=0).fit(np.concatenate(drawn).astype(np.float32))
    return model.cluster_centers_, predicted(model, image)


def predicted(model: object, image: da.Array) -> da.Array:
    return points_of(image).map_blocks(
        lambda points: model.predict(points.astype(np.float32)), drop_axis=1, dtype=np.int32
    )


RIVALS = (
    Rival(OURS, ours, "napari_kmeans_quantizer"),
    Rival("dask-ml KMeans", dask_ml_kmeans, "dask_ml"),
    Rival("scikit-learn MiniBatchKMeans, chunk by chunk", mini_batches),
    Rival("scikit-learn KMeans of 100,000 pixels, then predict", sampled),
)


if __name__ == "__main__":
    measure.ensure_one_thread()
    main()
