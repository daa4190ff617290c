"""Label and mask pictures: numbers as they are stored, whatever they look like."""

from __future__ import annotations

import numpy as np
import pytest
import tifffile
from numpy.testing import assert_array_equal
from picture_files import animation, palette_image, png, saved, tiff
from PIL import Image

from napari_kmeans_quantizer.core.files.pictures import read_regions

IDS = (np.arange(42) % 7).astype(np.uint8).reshape(6, 7)


@pytest.mark.parametrize("dtype", ["bool", "uint8", "uint16", "int16", "uint32", "int32"])
def test_numbers_of_a_tiff(dtype):
    ids = IDS.astype(dtype)
    read = read_regions(tiff(ids, photometric="minisblack", compression="zlib"))
    assert_array_equal(read, ids)
    assert read.dtype == ids.dtype


def test_pages_are_a_stack():
    assert_array_equal(read_regions(tiff(IDS, IDS[::-1])), np.stack([IDS, IDS[::-1]]))


@pytest.mark.parametrize("format", ["PNG", "GIF", "BMP"])
def test_grey_pictures(format):
    assert_array_equal(read_regions(saved(IDS, format)), IDS)


def test_16_bits():
    ids = IDS.astype(np.uint16) * 9000
    assert_array_equal(read_regions(saved(ids, "PNG")), ids)


@pytest.mark.parametrize("format", ["PNG", "BMP"])
def test_indices_not_their_colors(format):
    image, _ = palette_image(5)
    assert_array_equal(read_regions(saved(image, format)), np.asarray(image))


def test_indices_of_a_tiff():
    colormap = np.linspace(65535, 0, 3 * 256).astype(np.uint16).reshape(3, 256)
    assert_array_equal(read_regions(tiff(IDS, photometric="palette", colormap=colormap)), IDS)


def test_a_mask_of_bits():
    assert_array_equal(read_regions(saved(Image.fromarray(IDS > 3), "PNG")), IDS > 3)


@pytest.mark.parametrize(("n_bits", "row"), [(2, b"\x1b"), (4, b"\x01\x23")])
def test_grey_of_few_bits_counts_from_0(n_bits, row):
    assert_array_equal(read_regions(png(4, 1, n_bits, 0, [row])), [[0, 1, 2, 3]])


def test_stored_numbers_of_an_inverting_lut():
    """As ImageJ writes masks: 255 looks black, and is the region."""
    mask = (IDS > 3) * np.uint8(255)
    assert_array_equal(read_regions(tiff(mask, photometric="miniswhite")), mask)


def test_upright():
    tag = (274, "H", 1, 6, True)
    assert_array_equal(read_regions(tiff(IDS, extratags=[tag])), np.rot90(IDS, -1))


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (tiff(IDS.astype(np.float32)), "has values of float32"),
        (tiff(np.stack([IDS] * 3, -1), photometric="rgb"), "has colors or alpha"),
        (saved(np.stack([IDS] * 3, -1), "PNG"), "has colors or alpha"),
        (saved(Image.fromarray(IDS).convert("LA"), "PNG"), "has colors or alpha"),
        (saved(IDS, "JPEG"), "is a JPEG, which does not keep numbers"),
        (saved(IDS, "PPM"), "is a PPM, which does not keep numbers"),
        (animation("WEBP")[0], "is a WEBP, which does not keep numbers"),
        (b"no picture", "is no picture that can be read"),
    ],
)
def test_what_holds_no_numbers(content, what):
    with pytest.raises(ValueError, match=f"^cells.x: {what}"):
        read_regions(content, name="cells.x")


def test_the_limit_holds(tmp_path):
    tifffile.imwrite(tmp_path / "a.tif", IDS)
    with pytest.raises(ValueError, match="max_pixels=42"):
        read_regions(tmp_path / "a.tif", max_pixels=41)
