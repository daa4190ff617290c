"""What can be seen of many frames in few columns of pixels."""

from __future__ import annotations

import numpy as np
import pytest

from napari_kmeans_quantizer.plugin.views.shares.outline import extremes, is_dense

RNG = np.random.default_rng(0)


@pytest.mark.parametrize(
    ("n_points", "n_columns", "dense"), [(201, 100, True), (200, 100, False), (9, 0, False)]
)
def test_two_points_a_column_are_drawn_as_they_are(n_points, n_columns, dense):
    assert is_dense(n_points, n_columns) is dense


def test_by_hand():
    curves = np.array([[1.0, 0], [5, 0], [2, 7], [3, 0], [9, 1], [0, 2]])
    x, least, greatest = extremes(np.array([0.0, 1, 2, 6, 8, 10]), curves, 2)
    assert x.tolist() == [0, 10]
    assert least.tolist() == [[1, 0], [0, 0]]
    assert greatest.tolist() == [[5, 7], [9, 2]]


@pytest.mark.parametrize(("n_points", "n_columns"), [(1000, 7), (999, 64), (10_000, 640)])
def test_no_spike_is_lost(n_points, n_columns):
    x, curves = np.sort(RNG.random(n_points)), RNG.random((n_points, 3))
    curves[n_points // 2] = 5, -5, 0.5
    columns, least, greatest = extremes(x, curves, n_columns)
    assert len(columns) <= n_columns
    assert (np.diff(columns) > 0).all()
    assert (columns[0], columns[-1]) == (x[0], x[-1])
    assert np.array_equal(least.min(axis=0), curves.min(axis=0))
    assert np.array_equal(greatest.max(axis=0), curves.max(axis=0))


def test_columns_in_which_nothing_was_counted_stay_empty():
    curves = np.arange(10.0)[:, np.newaxis]
    curves[[1, 5, 6, 7, 8, 9]] = np.nan
    _, least, greatest = extremes(np.arange(10.0), curves, 2)
    assert np.array_equal(least, [[0], [np.nan]], equal_nan=True)
    assert np.array_equal(greatest, [[4], [np.nan]], equal_nan=True)
