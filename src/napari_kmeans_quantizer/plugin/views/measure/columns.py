"""What the cells of the table say: numbers as people read them, a column in one form."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from napari_kmeans_quantizer.core.report import percent

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

DIGITS = 5  # of the largest number of a column
MOST_DECIMALS = 9


class Column(NamedTuple):
    """A column of the table.

    Attributes
    ----------
    name : str
        As in the table that is saved.
    values : (n,) ndarray
        Numbers, or texts.
    known : (n,) ndarray of bool
        Where they are not missing.
    say : callable
        Returns the text of a value.
    is_number : bool
        Whether it stands to the right.
    """

    name: str
    values: NDArray[Any]
    known: NDArray[np.bool_]
    say: Callable[[Any], str]
    is_number: bool

    def text(self, row: int) -> str:
        """Return what a cell says."""
        return self.say(self.values[row]) if self.known[row] else ""

    def order(self, descending: bool) -> NDArray[np.intp]:
        """Return the rows sorted; what is missing comes last."""
        rows = np.flatnonzero(self.known)
        ordered = rows[np.argsort(_keys(self.values[rows]), kind="stable")]
        return np.concatenate(
            [ordered[::-1] if descending else ordered, np.flatnonzero(~self.known)]
        )


def columns_of(table: pd.DataFrame) -> list[Column]:
    """Return the columns of a table that are not empty throughout."""
    found = (_column(str(name), table[name]) for name in table)
    return [column for column in found if column.known.any()]


def _column(name: str, series: pd.Series) -> Column:
    if pd.api.types.is_numeric_dtype(series):
        numbers = series.to_numpy(np.float64, na_value=np.nan)
        known = ~np.isnan(numbers)
        return Column(name, numbers, known, _say(name, numbers[known]), is_number=True)
    texts = series.to_numpy(object)
    return Column(name, texts, (series.notna() & (series != "")).to_numpy(), str, is_number=False)


def _say(name: str, numbers: NDArray[np.float64]) -> Callable[[float], str]:
    """Return how the numbers of a column are said."""
    if name == "share":
        return percent
    thousands = "" if name in ("frame", "cluster") else ","
    return f"{{:{thousands}.{_decimals(numbers)}f}}".format


def _decimals(numbers: NDArray[np.float64]) -> int:
    """Return how many decimals a column has: of its largest number enough digits, if it needs."""
    largest = float(np.abs(numbers).max(initial=0))
    before = math.floor(math.log10(largest)) + 1 if largest else 1
    most = min(max(DIGITS - before, 0), MOST_DECIMALS)
    needed = (
        n for n in range(most) if np.allclose(np.round(numbers, n), numbers, 0, 0.1**most / 2)
    )
    return next(needed, most)


def _keys(values: NDArray[Any]) -> NDArray[Any]:
    """Return numbers to sort by: texts that are numbers, such as those of regions, count so."""
    try:
        return values.astype(np.float64)
    except ValueError:
        keys: NDArray[Any] = pd.factorize(values, sort=True)[0]
        return keys
