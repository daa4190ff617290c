"""Tables of figures: what is measured, and how it is told.

A case measures some rows, each a figure per column. The last word of a column's name is its unit.
"""

from __future__ import annotations

import functools
import statistics
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

from sources import fresh

if TYPE_CHECKING:
    from collections.abc import Callable

    from sources import Source

    Figure = float | str
    Rows = dict[str, dict[str, Figure]]

NOTHING = "-"  # what a commit cannot do


class Case(NamedTuple):
    """What is measured by itself, at one source after the other."""

    name: str
    measure: Callable[[Source], Rows]


class Table(NamedTuple):
    """Cases under a title, and what pages tell of them."""

    title: str
    cases: list[Case]
    beside: tuple[str, ...] = ()
    """Packages of others whose figures are in it."""
    values: Callable[[Rows], dict[str, str]] = lambda rows: {}
    """Single figures for pages, with their units."""
    more: Callable[[Rows], dict[str, list[str]]] | None = None
    """Tables for pages in place of the one that is printed."""


class Scene(NamedTuple):
    """What all tables share."""

    picture: str
    """File of the array, RGB8."""
    n_pixels: int
    ks: list[int]
    repeats: int
    quick: bool
    today: Source
    largest: float = 0.1
    """Gigapixels of the largest lazy array."""


def in_process(name: str, task: str, /, **arguments: Any) -> Case:
    """Return a case that is a function, ``"module.name"``, run in a process of its own."""
    return Case(name, functools.partial(fresh, task=task, **arguments))


def results(table: Table, sources: list[Source], rounds: int) -> dict[str, Rows]:
    """Measure a table; return the rows of each source."""
    found: dict[str, Rows] = {source.name: {} for source in sources}
    for case in table.cases:
        for name, rows in measured(case, sources, rounds).items():
            found[name] |= rows
    return found


def tell(table: Table, results: dict[str, Rows]) -> list[str]:
    """Return a table's lines: today's figures, or old ones beside new ones."""
    lines = alone(*results.values()) if len(results) == 1 else beside(results)
    return [f"### {table.title}", "", *lines]


def measured(case: Case, sources: list[Source], rounds: int) -> dict[str, Rows]:
    """Return what each source yields; with several of them, they take turns."""
    found: dict[str, list[Rows]] = {source.name: [] for source in sources}
    for _ in range(rounds if len(sources) > 1 else 1):
        for source in sources:
            report(f"{case.name}: {source.name}")
            try:
                found[source.name].append(case.measure(source))
            except RuntimeError as error:
                report(f"    {error}")
    return {name: typical(rounds) if rounds else {case.name: {}} for name, rounds in found.items()}


def typical(rounds: list[Rows]) -> Rows:
    """Return the median of each figure; of words the last one."""

    def middle(row: str, column: str) -> Figure:
        values = [rows[row][column] for rows in rounds]
        return values[-1] if isinstance(values[-1], str) else statistics.median(values)

    return {
        row: {column: middle(row, column) for column in columns}
        for row, columns in rounds[-1].items()
    }


def alone(rows: Rows) -> list[str]:
    columns = list(dict.fromkeys(column for row in rows.values() for column in row))
    cells = [[name, *[shown(row.get(c), c) for c in columns]] for name, row in rows.items()]
    return markdown_table(["", *columns], cells)


def beside(results: dict[str, Rows]) -> list[str]:
    """Return a line per figure: as it was, as it is, and their ratio."""
    (old_name, old), (new_name, new) = results.items()
    wanted = {
        (row, column): None
        for rows in (new, old)
        for row, columns in rows.items()
        for column in columns
    }
    lines = []
    for row, column in wanted:
        before, now = old.get(row, {}).get(column), new.get(row, {}).get(column)
        both = [shown(before, column), shown(now, column), ratio(before, now)]
        lines.append([row, column, *both])
    return markdown_table(["", "figure", old_name, new_name, "old / new"], lines)


def ratio(old: Figure | None, new: Figure | None) -> str:
    if isinstance(old, int | float) and isinstance(new, int | float) and new:
        return f"{old / new:.4f}" if 0.95 < old / new < 1.05 else digits(old / new)
    return NOTHING


def shown(figure: Figure | None, column: str) -> str:
    """Return a figure with as many digits as its unit deserves."""
    if figure is None or isinstance(figure, str):
        return figure or NOTHING
    if column == "r" or column.endswith(" r"):
        return error_ratio(figure)
    if column.endswith(" ms"):
        return ms(figure / 1e3)
    return f"{figure:.6g}" if column.endswith("error") else digits(figure)


def digits(number: float) -> str:
    """Return three digits, or all before the point."""
    whole = abs(number) >= 100 or float(number).is_integer()
    return f"{number:.0f}" if whole else f"{number:#.3g}"


def crossed(cells: dict[tuple[str, str], str]) -> list[str]:
    """Return a table of cells by row and column, both in the order in which they come."""
    columns = list(dict.fromkeys(column for _, column in cells))
    rows = dict.fromkeys(row for row, _ in cells)
    lines = [[row, *[cells.get((row, column), NOTHING) for column in columns]] for row in rows]
    return markdown_table(["", *columns], lines)


def markdown_table(header: list[str], rows: list[list[str]]) -> list[str]:
    ruled = [header, ["---", *["---:"] * (len(header) - 1)], *rows]
    return [f"| {' | '.join(row)} |" for row in ruled]


def ms(seconds: float) -> str:
    return f"{1e3 * seconds:.0f}" if seconds >= 0.01 else f"{1e3 * seconds:#.2g}"


def error_ratio(ratio: float) -> str:
    return f"{ratio:.4f}" if ratio < 1.1 else f"{ratio:.2f}"


def megapixels(n_pixels: float) -> str:
    return f"{n_pixels / 1e6:.2g} MP" if n_pixels < 1e6 else f"{n_pixels / 1e6:.1f} MP"


def report(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
