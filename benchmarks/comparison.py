"""Everybody's time and error on one picture: the table that is compared with others."""

from __future__ import annotations

import functools
import math
import statistics
from typing import TYPE_CHECKING, NamedTuple

import measure
import quantizers
import tables

if TYPE_CHECKING:
    import argparse

    import numpy as np

SEEDS = (1, 2, 3)  # further searches for the best known error
PACKAGES = ("Pillow", "imagequant", "faiss-cpu", "scikit-learn")


class Cell(NamedTuple):
    """One quantizer at one K."""

    seconds: float
    mse: float


class Compared(NamedTuple):
    """The table, what must be known to read it, and single figures for pages."""

    lines: list[str]
    notes: list[str]
    values: dict[str, str]


def table(picture: np.ndarray, options: argparse.Namespace) -> Compared:
    """Measure everybody."""
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
    lines = tables.markdown_table(["CPU ms / x / r", *[f"K={k}" for k in options.k]], rows)
    notes = [
        f"One copy of the image: {tables.ms(copy)} ms, allocated and freed each time "
        f"({tables.ms(recopy)} ms if a loop of copies gets the same memory again).  ",
        f"Best known error: {', '.join(f'K={k} {mse:.6g}' for k, mse in best.items())}.",
        *([f"\nLeft out: {'; '.join(absent)}."] if absent else []),
    ]
    return Compared(lines, notes, {f"excess-{e}": excess(cells, best, e) for e in efforts})


def excess(cells: dict[tuple[str, int], Cell], best: dict[int, float], effort: str) -> str:
    """Return how far, at most, the error of an effort lies above the best known; rounded up."""
    name = quantizers.ours(effort).name
    most = max(cells[name, k].mse / mse - 1 for k, mse in best.items() if mse)
    return f"{max(math.ceil(1e4 * most), 1) / 100:.3g} %"


def measure_all(
    picture: np.ndarray, present: list[quantizers.Quantizer], options: argparse.Namespace
) -> tuple[dict[tuple[str, int], Cell], list[float]]:
    """Return a cell per quantizer and K, and the times of the copies made in between."""
    cells, copies = {}, []
    for k in options.k:
        for quantizer in present:
            if k > quantizer.max_k:
                continue
            tables.report(f"K={k}: {quantizer.name}")
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
            tables.report(f"K={k}: best known, seed {seed}")
            searcher = quantizers.ours(effort, seed)
            errors.append(quantizers.painted_mse(picture, *searcher.run(picture, k)))
        best[k] = min(errors)
    return {k: best[k] for k in options.k}


def format_cell(cell: Cell | None, copy: float, best: float) -> str:
    if cell is None:
        return "-"
    ratio = cell.mse / best if best else float("nan")
    return f"{tables.ms(cell.seconds)} / {cell.seconds / copy:.0f} / {tables.error_ratio(ratio)}"
