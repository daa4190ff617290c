from __future__ import annotations

import dask.array as da
import numpy as np
import pytest
from napari.components import Dims, ViewerModel
from napari.layers import Image, Labels, Points, Shapes

from napari_kmeans_quantizer import Palette, quantize
from napari_kmeans_quantizer.plugin.models.source import (
    Source,
    current_slice,
    display_colors,
    preview_step,
)

RNG = np.random.default_rng(0)
GREY = RNG.integers(0, 200, (20, 30)).astype(np.uint8)
PHOTO = RNG.integers(0, 256, (20, 30, 3)).astype(np.uint8)
RGBA = RNG.integers(0, 256, (20, 30, 4)).astype(np.uint8)
STACK = RNG.integers(0, 200, (4, 20, 30)).astype(np.uint8)
AFFINE = [[1.0, 0.2, 5.0], [0.1, 0.9, -3.0], [0.0, 0.0, 1.0]]
PLACED = {
    "scale": (0.3, 2.0),
    "translate": (-4.0, 17.0),
    "rotate": 33.0,
    "shear": [0.4],
    "affine": AFFINE,
    "units": ("um", "um"),
    "axis_labels": ("row", "column"),
}
TILTED = pytest.mark.filterwarnings("ignore:Non-orthogonal slicing")  # napari's own
AFFINE_3D = np.array([[1, 0.1, 0, 2], [0, 1, 0.3, 0], [0.2, 0, 1, 5], [0, 0, 0, 1]], dtype=float)
WINDOW = (slice(3, 17), slice(5, None))


def rectangle(top, left, bottom, right, *leading):
    corners = [(top, left), (top, right), (bottom, right), (bottom, left)]
    return np.array([(*leading, *corner) for corner in corners], dtype=float)


def box(top, left, bottom, right, shape=GREY.shape):
    mask = np.zeros(shape, dtype=bool)
    mask[..., top:bottom, left:right] = True
    return mask


def mask_of(layer, region, **options):
    return Source((layer,), region, **options).mask()


def to_world(layer, positions):
    return np.array([layer.data_to_world(position) for position in positions])


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
    assert source.shape == source.full_shape == source.plane_shape == GREY.shape
    assert source.n_pixels == GREY.size
    assert source.key == str(layer.unique_id)
    assert source.mask() is None
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
    assert source.key == "+".join(str(layer.unique_id) for layer in layers)
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
    assert source.plane_shape == (20, 30)


@pytest.mark.parametrize("wrap", [lambda a: da.from_array(a, chunks=7), lambda a: [a, a[:, ::2]]])
def test_lazy_and_multiscale_data(wrap):
    multiscale = isinstance(wrap(GREY), list)
    layer = Image(wrap(GREY), multiscale=multiscale, contrast_limits=(0, 200))
    source = Source((layer, Image(GREY)), window=WINDOW, step=2)
    assert type(source.array()) is np.ndarray
    assert np.array_equal(source.array()[..., 0], GREY[3:17:2, 5::2])
    region = Labels(wrap((GREY > 100).astype(np.uint8)), multiscale=multiscale)
    assert np.array_equal(Source((layer,), region).mask(), GREY > 100)
    turned = Labels(wrap((GREY > 100).astype(np.uint8)), multiscale=multiscale, rotate=10)
    plain = Labels((GREY > 100).astype(np.uint8), rotate=10)
    assert np.array_equal(mask_of(layer, turned), mask_of(layer, plain))


def test_only_what_is_needed_is_loaded():
    data = Guarded(STACK)
    layer = Image(data, contrast_limits=(0, 200), multiscale=False)
    region = Labels(Guarded(STACK))
    data.asked.clear()
    region.data.asked.clear()
    source = Source((layer,), region, window=(slice(2, 3), slice(None), slice(None)), step=5)
    assert np.array_equal(source.array(), STACK[2:3, ::5, ::5])
    assert np.array_equal(source.mask(), STACK[2:3, ::5, ::5] > 0)
    expected = [(slice(2, 3, 1), slice(0, 20, 5), slice(0, 30, 5))]
    assert data.asked == expected
    assert [tuple(len(range(*s.indices(99))) for s in i) for i in region.data.asked] == [(1, 4, 6)]


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


# -- regions: labels


def test_labels_of_the_same_grid_are_taken_as_they_are():
    labels = (GREY > 100).astype(np.uint16) * 9
    for placed in ({}, PLACED):
        layer, region = Image(GREY, **placed), Labels(labels, **placed)
        assert np.array_equal(mask_of(layer, region), labels > 0)
        small = mask_of(layer, region, window=WINDOW, step=3)
        assert np.array_equal(small, labels[3:17:3, 5::3] > 0)


def test_labels_on_color_images_and_channels():
    region = Labels((GREY > 100).astype(np.uint8))
    for layers in ((Image(RGBA, rgb=True),), (Image(GREY), Image(GREY))):
        assert np.array_equal(Source(layers, region).mask(), GREY > 100)


@pytest.mark.parametrize(
    "region_placed", [{}, {"scale": (3, 2), "translate": (-30, 0), "rotate": -20}, PLACED]
)
@pytest.mark.parametrize("placed", [{}, {"scale": (0.5, 0.5), "translate": (-3, 2)}, PLACED])
def test_labels_are_resampled_to_the_nearest(placed, region_placed):
    layer = Image(GREY, **placed)
    labels = np.random.default_rng(1).integers(0, 2, (40, 60))
    region = Labels(labels, **region_placed)
    expected = np.zeros(GREY.shape, dtype=bool)
    for pixel in np.ndindex(GREY.shape):
        nearest = np.floor(region.world_to_data(layer.data_to_world(pixel)) + 0.5)
        if (nearest >= 0).all() and (nearest < labels.shape).all():
            expected[pixel] = labels[tuple(nearest.astype(int))] > 0
    assert 10 < expected.sum() < 400
    assert (mask_of(layer, region) != expected).mean() <= 0.02 * (placed != region_placed)
    small = mask_of(layer, region, window=WINDOW, step=3)
    assert np.array_equal(small, mask_of(layer, region)[3:17:3, 5::3])


def test_labels_count_up_to_the_edges_of_their_pixels():
    layer = Image(GREY, scale=(0.1, 0.1))
    region = Labels(np.ones((1, 1), int), translate=(1, 1))  # from 0.5 to 1.5
    assert np.array_equal(mask_of(layer, region), box(5, 5, 15, 15))
    shifted = Labels(np.ones((4, 5), int), translate=(10, 20))
    assert np.array_equal(mask_of(Image(GREY), shifted), box(10, 20, 14, 25))


def test_units_of_regions_are_converted():
    layer = Image(GREY, units=("um", "um"))
    labels = Labels(np.ones((2, 3), int), scale=(0.005, 0.005), units=("mm", "mm"))
    assert np.array_equal(mask_of(layer, labels), box(0, 0, 8, 13))
    shapes = Shapes([rectangle(0.002, 0.003, 0.009, 0.008)], units=("mm", "mm"))
    assert np.array_equal(mask_of(layer, shapes), box(2, 3, 9, 8))
    unknown = Labels(np.ones((2, 3), int))
    assert np.array_equal(mask_of(layer, unknown), box(0, 0, 2, 3))


def test_flat_labels_count_on_all_slices():
    labels = (GREY > 100).astype(np.uint8)
    stack = Image(STACK, scale=(5, 1, 1), translate=(7, 0, 0))
    assert np.array_equal(mask_of(stack, Labels(labels)), np.stack([labels > 0] * 4))
    window = (slice(1, 3), slice(2, 9), slice(None))
    small = mask_of(stack, Labels(labels), window=window, step=2)
    assert np.array_equal(small, np.stack([labels[2:9:2, ::2] > 0] * 2))
    four = Image(STACK[np.newaxis])
    assert np.array_equal(mask_of(four, Labels(STACK)), STACK[np.newaxis] > 0)
    turned = Labels(labels, rotate=10)
    assert np.array_equal(mask_of(stack, turned)[3], mask_of(Image(GREY), turned))


@TILTED
def test_flat_labels_on_a_tilted_stack():
    stack = Image(STACK, affine=[[1, 0, 0, 0], [2, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]])
    mask = mask_of(stack, Labels(box(10, 0, 15, 30).astype(int)))
    for z in range(4):
        assert np.array_equal(mask[z], box(10 - 2 * z, 0, 15 - 2 * z, 30))


def test_of_labels_with_more_axes_all_slices_count():
    region = Labels((STACK > 150).astype(int), scale=(9, 1, 1))
    assert np.array_equal(mask_of(Image(GREY), region), (STACK > 150).any(axis=0))


# -- regions: shapes


def test_shapes_are_filled():
    triangle = np.array([[2, 2], [2, 12], [12, 2]])
    region = Shapes(
        [rectangle(14, 20, 18, 25), triangle], shape_type=["rectangle", "polygon"], name="Shapes"
    )
    expected = box(14, 20, 18, 25)
    for y in range(2, 12):
        expected[y, 2 : 14 - y] = True
    mask = mask_of(Image(GREY), region)
    assert mask.dtype == bool
    assert np.array_equal(mask, expected)


def test_shapes_may_reach_beyond_the_image():
    region = Shapes([rectangle(-5.5, -7, 3.5, 100), rectangle(15, 28, 99, 99)])
    assert np.array_equal(mask_of(Image(GREY), region), box(0, 0, 4, 30) | box(15, 28, 20, 30))


def test_shapes_that_touch_neither_overlap_nor_leave_a_gap():
    angles = np.arange(7) / 7 * 2 * np.pi
    corners = np.stack([10 + 60 * np.sin(angles), 15 + 60 * np.cos(angles)], axis=1)
    layer = Image(GREY)
    masks = []
    for start, stop in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        region = Shapes([np.array([[10.0, 15.0], start, stop])], shape_type="polygon")
        masks.append(mask_of(layer, region))
    assert (np.sum(masks, axis=0) == 1).all()


def test_ellipses_even_sheared():
    yx = np.stack(np.indices(GREY.shape), axis=-1).astype(float)
    region = Shapes([np.array([[10.0, 14.0], [6.3, 9.2]])], shape_type="ellipse")
    expected = (((yx - (10, 14)) / (6.3, 9.2)) ** 2).sum(axis=-1) <= 1
    assert np.array_equal(mask_of(Image(GREY), region), expected)
    layer = Image(GREY, shear=[0.5], scale=(2, 1))
    world = yx * (2, 1) @ np.array([[1, 0], [0.5, 1]])
    expected = (((world - (10, 14)) / (6.3, 9.2)) ** 2).sum(axis=-1) <= 1
    assert np.array_equal(mask_of(layer, region), expected)


@pytest.mark.parametrize("step", [1, 2, 3])
def test_shapes_follow_window_step_and_places(step):
    polygon = np.array([[1, 1], [2.2, 27], [18, 28.5], [9, 9], [18, 3]])
    drawn = {"data": [polygon], "shape_type": "polygon"}
    full = mask_of(Image(GREY), Shapes(**drawn))
    assert 100 < full.sum() < 500
    placed = Image(GREY, **PLACED)
    small = mask_of(placed, Shapes(**drawn, **PLACED), window=WINDOW, step=step)
    assert np.array_equal(small, full[3:17:step, 5::step])
    in_world = Shapes([to_world(placed, polygon)], shape_type="polygon", units=("um", "um"))
    assert np.array_equal(mask_of(placed, in_world, window=WINDOW, step=step), small)


def test_flat_shapes_count_on_all_slices():
    stack = Image(STACK, scale=(5, 2, 2))
    mask = mask_of(stack, Shapes([rectangle(4, 6, 16, 20)]))
    assert np.array_equal(mask, box(2, 3, 8, 10, STACK.shape))


def test_shapes_in_a_stack_count_on_their_own_slice():
    region = Shapes(
        [rectangle(4, 6, 16, 20, 2), rectangle(0, 0, 3, 3, 0.4), rectangle(0, 0, 9, 9, 9)]
    )
    expected = np.zeros(STACK.shape, dtype=bool)
    expected[2, 4:16, 6:20] = True
    expected[0, :3, :3] = True
    assert np.array_equal(mask_of(Image(STACK), region), expected)
    window = (slice(1, 3), slice(None), slice(5, None))
    assert np.array_equal(mask_of(Image(STACK), region, window=window), expected[1:3, :, 5:])
    series = mask_of(Image(np.stack([STACK] * 2)), region)
    assert np.array_equal(series, np.stack([expected] * 2))


@pytest.mark.parametrize("step", [1, 3])
def test_shapes_drawn_in_another_plane(step):
    corners = np.array([[1, 6, 4], [1, 6, 20], [3, 6, 20], [3, 6, 4]])
    mask = mask_of(Image(STACK), Shapes([corners]), step=step)
    expected = np.zeros(STACK.shape, dtype=bool)
    expected[1:3, 6, 4:20] = True
    assert np.array_equal(mask, expected[:, ::step, ::step])


def test_of_shapes_with_more_axes_all_slices_count():
    region = Shapes([rectangle(4, 6, 16, 20, 2), rectangle(0, 0, 3, 3, 7)])
    assert np.array_equal(mask_of(Image(GREY), region), box(4, 6, 16, 20) | box(0, 0, 3, 3))


@TILTED
def test_flat_shapes_cannot_be_put_on_a_tilted_stack():
    stack = Image(STACK, affine=AFFINE_3D, name="stack")
    with pytest.raises(ValueError, match=r"tilted against it. Draw it in a layer of 3"):
        mask_of(stack, Shapes([rectangle(4, 6, 16, 20)]))


def test_lines_and_paths_enclose_nothing():
    lines = Shapes([np.array([[1, 1], [9, 9]])], shape_type="line", name="Shapes")
    for region in (lines, Shapes(name="Shapes")):
        with pytest.raises(ValueError, match=r'region "Shapes" encloses nothing; lines and paths'):
            mask_of(Image(GREY), region)
    lines.add_rectangles(rectangle(2, 3, 5, 6))
    assert np.array_equal(mask_of(Image(GREY), lines), box(2, 3, 5, 6))


@pytest.mark.parametrize(
    "region",
    [
        Shapes([rectangle(40, 40, 50, 50)], name="there"),
        Labels(np.zeros((20, 30), int), name="there"),
        Labels(np.ones((20, 30), int), translate=(50, 0), name="there"),
        Labels(np.ones((20, 30), int), translate=(50, 0), rotate=9, name="there"),
    ],
)
def test_regions_outside_the_image_are_refused(region):
    message = 'The region "there" holds no pixel of "photo": draw inside the image, or choose'
    with pytest.raises(ValueError, match=message):
        mask_of(Image(PHOTO, rgb=True, name="photo"), region)


def test_masks_suit_quantize():
    source = Source((Image(STACK),), Labels((GREY > 100).astype(int)))
    result = quantize(source.array(), 3, channel_axis=source.channel_axis, mask=source.mask())
    assert result.palette.counts.sum() == (GREY > 100).sum() * 4


# -- places

LAYERS = {
    "plain": ({}, (20, 30)),
    "scaled": ({"scale": (0.5, 2), "translate": (3, -4)}, (20, 30)),
    "flipped": ({"scale": (-0.5, 2), "rotate": 70}, (20, 30)),
    "rotated": ({"rotate": 30, "translate": (3, -4)}, (20, 30)),
    "everything": (PLACED, (20, 30)),
    "3-D": ({"scale": (5, 2, 3), "translate": (9, 8, 7)}, (4, 20, 30)),
    "3-D rotated": ({"rotate": [10, 20, 30], "scale": (5, 2, 3)}, (4, 20, 30)),
    "3-D affine": ({"affine": AFFINE_3D, "shear": [0.1, 0.2, 0.3]}, (4, 20, 30)),
    "4-D": ({"scale": (7, 5, 2, 3), "translate": (1, 9, 8, 7), "affine": AFFINE}, (3, 4, 20, 30)),
}


@TILTED
@pytest.mark.parametrize("step", [1, 2, 5])
@pytest.mark.parametrize("cut", [False, True])
@pytest.mark.parametrize("which", LAYERS)
def test_placement_overlays_the_source(which, cut, step):
    placed, shape = LAYERS[which]
    layer = Image(np.zeros(shape, np.uint8), contrast_limits=(0, 1), **placed)
    start = [0] * len(shape)
    window = None
    if cut:
        start = [1] * (len(shape) - 2) + [3, 4]
        window = (*[slice(1, 2)] * (len(shape) - 2), slice(3, 18), slice(4, None))
    source = Source((layer,), window=window, step=step)
    output = Labels(np.zeros(source.shape, np.uint8), **source.placement())
    pixels = np.random.default_rng(2).integers(0, 9, (10, len(shape)))
    steps = np.array([1] * (len(shape) - 2) + [step] * 2)
    centers = start + pixels * steps + (steps - 1) / 2
    assert np.allclose(to_world(output, pixels), to_world(layer, centers))
    assert output.units == layer.units
    assert output.axis_labels == layer.axis_labels
    assert np.allclose(output.affine, layer.affine)
    if step == 1 and not cut:
        assert np.array_equal(to_world(output, pixels), to_world(layer, pixels))


@TILTED
@pytest.mark.parametrize("which", LAYERS)
def test_plane_placement(which):
    placed, shape = LAYERS[which]
    layer = Image(np.zeros(shape, np.uint8), contrast_limits=(0, 1), **placed)
    source = Source((layer,), step=3)
    plane = Points(**source.plane_placement(), ndim=2)
    points = np.array([[0.0, 0.0], [10.0, 0.0], [0.0, 10.0]])
    expected = to_world(layer, np.pad(points, [(0, 0), (len(shape) - 2, 0)]))[:, -2:]
    assert np.allclose(to_world(plane, points), expected)
    assert plane.units == layer.units[-2:]
    assert plane.axis_labels == layer.axis_labels[-2:]
    assert source.plane_shape == (20, 30)


def test_zoom_and_angle():
    assert Source((Image(GREY),)).zoom_and_angle() == (1, 0)
    zoom, angle = Source((Image(GREY, scale=(0.5, 0.5), rotate=30),)).zoom_and_angle()
    assert zoom == pytest.approx(0.5)
    assert abs(angle) == pytest.approx(30)


@pytest.mark.parametrize(
    ("units", "shape", "expected"),
    [
        (None, (20, 30), None),
        (("um", "pixel"), (20, 30), None),
        (("second", "second"), (20, 30), None),
        (("micrometer", "um"), (20, 30), (6, "µm²")),
        (("um", "mm"), (20, 30), (0.006, "mm²")),
        (("pixel", "nm", "nm"), (4, 20, 30), (6, "nm²")),
        (("second", "nm", "nm"), (4, 20, 30), (6, "nm²")),
        (("um", "um", "um"), (1, 20, 30), (6, "µm²")),
        (("um", "um", "um"), (4, 20, 30), (42, "µm³")),
        (("mm", "um", "um"), (4, 20, 30), (42000, "µm³")),
        (("second", "um", "um", "um"), (2, 4, 20, 30), (42, "µm³")),
        (("um", "um", "um", "um"), (2, 4, 20, 30), (42, "µm³")),
    ],
)
def test_pixel_area(units, shape, expected):
    scale = (5, 7, 2, 3)[-len(shape) :]
    layer = Image(np.zeros(shape, np.uint8), contrast_limits=(0, 1), scale=scale, units=units)
    area = Source((layer,), step=2).pixel_area()
    assert area == (expected if expected is None else (pytest.approx(expected[0]), expected[1]))


@TILTED
def test_pixel_area_of_a_single_slice_and_of_turned_layers():
    units = ("um", "um", "um")
    stack = Image(STACK, scale=(7, 2, 3), units=units, rotate=[10, 20, 30])
    window = (slice(1, 2), slice(None), slice(None))
    assert Source((stack,), window=window).pixel_area() == (pytest.approx(6), "µm²")
    assert Source((stack,)).pixel_area() == (pytest.approx(42), "µm³")
    zoomed = Image(GREY, scale=(2, 3), affine=np.diag([2, 2, 1]), units=("um", "um"), rotate=9)
    assert Source((zoomed,)).pixel_area() == (pytest.approx(24), "µm²")


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
    viewer.add_labels(np.zeros(source.shape, int), **source.placement())
    assert np.array_equal(viewer.layers[-1].extent.world[:, 0], [10, 10])


def test_preview_step_is_the_least_that_suffices():
    for n_pixels in (0, 1, 99, 100, 101, 400, 401, 12345, 10**9):
        step = preview_step(n_pixels, limit=100)
        assert n_pixels / step**2 <= 100
        assert step == 1 or n_pixels / (step - 1) ** 2 > 100


# -- colors


def test_display_colors():
    photo = Palette([[255, 0, 0], [0, 128, 255]], dtype=np.uint8)
    assert np.array_equal(display_colors(Source((Image(PHOTO, rgb=True),)), photo), photo.rgb)
    grey = Image(GREY, contrast_limits=(50, 150), gamma=0.7, colormap="viridis")
    shown = display_colors(Source((grey,)), Palette([[0], [100], [150]], dtype=np.uint8))
    assert np.allclose(shown, grey.colormap.map(np.array([0, 0.5**0.7, 1]))[:, :3])


def test_display_colors_of_channels_add_up():
    layers = (
        Image(GREY, colormap="red", contrast_limits=(0, 100)),
        Image(GREY, colormap="green", contrast_limits=(50, 150)),
        Image(GREY, colormap="yellow", contrast_limits=(0, 200)),
    )
    values = np.array([[50, 50, 0], [100, 100, 100]], dtype=float)
    expected = [[0.5, 0, 0], [1, 1, 0]]
    palette = Palette(values, dtype=np.uint8)
    assert np.allclose(display_colors(Source(layers), palette), expected)
    scaled = Palette([[0.5, 0, 0], [1, 0.5, 0.5]], dtype=np.float32)
    assert np.allclose(display_colors(Source(layers, scaled=True), scaled), expected)


def test_sources_are_never_modified():
    layer = Image(GREY.copy(), **PLACED)
    before = {name: np.array(getattr(layer, name)) for name in ("scale", "translate", "affine")}
    source = Source((layer, Image(GREY)), window=WINDOW, step=3, scaled=True)
    source.array()
    source.placement()
    assert np.array_equal(layer.data, GREY)
    for name, value in before.items():
        assert np.array_equal(np.array(getattr(layer, name)), value)
