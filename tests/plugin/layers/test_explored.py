"""Several numbers of colors at once, as a stack and as a sheet."""

from __future__ import annotations

import warnings
from dataclasses import replace

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from napari.components import ViewerModel
from napari.layers import Image, Labels, Points
from pictures import PLACED, to_world
from seen import contrast

from napari_kmeans_quantizer import completed, quantize
from napari_kmeans_quantizer.plugin.layers.about import About
from napari_kmeans_quantizer.plugin.layers.contents import picture
from napari_kmeans_quantizer.plugin.layers.explored import (
    ABOVE,
    FONT,
    explored_contents,
    original_picture,
)
from napari_kmeans_quantizer.plugin.layers.ink import is_dark, text_color
from napari_kmeans_quantizer.plugin.layers.make import make_layer
from napari_kmeans_quantizer.plugin.models.placement import Placement
from napari_kmeans_quantizer.plugin.models.settings import Settings
from napari_kmeans_quantizer.plugin.models.source import Source
from napari_kmeans_quantizer.plugin.models.tiles import GAP
from napari_kmeans_quantizer.plugin.pipeline import explored

RNG = np.random.default_rng(0)
PHOTO = RNG.integers(1, 256, (40, 60, 3)).astype(np.uint8)
RGBA = np.concatenate([PHOTO, RNG.integers(0, 2, (40, 60, 1), np.uint8) * 200], axis=-1)
GREY = RNG.integers(20, 200, (40, 60)).astype(np.uint8)
STACK = RNG.integers(20, 200, (3, 40, 60)).astype(np.uint8)
PLACED_3D = {
    "scale": (5, 0.3, 2.0),
    "translate": (7, -4.0, 17.0),
    "rotate": [0, 0, 20],
    "units": ("um", "um", "um"),
}
MANY = (2, 3, 4, 5, 6)


def photo(pixels=PHOTO, **options):
    return Image(pixels, rgb=True, name="photo", **options)


SOURCES = {
    "rgb": lambda: Source((photo(),)),
    "rgb float": lambda: Source((photo((PHOTO / 255).astype(np.float32)),)),
    "rgba": lambda: Source((photo(RGBA),)),
    "rgb placed": lambda: Source((photo(**PLACED),)),
    "rgb stack": lambda: Source((photo(np.stack([PHOTO, PHOTO[::-1]])),)),
    "grey": lambda: Source((Image(GREY),)),
    "grey placed": lambda: Source((Image(GREY, **PLACED),)),
    "grey stack": lambda: Source((Image(STACK),)),
    "grey stack placed": lambda: Source((Image(STACK, **PLACED_3D),)),
    "channels": lambda: Source((Image(GREY, colormap="red"), Image(GREY[::-1], colormap="green"))),
    "region": lambda: Source((photo(),), Labels(np.pad(np.ones((20, 30), int), (5, 25))[:40, :60])),
    "window": lambda: Source((photo(**PLACED),), window=(slice(5, 30), slice(10, None))),
    "slice": lambda: Source((Image(STACK, **PLACED_3D),), window=(slice(1, 2), *[slice(None)] * 2)),
    "reduced": lambda: Source((photo(**PLACED),), step=3),
    "wide": lambda: Source((photo(PHOTO[:3], **PLACED),)),
    "tall": lambda: Source((photo(PHOTO[:, :3]),)),
}


def explore(source, arrangement, numbers=MANY):
    settings = Settings(effort="fast")
    return completed(explored(source, settings, numbers, arrangement))


def layers_of(exploration):
    """Return the layers of pictures and titles."""
    return [make_layer(role, made) for role, made in explored_contents(exploration).items()]


def pictures_of(exploration):
    """Return what is shown for every number of colors."""
    return {k: picture(result, exploration.display) for k, result in exploration.results.items()}


def plane_of(source):
    """A layer that lies on the pixels of the source's array, in the plane of the pictures."""
    return Points(ndim=source.ndim, **Placement.of_source(source).whole)


@pytest.mark.parametrize("arrangement", ["stack", "grid"])
@pytest.mark.parametrize("which", ["rgb placed", "grey stack placed", "channels", "rgb stack"])
def test_layers_stand_in_a_viewer_next_to_their_source(which, arrangement):
    source = SOURCES[which]()
    exploration = explore(source, arrangement)
    image, titles = layers_of(exploration)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        viewer = ViewerModel()
        for layer in (*source.layers, image, titles):
            viewer.add_layer(layer)
        for step in range(int(viewer.dims.nsteps[0])):
            viewer.dims.set_current_step(0, step)
        viewer.reset_view()
    assert viewer.dims.ndim == source.ndim + (arrangement == "stack")
    assert image.units[-source.ndim :] == source.main.units
    assert titles.units == image.units[-titles.ndim :]
    assert image.axis_labels[-source.ndim :] == source.main.axis_labels
    for role, layer in (("explored", image), ("titles", titles)):
        about = About.of_layer(layer)
        assert (about.role, about.source) == (role, source.name)
        assert about.source_ids == source.key
        assert about.settings == exploration.settings


# -- looks


@pytest.mark.parametrize("arrangement", ["stack", "grid"])
def test_grey_looks_like_its_source(arrangement):
    layer = Image(GREY, contrast_limits=(30, 150), gamma=0.7, colormap="viridis", name="cells")
    image, _ = layers_of(explore(Source((layer,)), arrangement))
    assert not image.rgb
    assert image.contrast_limits == [30, 150]
    assert image.colormap.name == "viridis"
    assert image.gamma == 0.7
    assert image.name == "cells · 2 to 6 colors"


def test_channels_become_a_color_picture():
    exploration = explore(SOURCES["channels"](), "stack")
    image, _ = layers_of(exploration)
    assert image.rgb
    for shown, expected in zip(image.data, pictures_of(exploration).values(), strict=True):
        assert np.array_equal(shown, expected)


@pytest.mark.parametrize("arrangement", ["stack", "grid"])
def test_color_looks_like_its_source(arrangement):
    layer = photo(PHOTO.astype(np.uint16) * 16, contrast_limits=(100, 3000), gamma=0.7)
    image, _ = layers_of(explore(Source((layer,)), arrangement))
    assert image.rgb
    assert (image.contrast_limits, image.gamma) == ([100, 3000], 0.7)


def test_what_was_shown_and_where_is_that_of_the_beginning():
    """A person may move sliders and layers while it is computed."""
    layer = Image(GREY, contrast_limits=(30, 150))
    exploration = explore(Source((layer,)), "grid")
    layer.contrast_limits, layer.translate = (0, 10), (7, 7)
    image, _ = layers_of(exploration)
    assert image.contrast_limits == [30, 150]
    assert np.array_equal(image.translate, (0, 0))


def test_titles_tell_the_number_and_the_quality():
    flat = np.repeat([[0, 100], [200, 250]], 20, axis=1).astype(np.uint8)
    exploration = explore(Source((Image(flat, name="flat"),)), "stack", (2, 3, 4))
    results, (_, titles) = exploration.results, layers_of(exploration)
    expected = [f"K = {k}   {results[k].psnr:.1f} dB" for k in (2, 3)] + ["K = 4   unchanged"]
    assert list(titles.text.values) == expected
    assert titles.name == "flat · titles"


@pytest.mark.parametrize("arrangement", ["stack", "grid"])
def test_titles_turn_and_scale_with_the_source(arrangement):
    def text(step=1, **placed):
        return layers_of(explore(Source((photo(**placed),), step=step), arrangement))[1].text

    plain, turned = text(), text(scale=(0.5, 0.5), rotate=30)
    assert plain.rotation == 0
    assert abs(turned.rotation) == pytest.approx(30)
    assert turned.size == pytest.approx(plain.size / 2)
    assert text(step=2).size == pytest.approx(plain.size)


# -- a stack


@pytest.mark.parametrize("which", SOURCES)
def test_stack_holds_the_pictures(which):
    exploration = explore(SOURCES[which](), "stack")
    image, _ = layers_of(exploration)
    assert len(image.data) == len(MANY)
    for shown, expected in zip(image.data, pictures_of(exploration).values(), strict=True):
        assert np.array_equal(shown, expected)
        assert shown.dtype == expected.dtype


@pytest.mark.parametrize("numbers", [(2, 3, 4, 5), (7,), (4, 6, 8)])
@pytest.mark.parametrize("which", ["rgb", "grey placed", "grey stack placed", "window", "reduced"])
def test_the_new_axis_is_k_and_the_others_are_the_sources(which, numbers):
    source = SOURCES[which]()
    exploration = explore(source, "stack", numbers)
    results, (image, titles) = exploration.results, layers_of(exploration)
    assert image.axis_labels[0] == titles.axis_labels[0] == "K"
    corners = np.array([[0] * source.ndim, [n - 1 for n in source.shape]])
    expected = to_world(plane_of(source), corners)
    for i, n_colors in enumerate(numbers):
        world = to_world(image, np.column_stack([[i, i], corners]))
        assert np.allclose(world[:, 0], n_colors)
        assert np.allclose(world[:, 1:], expected)
        title = f"K = {n_colors}   {results[n_colors].psnr:.1f} dB"
        at = to_world(titles, titles.data[titles.features["title"] == title])
        assert len(at) == len(titles.data) / len(numbers)
        assert np.allclose(at[:, 0], n_colors)


@pytest.mark.parametrize("which", ["rgb", "grey stack placed"])
def test_the_slider_goes_from_k_to_k(which):
    source = SOURCES[which]()
    exploration = explore(source, "stack")
    results, pictures = exploration.results, pictures_of(exploration)
    image, titles = layers_of(exploration)
    viewer = ViewerModel()
    for layer in (*source.layers, image, titles):
        viewer.add_layer(layer)
    assert viewer.dims.range[0] == (2, 6, 1)
    assert viewer.dims.nsteps[0] == 5
    for n_colors in MANY:
        viewer.dims.set_point(0, n_colors)
        shown = image._slice.image.raw
        expected = pictures[n_colors]
        if source.ndim == 3:
            expected = expected[round(float(image._data_slice.point[1]))]
        assert np.array_equal(shown, expected)
        title = f"K = {n_colors}   {results[n_colors].psnr:.1f} dB"
        for z in range(viewer.dims.nsteps[1] if source.ndim == 3 else 1):
            if source.ndim == 3:
                viewer.dims.set_current_step(1, z)
            assert list(titles._view_text) == [title]


# -- a grid


def tiles(source, titles):
    """Return the corners of the pictures on a sheet, from the places of their titles."""
    placement = Placement.of_source(source)
    plane = Points(ndim=2, **placement.plane)
    line = titles.text.size / FONT / source.step / placement.zoom
    start = [part.start or 0 for part in source.window or (slice(None),) * source.ndim][-2:]
    assert np.allclose(to_world(titles, titles.data), to_world(plane, titles.data))
    positions = (titles.data - start - (source.step - 1) / 2) / source.step
    corners = np.add(positions, (ABOVE * line, 0))
    assert np.allclose(corners, np.rint(corners))
    return np.rint(corners).astype(int), line


@pytest.mark.parametrize(
    ("which", "numbers"),
    [*((which, MANY) for which in SOURCES), *(("grey", range(2, n)) for n in (3, 4, 12))],
)
def test_tiles_show_the_right_pictures_below_their_titles(which, numbers):
    source = SOURCES[which]()
    exploration = explore(source, "grid", tuple(numbers))
    results, pictures = exploration.results, pictures_of(exploration)
    image, titles = layers_of(exploration)
    corners, _ = tiles(source, titles)
    height, width = source.shape[-2:]
    color = image.rgb
    axes = (-3, -2) if color else (-2, -1)
    planes = np.moveaxis(image.data, axes, (0, 1))
    free = np.ones(planes.shape[:2], bool)
    original = original_picture(source.array(), source.display())
    for (top, left), expected in zip(corners, [original, *pictures.values()], strict=True):
        expected = np.moveaxis(expected, axes, (0, 1))
        place = slice(top, top + height), slice(left, left + width)
        assert free[place].all()
        free[place] = False
        shown = planes[place]
        if color:
            opaque = 1 if expected.dtype.kind == "f" else 255
            alpha = expected[..., 3] if expected.shape[-1] == 4 else opaque
            assert (shown[..., 3] == alpha).all()
            shown, expected = shown[..., :3], expected[..., :3]
        assert shown.shape == expected.shape
        assert np.array_equal(shown, expected)
    if color:
        assert (planes[free][..., 3] == 0).all()  # transparent, not black
    else:
        assert (planes[free] == np.uint8(source.main.contrast_limits[0])).all()
    assert titles.features["title"].tolist() == [
        "original",
        *(f"K = {k}   {result.psnr:.1f} dB" for k, result in results.items()),
    ]


@pytest.mark.parametrize("which", SOURCES)
def test_the_first_picture_lies_on_the_source(which):
    source = SOURCES[which]()
    image, titles = layers_of(explore(source, "grid"))
    pixels = np.array([[0] * source.ndim, [n - 1 for n in source.shape]])
    assert np.allclose(to_world(image, pixels), to_world(plane_of(source), pixels))
    assert tiles(source, titles)[0][0].tolist() == [0, 0]


@pytest.mark.parametrize("shape", [(40, 60), (6, 300), (300, 6), (1, 50), (50, 1), (2, 2)])
def test_titles_have_room_between_the_pictures(shape):
    """Text is anchored above its point; its lines are 1.2 times as high as its size and a bit."""
    grey = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
    source = Source((Image(grey),))
    _, titles = layers_of(explore(source, "grid", range(2, 5)))
    corners, line = tiles(source, titles)
    (_, _), (_, right), (down, _), _ = corners
    size = titles.text.size
    assert size * 1.5 <= line
    assert down - shape[0] >= (ABOVE + 1) * line
    assert right >= shape[1] + GAP * line
    assert right >= 11.5 * size  # as wide as "K = 256   unchanged"


def test_the_original_of_channels_is_shown_in_their_colors():
    layers = Image(GREY, colormap="red"), Image(GREY[::-1], colormap="green")
    source = Source(layers)
    picture = original_picture(source.array(), source.display())
    expected = source.display().shown(source.array().reshape(-1, 2)).reshape(40, 60, 3)
    assert picture.dtype == np.uint8
    assert np.array_equal(picture, np.rint(expected * 255))
    assert np.ptp(picture[..., 0]) > 100
    assert np.ptp(picture[..., 1]) > 100
    assert not picture[..., 2].any()


@pytest.mark.parametrize(("dark", "canvas"), [(True, "black"), (False, "white")])
def test_titles_can_be_read_on_the_canvas(dark, canvas):
    background = {"black": (0, 0, 0), "white": (1, 1, 1)}[canvas]
    assert is_dark(background) is dark
    assert contrast(to_rgb(text_color(dark)), background) >= 7


def test_text_is_readable_on_any_canvas():
    for grey in np.linspace(0, 1, 21):
        if not 0.25 < grey < 0.75:
            ink = to_rgb(text_color(is_dark((grey, grey, grey))))
            assert contrast(ink, (grey,) * 3) >= 4.5


def test_gaps_of_grey_are_as_dark_as_can_be():
    signed = GREY.astype(np.int16) - 100
    layer = Image(signed, contrast_limits=(-90, 50))
    image, _ = layers_of(explore(Source((layer,)), "grid", (2, 3)))
    assert (image.data[:, 60] == -90).all()
    assert image.data.dtype == np.int16
    floats = Image(GREY.astype(np.float32), contrast_limits=(12.5, 50))
    image, _ = layers_of(explore(Source((floats,)), "grid", (2, 3)))
    assert (image.data[:, 60] == 12.5).all()
    image, _ = layers_of(explore(Source((Image(GREY > 99),)), "grid", (1, 2)))
    assert not image.data[:, 60].any()


def test_nothing_of_the_results_is_changed():
    exploration = explore(SOURCES["rgb"](), "stack")
    before = {k: result.image.copy() for k, result in exploration.results.items()}
    for arrangement in ("stack", "grid"):
        explored_contents(replace(exploration, arrangement=arrangement))
    assert all(np.array_equal(exploration.results[k].image, before[k]) for k in MANY)
    assert np.array_equal(before[3], quantize(PHOTO, 3, effort="fast").image)
