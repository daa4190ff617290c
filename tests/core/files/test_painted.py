"""Painted pictures: with a palette where that holds them exactly."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from napari_kmeans_quantizer import quantize
from napari_kmeans_quantizer.core.files.painted import encode_painted
from napari_kmeans_quantizer.core.files.pictures import Picture, read_picture

RNG = np.random.default_rng(0)


def painted(image, mode, suffix=".png"):
    picture = Picture(image, mode, "PNG", 0)
    q = quantize(image, 4, **picture.arguments)
    content = encode_painted(suffix, picture, q)
    assert np.array_equal(read_picture(content).image, q.image)
    return content


def test_few_colors_of_8_bits_are_indexed():
    content = painted(RNG.integers(0, 256, (20, 30, 3)).astype(np.uint8), "RGB")
    assert Image.open(io.BytesIO(content)).mode == "P"


def test_what_no_palette_holds_is_written_as_it_is_painted():
    content = painted(RNG.integers(0, 65536, (20, 30)).astype(np.uint16), "grey")
    assert Image.open(io.BytesIO(content)).mode == "I;16"
