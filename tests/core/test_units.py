"""What numbers mean: one rule for black and white, whatever holds a picture."""

from __future__ import annotations

import numpy as np
import pytest
from skimage import data
from skimage.metrics import peak_signal_noise_ratio

from napari_kmeans_quantizer import Palette, quantize
from napari_kmeans_quantizer.core.units import Units, image_range

PHOTO = data.coffee()[::8, ::8]


@pytest.mark.parametrize(
    ("dtype", "low", "high", "expected"),
    [
        ("bool", 0, 0, (0, 1)),
        ("uint8", 3, 7, (0, 255)),
        ("uint16", 3, 7, (0, 65535)),
        (">u2", 3, 4095, (0, 65535)),
        ("float32", 0.2, 0.7, (0, 1)),
        ("float64", 0, 1.02, (0, 1.02)),  # a little brighter than white
        ("float64", 0, 255, (0, 255)),
        ("float64", 20, 300, (0, 300)),
        ("int64", 0, 1, (0, 1)),
        ("int64", 20, 200, (0, 255)),
        ("int16", 0, 4095, (0, 65535)),
        ("uint32", 0, 65535, (0, 65535)),
        ("float32", -0.1, 0.9, (-0.1, 0.9)),
        ("int16", -1000, 3000, (-1000, 3000)),
        ("float64", 5, 1e9, (5, 1e9)),
        ("float64", 1e9, 1e9, (1e9, 1e9)),
        ("int64", -5, -5, (-5, -5)),
        ("int64", 2**60 + 1, 2**60 + 9, (2**60 + 1, 2**60 + 9)),
    ],
)
def test_black_and_white(dtype, low, high, expected):
    assert image_range(dtype, low, high) == expected


@pytest.mark.parametrize("dtype", ["uint8", "int16", "uint32", "int64", "float32", "float64"])
def test_a_picture_looks_the_same_whatever_holds_it(dtype):
    expected = quantize(PHOTO, 6).palette
    q = quantize(PHOTO.astype(dtype), palette=expected.colors)
    assert q.palette.hex == expected.hex
    assert Palette(expected.values.astype(dtype)).hex == Palette(expected.values).hex
    assert q.palette.value_range == (0, 255)
    by_hand = peak_signal_noise_ratio(PHOTO.astype(float), q.image.astype(float), data_range=255)
    assert q.psnr == pytest.approx(by_hand, rel=1e-9)


@pytest.mark.parametrize(
    ("value", "dtype", "psnr"),
    [
        (0, "int64", 0.0),  # 1 beside 0 of 0..1
        (0.0, "float32", 0.0),
        (7, "uint8", 20 * np.log10(255)),
        (70000, "int64", 20 * np.log10(70000)),
        (-5, "int16", 20 * np.log10(5)),
        (1e9, "float64", 20 * np.log10(1e9)),
    ],
)
def test_figures_of_a_flat_image_in_given_colors(value, dtype, psnr):
    image = np.full((4, 5), value, dtype)
    for options in ({"palette": [[value + 1]]}, {"fixed_colors": [[value + 1]], "n_colors": 1}):
        q = quantize(image, **options)
        assert q.psnr == pytest.approx(psnr, abs=1e-6)
        assert f"{abs(q.psnr):.1f} dB" in repr(q)
        assert q.palette.hex[0].startswith("#")
    same = quantize(image, palette=[[value]])
    assert same.psnr == np.inf
    assert "unchanged" in same.summary


@pytest.mark.parametrize("top", [1.7e308, 5e-324])
def test_hex_of_any_finite_colors(top):
    assert Palette([[-top], [top]]).hex == ["#000000", "#ffffff"]


@pytest.mark.parametrize(
    ("one", "other"),
    [(Units(), Units()), (Units(scale=2.0**600), Units()), (Units(2**60), Units(2**60 - 9))],
)
def test_numbers_are_converted_from_units_to_units(one, other):
    numbers = np.array([[0.0, 3.0], [7.0, 1.0]])
    values = one.to_values(numbers)
    np.testing.assert_array_equal(other.to_values(one.converted(numbers, other)), values)
