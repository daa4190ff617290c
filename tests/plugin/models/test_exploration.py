from __future__ import annotations

import numpy as np
import pytest
from napari.layers import Image
from pictures import PHOTO, rgb

from napari_kmeans_quantizer import completed, quantize, suggest_n_colors
from napari_kmeans_quantizer.plugin.models.settings import Settings
from napari_kmeans_quantizer.plugin.models.source import Source
from napari_kmeans_quantizer.plugin.pipeline import explored


@pytest.mark.parametrize("arrangement", ["stack", "grid"])
def test_curve(arrangement):
    exploration = completed(explored(Source((rgb(),)), Settings(), range(2, 7), arrangement))
    results = [quantize(PHOTO, k) for k in range(2, 7)]
    curve = exploration.curve
    assert curve.name == "photo"
    assert curve.n_colors == [2, 3, 4, 5, 6]
    assert curve.errors == [result.mse for result in results]
    assert curve.psnr == [result.psnr for result in results]
    assert curve.suggested == suggest_n_colors(curve.n_colors, curve.errors)
    assert curve.arrangement == arrangement


def test_a_curve_of_one_number():
    curve = completed(explored(Source((rgb(),)), Settings(), [3], "stack")).curve
    assert (curve.n_colors, curve.suggested) == ([3], 3)


def test_a_perfect_result_has_no_error():
    flat = np.repeat([[0, 100], [200, 250]], 9, axis=1).astype(np.uint8)
    curve = completed(explored(Source((Image(flat),)), Settings(), [2, 4], "grid")).curve
    assert curve.errors[1] == 0
    assert curve.psnr[1] == np.inf
