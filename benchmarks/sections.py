"""What is measured as it is told: printed, and in pages."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, NamedTuple

import comparison
import machine
import quantizers
import tables

if TYPE_CHECKING:
    import argparse

    import numpy as np

CQ100 = "cq100"
LONG = ("larger-than-memory", "lazy")  # minutes each: measured by themselves
DOCUMENTED = (
    "science",
    "spaces",
    "sizes",
    "scaling",
    "other",
    "grey",
    "files",
    "dither",
    "memory",
    "first-use",
    "compiling",
    "slope",
)
SETTLED = ("image", "k", "quick", "best", "against", "largest")
OTHER_MODULES = ("oxipng", "dask_ml")


class Section(NamedTuple):
    """The lines that are printed; tables and single figures of pages, by name."""

    lines: list[str]
    tables: dict[str, str]
    values: dict[str, str]


def compared(picture: np.ndarray, title: str, options: argparse.Namespace) -> Section:
    """Measure ours beside others."""
    table = comparison.table(picture, options)
    title = f"{title}, {tables.megapixels(picture[..., 0].size)}"
    page = with_caption(table.lines, "comparison", title, comparison.PACKAGES)
    return Section([*table.lines, "", *table.notes], {"comparison": page}, table.values)


def about_ours(name: str, table: tables.Table, results: dict[str, tables.Rows]) -> Section:
    """Tell a table; pages tell of one state of the code alone, and of whole tables."""
    lines = tables.tell(table, results)
    rows = next(iter(results.values()))
    if len(results) > 1 or name not in (*DOCUMENTED, *LONG, CQ100) or not all(rows.values()):
        return Section(lines, {}, {})
    pages = table.more(rows) if table.more else {name: tables.alone(rows)}
    told = {
        page: with_caption(those, name, table.title, table.beside) for page, those in pages.items()
    }
    return Section(lines, told, table.values(rows))


def with_caption(lines: list[str], name: str, title: str, beside: tuple[str, ...]) -> str:
    return "\n".join([*lines, "", machine.caption(title, command(name), beside)])


def command(name: str) -> str:
    """Return what measures a table for the pages."""
    if name in ("comparison", *DOCUMENTED):
        return "make bench"
    asked = f"--{CQ100} FOLDER --published FILE.csv" if name == CQ100 else f"--{name}"
    return f'make bench ARGS="--docs --only {asked}"'


def check(options: argparse.Namespace, parser: argparse.ArgumentParser) -> None:
    """Refuse to write other figures, or fewer, than pages tell."""
    for name in SETTLED:
        if getattr(options, name) != parser.get_default(name):
            parser.error(f"--docs measures what pages tell, always alike: leave out --{name}")
    wanted = [each.module for each in quantizers.RIVALS if not each.slow]
    missing = [name for name in (*wanted, *OTHER_MODULES) if find_spec(name) is None]
    if missing:
        parser.error(
            f"--docs needs the extra `bench`; there is no module {', '.join({*missing})}. "
            "Install it, or measure without --docs."
        )
