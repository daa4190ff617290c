"""Where a result lies: exactly on what it was made of."""

from __future__ import annotations

import numpy as np
import pytest
from napari.components import ViewerModel
from napari.layers import Image, Labels, Points
from pictures import AFFINE, AFFINE_3D, GREY, PLACED, STACK, TILTED, to_world

from napari_kmeans_quantizer.plugin.models.placement import Placement, pixel_area
from napari_kmeans_quantizer.plugin.models.source import Source

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
    output = Labels(np.zeros(source.shape, np.uint8), **Placement.of_source(source).whole)
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
    plane = Points(**Placement.of_source(source).plane, ndim=2)
    points = np.array([[0.0, 0.0], [10.0, 0.0], [0.0, 10.0]])
    expected = to_world(layer, np.pad(points, [(0, 0), (len(shape) - 2, 0)]))[:, -2:]
    assert np.allclose(to_world(plane, points), expected)
    assert plane.units == layer.units[-2:]
    assert plane.axis_labels == layer.axis_labels[-2:]
    assert Placement.of_source(source).plane_shape == (20, 30)


def test_zoom_and_angle():
    plain = Placement.of_source(Source((Image(GREY),)))
    assert (plain.zoom, plain.angle) == (1, 0)
    turned = Placement.of_source(Source((Image(GREY, scale=(0.5, 0.5), rotate=30),)))
    assert turned.zoom == pytest.approx(0.5)
    assert abs(turned.angle) == pytest.approx(30)


@pytest.mark.parametrize("step", [1, 3])
@pytest.mark.parametrize("window", [None, (slice(1, 2), slice(3, 18), slice(4, None))])
def test_plane_positions_are_those_of_pixels(window, step):
    """What is drawn beside a part of a stack lies beside that part, in the plane of the whole."""
    placed = {"scale": (5, 0.3, 2), "translate": (7, -4, 17), "rotate": [0, 0, 20]}
    layer = Image(STACK, **placed)
    source = Source((layer,), window=window, step=step)
    placement = Placement.of_source(source)
    pixels = np.array([[0, 0], [0, 3], [4, 1], [-1.5, 0.25]])
    plane = Points(**placement.plane, ndim=2)
    whole = Labels(np.zeros(source.shape, np.uint8), **placement.whole)
    expected = to_world(whole, np.pad(pixels, [(0, 0), (1, 0)]))[:, -2:]
    assert np.allclose(to_world(plane, placement.plane_positions(pixels)), expected)


def test_a_placement_stays_what_it_was():
    layer = Image(GREY, **PLACED)
    placement = Placement.of_source(Source((layer,)))
    layer.translate, layer.scale = (100, 100), (9, 9)
    assert np.allclose(placement.whole["translate"], PLACED["translate"])
    assert np.allclose(placement.plane["scale"], PLACED["scale"])


# -- the size of a pixel


@pytest.mark.parametrize(
    ("units", "shape", "expected"),
    [
        (None, (20, 30), None),
        (("um", "pixel"), (20, 30), None),
        (("pixel", "um"), (20, 30), None),
        (("pixel", "pixel", "um"), (4, 20, 30), None),
        (("dimensionless", "um"), (20, 30), None),
        (("second", "second"), (20, 30), (6, "s²")),
        (("inch", "inch"), (20, 30), (6, "in²")),
        (("degree", "degree"), (20, 30), (6, "deg²")),
        (("degree", "arcsec"), (20, 30), (21600, "arcsec²")),
        (("second", "um"), (20, 30), (6, "µm·s")),  # a kymograph
        (("um", "second"), (20, 30), (6, "µm·s")),
        (("um", "second", "um"), (4, 20, 30), (6, "µm·s")),
        (("1 / second", "um"), (20, 30), (6, "µm/s")),
        (("degC", "um"), (20, 30), (6, "°C·µm")),
        (("degree", "um", "um"), (4, 20, 30), (6, "µm²")),
        (("degree", "degree", "degree"), (4, 20, 30), (42, "deg³")),
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
    for step in (1, 2):  # a pixel of a reduced copy stands for several
        source = Source((layer,), step=step)
        area = pixel_area(source)
        assert Placement.of_source(source).pixel_area == area
        size = None if expected is None else expected[0] * step**2
        assert area == (expected if expected is None else (pytest.approx(size), expected[1]))


def test_pixel_area_is_exact_where_nothing_is_turned():
    units = ("mm", "um", "um")
    plane = Image(GREY, scale=(0.3, 0.7), units=units[1:])
    assert pixel_area(Source((plane,))) == (0.3 * 0.7, "µm²")
    stack = Image(STACK, scale=(5, 0.3, 0.7), units=units)
    window = (slice(1, 2), slice(None), slice(None))
    assert pixel_area(Source((stack,), window=window)) == (0.3 * 0.7, "µm²")


@TILTED
def test_pixel_area_of_a_single_slice_and_of_turned_layers():
    units = ("um", "um", "um")
    stack = Image(STACK, scale=(7, 2, 3), units=units, rotate=[10, 20, 30])
    window = (slice(1, 2), slice(None), slice(None))
    assert pixel_area(Source((stack,), window=window)) == (pytest.approx(6), "µm²")
    assert pixel_area(Source((stack,))) == (pytest.approx(42), "µm³")
    zoomed = Image(GREY, scale=(2, 3), affine=np.diag([2, 2, 1]), units=("um", "um"), rotate=9)
    assert pixel_area(Source((zoomed,))) == (pytest.approx(24), "µm²")


# -- frames

FRAMES = {
    "plain": {},
    "scaled and moved": {"scale": (5, 1, 1), "translate": (7, 0, 0)},
    "flipped": {"scale": (-2, 1, 1), "translate": (50, 3, 3)},
    "by an affine map": {"affine": np.diag([3.0, 1, 1, 1]), "scale": (2, 1, 1)},
    "sheared within the plane": {"shear": [0, 0, 0.4], "scale": (0.25, 1, 1)},
    "with units": {"units": ("um", "um", "um"), "scale": (0.5, 1, 1)},
}


@pytest.mark.parametrize("placed", FRAMES.values(), ids=FRAMES)
def test_show_frame(placed):
    viewer = ViewerModel()
    layer = viewer.add_image(STACK, **placed)
    placement = Placement.of_source(Source((layer,)))
    for frame in (2, 0, 3, 1):
        placement.show_frame(viewer.dims, frame)
        assert np.array_equal(layer._slice.image.raw, STACK[frame])


def test_show_frame_of_a_window():
    viewer = ViewerModel()
    layer = viewer.add_image(STACK, scale=(5, 1, 1))
    window = (slice(1, 4), slice(2, 9), slice(None))
    placement = Placement.of_source(Source((layer,), window=window, step=2))
    for frame in range(3):
        placement.show_frame(viewer.dims, frame)
        assert np.array_equal(layer._slice.image.raw, STACK[1 + frame])


def test_show_frame_among_finer_and_larger_layers():
    """The viewer's own steps are those of all layers together."""
    viewer = ViewerModel()
    layer = viewer.add_image(STACK, scale=(5, 1, 1), translate=(10, 0, 0))
    viewer.add_image(np.zeros((200, 20, 30), np.uint8), scale=(0.3, 1, 1), contrast_limits=(0, 1))
    placement = Placement.of_source(Source((layer,)))
    for frame in range(4):
        placement.show_frame(viewer.dims, frame)
        assert np.array_equal(layer._slice.image.raw, STACK[frame])


def test_show_frame_of_a_stack_in_a_viewer_of_more_axes():
    viewer = ViewerModel()
    layer = viewer.add_image(STACK, scale=(5, 1, 1))
    viewer.add_image(np.zeros((6, 20, 20, 30), np.uint8), contrast_limits=(0, 1))
    viewer.dims.set_point(0, 3)
    Placement.of_source(Source((layer,))).show_frame(viewer.dims, 2)
    assert viewer.dims.point[:2] == (3, 10)
    assert np.array_equal(layer._slice.image.raw, STACK[2])


def test_show_frame_converts_units():
    viewer = ViewerModel()
    layer = viewer.add_image(STACK, scale=(0.002, 1, 1), units=("mm", "um", "um"))
    viewer.add_image(STACK, units=("um", "um", "um"))
    placement = Placement.of_source(Source((layer,)))
    for frame in (3, 1):
        placement.show_frame(viewer.dims, frame)
        assert np.array_equal(layer._slice.image.raw, STACK[frame])


@pytest.mark.parametrize("placed", FRAMES.values(), ids=FRAMES)
def test_frame_at_is_the_frame_that_the_viewer_shows(placed):
    viewer = ViewerModel()
    layer = viewer.add_image(STACK, **placed)
    viewer.add_image(np.zeros((6, 20, 20, 30), np.uint8), scale=(1, 0.3, 1, 1))
    placement = Placement.of_source(Source((layer,)))
    for frame in (2, 0, 3, 1):
        placement.show_frame(viewer.dims, frame)
        assert placement.frame_at(viewer.dims, 4) == frame


def test_frame_at_where_none_or_all_are_shown():
    viewer = ViewerModel()
    layer = viewer.add_image(STACK, scale=(5, 1, 1))
    viewer.add_image(np.zeros((200, 20, 30), np.uint8), contrast_limits=(0, 1))
    placement = Placement.of_source(Source((layer,)))
    for position, frame in ((7, 1), (8, 2), (17, 3), (18, None), (150, None)):
        viewer.dims.set_point(0, position)
        assert placement.frame_at(viewer.dims, 4) == frame
    viewer.dims.set_point(0, 5)
    viewer.dims.order = (1, 0, 2)
    assert placement.frame_at(viewer.dims, 4) is None
    viewer.dims.order = (0, 1, 2)
    assert placement.frame_at(viewer.dims, 4) == 1
    viewer.dims.ndisplay = 3
    assert placement.frame_at(viewer.dims, 4) is None


def test_frame_at_converts_units():
    viewer = ViewerModel()
    layer = viewer.add_image(STACK, scale=(0.002, 1, 1), units=("mm", "um", "um"))
    viewer.add_image(STACK, units=("um", "um", "um"))
    placement = Placement.of_source(Source((layer,)))
    for frame in (3, 1, 0):
        placement.show_frame(viewer.dims, frame)
        assert placement.frame_at(viewer.dims, 4) == frame


@TILTED
def test_frame_at_of_frames_that_lie_across():
    viewer = ViewerModel()
    affine = np.eye(4)
    affine[[0, 1]] = affine[[1, 0]]
    layer = viewer.add_image(STACK, affine=affine)
    assert Placement.of_source(Source((layer,))).frame_at(viewer.dims, 4) is None
