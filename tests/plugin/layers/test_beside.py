"""Palettes stand upright beside their pictures, however these lie, and not on each other."""

from __future__ import annotations

import numpy as np
import pytest
from napari.layers import Image
from pictures import AFFINE, GREY, rgb

from napari_kmeans_quantizer.plugin.layers.beside import EM, LINE, beside
from napari_kmeans_quantizer.plugin.layers.entries import MOST_TEXTS
from napari_kmeans_quantizer.plugin.layers.legend import SIDES, text_width
from napari_kmeans_quantizer.plugin.layers.viewpoint import screen_em
from napari_kmeans_quantizer.plugin.models.placement import Area, Placement
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
N_COLORS = [1, 2, 16, 33, 64, 65, 256]


def texts_of(n_colors):
    return [f"color {k}  12.3%" for k in range(n_colors)]


def placement_of(**lying):
    return Placement.of_source(Source((Image(GREY, **lying),)))


class OnScreen:
    """Where squares and texts are seen, (down, right), and how large."""

    def __init__(self, place, placement, transposed=False):
        to_world, turn = placement.plane_to_world, slice(None, None, -1 if transposed else 1)
        self.squares = (place.positions @ to_world[:2, :2].T + to_world[:2, 2])[:, turn]
        self.size = place.size * placement.plane_scale
        self.em = place.text_size * EM
        shift = (to_world[:2, :2] @ place.text_shift)[turn]
        widths = self.em * np.array([text_width(text) for text in place.texts])
        held = self.squares + shift
        starts = {"upper_left": 0, "upper_right": -1, "center": -0.5}[place.anchor]
        if place.texts:
            self.lefts = held[:, 1] + starts * widths
            self.rights = self.lefts + widths
            up = LINE * self.em * (place.anchor != "center")
            self.heights = held[:, 0] - up
        self.area = Area(place.area.low[turn], place.area.high[turn])
        picture = placement.plane_area
        self.picture = Area(picture.low[turn], picture.high[turn])


def beyond(area, picture, side):
    """Return how far an area lies outside of a picture, at a side."""
    return {
        "right": area.low[1] - picture.high[1],
        "left": picture.low[1] - area.high[1],
        "below": area.low[0] - picture.high[0],
        "above": picture.low[0] - area.high[0],
    }[side]


@pytest.mark.parametrize("transposed", [False, True])
@pytest.mark.parametrize("flush", [True, False])
@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("lying", LYING.values(), ids=LYING)
def test_upright_entries_at_a_side_of_the_picture(lying, side, flush, transposed):
    placement = placement_of(**lying)
    for n_colors in N_COLORS:
        place = beside(texts_of(n_colors), placement, side, (), transposed, flush=flush)
        seen = OnScreen(place, placement, transposed)
        tiny = 1e-6 * seen.size
        assert beyond(seen.area, seen.picture, side) >= -tiny
        half = seen.size / 2
        assert (seen.squares.min(axis=0) - half >= seen.area.low - tiny).all()
        assert (seen.squares.max(axis=0) + half <= seen.area.high + tiny).all()
        apart = np.abs(seen.squares[:, np.newaxis] - seen.squares).max(axis=-1)
        assert (apart[~np.eye(n_colors, dtype=bool)] > seen.size).all()
        if n_colors > MOST_TEXTS:
            assert place.texts == ()  # nobody could read them
            continue
        assert np.allclose(seen.heights, seen.squares[:, 0], atol=tiny)
        assert (seen.lefts >= seen.area.low[1] - tiny).all()
        assert (seen.rights <= seen.area.high[1] + tiny).all()
        if side == "right":  # napari makes room for squares alone: texts lie within these
            assert (seen.rights <= seen.squares[:, 1] - half).all()
        else:
            assert (seen.lefts >= seen.squares[:, 1] + half).all()
        _assert_apart(seen)


def _assert_apart(seen):
    """No text lies on a square, or on another text."""
    same = np.isclose(seen.squares[:, np.newaxis, 0], seen.squares[:, 0])
    for k, line in enumerate(same):
        for other in np.flatnonzero(line):
            left, right = seen.squares[other, 1] + np.array([-0.5, 0.5]) * seen.size
            assert seen.rights[k] <= left or seen.lefts[k] >= right
            if other != k:
                beside = seen.rights[k] <= seen.lefts[other] or seen.rights[other] <= seen.lefts[k]
                assert beside
    assert seen.em < seen.size  # nor on one above or below


@pytest.mark.parametrize("side", SIDES)
def test_columns_run_downwards_and_rows_to_the_right(side):
    placement = placement_of()
    seen = OnScreen(beside(texts_of(40), placement, side), placement)
    first, last = (1, 0) if side in ("right", "left") else (0, 1)
    keys = np.round(seen.squares[:, last], 6), np.round(seen.squares[:, first], 6)
    assert np.array_equal(np.lexsort(keys), np.arange(40))


@pytest.mark.parametrize("side", ["above", "below"])
def test_rows_are_no_wider_than_the_picture(side):
    placement = placement_of()
    for texts in (texts_of(3), texts_of(30), ["a name of a color that is long indeed"] * 5):
        seen = OnScreen(beside(texts, placement, side), placement)
        assert seen.area.high[1] <= seen.picture.high[1] + 1e-6


def test_room_is_made_for_the_longest_text():
    short = beside(["a", "b"], placement_of()).area
    long = beside(["a", "b" * 30], placement_of()).area
    assert long.high[1] - long.low[1] > 2 * (short.high[1] - short.low[1])


@pytest.mark.parametrize("side", SIDES)
def test_without_texts_squares_stand_alone(side):
    placement = placement_of()
    place = beside(["", "", ""], placement, side)
    assert place.texts == ()
    written = beside(texts_of(3), placement, side)
    assert np.prod(place.area.high - place.area.low) < np.prod(written.area.high - written.area.low)


@pytest.mark.parametrize("shape", [(4, 4000), (4000, 4), (1, 1)])
@pytest.mark.parametrize("side", SIDES)
def test_pictures_of_any_shape(shape, side):
    placement = Placement.of_source(Source((Image(np.zeros(shape)),)))
    seen = OnScreen(beside(texts_of(16), placement, side), placement)
    assert beyond(seen.area, seen.picture, side) >= 0
    extent = seen.area.high - seen.area.low
    assert extent.max() < 2 * max(shape)
    assert seen.em > 0.002 * max(shape)


@pytest.mark.parametrize("transposed", [False, True])
@pytest.mark.parametrize("side", SIDES)
def test_a_palette_stands_as_near_as_others_leave_it(side, transposed):
    placement = placement_of()
    taken: list[Area] = []
    for n_colors in (3, 40, 1, 16):
        place = beside(texts_of(n_colors), placement, side, taken, transposed)
        assert not any(place.area.meets(other) for other in taken)
        alone = beside(texts_of(n_colors), placement, side, (), transposed)
        away = OnScreen(place, placement, transposed), OnScreen(alone, placement, transposed)
        gaps = [beyond(seen.area, seen.picture, side) for seen in away]
        assert gaps[0] - gaps[1] == pytest.approx(place.away)
        taken.append(place.area)
    elsewhere = placement_of(translate=(5000, 5000))
    alone = beside(texts_of(3), elsewhere, side, (), transposed)
    assert beside(texts_of(3), elsewhere, side, taken, transposed).is_like(alone)
    assert alone.away == 0


def test_far_from_the_origin_others_are_passed_too():
    placement = placement_of(translate=(1e9, -1e9), scale=(1e-3, 1e-3))
    taken = [beside(texts_of(3), placement).area]
    assert not beside(texts_of(3), placement, taken=taken).area.meets(taken[0])


def test_a_given_distance_is_kept_whatever_is_there():
    placement = placement_of()
    taken = [beside(texts_of(3), placement).area]
    assert beside(texts_of(3), placement, taken=taken, away=0.0).away == 0
    assert beside(texts_of(3), placement, taken=taken, away=7.0).away == 7


def test_in_other_fonts_texts_are_as_large():
    ours, other = (beside(texts_of(3), placement_of(), em=em) for em in (EM, EM / 2))
    assert other.text_size == pytest.approx(2 * ours.text_size)
    assert np.allclose(other.positions, ours.positions)


# -- in a viewer


def palette_of(viewer, name):
    return viewer.layers[f"{name} · palette"]


def in_world(layer, positions):
    return np.array([layer.data_to_world(position) for position in np.atleast_2d(positions)])


def area_of(palette):
    """Return where squares and texts of a palette at the right lie."""
    squares = in_world(palette, palette.data)
    size = float(palette.size[0] * abs(palette.scale[-1]))
    held = in_world(palette, palette.data + palette.text.translation)
    widest = max(map(text_width, palette.text.values)) * palette.text.size * screen_em()
    low = np.array([squares[:, 0].min() - size / 2, held[:, 1].min() - widest])
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
    widget.n_colors.value = 60  # two columns: the others give way
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
