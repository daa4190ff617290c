"""Lazy in, lazy out: what is made of images that are too large to be held."""

from __future__ import annotations

import cloudpickle
import dask
import dask.array as da
import numpy as np
import pytest
import zarr
from napari.layers import Image, Labels, Shapes
from napari.utils.notifications import notification_manager
from pictures import state_of
from pyramids import Pyramid, picture

from napari_kmeans_quantizer import Palette, completed, quantize
from napari_kmeans_quantizer.plugin import measure_layer, quantize_layer
from napari_kmeans_quantizer.plugin.batch import Batch, Item, Order
from napari_kmeans_quantizer.plugin.joint import joint_palette
from napari_kmeans_quantizer.plugin.layers.contents import state_contents
from napari_kmeans_quantizer.plugin.layers.ours import record_of
from napari_kmeans_quantizer.plugin.models import levels
from napari_kmeans_quantizer.plugin.models.region import region_mask
from napari_kmeans_quantizer.plugin.models.settings import Settings
from napari_kmeans_quantizer.plugin.models.source import Source

pytestmark = pytest.mark.usefixtures("little_memory")

PHOTO = picture()
GREY = PHOTO[..., 0]
N = 4


def state_behind(layers):
    return record_of(layers[0]).state


def computed(layer):
    """Return all levels of a layer, in memory."""
    data = layer.data if layer.multiscale else [layer.data]
    return [array.compute() for array in data]


def assert_as_quantized(layers, arrays, **options):
    """Labels and picture are those that `quantize` makes of each level in the fitted colors."""
    image, labels, _ = layers
    palette = state_behind(layers).fitted.palette
    made = zip(arrays, computed(image), computed(labels), strict=True)
    for array, painted, ids in made:
        whole = quantize(array, palette=palette, **options)
        there = True if whole.mask is None else whole.mask
        np.testing.assert_array_equal(ids, np.where(there, whole.labels.astype(int) + 1, 0))
        np.testing.assert_array_equal(painted, whole.image)
        assert (painted.dtype, ids.dtype) == (array.dtype, np.uint8)


# -- lazy in, lazy out


def test_a_pyramid_gives_pyramids():
    pyramid = Pyramid(PHOTO)
    source = pyramid.layer(scale=(0.5, 2), translate=(3, 4), units=("um", "um"))
    layers = quantize_layer(source, N)
    image, labels, palette = layers
    assert (type(image), type(labels)) == (Image, Labels)
    for layer in (image, labels):
        assert layer.multiscale
        assert all(isinstance(array, da.Array) for array in layer.data)
        assert [x.shape[:2] for x in layer.data] == [x.shape[:2] for x in pyramid.levels]
        assert [x.chunks[:2] for x in layer.data] == [x.chunks[:2] for x in pyramid.levels]
        np.testing.assert_array_equal(layer.extent.world, source.extent.world)
    assert image.rgb
    assert len(palette.data) == N
    assert_as_quantized(layers, pyramid.held)


def test_only_the_level_that_is_held_is_read_for_the_fit():
    pyramid = Pyramid(PHOTO)
    source = pyramid.layer()
    pyramid.reads.clear()
    state = state_of(source, Settings(N))
    assert dict(pyramid.n_read) == {1: pyramid.n_blocks(1)}
    state_contents(state)
    assert dict(pyramid.n_read) == {1: pyramid.n_blocks(1)}


def test_one_array_gives_one_array():
    pyramid = Pyramid(PHOTO)
    layers = quantize_layer(pyramid.plain(), N)
    assert not layers.image.multiscale
    assert isinstance(layers.labels.data, da.Array)
    assert layers.labels.data.chunks == pyramid.levels[0].chunks[:2]
    assert_as_quantized(layers, [PHOTO])


def test_what_can_be_held_is_held(monkeypatch):
    monkeypatch.setattr(levels, "HELD", PHOTO.shape[0] * PHOTO.shape[1])
    image, labels, _ = quantize_layer(Pyramid(PHOTO).layer(), N)
    assert not image.multiscale
    assert type(image.data) is type(labels.data) is np.ndarray
    assert image.data.shape == PHOTO.shape


@pytest.mark.parametrize("chunks", [(32, 32, 3), (1, 160, 3), (96, 160, 1), (50, 70, 2)])
def test_zarr_gives_dask(chunks):
    stored = zarr.create_array({}, shape=PHOTO.shape, chunks=chunks, dtype=PHOTO.dtype)
    stored[:] = PHOTO
    layers = quantize_layer(Image(stored, rgb=True, contrast_limits=(0, 255)), N)
    assert [max(sizes) for sizes in layers.labels.data.chunks] == list(chunks[:2])
    assert_as_quantized(layers, [PHOTO])


def test_a_pyramid_of_numpy_gives_one_of_dask():
    held = Pyramid(PHOTO).held
    layers = quantize_layer(Image(held, multiscale=True, rgb=True), N)
    assert isinstance(layers.image.data[0], da.Array)
    assert_as_quantized(layers, held)


@pytest.mark.parametrize("options", [{}, {"color_space": "lab"}, {"n_colors": 300}])
def test_level_0_agrees_with_the_full_result(options):
    pyramid = Pyramid(PHOTO)
    layers = quantize_layer(pyramid.layer(), **{"n_colors": N, **options})
    space = {name: options[name] for name in options if name == "color_space"}
    full = quantize(PHOTO, palette=state_behind(layers).fitted.palette, **space)
    ids = layers.labels.data[0].compute()
    np.testing.assert_array_equal(ids, full.labels.astype(int) + 1)
    np.testing.assert_array_equal(layers.image.data[0].compute(), full.image)
    assert ids.dtype == (np.uint8 if len(full.palette) < 256 else np.uint16)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_grey_pyramids(dtype):
    pyramid = Pyramid(GREY.astype(dtype))
    layers = quantize_layer(pyramid.layer(rgb=False, colormap="magma", gamma=0.7), N)
    assert not layers.image.rgb
    assert layers.image.colormap.name == "magma"
    assert_as_quantized(layers, pyramid.held)


def test_stacks_get_one_palette():
    stack = np.stack([GREY, GREY // 2, GREY[::-1]])
    pyramid = Pyramid(stack, axes=(1, 2), n_spatial=3)
    layers = quantize_layer(pyramid.layer(rgb=False), N)
    assert [x.shape for x in layers.labels.data] == [x.shape for x in pyramid.held]
    assert_as_quantized(layers, pyramid.held)
    alone = quantize_layer(pyramid.plain(rgb=False), N)
    assert_as_quantized(alone, [stack])
    assert state_behind(alone).source.shape[0] == 3  # all frames are fitted


def test_stacks_whose_levels_have_fewer_slices():
    stack = np.stack([GREY, GREY // 2, GREY[::-1], GREY // 3])
    pyramid = Pyramid(stack, axes=(0, 1, 2), n_spatial=3)
    assert_as_quantized(quantize_layer(pyramid.layer(rgb=False), N), pyramid.held)


def test_a_window_of_a_pyramid():
    pyramid = Pyramid(PHOTO)
    window = (slice(0, 96), slice(32, 160))
    source = pyramid.layer()
    layers = quantize_layer(source, N, window=window)
    parts = [x[:, 32 >> level :] for level, x in enumerate(pyramid.held)]
    assert_as_quantized(layers, parts)
    np.testing.assert_allclose(layers.image.extent.world[0], (0, 32))


def test_several_layers_as_channels():
    first, second = Pyramid(GREY), Pyramid(PHOTO[..., 2])
    made = [x.layer(name, rgb=False) for x, name in ((first, "DAPI"), (second, "FITC"))]
    layers = quantize_layer(made, N)
    assert layers.image.rgb
    palette = state_behind(layers).fitted.palette
    for level in range(3):
        array = np.stack([first.held[level], second.held[level]], axis=-1)
        full = quantize(array, palette=palette, channel_axis=-1)
        np.testing.assert_array_equal(layers.labels.data[level], full.labels + 1)
        assert layers.image.data[level].shape == (*full.labels.shape, 3)
    shown = state_behind(layers).shown
    picture = layers.image.data[0].compute()
    np.testing.assert_allclose(picture / 255, shown[full_labels(layers)], atol=0.5 / 255)


def full_labels(layers):
    return layers.labels.data[0].compute() - 1


def test_channels_that_are_scaled():
    made = [Pyramid(GREY).layer("DAPI", rgb=False), Pyramid(PHOTO[..., 2]).layer("b", rgb=False)]
    layers = quantize_layer(made, N, scaled=[(0, 100), (50, 200)])
    array = np.stack([GREY / 100, (PHOTO[..., 2] - 50.0) / 150], axis=-1).clip(0, 1)
    palette = state_behind(layers).fitted.palette
    full = quantize(array.astype(np.float32), palette=palette, channel_axis=-1)
    np.testing.assert_array_equal(full_labels(layers), full.labels)


# -- pixels that take no part


def test_what_is_transparent_takes_no_part_at_any_level():
    pyramid = Pyramid(picture(n_values=4))
    layers = quantize_layer(pyramid.layer(), N)
    assert_as_quantized(layers, pyramid.held)
    assert (layers.labels.data[0].compute() == 0).any()


def test_alpha_as_a_channel():
    pyramid = Pyramid(picture(n_values=4))
    layers = quantize_layer(pyramid.layer(), N, alpha="channel")
    assert_as_quantized(layers, pyramid.held, channel_axis=-1)


def test_nan_takes_no_part_wherever_it_is():
    array = GREY.astype(np.float32) / 255
    array[1, 1] = np.nan  # at level 0 only: every second pixel leaves it out
    array[40:50, 100:120] = np.nan
    pyramid = Pyramid(array)
    layers = quantize_layer(pyramid.layer(rgb=False, name="heights"), N)
    for level, painted, ids in zip(
        pyramid.held, computed(layers.image), computed(layers.labels), strict=True
    ):
        np.testing.assert_array_equal(ids == 0, np.isnan(level))
        np.testing.assert_array_equal(np.isnan(painted), np.isnan(level))
    assert layers.labels.data[0].compute()[1, 1] == 0
    palette = state_behind(layers).fitted.palette
    full = quantize(array, palette=palette, mask=np.isfinite(array))
    np.testing.assert_array_equal(layers.image.data[0], full.image)


def test_a_value_that_stands_for_no_data():
    array = GREY.copy()
    array[10:30, 20:60] = 77
    pyramid = Pyramid(array)
    layers = quantize_layer(pyramid.layer(rgb=False), N, no_data=77)
    for level, ids in zip(pyramid.held, computed(layers.labels), strict=True):
        np.testing.assert_array_equal(ids == 0, level == 77)


def test_what_numpy_masks_takes_no_part():
    masked = np.ma.masked_array(GREY, mask=GREY > 180)
    lazy = da.from_array(masked, chunks=32, asarray=False)
    layers = quantize_layer(Image(lazy, contrast_limits=(0, 255)), N)
    np.testing.assert_array_equal(layers.labels.data.compute() == 0, GREY > 180)


def test_regions_keep_to_the_pixels_that_were_fitted():
    pyramid = Pyramid(PHOTO)
    drawn = Shapes([[[15.5, 31.5], [63.5, 95.5]]], shape_type="rectangle")
    layers = quantize_layer(pyramid.layer(), N, region=drawn)
    for level, ids in enumerate(computed(layers.labels)):
        inside = np.zeros_like(ids, np.bool_)
        inside[16 >> level : 64 >> level, 32 >> level : 96 >> level] = True
        np.testing.assert_array_equal(ids > 0, inside)
    outside = layers.labels.data[0].compute() == 0
    np.testing.assert_array_equal(layers.image.data[0].compute()[outside], PHOTO[outside])


@pytest.mark.parametrize("make", [Pyramid.layer, Pyramid.plain])
def test_edges_of_shapes_are_sharp_at_all_levels(make):
    source = make(Pyramid(PHOTO), scale=(0.5, 0.7), translate=(3, -2))
    drawn = Shapes(scale=(0.5, 0.7), translate=(3, -2))
    drawn.add_ellipses([[5.3, 11.1], [71.7, 80.2]])
    drawn.add_polygons([[20, 90], [33.3, 140.7], [80, 120.1]])
    whole = region_mask(Source((source,), drawn))
    layers = quantize_layer(source, N, region=drawn)
    finest = layers.labels.data[0] if layers.labels.multiscale else layers.labels.data
    np.testing.assert_array_equal(finest.compute() > 0, whole)
    if layers.labels.multiscale:
        for level in (1, 2):
            at = region_mask(Source((source,), drawn, level=level))
            np.testing.assert_array_equal(layers.labels.data[level].compute() > 0, at)
    fitted = state_behind(quantize_layer(source, N, region=drawn, fit_on=0)).result.palette
    full = quantize(PHOTO, N, mask=whole).palette
    np.testing.assert_array_equal(fitted.colors, full.colors)
    np.testing.assert_array_equal(fitted.counts, full.counts)


def test_shapes_on_slices_of_their_own():
    stack = np.stack([GREY, GREY // 2, GREY[::-1]])
    source = Pyramid(stack, axes=(1, 2), n_spatial=3).layer(rgb=False)
    drawn = Shapes([[[1, 8, 8], [1, 8, 70], [1, 50, 70], [1, 50, 8]]], shape_type="polygon")
    layers = quantize_layer(source, N, region=drawn)
    for level in range(3):
        at = region_mask(Source((source,), drawn, level=level))
        np.testing.assert_array_equal(layers.labels.data[level].compute() > 0, at)


def test_fitted_inside_and_applied_everywhere():
    pyramid = Pyramid(PHOTO)
    drawn = Shapes([[[15.5, 31.5], [63.5, 95.5]]], shape_type="rectangle")
    layers = quantize_layer(pyramid.layer(), N, region=drawn, apply_everywhere=True)
    assert_as_quantized(layers, pyramid.held)


def test_lazy_labels_as_a_region():
    pyramid = Pyramid(PHOTO)
    inside = np.zeros(PHOTO.shape[:2], np.uint8)
    inside[16:64, 32:96] = 1
    region = Labels(da.from_array(inside, chunks=32))
    layers = quantize_layer(pyramid.layer(), N, region=region)
    np.testing.assert_array_equal(layers.labels.data[0].compute() > 0, inside > 0)


# -- what is fitted


@pytest.mark.parametrize("make", [Pyramid.layer, Pyramid.plain])
def test_all_pixels(make):
    pyramid = Pyramid(PHOTO)
    layers = quantize_layer(make(pyramid), N, fit_on=0)
    state, whole = state_behind(layers), quantize(PHOTO, N)
    np.testing.assert_array_equal(state.result.palette.colors, whole.palette.colors)
    np.testing.assert_array_equal(state.result.palette.counts, whole.palette.counts)
    assert (state.result.mse, state.result.n_iter) == (whole.mse, whole.n_iter)
    np.testing.assert_array_equal(full_labels_of(layers), whole.labels)
    assert state.summary.endswith("; on all pixels")


def full_labels_of(layers):
    data = layers.labels.data[0] if layers.labels.multiscale else layers.labels.data
    return data.compute() - 1


def test_all_pixels_within_a_region_and_with_data():
    array = GREY.astype(np.float32)
    array[1, 1::2] = np.nan
    drawn = Shapes([[[-0.5, -0.5], [63.5, 95.5]]], shape_type="rectangle")
    source = Pyramid(array).layer(rgb=False)
    layers = quantize_layer(source, N, region=drawn, fit_on=0)
    inside = np.isfinite(array)
    inside[64:] = inside[:, 96:] = False
    whole = quantize(array, N, mask=inside)
    palette = state_behind(layers).result.palette
    np.testing.assert_array_equal(palette.counts, whole.palette.counts)


def test_all_pixels_that_are_not_transparent():
    array = picture(n_values=4)
    layers = quantize_layer(Pyramid(array).layer(), N, fit_on=0)
    counts = quantize(array, N).palette.counts
    np.testing.assert_array_equal(state_behind(layers).result.palette.counts, counts)


@pytest.mark.parametrize("scaled", [False, [(0, 100), (50, 200)]])
def test_all_pixels_of_several_layers(scaled):
    made = [Pyramid(GREY).layer("DAPI", rgb=False), Pyramid(PHOTO[..., 2]).layer("b", rgb=False)]
    layers = quantize_layer(made, N, scaled=scaled, fit_on=0)
    palette = state_behind(layers).result.palette
    assert palette.counts.sum() == GREY.size
    counts = np.bincount(full_labels(layers).ravel(), minlength=len(palette))
    np.testing.assert_array_equal(palette.counts, counts)


def test_another_level():
    pyramid = Pyramid(PHOTO)
    for level in (1, 2):
        layers = quantize_layer(pyramid.layer(), N, fit_on=level)
        state, alone = state_behind(layers), quantize(pyramid.held[level], N)
        np.testing.assert_array_equal(state.result.palette.colors, alone.palette.colors)
        assert state.summary.endswith(f"; on level {level}")
        assert_as_quantized(layers, pyramid.held)


def test_figures_are_of_what_was_fitted():
    unit = {"scale": (0.5, 0.5), "units": ("um", "um")}
    source = Pyramid(PHOTO).layer(**unit)
    size = PHOTO.shape[0] * PHOTO.shape[1]
    for fit_on, n in ((None, size // 4), (2, size // 16), (0, size)):
        layers = quantize_layer(source, N, fit_on=fit_on)
        table = measure_layer(layers)
        assert table["pixels"].sum() == n
        assert table["area"].sum() == pytest.approx(size / 4)  # whatever was counted


def test_regions_are_measured_on_the_level_that_is_held():
    source = Pyramid(PHOTO).layer(scale=(0.5, 0.5), units=("um", "um"))
    drawn = Shapes([[[-0.5, -0.5], [31.5, 63.5]]], scale=(0.5, 0.5), units=("um", "um"))
    for fit_on in (None, 0):
        table = measure_layer(quantize_layer(source, N, fit_on=fit_on), drawn)
        assert table["pixels"].sum() == 32 * 64 // 4
        assert table["area"].sum() == pytest.approx(32 * 64 / 4)


@pytest.mark.parametrize("fit_on", [-1, 3])
def test_a_level_that_is_not_there(fit_on):
    with pytest.raises(ValueError, match=rf"`fit_on` must be a level .* 0\.\.2, got {fit_on}"):
        quantize_layer(Pyramid(PHOTO).layer(), N, fit_on=fit_on)


def test_fit_on_is_a_number():
    with pytest.raises(TypeError, match="`fit_on` must be the number of a level or None, got 'a"):
        quantize_layer(Pyramid(PHOTO).layer(), N, fit_on="all")


def test_dithering_is_refused_before_any_work():
    pyramid = Pyramid(PHOTO)
    source = pyramid.layer()
    pyramid.reads.clear()
    with pytest.raises(ValueError, match='"slide" is painted as it is looked at'):
        quantize_layer(source, N, dither="floyd-steinberg")
    assert not pyramid.reads


def test_one_palette_of_many_is_fitted_to_what_is_held():
    first, second = Pyramid(PHOTO), Pyramid(picture(seed=1))
    made = [first.layer("first"), second.layer("second")]
    first.reads.clear()
    palette = completed(joint_palette([(x, None) for x in made], Settings(N), print))
    assert palette.counts.sum() == 2 * 48 * 80
    assert set(first.n_read) == {1}


def test_many_images_are_painted_lazily_and_not_saved(tmp_path):
    source = Pyramid(PHOTO).layer()
    states = []
    item = Item(source, target=tmp_path / "slide.png")
    order = Order((item,), Settings(N), Palette(PHOTO[0, :4]), folder=tmp_path)
    outcome = completed(Batch(order, states.append).steps())
    assert "not saved" in outcome.errors["slide"]
    assert not (tmp_path / "slide.png").exists()
    assert states[0].contents.image["multiscale"]


# -- edits


def test_edits_are_seen_at_all_levels():
    pyramid = Pyramid(PHOTO)
    edits = [("recolor", 0, (255, 0, 0)), ("merge", 3, 1), ("rename", 0, "red")]
    layers = quantize_layer(pyramid.layer(), N, edits=edits)
    palette = state_behind(layers).fitted.palette
    for level, painted, ids in zip(
        pyramid.held, computed(layers.image), computed(layers.labels), strict=True
    ):
        made = quantize(level, palette=palette).recolored({0: (255, 0, 0)})
        expected = made.palette.recolored({}).values[made.labels]
        expected[made.labels == 3] = made.palette.values[1]
        np.testing.assert_array_equal(painted, expected)
        assert set(np.unique(ids)) == {1, 2, 3}
    colors = layers.labels.colormap.color_dict
    shown = np.array([colors[i][:3] for i in (1, 2, 3)])
    np.testing.assert_allclose(shown, state_behind(layers).shown, atol=1e-6)


def test_edits_read_nothing():
    pyramid = Pyramid(PHOTO)
    state = state_of(pyramid.layer(), Settings(N))
    contents = state_contents(state)
    dask.compute(contents.labels["data"], contents.image["data"])
    pyramid.reads.clear()
    other = state_contents(state.recolored(0, (0, 0, 255)).merged(1, 2))
    dask.compute(other.labels["data"], other.image["data"])
    assert not pyramid.reads


@pytest.mark.parametrize("name", ["rgb", "grey", "rgba"])
def test_hidden_clusters_lie_under_a_veil(name, monkeypatch):
    array = {"rgb": PHOTO, "grey": GREY, "rgba": picture(n_values=4)}[name]
    source = Pyramid(array).layer(rgb=name != "grey")
    lazy = quantize_layer(source, N, hidden=[1])
    palette = state_behind(lazy).fitted.palette
    monkeypatch.setattr(levels, "HELD", 1 << 30)
    held = quantize_layer(source, palette=palette, hidden=[1])
    np.testing.assert_array_equal(lazy.image.data[0].compute(), held.image.data)


# -- what goes wrong


@pytest.mark.parametrize(("fit_on", "bad"), [(None, 1), (0, 1), (0, 0)])
def test_what_cannot_be_read_is_told(fit_on, bad):
    pyramid = Pyramid(PHOTO)
    source = pyramid.layer()

    def broken(level, place):
        if (level, *place[:2]) == (bad, 1, 1):
            raise OSError("the store is gone")

    pyramid.broken = broken
    with pytest.raises(ValueError, match=r'"slide" cannot be read.*: OSError: .*the store is'):
        quantize_layer(source, N, fit_on=fit_on)


def test_a_block_that_cannot_be_read_is_in_no_color():
    pyramid = Pyramid(PHOTO)
    layers = quantize_layer(pyramid.layer(), N)
    notification_manager.records.clear()

    def broken(level, place):
        if (level, *place[:2]) == (0, 1, 1):
            raise OSError("the store is gone")

    pyramid.broken = broken
    ids = layers.labels.data[0].compute()
    expected = np.zeros(ids.shape, np.bool_)
    expected[32:64, 32:64] = True
    np.testing.assert_array_equal(ids == 0, expected)
    painted = layers.image.data[0].compute()
    assert not painted[expected].any()
    [told] = notification_manager.records  # once, however many blocks
    assert '"slide" cannot be read at pixels 32 to 64, 32 to 64' in told.message
    pyramid.broken = lambda level, place: None
    again = state_contents(state_behind(layers))
    assert again.labels["data"][0].compute().all()


@pytest.mark.parametrize("rgb", [True, False])
def test_other_processes_can_paint_too(rgb):
    """Where there is a client of dask.distributed, all arrays are computed by its workers."""
    source = Pyramid(PHOTO if rgb else GREY).layer(rgb=rgb)
    layers = quantize_layer(source, N, hidden=[1], no_data=0)
    for layer in (layers.image, layers.labels):
        array = layer.data[0]
        there = cloudpickle.loads(cloudpickle.dumps(array))
        np.testing.assert_array_equal(there.compute(), array.compute())


def test_layers_of_an_array_that_was_replaced_keep_to_the_first_one():
    pyramid = Pyramid(PHOTO)
    source = pyramid.layer()
    layers = quantize_layer(source, N)
    source.data = Pyramid(255 - PHOTO).levels
    assert_as_quantized(layers, pyramid.held)
