"""Names of regions are written well inside of them."""

from __future__ import annotations

import dask.array as da
import numpy as np
import pytest
from napari.layers import Labels, Shapes

from napari_kmeans_quantizer.plugin.models.inner_points import MOST, numbers_of

SQUARE = np.array([[0, 0], [0, 40], [40, 40], [40, 0]], float)
"""A crescent: its center of mass is outside."""
ANGLES = np.linspace(0.3, 2 * np.pi - 0.3, 60)
RIM = np.stack([np.sin(ANGLES), np.cos(ANGLES)], axis=1)
CRESCENT = np.concatenate([100 + 50 * RIM, 100 + 35 * RIM[::-1]])


def test_in_the_middle_of_a_square():
    points, names = numbers_of(Shapes([SQUARE, np.add(SQUARE, (100, 7))]))
    assert points == pytest.approx(np.array([[20, 20], [120, 27]]), abs=1)
    assert names == ["1", "2"]


def test_inside_whatever_the_shape():
    [point] = numbers_of(Shapes([CRESCENT], shape_type="polygon")).points
    assert 37 < np.hypot(*(point - 100)) < 48
    labels = np.zeros((200, 200), int)
    yx = np.indices(labels.shape) - 100
    labels[(np.hypot(*yx) < 50) & (np.hypot(*yx) > 35) & (yx[1] < 20)] = 7
    [point] = numbers_of(Labels(labels)).points
    assert labels[tuple(point.astype(int))] == 7


def test_only_what_encloses_something_has_a_name():
    layer = Shapes([SQUARE[:2], SQUARE], shape_type=["line", "polygon"])
    assert numbers_of(layer).names == ["1"]
    assert numbers_of(Shapes()).points.shape == (0, 2)
    assert numbers_of(Shapes(ndim=3)).points.shape == (0, 3)


def test_shapes_in_a_stack_have_theirs_on_their_own_slice():
    drawn = np.insert(SQUARE, 0, 3, axis=1)
    [point] = numbers_of(Shapes([drawn])).points
    assert point == pytest.approx([3, 20, 20], abs=1)


def test_labels():
    labels = np.zeros((50, 60), np.int32)
    labels[10:20, 20:41], labels[40, 3] = 70_000, 2
    layer = Labels(labels, features={"index": [2, 70_000], "name": ["dot", "bar"]})
    points, names = numbers_of(layer)
    assert names == ["dot", "bar"]
    assert points[0].tolist() == [40, 3]
    assert points[1] == pytest.approx([14.5, 30], abs=1)


def test_labels_in_a_stack_have_theirs_on_a_slice_in_their_middle():
    labels = np.zeros((9, 30, 30), np.uint8)
    labels[2:7, 5:16, 5:16] = 1
    [point] = numbers_of(Labels(labels)).points
    assert point.tolist() == [4, 10, 10]


def test_too_many_have_none():
    many = np.arange(MOST + 2).reshape(1, -1)
    assert len(numbers_of(Labels(many[:, :-1])).names) == MOST
    assert numbers_of(Labels(many)).points.shape == (0, 2)
    assert numbers_of(Shapes([SQUARE] * (MOST + 1)))[1] == []


def test_lazy_labels_are_not_read_for_that():
    assert numbers_of(Labels(da.ones((9, 9), dtype=int))).names == []
    assert numbers_of(Labels(np.zeros((9, 9), int))).names == []
