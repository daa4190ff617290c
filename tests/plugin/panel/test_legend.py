"""The legend on the canvas: its side, what it shows, and how people move it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from pictures import COFFEE, GREY, PHOTO, rgb
from qtpy.QtCore import QEvent, QPointF, Qt
from qtpy.QtGui import QMouseEvent
from qtpy.QtWidgets import QApplication, QCheckBox, QComboBox

from napari_kmeans_quantizer.plugin import quantize_layer, show_layers
from napari_kmeans_quantizer.plugin.layers.legend import SIDES
from napari_kmeans_quantizer.plugin.models.placement import Area, plane_area
from napari_kmeans_quantizer.plugin.widget import QuantizerWidget

NONE, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
NO_BUTTON, LEFT = Qt.MouseButton.NoButton, Qt.MouseButton.LeftButton
AWAY = np.array([[1, 0, 3.0], [0, 1, -700], [0, 0, 1]])


def legend_of(viewer, name="photo"):
    return viewer.layers[f"{name} · palette"]


def squares_of(palette):
    """Return what the squares take up of the world."""
    there = np.array([palette.data_to_world(position) for position in palette.data])
    half = palette.size[0] * abs(palette.scale[-1]) / 2
    return Area(there.min(axis=0) - half, there.max(axis=0) + half)


def stands(palette, image):
    """Return at which sides of its picture a palette stands."""
    squares, picture = squares_of(palette), plane_area(image)
    found = {
        "right": squares.low[1] >= picture.high[1],
        "left": squares.high[1] <= picture.low[1],
        "below": squares.low[0] >= picture.high[0],
        "above": squares.high[0] <= picture.low[0],
    }
    return [side for side, is_there in found.items() if is_there]


def name_colors(widget, *names):
    state = widget.state
    palette = state.result.palette
    names += ("",) * (len(palette) - len(names))
    named = replace(state.result, palette=palette.named(names))
    widget._session.change(replace(state, result=named))


# -- what is shown


def test_what_the_boxes_say(viewer, widget, photo):
    palette = legend_of(viewer)
    hexes, shares = palette.features["hex"], palette.features["share"]
    told = [f"{hexed}  {share:.1%}" for hexed, share in zip(hexes, shares, strict=True)]
    assert palette.text.values.tolist() == told
    name_colors(widget, "saucer", "table")
    assert palette.text.values[:3].tolist() == [
        f"saucer  {shares[0]:.1%}",
        f"table  {shares[1]:.1%}",
        told[2],
    ]
    widget.legend_share.value = False
    assert palette.text.values[:3].tolist() == ["saucer", "table", hexes[2]]
    widget.legend_hex.value = True
    assert palette.text.values[0] == f"saucer  {hexes[0]}"
    widget.legend_hex.value = widget.legend_name.value = False
    assert str(palette.text.string.constant) == ""
    assert list(palette.features) == ["cluster", "name", "hex", "share", "pixels"]


def test_areas_are_offered_where_pixels_are_measured(viewer, widget, run):
    viewer.add_layer(rgb())
    assert not widget.legend_area.enabled
    assert "set the units" in widget.legend_area.tooltip
    viewer.add_layer(rgb(name="measured", scale=(0.5, 0.5), units=("um", "um")))
    assert widget.legend_area.enabled
    widget.legend_area.value = True
    run(widget)
    palette = legend_of(viewer, "measured")
    area = palette.features["pixels"][0] / 4
    assert palette.text.values[0].endswith(f"  {area:,.4g} µm²")


def test_hidden_colors_are_faint(viewer, widget, photo):
    palette = legend_of(viewer)
    widget.hide_colors(frozenset({1}))
    for alpha in (palette.face_color[:, 3], palette.text.color(palette.features)[:, 3]):
        assert alpha[1] < 0.5
        assert (np.delete(alpha, 1) == 1).all()
    viewer.theme = "light"  # in its ink, too
    colors = palette.text.color(palette.features)
    assert colors[1, 3] < 0.5
    assert (colors[:, :3] < 0.5).all()
    widget.hide_colors(frozenset())
    assert (palette.face_color[:, 3] == 1).all()
    assert palette.text.color(palette.features)[..., 3] == 1


def test_nothing_is_fitted_and_no_other_layer_drawn(viewer, widget, photo, qtbot):
    widget.live.value = True
    qtbot.waitUntil(lambda: not widget.running)
    result, data = widget.result, [viewer.layers[k].data for k in (1, 2)]
    for side in (*SIDES, "hidden", "right"):
        widget.legend_side.value = side
    for box in (widget.legend_name, widget.legend_hex, widget.legend_share):
        box.value = not box.value
    assert not widget.running
    assert widget.result is result
    assert all(viewer.layers[k].data is before for k, before in zip((1, 2), data, strict=True))


def test_text_that_people_switched_off_stays_off(viewer, widget, photo, run):
    palette = legend_of(viewer)
    palette.text.visible = False
    widget.legend_side.value = "below"
    widget.n_colors.value = 30
    run(widget)
    assert not palette.text.visible


# -- where it stands


def test_every_side(viewer, widget, photo, run):
    palette = legend_of(viewer)
    assert stands(palette, photo) == ["right"]
    for side in ("left", "above", "below", "right"):
        widget.legend_side.value = side
        assert stands(palette, photo) == [side]
        widget.n_colors.value += 1
        run(widget)
        assert stands(palette, photo) == [side]


def test_hidden_is_not_seen_and_comes_back(viewer, widget, photo, run):
    palette = legend_of(viewer)
    widget.legend_side.value = "hidden"
    assert not palette.visible
    widget.n_colors.value = 5
    run(widget)
    assert len(palette.data) == 5
    assert not palette.visible
    other = viewer.add_layer(rgb(name="other"))
    run(widget)
    assert not legend_of(viewer, "other").visible
    widget.legend_side.value = "left"
    assert palette.visible
    assert stands(legend_of(viewer, "other"), other) == ["left"]


def test_what_people_show_or_hide_themselves_stays_so(viewer, widget, photo, run):
    palette = legend_of(viewer)
    palette.visible = False  # the eye in the layer list
    widget.legend_hex.value = True
    run(widget)
    assert not palette.visible
    widget.legend_side.value = "hidden"
    palette.visible = True
    run(widget)
    assert palette.visible


@pytest.mark.parametrize("side", SIDES)
def test_legends_lie_neither_on_each_other_nor_on_pictures(viewer, widget, run, side):
    widget.legend_side.value = side
    images = [
        viewer.add_layer(rgb(name="one")),
        viewer.add_layer(rgb(name="same place")),
        viewer.add_layer(rgb(name="beside", translate=(0, PHOTO.shape[1] - 5))),
        viewer.add_layer(rgb(name="below", translate=(PHOTO.shape[0] + 9, 0))),
    ]
    for image, n_colors in zip(images, (4, 20, 8, 40), strict=True):
        viewer.layers.selection.active = image
        widget.n_colors.value = n_colors
        run(widget)
    areas = [squares_of(legend_of(viewer, image.name)) for image in images]
    for k, area in enumerate(areas):
        assert not any(area.meets(plane_area(image)) for image in images)
        assert not any(area.meets(other) for other in areas[:k])


def test_a_legend_gives_way_to_a_picture_that_comes(viewer, widget, photo):
    palette = legend_of(viewer)
    width = PHOTO.shape[1] * photo.data.shape[1] // PHOTO.shape[1]
    other = viewer.add_image(photo.data, name="other", translate=(0, width))
    assert not squares_of(palette).meets(plane_area(other))
    assert stands(palette, other) == ["right"]


def test_a_legend_that_grows_stays_in_view(viewer, widget, photo):
    camera = viewer.scene.camera
    before = camera.zoom
    name_colors(widget, "a name that is so long that it takes room")
    assert camera.zoom < before
    zoomed = camera.zoom = 9 * camera.zoom  # looking at something else
    widget.legend_hex.value = True
    assert camera.zoom == zoomed


def test_in_three_dimensions_and_with_other_orientations(viewer, widget, run):
    viewer.add_image(np.stack([GREY] * 3), name="photo")
    run(widget)
    palette, two = legend_of(viewer), str(legend_of(viewer).text.anchor)
    viewer.dims.ndisplay = 3  # there napari knows but the middles of texts
    assert str(palette.text.anchor) == "center"
    viewer.dims.ndisplay = 2
    assert str(palette.text.anchor) == two == "upper_right"
    viewer.scene.camera.orientation2d = ("down", "left")
    assert str(palette.text.anchor) == "center"


# -- moved


@pytest.mark.parametrize("by", ["affine", "translate"])
def test_where_people_put_it_it_stays(viewer, widget, photo, run, by):
    palette = legend_of(viewer)
    before = squares_of(palette)
    if by == "affine":  # as napari's transform mode
        palette.affine = AWAY @ np.asarray(palette.affine)
    else:
        palette.translate = palette.translate + AWAY[:2, 2]
    there = squares_of(palette)
    assert np.allclose(there.low - before.low, AWAY[:2, 2])
    run(widget)
    assert np.allclose(squares_of(palette), there)
    widget.recolor(0, (1, 2, 3))
    widget.undo()
    widget.legend_share.value = False
    assert np.allclose(squares_of(palette).low[0], there.low[0])
    widget.n_colors.value = 9
    run(widget)
    assert np.allclose(squares_of(palette).low[0], there.low[0])
    assert stands(palette, photo) == ["left"]


def test_moved_and_enlarged_its_text_is_enlarged(viewer, widget, photo, run):
    palette = legend_of(viewer)
    size = palette.text.size
    palette.affine = np.diag([2.0, 2.0, 1.0])
    assert palette.text.size == pytest.approx(2 * size)
    run(widget)
    assert palette.text.size == pytest.approx(2 * size)
    assert np.allclose(palette.affine, np.diag([2, 2, 1]))
    widget.put_legends_back()
    assert palette.text.size == pytest.approx(size)


@pytest.mark.parametrize("back", ["button", "side", "code"])
def test_it_goes_back_to_its_side(viewer, widget, photo, back):
    palette = legend_of(viewer)
    before = squares_of(palette)
    palette.affine = AWAY
    if back == "button":
        widget._form.legend.back.native.click()
    elif back == "side":
        widget.legend_side.value = "below"
        widget.legend_side.value = "right"
    else:
        widget.put_legends_back()
    assert np.allclose(squares_of(palette), before)


def test_a_moved_legend_is_not_pushed_and_others_keep_off_it(viewer, widget, photo, run):
    palette = legend_of(viewer)
    widget.legend_side.value = "left"
    palette.affine = np.array([[1, 0, 0], [0, 1, -30.0], [0, 0, 1]])
    there = squares_of(palette)
    viewer.add_image(photo.data[::-1], name="other")
    run(widget)
    assert np.allclose(squares_of(palette), there)
    assert not squares_of(legend_of(viewer, "other")).meets(there)


def test_a_source_that_moves_takes_the_legend_along(viewer, widget, photo, run):
    palette = legend_of(viewer)
    palette.affine = AWAY
    there = squares_of(palette)
    photo.translate = (11, 22)
    run(widget)
    assert np.allclose(squares_of(palette).low - there.low, (11, 22))


# -- scripts and other panels


def test_what_a_script_shows_looks_as_the_panel_says(viewer, widget, photo):
    widget.legend_side.value = "left"
    widget.legend_share.value = False
    show_layers(viewer, quantize_layer(photo, 5))
    palette = legend_of(viewer)
    assert len(palette.data) == 5
    assert palette.text.values.tolist() == palette.features["hex"].tolist()
    assert stands(palette, photo) == ["left"]


def test_a_scripts_legend_is_taken_over(viewer, widget):
    image = viewer.add_layer(rgb())
    widget.legend_side.value = "above"
    for layer in quantize_layer(image, 5):
        viewer.add_layer(layer)
    assert stands(legend_of(viewer), image) == ["above"]


def test_a_second_panel_finds_it_where_it_was_moved(viewer, widget, photo, run, qtbot):
    palette = legend_of(viewer)
    palette.affine = AWAY
    there = squares_of(palette)
    again = QuantizerWidget(viewer)
    qtbot.addWidget(again.native)
    again.n_colors.value = widget.n_colors.value
    run(again)
    assert np.allclose(squares_of(palette), there)


# -- by hand


@pytest.fixture
def window(make_napari_viewer):
    """A window with a canvas, on which a mouse can be moved."""
    viewer = make_napari_viewer(show=True)
    viewer.window._qt_window.resize(1200, 800)
    return viewer


@pytest.fixture
def drag(window, qtbot):
    """Drag from a place of the world, by (down, right) in pixels of the screen."""
    native = window.window._qt_viewer.canvas.native

    def send(kind, pixel, modifier, button, held):
        qtbot.wait(15)  # vispy leaves out moves in quick succession
        place = QPointF(*np.rint(pixel[::-1]).tolist())
        at = QPointF(native.mapToGlobal(place.toPoint()))
        QApplication.sendEvent(native, QMouseEvent(kind, place, at, button, held, modifier))

    def drag(place, by, modifier=NONE):
        camera = window.scene.camera
        middle = np.array([native.height(), native.width()]) / 2
        start = middle + (np.asarray(place) - camera.center[-2:]) * camera.zoom
        send(QEvent.Type.MouseMove, start, modifier, NO_BUTTON, NO_BUTTON)
        send(QEvent.Type.MouseButtonPress, start, modifier, LEFT, LEFT)
        for part in (0.2, 0.6, 1):
            there = start + np.multiply(by, part)
            send(QEvent.Type.MouseMove, there, modifier, NO_BUTTON, LEFT)
        send(QEvent.Type.MouseButtonRelease, there, modifier, LEFT, NO_BUTTON)
        send(QEvent.Type.MouseMove, there, NONE, NO_BUTTON, NO_BUTTON)

    return drag


@pytest.fixture
def chosen(window, qtbot, run):
    """The docked panel, a quantized photograph, and its legend in view."""
    widget = window.window.add_plugin_dock_widget("napari-kmeans-quantizer")[1]
    photo = window.add_image(COFFEE, rgb=True, name="photo")
    widget.n_colors.value = 6
    run(widget)
    qtbot.wait(100)
    return widget, photo, legend_of(window)


def test_the_panel_is_clicked(window, chosen, qtbot):
    widget, photo, palette = chosen
    boxes = {box.accessibleName(): box for box in widget.native.findChildren(QCheckBox)}
    texts = palette.text.values.copy()
    boxes["Names: hex"].click()
    boxes["Numbers: share"].click()
    assert palette.text.values.tolist() == [text.split()[0] for text in texts]
    combo = next(c for c in widget.native.findChildren(QComboBox) if c.accessibleName() == "Side")
    qtbot.keyClicks(combo, "b")
    assert widget.legend_side.value == "below"
    assert stands(palette, photo) == ["below"]


def middle_of(palette):
    return np.mean(squares_of(palette), axis=0)


def test_shift_and_the_mouse_move_it(window, chosen, drag, run):
    widget, _, palette = chosen
    camera = window.scene.camera
    before, seen = squares_of(palette), (camera.center, camera.zoom)
    drag(middle_of(palette), (40, -90), SHIFT)
    there = squares_of(palette)
    assert np.allclose(there.low - before.low, np.array([40, -90]) / camera.zoom, rtol=0.05)
    assert (camera.center, camera.zoom) == seen
    run(widget)
    assert np.allclose(squares_of(palette), there)
    drag(middle_of(palette), (-40, 90), SHIFT)  # it is held where it is now
    assert np.allclose(squares_of(palette), before, atol=2 / camera.zoom)


def test_it_follows_the_mouse_however_it_lies(window, chosen, drag, run):
    widget, photo, palette = chosen
    photo.rotate, photo.scale = 30, (2, 3)
    run(widget)
    window.reset_view()
    before = squares_of(palette)
    drag(middle_of(palette), (30, -60), SHIFT)
    moved = squares_of(palette).low - before.low
    assert np.allclose(moved, np.array([30, -60]) / window.scene.camera.zoom, rtol=0.1)


def test_without_shift_the_view_is_moved_and_beside_it_nothing(window, chosen, drag):
    _, _, palette = chosen
    before, center = squares_of(palette), window.scene.camera.center
    drag(middle_of(palette), (30, -60))
    assert window.scene.camera.center != center
    drag((5, 5), (30, -60), SHIFT)  # on the picture
    assert np.array_equal(squares_of(palette), before)


def test_what_is_drawn_or_selected_does_not_move_it(window, chosen, drag):
    _, _, palette = chosen
    before = squares_of(palette)
    window.layers.selection.active = window.layers["photo · clusters"]
    window.layers.selection.active.mode = "paint"
    drag(middle_of(palette), (30, -60), SHIFT)
    assert np.array_equal(squares_of(palette), before)
    window.layers.selection.active.mode = "pan_zoom"
    palette.visible = False
    drag(middle_of(palette), (30, -60), SHIFT)
    assert np.array_equal(squares_of(palette), before)


def test_napari_moves_it_in_its_transform_mode(window, chosen, drag, run):
    widget, _, palette = chosen
    before = squares_of(palette)
    window.layers.selection.active = palette
    palette.mode = "transform"
    drag(middle_of(palette), (40, -90))
    there = squares_of(palette)
    assert there.low[1] < before.low[1] - 10 / window.scene.camera.zoom
    palette.mode = "pan_zoom"
    run(widget)
    assert np.allclose(squares_of(palette), there)


def test_it_is_in_screenshots_and_figures(window, chosen):
    widget, photo, palette = chosen
    widget.legend_side.value = "left"
    for name in ("quantized", "clusters"):
        window.layers[f"photo · {name}"].visible = False
    photo.opacity = 0
    colors = np.rint(palette.face_color[:, :3] * 255).astype(int)
    figure = window.export_figure(flash=False, scale_factor=4)
    for picture in (window.screenshot(flash=False), figure):
        shown = picture[..., :3].reshape(-1, 3).astype(int)
        for color in colors:
            assert (np.abs(shown - color).max(axis=1) <= 2).sum() > 4
