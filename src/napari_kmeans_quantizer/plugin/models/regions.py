"""What regions of a layer are called: labels by their features, shapes by theirs or their texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .region import ENCLOSING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from napari.layers import Labels, Shapes

NAMING = ("name", "label", "class")
"""Columns of features that name what they are of, the first one wins."""


def label_names(region: Labels, ids: Sequence[int]) -> list[str]:
    """Return what some labels are called: as the layer's features say, else by their numbers."""
    named = _naming(region.features, any_text=False)
    names = [] if named is None else named
    rows = _rows_of_labels(region.features)
    found = [names[rows[i]] if i in rows and rows[i] < len(names) else "" for i in ids]
    return [name or str(i) for i, name in zip(ids, found, strict=True)]


def shape_names(region: Shapes) -> list[str]:
    """Return what the shapes are called that enclose anything.

    As a column of the layer's features says, or else the texts on the shapes; else they are
    numbered from 1 on.
    """
    names = _naming(region.features, any_text=True) or _texts(region)
    enclosing = [i for i, kind in enumerate(region.shape_type) if kind in ENCLOSING]
    found = [names[i] if i < len(names) else "" for i in enclosing]
    return [name or str(number) for number, name in enumerate(found, 1)]


def _rows_of_labels(features: pd.DataFrame) -> dict[int, int]:
    """Return in which rows labels have their features, as napari takes them."""
    if "index" in features:
        return {int(i): row for row, i in enumerate(features["index"])}
    return {row: row for row in range(len(features))}


def _naming(features: pd.DataFrame, any_text: bool) -> list[str] | None:
    """Return the texts of the column that names the rows, None if there is none."""
    texts = [column for column in features if _is_text(features[column])]
    called = {str(column).lower(): column for column in reversed(texts)}
    found = [called[name] for name in NAMING if name in called] + (texts if any_text else [])
    return [_clean(value) for value in features[found[0]]] if found else None


def _is_text(column: pd.Series) -> bool:
    values = [value for value in column.unique() if not _is_missing(value)]
    return bool(values) and all(isinstance(value, str) for value in values)


def _is_missing(value: Any) -> bool:
    import pandas as pd

    return value is None or (np.isscalar(value) and bool(pd.isna(value))) or value is pd.NA


def _clean(value: Any) -> str:
    return "" if _is_missing(value) else " ".join(str(value).split())


def _texts(region: Shapes) -> list[str]:
    """Return the texts on the shapes, if each has its own."""
    texts = np.asarray(region.text.values)
    return [_clean(text) for text in texts.tolist()] if texts.ndim == 1 else []
