"""Quantize a zarr that is larger than what may be held: time, memory, and how often it is read.

python benchmarks/larger_than_memory.py --gigabytes 12

A generated mosaic is written to disk, not compressed, and dropped from the system's cache of
files. One and two workers quantize it, each in a fresh process; then it is removed.
"""

from __future__ import annotations

import argparse
import functools
import math
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import dask.array as da
import lazily
import measure
import mosaic
import numpy as np
import sources
import tables
from tables import Case, Table

import napari_kmeans_quantizer as ours

if TYPE_CHECKING:
    from sources import Source
    from tables import Rows, Scene

K = 16
GIGABYTES = 12.0
DTYPES = ("uint8", "uint16", "float32")
CACHED = 4096  # rows and columns of the piece that stays in memory
WAYS = {"1 thread": (1, False), "2 threads": (2, False), "2 processes": (2, True)}


def main() -> None:
    options = parse()
    for dtype in options.dtypes:
        size = options.gigabytes if dtype == "uint8" else options.gigabytes_of_others
        image = mosaic.mosaic(size / (3 * np.dtype(dtype).itemsize), dtype, options.chunk)
        today = sources.today()
        rows = from_disk(today, image, options.k, options.ways, options.folder)
        print(f"### {title(image)}, K={options.k}", "", *tables.alone(rows), "", sep="\n")
        inside = sources.fresh(today, "larger_than_memory.cached", dtype=dtype, k=options.k)
        print(*tables.alone(inside), "", sep="\n", flush=True)


def table(scene: Scene) -> Table:
    """Return the table of pages: a zarr of bytes."""
    image = mosaic.mosaic((0.3 if scene.quick else GIGABYTES) / 3)
    measured = functools.partial(from_disk, image=image, k=K, ways=list(WAYS), folder=None)
    case = Case("zarr", measured)
    return Table(f"{title(image)}, K={K}", [case], ("dask", "zarr"), values, in_pages)


def in_pages(rows: Rows) -> dict[str, list[str]]:
    """Return a row per figure and a column per way."""
    cells = {
        (figure, way): tables.shown(row[figure], figure)
        for way, row in rows.items()
        for figure in row
    }
    return {"larger-than-memory": tables.crossed(cells)}


def values(rows: Rows) -> dict[str, str]:
    """Return what processes take beside threads, and what they send."""
    thread, processes = rows["1 thread"], rows["2 processes"]
    fit, labels = "fit, CPU s per gigapixel", "count a label, CPU s per gigapixel"
    over = sorted(processes[name] / thread[name] for name in (fit, labels))
    return {
        "processes-over-threads": f"{over[0]:.1f} to {over[1]:.1f} times",
        "processes-fit": f"{processes[fit]:.0f} ns",
        "processes-labels": f"{processes[labels]:.0f} ns",
        "processes-sent": f"{processes['fit, MB sent'] / 1e3:.1f} GB",
        "client-per-chunk": f"{processes['client, CPU ms a chunk of the fit']:.1f} ms",
    }


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--gigabytes", type=float, default=GIGABYTES, help="of 8-bit RGB (default: 12)")
    add("--gigabytes-of-others", type=float, default=4.0, help="of other kinds (default: 4)")
    add("--dtypes", nargs="+", choices=DTYPES, default=DTYPES)
    add("--ways", nargs="+", choices=WAYS, default=list(WAYS), help="who works")
    add("--k", type=int, default=K, help=f"number of colors (default: {K})")
    add("--chunk", type=int, default=mosaic.CHUNK, help="rows and columns of a chunk")
    add("--folder", type=Path, help="where there is room; a folder for temporary files if left out")
    return parser.parse_args()


def title(image: da.Array) -> str:
    sides = " x ".join(map(str, image.shape[:2]))
    return f"{image.dtype}, {sides} RGB, {image.nbytes / 1e9:.1f} GB"


def from_disk(
    source: Source, image: da.Array, k: int, ways: list[str], folder: Path | None
) -> Rows:
    """Write an image, measure each way to work on it, and remove it."""
    room = shutil.disk_usage(folder or tempfile.gettempdir()).free
    if room < 1.3 * image.nbytes:
        raise OSError(f"{1.3 * image.nbytes / 1e9:.1f} GB must be free, {room / 1e9:.1f} GB are.")
    tables.report(f"{title(image)}: writing")
    rows: Rows = {}
    with mosaic.written(image, folder) as path:
        for name in ways:
            tables.report(f"{title(image)}: {name}")
            n, processes = WAYS[name]
            mosaic.forget(path)
            rows |= sources.fresh(
                source, "larger_than_memory.quantized", n_threads=n,
                path=str(path), name=name, n=n, processes=processes, k=k,
            )  # fmt: skip
    return rows


def quantized(path: str, name: str, n: int, processes: bool, k: int) -> Rows:
    """Quantize a zarr, then count the pixels of a label, then store all labels."""
    import zarr

    folder = Path(path).parent
    observed = lazily.Observed(zarr.open_array(path, mode="r"), folder / f"reads of {name}")
    image = observed.lazy()
    gigapixels, chunk = image.size / 3e9, math.prod(image.chunksize) * image.itemsize
    with lazily.workers(n, processes=processes) as client:
        lazily.everywhere(functools.partial(lazily.warm_up, image.dtype.name, k), client)
        fit = lazily.measured(lambda: ours.quantize(image, k), client)
        reads = [lazily.reads_told(observed.reads(), image.npartitions)]
        paint = lazily.measured(lambda: int((fit.result.labels == 3).sum().compute()), client)
        reads += [lazily.reads_told(observed.reads(), image.npartitions)]
        store = lazily.measured(lambda: stored(fit.result.labels, folder / "labels.zarr"), client)
    if paint.result != fit.result.palette.counts[3]:
        raise AssertionError(f"{paint.result} pixels are painted, {fit.result.palette} has others")
    return {
        name: {
            "fit, s": fit.wall,
            "count a label, s": paint.wall,
            "store labels, s": store.wall,
            "fit, CPU s per gigapixel": fit.cpu / gigapixels,
            "count a label, CPU s per gigapixel": paint.cpu / gigapixels,
            "client, CPU ms a chunk of the fit": (
                1e3 * fit.here / image.npartitions if client else "-"
            ),
            "fit, MB sent": fit.sent / 1e6,
            "chunks read by the fit": reads[0],
            "by painting": reads[1],
            "peak MB of the fit": fit.peak / 1e6,
            "of the rest": max(paint.peak, store.peak) / 1e6,
            "promised MB": (n * 3 * chunk + lazily.PROMISED) / 1e6,
        }
    }


def stored(labels: da.Array, target: Path) -> None:
    try:
        labels.to_zarr(target)
    finally:
        shutil.rmtree(target, ignore_errors=True)


def cached(dtype: str, k: int) -> Rows:
    """Compare with the engine in memory, in one thread: labels and painted image of both."""
    sides = (CACHED, CACHED)
    piece = mosaic.mosaic_of(sides, sides, dtype).compute()
    lazy = da.from_array(piece, chunks=(1024, 1024, 3))
    lazily.warm_up(dtype, k)
    with lazily.workers(1):
        found = measure.side_by_side(
            {
                "in memory": lambda: ours.quantize(piece, k),
                "lazy": lambda: lazily.painted(ours.quantize(lazy, k)),
            },
            3,
        )
    gigapixels = CACHED**2 / 1e9
    one, other = found["in memory"].seconds, found["lazy"].seconds
    return {
        "a piece of it as a NumPy array": {"all, CPU s per gigapixel": one / gigapixels},
        "the same in chunks of dask": {
            "all, CPU s per gigapixel": other / gigapixels,
            "over NumPy": other / one,
        },
    }


if __name__ == "__main__":
    measure.ensure_one_thread()
    main()
