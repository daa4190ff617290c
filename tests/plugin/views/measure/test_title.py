"""The line above the table."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from napari_kmeans_quantizer.core.measurement import Frames, Measurement
from napari_kmeans_quantizer.plugin.views.measure.title import remarks, title

ONE = Measurement("tissue", np.array([[[3000, 1000]]]), ("#000000", "#ffffff"), ("", ""))
IN_MICRONS = replace(ONE, pixel_size=0.25, unit="µm²")
IN_REGIONS = replace(IN_MICRONS, counts=np.array([[[5, 1]], [[3, 1]]]), regions=("a", "b"))


def test_of_what_and_how_much():
    assert title([ONE], 0) == "tissue: 4,000 pixels"
    assert title([IN_MICRONS], 0) == "tissue: 4,000 pixels, 1,000 µm²"
    assert title([IN_REGIONS], 0) == "tissue: 10 pixels, 2.5 µm² in 2 regions"


def test_of_a_series():
    frames = replace(ONE, counts=np.ones((1, 3, 2), int), frames=Frames(0, np.arange(3.0)))
    assert title([frames], 0) == "tissue: 6 pixels, 3 frames"


def test_of_several_images():
    assert title([IN_MICRONS, IN_REGIONS], 1) == (
        "3 images: 4,010 pixels, 1,002 µm² in 2 regions; 1 image failed"
    )


def test_what_is_in_no_share_is_told():
    assert remarks([ONE]) == ""
    assert remarks([replace(IN_REGIONS, n_left_out=1)]) == (
        "1 pixel of the regions took no part: it was not quantized."
    )
    background = replace(ONE, background=frozenset({1}), n_left_out=20)
    assert remarks([background]) == (
        "20 pixels of the regions took no part: they were not quantized. "
        "Shares are without the background, 1,000 pixels."
    )
