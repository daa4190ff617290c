"""What a legend tells of each color, and how much room that takes."""

from __future__ import annotations

import itertools

import pytest
from napari.layers import Image
from pictures import PHOTO, state_of
from qtpy.QtGui import QFont, QFontMetricsF

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

KNOWN = {
    "hex": ["#102030", "#ffeedd"],
    "name": ["nuclei", ""],
    "share": [0.25, 0.0001],
    "pixels": [5000, 2],
}
AREA = (0.25, "µm²")


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
        first, second = legend_texts(KNOWN, legend, AREA)
        assert first == "  ".join(parts[key][0] for key in told)
        # A color without a name is called by its hex value, and that is told once.
        without = [key for key in told if not (key == "hex" and "name" in told)]
        assert second == "  ".join(parts[key][1] for key in without)


def test_at_first_name_or_hex_and_share():
    assert legend_texts(KNOWN, Legend(), AREA) == ("nuclei  25.0%", "#ffeedd  <0.1%")
    unnamed = {key: value for key, value in KNOWN.items() if key != "name"}
    assert legend_texts(unnamed, Legend(), None) == ("#102030  25.0%", "#ffeedd  <0.1%")


def test_what_is_not_known_is_not_told():
    assert legend_texts(KNOWN, Legend(area=True), None) == legend_texts(KNOWN, Legend(), None)
    left_out = {**KNOWN, "share": [float("nan"), 1.0]}
    assert legend_texts(left_out, Legend(), None) == ("nuclei", "#ffeedd  100.0%")


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
    palette = make_layers(state_contents(state_of(Image(PHOTO)))).palette
    assert palette.text.values.tolist() == list(legend_texts(palette.features, Legend(), None))
    assert list(palette.features) == ["cluster", "hex", "share", "pixels"]
