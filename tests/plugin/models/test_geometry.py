"""Maps between layers' data and the world, and what their units measure."""

from __future__ import annotations

import dask.array as da
import numpy as np
import pytest
from napari.components import ViewerModel
from napari.layers import Image, Labels
from pictures import AFFINE_3D, GREY, PHOTO, PLACED, STACK, TILTED, rgb, to_world

from napari_kmeans_quantizer.plugin.models.geometry import (
    data_to_world,
    full_data,
    last_axes,
    n_alike,
    own_transform,
    place_of,
    spatial_shape,
    unit_factors,
)


def units_of(*units):
    return Image(np.zeros((2,) * len(units)), units=units).units


def test_full_data_is_that_of_the_first_level_and_stays_lazy():
    lazy = da.from_array(GREY, chunks=7)
    assert full_data(Image(lazy)) is lazy
    levels = [GREY, GREY[::2, ::2]]
    assert np.array_equal(full_data(Image(levels, multiscale=True)), GREY)


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (Image(GREY), (20, 30)),
        (rgb(), (20, 30)),
        (rgb(np.stack([PHOTO] * 2)), (2, 20, 30)),
        (Labels(STACK), (4, 20, 30)),
        (Image([GREY, GREY[::2, ::2]], multiscale=True), (20, 30)),
    ],
)
def test_spatial_shape_knows_no_colors(layer, shape):
    assert spatial_shape(layer) == shape


@TILTED
@pytest.mark.parametrize(
    ("pixels", "placed"),
    [
        (GREY, PLACED),
        (STACK, {"scale": (5, 2, 3), "rotate": [10, 20, 30], "shear": [0.1, 0.2, 0.3]}),
        (STACK, {"affine": AFFINE_3D, "translate": (1, 2, 3)}),
    ],
)
def test_data_to_world_is_what_napari_says(pixels, placed):
    layer = Image(pixels, **placed)
    points = np.random.default_rng(0).normal(0, 9, (5, layer.ndim))
    matrix = data_to_world(layer)
    assert np.allclose(points @ matrix[:-1, :-1].T + matrix[:-1, -1], to_world(layer, points))
    assert np.allclose(matrix, layer.affine.affine_matrix @ own_transform(layer))
    copy = Labels(np.zeros(layer.data.shape, int), **place_of(layer))
    assert np.allclose(data_to_world(copy), matrix)


def test_data_to_world_is_the_same_in_grid_mode():
    viewer = ViewerModel()
    layers = [viewer.add_image(GREY, scale=(2, 3)) for _ in range(2)]
    before = [data_to_world(layer) for layer in layers]
    viewer.canvas.grid.enabled = True
    assert np.array_equal([data_to_world(layer) for layer in layers], before)


def test_last_axes():
    matrix = np.arange(16).reshape(4, 4)
    assert last_axes(matrix, 2).tolist() == [[5, 6, 7], [9, 10, 11], [13, 14, 15]]
    assert np.array_equal(last_axes(matrix, 3), matrix)


@pytest.mark.parametrize(
    ("units", "expected"),
    [
        (("pixel", "pixel"), 0),
        (("um", "pixel"), 0),
        (("pixel", "um"), 1),
        (("um", "mm"), 2),
        (("second", "nm", "nm"), 2),
        (("um", "second", "um"), 1),
        (("degree", "arcsec"), 2),
        (("dimensionless", "dimensionless"), 0),
        (("um", "um", "um"), 3),
        (("um", "um", "um", "um"), 3),
    ],
)
def test_how_many_of_the_last_axes_have_one_kind_of_unit(units, expected):
    assert n_alike(units_of(*units)) == expected


def test_unit_factors():
    factors = unit_factors(units_of("mm", "um"), units_of("um", "um"))
    assert factors.tolist() == pytest.approx([1000, 1])
    warm = unit_factors(units_of("degC", "degF"), units_of("degF", "kelvin"))
    assert warm.tolist() == pytest.approx([1.8, 5 / 9])  # of steps, wherever zero lies
    mixed = unit_factors(units_of("mm", "pixel"), units_of("um", "um"))
    assert mixed.tolist() == [1, 1]  # napari drops all units then
