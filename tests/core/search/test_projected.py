"""The search of images of many channels."""

from __future__ import annotations

import numpy as np
import pytest

import reference
from napari_kmeans_quantizer import KMeans
from napari_kmeans_quantizer.core.color_table import ColorTable
from napari_kmeans_quantizer.core.search.efforts import EFFORTS
from napari_kmeans_quantizer.core.search.projected import N_AXES, principal_axes, search_projected

RNG = np.random.default_rng(4)


def blobs(n, n_channels, n_clusters):
    places = RNG.normal(size=(n_clusters, n_channels))
    return places[RNG.integers(0, n_clusters, n)] + 0.1 * RNG.normal(size=(n, n_channels))


@pytest.mark.parametrize("shape", [(3000, 40), (20, 300), (13, 13)])
def test_axes_are_the_principal_ones(shape):
    n, n_channels = shape
    colors = RNG.normal(size=(n, 3)) @ RNG.normal(size=(3, n_channels)) + 50
    axes = principal_axes(colors)
    assert axes.shape == (n_channels, N_AXES)
    used = axes[:, np.abs(axes).sum(axis=0) > 0]
    np.testing.assert_allclose(used.T @ used, np.eye(used.shape[1]), atol=1e-9)
    centered = colors - colors.mean(axis=0)
    np.testing.assert_allclose(centered @ axes @ axes.T, centered, atol=1e-6)


def test_colors_that_do_not_differ():
    assert np.array_equal(principal_axes(np.full((50, 20), 7.0)), np.zeros((20, N_AXES)))


@pytest.mark.parametrize("n_channels", [13, 200])
def test_the_optimum_of_clear_clusters_is_found(n_channels):
    colors = blobs(2000, n_channels, 8)
    table = ColorTable(colors, np.ones(len(colors), np.int64))
    centers, _ = search_projected(table, 8, EFFORTS["balanced"], np.random.default_rng(0))
    inertia = reference.squared_distances(colors, centers).min(axis=1).sum()
    best = KMeans(8, n_init=10, random_state=0).fit(colors).inertia_
    assert inertia <= best * (1 + 1e-9)


def test_not_more_colors_than_centers():
    table = ColorTable(RNG.random((5, 20)), np.ones(5, np.int64))
    centers, n_iter = search_projected(table, 9, EFFORTS["fast"], np.random.default_rng(0))
    assert np.array_equal(centers, table.colors)
    assert n_iter == 0
