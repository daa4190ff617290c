"""The panel's menu "Export": files, what is told of them, and what cannot be."""

from __future__ import annotations

import threading
from itertools import chain

import numpy as np
import pandas as pd
import pytest
from pictures import COFFEE, GREY
from PIL import Image as Pillow
from qtpy.QtWidgets import QApplication, QFileDialog

from napari_kmeans_quantizer import read_palette
from napari_kmeans_quantizer.plugin import export
from napari_kmeans_quantizer.plugin.panel import messages


@pytest.fixture
def choose(widget):
    """Choose an entry of the menu "Export"."""

    def choose(*path):
        menu = widget.buttons.menus["Export"]
        for text in path:
            entry = next(entry for entry in menu.actions() if entry.text() == text)
            menu = entry.menu()
        entry.trigger()

    return choose


@pytest.fixture
def dialogs(monkeypatch):
    """Let the person type a name into the next dialogs; None: they think better of it."""
    shown = []

    def answer(name):
        def run(dialog):
            shown.append(dialog)
            dialog.proposed = dialog.selectedFiles()[0].rpartition("/")[2]
            dialog.filters = dialog.nameFilters()
            if name is not None:
                dialog.selectFile(str(name))
            return int(name is not None)

        monkeypatch.setattr(QFileDialog, "exec", run)
        return shown

    return answer


@pytest.fixture
def saved(widget, qtbot):
    """Wait until the panel tells that a file was saved."""

    def saved(name):
        qtbot.waitUntil(lambda: widget.message.startswith(f"Saved {name}"), timeout=60_000)
        return widget.message

    return saved


# -- files


def test_indexed_png(widget, photo, choose, dialogs, saved, tmp_path):
    widget.recolor(1, (1, 2, 3))
    shown = dialogs(tmp_path / "mine")
    choose("Indexed PNG ...")
    message = saved("mine.png")
    assert shown[0].proposed == "photo 8 colors.png"
    assert "KB (the RGB PNG has " in message
    with Pillow.open(tmp_path / "mine.png") as made:
        assert made.mode == "P"
        assert np.array_equal(np.array(made.convert("RGB")), widget.result.image)


def test_painted_picture(widget, photo, choose, dialogs, saved, tmp_path):
    shown = dialogs(tmp_path / "mine.tif")
    choose("Painted picture ...")
    saved("mine.tif")
    assert shown[0].proposed == "photo quantized.png"
    assert shown[0].filters == ["PNG picture (*.png)", "TIFF picture (*.tif)"]
    with Pillow.open(tmp_path / "mine.tif") as made:
        assert np.array_equal(np.array(made), widget.result.image)


def test_palette_in_any_format(widget, photo, choose, dialogs, saved, tmp_path):
    for name in ("mine.gpl", "mine.ase", "mine.json", "mine.csv"):
        shown = dialogs(tmp_path / name)
        choose("Palette ...")
        saved(name)
        assert read_palette(tmp_path / name).hex == widget.state.hex
    assert shown[0].proposed == "photo palette.gpl"
    assert "GIMP palette (*.gpl)" in shown[0].filters
    assert not any("*.kpl" in name_filter for name_filter in shown[0].filters)  # read only


def test_table(widget, photo, choose, dialogs, saved, tmp_path):
    shown = dialogs(tmp_path / "mine.csv")
    choose("Table ...")
    saved("mine.csv")
    assert shown[0].proposed == "photo colors.csv"
    assert list(pd.read_csv(tmp_path / "mine.csv")["hex"]) == widget.state.hex


def test_the_size_is_told_beside_the_theory(widget, photo, choose, qtbot):
    choose("Tell size")
    qtbot.waitUntil(lambda: "in theory" in widget.message, timeout=60_000)
    assert widget.message == widget.result.size_text
    assert "24 -> 3 bits per pixel in theory; " in widget.message


def test_why_a_size_is_not_told(widget, photo, qtbot, monkeypatch):
    def fail(_):
        raise MemoryError

    monkeypatch.setattr(export, "painted", fail)
    widget.tell_size()
    qtbot.waitUntil(lambda: "memory" in widget.message)


def test_no_size_before_a_result(widget):
    assert widget.tell_size() is None
    assert widget.message == messages.NO_RESULT.text


def test_a_file_holds_what_was_shown_when_it_was_asked_for(
    widget, photo, qtbot, tmp_path, monkeypatch
):
    before, go = widget.state.hex, threading.Event()
    write = export.write_palette
    monkeypatch.setattr(export, "write_palette", lambda *a, **o: go.wait(30) and write(*a, **o))
    worker = widget.export("palette", tmp_path / "x.gpl")
    widget.recolor(0, (1, 2, 3))
    with qtbot.waitSignal(worker.finished, timeout=60_000):
        go.set()
    assert read_palette(tmp_path / "x.gpl").hex == before != widget.state.hex


def test_beside_a_run(widget, photo, held, settled, qtbot, notices, tmp_path):
    before = widget.state.hex
    widget.n_colors.value = 3
    widget.run()
    qtbot.waitUntil(held.begun.is_set)
    worker = widget.export("palette", tmp_path / "x.gpl")
    qtbot.waitUntil(lambda: not worker.is_running)
    qtbot.waitUntil(lambda: any("Saved x.gpl" in notice.message for notice in notices))
    assert widget.running
    assert read_palette(tmp_path / "x.gpl").hex == before
    held.set()
    settled(widget)
    assert len(widget.result.palette) == 3


def test_a_script_replaces_no_file_unasked(widget, photo, qtbot, tmp_path):
    path = tmp_path / "x.gpl"
    path.write_text("old")
    widget.export("palette", path)
    qtbot.waitUntil(lambda: "exists already" in widget.message)
    assert path.read_text() == "old"
    widget.export("palette", path, overwrite=True)
    qtbot.waitUntil(lambda: path.read_text() != "old", timeout=60_000)
    with pytest.raises(ValueError, match="'indexed', 'picture', 'palette', 'table'"):
        widget.export("everything", path)


# -- figures


@pytest.mark.parametrize(
    ("entry", "proposed"),
    [("Original beside result ...", "photo figure.png"), ("Swatches ...", "photo swatches.png")],
)
def test_figures(widget, photo, choose, dialogs, saved, tmp_path, entry, proposed):
    widget.hide_colors({1})
    for suffix in ("png", "svg", "pdf"):
        shown = dialogs(tmp_path / f"mine.{suffix}")
        choose("Figure", entry)
        saved(f"mine.{suffix}")
        assert shown[0].proposed == proposed
        assert (tmp_path / f"mine.{suffix}").stat().st_size > 1000
    assert shown[0].filters == [
        "PNG picture (*.png)",
        "SVG picture (*.svg)",
        "PDF document (*.pdf)",
    ]


def test_a_figure_has_the_colors_that_are_shown(widget, photo, saved, tmp_path):
    widget.recolor(0, (255, 0, 255))
    for what in ("figure", "swatches"):
        widget.export(what, tmp_path / f"{what}.png")
        saved(f"{what}.png")
        with Pillow.open(tmp_path / f"{what}.png") as made:
            assert (np.array(made.convert("RGB")) == (255, 0, 255)).all(-1).sum() > 1000


def test_a_grid_needs_an_exploration(widget, photo, settled, choose, dialogs, saved, tmp_path):
    shown = dialogs(tmp_path / "grid.pdf")
    choose("Figure", "Grid of K ...")
    assert shown == []
    assert "open Explore K, click Explore" in widget.message
    assert widget._busy.notice.remedy.text() == "Explore K"
    widget.explore(2, 4, "grid")
    settled(widget)
    choose("Figure", "Grid of K ...")
    saved("grid.pdf")
    assert shown[0].proposed == "photo 2 to 4 colors.png"


def test_a_grid_needs_no_result(viewer, widget, settled, saved, tmp_path):
    viewer.add_image(COFFEE, name="photo")
    widget.explore(2, 4)
    settled(widget)
    widget.export("grid", tmp_path / "grid.png")
    saved("grid.png")


# -- what cannot be


def test_without_a_result_there_is_nothing_to_save(widget, choose, dialogs):
    shown = dialogs(None)
    figures = [("Figure", "Original beside result ..."), ("Figure", "Swatches ...")]
    files = [("Indexed PNG ...",), ("Painted picture ...",), ("Palette ...",), ("Table ...",)]
    for entry in files + figures:
        choose(*entry)
        assert widget.message == messages.NO_RESULT.text
    choose("Copy palette as", "hex")
    assert widget.message == messages.NO_RESULT.text
    assert shown == []


def test_what_a_file_cannot_hold_is_told_before_anybody_is_asked(
    viewer, widget, run, choose, dialogs, saved, tmp_path
):
    viewer.add_image(GREY.astype(np.uint16) * 100, name="deep")
    run(widget)
    shown = dialogs(tmp_path / "mine")
    choose("Indexed PNG ...")
    assert shown == []
    assert '"deep" holds uint16. Save the painted picture instead' in widget.message
    choose("Painted picture ...")
    saved("mine.png")
    with Pillow.open(tmp_path / "mine.png") as made:
        assert np.array_equal(np.array(made), widget.result.image)


def test_thinking_better_of_it(widget, photo, choose, dialogs):
    before = widget.message
    dialogs(None)
    choose("Palette ...")
    assert widget.message == before


def test_why_it_was_not_saved(widget, photo, choose, dialogs, qtbot, tmp_path):
    dialogs(tmp_path / "missing" / "mine.gpl")
    choose("Palette ...")
    qtbot.waitUntil(lambda: "Not saved: mine.gpl: No such file" in widget.message)
    dialogs(tmp_path / "mine.xyz")
    choose("Palette ...")
    qtbot.waitUntil(lambda: "'.xyz' cannot be written. Use one of .gpl" in widget.message)


@pytest.mark.parametrize(
    ("what", "name", "why"),
    [
        ("palette", "mine.xyz", "Not saved: mine.xyz: suffix '.xyz' cannot be written."),
        ("figure", "mine.jpg", "Not saved: mine.jpg: must end in .png, .svg or .pdf"),
        ("table", "mine.xlsx", "Not saved: mine.xlsx: must end in .csv"),
        ("picture", "mine.xyz", "Not saved: mine.xyz: must end in .png"),
        ("indexed", "mine.jpg", "Not saved: mine.jpg: An indexed file must end in .png"),
        ("palette", "missing/mine.gpl", "Not saved: mine.gpl: No such file or directory"),
    ],
)
def test_a_file_that_is_not_saved_is_called_by_its_name(
    widget, photo, qtbot, tmp_path, monkeypatch, what, name, why
):
    folder = tmp_path / "files"  # beside it, the panel keeps its preferences
    folder.mkdir()
    monkeypatch.chdir(folder)
    for path in (name, folder / name):
        widget.export(what, path)
        qtbot.waitUntil(lambda: widget.message.startswith(why), timeout=60_000)
        widget._busy.notice.clear()
    assert list(folder.iterdir()) == []


# -- texts


@pytest.mark.parametrize("form", ["hex", "CSS", "Python"])
def test_texts_are_copied(widget, photo, choose, form):
    choose("Copy palette as", form)
    text = QApplication.clipboard().text()
    assert text == export.palette_text(widget.state, form.lower())
    assert widget.message == "Copied the 8 colors."


def test_every_entry_tells_what_it_is_for(widget):
    entries = widget.buttons.menus["Export"].actions()
    below = [entry.menu().actions() for entry in entries if entry.menu() is not None]
    for entry in [*entries, *chain.from_iterable(below)]:
        assert entry.isSeparator() or entry.toolTip() not in ("", entry.text()), entry.text()


def test_the_shares_of_coffee_are_larger_without_a_palette(widget, photo, saved, tmp_path):
    widget.export("indexed", tmp_path / "x.png")
    message = saved("x.png")
    assert float(message.split()[2]) < float(message.split()[-2])
    assert COFFEE.nbytes > (tmp_path / "x.png").stat().st_size
