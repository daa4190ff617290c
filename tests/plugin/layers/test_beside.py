"""Palettes stand upright beside their pictures, however these lie, and not on each other."""

from __future__ import annotations

import numpy as np
import pytest
from napari.layers import Image
from pictures import AFFINE, GREY, PHOTO, rgb, state_of

from napari_kmeans_quantizer.plugin.layers.beside import TEXT_WIDTH, Area, beside
from napari_kmeans_quantizer.plugin.layers.contents import state_contents
from napari_kmeans_quantizer.plugin.layers.make import make_layers
from napari_kmeans_quantizer.plugin.models.placement import Placement
from napari_kmeans_quantizer.plugin.models.settings import Settings
from napari_kmeans_quantizer.plugin.models.source import Source

MIRRORED = [[1, 0, 0], [0, -1, 0], [0, 0, 1]]
LYING = {
    "plain": {},
    "flat pixels": {"scale": (2, 0.5)},
    "turned": {"rotate": 30},
    "upside down": {"rotate": 180},
    "mirrored": {"affine": MIRRORED},
    "all at once": {"scale": (0.3, 2.0), "shear": [0.4], "rotate": 33.0, "affine": AFFINE},
}
N_COLORS = [1, 2, 16, 33, 100]


def in_world(layer, positions):
    return np.array([layer.data_to_world(position) for position in np.atleast_2d(positions)])


def shown(palette):
    """Return squares and texts as napari draws them: middles and sizes in the world."""
    squares, texts = (in_world(palette, palette.data + by) for by in (0, palette.text.translation))
    return squares, float(palette.size[0] * abs(palette.scale[-1])), texts


@pytest.mark.parametrize("lying", LYING.values(), ids=LYING)
@pytest.mark.parametrize("n_colors", N_COLORS)
def test_squares_and_texts_stand_in_columns_right_of_the_picture(lying, n_colors):
    source = Image(PHOTO, rgb=True, **lying)
    palette = make_layers(state_contents(state_of(source, Settings(n_colors)))).palette
    squares, size, texts = shown(palette)
    height, width = PHOTO.shape[:2]
    ends = [(y, x) for y in (-0.5, height - 0.5) for x in (-0.5, width - 0.5)]
    right, top = in_world(source, ends)[:, 1].max(), in_world(source, ends)[:, 0].min()
    text_width = TEXT_WIDTH * size
    assert (texts[:, 1] - text_width / 2 > right - 1e-6).all()  # not on the picture
    assert (squares[:, 1] - size / 2 >= texts[:, 1] + text_width / 2 - 1e-6).all()
    assert np.allclose(squares[:, 0], texts[:, 0])  # upright
    assert squares[0, 0] == pytest.approx(top + size / 1.6)
    apart = np.abs(squares[:, np.newaxis] - squares).max(axis=-1)
    assert (apart[~np.eye(len(squares), dtype=bool)] > size).all()
    order = np.lexsort((squares[:, 0], np.round(squares[:, 1], 6)))
    assert np.array_equal(order, np.arange(len(squares)))  # down, and then right
    assert palette.text.anchor == "center"
    assert palette.text.rotation == 0
    assert palette.text.size < size


@pytest.mark.parametrize("lying", LYING.values(), ids=LYING)
def test_transposed_the_palette_stands_upright_on_the_screen(lying):
    placement = Placement.of_source(Source((Image(GREY, **lying),)))
    place = beside(5, placement, transposed=True)
    to_world = placement.plane_to_world
    screen = (place.positions @ to_world[:2, :2].T + to_world[:2, 2])[:, ::-1]
    assert np.allclose(screen[:, 1], screen[0, 1])  # one column
    assert (np.diff(screen[:, 0]) > 0).all()
    text = (to_world[:2, :2] @ place.text_shift)[::-1]
    assert text[0] == pytest.approx(0)
    assert text[1] < 0
    assert screen[0, 1] > placement.plane_area[1][0]


def test_the_area_holds_all():
    placement = Placement.of_source(Source((Image(GREY),)))
    for n_colors in N_COLORS:
        place = beside(n_colors, placement)
        low, high = place.positions - place.size / 2, place.positions + place.size / 2
        assert (low.min(axis=0) >= place.area.low).all()
        assert (high.max(axis=0) <= place.area.high).all()
        assert place.area.low[1] == GREY.shape[1] - 0.5


@pytest.mark.parametrize("transposed", [False, True])
def test_a_palette_stands_as_near_as_others_leave_it(transposed):
    placement = Placement.of_source(Source((Image(GREY),)))
    taken: list[Area] = []
    for n_colors in (3, 40, 1, 16):
        area = beside(n_colors, placement, taken, transposed).area
        assert not any(area.meets(other) for other in taken)
        axis = 0 if transposed else 1
        ends = [GREY.shape[axis] - 0.5, *(other.high[axis] for other in taken)]
        assert min(abs(area.low[axis] - end) for end in ends) < 1e-6
        taken.append(area)
    elsewhere = Placement.of_source(Source((Image(GREY, translate=(500, 500)),)))
    alone = beside(3, elsewhere, (), transposed)
    assert beside(3, elsewhere, taken, transposed).is_like(alone)


# -- in a viewer


def palette_of(viewer, name):
    return viewer.layers[f"{name} · palette"]


def area_of(palette):
    squares, size, texts = shown(palette)
    left = texts[:, 1].min() - TEXT_WIDTH * size / 2
    low = np.array([squares[:, 0].min() - size / 2, left])
    return Area(low, squares.max(axis=0) + size / 2)


def test_palettes_of_several_images_do_not_lie_on_each_other(viewer, widget, run):
    names = ("first", "second", "third")
    for name, n_colors in zip(names, (4, 4, 20), strict=True):
        viewer.add_layer(rgb(name=name))
        widget.n_colors.value = n_colors
        run(widget)
    before = palette_of(viewer, "first").data.copy()
    areas = [area_of(palette_of(viewer, name)) for name in names]
    assert not any(areas[i].meets(areas[k]) for i in range(3) for k in range(i))
    viewer.layers.selection.active = viewer.layers["first"]
    widget.n_colors.value = 70  # three columns: the others give way
    run(widget)
    areas = [area_of(palette_of(viewer, name)) for name in names]
    assert not any(areas[i].meets(areas[k]) for i in range(3) for k in range(i))
    viewer.layers.remove("second · palette")
    widget.n_colors.value = 4
    run(widget)
    assert np.array_equal(palette_of(viewer, "first").data, before)
    assert not area_of(palette_of(viewer, "first")).meets(area_of(palette_of(viewer, "third")))


def test_palettes_follow_when_the_view_is_transposed(viewer, widget, run):
    viewer.add_layer(rgb())
    widget.n_colors.value = 5
    run(widget)
    palette = palette_of(viewer, "photo")
    before = palette.data.copy()
    assert np.ptp(in_world(palette, before)[:, 1]) == pytest.approx(0)
    viewer.dims.order = (1, 0)
    assert np.ptp(in_world(palette, palette.data)[:, 0]) == pytest.approx(0)
    viewer.dims.order = (0, 1)
    assert np.array_equal(palette.data, before)


def test_texts_stand_out_from_the_canvas_in_every_theme(make_napari_viewer, run):
    viewer = make_napari_viewer()
    widget = viewer.window.add_plugin_dock_widget("napari-kmeans-quantizer")[1]
    viewer.add_layer(rgb())
    widget.n_colors.value = 4
    run(widget)
    for theme, bright in (("dark", True), ("light", False), ("dark", True)):
        viewer.theme = theme
        text = palette_of(viewer, "photo").text
        ink = np.asarray(text.color.constant)[:3] @ (0.2126, 0.7152, 0.0722)
        assert (ink > 0.7) if bright else (ink < 0.3)
        run(widget)
