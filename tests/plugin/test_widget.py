"""The widget in a real viewer, by real clicks."""

from __future__ import annotations

import gc
import subprocess
import sys
import threading
import weakref

import numpy as np
import pytest
from napari.utils.notifications import notification_manager
from qtpy.QtCore import Qt
from skimage import data

from napari_kmeans_quantizer import quantize
from napari_kmeans_quantizer.plugin import widget as widget_module
from napari_kmeans_quantizer.plugin import work
from napari_kmeans_quantizer.plugin.models import source
from napari_kmeans_quantizer.plugin.panel import busy

NAME = "napari-kmeans-quantizer"
PHOTO = data.coffee()[::4, ::4]
OUTPUTS = ["photo · quantized", "photo · clusters", "photo · palette"]


@pytest.fixture
def viewer(make_napari_viewer):
    return make_napari_viewer()


@pytest.fixture
def widget(viewer):
    return viewer.window.add_plugin_dock_widget(NAME)[1]


@pytest.fixture
def click(qtbot):
    def click(button):
        qtbot.mouseClick(button.native, Qt.MouseButton.LeftButton)

    return click


@pytest.fixture
def quantized(qtbot, click):
    """Click "Quantize" and wait for the layers."""

    def run(widget):
        click(widget._start)
        qtbot.waitUntil(lambda: not widget._job.running, timeout=60_000)

    return run


def names(viewer):
    return [layer.name for layer in viewer.layers]


def messages():
    return [notice.message for notice in notification_manager.records]


def test_click_adds_three_layers(viewer, widget, quantized):
    viewer.add_image(PHOTO, name="photo")
    widget.n_colors.value = 8
    quantized(widget)
    assert names(viewer) == ["photo", *OUTPUTS]
    expected = quantize(PHOTO, 8)
    assert np.array_equal(viewer.layers[1].data, expected.image)
    assert np.array_equal(viewer.layers[2].data, expected.labels + 1)
    assert viewer.dims.ndisplay == 2
    assert viewer.dims.ndim == 2
    assert widget._status.value.startswith(expected.summary)
    assert viewer.layers.selection.active == viewer.layers[2]


def test_prepares_in_the_background_and_says_so(viewer, qtbot, monkeypatch):
    go = threading.Event()
    warm_up = widget_module.warm_up

    def held_warm_up():
        go.wait(30)
        warm_up()

    monkeypatch.setattr(widget_module, "warm_up", held_warm_up)
    _, widget = viewer.window.add_plugin_dock_widget(NAME)
    assert widget._status.value == widget_module.PREPARING
    go.set()
    qtbot.waitUntil(lambda: widget._status.value == "", timeout=60_000)


def test_opens_from_the_plugins_menu_and_the_layers_menu(viewer):
    viewer.add_image(PHOTO, name="photo")
    title = "K-means Color Quantizer"
    for menu in (viewer.window.plugins_menu, viewer.window.layers_menu):
        menu.aboutToShow.emit()
        actions = [action for action in all_actions(menu) if title in action.text()]
        assert len(actions) == 1, menu.title()
    docks_before = set(viewer.window.dock_widgets)
    actions[0].trigger()
    new = set(viewer.window.dock_widgets) - docks_before
    assert any(title in name for name in new)


def all_actions(menu):
    for action in menu.actions():
        if action.menu() is not None:
            action.menu().aboutToShow.emit()
            yield from all_actions(action.menu())
        else:
            yield action


def test_next_run_updates_in_place(viewer, widget, quantized):
    viewer.add_image(PHOTO, name="photo")
    quantized(widget)
    first = list(viewer.layers)
    first[2].name = "renamed"
    viewer.layers.selection.active = viewer.layers["photo"]
    for n_colors in (3, 20, 1):
        widget.n_colors.value = n_colors
        quantized(widget)
        assert list(viewer.layers) == first
        assert viewer.layers[2].name == "renamed"
        assert len(viewer.layers[3].data) == n_colors
        assert viewer.layers[2].data.max() == n_colors
    assert viewer.layers.selection.active == viewer.layers["photo"]


def test_each_source_has_its_own_layers(viewer, widget, quantized):
    for name in ("photo", "second"):
        viewer.add_image(PHOTO, name=name)
        quantized(widget)
    assert len(viewer.layers) == 8
    assert "second · palette" in names(viewer)


def test_only_what_is_wanted_is_added(viewer, widget, quantized):
    viewer.add_image(PHOTO, name="photo")
    widget.add_image.value = False
    widget.add_palette.value = False
    quantized(widget)
    assert names(viewer) == ["photo", "photo · clusters"]


def test_image_follows_the_active_layer_and_leaves_own_outputs_out(viewer, widget, quantized):
    assert widget.image.value is None
    photo = viewer.add_image(PHOTO, name="photo")
    assert widget.image.value == photo
    other = viewer.add_image(PHOTO[..., 0], name="other")
    assert widget.image.value == other
    viewer.layers.selection.active = photo
    assert widget.image.value == photo
    quantized(widget)
    assert [layer.name for layer in widget.image.choices] == ["photo", "other"]
    viewer.layers.selection.active = viewer.layers["photo · quantized"]
    assert widget.image.value == photo
    viewer.layers.remove(photo)
    assert widget.image.value == other


def test_slider_and_number_go_together(widget):
    assert widget.n_colors.value == 16
    widget._form.slider.value = 40
    assert widget.n_colors.value == 40
    widget.n_colors.value = 200
    assert widget._form.slider.value == 64
    assert widget.n_colors.value == 200
    widget.n_colors.value = 1
    assert widget._form.slider.value == 2
    assert widget.n_colors.value == 1


def test_seed_is_used(viewer, widget, quantized):
    viewer.add_image(PHOTO, name="photo")
    widget.seed.value = 7
    quantized(widget)
    assert np.array_equal(viewer.layers[1].data, quantize(PHOTO, 16, random_state=7).image)
    settings = viewer.layers[1].metadata[NAME]["settings"]
    assert settings == {"n_colors": 16, "random_state": 7}


def test_from_code(viewer, qtbot):
    layer = viewer.add_image(PHOTO, name="photo")
    viewer.add_image(PHOTO[..., 0], name="other")
    _, widget = viewer.window.add_plugin_dock_widget(NAME)
    widget.image.value, widget.n_colors.value = layer, 8
    widget.run()
    qtbot.waitUntil(lambda: "photo · palette" in names(viewer), timeout=60_000)
    assert len(viewer.layers["photo · palette"].data) == 8


def test_stays_narrow(viewer, widget, quantized):
    viewer.add_image(PHOTO, name="a name that is far too long for a narrow panel " * 3)
    quantized(widget)
    assert widget.native.minimumSizeHint().width() <= 320
    assert widget.native.width() <= 320


# -- errors


def test_without_an_image_it_tells_so(widget, click):
    notification_manager.records.clear()
    click(widget._start)
    assert any("no image" in message for message in messages())
    assert not widget._job.running


def test_nan_becomes_a_notification_and_the_widget_works_on(viewer, widget, quantized):
    notification_manager.records.clear()
    viewer.add_image(np.where(np.eye(40), np.nan, 0.5), name="bad")
    quantized(widget)
    assert any("40 NaN values" in message for message in messages())
    assert names(viewer) == ["bad"]
    assert widget._status.value.startswith("Failed")
    viewer.add_image(PHOTO, name="photo")
    quantized(widget)
    assert names(viewer) == ["bad", "photo", *OUTPUTS]


def test_lack_of_memory_becomes_a_notification(viewer, widget, quantized, monkeypatch):
    def steps(*args, **options):
        raise MemoryError
        yield

    monkeypatch.setattr(work, "quantize_steps", steps)
    notification_manager.records.clear()
    viewer.add_image(PHOTO, name="photo")
    quantized(widget)
    assert messages() == ["Not enough memory for this image."]


def test_a_fault_of_ours_is_not_hidden(viewer, widget, qtbot, monkeypatch):
    def steps(*args, **options):
        raise KeyError("fault")
        yield

    monkeypatch.setattr(work, "quantize_steps", steps)
    viewer.add_image(PHOTO, name="photo")
    with qtbot.capture_exceptions() as caught:
        widget.run()
        qtbot.waitUntil(lambda: bool(caught), timeout=30_000)
    assert caught[0][0] is KeyError
    assert not widget._job.running


# -- what users do during a run


def test_cancel_leaves_everything_as_it_was(viewer, widget, held, click, qtbot):
    viewer.add_image(PHOTO, name="photo")
    click(widget._start)
    worker = widget._job._worker
    qtbot.waitUntil(held.begun.is_set)
    assert not widget._busy.row.native.isHidden()
    assert not widget._start.enabled
    click(widget._busy.cancel)
    assert widget._start.enabled
    assert widget._status.value == "Cancelled."
    with qtbot.waitSignal(worker.finished, timeout=10_000):
        held.set()
    qtbot.wait(50)
    assert names(viewer) == ["photo"]


def test_second_run_replaces_the_first(viewer, widget, held, qtbot):
    viewer.add_image(PHOTO, name="photo")
    widget.n_colors.value = 3
    first = widget.run()
    qtbot.waitUntil(held.begun.is_set)
    widget.n_colors.value = 5
    second = widget.run()
    with qtbot.waitSignals([first.finished, second.finished], timeout=30_000):
        held.set()
    qtbot.waitUntil(lambda: len(viewer.layers) == 4)
    qtbot.wait(50)
    assert names(viewer) == ["photo", *OUTPUTS]
    assert len(viewer.layers[3].data) == 5


def test_source_removed_during_a_run(viewer, widget, held, qtbot):
    viewer.add_image(PHOTO, name="photo")
    worker = widget.run()
    qtbot.waitUntil(held.begun.is_set)
    viewer.layers.clear()
    with qtbot.waitSignal(worker.finished, timeout=30_000):
        held.set()
    qtbot.waitUntil(lambda: not widget._job.running)
    assert names(viewer) == []
    assert "removed" in widget._status.value


def test_moving_sliders_during_a_run_changes_nothing_of_it(viewer, widget, held, qtbot):
    stack = np.stack([PHOTO[..., 0], PHOTO[..., 1]])
    viewer.add_image(stack, name="photo")
    widget.n_colors.value = 6
    worker = widget.run()
    qtbot.waitUntil(held.begun.is_set)
    widget.n_colors.value = 9
    viewer.dims.set_current_step(0, 1)
    with qtbot.waitSignal(worker.finished, timeout=30_000):
        held.set()
    qtbot.waitUntil(lambda: len(viewer.layers) == 4)
    assert len(viewer.layers["photo · palette"].data) == 6
    assert viewer.layers["photo · clusters"].data.shape == stack.shape


CLOSING = """
import sys, time
import napari
from qtpy.QtCore import QTimer
from qtpy.QtWidgets import QApplication
from skimage.data import coffee
from napari_kmeans_quantizer.plugin import produce as module

steps = module.quantize_source
def slow(*args):
    inner = steps(*args)
    while True:
        try:
            step = next(inner)
        except StopIteration as stop:
            return stop.value
        time.sleep(0.05)
        yield step
module.quantize_source = slow

viewer = napari.Viewer()
viewer.add_image(coffee(), name="photo")
_, widget = viewer.window.add_plugin_dock_widget("napari-kmeans-quantizer")
worker = widget.run()
done = []
worker.finished.connect(lambda: done.append(True))
worker.finished.connect(lambda: QTimer.singleShot(200, QApplication.quit))
close = viewer.close if sys.argv[1] == "close" else viewer.window._qt_window.close
QTimer.singleShot(300, close)
QApplication.instance().setQuitOnLastWindowClosed(False)
QApplication.instance().exec()
print("done", done)
"""


@pytest.mark.parametrize("how", ["close", "window"])
def test_viewer_closed_during_a_run(how):
    done = subprocess.run(
        [sys.executable, "-c", CLOSING, how], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert "done [True]" in done.stdout
    assert "Error" not in done.stderr


def test_progress_is_shown_and_taken_away(viewer, widget, held, qtbot, monkeypatch):
    monkeypatch.setattr(busy, "SHOW_AFTER", 0)
    viewer.add_image(PHOTO, name="photo")
    worker = widget.run()
    qtbot.waitUntil(lambda: widget._busy.activity is not None)
    qtbot.waitUntil(lambda: widget._status.value == "Counting colors ...")
    with qtbot.waitSignal(worker.finished, timeout=30_000):
        held.set()
    qtbot.waitUntil(lambda: not widget._job.running)
    assert widget._busy.activity is None
    assert widget._busy.row.native.isHidden()


def test_long_work_does_not_run_on_the_gui_thread(viewer, widget, qtbot, monkeypatch):
    threads = []
    original = source.Source.array

    def noting(self):
        threads.append(threading.current_thread())
        return original(self)

    monkeypatch.setattr(source.Source, "array", noting)
    viewer.add_image(PHOTO, name="photo")
    widget.run()
    qtbot.waitUntil(lambda: not widget._job.running, timeout=30_000)
    assert threads
    assert threading.main_thread() not in threads


def test_many_runs_leave_nothing_behind(viewer, widget, qtbot):
    viewer.add_image(PHOTO[::4, ::4], name="photo")
    workers = []
    for n_colors in range(2, 12):
        widget.n_colors.value = n_colors
        workers.append(weakref.ref(widget.run()))
        qtbot.waitUntil(lambda: not widget._job.running, timeout=30_000)
    assert len(viewer.layers) == 4
    gc.collect()
    assert sum(ref() is not None for ref in workers) <= 1
