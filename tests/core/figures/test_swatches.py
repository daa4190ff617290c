"""The figure of a palette: a swatch for each color."""

from __future__ import annotations

import numpy as np
import pytest
from figure_parts import drawn

from napari_kmeans_quantizer import Palette

RED_AND_BLUE = [[255, 0, 0], [0, 0, 255]]


def texts(figure):
    (axes,) = figure.axes
    return [text.get_text() for text in axes.texts]


def test_number_share_and_name_of_each_color():
    palette = Palette(RED_AND_BLUE, counts=[3, 1], names=["DAB", ""], dtype=np.uint8)
    assert texts(palette.plot()) == ["Cluster 0", "75.0%", "DAB", "Cluster 1", "25.0%"]
    (axes,) = palette.plot().axes
    assert np.allclose(axes.collections[0].get_facecolor()[:, :3], palette.rgb)


def test_the_colors_are_seen_on_white():
    picture = drawn(Palette(RED_AND_BLUE, counts=[3, 1], dtype=np.uint8).plot())
    assert (picture == (255, 0, 0)).all(-1).sum() == pytest.approx(
        (picture == (0, 0, 255)).all(-1).sum(), rel=0.05
    )
    assert (picture[0] == 255).all()


def test_colors_that_count_no_pixels_tell_their_hex_value():
    palette = Palette(RED_AND_BLUE, dtype=np.uint8)
    assert texts(palette.plot()) == ["Cluster 0", "#ff0000", "Cluster 1", "#0000ff"]


@pytest.mark.parametrize("n_colors", [1, 3, 4, 5, 32, 73, 300])
def test_the_page_is_as_large_as_the_swatches(n_colors):
    colors = np.random.default_rng(0).integers(0, 256, (n_colors, 3))
    width, height = Palette(colors, dtype=np.uint8).plot().get_size_inches()
    assert 1 < width <= 10.01
    assert width < 9 or n_colors > 3
    assert 1 < height < 16


def test_no_colors_are_no_swatches():
    assert texts(Palette(np.zeros((0, 3)), dtype=np.uint8).plot()) == []
