"""What the widget offers beside its button, in a real viewer, by real clicks and keys."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from napari.utils.notifications import notification_manager
from qtpy.QtCore import QPoint, Qt
from qtpy.QtWidgets import QApplication
from skimage import data

from napari_kmeans_quantizer import quantize
from napari_kmeans_quantizer.plugin import quantize_layer, work
from napari_kmeans_quantizer.plugin import widget as widget_module
from napari_kmeans_quantizer.plugin.views.palette import dialogs as palette_dialogs
from napari_kmeans_quantizer.plugin.views.views import COLOR_SPACE, EXPLORE, SHARES

NAME = "napari-kmeans-quantizer"
PHOTO = data.coffee()[::4, ::4]
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def viewer(make_napari_viewer):
    return make_napari_viewer()


@pytest.fixture
def widget(viewer):
    return viewer.window.add_plugin_dock_widget(NAME)[1]


@pytest.fixture
def done(qtbot, widget):
    def wait():
        qtbot.wait(20)
        qtbot.waitUntil(
            lambda: not widget._job.running and not widget._soon.isActive(), timeout=60_000
        )

    return wait


@pytest.fixture
def photo(viewer, widget, done):
    """A photograph with a result of 8 colors."""
    layer = viewer.add_image(PHOTO, name="photo")
    widget.n_colors.value = 8
    widget.run()
    done()
    return layer


@pytest.fixture
def press(qtbot, widget):
    """Click one of the widget's small buttons."""
    return lambda text: qtbot.mouseClick(widget.buttons.buttons[text], LEFT)


@pytest.fixture
def choose(widget):
    """Choose an entry of the "More" menu."""

    def trigger(text):
        next(entry for entry in widget.buttons.menu.actions() if text in entry.text()).trigger()

    return trigger


def row_center(widget, row):
    rows = widget.palette_view._list
    return rows.viewport(), rows.visualRect(rows.model().index(row, 0)).center()


def messages():
    return [notice.message for notice in notification_manager.records]


# -- live


def test_dragging_the_slider_updates_the_layers(viewer, widget, photo, done, qtbot):
    qtbot.mouseClick(widget.live.native, LEFT, pos=QPoint(8, widget.live.native.height() // 2))
    assert widget.live.value
    done()
    before = list(viewer.layers)
    slider = widget._qt_slider()
    center = slider.rect().center()
    slider.setSliderDown(True)
    for value in (20, 33, 12):
        slider.setSliderPosition(value)
        done()
        assert len(viewer.layers["photo · palette"].data) == value
    slider.setSliderDown(False)
    done()
    assert list(viewer.layers) == before
    assert np.array_equal(viewer.layers["photo · quantized"].data, quantize(PHOTO, 12).image)
    qtbot.mouseClick(slider, LEFT, pos=center)
    done()
    assert widget.result.palette.rgb.shape == (widget.n_colors.value, 3)


@pytest.mark.parametrize(
    ("name", "value", "options"),
    [
        ("color_space", "oklab", {"color_space": "oklab"}),
        ("effort", "best", {"effort": "best"}),
        ("seed", 3, {"random_state": 3, "effort": "best"}),
        ("sample", 10.0, {"sample": 0.1}),
    ],
)
def test_every_parameter_is_live(viewer, widget, photo, done, name, value, options):
    widget.effort.value = options.get("effort", "balanced")
    widget.live.value = True
    done()
    getattr(widget, name).value = value
    done()
    expected = quantize(PHOTO, 8, **options)
    assert np.array_equal(viewer.layers["photo · quantized"].data, expected.image)


def test_without_live_nothing_follows(viewer, widget, photo, done):
    widget.n_colors.value = 3
    widget.color_space.value = "lab"
    done()
    assert len(viewer.layers["photo · palette"].data) == 8


def test_the_latest_of_quick_changes_wins(viewer, widget, photo, done):
    widget.live.value = True
    for value in range(2, 60):
        widget.n_colors.value = value
        if value % 7 == 0:
            QApplication.processEvents()
    done()
    assert np.array_equal(viewer.layers["photo · quantized"].data, quantize(PHOTO, 59).image)
    assert widget.result.palette.rgb.shape == (59, 3)


def test_large_images_are_previewed_while_dragging(viewer, widget, photo, done, monkeypatch):
    monkeypatch.setattr(widget_module, "preview_step", lambda _: 3)
    widget.live.value = True
    done()
    slider = widget._qt_slider()
    slider.setSliderDown(True)
    slider.setSliderPosition(5)
    done()
    quantized = viewer.layers["photo · quantized"]
    assert quantized.data.shape[0] < PHOTO.shape[0] / 2
    assert np.allclose(quantized.extent.world, photo.extent.world, atol=3)
    slider.setSliderDown(False)
    done()
    assert np.array_equal(quantized.data, quantize(PHOTO, 5).image)
    assert np.array_equal(quantized.extent.world, photo.extent.world)


def test_live_troubles_are_told_quietly(viewer, widget, done):
    viewer.add_image(np.where(np.eye(40), np.nan, 0.5), name="bad")
    widget.live.value = True
    notification_manager.records.clear()
    for value in (3, 4, 5):
        widget.n_colors.value = value
        done()
    assert messages() == []
    assert "40 NaN values" in widget._status.value


# -- progress


def test_time_left_and_stage_are_told_and_cancel_is_quick(viewer, widget, qtbot, monkeypatch):
    go, begun = threading.Event(), threading.Event()
    steps = work.quantize_steps

    def slow(*args, **options):
        inner = steps(*args, **options)
        if args[0].shape == (40, 40, 3):  # what is compiled in the background goes on
            return (yield from inner)
        for step in inner:
            yield step._replace(fraction=0.5)
            begun.set()
            go.wait(1.2)
            yield step._replace(fraction=0.5)
        return None

    monkeypatch.setattr(work, "quantize_steps", slow)
    viewer.add_image(PHOTO, name="photo")
    widget.run()
    qtbot.waitUntil(lambda: "s left" in widget._status.value, timeout=10_000)
    assert widget._busy.bar.value == 50
    assert widget._busy.activity is not None
    qtbot.mouseClick(widget._busy.cancel.native, LEFT)
    assert not widget._job.running
    assert widget._busy.activity is None
    assert widget._status.value == "Cancelled."
    go.set()
    qtbot.wait(100)
    assert [layer.name for layer in viewer.layers] == ["photo"]


# -- the palette


def test_a_click_selects_the_cluster(viewer, widget, photo, qtbot):
    viewport, center = row_center(widget, 3)
    qtbot.mouseClick(viewport, LEFT, pos=center)
    labels = viewer.layers["photo · clusters"]
    assert labels.selected_label == 4
    assert viewer.layers.selection.active == labels
    labels.selected_label = 7
    assert widget.palette_view._list.currentIndex().row() == 6


def test_a_double_click_edits_the_color(viewer, widget, photo, qtbot, monkeypatch):
    from qtpy.QtGui import QColor

    monkeypatch.setattr(palette_dialogs, "ask_color", lambda *_: QColor(1, 2, 3))
    before = widget.result
    viewport, center = row_center(widget, 2)
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
    assert "edited" in widget._status.value
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


def test_locked_colors_are_kept_exactly_in_the_next_fit(widget, photo, done, qtbot):
    widget.recolor(0, (255, 0, 0))
    menu = widget.palette_view.context_menu(0)
    next(action for action in menu.actions() if action.text().startswith("Lock")).trigger()
    menu.deleteLater()
    widget.lock(3)
    kept = widget.result.palette.colors[3]
    widget.n_colors.value = 5
    widget.run()
    done()
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


def test_areas_have_the_layers_units(viewer, widget, done):
    viewer.add_image(PHOTO, name="photo", scale=(0.5, 0.5), units=("um", "um"))
    widget.n_colors.value = 3
    widget.run()
    done()
    assert widget.state.source.pixel_area() == (0.25, "µm²")
    count = widget.result.palette.counts[0]
    index = widget.palette_view._list.model().index(0, 0)
    tip = index.data(Qt.ItemDataRole.ToolTipRole)
    assert f"{count * 0.25:,.0f}"[:3] in tip
    assert "µm²" in tip


@pytest.mark.parametrize("grey", [np.uint8, np.float32])
def test_grey_palettes_are_edited_by_value(viewer, widget, done, grey):
    image = data.camera()[::8, ::8].astype(grey) / grey(1)
    viewer.add_image(image.astype(grey), name="grey", colormap="viridis")
    widget.n_colors.value = 4
    widget.run()
    done()
    where = widget.result.labels == 1
    widget.recolor(1, (77,))
    assert (viewer.layers["grey · quantized"].data[where] == 77).all()


# -- several K


def test_explore_shows_a_stack_and_its_curve(viewer, widget, photo, press, done, qtbot):
    viewer.window._qt_window.show()
    press("Explore K")
    view = widget._views.explored
    assert EXPLORE in viewer.window.dock_widgets
    qtbot.mouseClick(view.compute, LEFT)
    done()
    stack = viewer.layers["photo · 2 to 10 colors"]
    assert stack.data.shape == (9, *PHOTO.shape)
    for k in (2, 7, 10):
        assert np.array_equal(stack.data[k - 2], quantize(PHOTO, k).image)
        assert stack.data_to_world((k - 2, 0, 0))[0] == k
    titles = viewer.layers["photo · titles"].features["title"]
    assert titles[3].startswith("K = 5")
    assert "elbow" in widget._status.value
    click_curve(view, 6, qtbot)
    done()
    assert widget.n_colors.value == 6
    assert len(viewer.layers["photo · palette"].data) == 6
    assert viewer.dims.point[0] == 6


def click_curve(view, n_colors, qtbot):
    canvas = view._canvas
    canvas.draw()
    (left, _), bottom = canvas.figure.axes[0].transData.transform((n_colors, 0)), 60
    place = QPoint(round(left / canvas.device_pixel_ratio), canvas.height() - bottom)
    qtbot.mouseClick(canvas, LEFT, pos=place)


def test_explore_as_a_grid_replaces_the_stack(viewer, widget, photo, done):
    widget.open_explore()
    widget.explore(2, 5)
    done()
    widget.explore(3, 6, "grid")
    done()
    view = widget._views.explored
    assert (view.first.value(), view.last.value()) == (3, 6)
    assert view.arrangement.currentData() == "grid"
    assert view.compute.isEnabled()
    names = [layer.name for layer in viewer.layers]
    assert names.count("photo · titles") == 1
    assert "photo · 2 to 5 colors" not in names
    sheet = viewer.layers["photo · 3 to 6 colors"]
    assert sheet.data.shape[0] > 2 * PHOTO.shape[0]
    height, width = PHOTO.shape[:2]
    assert np.array_equal(sheet.data[:height, :width, :3], quantize(PHOTO, 3).image)
    assert viewer.dims.ndim == 2


def test_exploring_around_locked_colors(widget, photo, done):
    for k in range(4):
        widget.lock(k)
    widget.explore(2, 5)
    done()
    assert "2 results" in widget._status.value


@pytest.mark.parametrize("range_", [(0, 3), (5, 2), (2, 5, "heap")])
def test_exploring_nothing_is_refused(widget, photo, range_):
    with pytest.raises(ValueError, match="1 <= first <= last"):
        widget.explore(*range_)


def test_settings_are_restored_from_explored_layers(viewer, widget, photo, done, choose):
    widget.color_space.value = "lab"
    widget.explore(2, 4)
    done()
    widget.color_space.value = "rgb"
    viewer.layers.selection.active = viewer.layers["photo · 2 to 4 colors"]
    choose("Restore settings")
    assert widget.color_space.value == "lab"


# -- the color space


def test_color_space_follows_the_result_and_the_mouse(viewer, widget, photo, press, done, qtbot):
    viewer.window._qt_window.show()
    press("Color space")
    view = widget._views._docks.get(COLOR_SPACE)
    assert view.isVisible()
    qtbot.waitUntil(lambda: view.scene is not None)
    drawn = []
    original = view.show_result
    view.show_result = lambda *args: (drawn.append(args), original(*args))
    widget.n_colors.value = 4
    widget.run()
    done()
    colors, labels, palette = drawn[-1]
    assert palette is widget.result.palette
    assert len(colors) == len(labels)
    assert np.array_equal(widget.result.palette.values[labels].shape, colors.shape)
    distances = ((colors[:, None, :].astype(float) - palette.colors) ** 2).sum(axis=2)
    assert np.array_equal(distances.argmin(axis=1), labels)
    picked = []
    view.set_reference = picked.append
    click_canvas(viewer, (10, 20))
    assert np.array_equal(picked[0], PHOTO[10, 20])


def click_canvas(viewer, position):
    from napari.utils._proxies import ReadOnlyWrapper
    from napari.utils.interactions import mouse_press_callbacks, mouse_release_callbacks

    class Event:
        type = "mouse_press"
        dims_displayed = (0, 1)
        view_direction = None
        up_direction = None
        modifiers = ()

    event = Event()
    event.position = position
    mouse_press_callbacks(viewer, ReadOnlyWrapper(event))
    event.type = "mouse_release"
    mouse_release_callbacks(viewer, ReadOnlyWrapper(event))


# -- regions, slices, channels


@pytest.mark.parametrize("everywhere", [False, True])
def test_fit_inside_a_region(viewer, widget, done, everywhere):
    viewer.add_shapes([[[10, 10], [10, 60], [50, 60], [50, 10]]], name="region")
    photo = viewer.add_image(PHOTO, name="photo")
    widget.image.value = photo
    widget.region.value = viewer.layers["region"]
    widget.apply.value = "everywhere" if everywhere else "inside"
    widget.n_colors.value = 4
    widget.run()
    done()
    mask = np.zeros(PHOTO.shape[:2], bool)
    mask[10:50, 10:60] = True
    expected = quantize(PHOTO, 4, mask=mask)
    labels = viewer.layers["photo · clusters"].data
    if everywhere:
        expected = quantize(PHOTO, palette=expected.palette)
        assert np.array_equal(labels, expected.labels + 1)
    else:
        assert np.array_equal(labels, np.where(mask, expected.labels + 1, 0))
    assert np.array_equal(viewer.layers["photo · quantized"].data, expected.image)


def test_current_slice_only(viewer, widget, done):
    stack = np.stack([PHOTO[..., 0], PHOTO[..., 1], PHOTO[..., 2]])
    viewer.add_image(stack, name="stack", scale=(5, 1, 1), translate=(7, 0, 0))
    viewer.dims.set_current_step(0, 2)
    widget.extent.value = "slice"
    widget.n_colors.value = 4
    widget.run()
    done()
    quantized = viewer.layers["stack · quantized"]
    assert np.array_equal(quantized.data, quantize(stack[2:], 4, channel_axis=None).image)
    assert quantized.data_to_world((0, 0, 0)) == (17, 0, 0)
    widget.extent.value = "all"
    widget.run()
    done()
    assert quantized.data.shape == stack.shape
    assert quantized.data_to_world((0, 0, 0)) == (7, 0, 0)


def test_live_follows_the_slice(viewer, widget, done):
    stack = np.stack([PHOTO[..., 0], PHOTO[..., 1], PHOTO[..., 2]])
    viewer.add_image(stack, name="stack", translate=(7, 0, 0))
    widget.extent.value = "slice"
    widget.n_colors.value = 4
    widget.live.value = True
    done()
    for z in (2, 0, 1):
        viewer.dims.set_current_step(0, z)
        done()
        quantized = viewer.layers["stack · quantized"]
        expected = quantize(stack[z : z + 1], 4, channel_axis=None)
        assert np.array_equal(quantized.data, expected.image)
        assert quantized.data_to_world((0, 0, 0)) == (7 + z, 0, 0)
    widget.extent.value = "all"
    done()
    viewer.dims.set_current_step(0, 2)
    assert not widget._soon.isActive()


def test_selected_layers_as_channels(viewer, widget, done):
    for c, (name, colormap) in enumerate([("DAPI", "blue"), ("FITC", "green"), ("Cy3", "red")]):
        viewer.add_image(
            PHOTO[..., c],
            name=name,
            colormap=colormap,
            blending="additive",
            contrast_limits=(0, 200),
        )
    viewer.layers.selection = set(viewer.layers)
    widget.channels.value = True
    widget.scaled.value = True
    widget.n_colors.value = 5
    widget.run()
    done()
    scaled = np.clip(PHOTO.astype(np.float32) / 200, 0, 1)
    expected = quantize(scaled, 5, channel_axis=-1)
    assert np.array_equal(viewer.layers["DAPI + FITC + Cy3 · clusters"].data, expected.labels + 1)
    shown = viewer.layers["DAPI + FITC + Cy3 · quantized"]
    assert shown.rgb
    blue, green, red = expected.palette.colors[expected.labels[0, 0]]
    assert np.allclose(shown.data[0, 0] / 255, (red, green, blue), atol=0.01)
    assert widget.result is not None  # though another layer is selected now
    points = viewer.layers["DAPI + FITC + Cy3 · palette"]
    shown_hex = "#" + np.rint(points.face_color[0, :3] * 255).astype(np.uint8).tobytes().hex()
    assert points.features["hex"][0] == shown_hex
    widget.merge(1, 0)
    assert viewer.layers["DAPI + FITC + Cy3 · clusters"].data.max() == 4
    widget.run()
    done()
    assert len(viewer.layers) == 6


# -- reuse


def test_colors_from_another_result(viewer, widget, photo, done):
    other = viewer.add_image(PHOTO[::-1] // 2, name="other")
    widget.image.value = other
    widget.palette_from.value = viewer.layers["photo · palette"]
    widget.run()
    done()
    palette = quantize(PHOTO, 8).palette
    expected = quantize(PHOTO[::-1] // 2, palette=palette)
    assert np.array_equal(viewer.layers["other · quantized"].data, expected.image)


def test_the_same_colors_for_selected_layers(viewer, widget, photo, choose, done):
    others = [viewer.add_image(PHOTO // n, name=f"photo {n}") for n in (2, 3)]
    widget.image.value = photo
    viewer.layers.selection = {photo, *others}
    widget.image.value = photo
    choose("Same colors")
    done()
    palette = quantize(PHOTO, 8).palette
    for n in (2, 3):
        expected = quantize(PHOTO // n, palette=palette)
        assert np.array_equal(viewer.layers[f"photo {n} · clusters"].data, expected.labels + 1)
    view = widget._views._docks.get(SHARES)
    table = view.table()
    assert sorted(table.index) == ["photo", "photo 2", "photo 3"]
    assert np.allclose(table.sum(axis=1), 1)


def test_shares_of_frames(viewer, widget, done, press, tmp_path):
    import pandas as pd

    series = np.stack([PHOTO, PHOTO // 2, PHOTO // 3])
    viewer.add_image(series, rgb=True, name="series")
    widget.n_colors.value = 4
    widget.run()
    done()
    press("Shares")
    view = widget._views._docks.get(SHARES)
    view.save_csv(tmp_path / "shares.csv")
    table = pd.read_csv(tmp_path / "shares.csv")
    expected = quantize(series, 4).labels
    for t in range(3):
        counts = np.bincount(expected[t].ravel(), minlength=4)
        assert np.allclose(table.iloc[t, 1:5].astype(float), counts / counts.sum())
    view.frame_clicked.emit(2)
    assert viewer.dims.current_step[0] == 2


# -- comparing


def test_compare_and_back(viewer, widget, photo, press):
    visible = [layer.visible for layer in viewer.layers]
    camera = viewer.scene.camera
    camera.center, camera.zoom = (0, 12, 34), 5.5
    press("Compare")
    assert camera.zoom != 5.5
    assert viewer.canvas.grid.enabled
    shown = [layer.name for layer in viewer.layers if layer.visible]
    assert shown == ["photo", "photo · quantized"]
    press("Compare")
    assert not viewer.canvas.grid.enabled
    assert [layer.visible for layer in viewer.layers] == visible
    assert (camera.center, camera.zoom) == ((0, 12, 34), 5.5)


def test_fewer_colors_while_the_palette_is_hidden(viewer, widget, photo, press, done):
    press("Compare")
    for n_colors in (3, 20, 6):
        widget.n_colors.value = n_colors
        widget.run()
        done()
    assert not viewer.layers["photo · palette"].visible
    press("Compare")
    assert viewer.layers["photo · palette"].visible
    assert len(viewer.layers["photo · palette"].text.values) == 6


def test_compare_beside_an_explored_stack(viewer, widget, photo, press, done):
    widget.explore(2, 4)
    done()
    press("Compare")
    assert [layer.name for layer in viewer.layers if layer.visible] == [
        "photo",
        "photo · quantized",
    ]
    press("Compare")


def test_blink_by_key(viewer, widget, photo, qtbot):
    canvas = viewer.window._qt_viewer.canvas.native
    canvas.setFocus()
    for shown in (False, True):
        qtbot.keyClick(canvas, Qt.Key.Key_K)
        assert viewer.layers["photo · quantized"].visible is shown
        assert viewer.layers["photo · clusters"].visible is shown
        assert viewer.layers["photo"].visible


# -- scripts and settings


def test_copied_python_makes_the_same_again(viewer, widget, photo, press):
    widget.recolor(1, (9, 8, 7))
    widget.merge(4, 2)
    press("Copy Python")
    script = QApplication.clipboard().text()
    before = {layer.name: np.array(layer.data) for layer in viewer.layers}
    for name in list(before)[1:]:
        viewer.layers.remove(name)
    exec(script, {"viewer": viewer})
    assert sorted(layer.name for layer in viewer.layers) == sorted(before)
    for layer in viewer.layers:
        assert np.array_equal(layer.data, before[layer.name])


def test_settings_are_restored_from_a_layer(viewer, widget, done, choose):
    viewer.add_image(PHOTO, name="photo")
    widget.n_colors.value, widget.color_space.value, widget.seed.value = 7, "lab", 5
    widget.sample.value = 50.0
    widget.run()
    done()
    widget.n_colors.value, widget.color_space.value, widget.seed.value = 30, "rgb", 0
    widget.sample.value = 100.0
    viewer.layers.selection.active = viewer.layers["photo · quantized"]
    choose("Restore settings")
    assert (widget.n_colors.value, widget.color_space.value, widget.seed.value) == (7, "lab", 5)
    assert widget.sample.value == 50


def test_palette_region_and_channels_are_restored(viewer, widget, photo, done, choose):
    other = viewer.add_image(PHOTO[::-1], name="other")
    region = viewer.add_labels(np.eye(*PHOTO.shape[:2], dtype=int), name="region")
    widget.image.value = other
    widget.palette_from.value = viewer.layers["photo · palette"]
    widget.region.value = region
    widget.apply.value = "everywhere"
    widget.run()
    done()
    widget.palette_from.value = widget.region.value = None
    widget.image.value = photo
    viewer.layers.selection.active = viewer.layers["other · clusters"]
    choose("Restore settings")
    assert widget.image.value == other
    assert widget.palette_from.value == viewer.layers["photo · palette"]
    assert widget.region.value == region
    assert widget.apply.value == "everywhere"
    greys = [viewer.add_image(PHOTO[..., c], name=f"grey {c}") for c in range(2)]
    widget.palette_from.value = widget.region.value = None
    viewer.layers.selection = set(greys)
    widget.channels.value = True
    widget.run()
    done()
    before = widget.result
    widget.channels.value = False
    viewer.layers.selection.active = viewer.layers["grey 0 + grey 1 · quantized"]
    choose("Restore settings")
    assert widget.channels.value
    assert widget.result is before


def test_the_last_values_come_back(viewer, qtbot):
    _, widget = viewer.window.add_plugin_dock_widget(NAME)
    widget.n_colors.value, widget.color_space.value = 23, "oklab"
    widget.add_palette.value = False
    qtbot.waitUntil(lambda: not widget._rest.isActive(), timeout=5000)
    viewer.window.remove_dock_widget("all")
    _, again = viewer.window.add_plugin_dock_widget(NAME)
    assert again is not widget
    assert (again.n_colors.value, again.color_space.value) == (23, "oklab")
    assert again.add_palette.value is False


# -- looks


def controls(widget):
    form = widget._form
    return [*form.parameters(), form.image, form.slider, widget.live, widget._start]


def test_every_control_tells_what_it_does(widget):
    for control in controls(widget):
        assert control.tooltip, control
    for button in widget.buttons.buttons.values():
        assert button.toolTip()


def test_fits_into_320_pixels_unfolded_and_with_large_text(viewer, widget, photo, qtbot):
    from superqt import QCollapsible

    groups = widget.native.findChildren(QCollapsible)
    assert len(groups) == 2
    for group in groups:
        assert not group.isExpanded()
        qtbot.mouseClick(group.toggleButton(), LEFT)
        assert [other.isExpanded() for other in groups].count(True) == 1
    from napari.settings import get_settings

    for size in (9, 14):
        get_settings().appearance.font_size = size
        qtbot.wait(50)
        assert widget.native.minimumSizeHint().width() <= 320


def test_from_code_alone():
    from napari.layers import Image, Labels

    region = Labels((np.arange(PHOTO.shape[0])[:, None] < 30) * np.ones(PHOTO.shape[1], int))
    image, labels, palette = quantize_layer(
        Image(PHOTO, name="photo"), 6, region=region, edits=[("recolor", 0, (1, 2, 3))]
    )
    assert (labels.data[30:] == 0).all()
    assert (image.data[labels.data == 1] == (1, 2, 3)).all()
    assert len(palette.data) == 6
