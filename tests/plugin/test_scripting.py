"""Layers in, layers out: without a viewer, and without a window."""

from __future__ import annotations

import dask.array as da
import numpy as np
import pandas as pd
import pytest
from napari.layers import Image, Labels, Points, Shapes
from skimage import data

from napari_kmeans_quantizer import Palette, measure, quantize
from napari_kmeans_quantizer.plugin import measure_layer, quantize_layer
from napari_kmeans_quantizer.plugin.layers.about import About
from napari_kmeans_quantizer.plugin.layers.ours import is_ours
from napari_kmeans_quantizer.plugin.models.source import Source

PHOTO = data.coffee()[::4, ::4]
GREY = PHOTO[..., 0]
INSIDE = np.zeros(GREY.shape, int)
INSIDE[10:40, 20:70] = 1


def made_of(layers):
    return About.of_layer(layers.palette)


def test_three_layers_named_after_the_source():
    layers = quantize_layer(Image(PHOTO, name="photo"), n_colors=8)
    assert tuple(map(type, layers)) == (Image, Labels, Points)
    assert [layer.name for layer in layers] == [
        "photo · quantized",
        "photo · clusters",
        "photo · palette",
    ]
    expected = quantize(PHOTO, 8)
    assert np.array_equal(layers.image.data, expected.image)
    assert np.array_equal(layers.labels.data, expected.labels + 1)
    assert layers.palette.features["hex"].tolist() == expected.palette.hex


def test_dask_and_multiscale_sources():
    lazy = da.from_array(PHOTO, chunks=(40, 50, 3))
    pyramid = Image([PHOTO, PHOTO[::2, ::2]], multiscale=True, rgb=True)
    expected = quantize(PHOTO, 5)
    for source in (Image(lazy, rgb=True), pyramid):
        image, labels, _ = quantize_layer(source, n_colors=5)
        assert np.array_equal(image.data, expected.image)
        assert np.array_equal(labels.data, expected.labels + 1)


def test_options_are_passed_on_and_kept():
    layer = Image(PHOTO, name="photo")
    layers = quantize_layer(layer, n_colors=5, sample=50, random_state=4)
    assert np.array_equal(layers.image.data, quantize(PHOTO, 5, sample=50, random_state=4).image)
    for made in layers:
        about = About.of_layer(made)
        assert about.source == "photo"
        assert about.source_ids == (str(layer.unique_id),)
        assert (about.settings.n_colors, about.settings.sample) == (5, 50)
        assert about.settings.random_state == 4
        assert is_ours(made)
    assert not is_ours(layer)


def test_generators_are_no_metadata():
    """A generator is an option that no widget has, and that nobody can write down."""
    layers = quantize_layer(Image(PHOTO), 5, sample=0.1, random_state=np.random.default_rng(3))
    expected = quantize(PHOTO, 5, sample=0.1, random_state=np.random.default_rng(3))
    assert np.array_equal(layers.image.data, expected.image)
    assert made_of(layers).settings.random_state == 0


def test_unknown_options_are_refused():
    with pytest.raises(TypeError, match=r"unknown option 'n_clusters'; .* takes n_colors"):
        quantize_layer(Image(PHOTO), n_clusters=5)
    with pytest.raises(TypeError, match=r"quantize_layer\(\) got an option 'channel_axis'"):
        quantize_layer(Image(PHOTO), channel_axis=0)


def test_source_is_never_modified():
    source = Image(PHOTO.copy(), name="photo")
    before = source.data.copy()
    quantize_layer(source, n_colors=3)
    assert np.array_equal(source.data, before)
    assert source.metadata == {}


def test_other_layers_are_refused():
    for layer in (Labels(np.zeros((4, 4), int)), PHOTO, [Image(GREY), None]):
        with pytest.raises(TypeError, match=r"quantize_layer\(\) got .* it takes a napari Image"):
            quantize_layer(layer)


class Untouchable:
    """A lazy image that must not be read."""

    shape, ndim, dtype = (40, 50), 2, np.dtype(np.uint8)

    def __getitem__(self, index):
        raise AssertionError("it was read")


@pytest.mark.parametrize(
    ("error", "match", "options"),
    [
        (TypeError, "`edits` must be a list", {"edits": "recolor"}),
        (TypeError, "`edits` must be a list", {"edits": None}),
        (ValueError, "An edit must be", {"edits": [("recolour", 0, 1)]}),
        (ValueError, "An edit must be", {"edits": [("merge", 0)]}),
        (ValueError, "An edit must be", {"edits": ["merge"]}),
        (ValueError, "must lie in 0..3", {"edits": [("recolor", 4, 1)]}),
        (ValueError, "must be 1 value", {"edits": [("recolor", 1, (1, 2, 3))]}),
        (ValueError, "must lie in 0..255", {"edits": [("recolor", 1, 300)]}),
        (TypeError, "must be an integer", {"edits": [("merge", 1.5, 2)]}),
        (ValueError, "must lie in 0..2", {"edits": [("merge", 1, 2), ("merge", 3, 1)]}),
        (ValueError, "two different labels", {"edits": [("merge", 1, 1)]}),
        (ValueError, "must lie in 0..1", {"palette": [[1], [2]], "edits": [("recolor", 2, 1)]}),
        (ValueError, "`effort` must be", {"effort": "much"}),
        (ValueError, "`color_space", {"color_space": "lab"}),
        (ValueError, "`fixed_colors`", {"fixed_colors": [[1, 2, 3]]}),
        (ValueError, r"`mask` must .* \(40, 50\)", {"mask": np.ones((4, 5), bool)}),
        (ValueError, "`mask` must be an array of bools", {"mask": np.ones((40, 50), int)}),
        (TypeError, "`no_data` must be a number", {"no_data": "-9999"}),
        (TypeError, "quantize_layer.. got an unknown option 'k'", {"k": 3}),
    ],
)
def test_what_is_wrong_is_refused_before_anything_is_read(error, match, options):
    layer = Image(da.zeros((40, 50), dtype=np.uint8, chunks=20))
    layer._data = Untouchable()
    with pytest.raises(error, match=match):
        quantize_layer(layer, 4, **options)


def test_checks_draw_nothing_from_a_generator():
    layers = quantize_layer(Image(PHOTO), 5, random_state=np.random.RandomState(3))
    expected = quantize(PHOTO, 5, random_state=np.random.RandomState(3))
    assert np.array_equal(layers.image.data, expected.image)


def test_pixels_of_a_value_that_stands_for_no_data():
    heights = GREY.astype(np.int16)
    heights[:30] = -9999
    layers = quantize_layer(Image(heights), 4, no_data=-9999)
    expected = quantize(heights, 4, mask=heights != -9999)
    assert np.array_equal(layers.image.data, expected.image)
    assert (layers.labels.data[:30] == 0).all()
    assert made_of(layers).settings.no_data == -9999


def test_only_a_region_takes_part():
    layers = quantize_layer(Image(PHOTO), 4, region=Labels(INSIDE, name="drawn"))
    expected = quantize(PHOTO, 4, mask=INSIDE > 0)
    assert np.array_equal(layers.image.data, expected.image)
    assert np.array_equal(layers.labels.data, np.where(INSIDE, expected.labels + 1, 0))
    assert layers.labels.features["pixels"].sum() == INSIDE.sum()
    assert made_of(layers).region == "drawn"


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
    assert made_of(layers).settings.apply_everywhere


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
    assert made_of(layers).window == window
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
    assert made_of(layers).source_ids == Source(tuple(sources)).key


def test_alpha_as_a_channel():
    rgba = np.concatenate([PHOTO, 255 - PHOTO[..., :1]], axis=-1)
    rgba[:10, :, 3] = 0
    layers = quantize_layer(Image(rgba), 4, alpha="channel")
    expected = quantize(rgba, 4, channel_axis=-1)
    assert np.array_equal(layers.image.data, expected.image)
    assert (layers.labels.data > 0).all()
    assert made_of(layers).palette.n_channels == 4
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
    assert made_of(layers).settings.edits == (
        ("recolor", 0, (1, 2, 3)),
        ("merge", 3, 1),
    )


@pytest.mark.parametrize("as_given", [list, np.array, Palette, lambda x: tuple(map(tuple, x))])
def test_palettes_and_fixed_colors_of_any_kind(as_given):
    colors = [[200, 0, 0], [0, 90, 200]]
    layers = quantize_layer(Image(PHOTO), palette=as_given(colors))
    assert np.array_equal(layers.image.data, quantize(PHOTO, palette=colors).image)
    assert made_of(layers).settings.palette == ((200, 0, 0), (0, 90, 200))
    if as_given is not Palette:
        layers = quantize_layer(Image(PHOTO), 3, fixed_colors=as_given(colors))
        expected = quantize(PHOTO, 3, fixed_colors=colors)
        assert np.array_equal(layers.image.data, expected.image)
        assert made_of(layers).settings.fixed_colors == ((200, 0, 0), (0, 90, 200))


def test_dithering_and_numbers_that_are_found():
    options = {"min_psnr": 27, "color_space": "lab", "dither": "ordered", "dither_strength": 0.5}
    layers = quantize_layer(Image(PHOTO), "auto", **options)
    expected = quantize(PHOTO, "auto", **options)
    assert np.array_equal(layers.image.data, expected.image)
    assert np.array_equal(layers.labels.data, expected.labels + 1)
    told = made_of(layers).settings
    assert (told.n_colors, told.min_psnr, told.dither) == ("auto", 27, "ordered")


NAMED = Palette([[0, 0, 0], [200, 100, 50], [255, 255, 255]], names=["night", "wood", "snow"])


@pytest.mark.parametrize("scale", [1, 1 / 255])
@pytest.mark.parametrize("way", ["palette", "choose_from"])
def test_named_colors_keep_their_names_and_come_in_the_images_units(way, scale):
    image = PHOTO if scale == 1 else PHOTO * scale
    layers = quantize_layer(Image(image), 2, **{way: NAMED})
    expected = quantize(image, 2, **{way: NAMED})
    assert np.array_equal(layers.image.data, expected.image)
    about = made_of(layers)
    assert about.palette.names == expected.palette.names
    assert about.settings.names == NAMED.names
    assert np.allclose(getattr(about.settings, way), NAMED.colors * scale)


def test_colors_of_an_array_get_names():
    names = ["night", "wood", "snow"]
    layers = quantize_layer(Image(PHOTO), 3, palette=NAMED.colors, names=names)
    assert made_of(layers).palette.names == tuple(names)
    layers = quantize_layer(Image(PHOTO), 3, palette=NAMED, names=["a", "b", "c"])
    assert made_of(layers).palette.names == ("a", "b", "c")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n_colors": "many"}, '`n_colors` must be an integer or "auto"'),
        ({"min_psnr": -1}, "`min_psnr` must be positive"),
        ({"dither": "random"}, "`dither` must be"),
        ({"dither_strength": 70}, "`dither_strength` must lie in 0..1"),
        ({"names": ["a"]}, "pass one of them"),
        ({"palette": [[1, 2, 3]], "names": ["a", "b"]}, "`names` must be 1, one per color"),
        ({"choose_from": [[1, 2, 3]], "palette": [[1, 2, 3]]}, "contradict each other"),
    ],
)
def test_options_that_cannot_be_are_refused_before_any_work(options, message):
    with pytest.raises(ValueError, match=message):
        quantize_layer(Image(PHOTO), **options)


def test_edits_of_what_was_found():
    layers = quantize_layer(Image(PHOTO), "auto", edits=[("merge", 1, 0)])
    assert np.array_equal(layers.image.data, quantize(PHOTO, "auto").merged(1, 0).image)


def test_edits_within_a_region():
    region = Labels(INSIDE)
    layers = quantize_layer(Image(PHOTO), 6, region=region, edits=[("recolor", 0, (1, 2, 3))])
    assert (layers.labels.data[INSIDE == 0] == 0).all()
    assert (layers.image.data[layers.labels.data == 1] == (1, 2, 3)).all()
    assert np.array_equal(layers.image.data[INSIDE == 0], PHOTO[INSIDE == 0])
    assert len(layers.palette.data) == 6


# -- measuring


HALVES = np.zeros((20, 30), np.uint8)
HALVES[:, 20:] = 200
MICRONS = {"scale": (0.5, 0.5), "units": ("um", "um")}


def halves(**options):
    return quantize_layer(
        Image(HALVES, contrast_limits=(0, 255), name="halves", **MICRONS), 2, **options
    )


def test_what_is_measured_of_layers_is_what_the_core_measures():
    ids = np.zeros(HALVES.shape, int)
    ids[:4, 15:25], ids[10:, 25:] = 3, 8
    layers = halves()
    found = measure_layer(layers, Labels(ids, **MICRONS))
    same = measure(quantize(HALVES, 2), image="halves", regions=ids, pixel_size=0.5, unit="µm")
    pd.testing.assert_frame_equal(found, same)
    whole = measure(quantize(HALVES, 2), image="halves", pixel_size=0.5, unit="µm")
    for one in layers:
        pd.testing.assert_frame_equal(measure_layer(one), whole)


def test_shapes_are_measured_exactly():
    corners = np.array([[-0.5, 14.5], [-0.5, 24.5], [3.5, 24.5], [3.5, 14.5]])
    regions = Shapes([corners, corners + 5], name="cores", **MICRONS)
    found = measure_layer(halves(), regions)
    assert found["region"].tolist() == ["1", "1", "2", "2"]
    assert found["area"].tolist() == [5, 5, 0, 10]
    assert found["share"].tolist() == [0.5, 0.5, 0, 1]
    as_one = measure_layer(halves(), regions, each=False)
    assert as_one[["region", "pixels"]].to_numpy().tolist() == [["cores", 20], ["cores", 60]]


def test_names_and_background_are_measured():
    named = halves(edits=[("rename", 0, "tissue"), ("rename", 1, "tissue")])
    assert measure_layer(named)["name"].tolist() == ["tissue"] * 2
    assert measure_layer(named, group=True)["pixels"].tolist() == [600]
    found = measure_layer(halves(background=[1]))
    assert found["share"].isna().tolist() == [False, True]


def test_frames_are_measured():
    stack = Image(np.stack([HALVES, HALVES, 200 - HALVES]), scale=(2, 1, 1))
    found = measure_layer(quantize_layer(stack, 2), by_frame=True)
    assert found["pixels"].tolist() == [400, 200, 400, 200, 200, 400]
    assert found["position"].tolist() == [0, 0, 2, 2, 4, 4]


def test_layers_of_a_viewer_are_measured_as_they_are_now(viewer, widget, photo):
    widget.merge([1, 2, 3, 4], into=0)
    found = measure_layer(viewer.layers["photo · clusters"])
    assert len(found) == 4
    assert found["pixels"].tolist() == widget.result.palette.counts.tolist()
    pd.testing.assert_frame_equal(found, widget.measured())


@pytest.mark.parametrize("layers", [Image(HALVES), [], [Image(HALVES)], "photo"])
def test_other_layers_cannot_be_measured(layers):
    with pytest.raises(TypeError, match="`layers` must be what `quantize_layer` returned"):
        measure_layer(layers)


def test_other_layers_are_no_regions():
    with pytest.raises(TypeError, match=r"`regions` must be a napari Labels or Shapes layer, got"):
        measure_layer(halves(), Image(HALVES))
    with pytest.raises(ValueError, match="encloses nothing"):
        measure_layer(halves(), Shapes(name="Shapes"))
