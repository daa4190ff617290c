"""What the three layers of a result hold, and what the layers made of it show."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from napari.components import ViewerModel
from napari.layers import Image, Labels, Points
from pictures import PLACED, RGBA, rgb, state_of
from skimage import data

from napari_kmeans_quantizer import quantize
from napari_kmeans_quantizer.plugin.layers.about import About
from napari_kmeans_quantizer.plugin.layers.contents import (
    ROLES,
    VEIL,
    VEIL_OPACITY,
    picture,
    state_contents,
    with_alpha,
)
from napari_kmeans_quantizer.plugin.layers.ink import FAINT
from napari_kmeans_quantizer.plugin.layers.make import make_layers
from napari_kmeans_quantizer.plugin.models.settings import Settings

PHOTO = data.coffee()[::4, ::4]
GREY = PHOTO[..., 0]
INSIDE = np.zeros(GREY.shape, int)
INSIDE[10:40, 20:70] = 1


def made(layers, n_colors=4, **parts):
    """Return the three layers of a new result."""
    return make_layers(state_contents(state_of(layers, Settings(n_colors), **parts)))


def corners(layer, shape):
    """World coordinates of the corners of a layer's pixels."""
    grid = np.stack(np.meshgrid(*[(0, n - 1) for n in shape], indexing="ij"), axis=-1)
    return np.array([layer.data_to_world(p) for p in grid.reshape(-1, len(shape))])


def test_three_layers_named_after_the_source():
    image, labels, palette = made(rgb(PHOTO), 8)
    assert (type(image), type(labels), type(palette)) == (Image, Labels, Points)
    assert [layer.name for layer in (image, labels, palette)] == [
        "photo · quantized",
        "photo · clusters",
        "photo · palette",
    ]
    expected = quantize(PHOTO, 8)
    assert np.array_equal(image.data, expected.image)
    assert image.rgb
    assert np.array_equal(labels.data, expected.labels + 1)
    assert labels.data.dtype == np.uint8
    assert np.allclose(palette.face_color[:, :3], expected.palette.rgb, atol=1e-6)


def test_what_each_layer_is_is_told_with_it():
    state = state_of(rgb(PHOTO), Settings(5, "lab", random_state=3))
    contents = state_contents(state)
    for role, layer in zip(ROLES, make_layers(contents), strict=True):
        about = About.of_layer(layer)
        assert (about.role, about.source) == (role, "photo")
        assert about.source_ids == state.source.key
        assert about.settings == state.settings
        assert (about.palette is not None) == (role == "palette")


# -- clusters


def test_labels_have_the_palettes_colors_and_tell_on_hovering():
    labels = made(Image(PHOTO), 5).labels
    expected = quantize(PHOTO, 5)
    for k in range(5):
        assert np.allclose(labels.get_color(k + 1)[:3], expected.palette.rgb[k], atol=1e-6)
    assert labels.features["index"].tolist() == [1, 2, 3, 4, 5]
    assert labels.features["hex"].tolist() == expected.palette.hex
    assert labels.features["share"].sum() == pytest.approx(1)
    assert labels.features["pixels"].sum() == PHOTO.shape[0] * PHOTO.shape[1]
    status = labels.get_status((3, 4), world=True)["coordinates"]
    k = expected.labels[3, 4]
    assert f"hex: {expected.palette.hex[k]}" in status
    assert f"pixels: {expected.palette.counts[k]}" in status


def test_transparent_pixels_have_label_0():
    rgba = np.concatenate([PHOTO, np.full((*PHOTO.shape[:2], 1), 255, np.uint8)], axis=-1)
    rgba[:10, :, 3] = 0
    image, labels, _ = made(Image(rgba))
    assert (labels.data[:10] == 0).all()
    assert (labels.data[10:] > 0).all()
    assert np.array_equal(image.data[..., 3], rgba[..., 3])


def test_pixels_outside_the_region_have_label_0():
    labels = made(Image(PHOTO), region=Labels(INSIDE)).labels
    expected = quantize(PHOTO, 4, mask=INSIDE > 0)
    assert np.array_equal(labels.data, np.where(INSIDE, expected.labels + 1, 0))
    assert labels.features["pixels"].sum() == INSIDE.sum()


@pytest.mark.parametrize(("n_colors", "dtype"), [(255, np.uint8), (256, np.uint16)])
def test_more_colors_than_a_byte_holds(n_colors, dtype):
    labels = made(Image(PHOTO), n_colors).labels
    assert labels.data.dtype == dtype
    assert labels.data.max() == n_colors
    assert labels.get_color(n_colors)[3] == 1


# -- the palette


@pytest.mark.parametrize("n_colors", [1, 2, 16, 33, 256])
def test_palette_squares_stand_beside_the_picture_and_apart(n_colors):
    palette = made(Image(PHOTO), n_colors).palette
    height, width = PHOTO.shape[:2]
    size = palette.size[0]
    assert len(palette.data) == n_colors
    assert (palette.data[:, 1] - size / 2 > width - 0.5).all()
    assert (palette.data[:, 0] > 0).all()
    assert (palette.data[:, 0] < height).all()
    apart = np.abs(palette.data[:, np.newaxis] - palette.data).max(axis=-1)
    assert (apart[~np.eye(n_colors, dtype=bool)] > size).all()
    assert (palette.symbol == "square").all()


def test_points_tell_their_cluster_as_labels_do():
    _, labels, palette = made(Image(PHOTO), 5)
    assert palette.features["cluster"].tolist() == [1, 2, 3, 4, 5]
    assert "index" not in palette.features  # in napari's CSV of points that counts from 0
    for name in ("hex", "share", "pixels"):
        assert palette.features[name].tolist() == labels.features[name].tolist()
    share = labels.features["share"][2]
    assert palette.text.values[2] == f"{labels.features['hex'][2]}  {share:.1%}"


def test_palette_text_scales_with_the_source_and_stays_upright():
    plain = made(Image(PHOTO), 3).palette
    small = made(Image(PHOTO, scale=(0.5, 0.5)), 3).palette
    turned = made(Image(PHOTO, rotate=30), 3).palette
    assert [x.text.rotation for x in (plain, small, turned)] == [0, 0, 0]
    assert small.text.size == pytest.approx(plain.text.size / 2)


# -- places


@pytest.mark.parametrize("grey", [False, True])
def test_outputs_overlay_a_placed_source_exactly(grey):
    photo = GREY if grey else PHOTO
    source = Image(photo, rgb=not grey, **PLACED)
    image, labels, palette = made(source, 6)
    for layer in (image, labels, palette):
        assert np.array_equal(corners(layer, photo.shape[:2]), corners(source, photo.shape[:2]))
        assert layer.units == source.units
        assert layer.axis_labels == source.axis_labels
        for name in ("scale", "translate", "rotate", "shear"):
            assert np.allclose(getattr(layer, name), getattr(source, name))
        assert np.allclose(layer.affine, source.affine)


def test_stacks_get_one_palette_that_stays_in_the_plane():
    stack = np.moveaxis(PHOTO, -1, 0)
    source = Image(stack, rgb=False, scale=(5, 2, 2), translate=(9, 8, 7), units=("um",) * 3)
    image, labels, palette = made(source, 6)
    assert image.data.shape == labels.data.shape == stack.shape
    assert palette.ndim == 2
    assert np.array_equal(palette.scale, (2, 2))
    assert np.array_equal(palette.translate, (8, 7))
    assert np.array_equal(corners(image, stack.shape), corners(source, stack.shape))
    viewer = ViewerModel()
    for layer in (source, image, labels, palette):
        viewer.add_layer(layer)
    assert viewer.dims.ndisplay == 2
    assert viewer.dims.ndim == 3


def test_palette_of_a_rotated_stack_lies_in_the_plane():
    source = Image(np.stack([GREY] * 2), rotate=[0, 0, 30], scale=(3, 2, 2))
    palette = made(source, 3).palette
    points = np.array([[0.0, 0.0], [10.0, 0.0], [0.0, 10.0]])
    for point in points:
        assert np.allclose(palette.data_to_world(point), source.data_to_world((0, *point))[-2:])


def test_time_series_of_color_images():
    series = np.stack([PHOTO, PHOTO // 2])
    image, labels, _ = made(Image(series, rgb=True), 6)
    assert image.rgb
    assert image.data.shape == series.shape
    assert labels.data.shape == series.shape[:-1]


# -- looks


def test_grey_output_looks_like_its_source():
    source = Image(GREY.astype(np.uint16) * 9, contrast_limits=(100, 900), gamma=0.7)
    source.colormap = "viridis"
    image, labels, palette = made(source)
    assert image.contrast_limits == source.contrast_limits
    assert image.colormap.name == "viridis"
    assert image.gamma == 0.7
    values = quantize(source.data, 4).palette.colors[:, 0]
    shown = source.colormap.map(np.clip((values - 100) / 800, 0, 1) ** 0.7)
    assert np.allclose(palette.face_color[:, :3], shown[:, :3], atol=1e-5)
    assert np.allclose(labels.get_color(1), shown[0], atol=1e-5)
    shown_hex = ["#" + bytes(np.rint(255 * rgba[:3]).astype(np.uint8)).hex() for rgba in shown]
    assert labels.features["hex"].tolist() == palette.features["hex"].tolist() == shown_hex


def test_color_output_looks_like_its_source():
    pixels = PHOTO.astype(np.uint16) * 16
    source = rgb(pixels, contrast_limits=(400, 3600), gamma=0.7)
    image, labels, palette = made(source)
    assert image.contrast_limits == [400, 3600]
    assert image.gamma == 0.7
    values = quantize(pixels, 4).palette.colors
    shown = np.clip((values - 400) / 3200, 0, 1) ** 0.7
    assert np.allclose(palette.face_color[:, :3], shown, atol=1e-6)
    assert np.allclose(labels.get_color(2)[:3], shown[1], atol=1e-6)


def test_channels_are_painted_as_they_are_shown():
    layers = (
        Image(GREY, name="a", colormap="red", contrast_limits=(0, 100), gamma=0.5),
        Image(PHOTO[..., 1], name="b", colormap="green", contrast_limits=(50, 250)),
    )
    state = state_of(layers, Settings(5), region=Labels(INSIDE))
    shown = picture(state.result, state.display)
    inside = INSIDE > 0
    expected = np.rint(255 * state.shown).astype(np.uint8)[state.result.labels]
    assert np.array_equal(shown[inside], expected[inside])
    assert (shown[~inside] == 0).all()
    image = make_layers(state_contents(state)).image
    assert image.rgb
    assert image.name == "a + b · quantized"
    assert image.contrast_limits == [0, 255]


# -- hidden clusters


def test_hidden_clusters_lie_under_a_veil():
    """Transparent, they would show the original beneath: as good as the cluster itself."""
    state = replace(state_of(Image(PHOTO)), hidden=frozenset({1, 2}))
    image, labels, palette = make_layers(state_contents(state))
    shown = np.isin(state.result.labels, (0, 3))
    assert np.array_equal(image.data[shown][:, :3], state.result.image[shown])
    assert (image.data[shown][:, 3] == 255).all()
    veil = np.array([VEIL, VEIL, VEIL, VEIL_OPACITY])
    assert (image.data[~shown] == (veil * 255).astype(np.uint8)).all()
    for k in (0, 3):
        assert np.allclose(labels.get_color(k + 1)[:3], state.shown[k], atol=1e-6)
    for k in (1, 2):
        assert np.allclose(labels.get_color(k + 1), veil, atol=1e-6)
    # Entries of the legend are faint, and their colors can still be told from the layer.
    assert np.allclose(palette.face_color[:, :3], state.shown, atol=1e-6)
    for alpha in (palette.face_color[:, 3], palette.text.color(palette.features)[:, 3]):
        assert np.allclose(alpha, [1, FAINT, FAINT, 1])


def test_hidden_clusters_of_a_region_hide_nothing_outside():
    state = replace(state_of(Image(PHOTO), region=Labels(INSIDE)), hidden=frozenset({0}))
    image = make_layers(state_contents(state)).image
    hidden = (state.result.labels == 0) & (INSIDE > 0)
    assert np.array_equal(image.data[..., 3] < 255, hidden)


def test_hidden_clusters_of_grey_get_one_shade():
    layer = Image(GREY, contrast_limits=(0, 200), colormap="viridis", gamma=0.5)
    state = replace(state_of(layer), hidden=frozenset({2}))
    image, labels, _ = make_layers(state_contents(state))
    hidden = state.result.labels == 2
    assert np.array_equal(image.data[~hidden], state.result.image[~hidden])
    (value,) = np.unique(image.data[hidden])
    shown = state.display.shown([[value]])[0]
    others = state.display.shown(np.arange(0, 201)[:, np.newaxis])
    distances = ((others - VEIL) ** 2).sum(axis=1)
    assert ((shown - VEIL) ** 2).sum() == pytest.approx(distances.min(), rel=0.05)
    assert labels.get_color(3)[3] == pytest.approx(VEIL_OPACITY)


def test_the_veil_looks_alike_whatever_the_dtype_and_limits():
    for dtype, factor, limits in ((np.uint16, 257.0, (0, 65535)), (np.float32, 1 / 255, (0, 1))):
        layer = rgb((PHOTO * factor).astype(dtype), contrast_limits=limits, gamma=0.5)
        state = replace(state_of(layer), hidden=frozenset({0}))
        veil = make_layers(state_contents(state)).image.data[state.result.labels == 0][0]
        assert np.allclose(state.display.shown([veil[:3]]), VEIL, atol=0.01)
        assert veil[3] == pytest.approx(VEIL_OPACITY * limits[1], rel=1e-3)


def test_labels_that_no_cluster_has_are_seen():
    """People paint with new labels: those, too, must be visible."""
    labels = made(Image(PHOTO), 3).labels
    assert labels.get_color(4)[3] == 1
    assert labels.colormap.map(0)[3] == 0


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32, bool])
def test_alpha_is_that_of_the_dtype(dtype):
    shown = (RGBA[..., :3] > 99).astype(dtype)
    opaque = with_alpha(shown)
    top = {"uint8": 255, "uint16": 65535, "float32": 1, "bool": 255}[np.dtype(dtype).name]
    assert (opaque[..., 3] == top).all()
    assert np.array_equal(opaque[..., :3] > 0, shown > 0)
    opaque[0, 0, 3] = 0
    again = with_alpha(opaque)
    assert np.array_equal(again, opaque)
    assert again is not opaque
