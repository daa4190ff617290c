"""Where colors lie in a color space, and what frames them: plain numbers."""

from __future__ import annotations

import numpy as np
import pytest
from napari.layers import Image
from pictures import GREY, RGBA, rgb
from skimage.color import rgb2lab

from napari_kmeans_quantizer import Palette, convert_colors
from napari_kmeans_quantizer.plugin.models.display import Channel, Display
from napari_kmeans_quantizer.plugin.models.source import Source
from napari_kmeans_quantizer.plugin.views.color_space.axes import (
    LIGHTNESS,
    LUMINANCE,
    distance_label,
    has_spaces,
    make_stage,
    nice_ticks,
    place,
    spaces_differ,
    units,
)

NONE = np.zeros((0, 3))


def in_range(high, names="RGB"):
    """Return how a color picture is shown whose values go up to `high`."""
    channels = tuple(Channel(name, (0.0, float(high))) for name in names)
    return Display(channels, True, np.dtype(np.float64))


def display_of(*layers, **parts):
    return Source(layers, **parts).display()


CHANNELS = (
    Image(GREY, name="DAPI", colormap="blue", contrast_limits=(0, 100)),
    Image(GREY, name="FITC", colormap="green", contrast_limits=(0, 200)),
)


# -- the stage


def test_axes_stay_while_the_points_fit_them():
    points = np.array([[-35.0, 10, 50], [55, 60, 20]])
    display = in_range(255)
    stage = make_stage("Lab", points, display, None)
    assert np.array_equal(stage.limits, [[-40, 60], [-20, 60], [0, 100]])
    assert make_stage("Lab", points * 0.8, display, stage) is stage
    assert make_stage("Lab", points * 2, display, stage) is not stage
    assert make_stage("Lab", points * 0.1, display, stage) is not stage


def test_ticks_are_round():
    assert nice_ticks(0, 255) == [0, 100, 200]
    assert nice_ticks(-40, 60) == [0, 50]
    assert nice_ticks(-0.2, 0.1) == pytest.approx([-0.2, -0.1, 0, 0.1])
    assert nice_ticks(3, 3) == []


@pytest.mark.parametrize(
    ("high", "texts"), [(255, ["100", "200"]), (1, ["0.5", "1"]), (65535, ["20000", "40000"])]
)
def test_ticks_are_in_the_images_units(high, texts):
    stage = make_stage("RGB", NONE, in_range(high), None)
    assert [axis.name for axis in stage.axes] == ["R", "G", "B"]
    assert list(stage.axes[0].ticks.values())[:2] == texts
    at, text = next(iter(stage.axes[0].ticks.items()))
    assert at * high == pytest.approx(float(text))


def test_axes_of_channels_have_their_names_limits_and_colors():
    stage = make_stage("RGB", NONE, display_of(*CHANNELS), None)
    assert [axis.name for axis in stage.axes] == ["DAPI", "FITC"]
    assert [list(axis.ticks.values())[-1] for axis in stage.axes] == ["100", "200"]
    blue, green = (np.array(axis.stop) for axis in stage.axes)
    assert blue.argmax() == 2
    assert green.argmax() == 1
    assert np.array_equal(stage.limits, [[0, 1], [0, 1], [0, 0]])


@pytest.mark.parametrize("colormap", ["blue", "gray", "yellow", "red", "green", "magma", "gray_r"])
def test_axes_can_be_read_in_every_theme(colormap):
    layers = Image(GREY, colormap=colormap), Image(GREY)
    stage = make_stage("RGB", NONE, display_of(*layers), None)
    light = np.array(stage.axes[0].stop) @ LUMINANCE
    assert LIGHTNESS[0] - 1e-9 <= light <= LIGHTNESS[1] + 1e-9
    assert all(0 <= value <= 1 for value in stage.axes[0].stop)


def test_a_grey_picture_is_at_home_on_all_three_axes():
    display = display_of(Image(GREY, contrast_limits=(0, 50)))
    stage = make_stage("RGB", NONE, display, None)
    assert [axis.name for axis in stage.axes] == ["R", "G", "B"]
    assert list(stage.axes[2].ticks.values()) == ["20", "40"]


# -- places


def test_places_among_the_channels_are_levels():
    colors = np.array([[0, 50], [50, 50], [100, 400]])
    expected = [[0, 0.25, 0], [0.5, 0.25, 0], [1, 1, 0]]
    assert np.allclose(place(display_of(*CHANNELS), colors, "RGB"), expected)
    grey = display_of(Image(GREY, contrast_limits=(0, 50)))
    assert place(grey, [[25]], "RGB").tolist() == [[0.5, 0.5, 0.5]]
    five = Display(tuple(Channel(n, (0, 10)) for n in "abcde"), False, np.dtype(float))
    assert place(five, [[1, 2, 3, 4, 5]], "RGB").tolist() == [[0.1, 0.2, 0.3]]


def test_channels_that_cannot_be_told_from_black():
    flat = Display((Channel("grey", (5.0, 5.0)),), False, np.dtype(float))
    assert np.isfinite(place(flat, [[5.0], [7.0]], "RGB")).all()
    assert flat.shown([[7.0]]).tolist() == [[1, 1, 1]]


@pytest.mark.parametrize("space", ["Lab", "Oklab"])
def test_places_in_lab_are_those_of_the_colors_that_are_shown(space):
    colors = np.array([[0, 0, 0], [200, 30, 99], [255, 255, 255]])
    layer = rgb(contrast_limits=(0, 200), gamma=0.5)
    display = display_of(layer)
    shown = np.clip(colors / 200, 0, 1) ** 0.5
    expected = rgb2lab(shown) if space == "Lab" else convert_colors(shown, "oklab")
    assert np.allclose(place(display, colors, space), expected[:, [1, 2, 0]], atol=1e-3)
    assert place(display, NONE, space).shape == (0, 3)


def test_grey_pictures_lie_in_lab_as_their_colormap_shows_them():
    layer = Image(GREY, colormap="viridis", contrast_limits=(0, 100))
    shown = layer.colormap.map(np.array([0.25, 1.0]))[:, :3]
    places = place(display_of(layer), [[25], [100]], "Lab")
    assert np.allclose(places, rgb2lab(shown)[:, [1, 2, 0]], atol=1e-3)


# -- what is told


@pytest.mark.parametrize(
    ("display", "expected"),
    [
        (display_of(rgb()), True),
        (display_of(Image(GREY)), True),
        (display_of(*CHANNELS), False),
        (display_of(*CHANNELS, CHANNELS[0]), False),
        (display_of(rgb(RGBA)), True),
        (display_of(rgb(RGBA), alpha="channel"), False),
        (Display.of_palette(Palette([[1, 2, 3]])), True),
        (Display.of_palette(Palette([[1, 2]])), False),
    ],
)
def test_which_images_have_colors(display, expected):
    assert has_spaces(display) is expected


@pytest.mark.parametrize(
    ("display", "expected"),
    [
        (display_of(rgb()), True),
        (display_of(Image(GREY)), False),
        (display_of(Image(GREY, colormap="viridis")), True),
        (display_of(*CHANNELS), False),
        (Display.of_palette(Palette([[5.0]])), False),
    ],
)
def test_where_another_space_makes_a_difference(display, expected):
    assert spaces_differ(display) is expected


def test_units_are_the_images_if_all_channels_agree():
    assert units("RGB", in_range(65535)) == 65535
    assert units("Lab", in_range(65535)) == 1
    assert units("RGB", display_of(*CHANNELS)) == 1
    assert units("RGB", display_of(*CHANNELS[:1])) == 100


def test_distances_are_named():
    assert distance_label("Lab", in_range(255)) == "distance in Lab"
    assert distance_label("RGB", display_of(Image(GREY))) == "distance in RGB"
    assert distance_label("RGB", display_of(*CHANNELS)) == "distance in DAPI, FITC"
