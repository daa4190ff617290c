"""The palette is edited in the panel, in the viewer and from code, and all show it."""

from __future__ import annotations

import numpy as np
import pytest
from pictures import COFFEE
from qtpy.QtCore import Qt
from qtpy.QtGui import QColor
from qtpy.QtWidgets import QColorDialog
from skimage import data

from napari_kmeans_quantizer import quantize

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def row(widget, qtbot):
    """Where a row of the palette lies on the screen."""
    widget.native.resize(320, 900)
    with qtbot.waitExposed(widget.native):
        widget.native.show()
    rows = widget.palette_view._list
    return lambda n: (rows.viewport(), rows.visualRect(rows.model().index(n, 0)).center())


def test_a_click_selects_the_cluster(viewer, widget, photo, row, qtbot):
    viewport, center = row(3)
    qtbot.mouseClick(viewport, LEFT, pos=center)
    labels = viewer.layers["photo · clusters"]
    assert labels.selected_label == 4
    assert viewer.layers.selection.active == labels
    labels.selected_label = 7
    assert widget.palette_view._list.currentIndex().row() == 6


@pytest.fixture
def dialog(widget, row, qtbot):
    """Double-click a row of the palette, and return the dialog that opens."""

    def opened(n):
        viewport, center = row(n)
        qtbot.mouseClick(viewport, LEFT, pos=center)
        qtbot.mouseDClick(viewport, LEFT, pos=center)
        return next(d for d in widget.native.findChildren(QColorDialog) if d.isVisible())

    return opened


def test_a_double_click_edits_the_color(viewer, widget, photo, dialog, qtbot):
    before = widget.result
    opened = dialog(2)
    opened.setCurrentColor(QColor(1, 2, 3))
    opened.accept()
    assert widget.result.palette.hex[2] == "#010203"
    where = before.labels == 2
    assert (viewer.layers["photo · quantized"].data[where] == (1, 2, 3)).all()
    others = viewer.layers["photo · quantized"].data[~where]
    assert np.array_equal(others, before.image[~where])
    assert np.allclose(
        viewer.layers["photo · clusters"].get_color(3)[:3], np.array([1, 2, 3]) / 255
    )
    assert viewer.layers["photo · palette"].features["hex"][2] == "#010203"
    assert "edited" in widget.message
    qtbot.mouseClick(widget.palette_view._reset, LEFT)
    assert np.array_equal(viewer.layers["photo · quantized"].data, before.image)
    assert widget.result.palette.hex == before.palette.hex


def test_editing_a_point_does_the_same(viewer, widget, photo):
    points = viewer.layers["photo · palette"]
    before = widget.result
    points.selected_data = {1}
    assert widget.result is before  # selecting alone changes nothing
    points.current_face_color = "#00ff00"
    assert widget.result.palette.hex[1] == "#00ff00"
    assert (viewer.layers["photo · quantized"].data[before.labels == 1] == (0, 255, 0)).all()
    colors = np.array(points.face_color)
    colors[4] = (0, 0, 1, 1)
    points.face_color = colors
    assert widget.result.palette.hex[4] == "#0000ff"
    assert widget.result.labels is before.labels


def test_the_picture_follows_while_a_color_is_being_chosen(viewer, widget, photo, dialog, qtbot):
    before, where = widget.state, widget.result.labels == 2
    shown, labels = viewer.layers["photo · quantized"], viewer.layers["photo · clusters"]
    opened = dialog(2)
    for red in (50, 100, 150):
        opened.setCurrentColor(QColor(red, 2, 3))
        qtbot.waitUntil(lambda red=red: (shown.data[where] == (red, 2, 3)).all())
        assert np.allclose(labels.get_color(3)[:3], np.array([red, 2, 3]) / 255)
    widget.color_space.native.isEnabled()  # nothing else is locked: the dialog is not modal
    assert not opened.isModal()
    opened.reject()
    assert widget.state is before
    assert np.array_equal(shown.data, before.result.image)
    assert not widget.palette_view._undo.isEnabled()
    opened = dialog(2)
    for red in (50, 100):
        opened.setCurrentColor(QColor(red, 2, 3))
        qtbot.waitUntil(lambda red=red: (shown.data[where] == (red, 2, 3)).all())
    opened.accept()
    qtbot.mouseClick(widget.palette_view._undo, LEFT)  # all steps on the way are one
    assert widget.state is before
    assert np.array_equal(shown.data, before.result.image)


def test_a_new_fit_while_a_color_is_being_chosen(widget, photo, dialog, run, qtbot):
    before = widget.state
    opened = dialog(2)
    opened.setCurrentColor(QColor(50, 2, 3))
    qtbot.waitUntil(lambda: widget.state is not before)
    widget.n_colors.value = 5
    run(widget)
    qtbot.waitUntil(lambda: not widget.native.findChildren(QColorDialog))
    assert (50, 2, 3) not in {widget.state.color(k) for k in range(5)}
    widget.undo()
    assert widget.state is before


def test_a_new_fit_keeps_edits_by_their_centers(viewer, widget, photo, run):
    before = widget.result
    centers = before.palette.colors
    widget.recolor(0, (255, 0, 0))
    widget.lock(3)
    widget.merge(5, 6)
    locked = {widget.state.centers(k)[0] for k in widget.state.locked}
    assert locked == {tuple(centers[k]) for k in (0, 3, 6)}
    widget.n_colors.value = 5
    run(widget)
    state = widget.state
    assert len(state.result.palette) == 5  # as many as were asked for
    assert len(state.locked) == 3
    fixed = [centers[0], centers[3], centers[6], centers[5]]
    fitted = quantize(COFFEE, 6, fixed_colors=fixed)
    where = [int((fitted.palette.colors == center).all(axis=1).argmax()) for center in fixed]
    red = fitted.labels == where[0]
    assert red.any()
    assert (viewer.layers["photo · quantized"].data[red] == (255, 0, 0)).all()
    assert not (viewer.layers["photo · quantized"].data[~red] == (255, 0, 0)).all(axis=1).any()
    both = np.isin(fitted.labels, where[2:])
    assert (viewer.layers["photo · quantized"].data[both] == before.palette.values[6]).all()
    widget.reset_colors()
    assert np.array_equal(viewer.layers["photo · quantized"].data, fitted.image)
    assert {widget.state.centers(k) for k in widget.state.locked} == {(tuple(centers[3]),)}


def test_locking_a_recolored_cluster_locks_its_center(widget, photo, run, row, qtbot):
    """A color that people gave a cluster is nobody's center: hardly a pixel would choose it."""
    share = widget.result.palette.share[1]
    widget.recolor(1, (255, 0, 255))
    viewport, center = row(1)
    qtbot.mouseClick(viewport, LEFT, pos=center)
    for _ in range(2):
        qtbot.keyClick(widget.palette_view._list, Qt.Key.Key_L)  # free it, and lock it again
    run(widget)
    (index,) = widget.state.locked
    assert widget.state.color(index) == (255, 0, 255)
    assert widget.result.palette.share[index] == pytest.approx(share, rel=0.05)


def test_an_edit_that_was_unlocked_is_fitted_anew(widget, photo, run):
    widget.recolor(1, (255, 0, 255))
    widget.lock(1, False)
    run(widget)
    assert not widget.state.is_edited


# -- undo


def test_undo_and_redo_go_through_everything(viewer, widget, photo, run, qtbot):
    image = viewer.layers["photo · quantized"]
    states = [widget.state]
    pixels = [image.data.copy()]

    def remember():
        states.append(widget.state)
        pixels.append(image.data.copy())

    for do in (
        lambda: widget.recolor(0, (255, 0, 0)),
        lambda: widget.lock([1, 2]),
        lambda: widget.merge([3, 4], 5),
        lambda: widget.hide_colors({1}),
        lambda: widget.reset_colors(),
    ):
        do()
        remember()
    widget.n_colors.value = 4
    run(widget)
    remember()
    widget.recolor(2, (9, 9, 9))
    remember()
    view = widget.palette_view
    for k in reversed(range(len(states) - 1)):
        qtbot.mouseClick(view._undo, LEFT)
        assert widget.state is states[k]
        assert np.array_equal(image.data, pixels[k])
        assert widget.n_colors.value == (4 if k >= 6 else 8)
        assert len(viewer.layers["photo · palette"].data) == len(states[k].result.palette)
        assert np.array_equal(viewer.layers["photo · clusters"].data, states[k].result.labels + 1)
    assert not view._undo.isEnabled()
    for k in range(1, len(states)):
        qtbot.mouseClick(view._redo, LEFT)
        assert widget.state is states[k]
        assert np.array_equal(image.data, pixels[k])
    assert not view._redo.isEnabled()
    widget.undo()
    widget.lock(0)
    assert not view._redo.isEnabled()  # another way was taken


def test_live_steps_are_one_step_to_undo(widget, photo, run, settled):
    first = widget.state
    widget.live.value = True
    for n_colors in (7, 6, 5, 4):
        widget.n_colors.value = n_colors
        settled(widget)
    assert len(widget.result.palette) == 4
    widget.undo()
    assert widget.state is first
    assert widget.n_colors.value == 8
    settled(widget)  # and Live does not make it anew
    assert widget.state is first


def test_undo_is_each_images_own(viewer, widget, photo, run):
    first = widget.state
    widget.lock(0)
    viewer.add_image(COFFEE[..., 0], name="second")
    assert not widget.palette_view._undo.isEnabled()
    widget.undo()
    run(widget)
    assert widget.state.source.name == "second"
    viewer.layers.selection.active = photo
    assert widget.palette_view._undo.isEnabled()
    widget.undo()
    assert widget.state is first


def test_what_is_edited_while_a_run_is_under_way_is_kept(widget, photo, held, settled, qtbot):
    center = tuple(widget.result.palette.colors[2])
    widget.n_colors.value = 5
    widget.run()
    qtbot.waitUntil(held.begun.is_set, timeout=60_000)
    widget.recolor(2, (255, 0, 0))
    held.set()
    settled(widget)
    (index,) = widget.state.locked
    assert widget.state.centers(index) == (center,)
    assert widget.state.color(index) == (255, 0, 0)
    assert len(widget.result.palette) == 5


# -- selecting, merging and hiding


def test_the_merged_color_is_selected(viewer, widget, photo, row, qtbot):
    control = Qt.KeyboardModifier.ControlModifier
    for n, modifier in ((6, Qt.KeyboardModifier.NoModifier), (7, control), (4, control)):
        viewport, center = row(n)
        qtbot.mouseClick(viewport, LEFT, modifier, center)
    qtbot.keyClick(widget.palette_view._list, Qt.Key.Key_M)
    (merged,) = [k for k in range(6) if len(widget.state.centers(k)) == 3]
    assert widget.palette_view._list.selected() == [merged]
    assert viewer.layers["photo · clusters"].selected_label == merged + 1


def test_merging_and_hiding(viewer, widget, photo):
    before = widget.result
    menu = widget.palette_view.context_menu(5)
    merge = next(a.menu() for a in menu.actions() if a.text() == "Merge into")
    target = next(a for a in merge.actions() if before.palette.hex[1] in a.text())
    target.trigger()
    menu.deleteLater()
    assert len(widget.result.palette) == 7
    assert len(viewer.layers["photo · palette"].data) == 7
    assert viewer.layers["photo · clusters"].data.max() == 7
    merged = np.isin(before.labels, (1, 5))
    assert (viewer.layers["photo · quantized"].data[merged] == before.palette.values[1]).all()
    widget.hide_colors({0, 2})
    labels = viewer.layers["photo · clusters"]
    assert labels.get_color(1)[3] < 1
    assert labels.get_color(2)[3] == 1
    shown = viewer.layers["photo · quantized"].data[..., 3] == 255
    assert np.array_equal(shown, ~np.isin(widget.result.labels, (0, 2)))
    widget.reset_colors()
    assert np.array_equal(viewer.layers["photo · quantized"].data, before.image)
    assert labels.get_color(1)[3] == 1


def test_areas_have_the_layers_units(viewer, widget, run):
    viewer.add_image(COFFEE, name="photo", scale=(0.5, 0.5), units=("um", "um"))
    widget.n_colors.value = 3
    run(widget)
    assert widget.state.placement.pixel_area == (0.25, "µm²")
    count = widget.result.palette.counts[0]
    index = widget.palette_view._list.model().index(0, 0)
    tip = index.data(Qt.ItemDataRole.ToolTipRole)
    assert f"{count * 0.25:,.0f}"[:3] in tip
    assert "µm²" in tip


@pytest.mark.parametrize("grey", [np.uint8, np.float32])
def test_grey_palettes_are_edited_by_value(viewer, widget, run, grey):
    image = data.camera()[::8, ::8].astype(grey) / grey(1)
    viewer.add_image(image.astype(grey), name="grey", colormap="viridis")
    widget.n_colors.value = 4
    run(widget)
    where = widget.result.labels == 1
    widget.recolor(1, (77,))
    assert (viewer.layers["grey · quantized"].data[where] == 77).all()


def test_an_impossible_edit_is_told(widget, photo, notices):
    before = widget.state
    widget.recolor(0, (0, 0, 256))
    widget.merge(3, 3)
    assert len(notices) == 2
    assert widget.state is before


@pytest.mark.parametrize("n_bits", [8, 12, 16])
def test_colors_are_edited_as_they_are_shown(viewer, widget, dialog, run, n_bits):
    top = 2**n_bits - 1
    pixels = (COFFEE.astype(np.uint16) * top) // 255
    viewer.add_image(pixels.astype(np.uint8) if n_bits == 8 else pixels, rgb=True, name="deep")
    viewer.layers["deep"].contrast_limits = (0, top)
    widget.n_colors.value = 4
    run(widget)
    opened = dialog(2)
    opened.setCurrentColor(QColor(255, 0, 51))
    opened.accept()
    assert widget.state.color(2) == (top, 0, round(top / 5))
    assert widget.state.hex[2] == "#ff0033"
    points = viewer.layers["deep · palette"]
    assert points.features["hex"][2] == "#ff0033"
    assert np.allclose(points.face_color[2], (1, 0, 0.2, 1), atol=0.01)
    points.selected_data = {1}
    points.current_face_color = "#00ff33"
    assert widget.state.color(1) == (0, top, round(top / 5))
