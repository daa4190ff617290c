"""A palette goes over to images of other types: what looks alike gets the same colors."""

from __future__ import annotations

import numpy as np
import pytest
from napari.utils.notifications import notification_manager
from skimage import data

PHOTO = data.coffee()[::10, ::10]
PALETTE = "photo · palette"

KINDS = {
    "float of 0..1": (lambda image: image.astype(np.float32) / 255, {}),
    "uint16, full range": (lambda image: image.astype(np.uint16) * 257, {}),
    "uint16 of 12 bits": (
        lambda image: np.rint(image * (4095 / 255)).astype(np.uint16),
        {"contrast_limits": (0, 4095)},
    ),
}


@pytest.fixture
def viewer(make_napari_viewer):
    return make_napari_viewer()


GREY = np.ascontiguousarray(PHOTO[..., 1])
PAIRS = {f"rgb, {kind}": (PHOTO, kind) for kind in KINDS}
PAIRS["grey, uint16 of 12 bits"] = GREY, "uint16 of 12 bits"
each_pair = pytest.mark.parametrize(("picture", "kind"), PAIRS.values(), ids=PAIRS)


def add(viewer, picture, kind):
    change, options = KINDS[kind]
    return viewer.add_image(change(picture), name="other", rgb=picture.ndim == 3, **options)


def assert_as_in_the_photo(viewer):
    """Nearly all pixels have the same cluster, and the palettes look alike."""
    clusters, others = (viewer.layers[f"{name} · clusters"].data for name in ("photo", "other"))
    assert np.mean(clusters == others) > 0.99
    colors, shown = (viewer.layers[f"{name} · palette"].face_color for name in ("photo", "other"))
    np.testing.assert_allclose(shown, colors, atol=2 / 255)


@each_pair
def test_the_palette_of_another_result(viewer, person, picture, kind):
    photo = viewer.add_image(picture, name="photo", rgb=picture.ndim == 3)
    person.run(photo, 6)
    other = add(viewer, picture, kind)
    person.widget.palette_from.value = viewer.layers[PALETTE]
    person.run(other)
    assert_as_in_the_photo(viewer)


@each_pair
def test_the_same_colors_for_selected_layers(viewer, person, picture, kind):
    photo = viewer.add_image(picture, name="photo", rgb=picture.ndim == 3)
    person.run(photo, 6)
    other = add(viewer, picture, kind)
    viewer.layers.selection = {photo, other}
    person.widget.image.value = photo
    person.widget.apply_to_selected()
    person.settled()
    assert_as_in_the_photo(viewer)


def test_an_eight_bit_image_in_the_palette_of_a_float_one(viewer, person):
    photo = add(viewer, PHOTO, "float of 0..1")
    photo.name = "photo"
    person.run(photo, 6)
    other = viewer.add_image(PHOTO, name="other")
    person.widget.palette_from.value = viewer.layers[PALETTE]
    person.run(other)
    assert_as_in_the_photo(viewer)


def test_a_grey_layer_among_others_stops_none_of_them(viewer, person):
    photo = viewer.add_image(PHOTO, name="photo")
    grey = viewer.add_image(PHOTO[..., 1], name="odd one")
    half = viewer.add_image(PHOTO // 2, name="half")
    person.run(photo, 4)
    viewer.layers.selection = {photo, grey, half}
    person.widget.image.value = photo
    notification_manager.records.clear()
    person.widget.apply_to_selected()
    person.settled()
    person.assert_at_rest()
    assert len(viewer.layers["half · palette"].data) == 4
    assert "odd one · palette" not in viewer.layers
    assert any("odd one" in notice.message for notice in notification_manager.records)
    hexes = list(viewer.layers["half · palette"].features["hex"])
    assert sorted(hexes) == sorted(viewer.layers[PALETTE].features["hex"])
