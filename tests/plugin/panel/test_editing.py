"""The palette is edited in the panel, in the viewer and from code, and all show it."""

from __future__ import annotations

import numpy as np
import pytest
from qtpy.QtCore import Qt
from qtpy.QtGui import QColor
from skimage import data

from napari_kmeans_quantizer import quantize
from napari_kmeans_quantizer.plugin.views.palette import dialogs

PHOTO = data.coffee()[::4, ::4]
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def photo(viewer, widget, run):
    """A photograph with a result of 8 colors."""
    layer = viewer.add_image(PHOTO, name="photo")
    widget.n_colors.value = 8
    run(widget)
    return layer


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


def test_a_double_click_edits_the_color(viewer, widget, photo, row, qtbot, monkeypatch):
    monkeypatch.setattr(dialogs, "ask_color", lambda *_: QColor(1, 2, 3))
    before = widget.result
    viewport, center = row(2)
    qtbot.mouseClick(viewport, LEFT, pos=center)
    qtbot.mouseDClick(viewport, LEFT, pos=center)
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


def test_locked_colors_are_kept_exactly_in_the_next_fit(widget, photo, run):
    widget.recolor(0, (255, 0, 0))
    menu = widget.palette_view.context_menu(0)
    next(action for action in menu.actions() if action.text().startswith("Lock")).trigger()
    menu.deleteLater()
    widget.lock(3)
    kept = widget.result.palette.colors[3]
    widget.n_colors.value = 5
    run(widget)
    colors = widget.result.palette.colors
    assert len(colors) == 5
    assert (colors == (255, 0, 0)).all(axis=1).any()
    assert (colors == kept).all(axis=1).any()
    assert len(widget.state.locked) == 2
    expected = quantize(PHOTO, 5, fixed_colors=[(255, 0, 0), kept])
    assert np.array_equal(widget.result.labels, expected.labels)


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
    assert labels.get_color(1)[3] == 0
    assert labels.get_color(2)[3] == 1
    shown = viewer.layers["photo · quantized"].data[..., 3] > 0
    assert np.array_equal(shown, ~np.isin(widget.result.labels, (0, 2)))
    widget.reset_colors()
    assert np.array_equal(viewer.layers["photo · quantized"].data, before.image)
    assert labels.get_color(1)[3] == 1


def test_areas_have_the_layers_units(viewer, widget, run):
    viewer.add_image(PHOTO, name="photo", scale=(0.5, 0.5), units=("um", "um"))
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
def test_colors_are_edited_as_they_are_shown(viewer, widget, row, run, monkeypatch, qtbot, n_bits):
    top = 2**n_bits - 1
    pixels = (PHOTO.astype(np.uint16) * top) // 255
    viewer.add_image(pixels.astype(np.uint8) if n_bits == 8 else pixels, rgb=True, name="deep")
    viewer.layers["deep"].contrast_limits = (0, top)
    widget.n_colors.value = 4
    run(widget)
    monkeypatch.setattr(dialogs, "ask_color", lambda *_: QColor(255, 0, 51))
    viewport, center = row(2)
    qtbot.mouseDClick(viewport, LEFT, pos=center)
    assert widget.state.color(2) == (top, 0, round(top / 5))
    assert widget.state.hex[2] == "#ff0033"
    points = viewer.layers["deep · palette"]
    assert points.features["hex"][2] == "#ff0033"
    assert np.allclose(points.face_color[2], (1, 0, 0.2, 1), atol=0.01)
    points.selected_data = {1}
    points.current_face_color = "#00ff33"
    assert widget.state.color(1) == (0, top, round(top / 5))
