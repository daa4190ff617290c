"""What a legend tells of each color, and how much room that takes."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from napari.layers import Image
from pictures import PHOTO, state_of
from qtpy.QtGui import QFont, QFontMetricsF

from napari_kmeans_quantizer.core.measurement import Measurement
from napari_kmeans_quantizer.plugin.layers.contents import state_contents
from napari_kmeans_quantizer.plugin.layers.legend import (
    LONGEST,
    SIDES,
    Legend,
    elided,
    legend_texts,
    text_width,
)
from napari_kmeans_quantizer.plugin.layers.make import make_layers

KNOWN = Measurement(
    "tissue",
    np.array([[[5000, 2, 14998]]]),
    ("#102030", "#ffeedd", "#ffffff"),
    ("nuclei", "", "glass"),
    pixel_size=0.25,
    unit="µm²",
)


def test_every_choice():
    parts = {
        "name": ("nuclei", "#ffeedd"),
        "hex": ("#102030", "#ffeedd"),
        "share": ("25.0%", "<0.1%"),
        "area": ("1,250 µm²", "0.5 µm²"),
    }
    for wanted in itertools.product((False, True), repeat=4):
        legend = Legend("left", *wanted)
        told = [key for key, want in zip(parts, wanted, strict=True) if want]
        first, second, _ = legend_texts(KNOWN, legend)
        assert first == "  ".join(parts[key][0] for key in told)
        # A color without a name is called by its hex value, and that is told once.
        without = [key for key in told if not (key == "hex" and "name" in told)]
        assert second == "  ".join(parts[key][1] for key in without)


def test_at_first_name_or_hex_and_share():
    assert legend_texts(KNOWN, Legend())[:2] == ("nuclei  25.0%", "#ffeedd  <0.1%")
    unnamed = replace(KNOWN, names=("", "", ""))
    assert legend_texts(unnamed, Legend())[:2] == ("#102030  25.0%", "#ffeedd  <0.1%")


def test_what_is_not_known_is_not_told():
    unmeasured = replace(KNOWN, pixel_size=None, unit="")
    assert legend_texts(unmeasured, Legend(area=True)) == legend_texts(KNOWN, Legend())
    left_out = replace(KNOWN, background=frozenset({0, 2}))
    assert legend_texts(left_out, Legend()) == ("nuclei", "#ffeedd  100.0%", "glass")


def test_a_long_name_is_cut():
    assert elided("brown") == "brown"
    assert elided("  two\nlines ") == "two lines"
    cut = elided("a name that says everything that can be said of a color")
    assert len(cut) <= LONGEST
    assert cut.startswith("a name that")
    assert cut.endswith("…")


@pytest.mark.parametrize(
    "text", ["#a1b2c3  12.3%", "Wm" * 9, "ill, fitting", "細胞核 1", "ÄÖÜ äöü"]
)
def test_texts_find_the_room_that_is_made_for_them(text, qapp):
    font = QFont("Sans Serif")
    font.setPixelSize(100)
    width = QFontMetricsF(font).horizontalAdvance(text) / 100
    assert width <= text_width(text) <= 2.5 * width  # fonts differ


def test_sides():
    assert not any(Legend(side).is_hidden for side in SIDES)
    assert [Legend(side).dock for side in (*SIDES, "hidden")] == [*SIDES, "right"]
    assert Legend("hidden").is_hidden


def test_the_layer_tells_what_the_legend_says_and_keeps_its_features():
    state = state_of(Image(PHOTO))
    palette = make_layers(state_contents(state)).palette
    assert palette.text.values.tolist() == list(legend_texts(state.measured, Legend()))
    assert list(palette.features) == ["cluster", "hex", "share", "pixels"]
