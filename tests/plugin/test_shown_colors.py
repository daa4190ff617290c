"""What is shown is what the source shows: on the canvas, in the palette and in all tables.

Napari shows RGB images within contrast limits and by a gamma, too, and guesses the limits of
floats, of 16 and of 32 bits from the data. So a painted layer without the source's limits, or a
hex value without them, tells colors that nobody sees.
"""

from __future__ import annotations

import numpy as np
import pytest
from napari.layers import Image, Labels, Points

COLORS = np.array([[[0, 0, 0], [255, 255, 255]], [[200, 60, 30], [20, 120, 220]]]) / 255
SIDE = 20  # of a patch, in pixels
CENTERS = np.array([[9.5, 9.5], [9.5, 29.5], [29.5, 9.5], [29.5, 29.5]])
ZOOM = 5
NOTICEABLE = 2  # of 255
LIMITS = {"contrast_limits": (30, 180), "gamma": 0.6}

SOURCES = {
    "uint8 within limits": (COLORS * 255, np.uint8, LIMITS),
    "uint8 by gamma": (COLORS * 255, np.uint8, {"gamma": 0.5}),
    "uint16 of 12 bits": (COLORS * 4095, np.uint16, {}),
    "uint16 within limits": (COLORS * 65535, np.uint16, {"contrast_limits": (9000, 50_000)}),
    "uint32": (COLORS * 3e9, np.uint32, {}),
    "int16 within limits": (COLORS * 4000 - 2000, np.int16, {"contrast_limits": (-900, 900)}),
    "int32 within limits": (COLORS * 1e6, np.int32, {"contrast_limits": (1e5, 7e5)}),
    "float of a part of 0..1": (0.1 + 0.5 * COLORS, np.float32, {}),
    "float of 0..255 within limits": (COLORS * 255, np.float32, LIMITS),
    "float with negative values": (COLORS * 2 - 1, np.float32, {"contrast_limits": (-0.7, 0.5)}),
}


@pytest.fixture
def viewer(make_napari_viewer):
    return make_napari_viewer(show=True)  # a hidden canvas stays black


def patches(colors, dtype):
    """Return an image of four flat patches."""
    if np.dtype(dtype).kind in "iu":
        colors = np.rint(colors)
    return colors.astype(dtype).repeat(SIDE, 0).repeat(SIDE, 1)


def add(viewer, name):
    colors, dtype, options = SOURCES[name]
    return viewer.add_image(patches(colors, dtype), rgb=True, name="photo", **options)


def seen(viewer, layer):
    """Return what the canvas shows in the middle of each patch, with this layer alone."""
    visible = [other.visible for other in viewer.layers]
    for other in viewer.layers:
        other.visible = other == layer
    camera, middle = viewer.scene.camera, SIDE - 0.5
    camera.center, camera.zoom = (0, middle, middle), ZOOM
    canvas = viewer.screenshot(canvas_only=True, flash=False)
    for other, was in zip(viewer.layers, visible, strict=True):
        other.visible = was
    places = np.array(canvas.shape[:2]) / 2 + (CENTERS - middle) * ZOOM
    return canvas[tuple(places.astype(int).T)][:, :3].astype(int)


def assert_alike(shown, wanted, what):
    np.testing.assert_allclose(shown, wanted, atol=NOTICEABLE, err_msg=what)


def rgb(hexes):
    return np.array([tuple(bytes.fromhex(text[1:7])) for text in hexes])


def patch_clusters(labels):
    """Return the clusters of the patches, counted from 0."""
    return np.asarray(labels.data)[tuple(CENTERS.astype(int).T)].astype(int) - 1


@pytest.mark.parametrize("name", SOURCES)
def test_a_result_without_loss_looks_like_its_source(viewer, person, name):
    photo = add(viewer, name)
    wanted = seen(viewer, photo)
    person.run(photo, 4)
    painted, clusters = person.only(Image, {photo}), person.only(Labels)
    palette = person.only(Points)
    assert np.array_equal(painted.data, photo.data)
    assert_alike(seen(viewer, painted), wanted, "quantized")
    clusters.opacity = 1
    assert_alike(seen(viewer, clusters), wanted, "clusters")
    of_patch = patch_clusters(clusters)
    assert_alike(palette.face_color[of_patch, :3] * 255, wanted, "points of the palette")
    assert_alike(rgb(palette.features["hex"][of_patch]), wanted, "hex of the palette")
    assert_alike(rgb(clusters.features["hex"][of_patch]), wanted, "hex of the clusters")
    assert_alike(rgb(person.hexes())[of_patch], wanted, "hex in the panel")


@pytest.mark.parametrize(
    "name", ["uint16 of 12 bits", "float of a part of 0..1", "int32 within limits"]
)
def test_few_colors_are_shown_as_the_source_would(viewer, person, name):
    photo = add(viewer, name)
    person.run(photo, 2)
    painted, clusters = person.only(Image, {photo}), person.only(Labels)
    with_limits = viewer.add_image(
        painted.data,
        rgb=True,
        name="as the source would",
        contrast_limits=photo.contrast_limits,
        gamma=photo.gamma,
    )
    wanted = seen(viewer, with_limits)
    assert_alike(seen(viewer, painted), wanted, "quantized")
    clusters.opacity = 1
    assert_alike(seen(viewer, clusters), wanted, "clusters")
    person.widget.image.value = photo
    assert_alike(rgb(person.hexes())[patch_clusters(clusters)], wanted, "hex in the panel")


def test_new_limits_count_from_the_next_run_on(viewer, person):
    photo = add(viewer, "uint16 of 12 bits")
    person.run(photo, 4)
    photo.contrast_limits, photo.gamma = (500, 3000), 1.5
    wanted = seen(viewer, photo)
    person.run(photo, 4)
    of_patch = patch_clusters(person.only(Labels))
    assert_alike(seen(viewer, person.only(Image, {photo})), wanted, "quantized")
    assert_alike(rgb(person.hexes())[of_patch], wanted, "hex in the panel")


@pytest.mark.parametrize("name", ["float of 0..255 within limits", "int16 within limits"])
def test_colors_beside_hidden_ones_look_as_before(viewer, person, name):
    photo = add(viewer, name)
    wanted = seen(viewer, photo)
    person.run(photo, 4)
    of_patch = patch_clusters(person.only(Labels))
    background = seen(viewer, None)
    person.widget.hide_colors(frozenset({int(of_patch[3])}))
    shown = seen(viewer, person.only(Image, {photo}))
    assert_alike(shown[:3], wanted[:3], "quantized")
    veil = shown[3]
    assert np.ptp(veil) <= NOTICEABLE, "grey"
    assert background[3].max() + 30 < veil.max() < 90, "neither what lies beneath, nor black"


def test_a_recolored_patch_has_the_color_that_was_asked_for(viewer, person):
    photo = add(viewer, "uint16 of 12 bits")
    person.run(photo, 4)
    palette, of_patch = person.only(Points), patch_clusters(person.only(Labels))
    colors = palette.face_color.copy()
    colors[of_patch[2]] = (0, 1, 0, 1)
    palette.face_color = colors
    wanted = seen(viewer, photo)
    wanted[2] = (0, 255, 0)
    painted = person.only(Image, {photo})
    np.testing.assert_allclose(painted.data[29, 9], (0, 4095, 0), atol=16)
    assert_alike(seen(viewer, painted), wanted, "quantized")
    assert_alike(rgb(person.hexes())[of_patch], wanted, "hex in the panel")


# -- explored


@pytest.mark.parametrize(
    ("name", "arrangement"),
    [
        ("uint16 of 12 bits", "grid"),
        ("int32 within limits", "grid"),
        ("float of 0..255 within limits", "grid"),
        ("float of 0..255 within limits", "stack"),
    ],
)
def test_explored_pictures_look_like_their_source(viewer, person, name, arrangement):
    photo = add(viewer, name)
    wanted = seen(viewer, photo)
    person.widget.explore(4, 4, arrangement)
    person.settled()
    shown = viewer.layers["photo · 4 to 4 colors"]
    assert_alike(seen(viewer, shown), wanted, arrangement)
