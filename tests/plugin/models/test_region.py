"""Which pixels lie in a region, wherever both lie."""

from __future__ import annotations

import numpy as np
import pytest
from napari.layers import Image, Labels, Shapes
from pictures import AFFINE_3D, GREY, PHOTO, PLACED, RGBA, STACK, TILTED, WINDOW, to_world

from napari_kmeans_quantizer import quantize
from napari_kmeans_quantizer.plugin.models.region import region_mask
from napari_kmeans_quantizer.plugin.models.source import Source


def rectangle(top, left, bottom, right, *leading):
    corners = [(top, left), (top, right), (bottom, right), (bottom, left)]
    return np.array([(*leading, *corner) for corner in corners], dtype=float)


def box(top, left, bottom, right, shape=GREY.shape):
    mask = np.zeros(shape, dtype=bool)
    mask[..., top:bottom, left:right] = True
    return mask


def mask_of(layer, region, **options):
    return region_mask(Source((layer,), region, **options))


# -- labels


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
        assert np.array_equal(region_mask(Source(layers, region)), GREY > 100)


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


# -- shapes


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
    result = quantize(source.array(), 3, channel_axis=source.channel_axis, mask=region_mask(source))
    assert result.palette.counts.sum() == (GREY > 100).sum() * 4
