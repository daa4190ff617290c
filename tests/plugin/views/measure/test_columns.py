"""What the cells of the table say."""

from __future__ import annotations

import numpy as np
import pandas as pd

from napari_kmeans_quantizer.plugin.views.measure.columns import columns_of


def texts(name, values):
    [column] = columns_of(pd.DataFrame({name: values}))
    return [column.text(row) for row in range(len(values))]


def order(values, descending=False):
    [column] = columns_of(pd.DataFrame({"region": values}))
    return [values[row] for row in column.order(descending)]


def test_empty_columns_are_left_out():
    table = pd.DataFrame({"name": ["", ""], "hex": ["", "#123456"], "area": [np.nan, np.nan]})
    table["frame"] = pd.array([pd.NA, pd.NA], "Int64")
    assert [column.name for column in columns_of(table)] == ["hex"]


def test_shares_are_per_cent():
    assert texts("share", [0.123, np.nan, 1, 0.00001]) == ["12.3%", "", "100.0%", "<0.1%"]


def test_numbers_of_a_column_have_the_same_decimals():
    assert texts("area", [1234.5678, 0.25, 0]) == ["1,234.6", "0.2", "0.0"]
    assert texts("area", [0.00123456, 0.00000234]) == ["0.0012346", "0.0000023"]
    assert texts("area", [1e9, 2.5]) == ["1,000,000,000", "2"]
    assert texts("position", [0.0, 0.5, 1.0]) == ["0.0", "0.5", "1.0"]


def test_whole_numbers():
    assert texts("pixels", [1234567, 0]) == ["1,234,567", "0"]
    assert texts("frame", pd.array([12345, pd.NA], "Int64")) == ["12345", ""]


def test_rows_are_sorted_as_numbers_where_all_are_numbers():
    assert order(["10", "2", "1"]) == ["1", "2", "10"]
    assert order(["b", "10", "2"]) == ["10", "2", "b"]
    assert order([3.0, np.nan, 1.0])[:2] == [1, 3]


def test_what_is_missing_comes_last_both_ways():
    assert order(["b", "", "a"]) == ["a", "b", ""]
    assert order(["b", "", "a"], descending=True) == ["b", "a", ""]
