"""Compare K-means color quantizers: CPU time, in copies of the image, and error.

python benchmarks/compare.py --help
"""

from __future__ import annotations

import argparse
import contextlib
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import against
import cq100
import cubes
import dithering
import far_apart
import files
import first_use
import grey
import known_best
import larger_than_memory
import lazy_rivals
import machine
import masks
import measure
import measured
import memory
import numpy as np
import other_data
import ours
import over_pillow
import pictures
import sections
import sizes
import slope
import sources
import spaces
import tables
import threads

if TYPE_CHECKING:
    from collections.abc import Iterator

ROUNDS = 3  # turns of two commits, of which the median counts

# By the name of the option; what each shows.
TABLES = {
    "ours": (ours.table, "every effort of ours alone, in copies of the image"),
    "spaces": (spaces.table, "Lab and Oklab over RGB, and `convert_colors`"),
    "masks": (masks.table, "alpha and masks over RGB"),
    "sizes": (sizes.table, "32 x 32 and 24 MP"),
    "pillow": (over_pillow.table, "0.26 MP over Pillow FASTOCTREE"),
    "science": (known_best.table, "pictures of science, error over the least known"),
    "cubes": (cubes.table, "hyperspectral cubes over our own KMeans"),
    "grey": (grey.table, "the exact optimum of grey: time and memory"),
    "far-apart": (far_apart.table, "floats with values far apart: error over KMeans"),
    "dither": (dithering.table, "dithering beside Pillow and libimagequant, once blurred"),
    "other": (other_data.table, "uint16, float, 5 channels, grey over scikit-learn"),
    "files": (files.table, "indexed PNG files: bytes and time, beside Pillow and oxipng"),
    "threads": (threads.table, "wall time with 1 and 2 threads"),
    "memory": (memory.table, "peak memory at 3 and 100 MP (Linux)"),
    "scaling": (sizes.scaling, "3, 24 and 100 MP"),
    "slope": (slope.table, "lazy arrays of up to --largest gigapixels (always, unless --only)"),
    "first-use": (first_use.table, "import and first result, nothing or all compiled"),
    "compiling": (first_use.compiling, "all that is compiled, by pieces"),
    "larger-than-memory": (larger_than_memory.table, "a zarr of 12 GB on disk (not in --all)"),
    "lazy": (lazy_rivals.table, "a lazy array beside dask-ml and scikit-learn (not in --all)"),
}


def main() -> None:
    options = parse()
    text = ""
    for section in measure_all(options):
        text += "\n".join([*section.lines, "", ""])
        print(*section.lines, "", sep="\n", flush=True)
        if options.docs:
            measured.keep(measured.FOLDER, section.tables, section.values)
    if options.markdown:
        options.markdown.write_text(text.rstrip() + "\n", encoding="utf-8")
    if options.docs:
        measured.main()


def measure_all(options: argparse.Namespace) -> Iterator[sections.Section]:
    """Yield one table after the other, as soon as it is measured."""
    picture, title = load(options)
    yield sections.Section(describe(picture, title), {}, {})
    if not options.only and not options.against:
        with measure.one_cpu():
            yield sections.compared(picture, title, options)
    with contextlib.ExitStack() as stack:
        file = stack.enter_context(saved(picture))
        scene = scene_of(file, picture, options)
        states = [scene.today]
        if options.against:
            states = stack.enter_context(against.both(options.against, scene.today))
        for name, table in wanted(scene, options):
            results = tables.results(table, states, 2 if options.quick else ROUNDS)
            yield sections.about_ours(name, table, results)


def wanted(scene: tables.Scene, options: argparse.Namespace) -> Iterator[tuple[str, tables.Table]]:
    """Yield the tables about ours that were asked for, by name."""
    names = [name for name in TABLES if getattr(options, name.replace("-", "_"))]
    names += [name for name in TABLES if options.all and name not in (*sections.LONG, *names)]
    if not names and not options.cq100:
        names = ["ours"] if options.against else [*sections.DOCUMENTED] if options.docs else []
    if not options.only and not options.against and options.largest:
        names = [*(name for name in names if name != "slope"), "slope"]
    for name in names:
        yield name, TABLES[name][0](scene)
    if options.cq100:
        yield sections.CQ100, cq100.table(scene, options.cq100, options.published)


def scene_of(file: str, picture: np.ndarray, options: argparse.Namespace) -> tables.Scene:
    n_pixels = picture[..., 0].size
    today = sources.today()
    return tables.Scene(
        file, n_pixels, options.k, options.repeats, options.quick, today, options.largest
    )


@contextlib.contextmanager
def saved(picture: np.ndarray) -> Iterator[str]:
    """Write the picture where a fresh process can read it without an image library."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "picture.npy")
        np.save(file, picture)
        yield str(file)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--image", help=f"an 8-bit RGB picture instead of {pictures.SHIPPED} enlarged to 3 MP")
    add("--k", type=int, nargs="+", help="numbers of colors (default: 2 8 16 64 256)")
    add("--repeats", type=int, help="runs per cell, of which the median counts (default: 5)")
    add("--quick", action="store_true", help="a look: picture as shipped, K = 8 64, 2 repeats")
    add("--slow", action="store_true", help="with quantizers that take minutes")
    add("--best", type=best_known, nargs="+", default=[], metavar="K=MSE", help="best known errors")
    add("--markdown", type=Path, metavar="FILE", help="write the tables to a file too")
    add(
        "--docs",
        action="store_true",
        help="write what is measured to docs/measured, and fill the pages with it; "
        "without names of tables: all that pages tell, but for those that take long",
    )
    add("--only", action="store_true", help="without the comparison with other libraries")
    add("--against", metavar="COMMIT", help="ours alone: another commit's figures beside today's")
    for name, (_, shows) in TABLES.items():
        add(f"--{name}", action="store_true", help=f"also: {shows}")
    add("--all", action="store_true", help=f"all of these but {' and '.join(sections.LONG)}")
    add(
        "--largest",
        type=float,
        metavar="GIGAPIXELS",
        help=f"of --slope (default: {slope.GIGAPIXELS[-1]:g}, 0: no slope)",
    )
    add("--cq100", metavar="FOLDER", help="also: all pictures of a folder, K = 4 16 64 256")
    add("--published", metavar="FILE.csv", help="errors of others on them, for --cq100")
    options = parser.parse_args()
    if options.published and not options.cq100:
        parser.error("--published needs --cq100")
    if options.docs:
        sections.check(options, parser)
    options.k = options.k or ([8, 64] if options.quick else [2, 8, 16, 64, 256])
    options.repeats = options.repeats or (2 if options.quick else 5)
    if options.largest is None:
        options.largest = slope.QUICK if options.quick else slope.GIGAPIXELS[-1]
    return options


def best_known(text: str) -> tuple[int, float]:
    k, _, mse = text.partition("=")
    return int(k), float(mse)


def load(options: argparse.Namespace) -> tuple[np.ndarray, str]:
    if options.image:
        return pictures.picture_file(options.image), Path(options.image).name
    if options.quick:
        return pictures.shipped_picture(None), pictures.SHIPPED
    return pictures.shipped_picture(), f"{pictures.SHIPPED}, enlarged (bicubic)"


def describe(picture: np.ndarray, title: str) -> list[str]:
    """Return what the figures were measured on."""
    rows, columns = picture.shape[:2]
    size = tables.megapixels(rows * columns)
    return [
        f"Picture: {title}, {columns} x {rows} = {size}, RGB8.  ",
        f"Machine: {machine.machine()}.  ",
        f"Versions: {', '.join(machine.versions())}.",
    ]


if __name__ == "__main__":
    measure.ensure_one_thread()
    main()
