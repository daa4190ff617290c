"""The first use: with nothing compiled yet, and in every process after that."""

from __future__ import annotations

import functools
import statistics
import tempfile
from typing import TYPE_CHECKING

from sources import fresh
from tables import Case, Table

if TYPE_CHECKING:
    from sources import Source
    from tables import Rows, Scene

K = 16


def table(scene: Scene) -> Table:
    cases = [Case("first result", functools.partial(first_results, scene))]
    return Table(f"The first RGB result of a process (K={K})", cases)


def compiling(scene: Scene) -> Table:
    title = "Compiling everything, one piece after the other"
    return Table(title, [Case("pieces", all_pieces)], values=time_of_compiling, more=no_tables)


def time_of_compiling(rows: Rows) -> dict[str, str]:
    return {"compiling": f"{round(rows['together']['CPU s'], -1):.0f} s"}


def no_tables(rows: Rows) -> dict[str, list[str]]:
    return {}


def first_results(scene: Scene, source: Source) -> Rows:
    """Return what it takes with an empty folder for kernels, and with a filled one."""
    run = {"picture": scene.picture, "k": K}
    compile_modules(source)
    with tempfile.TemporaryDirectory() as cache:
        start = functools.partial(fresh, source, "first_run.first_result", cache=cache, **run)
        cold = start()
        start()  # whatever of the modules the compiler alone had loaded
        warm = [start() for _ in range(scene.repeats)]
    typical = {name: statistics.median(run[name] for run in warm) for name in cold}
    return {"nothing compiled": cold, "all compiled": typical}


def all_pieces(source: Source) -> Rows:
    compile_modules(source)
    with tempfile.TemporaryDirectory() as cache:
        return fresh(source, "first_run.pieces", cache=cache)


def compile_modules(source: Source) -> None:
    """Have Python write its own `.pyc`; to read a package's source is no part of its first use."""
    fresh(source, "first_use.import_all")


def import_all() -> str:
    import importlib
    import pkgutil

    import napari_kmeans_quantizer.core as core

    for found in pkgutil.walk_packages(core.__path__, f"{core.__name__}."):
        importlib.import_module(found.name)
    return core.__name__
