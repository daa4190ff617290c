"""An image that is all transparent comes back as it is, with a palette of no colors."""

from __future__ import annotations

import numpy as np
import pytest

from napari_kmeans_quantizer import Palette, quantize

RNG = np.random.default_rng(0)
CLEAR = RNG.integers(0, 200, (6, 7, 4)).astype(np.uint8)
CLEAR[..., 3] = 0
DTYPES = ["uint8", "uint16", "int16", "int64", "float16", "float64"]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("mask", [None, np.arange(42).reshape(6, 7) > 8])
def test_it_comes_back_as_it_is(dtype, mask):
    image = CLEAR.astype(dtype)
    q = quantize(image, 5, mask=mask)
    assert q.image.tobytes() == image.tobytes()
    assert not np.shares_memory(q.image, image)
    assert (len(q.palette), q.palette.colors.shape) == (0, (0, 3))
    assert (q.labels.shape, q.labels.max(), q.labels.dtype) == ((6, 7), 0, np.uint8)
    assert q.mask.dtype == np.bool_
    assert not q.mask.any()
    assert (q.inertia, q.mse, q.rmse, q.psnr, q.n_iter) == (0, 0, 0, np.inf, 0)
    assert q.bits_per_pixel == 1
    assert q.summary.startswith("0 colors, unchanged, ")
    assert repr(q) == f"Quantization({q.summary})"


@pytest.mark.parametrize("space", ["rgb", "lab", "oklab"])
def test_in_any_color_space(space):
    image = CLEAR / 255
    image[..., :3] = np.nan  # nobody sees it
    assert len(quantize(image, 5, color_space=space).palette) == 0


def test_its_palette():
    palette = quantize(CLEAR).palette
    assert palette.hex == []
    assert palette.share.shape == (0,)
    assert palette.rgb.shape == palette.values.shape == (0, 3)
    assert repr(palette) == "Palette(0 colors: )"
    assert palette.paint(np.zeros((0, 4), int)).shape == (0, 4, 3)
    assert len(palette.in_units_of("float32", (0, 1))) == 0
    assert palette.recolored({}).colors.shape == (0, 3)
    with pytest.raises(ValueError, match="the palette has no colors"):
        palette.paint([0])
    with pytest.raises(ValueError, match="the palette has no colors"):
        palette.recolored({0: (1, 2, 3)})
    with pytest.raises(ValueError, match="the palette has no colors"):
        palette.merged(0, 1)


@pytest.mark.parametrize("option", ["palette", "fixed_colors"])
def test_given_colors_stay(option):
    q = quantize(CLEAR, 5, **{option: [[1, 2, 3], [200, 0, 0]]})
    assert q.palette.colors.tolist() == [[1, 2, 3], [200, 0, 0]]
    assert q.palette.counts.tolist() == [0, 0]
    assert np.array_equal(q.image, CLEAR)
    assert q.psnr == np.inf


def test_a_palette_of_no_colors_paints_nothing_else():
    none = Palette(np.zeros((0, 3)), dtype=np.uint8)
    assert len(quantize(CLEAR, palette=none).palette) == 0
    with pytest.raises(ValueError, match="`palette` must have at least one color"):
        quantize(CLEAR[..., :3], palette=none)


def test_a_mask_that_is_true_nowhere_is_an_error():
    for image in (CLEAR, CLEAR[..., :3]):
        with pytest.raises(ValueError, match="`mask` is True nowhere"):
            quantize(image, mask=np.zeros((6, 7), bool))
