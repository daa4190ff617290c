from __future__ import annotations

import colorsys

import numpy as np
import pytest
from PIL import Image, ImageCms

from napari_kmeans_quantizer.core.files.palettes.conversion import to_levels


def test_rgb_and_grey():
    assert to_levels(["grey", "RGB"], [(0.2,), (0, 0.4, 1)]).tolist() == [[51] * 3, [0, 102, 255]]
    assert to_levels([], []).shape == (0, 3)


def test_hsb():
    colors = np.random.default_rng(0).random((100, 3)).tolist()
    expected = [colorsys.hsv_to_rgb(*color) for color in colors]
    converted = to_levels(["HSB"] * 100, [tuple(color) for color in colors])
    np.testing.assert_allclose(converted, 255 * np.array(expected), atol=1e-9)


def test_cmyk_is_the_plain_formula_in_8_bits():
    inks = np.random.default_rng(0).integers(0, 256, (100, 4)) / 255
    expected = 255 * (1 - inks[:, :3]) * (1 - inks[:, 3:])
    converted = to_levels(["CMYK"] * 100, [tuple(row) for row in inks.tolist()])
    assert np.abs(converted - expected).max() < 1
    assert to_levels(["CMYK"], [(0, 0, 0, 0)]).tolist() == [[255] * 3]


def test_lab_is_of_white_d50():
    """As LittleCMS does it, but that holds 8 bits; unless told it interpolates, too."""
    lab = np.random.default_rng(0).integers((0, -60, -60), (256, 60, 60), (5000, 3))
    to_rgb = ImageCms.buildTransform(
        ImageCms.createProfile("LAB"),
        ImageCms.createProfile("sRGB"),
        "LAB",
        "RGB",
        flags=ImageCms.Flags.NOOPTIMIZE,
    )
    picture = Image.frombytes("LAB", (5000, 1), (lab % 256).astype(np.uint8).tobytes())
    expected = np.asarray(ImageCms.applyTransform(picture, to_rgb))[0].astype(float)
    values = [(lightness * 100 / 255, a, b) for lightness, a, b in lab.tolist()]
    converted = to_levels(["Lab"] * 5000, values)
    within = ((converted > 0) & (converted < 255)).all(axis=1)
    assert within.sum() > 1000
    assert np.abs(converted - expected)[within].max() < 1


@pytest.mark.parametrize("lightness", [0, 1, 20, 50, 99, 100])
def test_neutral_lab_is_grey(lightness):
    red, green, blue = to_levels(["Lab"], [(lightness, 0, 0)])[0]
    assert red == green == blue
    assert (red == 255) == (lightness == 100)


def test_the_farthest_lab_is_a_color():
    ends = [(lightness, a, b) for lightness in (0, 100) for a in (-128, 128) for b in (-128, 128)]
    converted = to_levels(["Lab"] * 8, ends)  # without a warning
    assert ((converted >= 0) & (converted <= 255)).all()
