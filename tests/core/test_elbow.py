from __future__ import annotations

import numpy as np
import pytest
from skimage import data

from napari_kmeans_quantizer import quantize, suggest_n_colors


@pytest.mark.parametrize(
    ("n_colors", "errors", "expected"),
    [
        # Scaled, the second point is at 1/3 and 0.1: 0.567 below the chord, and the third 0.283.
        ([1, 2, 3, 4], [100, 10, 5, 0], 2),
        # 0, 0.665, 0.751, 0.521 and 0 below.
        ([2, 4, 8, 16, 32], [900, 300, 120, 90, 80], 8),
        ([1, 2, 3, 4, 5], [10, 9, 1, 0.9, 0.8], 3),
        # Equally far below: the fewer colors.
        ([1, 2, 3, 4], [3, 1, 0, 0], 2),
        # No elbow.
        ([7], [3], 7),
        ([2, 4], [9, 1], 4),
        ([2, 4], [5, 5], 2),
        ([2, 4, 8], [5, 5, 5], 2),
        ([2, 4, 8], [0, 0, 0], 2),
        ([2, 3, 4], [0.3, 0.2, 0.1], 4),  # straight, but for rounding
        ([2, 3, 4], [9, 8, 0], 4),  # nowhere below its chord
        ([2, 3, 4], [5, 1, 5], 3),
    ],
)
def test_elbows(n_colors, errors, expected):
    found = suggest_n_colors(n_colors, errors)
    assert found == expected
    assert type(found) is int
    assert suggest_n_colors(np.array(n_colors), np.multiply(errors, 1e12)) == expected


def test_an_image_of_five_colors_and_some_noise_needs_five():
    rng = np.random.default_rng(0)
    flat = rng.integers(0, 256, (5, 3))[rng.integers(0, 5, (60, 60))]
    image = np.clip(flat + rng.normal(0, 3, flat.shape), 0, 255).astype(np.uint8)
    n_colors = range(2, 17)
    assert suggest_n_colors(n_colors, [quantize(image, k).mse for k in n_colors]) == 5


def test_photograph():
    n_colors = [2, 4, 8, 16, 32, 64]
    results = [quantize(data.coffee()[::2, ::2], k) for k in n_colors]
    found = suggest_n_colors(n_colors, [q.mse for q in results])
    assert found == suggest_n_colors(n_colors, [q.inertia for q in results])
    assert found in (4, 8, 16)


@pytest.mark.parametrize(
    ("n_colors", "errors", "error", "message"),
    [
        ([1, 2], [1], ValueError, "one length, got 2 and 1"),
        ([], [], TypeError, "float64"),
        (np.array([], int), [], ValueError, "at least one number"),
        ([[1, 2]], [1, 2], ValueError, r"shape \(1, 2\)"),
        ([1, 2, 2], [3, 2, 1], ValueError, "ascend"),
        ([0, 2], [3, 2], ValueError, "from at least 1"),
        ([1.0, 2.0], [3, 2], TypeError, "integers"),
        ([1, 2], [3, np.nan], ValueError, "finite"),
        ([1, 2], [3, -1], ValueError, ">= 0"),
        ([1, 2], ["3", "1"], TypeError, "numbers"),
    ],
)
def test_bad_curves_are_refused(n_colors, errors, error, message):
    with pytest.raises(error, match=message):
        suggest_n_colors(n_colors, errors)
