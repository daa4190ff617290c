"""What regions are called."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from napari.layers import Labels, Shapes

from napari_kmeans_quantizer.plugin.models.regions import label_names, shape_names

LABELS = np.array([[1, 2], [5, 0]])
SQUARE = np.array([[0, 0], [0, 4], [4, 4], [4, 0]], float)
LINE = SQUARE[:2]


def shapes(n=3, **options):
    return Shapes([SQUARE] * n, **options)


# -- labels


def test_labels_are_called_by_their_numbers():
    assert label_names(Labels(LABELS), [1, 2, 5]) == ["1", "2", "5"]
    sizes = pd.DataFrame({"index": [1, 2], "area": [10.0, 20.0], "kind": ["a", "b"]})
    assert label_names(Labels(LABELS, features=sizes), [1, 2]) == ["1", "2"]


@pytest.mark.parametrize("column", ["name", "Label", "class"])
def test_labels_are_called_as_their_features_say(column):
    features = pd.DataFrame({"index": [5, 1], column: [" tumor  core", "stroma"]})
    assert label_names(Labels(LABELS, features=features), [1, 2, 5]) == [
        "stroma",
        "2",
        "tumor core",
    ]


def test_features_without_an_index_are_those_of_the_labels_in_their_order():
    features = pd.DataFrame({"name": ["background", "stroma", ""]})
    assert label_names(Labels(LABELS, features=features), [1, 2, 5]) == ["stroma", "2", "5"]


def test_a_name_goes_before_a_class():
    features = pd.DataFrame({"index": [1, 2], "class": ["x", "x"], "name": ["a", None]})
    assert label_names(Labels(LABELS, features=features), [1, 2]) == ["a", "2"]


# -- shapes


def test_shapes_are_numbered():
    assert shape_names(shapes()) == ["1", "2", "3"]
    assert shape_names(shapes(text={"string": {"constant": "same for all"}})) == ["1", "2", "3"]


def test_lines_are_no_regions_and_have_no_number():
    layer = Shapes([SQUARE, LINE, SQUARE], shape_type=["polygon", "line", "ellipse"])
    assert shape_names(layer) == ["1", "2"]
    layer.features = {"name": ["a", "b", "c"]}
    assert shape_names(layer) == ["a", "c"]


def test_shapes_are_called_as_their_features_say():
    text = {"kind": ["tumor", "stroma", "gland"], "area": [1, 2, 3]}
    assert shape_names(shapes(features=text)) == ["tumor", "stroma", "gland"]
    named = pd.DataFrame({**text, "name": ["A", None, "C"]})
    assert shape_names(shapes(features=named)) == ["A", "2", "C"]
    kinds = pd.DataFrame({"kind": pd.Categorical(["t", "s", "t"])})
    assert shape_names(shapes(features=kinds)) == ["t", "s", "t"]


def test_shapes_are_called_as_the_texts_on_them():
    assert shape_names(shapes(text=["left", "right", ""])) == ["left", "right", "3"]
    numbers = shapes(features={"n": [7, 8, 9]}, text="cell {n}")
    assert shape_names(numbers) == ["cell 7", "cell 8", "cell 9"]
