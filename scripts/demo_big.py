"""Quantize a generated gigapixel to OME-Zarr on two worker processes; scroll through it in napari.

Prints rate and peak memory. Without a display, a screenshot of napari is left in ``demo/``.
"""

from __future__ import annotations

import argparse
import functools
import shutil
import sys
from pathlib import Path

from screen import ROOT, show

from napari_kmeans_quantizer import quantize_to_zarr

sys.path.insert(0, str(ROOT / "benchmarks"))  # worker processes get it, too

import lazily
import mosaic

N_COLORS = 16
N_WORKERS = 2


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--gigapixels", type=float, default=1.0, help="size of the mosaic (default: 1)")
    add("--folder", type=Path, default=ROOT / "demo", help="where to write (default: demo)")
    add("--keep", action="store_true", help="do not remove the OME-Zarr afterwards")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    target = options.folder / "mosaic.ome.zarr"
    try:
        quantize_mosaic(options.gigapixels, target)
        show("napari_scrolling.py", str(target), screenshot=options.folder / "mosaic.png")
    finally:
        if not options.keep:
            shutil.rmtree(target, ignore_errors=True)
    if options.keep:
        print(f"The result is in {target}.")


def quantize_mosaic(gigapixels: float, target: Path) -> None:
    image = mosaic.mosaic(gigapixels)
    rows, columns, _ = image.shape
    n_pixels, chunk = rows * columns, image.nbytes / image.npartitions
    print(f"Mosaic of {columns} x {rows} pixels, RGB, {image.nbytes / 1e9:.1f} GB, generated.")
    warm_up = functools.partial(lazily.warm_up, image.dtype.name, N_COLORS)
    with lazily.workers(N_WORKERS, processes=True) as client:
        lazily.everywhere(warm_up, client)
        cost = lazily.measured(
            lambda: quantize_to_zarr(image, target, N_COLORS, overwrite=True, progress="tqdm"),
            client,
        )
    written = sum(file.stat().st_size for file in target.rglob("*") if file.is_file())
    print(cost.result.summary)
    print(
        f"{n_pixels / 1e6 / cost.wall:.0f} megapixels a second on {N_WORKERS} processes, "
        f"{1e9 * cost.cpu / n_pixels:.1f} CPU seconds a gigapixel, {written / 1e6:.0f} MB written."
    )
    print(
        f"Peak memory beyond libraries: {cost.peak / 1e6:.0f} MB in all {N_WORKERS + 1} processes "
        f"together; three chunks a worker are {3 * N_WORKERS * chunk / 1e6:.0f} MB."
    )


if __name__ == "__main__":
    main()
