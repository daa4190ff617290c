"""The search for centers beside fixed ones."""

from __future__ import annotations

import numpy as np

from napari_kmeans_quantizer.core.color_table import ColorTable
from napari_kmeans_quantizer.core.search.around_fixed import fit_around
from napari_kmeans_quantizer.core.search.efforts import EFFORTS


def test_search_needs_only_the_free_centers_it_is_worth():
    # Three clumps, one of them on the fixed color: the center found there is dropped.
    clumps = np.array([[0.0, 0], [100, 0], [0, 100]])
    rng = np.random.default_rng(0)
    colors = (clumps[:, np.newaxis] + rng.normal(size=(3, 50, 2))).reshape(-1, 2)
    table = ColorTable(colors, np.ones(len(colors), np.int64))
    rng = np.random.default_rng(0)
    found, n_iter = fit_around(clumps[:1], clumps.copy(), table, 2, EFFORTS["fast"], rng)
    expected = colors.reshape(3, 50, 2)[1:].mean(axis=1)
    assert np.allclose(found, expected)
    assert n_iter > 0
