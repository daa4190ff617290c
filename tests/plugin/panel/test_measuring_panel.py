"""What is measured, and when: a person with a picture of known areas, regions, and a table."""

from __future__ import annotations

import io
import threading

import dask.array as da
import numpy as np
import pandas as pd
import pytest
from napari.layers import Labels, Points
from person import Untouched
from PIL import Image as Pillow
from qtpy.QtCore import QPoint, Qt
from qtpy.QtWidgets import QApplication, QDockWidget
from skimage import data

from napari_kmeans_quantizer import fit_palette, quantize
from napari_kmeans_quantizer.plugin import batch
from napari_kmeans_quantizer.plugin import measuring as measuring_module
from napari_kmeans_quantizer.plugin.layers.ours import is_ours
from napari_kmeans_quantizer.plugin.panel import measuring
from napari_kmeans_quantizer.plugin.views.views import MEASURE

LEFT = Qt.MouseButton.LeftButton
PLACED = {"scale": (0.5, 0.5), "units": ("um", "um")}
HALVES = np.zeros((40, 60), np.uint8)
HALVES[:, 40:] = 200
"""Two thirds are dark, one third is bright: clusters 0 and 1."""


def rectangle(top, left, bottom, right):
    edges = [(top, left), (top, right), (bottom, right), (bottom, left)]
    return np.array([(y - 0.5, x - 0.5) for y, x in edges])


FIRST, SECOND = rectangle(0, 30, 10, 50), rectangle(20, 50, 40, 60)


@pytest.fixture
def viewer(make_napari_viewer):
    return make_napari_viewer(show=True)


@pytest.fixture
def halves(viewer, widget, run):
    """An image with a result of two colors."""
    layer = viewer.add_image(HALVES, name="halves", **PLACED)
    widget.image.value = layer
    widget.auto.value = False
    widget.n_colors.value = 2
    run(widget)
    return layer


@pytest.fixture
def drawn(viewer, halves):
    """A layer with two shapes."""
    return viewer.add_shapes([FIRST, SECOND], name="cores", **PLACED)


@pytest.fixture
def view(widget, qtbot):
    """Click "Measure", and return what opens."""

    def view():
        qtbot.mouseClick(widget.buttons.buttons["Measure"], LEFT)
        opened = widget._views.measure_view
        QApplication.processEvents()
        return opened

    return view


@pytest.fixture
def person_closes(qtbot):
    """Click the X of a dock."""

    def close(widget):
        dock = getattr(widget, "native", widget)
        while not isinstance(dock, QDockWidget):
            dock = dock.parent()
        qtbot.mouseClick(dock.titleBarWidget().close_button, LEFT)
        qtbot.wait(20)

    return close


def choose(box, text, qtbot):
    """Choose an entry of a combo box with the keyboard."""
    texts = [box.itemText(i) for i in range(box.count())]
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_Home)
    for _ in range(texts.index(text)):
        qtbot.keyClick(box, Qt.Key.Key_Down)
    assert box.currentText() == text


def tick(box, qtbot):
    qtbot.mouseClick(box, LEFT, pos=QPoint(8, box.height() // 2))


def is_shown(part, view):
    """Tell whether a part of the view would be seen if there were room."""
    return part.isVisibleTo(view)


def click_row(view, row, qtbot, double=False):
    """Click a cell of a row, once or twice."""
    index = view.table.model().index(row, 1)
    view.table.scrollTo(index)
    place = view.table.visualRect(index).center()
    qtbot.mouseClick(view.table.viewport(), LEFT, pos=place)
    if double:
        qtbot.mouseDClick(view.table.viewport(), LEFT, pos=place)


def rows(view):
    """Return region, cluster and pixels of all rows."""
    frame = view.frame()
    return frame[["region", "cluster", "pixels"]].to_numpy().tolist()


def numbers(viewer):
    """Return the layer that names the regions, None if there is none."""
    found = [x for x in viewer.layers if x.name.endswith("numbers")]
    assert len(found) <= 1
    return found[0] if found else None


BOTH = [["1", 0, 100], ["1", 1, 100], ["2", 0, 0], ["2", 1, 200]]
ALL = [["", 0, 1600], ["", 1, 800]]


# -- opening


def test_before_a_result_there_is_nothing_to_measure(viewer, widget, view):
    assert view() is None
    assert "no result yet" in widget.message
    assert widget.measured() is None


def test_all_of_the_chosen_image(widget, halves, view):
    opened = view()
    assert opened.region.currentText() == "everything"
    assert rows(opened) == ALL
    assert opened._title.text() == "halves: 2,400 pixels, 600 µm²"
    assert not opened.each.isEnabled()
    assert not is_shown(opened.by_frame, opened)
    assert widget.measured().equals(opened.frame())


def test_where_it_was_quantized(widget, drawn, view, run):
    widget.region.value = drawn
    run(widget)
    opened = view()
    assert opened.region.currentText() == "cores"
    bright_first = [["1", 0, 100], ["1", 1, 100], ["2", 0, 200], ["2", 1, 0]]
    assert rows(opened) == bright_first


# -- regions


def test_in_the_regions_of_a_layer(widget, drawn, view, qtbot):
    opened = view()
    choose(opened.region, "cores", qtbot)
    assert rows(opened) == BOTH
    assert opened._title.text() == "halves: 400 pixels, 100 µm² in 2 regions"
    assert widget.measured().equals(opened.frame())
    tick(opened.each, qtbot)
    assert rows(opened) == [["cores", 0, 100], ["cores", 1, 300]]
    assert widget.measured().equals(opened.frame())
    choose(opened.region, "everything", qtbot)
    assert rows(opened) == ALL


def test_shapes_that_are_drawn_and_moved_are_measured(viewer, widget, drawn, view, qtbot):
    opened = view()
    choose(opened.region, "cores", qtbot)
    drawn.add(rectangle(0, 0, 3, 3))
    qtbot.waitUntil(lambda: rows(opened) == [*BOTH, ["3", 0, 9], ["3", 1, 0]])
    drawn.selected_data = {0, 1}
    drawn.remove_selected()
    qtbot.waitUntil(lambda: rows(opened) == [["1", 0, 9], ["1", 1, 0]])
    drawn.translate = (0, 19)
    qtbot.waitUntil(lambda: rows(opened) == [["1", 0, 6], ["1", 1, 3]])
    drawn.features = {"name": ["core"]}
    qtbot.waitUntil(lambda: rows(opened)[0][0] == "core")


def test_labels_that_are_painted_are_measured(viewer, widget, halves, view, qtbot):
    cells = viewer.add_labels(np.zeros(HALVES.shape, int), name="cells", **PLACED)
    opened = view()
    choose(opened.region, "cells", qtbot)
    assert "paint some" in opened._hint.text()
    assert is_shown(opened._hint, opened)
    cells.data_setitem((np.array([0, 0, 1]), np.array([0, 1, 50])), 3)
    qtbot.waitUntil(lambda: rows(opened) == [["3", 0, 2], ["3", 1, 1]])
    cells.undo()
    qtbot.waitUntil(lambda: rows(opened) == [])


def test_a_layer_without_regions_says_what_to_do(viewer, halves, view, qtbot):
    empty = viewer.add_shapes(name="empty", **PLACED)
    opened = view()
    choose(opened.region, "empty", qtbot)
    assert "draw a rectangle" in opened._hint.text()
    assert is_shown(opened._hint, opened)
    empty.add(FIRST)
    qtbot.waitUntil(lambda: rows(opened) == BOTH[:2])
    assert is_shown(opened.table, opened)


def test_when_the_layer_is_removed_all_is_measured(viewer, drawn, view, qtbot):
    opened = view()
    choose(opened.region, "cores", qtbot)
    viewer.layers.remove(drawn)
    qtbot.waitUntil(lambda: rows(opened) == ALL)
    assert opened.region.currentText() == "everything"
    assert numbers(viewer) is None


def test_regions_are_not_measured_in_a_scale_of_before(
    viewer, widget, halves, drawn, view, qtbot, run
):
    choose(view().region, "cores", qtbot)
    halves.scale = (1, 1)
    with pytest.raises(ValueError, match='"halves" has another scale or unit'):
        widget.measured()
    run(widget)
    assert widget.measured()["area"].sum() == widget.measured()["pixels"].sum()


def test_layers_that_come_are_offered(viewer, halves, view, qtbot):
    opened = view()
    viewer.add_shapes([FIRST], name="late", **PLACED)
    qtbot.waitUntil(lambda: opened.region.count() == 2)
    choose(opened.region, "late", qtbot)
    assert rows(opened) == BOTH[:2]


# -- numbers on the canvas


def test_regions_are_numbered_on_the_canvas(viewer, drawn, view, qtbot):
    active = viewer.layers.selection.active
    untouched = Untouched(drawn)
    opened = view()
    assert numbers(viewer) is None
    choose(opened.region, "cores", qtbot)
    layer = numbers(viewer)
    assert list(layer.text.values) == ["1", "2"]
    assert layer.data == pytest.approx(np.array([[4.5, 39.5], [29.5, 54.5]]), abs=1)
    assert viewer.layers.selection.active == active
    assert viewer.layers.selection == {active}
    assert is_ours(layer)
    untouched.check()
    tick(opened.each, qtbot)
    assert numbers(viewer) is None


def test_numbers_follow_their_layer(viewer, drawn, view, qtbot):
    choose(view().region, "cores", qtbot)
    layer = numbers(viewer)
    drawn.add(rectangle(0, 0, 6, 6))
    qtbot.waitUntil(lambda: len(layer.data) == 3)
    drawn.scale = (1, 1)
    qtbot.waitUntil(lambda: layer.scale.tolist() == [1, 1])
    drawn.visible = False
    assert not layer.visible
    drawn.visible = True
    assert layer.visible
    drawn.data = []
    qtbot.waitUntil(lambda: len(layer.data) == 0)
    drawn.add(FIRST)
    qtbot.waitUntil(lambda: len(layer.data) == 1)


def test_who_removes_the_numbers_is_rid_of_them(viewer, widget, drawn, view, qtbot, run):
    choose(view().region, "cores", qtbot)
    viewer.layers.remove(numbers(viewer))
    qtbot.wait(200)
    widget.rename(0, "dark")
    run(widget)
    assert numbers(viewer) is None


def test_while_somebody_draws_nothing_else_becomes_active(viewer, drawn, view, qtbot):
    choose(view().region, "cores", qtbot)
    viewer.layers.selection.active = drawn
    drawn.mode = "add_rectangle"
    drawn.add(rectangle(0, 0, 6, 6))
    qtbot.waitUntil(lambda: len(numbers(viewer).data) == 3)
    assert viewer.layers.selection.active == drawn
    assert drawn.mode == "add_rectangle"


def test_numbers_go_with_the_view(viewer, widget, drawn, view, qtbot, person_closes):
    opened = view()
    choose(opened.region, "cores", qtbot)
    assert numbers(viewer) is not None
    person_closes(opened)
    assert numbers(viewer) is None
    assert MEASURE not in viewer.window.dock_widgets
    drawn.add(rectangle(0, 0, 6, 6))  # nobody listens
    assert rows(view()) == [*BOTH, ["3", 0, 36], ["3", 1, 0]]  # "In" is as it was


def test_numbers_are_no_choice(viewer, widget, drawn, view, qtbot):
    choose(view().region, "cores", qtbot)
    layer = numbers(viewer)
    offered = [*widget.image.choices, *widget.region.choices, *widget.palette_from.choices]
    assert layer not in offered
    assert widget.image.value.name == "halves"


# -- what changes


def test_names_background_and_edits_are_told(viewer, widget, drawn, view, qtbot):
    opened = view()
    choose(opened.region, "cores", qtbot)
    assert not opened.group.isEnabled()
    widget.rename(0, "tissue")
    widget.rename(1, "tissue")
    assert opened.frame()["name"].tolist() == ["tissue"] * 4
    assert opened.group.isEnabled()
    tick(opened.group, qtbot)
    assert [(region, pixels) for region, _, pixels in rows(opened)] == [("1", 200), ("2", 200)]
    assert widget.measured().equals(opened.frame())
    tick(opened.group, qtbot)
    widget.set_background([0])
    assert opened.frame()["share"].isna().tolist() == [True, False, True, False]
    assert "without the background" in opened._status.text()
    widget.merge(1, into=0)
    assert rows(opened) == [["1", 0, 200], ["2", 0, 200]]


def test_another_image_is_measured_where_it_was_last(viewer, widget, drawn, view, qtbot, run):
    opened = view()
    choose(opened.region, "cores", qtbot)
    other = viewer.add_image(255 - HALVES, name="other", **PLACED)
    widget.image.value = other
    assert rows(opened) == []  # there is no result
    run(widget)
    assert set(opened.frame()["image"]) == {"other"}
    assert opened.region.currentText() == "everything"
    widget.image.value = viewer.layers["halves"]
    assert rows(opened) == BOTH
    assert opened.region.currentText() == "cores"


def test_pixels_that_took_no_part_are_told(viewer, widget, drawn, view, qtbot, run):
    left = viewer.add_shapes([rectangle(0, 0, 40, 45)], name="left", **PLACED)
    widget.region.value = left
    run(widget)
    opened = view()
    choose(opened.region, "cores", qtbot)
    assert rows(opened) == [["1", 0, 100], ["1", 1, 50], ["2", 0, 0], ["2", 1, 0]]
    assert "250 pixels of the regions took no part" in opened._status.text()
    assert opened.frame()["share"].isna().tolist() == [False, False, True, True]


# -- links


def test_a_row_selects_its_color(viewer, widget, drawn, view, qtbot):
    opened = view()
    choose(opened.region, "cores", qtbot)
    for row, cluster in ((3, 1), (0, 0)):
        click_row(opened, row, qtbot)
        assert viewer.layers["halves · clusters"].selected_label == cluster + 1
        assert widget.palette_view._list.selected() == [cluster]


def test_keys_copy_in_the_window_too(viewer, drawn, view, qtbot):
    opened = view()
    choose(opened.region, "cores", qtbot)
    click_row(opened, 0, qtbot)
    qtbot.keyClick(opened.table, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(opened.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    copied = pd.read_csv(io.StringIO(QApplication.clipboard().text()), sep="\t")
    assert copied["pixels"].tolist() == [100, 100, 0, 200]
    assert copied["area"].tolist() == [25, 25, 0, 50]


def test_frames_of_a_series(viewer, widget, view, qtbot, run):
    columns = np.arange(60)
    series = np.stack([np.where(columns < 10 * t, 0, 200) for t in range(1, 5)])
    series = series[:, np.newaxis].repeat(40, axis=1).astype(np.uint8)
    placed = {"scale": (30, 0.5, 0.5), "units": ("second", "um", "um")}
    layer = viewer.add_image(series, name="series", **placed)
    widget.image.value, widget.n_colors.value = layer, 2
    run(widget)
    opened = view()
    assert is_shown(opened.by_frame, opened)
    assert len(opened.frame()) == 2
    tick(opened.by_frame, qtbot)
    frame = opened.frame()
    assert frame["position"].tolist() == [0, 0, 30, 30, 60, 60, 90, 90]
    click_row(opened, 5, qtbot, double=True)
    assert viewer.dims.point[0] == 60
    assert widget.measured().equals(frame)
    qtbot.wait(200)  # napari draws labels of another slice: nothing is measured anew
    assert opened.frame().equals(frame)


def test_an_image_that_is_renamed_is_told_so_at_once(widget, drawn, halves, view):
    opened = view()
    halves.name = "slide A"
    assert set(opened.frame()["image"]) == {"slide A"}
    assert widget.measured().equals(opened.frame())
    assert opened._title.text().startswith("slide A: ")


# -- several images


@pytest.fixture
def several(viewer, widget, drawn, run):
    """Show two images of the same colors, each in regions of its own, and one that failed."""
    other = viewer.add_image(HALVES[::-1, ::-1], name="other", **PLACED)
    box = viewer.add_shapes([rectangle(0, 10, 2, 30)], name="box", **PLACED)
    widget.image.value = other
    run(widget)
    widget.image.value = viewer.layers["halves"]
    keys = [(str(viewer.layers[name].unique_id),) for name in ("halves", "other")]
    states = [widget._session.state(key) for key in keys]
    return widget._measuring.show_images(states, [drawn, box], {"torn": "It is torn."})


SEVERAL = [*BOTH, ["1", 0, 20], ["1", 1, 20]]


def test_several_images_are_one_table(widget, several):
    assert rows(several)[:-1] == SEVERAL
    assert several.frame()["error"].tolist() == [""] * 6 + ["It is torn."]
    assert several.region.currentText() == "each image's own"
    assert widget.measured().equals(several.frame())


def test_several_images_follow_their_states(widget, several):
    widget.rename(0, "dark")
    assert several.frame()["name"].tolist()[:6] == ["dark", ""] * 3  # of the same colors


def test_several_images_as_wholes(widget, several, qtbot):
    tick(several.each, qtbot)
    assert several.frame()["region"].tolist() == ["cores", "cores", "box", "box", ""]


def test_choosing_a_region_leads_back_to_the_chosen_image(widget, several, qtbot):
    choose(several.region, "everything", qtbot)
    assert rows(several) == ALL
    assert several.region.count() == 3


def test_choosing_another_image_leads_back_to_it(viewer, widget, several):
    widget.image.value = viewer.layers["other"]
    assert set(several.frame()["image"]) == {"other"}


def test_a_row_of_another_image_selects_its_color_in_the_chosen_one(viewer, widget, several, qtbot):
    click_row(several, 5, qtbot)
    assert viewer.layers["halves · clusters"].selected_label == 2


def test_an_image_whose_regions_enclose_nothing_is_a_row_with_its_error(
    viewer, widget, several, qtbot
):
    box = viewer.layers["box"]
    box.data = []
    qtbot.waitUntil(lambda: "encloses nothing" in several.frame()["error"].iloc[-1])
    assert rows(several)[:4] == BOTH


@pytest.fixture
def with_file(viewer, widget, several, tmp_path, settled):
    """Show a table of the two images and a file that no layer shows, in one palette."""

    def run(*names):
        layers = [viewer.layers[name] for name in names]
        path = tmp_path / "file.png"
        Pillow.fromarray(HALVES).save(path)
        widget.run_many([*layers, path], n_colors=2, folder=tmp_path / "out", overwrite=True)
        settled(widget)
        return several

    return run


def test_many_images_are_measured_again_without_what_was_there_before(
    viewer, widget, with_file, settled
):
    view = with_file("halves", "other")
    assert view.frame()["image"].unique().tolist() == ["halves", "other", "file.png"]
    widget.run_many([viewer.layers["halves"], viewer.layers["other"]], n_colors=2)
    settled(widget)
    assert view.frame()["image"].unique().tolist() == ["halves", "other"]
    assert widget.measured().equals(view.frame())


def test_files_are_named_as_what_is_shown_whatever_becomes_of_that(widget, with_file, run):
    view = with_file("halves", "other")

    def of_file():
        frame = view.frame()
        frame = frame[frame["image"] == "file.png"].reset_index(drop=True)
        return frame[["hex", "name", "pixels", "share"]]

    widget.rename(1, "bright")
    widget.set_background({0})
    told = of_file()
    assert told["name"].tolist() == ["", "bright"]
    assert told["share"].isna().tolist() == [True, False]
    widget.merge(0, into=1)  # of the chosen image alone
    assert of_file()["pixels"].tolist() == [1600, 800]
    assert of_file()["name"].tolist() == ["bright", "bright"]
    widget.undo()
    assert of_file().equals(told)
    widget.n_colors.value = 1
    run(widget)  # the other image has the colors of the file still
    assert of_file().equals(told)


# -- files, which no layer shows

SLIDES = [data.coffee()[::8, ::8], data.chelsea()[::8, ::8]]


@pytest.fixture
def slide(viewer, widget):
    layer = viewer.add_image(SLIDES[0], name="slide")
    widget.image.value = layer
    return layer


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "file.png"
    Pillow.fromarray(SLIDES[1]).save(path)
    return path


def test_files_alone_are_a_table(widget, file, settled):
    widget.run_many([file], n_colors=3)
    settled(widget)
    expected = quantize(SLIDES[1], palette=fit_palette([SLIDES[1]], 3)).palette.counts
    assert widget.measured()["image"].tolist() == ["file.png"] * 3
    assert widget.measured()["pixels"].tolist() == expected.tolist()


def test_what_is_measured_is_shown_though_its_file_cannot_be_written(
    widget, file, settled, tmp_path, monkeypatch
):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(batch, "write_table", full)
    widget.run_many([file], n_colors=3, folder=tmp_path / "out")
    settled(widget)
    assert "table.csv cannot be written: No space left on device." in widget.message
    assert widget.measured()["image"].tolist() == ["file.png"] * 3


@pytest.mark.parametrize("n_colors", [3, 8])
def test_files_keep_their_names_when_a_layer_is_fitted_again(
    widget, slide, file, settled, run, n_colors
):
    widget.run_many([slide, file], n_colors=5)
    settled(widget)
    widget.rename(1, "DAB")
    widget.set_background([0])
    widget.n_colors.value = n_colors
    run(widget)
    table = widget._views.measure_view.frame()
    assert table["image"].tolist() == ["slide"] * n_colors + ["file.png"] * 5
    of_file = table[table["image"] == "file.png"]
    assert of_file["name"].tolist() == ["", "DAB", "", "", ""]
    assert of_file["share"].isna().tolist() == [True, False, False, False, False]


def test_clusters_of_files_stay_apart_when_those_of_a_layer_are_merged(
    widget, slide, file, settled
):
    widget.run_many([slide, file], n_colors=5)
    settled(widget)
    widget.rename([3, 4], "tissue")
    widget.rename(0, "DAB")
    widget.merge(1, into=0)
    table = widget._views.measure_view.frame()
    of_file = table[table["image"] == "file.png"]
    assert of_file["name"].tolist() == ["DAB", "DAB", "", "tissue", "tissue"]


def test_an_image_that_is_left_of_several_is_told_as_a_script_gets_it(
    viewer, widget, halves, settled
):
    other = viewer.add_image(HALVES[::-1], name="other", **PLACED)
    viewer.layers.selection.active = halves
    widget.run_many([halves, other], n_colors=2)
    settled(widget)
    viewer.layers.remove(other)
    frame = widget._views.measure_view.frame()
    assert frame["image"].unique().tolist() == ["halves"]
    assert widget.measured().equals(frame)


# -- what takes its time


@pytest.fixture
def slow(monkeypatch):
    """Measurements in threads that wait for the event."""
    go = threading.Event()
    monkeypatch.setattr(measuring, "FEW", -1)
    monkeypatch.setattr(measuring, "SHOW_AFTER", -1)
    counts = measuring_module.region_counts

    def waiting(*args):
        go.wait(30)
        return counts(*args)

    monkeypatch.setattr(measuring_module, "region_counts", waiting)
    yield go
    go.set()


def test_large_images_are_measured_in_a_thread(widget, drawn, view, qtbot, slow):
    opened = view()
    qtbot.waitUntil(lambda: rows(opened) == ALL)
    choose(opened.region, "cores", qtbot)
    qtbot.waitUntil(lambda: is_shown(opened.bar, opened))
    assert opened._status.text() == "Measuring ..."
    slow.set()
    qtbot.waitUntil(lambda: rows(opened) == BOTH)
    assert not is_shown(opened.bar, opened)


def test_measuring_can_be_cancelled(widget, drawn, view, qtbot, slow):
    opened = view()
    qtbot.waitUntil(lambda: rows(opened) == ALL)
    choose(opened.region, "cores", qtbot)
    qtbot.waitUntil(lambda: is_shown(opened.cancel, opened))
    qtbot.mouseClick(opened.cancel, LEFT)
    slow.set()
    assert opened._hint.text().startswith("Cancelled")
    assert not is_shown(opened.bar, opened)
    choose(opened.region, "everything", qtbot)
    qtbot.waitUntil(lambda: rows(opened) == ALL)


def test_lazy_labels_are_read_in_a_thread(viewer, widget, halves, view, qtbot):
    ids = np.zeros(HALVES.shape, np.uint8)
    ids[:10, 30:50] = 9
    viewer.add_labels(da.from_array(ids, chunks=8), name="lazy", **PLACED)
    opened = view()
    choose(opened.region, "lazy", qtbot)
    qtbot.waitUntil(lambda: rows(opened) == [["9", 0, 100], ["9", 1, 100]])
    assert numbers(viewer) is None


# -- the end


def test_closing_the_panel_takes_all_away(viewer, widget, drawn, view, qtbot, person_closes):
    choose(view().region, "cores", qtbot)
    person_closes(widget)
    assert numbers(viewer) is None
    assert not [x for x in viewer.layers if isinstance(x, Points) and x.name.startswith("cores")]
    assert isinstance(viewer.layers["halves · clusters"], Labels)
