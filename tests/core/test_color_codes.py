"""Codes of colors: interleaved digits, and interleaved bits."""

from __future__ import annotations

import numpy as np

from napari_kmeans_quantizer.core.color_codes import codes_at, colors_of, places_of

rng = np.random.default_rng(0)
CODES = rng.integers(0, 1 << 24, 10_000).astype(np.uint32)


def interleaved(colors, width):
    """The `width`-bit digits of the channels, b r g from the highest digit down."""
    codes = np.zeros(len(colors), np.int64)
    for shift in range(8 - width, -1, -width):
        for channel in (2, 0, 1):
            digit = colors[:, channel].astype(np.int64) >> shift & (1 << width) - 1
            codes = codes << width | digit
    return codes


def test_codes_are_digits_of_two_bits():
    assert np.array_equal(interleaved(colors_of(CODES), 2), CODES)


def test_places_are_single_bits():
    assert np.array_equal(places_of(CODES), interleaved(colors_of(CODES), 1))


def test_codes_at_places():
    assert np.array_equal(codes_at(places_of(CODES), 24), CODES)
