"""States and layers of one viewer, whatever people do to the layers."""

from __future__ import annotations

import numpy as np
import pytest
from skimage import data

from napari_kmeans_quantizer import quantize
from napari_kmeans_quantizer.plugin import quantize_layer

PHOTO = data.coffee()[::8, ::8]
GREY = PHOTO[..., 1]
SMALL = GREY[::2, ::2]
STACK = np.stack([SMALL, SMALL[::-1], SMALL // 2])
OUTPUTS = ["photo · quantized", "photo · clusters", "photo · palette"]


def names(viewer):
    return [layer.name for layer in viewer.layers]


def shown_colors(widget):
    """Return how many colors the palette panel shows."""
    return 0 if widget.state is None else len(widget.state.result.palette)


# -- several images


def test_switching_between_images(viewer, widget, run):
    first = viewer.add_image(PHOTO, name="photo")
    widget.n_colors.value = 4
    run(widget)
    widget.recolor(0, (255, 0, 0))
    second = viewer.add_image(GREY, name="second")
    assert shown_colors(widget) == 0
    widget.n_colors.value = 7
    run(widget)
    for _ in range(3):
        viewer.layers.selection.active = first
        assert (widget.image.value, shown_colors(widget)) == (first, 4)
        assert widget.state.color(0) == (255, 0, 0)
        viewer.layers.selection.active = second
        assert (widget.image.value, shown_colors(widget)) == (second, 7)
    viewer.layers.remove(second)
    assert shown_colors(widget) == 4


# -- layers renamed, moved, removed


def test_renamed_and_reordered_layers_are_still_found(viewer, widget, run):
    photo = viewer.add_image(PHOTO, name="photo")
    run(widget)
    layers = list(viewer.layers)
    photo.name = "other"
    for i, layer in enumerate(layers[1:]):
        layer.name = f"output {i}"
    viewer.layers.reverse()
    widget.image.value = photo
    widget.n_colors.value = 3
    run(widget)
    assert set(viewer.layers) == set(layers)
    assert len(layers[3].data) == 3
    widget.merge(0, 1)
    assert len(layers[3].data) == 2


def test_outputs_removed_one_by_one(viewer, widget, run):
    photo = viewer.add_image(PHOTO, name="photo")
    run(widget)
    for name in OUTPUTS:
        viewer.layers.remove(name)
        widget.image.value = photo
        if widget.state is not None:
            widget.recolor(0, (1, 2, 3))
            widget.hide_colors(frozenset({1}))
        widget.blink()
        widget.blink()
        widget.compare()
        if viewer.canvas.grid.enabled:
            widget.compare()
    assert names(viewer) == ["photo"]
    run(widget)
    assert names(viewer) == ["photo", *OUTPUTS]


def test_removed_and_undone(viewer, widget, run):
    photo = viewer.add_image(PHOTO, name="photo")
    run(widget)
    outputs = list(viewer.layers)[1:]
    viewer.layers.remove(photo)
    assert widget.image.value is None
    assert widget.state is None
    outputs[0].name = "kept"
    viewer.layers.append(photo)
    widget.image.value = photo
    run(widget)
    assert len(viewer.layers) == 4
    assert set(outputs) <= set(viewer.layers)


def test_removed_and_undone_during_a_run(viewer, widget, held, settled, qtbot):
    photo = viewer.add_image(PHOTO, name="photo")
    widget.run()
    qtbot.waitUntil(held.begun.is_set, timeout=60_000)
    viewer.layers.remove(photo)
    viewer.layers.append(photo)
    held.set()
    settled(widget)
    assert names(viewer) == ["photo", *OUTPUTS]


def test_removed_while_compared_and_blinking(viewer, widget, run):
    viewer.add_image(PHOTO, name="photo")
    run(widget)
    other = viewer.add_image(GREY, name="other", visible=False)
    widget.image.value = viewer.layers["photo"]
    widget.compare()
    assert viewer.canvas.grid.enabled
    viewer.layers.remove("photo · quantized")
    widget.compare()
    assert not viewer.canvas.grid.enabled
    assert [layer.visible for layer in viewer.layers] == [True, True, True, False]
    widget.blink()
    viewer.layers.remove("photo · clusters")
    widget.blink()
    assert not other.visible
    assert viewer.layers["photo"].visible


@pytest.mark.parametrize("removed", OUTPUTS)
def test_an_output_that_was_removed_comes_back(viewer, widget, run, removed):
    viewer.add_image(PHOTO, name="photo")
    run(widget)
    others = [layer for layer in viewer.layers if layer.name != removed]
    viewer.layers.remove(removed)
    widget.n_colors.value = 3
    run(widget)
    assert sorted(names(viewer)) == sorted(["photo", *OUTPUTS])
    assert set(others) <= set(viewer.layers)
    assert len(viewer.layers["photo · palette"].data) == 3


def test_without_any_output_there_is_no_result(viewer, widget, run, qtbot):
    viewer.add_image(PHOTO, name="photo")
    run(widget)
    for name in OUTPUTS[:2]:
        viewer.layers.remove(name)
        assert widget.state is not None
    viewer.layers.remove(OUTPUTS[2])
    assert widget.state is None
    qtbot.waitUntil(lambda: widget.message == "", timeout=300_000)  # all is compiled


# -- layers that change


@pytest.mark.parametrize(
    "new", [PHOTO[:20, :30], PHOTO[..., ::-1].copy()], ids=["smaller", "other pixels"]
)
def test_data_replaced_between_runs(viewer, widget, run, new):
    photo = viewer.add_image(PHOTO, name="photo")
    run(widget)
    photo.data = new
    center = widget.result.palette.colors[0]
    widget.recolor(0, (1, 2, 3))
    run(widget)
    assert names(viewer) == ["photo", *OUTPUTS]
    fitted = quantize(new, 16, fixed_colors=[center])
    index = int((fitted.palette.colors == center).all(axis=1).argmax())
    assert np.array_equal(viewer.layers[1].data, fitted.recolored({index: (1, 2, 3)}).image)


def test_grey_data_gets_another_dimension(viewer, widget, run):
    photo = viewer.add_image(SMALL, name="photo")
    run(widget)
    photo.data = STACK
    widget.merge(0, 1)
    run(widget)
    assert viewer.layers["photo · clusters"].data.shape == STACK.shape
    assert viewer.layers["photo · quantized"].data.shape == STACK.shape
    photo.data = SMALL
    run(widget)
    assert viewer.layers["photo · clusters"].data.shape == SMALL.shape
    assert names(viewer) == ["photo", *OUTPUTS]


def test_data_changed_in_place(viewer, widget, run):
    image = PHOTO.copy()
    viewer.add_image(image, name="photo")
    run(widget)
    image[:] = 255 - image
    run(widget)
    assert np.array_equal(viewer.layers[1].data, quantize(image, 16).image)


def test_contrast_limits_between_runs(viewer, widget, run):
    photo = viewer.add_image(GREY, name="photo")
    widget.n_colors.value = 4
    run(widget)
    photo.contrast_limits, photo.colormap = (50, 60), "viridis"
    run(widget)
    widget.recolor(0, (55.0,))
    photo.contrast_limits = (0, 255)
    colors = viewer.layers["photo · palette"].face_color.copy()
    colors[1] = (1, 0, 0, 1)
    viewer.layers["photo · palette"].face_color = colors
    run(widget)
    assert shown_colors(widget) == 4


def test_painted_labels(viewer, widget, run):
    viewer.add_image(PHOTO, name="photo")
    run(widget)
    labels = viewer.layers["photo · clusters"]
    labels.paint((5, 5), 200)
    labels.fill((9, 9), 3)
    labels.undo()
    labels.selected_label = 250
    widget.hide_colors(frozenset({0}))
    labels.data = np.zeros((3, 3), np.uint8)
    labels.selected_label = 1
    run(widget)
    assert np.array_equal(labels.data, quantize(PHOTO, 16).labels + 1)


def test_palette_points_deleted_added_and_moved(viewer, widget, run):
    viewer.add_image(PHOTO, name="photo")
    widget.n_colors.value = 5
    run(widget)
    points = viewer.layers["photo · palette"]
    result = widget.result
    points.selected_data = {1, 2}
    points.remove_selected()
    points.current_face_color = "red"
    points.add([3, 3])
    points.data = points.data + 4
    points.face_color = "blue"
    assert widget.result is result
    widget.recolor(0, (9, 9, 9))
    assert len(points.data) == 5
    points.selected_data = set(range(5))
    points.remove_selected()
    run(widget)
    assert len(points.data) == 5
    assert shown_colors(widget) == 5


# -- what others made


def test_what_a_script_made_is_taken_over(viewer, widget, run):
    photo = viewer.add_image(PHOTO, name="photo")
    assert widget.state is None
    for layer in quantize_layer(photo, 5):
        viewer.add_layer(layer)
    widget.image.value = photo
    assert shown_colors(widget) == 5
    layers = list(viewer.layers)
    widget.merge(4, 0)
    assert len(viewer.layers["photo · palette"].data) == 4
    widget.n_colors.value = 7
    run(widget)
    assert list(viewer.layers) == layers
    assert shown_colors(widget) == 7
    assert len(viewer.layers["photo · palette"].data) == 7


def test_results_of_a_script_for_other_images_are_left_alone(viewer, widget, run):
    photo = viewer.add_image(PHOTO, name="photo")
    other = quantize_layer(viewer.add_image(GREY, name="other"), 3)
    viewer.layers.remove("other")
    for layer in other:
        viewer.add_layer(layer)
    widget.image.value = photo
    run(widget)
    assert len(other.palette.data) == 3
    assert set(names(viewer)) >= {"other · palette", *OUTPUTS}
