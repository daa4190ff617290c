from __future__ import annotations

import dask.array as da
import numpy as np
import pytest
from napari.components import ViewerModel
from napari.layers import Image, Labels, Points, Shapes
from skimage import data

from napari_kmeans_quantizer import Palette, quantize
from napari_kmeans_quantizer.plugin import quantize_layer
from napari_kmeans_quantizer.plugin.layers.contents import result_contents
from napari_kmeans_quantizer.plugin.layers.make import (
    find_output,
    is_output,
    make_layers,
    update_layer,
)
from napari_kmeans_quantizer.plugin.models.settings import Settings
from napari_kmeans_quantizer.plugin.models.source import Source

PHOTO = data.coffee()[::4, ::4]
PLACED = {
    "scale": (0.3, 2.0),
    "translate": (-4.0, 17.0),
    "rotate": 33.0,
    "shear": [0.4],
    "affine": [[1.0, 0.2, 5.0], [0.1, 0.9, -3.0], [0.0, 0.0, 1.0]],
    "units": ("um", "um"),
    "axis_labels": ("row", "column"),
}


def corners(layer, shape):
    """World coordinates of the corners of a layer's pixels."""
    grid = np.stack(np.meshgrid(*[(0, n - 1) for n in shape], indexing="ij"), axis=-1)
    return np.array([layer.data_to_world(p) for p in grid.reshape(-1, len(shape))])


def test_three_layers_named_after_the_source():
    image, labels, palette = quantize_layer(Image(PHOTO, name="photo"), n_colors=8)
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
    assert palette.features["hex"].tolist() == expected.palette.hex


def test_labels_have_the_palettes_colors_and_tell_on_hovering():
    labels = quantize_layer(Image(PHOTO), n_colors=5).labels
    expected = quantize(PHOTO, 5)
    for k in range(5):
        assert np.allclose(labels.get_color(k + 1)[:3], expected.palette.rgb[k], atol=1e-6)
    assert labels.features["index"].tolist() == [1, 2, 3, 4, 5]
    assert labels.features["share"].sum() == pytest.approx(1)
    assert labels.features["pixels"].sum() == PHOTO.shape[0] * PHOTO.shape[1]
    status = labels.get_status((3, 4), world=True)["coordinates"]
    k = expected.labels[3, 4]
    assert f"hex: {expected.palette.hex[k]}" in status
    assert f"pixels: {expected.palette.counts[k]}" in status


@pytest.mark.parametrize("grey", [False, True])
def test_outputs_overlay_a_placed_source_exactly(grey):
    photo = PHOTO[..., 0] if grey else PHOTO
    source = Image(photo, rgb=not grey, **PLACED)
    image, labels, palette = quantize_layer(source, n_colors=6)
    for layer in (image, labels, palette):
        assert np.array_equal(corners(layer, photo.shape[:2]), corners(source, photo.shape[:2]))
        assert layer.units == source.units
        assert layer.axis_labels == source.axis_labels
        for name in ("scale", "translate", "rotate", "shear"):
            assert np.allclose(getattr(layer, name), getattr(source, name))
        assert np.allclose(layer.affine, source.affine)


def test_stacks_get_one_palette_that_stays_in_the_plane():
    stack = np.stack([PHOTO[..., 0], PHOTO[..., 1], PHOTO[..., 2]])
    source = Image(stack, scale=(5, 2, 2), translate=(9, 8, 7), units=("um", "um", "um"))
    image, labels, palette = quantize_layer(source, n_colors=6)
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
    source = Image(np.stack([PHOTO[..., 0]] * 2), rotate=[0, 0, 30], scale=(3, 2, 2))
    palette = quantize_layer(source, n_colors=3).palette
    points = np.array([[0.0, 0.0], [10.0, 0.0], [0.0, 10.0]])
    for point in points:
        assert np.allclose(palette.data_to_world(point), source.data_to_world((0, *point))[-2:])


def test_time_series_of_color_images():
    series = np.stack([PHOTO, PHOTO // 2])
    image, labels, _ = quantize_layer(Image(series, rgb=True), n_colors=6)
    assert image.rgb
    assert image.data.shape == series.shape
    assert labels.data.shape == series.shape[:-1]


def test_grey_output_looks_like_its_source():
    source = Image(PHOTO[..., 0].astype(np.uint16) * 9, contrast_limits=(100, 900), gamma=0.7)
    source.colormap = "viridis"
    image, labels, palette = quantize_layer(source, n_colors=4)
    assert image.contrast_limits == source.contrast_limits
    assert image.colormap.name == "viridis"
    assert image.gamma == 0.7
    values = quantize(source.data, 4).palette.colors[:, 0]
    shown = source.colormap.map(np.clip((values - 100) / 800, 0, 1) ** 0.7)
    assert np.allclose(palette.face_color[:, :3], shown[:, :3], atol=1e-5)
    assert np.allclose(labels.get_color(1), shown[0], atol=1e-5)


def test_transparent_pixels_have_label_0():
    rgba = np.concatenate([PHOTO, np.full((*PHOTO.shape[:2], 1), 255, np.uint8)], axis=-1)
    rgba[:10, :, 3] = 0
    image, labels, _ = quantize_layer(Image(rgba), n_colors=4)
    assert (labels.data[:10] == 0).all()
    assert (labels.data[10:] > 0).all()
    assert np.array_equal(image.data[..., 3], rgba[..., 3])


def test_dask_and_multiscale_sources():
    lazy = da.from_array(PHOTO, chunks=(40, 50, 3))
    pyramid = Image([PHOTO, PHOTO[::2, ::2]], multiscale=True, rgb=True)
    expected = quantize(PHOTO, 5)
    for source in (Image(lazy, rgb=True), pyramid):
        image, labels, _ = quantize_layer(source, n_colors=5)
        assert np.array_equal(image.data, expected.image)
        assert np.array_equal(labels.data, expected.labels + 1)


def test_more_colors_than_a_byte_holds():
    labels = quantize_layer(Image(PHOTO), n_colors=256).labels
    assert labels.data.dtype == np.uint16
    assert labels.data.max() == 256
    assert (labels.get_color(256)[3]) == 1


@pytest.mark.parametrize("n_colors", [1, 2, 16, 33, 256])
def test_palette_squares_stand_beside_the_picture_and_apart(n_colors):
    palette = quantize_layer(Image(PHOTO), n_colors=n_colors).palette
    height, width = PHOTO.shape[:2]
    size = palette.size[0]
    assert len(palette.data) == n_colors
    assert (palette.data[:, 1] - size / 2 > width).all()
    assert (palette.data[:, 0] > 0).all()
    assert (palette.data[:, 0] < height).all()
    apart = np.abs(palette.data[:, np.newaxis] - palette.data).max(axis=-1)
    assert (apart[~np.eye(n_colors, dtype=bool)] > size).all()
    assert (palette.symbol == "square").all()


def test_options_are_passed_on_and_kept():
    layer = Image(PHOTO, name="photo")
    image, labels, palette = quantize_layer(layer, n_colors=5, sample=50, random_state=4)
    assert np.array_equal(image.data, quantize(PHOTO, 5, sample=50, random_state=4).image)
    for made in (image, labels, palette):
        assert is_output(made)
        kept = made.metadata["napari-kmeans-quantizer"]
        assert kept["source"] == "photo"
        assert kept["settings"]["n_colors"] == 5
        assert kept["settings"]["sample"] == 50
    assert not is_output(layer)


def test_outputs_are_found_by_source_and_updated_in_place():
    source, other = Image(PHOTO), Image(PHOTO)
    old = quantize_layer(source, n_colors=5)
    assert find_output(old, source, "labels") is old.labels
    assert find_output(old, other, "labels") is None
    old.palette.visible = False
    for n_colors in (9, 3, 40):
        new = quantize_layer(source, n_colors=n_colors)
        contents = result_contents(Source((source,)), quantize(PHOTO, n_colors), Settings())
        for layer, content in zip(old, contents, strict=True):
            update_layer(layer, content)
        assert np.array_equal(old.image.data, new.image.data)
        assert np.array_equal(old.labels.data, new.labels.data)
        assert np.allclose(old.labels.get_color(3), new.labels.get_color(3))
        assert old.labels.features.equals(new.labels.features)
        assert np.array_equal(old.palette.data, new.palette.data)
        assert np.array_equal(old.palette.face_color, new.palette.face_color)
        assert np.array_equal(old.palette.size, new.palette.size)
        assert list(old.palette.text.values) == list(new.palette.text.values)
        assert old.palette.text.size == new.palette.text.size
    assert not old.palette.visible


def test_source_is_never_modified():
    source = Image(PHOTO.copy(), name="photo")
    before = source.data.copy()
    quantize_layer(source, n_colors=3)
    assert np.array_equal(source.data, before)
    assert source.metadata == {}


def test_other_layers_are_refused():
    with pytest.raises(TypeError, match="Image layer, got Labels"):
        quantize_layer(Labels(np.zeros((4, 4), int)))


def test_palette_text_turns_and_scales_with_the_source():
    plain = quantize_layer(Image(PHOTO), n_colors=3).palette
    turned = quantize_layer(Image(PHOTO, scale=(0.5, 0.5), rotate=30), n_colors=3).palette
    assert plain.text.rotation == 0
    assert abs(turned.text.rotation) == pytest.approx(30)
    assert turned.text.size == pytest.approx(plain.text.size / 2)


# -- parts, channels, edits

GREY = PHOTO[..., 0]
INSIDE = np.zeros(GREY.shape, int)
INSIDE[10:40, 20:70] = 1


def made_of(layers):
    return layers.palette.metadata["napari-kmeans-quantizer"]


def test_only_a_region_takes_part():
    layers = quantize_layer(Image(PHOTO), 4, region=Labels(INSIDE, name="drawn"))
    expected = quantize(PHOTO, 4, mask=INSIDE > 0)
    assert np.array_equal(layers.image.data, expected.image)
    assert np.array_equal(layers.labels.data, np.where(INSIDE, expected.labels + 1, 0))
    assert layers.labels.features["pixels"].sum() == INSIDE.sum()
    assert made_of(layers)["region"] == "drawn"


def test_a_region_of_shapes():
    corners = np.array([[10, 20], [10, 70], [40, 70], [40, 20]])
    drawn = Shapes([corners], shape_type="rectangle")
    one = quantize_layer(Image(PHOTO), 4, region=drawn)
    other = quantize_layer(Image(PHOTO), 4, region=Labels(INSIDE))
    assert np.array_equal(one.labels.data, other.labels.data)


def test_colors_of_a_region_for_everything():
    layers = quantize_layer(Image(PHOTO), 4, region=Labels(INSIDE), apply_everywhere=True)
    inside = quantize(PHOTO, 4, mask=INSIDE > 0)
    expected = quantize(PHOTO, palette=inside.palette)
    assert np.array_equal(layers.image.data, expected.image)
    assert np.array_equal(layers.labels.data, expected.labels + 1)
    assert made_of(layers)["settings"]["apply_everywhere"] is True


def test_masks_of_their_own():
    for everywhere in (False, True):
        one = quantize_layer(Image(PHOTO), 4, mask=INSIDE > 0, apply_everywhere=everywhere)
        other = quantize_layer(Image(PHOTO), 4, region=Labels(INSIDE), apply_everywhere=everywhere)
        assert np.array_equal(one.labels.data, other.labels.data)
        assert np.array_equal(one.image.data, other.image.data)
    with pytest.raises(ValueError, match="`region` and `mask` say the same"):
        quantize_layer(Image(PHOTO), 4, region=Labels(INSIDE), mask=INSIDE > 0)


def test_a_window_lies_where_it_was_taken():
    stack = np.stack([GREY, GREY[::-1], GREY // 2])
    source = Image(stack, scale=(5, 2, 2), translate=(9, 8, 7))
    window = (slice(1, 2), slice(4, None), slice(None))
    layers = quantize_layer(source, 4, window=window)
    assert np.array_equal(layers.image.data, quantize(stack[window], 4, channel_axis=None).image)
    for layer in layers[:2]:
        assert np.array_equal(layer.data_to_world((0, 0, 0)), source.data_to_world((1, 4, 0)))
    assert made_of(layers)["window"] == window
    with pytest.raises(ValueError, match="one slice for each of the 3 spatial axes"):
        quantize_layer(source, 4, window=window[1:])


@pytest.mark.parametrize("scaled", [False, True])
@pytest.mark.parametrize("kind", [list, tuple])
def test_several_layers_are_the_channels_of_one_image(kind, scaled):
    sources = [
        Image(GREY, name="a", colormap="red", contrast_limits=(0, 100)),
        Image(PHOTO[..., 1], name="b", colormap="green", contrast_limits=(50, 250)),
    ]
    layers = quantize_layer(kind(sources), 5, scaled=scaled)
    channels = Source(tuple(sources), scaled=scaled).array()
    expected = quantize(channels, 5, channel_axis=-1)
    assert np.array_equal(layers.labels.data, expected.labels + 1)
    assert layers.image.rgb
    assert layers.image.name == "a + b · quantized"
    # red and green add up, each within its contrast limits
    values = expected.palette.colors if scaled else expected.palette.colors / [100, 200] - [0, 0.25]
    shown = np.clip(values, 0, 1)
    assert np.allclose(layers.palette.face_color[:, :2], shown, atol=0.01)
    assert np.allclose(layers.image.data[0, 0, :2] / 255, shown[expected.labels[0, 0]], atol=0.01)
    assert (layers.palette.face_color[:, 2] == 0).all()
    assert find_output(layers, Source(tuple(sources)), "labels") is layers.labels
    assert find_output(layers, sources[0], "labels") is None


def test_alpha_as_a_channel():
    rgba = np.concatenate([PHOTO, 255 - PHOTO[..., :1]], axis=-1)
    rgba[:10, :, 3] = 0
    layers = quantize_layer(Image(rgba), 4, alpha="channel")
    expected = quantize(rgba, 4, channel_axis=-1)
    assert np.array_equal(layers.image.data, expected.image)
    assert (layers.labels.data > 0).all()
    assert made_of(layers)["palette"].n_channels == 4
    with pytest.raises(ValueError, match='must be "ignore" or "channel", got \'no\''):
        quantize_layer(Image(rgba), 4, alpha="no")


@pytest.mark.parametrize("kind", [list, tuple])
def test_edits_of_the_palette(kind):
    edits = kind([kind(["recolor", 0, kind([1, 2, 3])]), ("merge", 3, 1)])
    layers = quantize_layer(Image(PHOTO), 4, edits=edits)
    expected = quantize(PHOTO, 4).recolored({0: (1, 2, 3)}).merged(3, 1)
    assert np.array_equal(layers.image.data, expected.image)
    assert np.array_equal(layers.labels.data, expected.labels + 1)
    assert layers.palette.features["hex"].tolist() == expected.palette.hex
    assert Settings.from_dict(made_of(layers)["settings"]).edits == (
        ("recolor", 0, (1, 2, 3)),
        ("merge", 3, 1),
    )


@pytest.mark.parametrize("as_given", [list, np.array, Palette, lambda x: tuple(map(tuple, x))])
def test_palettes_and_fixed_colors_of_any_kind(as_given):
    colors = [[200, 0, 0], [0, 90, 200]]
    layers = quantize_layer(Image(PHOTO), palette=as_given(colors))
    assert np.array_equal(layers.image.data, quantize(PHOTO, palette=colors).image)
    assert made_of(layers)["settings"]["palette"] == ((200, 0, 0), (0, 90, 200))
    if as_given is not Palette:
        layers = quantize_layer(Image(PHOTO), 3, fixed_colors=as_given(colors))
        expected = quantize(PHOTO, 3, fixed_colors=colors)
        assert np.array_equal(layers.image.data, expected.image)
        assert made_of(layers)["settings"]["fixed_colors"] == ((200, 0, 0), (0, 90, 200))


def test_hidden_clusters_are_transparent():
    source, result = Source((Image(PHOTO),)), quantize(PHOTO, 4)
    contents = result_contents(source, result, Settings(), frozenset({1, 2}))
    image, labels, palette = make_layers(contents)
    shown = np.isin(result.labels, (0, 3))
    assert np.array_equal(image.data[..., :3], result.image)
    assert np.array_equal(image.data[..., 3] == 255, shown)
    assert np.array_equal(image.data[..., 3] == 0, ~shown)
    assert [labels.get_color(k + 1)[3] for k in range(4)] == [1, 0, 0, 1]
    assert (palette.face_color[:, 3] == 1).all()
