"""Compare K-means color quantizers: CPU time, in copies of the image, and error.

python benchmarks/compare.py --help
"""

from __future__ import annotations

import argparse
import functools
import importlib.metadata
import os
import platform
import statistics
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import figures
import measure
import numpy as np
import pictures
import quantizers

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGES = (
    "napari-kmeans-quantizer",
    "numpy",
    "numba",
    "Pillow",
    "imagequant",
    "faiss-cpu",
    "scikit-learn",
    "opencv-python-headless",
)
SEEDS = (1, 2, 3)  # further searches for the best known error


class Cell(NamedTuple):
    """One quantizer at one K."""

    seconds: float
    mse: float


def main() -> None:
    options = parse()
    text = ""
    for lines in sections(options):
        text += "\n".join([*lines, "", ""])
        print(*lines, "", sep="\n", flush=True)
    if options.markdown:
        options.markdown.write_text(text.rstrip() + "\n", encoding="utf-8")


def sections(options: argparse.Namespace) -> Iterator[list[str]]:
    """Yield the lines of one table after the other, as soon as they are measured."""
    picture, title = load(options)
    yield describe(picture, title)
    with measure.one_cpu():
        yield comparison(picture, options)
        if options.other:
            yield figures.other(picture, options.repeats)
    # Fresh processes, with as many CPUs as they like.
    if options.threads:
        yield figures.threads(picture, options.k, options.repeats)
    if options.memory:
        yield figures.memory(picture, options.k)
    if options.startup:
        yield figures.startup(picture, options.repeats)
    if options.scaling:
        yield figures.scaling(picture, options.repeats)


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
    add("--other", action="store_true", help="also: uint16, float, 5 channels, grey")
    add("--threads", action="store_true", help="also: wall time with 1 and 2 threads")
    add("--memory", action="store_true", help="also: peak memory at 3 and 20 MP")
    add("--startup", action="store_true", help="also: import and first result, cold and warm")
    add("--scaling", action="store_true", help="also: 3, 24 and 100 MP")
    options = parser.parse_args()
    options.k = options.k or ([8, 64] if options.quick else [2, 8, 16, 64, 256])
    options.repeats = options.repeats or (2 if options.quick else 5)
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
    return [
        f"Picture: {title}, {columns} x {rows} = {figures.megapixels(picture, 1)}, RGB8.  ",
        f"Machine: {processor()}, {os.cpu_count()} CPUs, {platform.system()}, "
        f"Python {platform.python_version()}.  ",
        f"Versions: {', '.join(versions())}.",
    ]


def processor() -> str:
    info = Path("/proc/cpuinfo")  # Linux, where `platform` knows the architecture only
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def versions() -> list[str]:
    installed = []
    for package in PACKAGES:
        try:
            installed.append(f"{package} {importlib.metadata.version(package)}")
        except importlib.metadata.PackageNotFoundError:
            continue
    return installed


def comparison(picture: np.ndarray, options: argparse.Namespace) -> list[str]:
    """Measure everybody; return the table and what must be known to read it."""
    efforts = quantizers.our_efforts()
    wanted = [quantizers.ours(effort) for effort in efforts]
    wanted += [rival for rival in quantizers.RIVALS if options.slow or not rival.slow]
    present = [quantizer for quantizer in wanted if quantizer.installed]
    cells, copies = measure_all(picture, present, options)
    best = find_best(picture, cells, options, efforts[-1])
    copy, recopy = statistics.median(copies), measure.recopy_time(picture)
    rows = [
        [q.name, *[format_cell(cells.get((q.name, k)), copy, best[k]) for k in options.k]]
        for q in present
    ]
    absent = [
        f'effort="{e}", which `quantize` refuses' for e in quantizers.EFFORTS if e not in efforts
    ]
    absent += [f"{q.name}: no module {q.module}" for q in wanted if not q.installed]
    return [
        *figures.markdown_table(["CPU ms / x / r", *[f"K={k}" for k in options.k]], rows),
        "",
        f"One copy of the image: {figures.ms(copy)} ms, allocated and freed each time "
        f"({figures.ms(recopy)} ms if a loop of copies gets the same memory again).  ",
        f"Best known error: {', '.join(f'K={k} {mse:.6g}' for k, mse in best.items())}.",
        *([f"\nLeft out: {'; '.join(absent)}."] if absent else []),
    ]


def measure_all(
    picture: np.ndarray, present: list[quantizers.Quantizer], options: argparse.Namespace
) -> tuple[dict[tuple[str, int], Cell], list[float]]:
    """Return a cell per quantizer and K, and the times of the copies made in between."""
    cells, copies = {}, []
    for k in options.k:
        for quantizer in present:
            if k > quantizer.max_k:
                continue
            report(f"K={k}: {quantizer.name}")
            run = functools.partial(quantizer.run, picture, k)
            measured = measure.measure(run, picture, options.repeats)
            cells[quantizer.name, k] = Cell(
                measured.seconds, quantizers.painted_mse(picture, *measured.result)
            )
            copies += measured.copies
    return cells, copies


def find_best(
    picture: np.ndarray,
    cells: dict[tuple[str, int], Cell],
    options: argparse.Namespace,
    effort: str,
) -> dict[int, float]:
    """Return the best known error per K: given, or the least of this run and further searches."""
    best = dict(options.best)
    for k in options.k:
        if k in best:
            continue
        errors = [cell.mse for (_, at_k), cell in cells.items() if at_k == k]
        for seed in () if options.quick else SEEDS:
            report(f"K={k}: best known, seed {seed}")
            searcher = quantizers.ours(effort, seed)
            errors.append(quantizers.painted_mse(picture, *searcher.run(picture, k)))
        best[k] = min(errors)
    return {k: best[k] for k in options.k}


def format_cell(cell: Cell | None, copy: float, best: float) -> str:
    if cell is None:
        return "-"
    ratio = cell.mse / best if best else float("nan")
    return f"{figures.ms(cell.seconds)} / {cell.seconds / copy:.0f} / {format_ratio(ratio)}"


def format_ratio(ratio: float) -> str:
    return f"{ratio:.4f}" if ratio < 1.1 else f"{ratio:.2f}"


def report(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    measure.ensure_one_thread()
    main()
