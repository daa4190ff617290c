"""Tables with named columns, as scikit-learn treats them; pandas and polars load at first use."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Names = NDArray[np.object_]

CONTAINERS = ("default", "pandas", "polars")
"""What `transform` may return: an array or a table."""
MOST_NAMES = 5
"""Names in a message."""


def feature_names(X: object) -> Names | None:
    """Return the names of the columns of a table; None if they are not strings, or there are none.

    Raises
    ------
    TypeError
        If only some are strings.
    """
    columns = None if isinstance(X, np.ndarray) else getattr(X, "columns", None)
    if columns is None or callable(columns) or len(columns) == 0:
        return None
    kinds = sorted({type(name).__qualname__ for name in columns})
    if "str" not in kinds:
        return None
    if len(kinds) > 1:
        raise TypeError(
            "Feature names are only supported if all input features have string names, but your "
            f"input has {kinds} as feature name / column name types. Convert them with "
            "`X.columns = X.columns.astype(str)`, or pass `X.to_numpy()`."
        )
    return np.asarray(columns, dtype=object)


def difference(fitted: Names | None, names: Names | None) -> str | None:
    """Return what to warn of if only one of two tables has names of columns; None if nothing."""
    if fitted is None and names is not None:
        return "X has feature names, but KMeans was fitted without feature names"
    if fitted is not None and names is None:
        return "X does not have valid feature names, but KMeans was fitted with feature names"
    return None


def check_same_names(fitted: Names | None, names: Names | None) -> None:
    """Refuse a table with other columns than another one, or in another order."""
    if fitted is None or names is None or fitted.tolist() == names.tolist():
        return
    unseen, missing = set(names) - set(fitted), set(fitted) - set(names)
    message = "The feature names should match those that were passed during fit.\n"
    for title, found in (
        ("unseen at fit time", unseen),
        ("seen at fit time, yet now missing", missing),
    ):
        if found:
            shown = [*sorted(found)[:MOST_NAMES], *["..."] * (len(found) > MOST_NAMES)]
            message += f"Feature names {title}:\n" + "".join(f"- {name}\n" for name in shown)
    if not unseen and not missing:
        message += "Feature names must be in the same order as they were in fit.\n"
    raise ValueError(message)


def contained(array: NDArray[Any], columns: Names, X: object, kind: str | None) -> Any:
    """Return an array in the wanted container.

    Parameters
    ----------
    array : (n, D) ndarray
        What `transform` found.
    columns : (D,) ndarray of str
        Names for its columns.
    X : object
        What it was found for: the index of a pandas table is kept.
    kind : {"default", "pandas", "polars"} or None
        None: what scikit-learn is set to.
    """
    if kind is None:
        sklearn = sys.modules.get("sklearn")
        kind = "default" if sklearn is None else sklearn.get_config()["transform_output"]
    if kind == "pandas":
        import pandas as pd

        index = X.index if isinstance(X, pd.DataFrame | pd.Series) else None
        return pd.DataFrame(array, index=index, columns=columns)
    if kind == "polars":
        import polars as pl  # type: ignore[import-not-found, unused-ignore]

        return pl.DataFrame(array, schema=columns.tolist(), orient="row")
    return array
