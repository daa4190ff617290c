from __future__ import annotations

import dask.array as da
import numpy as np
import pytest
from napari.components import Dims, ViewerModel
from napari.layers import Image, Labels, Points
from pictures import GREY, PHOTO, PLACED, RGBA, STACK, WINDOW

from napari_kmeans_quantizer import quantize
from napari_kmeans_quantizer.plugin.models.parts import current_slice, preview_step
from napari_kmeans_quantizer.plugin.models.placement import Placement
from napari_kmeans_quantizer.plugin.models.region import region_mask
from napari_kmeans_quantizer.plugin.models.source import Source


class Guarded:
    """An array that tells what of it was asked for."""

    def __init__(self, array):
        self.array, self.asked = array, []
        self.shape, self.dtype, self.ndim = array.shape, array.dtype, array.ndim

    def __getitem__(self, index):
        self.asked.append(index)
        return self.array[index]


# -- what it is


def test_one_grey_layer():
    layer = Image(GREY, name="cells")
    source = Source((layer,))
    assert source.main is layer
    assert (source.name, source.rgb, source.channel_axis, source.ndim) == ("cells", False, None, 2)
    assert source.shape == source.full_shape == GREY.shape
    assert source.n_pixels == GREY.size
    assert source.key == (str(layer.unique_id),)
    assert region_mask(source) is None
    assert np.array_equal(source.array(), GREY)


@pytest.mark.parametrize(("alpha", "axis"), [("ignore", "auto"), ("channel", -1)])
def test_color_images(alpha, axis):
    for pixels in (PHOTO, RGBA, np.stack([RGBA, RGBA])):
        source = Source((Image(pixels, rgb=True),), alpha=alpha)
        assert source.rgb
        assert source.channel_axis == axis
        assert source.shape == pixels.shape[:-1]
        assert np.array_equal(source.array(), pixels)
        result = quantize(source.array(), 3, channel_axis=source.channel_axis)
        assert result.palette.n_channels == (3 if alpha == "ignore" else pixels.shape[-1])


def test_several_layers_are_channels():
    layers = tuple(Image(GREY * n, name=f"c{n}") for n in (1, 2, 3))
    source = Source(layers)
    assert (source.name, source.channel_axis, source.rgb) == ("c1 + c2 + c3", -1, False)
    assert source.main is layers[0]
    assert source.key == tuple(str(layer.unique_id) for layer in layers)
    assert source.key != Source(layers[:2]).key
    assert source.shape == GREY.shape
    array = source.array()
    assert array.dtype == np.uint8
    assert np.array_equal(array, np.stack([GREY, GREY * 2, GREY * 3], axis=-1))


def test_channels_of_different_dtypes_lose_nothing():
    source = Source((Image(GREY), Image(GREY.astype(np.uint16) * 300)))
    assert source.array().dtype == np.uint16
    assert np.array_equal(source.array()[..., 1], GREY.astype(np.uint16) * 300)


def test_channels_scaled_to_their_contrast_limits():
    wide = Image(GREY.astype(np.uint16) * 300, contrast_limits=(3000, 30000))
    flat = Image(np.full(GREY.shape, True))
    array = Source((Image(GREY, contrast_limits=(50, 100)), wide, flat), scaled=True).array()
    assert array.dtype == np.float32
    assert np.allclose(array[..., 0], np.clip((GREY - 50.0) / 50, 0, 1))
    assert np.allclose(array[..., 1], np.clip((GREY * 300.0 - 3000) / 27000, 0, 1))
    assert (array[..., 2] == 1).all()


def test_a_single_layer_is_never_scaled():
    layer = Image(GREY, contrast_limits=(50, 100))
    assert np.array_equal(Source((layer,), scaled=True).array(), GREY)


@pytest.mark.parametrize(
    ("pixels", "alpha", "n_values", "n_clustered"),
    [(PHOTO, "ignore", 3, 3), (RGBA, "ignore", 4, 3), (RGBA, "channel", 4, 4)],
)
def test_how_many_values_a_pixel_has(pixels, alpha, n_values, n_clustered):
    source = Source((Image(pixels, rgb=True),), alpha=alpha)
    assert (source.n_values, source.n_clustered) == (n_values, n_clustered)
    palette = quantize(source.array(), 2, channel_axis=source.channel_axis).palette
    assert palette.n_channels == n_clustered
    channels = Source((Image(GREY), Image(GREY)))
    assert (channels.n_values, channels.n_clustered) == (2, 2)


@pytest.mark.parametrize("scaled", [False, True])
@pytest.mark.parametrize(
    "dtypes", [["uint8"], ["uint8", "uint16"], ["int16", "uint16"], ["bool", "float32"], ["bool"]]
)
def test_dtype_is_that_of_the_array(dtypes, scaled):
    layers = tuple(Image(np.eye(9).astype(dtype)) for dtype in dtypes)
    source = Source(layers, scaled=scaled)
    assert source.dtype == source.array().dtype


def test_the_window_may_lie_elsewhere_without_changing_the_key():
    layer = Image(STACK)
    windows = [(slice(z, z + 1), slice(None), slice(None)) for z in range(2)]
    first, second = (Source((layer,), window=window, step=2) for window in windows)
    assert first.key == second.key == Source((layer,)).key


# -- pixels


@pytest.mark.parametrize("step", [1, 3, 7, 50])
@pytest.mark.parametrize("window", [None, WINDOW, (slice(-4, None), slice(2, 3))])
def test_window_and_step(window, step):
    index = window or (slice(None),) * 2
    for pixels in (GREY, RGBA):
        source = Source((Image(pixels, rgb=pixels.ndim == 3),), window=window, step=step)
        expected = pixels[index][::step, ::step]
        assert np.array_equal(source.array(), expected)
        assert source.shape == expected.shape[:2]
        assert source.n_pixels == GREY[index].size
        assert source.full_shape == GREY.shape


def test_step_reduces_only_the_plane():
    window = (slice(1, 2), slice(None), slice(4, 20))
    source = Source((Image(STACK), Image(STACK // 2)), window=window, step=4)
    assert np.array_equal(source.array()[..., 0], STACK[1:2, ::4, 4:20:4])
    assert source.shape == (1, 5, 4)
    assert source.full_shape == STACK.shape


@pytest.mark.parametrize("wrap", [lambda a: da.from_array(a, chunks=7), lambda a: [a, a[:, ::2]]])
def test_lazy_and_multiscale_data(wrap):
    multiscale = isinstance(wrap(GREY), list)
    layer = Image(wrap(GREY), multiscale=multiscale, contrast_limits=(0, 200))
    source = Source((layer, Image(GREY)), window=WINDOW, step=2)
    assert type(source.array()) is np.ndarray
    assert np.array_equal(source.array()[..., 0], GREY[3:17:2, 5::2])
    region = Labels(wrap((GREY > 100).astype(np.uint8)), multiscale=multiscale)
    assert np.array_equal(region_mask(Source((layer,), region)), GREY > 100)
    turned = Labels(wrap((GREY > 100).astype(np.uint8)), multiscale=multiscale, rotate=10)
    plain = Labels((GREY > 100).astype(np.uint8), rotate=10)
    assert np.array_equal(
        region_mask(Source((layer,), turned)), region_mask(Source((layer,), plain))
    )


def test_only_what_is_needed_is_loaded():
    data = Guarded(STACK)
    layer = Image(data, contrast_limits=(0, 200), multiscale=False)
    region = Labels(Guarded(STACK))
    data.asked.clear()
    region.data.asked.clear()
    source = Source((layer,), region, window=(slice(2, 3), slice(None), slice(None)), step=5)
    assert np.array_equal(source.array(), STACK[2:3, ::5, ::5])
    assert np.array_equal(region_mask(source), STACK[2:3, ::5, ::5] > 0)
    expected = [(slice(2, 3, 1), slice(0, 20, 5), slice(0, 30, 5))]
    assert data.asked == expected
    assert [tuple(len(range(*s.indices(99))) for s in i) for i in region.data.asked] == [(1, 4, 6)]


def test_a_mask_is_taken_as_it_is():
    inside = GREY > 100
    source = Source((Image(GREY),), inside)
    assert region_mask(source) is inside
    assert source.region_name is None
    assert Source((Image(GREY),), Labels(inside.astype(int), name="drawn")).region_name == "drawn"


# -- checks


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: Source((Labels(GREY),)), TypeError, "Image layer, got Labels"),
        (lambda: Source(Image(GREY)), TypeError, "must be a tuple"),
        (lambda: Source(()), TypeError, "at least one image layer"),
        (lambda: Source((Image(GREY), Image(PHOTO, rgb=True, name="p"))), ValueError, '"p" is RGB'),
        (
            lambda: Source((Image(GREY, name="a"), Image(GREY[1:], name="b"))),
            ValueError,
            r'"b" has \(19, 30\) and "a" \(20, 30\)',
        ),
        (lambda: Source((Image(GREY),), Image(GREY)), TypeError, "Labels or Shapes .* got Image"),
        (lambda: Source((Image(GREY),), Points()), TypeError, "Labels or Shapes .* got Points"),
        (lambda: Source((Image(GREY),), step=0), ValueError, "at least 1, got 0"),
        (lambda: Source((Image(GREY),), alpha="keep"), ValueError, "got 'keep'"),
        (
            lambda: Source((Image(GREY),), window=(slice(None),)),
            ValueError,
            "each of the 2 spatial axes",
        ),
        (lambda: Source((Image(GREY),), window=(1, slice(None))), ValueError, "slice"),
        (
            lambda: Source((Image(GREY),), window=(slice(0, 9, 2), slice(None))),
            ValueError,
            "slices of step 1",
        ),
        (
            lambda: Source((Image(GREY),), window=(slice(20, 25), slice(None))),
            ValueError,
            "which is empty",
        ),
    ],
)
def test_what_does_not_fit_is_refused(make, error, message):
    with pytest.raises(error, match=message):
        make()


# -- what a viewer displays


def test_current_slice_is_what_napari_shows():
    viewer = ViewerModel()
    layer = viewer.add_image(STACK, scale=(5, 1, 1), translate=(7, 0, 0))
    assert current_slice(layer, viewer.dims)[1:] == (slice(None), slice(None))
    for z in range(4):
        viewer.dims.set_point(0, 7 + 5 * z + 2)
        assert current_slice(layer, viewer.dims)[0] == slice(z, z + 1)
        shown = STACK[current_slice(layer, viewer.dims)][0]
        assert layer.get_value((7 + 5 * z, 3, 4), world=True) == shown[3, 4]


def test_current_slice_of_flat_layers_and_of_volumes_is_all():
    viewer = ViewerModel()
    volume, flat = viewer.add_image(STACK), viewer.add_image(PHOTO, rgb=True)
    assert current_slice(flat, viewer.dims) is None
    assert current_slice(volume, viewer.dims) is not None
    viewer.dims.ndisplay = 3
    assert current_slice(volume, viewer.dims) is None
    series = viewer.add_image(np.stack([STACK] * 2))
    viewer.dims.set_point(0, 1)
    assert current_slice(series, viewer.dims) == (slice(1, 2), *[slice(None)] * 3)


def test_current_slice_of_other_axes_and_clipped():
    dims = Dims(ndim=4, order=(0, 2, 1, 3), range=((0, 99, 1),) * 4, point=(9, 2, 7, 0))
    layer = Image(STACK, rgb=False)
    assert current_slice(layer, dims) == (slice(None), slice(7, 8), slice(None))
    dims = Dims(ndim=4, range=((0, 99, 1),) * 4, point=(9, 50, 7, 0))
    assert current_slice(layer, dims) == (slice(3, 4), slice(None), slice(None))
    series = Image(np.stack([PHOTO] * 3), rgb=True)
    assert current_slice(series, dims)[0] == slice(2, 3)


def test_current_slice_converts_units_and_follows_turned_layers():
    viewer = ViewerModel()
    coarse = viewer.add_image(STACK, scale=(0.01, 1, 1), units=("mm", "mm", "mm"))
    turned = viewer.add_image(
        STACK, scale=(10, 1, 1), rotate=[0, 0, 30], units=("um", "um", "um"), translate=(10, 0, 0)
    )
    viewer.dims.set_point(0, 20)
    assert current_slice(coarse, viewer.dims)[0] == slice(2, 3)
    assert current_slice(turned, viewer.dims)[0] == slice(1, 2)


def test_current_slice_and_source_fit():
    viewer = ViewerModel()
    layer = viewer.add_image(STACK, scale=(5, 1, 1))
    viewer.dims.set_point(0, 10)
    source = Source((layer,), window=current_slice(layer, viewer.dims))
    assert np.array_equal(source.array(), STACK[2:3])
    viewer.add_labels(np.zeros(source.shape, int), **Placement.of_source(source).whole)
    assert np.array_equal(viewer.layers[-1].extent.world[:, 0], [10, 10])


def test_preview_step_is_the_least_that_suffices():
    for n_pixels in (0, 1, 99, 100, 101, 400, 401, 12345, 10**9):
        step = preview_step(n_pixels, limit=100)
        assert n_pixels / step**2 <= 100
        assert step == 1 or n_pixels / (step - 1) ** 2 > 100


def test_sources_are_never_modified():
    layer = Image(GREY.copy(), **PLACED)
    before = {name: np.array(getattr(layer, name)) for name in ("scale", "translate", "affine")}
    source = Source((layer, Image(GREY)), window=WINDOW, step=3, scaled=True)
    source.array()
    Placement.of_source(source)
    assert np.array_equal(layer.data, GREY)
    for name, value in before.items():
        assert np.array_equal(np.array(getattr(layer, name)), value)


@pytest.mark.parametrize(
    ("layers", "options", "bits"),
    [
        ((Image(np.zeros((9, 9, 3), np.uint8), rgb=True),), {}, 24),
        ((Image(np.zeros((9, 9, 4), np.uint8), rgb=True),), {}, 24),
        ((Image(np.zeros((9, 9, 4), np.uint8), rgb=True),), {"alpha": "channel"}, 32),
        ((Image(np.zeros((9, 9), np.uint16)),), {}, 16),
        ((Image(np.zeros((9, 9), bool)),), {}, 1),
        (tuple(Image(np.zeros((9, 9), np.uint16)) for _ in range(3)), {"scaled": True}, 48),
        ((Image(np.zeros((9, 9), np.uint8)), Image(np.zeros((9, 9), np.float32))), {}, 40),
    ],
)
def test_bits_are_those_that_are_stored(layers, options, bits):
    assert Source(layers, **options).bits == bits


def test_limits_can_be_others_than_todays():
    layers = tuple(Image(np.arange(9.0).reshape(3, 3), name=str(i)) for i in range(2))
    source = Source(layers, scaled=((0.0, 16.0), (0.0, 8.0)))
    assert source.array()[-1, -1].tolist() == [0.5, 1.0]
    assert Source(layers, scaled=True).array()[-1, -1].tolist() == [1.0, 1.0]
    with pytest.raises(ValueError, match="each of the 2 layers"):
        Source(layers, scaled=((0.0, 1.0),))
