"""How often each cluster occurs in every frame."""

from __future__ import annotations

import numpy as np
import pytest
from pictures import STACK

from napari_kmeans_quantizer import quantize
from napari_kmeans_quantizer.plugin.models.frames import FrameCounts

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("shape", [(4, 20, 30), (2, 3, 10, 20)])
def test_frame_counts_against_a_loop(masked, shape):
    array = RNG.integers(0, 9, shape).astype(np.uint8)
    mask = RNG.random(shape) < 0.4 if masked else None
    if masked:
        mask[1] = False
    result = quantize(array, 4, channel_axis=None, mask=mask)
    counts = FrameCounts(result).counts
    assert counts.shape == (shape[0], 4)
    for t in range(shape[0]):
        frame = result.labels[t] if mask is None else result.labels[t][mask[t]]
        for k in range(4):
            assert counts[t, k] == (frame == k).sum()
    assert np.array_equal(counts.sum(axis=0), result.palette.counts)


def test_frame_counts_know_colors_that_are_in_no_pixel():
    result = quantize(STACK // 50, palette=[[3], [200]])
    assert FrameCounts(result).counts.tolist() == [[600, 0]] * 4
