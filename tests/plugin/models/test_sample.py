from __future__ import annotations

import numpy as np
import pytest
from pictures import GREY, PHOTO

from napari_kmeans_quantizer import quantize
from napari_kmeans_quantizer.plugin.models import sample
from napari_kmeans_quantizer.plugin.models.sample import draw_sample

RNG = np.random.default_rng(0)
RGBA = np.concatenate([PHOTO, RNG.integers(0, 2, (20, 30, 1), np.uint8) * 255], axis=-1)
STACK = RNG.integers(0, 9, (4, 20, 30)).astype(np.uint8)


@pytest.mark.parametrize(
    ("array", "options"),
    [
        (GREY, {}),
        (STACK, {}),
        (PHOTO, {}),
        (RGBA, {}),
        (RGBA, {"channel_axis": -1}),
        (np.moveaxis(PHOTO, -1, 0), {"channel_axis": 0}),
        (np.stack([PHOTO, PHOTO[::-1]]), {}),
        (GREY.astype(np.float32) / 7, {}),
    ],
)
def test_sample_holds_the_pixels_of_its_places(array, options):
    result = quantize(array, 3, **options)
    places, values = draw_sample(array, result, 5)
    n_channels = result.palette.n_channels
    last = array[..., None] if result.channel_axis is None else array
    last = last if result.channel_axis is None else np.moveaxis(last, result.channel_axis, -1)
    flat = last.reshape(-1, last.shape[-1])[:, :n_channels]
    assert 0 <= places.min() <= places.max() < len(flat)
    assert values.dtype == array.dtype
    assert np.array_equal(values, flat[places])
    if result.mask is not None:
        assert result.mask.reshape(-1)[places].all()
        assert 0 < len(places) < len(flat)


def test_sample_is_reproducible_and_bounded(monkeypatch):
    result = quantize(PHOTO, 3)
    first, again, other = (draw_sample(PHOTO, result, seed).places for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    assert sorted(first) == list(range(600))  # all that there are, each once
    monkeypatch.setattr(sample, "MAX_SAMPLE", 50)
    assert len(draw_sample(PHOTO, result, 1).places) == 50


def test_sample_of_a_tiny_region(monkeypatch):
    monkeypatch.setattr(sample, "MAX_SAMPLE", 3)
    mask = np.zeros((20, 30), bool)
    mask[7, 11] = True
    drawn = draw_sample(PHOTO, quantize(PHOTO, 1, mask=mask), 0)
    assert drawn.places.tolist() == [7 * 30 + 11]
    assert np.array_equal(drawn.values, PHOTO[7:8, 11])


def test_sample_is_drawn_evenly():
    ramp = np.arange(100_000, dtype=np.float32).reshape(250, 400)
    values = draw_sample(ramp, quantize(ramp, 2), 0).values
    assert values.mean() == pytest.approx(50_000, rel=0.01)
    assert values.std() == pytest.approx(28_868, rel=0.01)
