"""A pyramid at the widget: painted as it is looked at, edited at once, never read as a whole."""

from __future__ import annotations

import threading

import dask.array as da
import numpy as np
import pytest
from napari.layers import Image, Labels, Shapes
from pyramids import Pyramid, picture
from qtpy.QtWidgets import QApplication

from napari_kmeans_quantizer import quantize
from napari_kmeans_quantizer.plugin.models import levels

NAME = "napari-kmeans-quantizer"
SIDE = 1536
ARRAY = picture(SIDE, SIDE)
NAMES = ["slide · quantized", "slide · clusters", "slide · palette"]


@pytest.fixture
def viewer(make_napari_viewer):
    viewer = make_napari_viewer(show=True)
    viewer.window.resize(1000, 700)
    return viewer


@pytest.fixture
def slide(monkeypatch):
    """A pyramid that is larger than the canvas, and of which level 2 can be held."""
    monkeypatch.setattr(levels, "HELD", 400 * 400)
    return Pyramid(ARRAY, n_levels=4, chunk=96)


@pytest.fixture
def at_work(person, slide):
    """Somebody who has quantized the slide."""
    person.viewer.add_layer(slide.layer())
    person.run(n_colors=4)
    return person


def see(viewer, zoom, center):
    """Look at a place of the image."""
    viewer.scene.camera.center, viewer.scene.camera.zoom = center, zoom
    for layer in viewer.layers:  # each draws itself when its turn comes
        QApplication.processEvents()
        layer.refresh()
    QApplication.processEvents()


def seen(layer):
    """Return what napari has of a layer on the canvas."""
    return np.asarray(layer._slice.image.raw)


# -- what is seen


def test_layers_are_seen_at_the_level_of_their_source(at_work):
    viewer = at_work.viewer
    source, image, labels = (viewer.layers[name] for name in ("slide", *NAMES[:2]))
    palette = at_work.widget.state.fitted.palette
    levels_seen = set()
    for zoom in (4, 0.5, 0.2, 0.1):
        see(viewer, zoom, (700, 700))
        assert source.data_level == image.data_level == labels.data_level
        levels_seen.add(labels.data_level)
        whole = quantize(seen(source), palette=palette)
        np.testing.assert_array_equal(seen(image), whole.image)
        np.testing.assert_array_equal(seen(labels), whole.labels + 1)
    assert len(levels_seen) > 2


def test_nothing_that_a_person_does_reads_the_image_as_a_whole(
    person, slide, in_this_thread, tmp_path
):
    viewer, widget = person.viewer, person.widget
    viewer.add_layer(slide.layer())
    most = slide.n_blocks(0) // 4

    def check(what):
        in_main = [level for level, _, in_main in slide.reads if in_main]
        assert slide.n_read[0] < most, f"{what}: {dict(slide.n_read)}"
        assert in_main.count(2) <= slide.n_blocks(2) // 4, f"{what}: in the GUI thread"
        slide.reads.clear()

    slide.reads.clear()
    person.run(n_colors=4)
    check("quantize")
    see(viewer, 3, (300, 300))
    check("zoom")
    widget.recolor(0, (255, 0, 0))
    widget.merge(2, 1)
    widget.rename(0, "red")
    widget.hide_colors(frozenset({1}))
    widget.undo()
    widget.undo()
    widget.redo()
    check("edits")
    for open_view in (widget.open_color_space, widget.open_pixels, widget.open_shares):
        open_view()
        check(open_view.__name__)
    widget.open_measure()
    region = viewer.add_shapes([[[100, 100], [400, 600]]], shape_type="rectangle")
    widget.region.value = region
    person.settled()
    check("measure")
    assert viewer.window.dock_widgets["Measure"]._status.text().startswith("Counted on level 2.")
    widget.region.value = None
    widget.open_explore()
    widget.explore(2, 4)
    person.settled()
    check("explore")
    widget.compare()
    widget.compare()
    widget.blink()
    widget.blink()
    check("compare")
    for what, name in (("indexed", "a.png"), ("figure", "b.png"), ("table", "c.csv")):
        worker = widget.export(what, tmp_path / name)
        assert worker.wait(60)
        QApplication.processEvents()
        assert (tmp_path / name).exists()
        if what == "indexed":
            assert "level 2 · 384 × 384 of the image" in person.status
    check("export")
    widget.live.value = True
    for n_colors in (5, 6):
        widget.n_colors.value = n_colors
        person.settled()
    check("live")
    widget.copy_as_python()
    widget.restore_settings()
    viewer.layers.remove("slide")
    check("removed")


def test_edits_read_nothing_and_are_seen_at_once(at_work, slide):
    viewer, widget = at_work.viewer, at_work.widget
    see(viewer, 3, (300, 300))
    slide.reads.clear()
    image, labels = viewer.layers[NAMES[0]], viewer.layers[NAMES[1]]
    before = seen(image).copy()
    widget.recolor(1, (255, 0, 0))
    np.testing.assert_array_equal((seen(image) == (255, 0, 0)).all(-1), seen(labels) == 2)
    widget.merge(2, 1)
    assert set(np.unique(seen(labels))) <= {1, 2, 3}
    widget.undo()
    widget.undo()
    np.testing.assert_array_equal(seen(image), before)
    assert set(slide.n_read) <= {3} or not slide.reads
    assert [layer.name for layer in viewer.layers] == ["slide", *NAMES]


def test_a_new_fit_is_shown_in_the_same_layers(at_work):
    viewer = at_work.viewer
    layers = list(viewer.layers)
    at_work.widget.recolor(0, (255, 0, 0))
    at_work.run(n_colors=5)
    assert list(viewer.layers) == layers
    assert (at_work.widget.result.palette.colors == (255, 0, 0)).all(axis=1).any()
    at_work.widget.undo()
    at_work.widget.undo()
    assert len(viewer.layers[NAMES[2]].data) == 4


def test_layers_of_what_can_be_held_are_replaced(at_work, slide, monkeypatch):
    """The same image may be held another time, and its layers are no pyramids then."""
    monkeypatch.setattr(levels, "HELD", SIDE * SIDE)
    at_work.run()
    viewer = at_work.viewer
    assert sorted(layer.name for layer in viewer.layers) == sorted(["slide", *NAMES])
    assert not viewer.layers[NAMES[0]].multiscale
    monkeypatch.setattr(levels, "HELD", 400 * 400)
    at_work.run()
    assert viewer.layers[NAMES[1]].multiscale
    assert len(viewer.layers) == 4


def test_clusters_of_a_pyramid_cannot_be_painted_on(at_work):
    labels = at_work.viewer.layers[NAMES[1]]
    assert not labels.editable
    at_work.run(n_colors=3)
    assert not at_work.viewer.layers[NAMES[1]].editable


def test_lazy_clusters_cannot_be_painted_on_either(person, slide):
    person.viewer.add_layer(slide.plain("slide"))
    person.run(n_colors=4)
    labels = person.only(Labels)
    assert isinstance(labels.data, da.Array)
    assert not labels.editable
    person.run(n_colors=3)
    assert not person.only(Labels).editable


def test_frames_of_a_lazy_series(person, monkeypatch):
    monkeypatch.setattr(levels, "HELD", 20_000)
    frames = np.stack([ARRAY[:128, :160, 0] // (t + 1) for t in range(6)])
    series = Pyramid(frames, axes=(1, 2), n_spatial=3, chunk=96)
    viewer = person.viewer
    viewer.add_layer(series.plain("series", rgb=False))
    series.reads.clear()
    person.run(n_colors=4)
    palette = person.widget.state.fitted.palette
    for frame in (0, 3, 5):
        viewer.dims.set_current_step(0, frame)
        whole = quantize(frames[frame], palette=palette)
        np.testing.assert_array_equal(seen(viewer.layers["series · quantized"]), whole.image)
    person.widget.open_shares()
    table = viewer.window.dock_widgets["Shares"].table()
    assert len(table) == 6


# -- what goes wrong


def test_cancel_in_the_middle_of_all_pixels(at_work, slide, qtbot):
    widget, viewer = at_work.widget, at_work.viewer
    before = at_work.widget.state
    go, begun = threading.Event(), threading.Event()

    def waits(level, place):
        if level == 0:
            begun.set()
            go.wait(30)

    see(viewer, 0.1, (700, 700))
    widget.fit_on.value = 0
    slide.broken = waits
    at_work.click("Quantize")
    qtbot.waitUntil(begun.is_set, timeout=60_000)
    at_work.click("Cancel")
    go.set()
    at_work.assert_at_rest()
    assert widget.state is before
    assert [layer.name for layer in viewer.layers] == ["slide", *NAMES]
    slide.broken = lambda level, place: None
    at_work.run(n_colors=3)
    assert at_work.status.endswith("on all pixels")


@pytest.mark.parametrize("fit_on", [None, 0])
def test_a_store_that_fails_is_told_and_nothing_is_lost(at_work, slide, fit_on):
    widget, viewer = at_work.widget, at_work.viewer
    widget.recolor(0, (255, 0, 0))
    before = widget.state

    def broken(level, place):
        if place[:2] == (2, 3):
            raise OSError("the store is gone")

    see(viewer, 0.1, (700, 700))
    widget.fit_on.value = fit_on
    slide.broken = broken
    at_work.run(n_colors=3)
    at_work.assert_at_rest()
    assert "the store is gone" in widget._busy.notice.text.text()
    assert "cannot be read" in widget._busy.notice.text.text()
    assert widget.state is before
    slide.broken = lambda level, place: None
    at_work.run()
    assert len(widget.result.palette) == 3


def test_a_block_that_fails_while_it_is_looked_at(at_work, slide, notices):
    """The original cannot be seen there either; the window stays."""
    viewer = at_work.viewer
    viewer.layers["slide"].visible = False

    def broken(level, place):
        if level == 0:
            raise OSError("the store is gone")

    slide.broken = broken
    see(viewer, 4, (700, 700))
    labels = viewer.layers[NAMES[1]]
    assert labels.data_level == 0
    assert not seen(labels).any()
    assert any("cannot be read" in notice.message for notice in notices)
    at_work.widget.recolor(0, (255, 0, 0))
    slide.broken = lambda level, place: None
    at_work.run()
    assert seen(labels).all()


def test_the_image_is_removed_during_the_run(at_work, slide, qtbot):
    go, begun = threading.Event(), threading.Event()

    def waits(level, place):
        begun.set()
        go.wait(30)

    slide.broken = waits
    at_work.click("Quantize")
    qtbot.waitUntil(begun.is_set, timeout=60_000)
    slide.broken = lambda level, place: None
    at_work.viewer.layers.remove("slide")
    go.set()
    at_work.settled()
    at_work.assert_at_rest()
    assert "removed" in at_work.status


def test_the_panel_is_closed_during_the_run(at_work, slide, qtbot):
    go, begun = threading.Event(), threading.Event()

    def waits(level, place):
        begun.set()
        go.wait(30)

    at_work.widget.fit_on.value = 0
    slide.broken = waits
    at_work.click("Quantize")
    qtbot.waitUntil(begun.is_set, timeout=60_000)
    slide.broken = lambda level, place: None
    at_work.close_by_x()
    go.set()
    qtbot.wait(200)
    assert [layer.name for layer in at_work.viewer.layers] == ["slide", *NAMES]


def test_layers_outlive_their_source(at_work, slide):
    viewer = at_work.viewer
    viewer.layers.remove("slide")
    see(viewer, 4, (700, 700))
    image = next(layer for layer in viewer.layers if isinstance(layer, Image))
    assert image.data_level == 0
    colors = at_work.hexes() or None
    assert colors is None  # nothing is chosen any more
    assert len(np.unique(seen(image).reshape(-1, 3), axis=0)) <= 4


# -- scripts


def test_a_script_updates_the_same_layers(at_work):
    from napari_kmeans_quantizer.plugin import quantize_layer, show_layers

    viewer, layers = at_work.viewer, list(at_work.viewer.layers)
    show_layers(viewer, quantize_layer(viewer.layers["slide"], 6))
    assert list(viewer.layers) == layers
    assert len(at_work.widget.result.palette) == 6


def test_layers_are_not_saved_as_one_picture(at_work, tmp_path):
    viewer = at_work.viewer
    for name in NAMES[:2]:
        viewer.layers.selection = {viewer.layers[name]}
        with pytest.raises(OSError, match="is painted as it is looked at"):
            viewer.layers.save(str(tmp_path / "a.png"), selected=True, plugin=NAME)
    assert not (tmp_path / "a.png").exists()


def test_a_region_that_is_removed_after_the_run_stays_in_the_result(person, slide):
    viewer = person.viewer
    viewer.add_layer(slide.layer())
    drawn = Shapes([[[99.5, 99.5], [699.5, 899.5]]], shape_type="rectangle", name="tissue")
    viewer.add_layer(drawn)
    person.widget.region.value = drawn
    person.run(n_colors=4)
    viewer.layers.remove(drawn)
    ids = viewer.layers[NAMES[1]].data[0].compute()
    inside = np.zeros(ids.shape, np.bool_)
    inside[100:700, 100:900] = True
    np.testing.assert_array_equal(ids > 0, inside)
