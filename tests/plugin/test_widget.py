"""The widget: asked, and what comes out; in a viewer without a window."""

from __future__ import annotations

import gc
import threading
import weakref

import numpy as np
import pytest
from napari.layers import Labels
from qtpy.QtCore import Qt
from skimage import data

from napari_kmeans_quantizer import quantize
from napari_kmeans_quantizer.plugin import pipeline
from napari_kmeans_quantizer.plugin.models import source

NAME = "napari-kmeans-quantizer"
PHOTO = data.coffee()[::4, ::4]
STACK = np.moveaxis(PHOTO, -1, 0)[:, ::2, ::2].copy()
OUTPUTS = ["photo · quantized", "photo · clusters", "photo · palette"]


@pytest.fixture
def click(qtbot):
    def click(button):
        qtbot.mouseClick(button.native, Qt.MouseButton.LeftButton)

    return click


@pytest.fixture
def quantized(settled, click):
    """Click "Quantize" and wait for the layers."""

    def run(widget):
        click(widget._start)
        settled(widget)

    return run


def names(viewer):
    return [layer.name for layer in viewer.layers]


def messages(notices):
    return [notice.message for notice in notices]


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
    assert widget.message == widget.state.summary
    assert widget.message.startswith(expected.summary)
    assert viewer.layers.selection.active == viewer.layers[2]


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


def test_seed_is_used(viewer, widget, quantized):
    viewer.add_image(PHOTO, name="photo")
    widget.seed.value = 7
    quantized(widget)
    assert np.array_equal(viewer.layers[1].data, quantize(PHOTO, 16, random_state=7).image)
    settings = viewer.layers[1].metadata[NAME]["settings"]
    assert settings == {"n_colors": 16, "random_state": 7}


def test_from_code(viewer, widget, qtbot):
    layer = viewer.add_image(PHOTO, name="photo")
    viewer.add_image(PHOTO[..., 0], name="other")
    widget.image.value, widget.n_colors.value = layer, 8
    widget.run()
    assert widget.running
    qtbot.waitUntil(lambda: "photo · palette" in names(viewer), timeout=300_000)
    assert len(viewer.layers["photo · palette"].data) == 8
    assert not widget.running


def test_the_status_line_tells_of_the_chosen_image(viewer, widget, run, qtbot):
    qtbot.waitUntil(lambda: widget.message == "", timeout=300_000)
    photo = viewer.add_image(PHOTO, name="photo")
    assert widget.message == ""
    run(widget)
    summary = widget.state.summary
    assert widget.message == summary
    viewer.add_image(PHOTO[..., 0], name="other")
    assert widget.message == ""
    viewer.layers.selection.active = photo
    assert widget.message == summary
    widget.recolor(0, (1, 2, 3))
    assert widget.message == widget.state.summary != summary
    viewer.layers.remove(photo)
    assert widget.message == ""


# -- errors


def test_without_an_image_it_tells_so(widget, click, notices):
    click(widget._start)
    assert any("no image" in message for message in messages(notices))
    assert not widget.running


def test_no_data_at_all_is_told_and_the_widget_works_on(viewer, widget, quantized, notices):
    viewer.add_image(np.full((40, 40), np.nan), name="bad")
    quantized(widget)
    assert any('"bad" has no pixel with data' in message for message in messages(notices))
    assert not any("mask=" in message for message in messages(notices))
    assert names(viewer) == ["bad"]
    assert "all are masked, NaN or infinite" in widget.message
    viewer.add_image(PHOTO, name="photo")
    quantized(widget)
    assert names(viewer) == ["bad", "photo", *OUTPUTS]


def test_lack_of_memory_becomes_a_notification(viewer, widget, quantized, monkeypatch, notices):
    def steps(*args, **options):
        raise MemoryError
        yield

    monkeypatch.setattr(pipeline, "quantize_steps", steps)
    viewer.add_image(PHOTO, name="photo")
    quantized(widget)
    assert messages(notices) == ["Not enough memory for this image."]


def test_a_fault_of_ours_is_not_hidden(viewer, widget, qtbot, monkeypatch):
    def steps(*args, **options):
        raise KeyError("fault")
        yield

    monkeypatch.setattr(pipeline, "quantize_steps", steps)
    viewer.add_image(PHOTO, name="photo")
    with qtbot.capture_exceptions() as caught:
        widget.run()
        qtbot.waitUntil(lambda: bool(caught), timeout=300_000)
    assert caught[0][0] is KeyError
    assert not widget.running


@pytest.mark.parametrize(
    "change",
    [
        lambda widget: widget.recolor(0, (1, 2, 3)),
        lambda widget: widget.merge(0, 1),
        lambda widget: widget.lock(0),
        lambda widget: widget.hide_colors(frozenset({0})),
        lambda widget: widget.reset_colors(),
        lambda widget: widget.compare(),
        lambda widget: widget.open_shares(),
        lambda widget: widget.copy_as_python(),
        lambda widget: widget.apply_to_selected(),
        lambda widget: widget.restore_settings(),
    ],
)
def test_what_needs_a_result_says_so(viewer, widget, notices, change):
    viewer.add_image(PHOTO, name="photo")
    change(widget)
    assert len(notices) == 1
    assert names(viewer) == ["photo"]
    assert not widget.running


# -- what users do during a run


def test_cancel_leaves_everything_as_it_was(viewer, widget, held, click, qtbot):
    viewer.add_image(PHOTO, name="photo")
    click(widget._start)
    worker = widget._work._job._current.worker
    qtbot.waitUntil(held.begun.is_set, timeout=60_000)
    assert not widget._busy.row.native.isHidden()
    assert not widget._start.enabled
    click(widget._busy.cancel)
    assert widget._start.enabled
    assert widget.message == "Cancelled."
    with qtbot.waitSignal(worker.finished, timeout=60_000):
        held.set()
    qtbot.wait(50)
    assert names(viewer) == ["photo"]


def test_second_run_replaces_the_first(viewer, widget, held, qtbot):
    viewer.add_image(PHOTO, name="photo")
    widget.n_colors.value = 3
    first = widget.run()
    qtbot.waitUntil(held.begun.is_set, timeout=60_000)
    widget.n_colors.value = 5
    second = widget.run()
    with qtbot.waitSignals([first.finished, second.finished], timeout=300_000):
        held.set()
    qtbot.waitUntil(lambda: len(viewer.layers) == 4, timeout=60_000)
    qtbot.wait(50)
    assert names(viewer) == ["photo", *OUTPUTS]
    assert len(viewer.layers[3].data) == 5


def test_source_removed_during_a_run(viewer, widget, held, qtbot):
    viewer.add_image(PHOTO, name="photo")
    worker = widget.run()
    qtbot.waitUntil(held.begun.is_set, timeout=60_000)
    viewer.layers.clear()
    with qtbot.waitSignal(worker.finished, timeout=300_000):
        held.set()
    qtbot.waitUntil(lambda: not widget.running, timeout=60_000)
    assert names(viewer) == []
    assert "removed" in widget.message


def test_moving_sliders_during_a_run_changes_nothing_of_it(viewer, widget, held, qtbot):
    stack = np.stack([PHOTO[..., 0], PHOTO[..., 1]])
    viewer.add_image(stack, name="photo")
    widget.n_colors.value = 6
    worker = widget.run()
    qtbot.waitUntil(held.begun.is_set, timeout=60_000)
    widget.n_colors.value = 9
    viewer.dims.set_current_step(0, 1)
    with qtbot.waitSignal(worker.finished, timeout=300_000):
        held.set()
    qtbot.waitUntil(lambda: len(viewer.layers) == 4, timeout=60_000)
    assert len(viewer.layers["photo · palette"].data) == 6
    assert viewer.layers["photo · clusters"].data.shape == stack.shape


def test_image_chosen_during_a_run_gets_nothing_of_it(viewer, widget, held, settled, qtbot):
    viewer.add_image(PHOTO, name="photo")
    widget.run()
    qtbot.waitUntil(held.begun.is_set, timeout=60_000)
    second = viewer.add_image(PHOTO[..., 1], name="second")
    held.set()
    settled(widget)
    assert names(viewer) == ["photo", "second", *OUTPUTS]
    assert widget.image.value == second
    assert widget.state is None


def test_slice_moved_during_a_run(viewer, widget, held, settled, qtbot):
    viewer.add_image(STACK, name="photo")
    viewer.dims.set_current_step(0, 2)
    widget.extent.value, widget.n_colors.value = "slice", 3
    widget.run()
    qtbot.waitUntil(held.begun.is_set, timeout=60_000)
    viewer.dims.set_current_step(0, 0)
    held.set()
    settled(widget)
    expected = quantize(STACK[2:], 3, channel_axis=None)
    assert np.array_equal(viewer.layers["photo · quantized"].data, expected.image)
    assert viewer.layers["photo · quantized"].translate[0] == 2


def test_edits_while_live_runs(viewer, widget, run, held, settled, qtbot):
    held.set()
    viewer.add_image(PHOTO, name="photo")
    widget.n_colors.value = 4
    run(widget)
    held.clear()
    held.begun.clear()
    widget.n_colors.value = 6
    widget.run()
    qtbot.waitUntil(held.begun.is_set, timeout=60_000)
    widget.recolor(0, (1, 2, 3))
    widget.lock(0)
    widget.merge(1, 2)
    held.set()
    settled(widget)
    assert len(widget.result.palette) == 6
    assert isinstance(viewer.layers["photo · clusters"], Labels)
    assert viewer.layers["photo · clusters"].data.max() == 6


def test_long_work_does_not_run_on_the_gui_thread(viewer, widget, qtbot, monkeypatch):
    threads = []
    original = source.Source.reading

    def noting(self, *args):
        threads.append(threading.current_thread())
        return original(self, *args)

    monkeypatch.setattr(source.Source, "reading", noting)
    viewer.add_image(PHOTO, name="photo")
    widget.run()
    qtbot.waitUntil(lambda: not widget.running, timeout=300_000)
    assert threads
    assert threading.main_thread() not in threads


def test_many_runs_leave_nothing_behind(viewer, widget, qtbot):
    viewer.add_image(PHOTO[::4, ::4], name="photo")
    workers = []
    for n_colors in range(2, 12):
        widget.n_colors.value = n_colors
        workers.append(weakref.ref(widget.run()))
        qtbot.waitUntil(lambda: not widget.running, timeout=300_000)
    assert len(viewer.layers) == 4
    gc.collect()
    assert sum(ref() is not None for ref in workers) <= 1
