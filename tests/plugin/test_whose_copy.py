"""What people, or napari, make of an output is theirs: the widget lets it be.

A copy bears the output's metadata, name and type; and whatever napari derives from a layer, most
of those. The output itself may be gone by then, and the next run makes a new one.
"""

from __future__ import annotations

import numpy as np
import pytest
from napari.layers import Image, Labels
from person import Untouched
from skimage import data

from napari_kmeans_quantizer import quantize

PHOTO = data.coffee()[::10, ::10]
GREY = np.ascontiguousarray(PHOTO[..., 1])
STACK = np.stack([GREY, GREY[::-1], GREY // 2])
FLOAT = GREY.astype(np.float32) / 4
QUANTIZED, CLUSTERS, PALETTE = "photo · quantized", "photo · clusters", "photo · palette"


@pytest.fixture
def viewer(make_napari_viewer):
    return make_napari_viewer()


def add(viewer, image, name="photo"):
    return viewer.add_image(image, name=name, rgb=image.shape[-1] == 3)


def put_below(viewer, *layers):
    for layer in layers:
        viewer.layers.move(viewer.layers.index(layer), 0)


def each_edit(widget):
    """Merge, hide and reset, one after the other."""
    yield widget.merge(2, 1)
    yield widget.hide_colors(frozenset({0}))
    yield widget.reset_colors()


# -- copies


@pytest.mark.parametrize("how", ["below", "instead"])
@pytest.mark.parametrize("name", [QUANTIZED, CLUSTERS, PALETTE])
def test_a_copy_is_left_alone(viewer, person, name, how):
    photo = add(viewer, PHOTO)
    person.run(photo, 4)
    original = viewer.layers[name]
    [copy] = person.menu("duplicate", original)
    if isinstance(copy, Labels):
        copy.paint((10, 10), 3)  # proofread
    if how == "below":
        put_below(viewer, copy)
    else:
        viewer.layers.remove(original)
        copy.name = name
    untouched = Untouched(photo, copy)
    person.run(photo, 6)
    untouched.check()
    person.assert_shown(quantize(PHOTO, 6), {photo, copy})
    for _ in each_edit(person.widget):
        untouched.check()
        person.assert_shown(person.widget.result, {photo, copy})
    assert copy in viewer.layers


def test_a_copy_of_all_that_there_is(viewer, person):
    photo = add(viewer, PHOTO)
    person.run(photo, 4)
    copies = person.menu("duplicate", *viewer.layers)
    put_below(viewer, *copies)
    untouched = Untouched(photo, *copies)
    person.run(photo, 6)
    untouched.check()
    person.assert_shown(quantize(PHOTO, 6), {photo, *copies})


def test_recoloring_a_copy_of_the_palette_changes_nothing_else(viewer, person):
    photo = add(viewer, PHOTO)
    person.run(photo, 4)
    [copy] = person.menu("duplicate", viewer.layers[PALETTE])
    put_below(viewer, copy)
    person.run(photo, 4)
    before = person.widget.result
    copy.face_color = "red"
    assert person.widget.result is before
    colors = viewer.layers[PALETTE].face_color.copy()
    colors[1] = (1, 0, 0, 1)
    viewer.layers[PALETTE].face_color = colors
    assert person.widget.result.palette.hex[1] == "#ff0000"


def test_a_copy_outlives_the_outputs(viewer, person):
    photo = add(viewer, PHOTO)
    person.run(photo, 4)
    [copy] = person.menu("duplicate", viewer.layers[CLUSTERS])
    for name in (QUANTIZED, CLUSTERS, PALETTE):
        viewer.layers.remove(name)
    untouched = Untouched(copy)
    assert person.widget.result is None  # all that showed it is gone
    person.widget.blink()
    assert copy.visible
    person.run(photo, 3)
    untouched.check()
    person.assert_shown(quantize(PHOTO, 3), {photo, copy})


def test_blinking_and_comparing_let_copies_be(viewer, person):
    photo = add(viewer, PHOTO)
    person.run(photo, 4)
    [copy] = person.menu("duplicate", viewer.layers[QUANTIZED])
    put_below(viewer, copy)
    person.widget.image.value = photo  # the copy is an image, too, and was chosen when it came
    person.widget.blink()
    assert not viewer.layers[QUANTIZED].visible
    assert copy.visible
    person.widget.blink()
    person.widget.compare()
    shown = [layer.name for layer in viewer.layers if layer.visible]
    person.widget.compare()
    assert sorted(shown) == ["photo", QUANTIZED]


# -- derived layers


DERIVED = {
    "split into channels": (PHOTO, QUANTIZED, "split_rgb"),
    "stack split": (STACK, QUANTIZED, "split_stack"),
    "projection": (STACK, QUANTIZED, "project_max"),
    "quantized as labels": (GREY, QUANTIZED, "convert_to_labels"),
    "float quantized as labels": (FLOAT, QUANTIZED, "convert_to_labels"),
    "clusters as image": (GREY, CLUSTERS, "convert_to_image"),
    "clusters as image of a photo": (PHOTO, CLUSTERS, "convert_to_image"),
}


def assert_left_alone(viewer, person, photo, derived):
    """Run, edit, and use what was derived as any other layer."""
    image, widget = np.array(photo.data), person.widget
    untouched = Untouched(photo, *derived)
    person.run(photo, 6)
    untouched.check()
    person.assert_at_rest()
    options = {} if photo.rgb else {"channel_axis": None}
    person.assert_shown(quantize(image, 6, **options), {photo, *derived})
    for _ in each_edit(widget):
        untouched.check()
    for layer in derived:
        if isinstance(layer, Labels):
            assert layer in widget.region.choices
            widget.region.value = layer
            person.run(photo, 2)
            widget.region.value = None
        else:
            person.run(layer, 2)
            assert widget.result is not None
            assert len(widget.result.palette) <= 2
        untouched.check()


@pytest.mark.parametrize(("image", "output", "command"), DERIVED.values(), ids=DERIVED)
def test_what_napari_derives_is_left_alone(viewer, person, image, output, command):
    photo = add(viewer, image)
    person.run(photo, 4)
    derived = person.menu(command, viewer.layers[output])
    assert derived
    put_below(viewer, *derived)
    assert_left_alone(viewer, person, photo, derived)


def test_a_stack_of_outputs_is_left_alone(viewer, person):
    photo, other = add(viewer, GREY), add(viewer, GREY[::-1].copy(), "other")
    person.run(photo, 4)
    [copy] = person.menu("duplicate", other)
    [derived] = person.menu("merge_stack", viewer.layers[QUANTIZED], copy)
    put_below(viewer, derived)
    viewer.layers.remove(other)
    assert_left_alone(viewer, person, photo, [derived])


def test_channels_merged_again_are_left_alone(viewer, person):
    photo = add(viewer, PHOTO)
    person.run(photo, 4)
    channels = person.menu("split_rgb", viewer.layers[QUANTIZED])
    [derived] = person.menu("merge_rgb", *channels)
    put_below(viewer, derived)
    assert isinstance(derived, Image)
    assert_left_alone(viewer, person, photo, [derived])


def test_clusters_of_another_type_are_still_updated(viewer, person):
    photo = add(viewer, GREY)
    person.run(photo, 4)
    clusters = viewer.layers[CLUSTERS]
    assert person.menu("convert_to_int64", clusters) == []
    person.run(photo, 6)
    person.assert_shown(quantize(GREY, 6, channel_axis=None), {photo})
    assert clusters in viewer.layers


# -- after a conversion


@pytest.mark.parametrize(
    ("image", "output", "command"),
    [(PHOTO, CLUSTERS, "convert_to_image"), (GREY, QUANTIZED, "convert_to_labels")],
    ids=["clusters to image", "quantized to labels"],
)
def test_the_widget_is_usable_after_an_output_was_converted(viewer, person, image, output, command):
    photo = add(viewer, image)
    person.run(photo, 4)
    person.menu(command, viewer.layers[output])
    person.run(photo, 5)
    person.assert_at_rest()
    assert "5 colors" in person.status
    assert len(person.hexes()) == 5
    person.run(photo, 3)
    assert len(person.hexes()) == 3
