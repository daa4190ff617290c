"""Many images in one palette: by clicks, keys, files that are dropped, and by scripts."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pictures import COFFEE
from PIL import Image as Pillow
from qtpy.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from qtpy.QtGui import QDragEnterEvent, QDropEvent
from qtpy.QtWidgets import QApplication, QComboBox, QFileDialog
from skimage import data

from napari_kmeans_quantizer import Palette, fit_palette, quantize, write_palette
from napari_kmeans_quantizer.plugin import batch
from napari_kmeans_quantizer.plugin.models.picture_file import PictureFile
from napari_kmeans_quantizer.plugin.views.many.dialog import ManyDialog
from napari_kmeans_quantizer.plugin.views.many.model import IMAGE, REGION, Row
from napari_kmeans_quantizer.plugin.views.views import SHARES

LEFT = Qt.MouseButton.LeftButton
SLIDES = [data.coffee()[::8, ::8], data.chelsea()[::8, ::8], data.astronaut()[::16, ::16]]
SQUARE = np.array([[2, 3], [2, 20], [25, 20], [25, 3]])


@pytest.fixture
def done(settled, widget):
    return lambda: settled(widget)


@pytest.fixture
def slides(viewer, widget):
    """Three slides, one of which is chosen."""
    layers = [viewer.add_image(x, name=f"slide {n}") for n, x in enumerate(SLIDES, start=1)]
    widget.image.value = layers[0]
    widget.n_colors.value = 5
    return layers


def labels(viewer, name):
    return viewer.layers[f"{name} · clusters"].data


def inside(shape):
    mask = np.zeros(shape[:2], bool)
    mask[2:25, 3:20] = True
    return mask


class Asked:
    """Somebody in front of the dialog, whose clicks are counted."""

    def __init__(self, widget, qtbot):
        self._widget, self._qtbot, self.clicks = widget, qtbot, 0
        widget.native.window().show()
        self.click(widget.buttons.buttons["Many images"])
        self.dialog = widget.native.findChild(ManyDialog)
        qtbot.waitExposed(self.dialog)

    def click(self, widget, pos=None):
        self._qtbot.mouseClick(widget, LEFT, pos=pos or QPoint(9, widget.height() // 2))
        self.clicks += 1

    @property
    def names(self):
        """What is seen, and whether it is ticked."""
        seen = self.dialog.seen
        rows = [seen.index(row, IMAGE) for row in range(seen.rowCount())]
        checked = Qt.ItemDataRole.CheckStateRole
        return {x.data(): Qt.CheckState(x.data(checked)) == Qt.CheckState.Checked for x in rows}

    def place(self, name, column):
        seen = self.dialog.seen
        row = list(self.names).index(name)
        return seen.index(row, column)

    def tick(self, name):
        rect = self.dialog.table.visualRect(self.place(name, IMAGE))
        self.click(self.dialog.table.viewport(), QPoint(rect.left() + 10, rect.center().y()))

    def choose_region(self, name, region):
        index = self.place(name, REGION)
        table = self.dialog.table
        self.click(table.viewport(), table.visualRect(index).center())
        combo = table.findChild(QComboBox)
        self.pick(combo, region)
        QApplication.processEvents()
        assert index.data() == region

    def pick(self, combo, text):
        """Choose in a combo box whose list is open."""
        if not combo.view().isVisible():
            combo.showPopup()
        self._qtbot.waitUntil(combo.view().isVisible)
        view = combo.view()
        rect = view.visualRect(view.model().index(combo.findText(text), 0))
        self.click(view.viewport(), rect.center())

    def drop(self, *paths):
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
        where, copy = QPoint(80, 80), Qt.DropAction.CopyAction
        keys = Qt.KeyboardModifier.NoModifier
        enter = QDragEnterEvent(where, copy, mime, LEFT, keys)
        QApplication.sendEvent(self.dialog, enter)
        assert enter.isAccepted()
        QApplication.sendEvent(self.dialog, QDropEvent(QPointF(where), copy, mime, LEFT, keys))

    def run(self):
        self.click(self.dialog.run)


@pytest.fixture
def asked(widget, qtbot):
    return lambda: Asked(widget, qtbot)


@pytest.fixture
def pictures(tmp_path):
    """A folder with pictures, one below, one that is none, and notes."""
    folder = tmp_path / "study"
    (folder / "below").mkdir(parents=True)
    for n, pixels in enumerate(SLIDES):
        Pillow.fromarray(pixels).save(folder / f"slide {n}.png")
    Pillow.fromarray(SLIDES[0][::-1]).save(folder / "below" / "slide 0.png")
    (folder / "broken.png").write_text("no picture")
    (folder / "notes.txt").write_text("notes")
    return folder


class Measured:
    """What is handed to the table."""

    def __init__(self, widget):
        self.done = []
        widget._many.show_measured = self.done.append

    @property
    def table(self):
        [done] = self.done
        return {one.image: one for one in done.measured}


@pytest.fixture
def measured(widget):
    return Measured(widget)


@pytest.fixture(autouse=True)
def no_dock(request, widget, viewer):
    """Let nothing open in a dock where there is no window for it."""
    if not hasattr(viewer, "window"):
        request.getfixturevalue("measured")


class InWindow:
    @pytest.fixture
    def viewer(self, make_napari_viewer):
        return make_napari_viewer()


# -- one palette over all


class TestOnePalette:
    def test_three_slides_in_one_palette_within_what_is_drawn_take_three_clicks(
        self, viewer, slides, asked, done
    ):
        viewer.add_shapes([SQUARE], shape_type="polygon", name="tumor")
        person = asked()
        assert person.names == {"slide 1": True, "slide 2": True, "slide 3": True}
        person.click(person.dialog.drawn)
        person.run()
        done()
        assert person.clicks == 3
        masks = [inside(x.shape) for x in SLIDES]
        palette = fit_palette(SLIDES, 5, mask=masks)
        for n, (pixels, mask) in enumerate(zip(SLIDES, masks, strict=True), start=1):
            expected = quantize(pixels, palette=palette, mask=mask).labels + 1
            assert np.array_equal(labels(viewer, f"slide {n}"), np.where(mask, expected, 0))

    def test_a_name_given_later_holds_in_all_of_them(self, viewer, widget, slides, asked, done):
        person = asked()
        person.run()
        done()
        widget.rename(2, "DAB")
        widget.set_background({0})
        for layer in slides:
            widget.image.value = layer
            assert widget.state.name(2) == "DAB"
            assert widget.state.background == {0}
            names = viewer.layers[f"{layer.name} · clusters"].features["name"].tolist()
            assert names.count("DAB") == 1

    def test_each_image_has_its_own_region(self, viewer, slides, asked, done):
        mask = np.zeros((60, 60), int)
        mask[4:30, 4:40] = 1
        viewer.add_labels(mask, name="cells")
        person = asked()
        person.choose_region("slide 2", "cells")
        assert person.dialog.region.currentIndex() == -1
        person.run()
        done()
        where = mask[: SLIDES[1].shape[0], : SLIDES[1].shape[1]] > 0
        found = labels(viewer, "slide 2")
        assert (found[: len(where)][~where[: len(found)]] == 0).all()
        assert (labels(viewer, "slide 1") > 0).all()

    def test_the_region_of_all_is_that_of_the_ticked_ones_that_are_seen(
        self, viewer, slides, asked
    ):
        viewer.add_labels(np.ones((60, 60), int), name="cells")
        person = asked()
        person.tick("slide 2")
        person.dialog.filter.setText("slide")
        person.pick(person.dialog.region, "cells")
        regions = {name: person.place(name, REGION).data() for name in person.names}
        assert regions == {"slide 1": "cells", "slide 2": "everything", "slide 3": "cells"}
        person.dialog.reject()

    def test_regions_are_those_of_the_last_results_or_the_panel(
        self, viewer, widget, slides, asked, run
    ):
        cells = viewer.add_labels(np.ones((60, 60), int), name="cells")
        tumor = viewer.add_labels(np.ones((60, 60), int), name="tumor")
        widget.image.value, widget.region.value = slides[1], cells
        run(widget)
        widget.region.value = tumor
        person = asked()
        regions = {name: person.place(name, REGION).data() for name in person.names}
        assert regions == {"slide 1": "tumor", "slide 2": "cells", "slide 3": "tumor"}
        person.dialog.reject()

    def test_each_slide_gets_the_shapes_that_lie_on_it(self, viewer, widget, asked):
        for n in range(2):
            viewer.add_image(SLIDES[0], name=f"slide {n}", translate=(0, 200 * n))
            viewer.add_shapes(
                [SQUARE], shape_type="polygon", name=f"tumor {n}", translate=(0, 200 * n)
            )
        viewer.add_image(SLIDES[0], name="apart", translate=(500, 0))
        person = asked()
        person.click(person.dialog.drawn)
        regions = {name: person.place(name, REGION).data() for name in person.names}
        assert regions == {"slide 0": "tumor 0", "slide 1": "tumor 1", "apart": "everything"}
        assert "On 1 image there is not exactly one" in person.dialog.trouble.text()
        person.dialog.reject()

    def test_a_slide_between_two_that_are_drawn_on_has_nothing_drawn_on_it(
        self, viewer, widget, asked
    ):
        for n in range(3):
            viewer.add_image(SLIDES[0], name=f"slide {n}", translate=(0, 200 * n))
        apart = [SQUARE, SQUARE + np.array([0, 400])]
        drawn = viewer.add_shapes(apart, shape_type="polygon", name="drawn")
        drawn.add_paths([[[5, 205], [9, 220]]])  # encloses nothing
        person = asked()
        person.click(person.dialog.drawn)
        regions = {name: person.place(name, REGION).data() for name in person.names}
        assert regions == {"slide 0": "drawn", "slide 1": "everything", "slide 2": "drawn"}
        person.dialog.reject()

    def test_settings_are_those_of_the_panel_but_for_the_number(
        self, viewer, widget, slides, asked, done, qtbot
    ):
        widget.color_space.value = "lab"
        person = asked()
        number = person.dialog.colors.number
        assert number.value() == 5
        number.selectAll()
        qtbot.keyClicks(number, "3")
        person.run()
        done()
        palette = fit_palette(SLIDES, 3, color_space="lab")
        expected = quantize(SLIDES[2], palette=palette, color_space="lab").labels + 1
        assert np.array_equal(labels(viewer, "slide 3"), expected)
        assert widget.n_colors.value == 5

    def test_images_of_another_kind_cannot_be_ticked(self, viewer, slides, asked):
        viewer.add_image(SLIDES[0][..., 0], name="grey")
        viewer.add_image(SLIDES[0] / 255, rgb=True, name="floats")
        person = asked()
        assert person.names["grey"] is False
        why = {name: person.place(name, 2).data() for name in person.names}
        assert why["grey"] == "It has 1 channel, and most images have 3."
        assert why["floats"] == "It holds float64, and most images uint8."
        person.tick("grey")
        assert person.names["grey"] is False
        person.dialog.reject()

    def test_what_fails_is_a_row_with_its_error(
        self, viewer, widget, slides, asked, done, measured, notices
    ):
        empty = viewer.add_labels(np.zeros((60, 60), int), name="nothing")
        person = asked()
        person.choose_region("slide 2", empty.name)
        person.run()
        done()
        assert widget._busy.status.value == "2 images in the same colors, 1 not."
        assert list(measured.table) == ["slide 1", "slide 3"]
        assert 'region "nothing" holds no pixel' in measured.done[0].errors["slide 2"]
        assert "slide 2 · clusters" not in viewer.layers


# -- the list


class TestList:
    def test_all_ticks_what_is_seen(self, viewer, slides, asked, qtbot):
        viewer.add_image(SLIDES[0], name="control")
        person = asked()
        dialog = person.dialog
        assert dialog.all.checkState() == Qt.CheckState.Checked
        qtbot.keyClicks(dialog.filter, "SLIDE")
        assert list(person.names) == ["slide 1", "slide 2", "slide 3"]
        person.click(dialog.all)
        assert not any(person.names.values())
        assert dialog.all.checkState() == Qt.CheckState.Unchecked
        person.tick("slide 3")
        assert dialog.all.checkState() == Qt.CheckState.PartiallyChecked
        assert "1 of them not seen now" in dialog.summary.text()
        dialog.filter.setFocus()
        qtbot.keyClick(dialog.filter, Qt.Key.Key_Return)  # runs nothing
        assert dialog.isVisible()
        assert dialog.focusWidget() is dialog.table
        dialog.filter.clear()
        assert person.names == {
            "slide 1": False, "slide 2": False, "slide 3": True, "control": True
        }  # fmt: skip
        person.click(dialog.all)
        assert all(person.names.values())
        dialog.reject()

    def test_keys_tick_and_choose(self, viewer, slides, asked, qtbot):
        viewer.add_labels(np.ones((60, 60), int), name="cells")
        person = asked()
        table = person.dialog.table
        table.setFocus()
        qtbot.keyClick(table, Qt.Key.Key_Down)
        qtbot.keyClick(table, Qt.Key.Key_Down)
        qtbot.keyClick(table, Qt.Key.Key_Space)
        assert list(person.names.values()) == [True, False, True]
        qtbot.keyClick(table, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        qtbot.keyClick(table, Qt.Key.Key_Space)
        assert all(person.names.values())
        qtbot.keyClick(table, Qt.Key.Key_F2)
        combo = table.findChild(QComboBox)
        qtbot.waitUntil(combo.view().isVisible)
        qtbot.keyClick(combo.view(), Qt.Key.Key_Down)
        qtbot.keyClick(combo.view(), Qt.Key.Key_Return)
        row = table.currentIndex().row()
        assert person.dialog.seen.index(row, REGION).data() == "cells"
        qtbot.keyClick(person.dialog, Qt.Key.Key_Escape)
        assert not person.dialog.isVisible()

    def test_nothing_ticked_is_nothing_to_run(self, viewer, slides, asked):
        person = asked()
        person.click(person.dialog.all)
        assert not person.dialog.run.isEnabled()
        assert person.dialog.summary.text() == "No image is ticked."
        person.dialog.reject()

    def test_layers_that_come_and_go_are_followed(self, viewer, widget, slides, asked, done):
        cells = viewer.add_labels(np.ones((60, 60), int), name="cells")
        person = asked()
        person.choose_region("slide 1", "cells")
        person.tick("slide 3")
        viewer.layers.remove(slides[1])
        viewer.layers.remove(cells)
        viewer.add_image(SLIDES[1], name="new")
        slides[0].name = "renamed"
        QApplication.processEvents()
        assert person.names == {"renamed": True, "slide 3": False, "new": True}
        assert person.place("renamed", REGION).data() == "everything"
        person.run()
        done()
        assert widget.message == "2 images in the same colors."

    def test_there_is_one_dialog(self, viewer, widget, slides, asked):
        person = asked()
        assert widget.open_many() is person.dialog
        person.dialog.reject()

    def test_several_that_are_selected_are_ticked(self, viewer, slides, asked):
        viewer.layers.selection = {slides[0], slides[2]}
        person = asked()
        assert list(person.names.values()) == [True, False, True]
        person.dialog.reject()

    def test_there_is_no_combo_box_in_a_row_until_it_is_wanted(self, viewer, slides, asked):
        person = asked()
        files = [PictureFile(Path(f"file {n}.png")) for n in range(500)]
        person.dialog.images.add(Row(file.name, file) for file in files)
        assert len(person.names) == 503
        assert person.dialog.table.findChildren(QComboBox) == []
        person.dialog.reject()


# -- those of a result


class TestColorsOfAResult:
    def test_they_are_chosen_if_there_is_a_result(self, viewer, widget, slides, asked, run, done):
        run(widget)
        before = labels(viewer, "slide 1").copy()
        person = asked()
        assert person.dialog.colors.offers[0].isChecked()
        assert person.dialog.colors.offers[0].text() == "those of slide 1"
        assert person.names == {"slide 1": False, "slide 2": True, "slide 3": True}
        person.run()
        done()
        palette = quantize(SLIDES[0], 5).palette
        for n in (2, 3):
            expected = quantize(SLIDES[n - 1], palette=palette).labels + 1
            assert np.array_equal(labels(viewer, f"slide {n}"), expected)
        assert np.array_equal(labels(viewer, "slide 1"), before)
        assert widget.message == "2 images in the same colors."

    def test_names_and_background_go_along(
        self, viewer, widget, slides, asked, run, done, measured
    ):
        run(widget)
        widget.rename(1, "DAB")
        widget.set_background({0})
        asked().run()
        done()
        widget.image.value = slides[2]
        assert widget.state.name(1) == "DAB"
        assert widget.state.background == {0}
        assert list(measured.table) == ["slide 1", "slide 2", "slide 3"]
        assert {one.background for one in measured.table.values()} == {frozenset({0})}

    def test_a_fit_over_all_takes_the_image_itself_along(self, viewer, widget, slides, asked, run):
        run(widget)
        person = asked()
        person.click(person.dialog.colors.offers[1])
        assert all(person.names.values())
        assert person.dialog.colors.number.isEnabled()
        person.click(person.dialog.colors.offers[0])
        assert person.names == {"slide 1": False, "slide 2": True, "slide 3": True}
        person.dialog.reject()

    def test_apply_palette_asks_with_them(self, viewer, widget, slides, run):
        assert widget.open_apply_palette() is None
        assert "no result yet" in widget.message
        run(widget)
        dialog = widget.open_apply_palette()
        assert dialog.colors.offers[0].isChecked()
        dialog.reject()


# -- files


class TestFiles:
    def test_a_dropped_folder_brings_its_pictures(self, viewer, widget, pictures, asked, qtbot):
        person = asked()
        person.drop(pictures)
        names = ["broken.png", "slide 0.png", "slide 1.png", "slide 2.png", "below/slide 0.png"]
        assert list(person.names) == names
        qtbot.waitUntil(lambda: not person.names["broken.png"])
        why = person.place("broken.png", 2).data()
        assert why == "It is no picture that can be read."
        person.drop(pictures / "slide 1.png")  # it is there already
        assert list(person.names) == names
        assert "not in the list already" in person.dialog.trouble.text()
        person.dialog.reject()

    def test_files_of_one_name_are_told_apart(self, viewer, widget, pictures, asked):
        person = asked()
        person.drop(pictures / "slide 0.png", pictures / "below" / "slide 0.png")
        assert list(person.names) == ["slide 0.png", "below/slide 0.png"]
        person.dialog.reject()

    def test_they_are_painted_to_files_and_measured(
        self, viewer, widget, slides, pictures, tmp_path, asked, done, measured, qtbot
    ):
        person = asked()
        person.drop(pictures)
        qtbot.waitUntil(lambda: not person.names["broken.png"])
        out = tmp_path / "out"
        qtbot.keyClicks(person.dialog.results.path, str(out))
        assert person.dialog.results.to_files.isChecked()
        assert person.dialog.summary.text() == (
            "7 images measured; 3 images shown as layers; "
            "7 pictures, palette and table written to out."
        )
        person.run()
        done()
        assert widget.message == "7 images in the same colors. Written to out."
        written = [path.relative_to(out).as_posix() for path in sorted(out.rglob("*.*"))]
        assert written == [
            "below/slide 0-5-colors.png",
            "palette.gpl",
            "slide 0-5-colors.png",
            *(f"slide {n}{mark}-5-colors.png" for n in (1, 2) for mark in ("", "-png")),
            "slide 3-5-colors.png",
            "table.csv",
        ]
        palette = fit_palette([*SLIDES, *SLIDES, SLIDES[0][::-1]], 5)
        expected = quantize(SLIDES[0][::-1], palette=palette)
        with Pillow.open(out / "below" / "slide 0-5-colors.png") as painted:
            assert np.array_equal(np.asarray(painted.convert("RGB")), expected.image)
        table = pd.read_csv(out / "table.csv")
        assert table["image"].nunique() == 7
        assert len(measured.table) == 7
        assert len(viewer.layers) == 12

    def test_nothing_is_replaced_unasked(
        self, viewer, widget, slides, tmp_path, asked, done, qtbot
    ):
        out = tmp_path / "out"
        out.mkdir()
        (out / "slide 2-5-colors.png").write_bytes(b"mine")
        (out / "palette.gpl").write_bytes(b"mine")
        person = asked()
        person.dialog.results.path.setText(str(out))
        person.run()
        assert not widget.running
        assert person.dialog.isVisible()
        told = person.dialog.trouble.text()
        assert told.startswith("Already in out: slide 2-5-colors.png, palette.gpl.")
        assert (out / "palette.gpl").read_bytes() == b"mine"
        person.click(person.dialog.results.overwrite)
        person.run()
        done()
        assert (out / "palette.gpl").read_bytes().startswith(b"GIMP")
        assert len(list(out.iterdir())) == 5

    def test_to_files_wants_a_folder(self, viewer, widget, slides, asked):
        person = asked()
        person.click(person.dialog.results.to_files)
        person.run()
        assert person.dialog.isVisible()
        assert "Choose the folder" in person.dialog.trouble.text()
        person.dialog.reject()

    def test_colors_of_a_palette_file_can_be_taken(
        self, viewer, widget, slides, asked, done, tmp_path
    ):
        colors = np.array([[0, 0, 0], [200, 60, 20], [250, 240, 230]], np.uint8)
        write_palette(tmp_path / "stain.gpl", Palette(colors, names=["ink", "DAB", "paper"]))
        widget.open_palette_file(tmp_path / "stain.gpl")
        person = asked()
        assert person.dialog.colors.offers[0].text() == "those of stain.gpl"
        person.run()
        done()
        expected = quantize(SLIDES[1], palette=colors).labels + 1
        assert np.array_equal(labels(viewer, "slide 2"), expected)
        assert widget.state.name(1) == "DAB"

    def test_they_are_asked_for(self, viewer, widget, pictures, asked, monkeypatch, tmp_path):
        files = [str(pictures / "slide 2.png")]
        monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: (files, ""))
        monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(pictures / "below"))
        person = asked()
        person.click(person.dialog.add_files)
        person.click(person.dialog.add_folder)
        assert list(person.names) == ["slide 2.png", "slide 0.png"]
        person.click(person.dialog.results.choose)
        assert person.dialog.results.to_files.isChecked()
        person.dialog.reject()


# -- under way


@pytest.fixture
def begun(widget, slides, asked, measured, qtbot):
    """Run, until the first slide is shown."""

    def begun():
        shown = []
        show = widget._session.show

        def noted(*args):
            assert threading.current_thread() is threading.main_thread()
            show(*args)
            shown.append(args)

        widget._session.show = noted
        asked().run()
        qtbot.waitUntil(lambda: len(shown) == 1, timeout=60_000)

    return begun


@pytest.fixture
def hold_second(monkeypatch):
    """Let the second slide wait, once it has begun, until the event is set."""
    go, begun, n = threading.Event(), threading.Event(), []
    quantized = batch.quantized

    def waiting(*args, **options):
        n.append(1)
        inner = quantized(*args, **options)
        if len(n) == 2:
            yield next(inner)
            begun.set()
            go.wait(30)
        return (yield from inner)

    monkeypatch.setattr(batch, "quantized", waiting)
    go.begun = begun
    yield go
    go.set()


class TestUnderWay:
    def test_cancelled_what_is_done_stays(
        self, viewer, widget, begun, qtbot, measured, hold_second
    ):
        begun()
        qtbot.waitUntil(hold_second.begun.is_set)
        qtbot.mouseClick(widget._busy.cancel.native, LEFT)
        assert widget.message == "Cancelled: 1 of 3 images were done."
        hold_second.set()
        qtbot.wait(50)
        assert "slide 1 · clusters" in viewer.layers
        assert "slide 2 · clusters" not in viewer.layers
        assert list(measured.table) == ["slide 1"]
        assert widget._start.enabled

    def test_the_window_may_be_closed(self, make_napari_viewer, qtbot, hold_second):
        viewer = make_napari_viewer()
        widget = viewer.window.add_plugin_dock_widget("napari-kmeans-quantizer")[1]
        images = [viewer.add_image(x, name=f"slide {n}") for n, x in enumerate(SLIDES)]
        widget.run_many(images, n_colors=3)
        qtbot.waitUntil(hold_second.begun.is_set)
        qtbot.waitUntil(lambda: "slide 0 · clusters" in viewer.layers)
        viewer.close()  # what Qt calls must not raise: pytest-qt would tell
        hold_second.set()
        qtbot.wait(50)

    def test_the_busy_row_tells_which_it_is(self, viewer, widget, begun, hold_second, done, qtbot):
        begun()
        qtbot.waitUntil(hold_second.begun.is_set)
        qtbot.waitUntil(lambda: widget._busy.status.value.startswith("2 of 3: slide 2, "))
        hold_second.set()
        done()
        assert widget._busy.status.value == "3 images in the same colors."

    def test_an_image_that_is_removed_meanwhile_is_told(
        self, viewer, widget, slides, begun, hold_second, done, measured, notices
    ):
        begun()
        viewer.layers.remove(slides[1])
        hold_second.set()
        done()
        assert measured.done[0].errors == {"slide 2": "The image was removed."}
        assert list(measured.table) == ["slide 1", "slide 3"]
        assert "slide 2 · clusters" not in viewer.layers


# -- scripts


def test_scripts_name_layers_and_files(viewer, widget, slides, done, tmp_path, measured):
    path = tmp_path / "extra.png"
    Pillow.fromarray(SLIDES[1]).save(path)
    region = viewer.add_labels(inside(SLIDES[0].shape).astype(int), name="cells")
    out = tmp_path / "out"
    assert widget.run_many([slides[0], path], [region, None], n_colors=4, folder=out) is not None
    done()
    palette = fit_palette([SLIDES[0], SLIDES[1]], 4, mask=[inside(SLIDES[0].shape), None])
    expected = quantize(SLIDES[0], palette=palette, mask=inside(SLIDES[0].shape))
    assert np.array_equal(labels(viewer, "slide 1") > 0, inside(SLIDES[0].shape))
    counts = measured.table["slide 1"].counts[0, 0]
    assert counts.tolist() == expected.palette.counts.tolist()
    assert sorted(path.name for path in out.iterdir()) == [
        "extra-4-colors.png", "palette.gpl", "slide 1-4-colors.png", "table.csv"
    ]  # fmt: skip
    assert widget.run_many([slides[0], path], folder=out) is None
    assert "exists already" in widget.message


def test_regions_are_as_many_as_images(widget, slides):
    with pytest.raises(ValueError, match="as many as `images`, 3, got 1"):
        widget.run_many(slides, [None])


# -- those of a result, by scripts


def test_if_none_can_be_painted_nothing_is_shown(viewer, widget, photo, done, notices):
    greys = [viewer.add_image(COFFEE[..., c], name=f"grey {c}") for c in range(2)]
    before = list(viewer.layers)
    widget.image.value = photo
    widget.apply_palette_to(greys)
    done()
    (notice,) = notices
    for name in ("grey 0", "grey 1"):
        assert f'"{name}": ' in notice.message
    assert "`" not in notice.message
    assert widget._busy.status.value == "0 images in the same colors, 2 not."
    assert widget._busy.notice.text.text() == notice.message
    assert list(viewer.layers) == before
    assert widget._start.enabled


def test_without_another_image_selected_it_says_so(viewer, widget, photo, notices):
    viewer.layers.selection = {photo}
    assert widget.apply_to_selected() is None
    assert "no other image" in widget.message


def test_no_image_at_all_is_told(widget, photo):
    assert widget.run_many([]) is None
    assert "no other image" in widget.message


def test_edited_colors_are_a_matter_of_paint(viewer, widget, photo, done):
    """Other images are told apart by what was fitted, whatever color a cluster was given."""
    fitted = widget.result.palette
    widget.recolor(1, (255, 0, 255))
    widget.rename(1, "cup")
    widget.merge(5, into=2)
    widget.set_background([0])
    other = viewer.add_image(COFFEE[:, ::-1].copy(), name="other")
    widget.image.value = photo
    origin = widget.state
    widget.apply_palette_to([other])
    done()
    expected = quantize(COFFEE[:, ::-1], palette=fitted).palette.counts.tolist()
    made = widget._session.state((str(other.unique_id),))
    joined = [expected[k] + (expected[5] if k == 2 else 0) for k in range(8) if k != 5]
    assert sorted(made.result.palette.counts.tolist()) == sorted(joined)
    told = made.result.palette
    cup = told.names.index("cup")
    assert (told.colors[cup].tolist(), told.counts[cup]) == ([255, 0, 255], expected[1])
    assert {made.hex[k] for k in made.background} == {origin.hex[k] for k in origin.background}


class TestInWindow(InWindow):
    def test_the_panel_may_be_closed(self, viewer, widget, begun, hold_second, qtbot):
        begun()
        viewer.window.remove_dock_widget(widget.native)
        hold_second.set()
        qtbot.wait(100)
        assert "slide 3 · clusters" not in viewer.layers

    def test_the_shares_of_all_are_compared(self, viewer, widget, slides, asked, done):
        person = asked()
        person.run()
        done()
        assert widget.message == "3 images in the same colors."
        assert widget.measured()["image"].unique().tolist() == ["slide 1", "slide 2", "slide 3"]
        widget.open_shares()
        table = widget._views._docks.get(SHARES).table()
        assert sorted(table.index) == ["slide 1", "slide 2", "slide 3"]

    def test_the_selected_images_but_not_its_own(self, viewer, widget, photo, done):
        others = [viewer.add_image(COFFEE // n, name=f"photo {n}") for n in (2, 3)]
        viewer.layers.selection = {photo, *others}
        widget.image.value = photo
        widget.apply_to_selected()
        done()
        assert widget.message == "2 images in the same colors."
        assert widget.measured()["image"].unique().tolist() == ["photo", "photo 2", "photo 3"]

    def test_those_that_fail_are_told_by_name_and_the_others_are_done(
        self, viewer, widget, photo, done, notices
    ):
        bad = viewer.add_image(np.full((9, 9, 3), np.nan), rgb=True, name="bad")
        grey = viewer.add_image(COFFEE[..., 0], name="grey")
        good = viewer.add_image(COFFEE // 2, name="good")
        viewer.layers.selection = {bad, grey, good}
        widget.image.value = photo
        widget.apply_to_selected()
        done()
        (notice,) = notices
        lines = notice.message.splitlines()
        assert lines[0] == "Not painted in these colors:"
        assert sorted(line.split(":")[0] for line in lines[1:]) == ['"bad"', '"grey"']
        assert any("NaN" in line for line in lines)
        assert widget._busy.status.value == "1 image in the same colors, 2 not."
        assert widget.message == notice.message
        expected = quantize(COFFEE // 2, palette=quantize(COFFEE, 8).palette)
        assert np.array_equal(viewer.layers["good · quantized"].data, expected.image)
        names = [layer.name for layer in viewer.layers]
        assert "bad · quantized" not in names
        assert "grey · quantized" not in names

    def test_colors_look_alike_in_images_of_other_depths(self, viewer, widget, photo, done):
        deep = viewer.add_image(COFFEE.astype(np.uint16) * 257, rgb=True, name="deep")
        floats = viewer.add_image((COFFEE / 255).astype(np.float32), rgb=True, name="floats")
        deep.contrast_limits = (0, 65535)
        viewer.layers.selection = {deep, floats}
        widget.image.value = photo
        widget.apply_to_selected()
        done()
        expected = viewer.layers["photo · palette"].features["hex"].tolist()
        for name in ("deep", "floats"):
            assert viewer.layers[f"{name} · palette"].features["hex"].tolist() == expected
            same = (
                viewer.layers[f"{name} · clusters"].data == viewer.layers["photo · clusters"].data
            )
            assert same.mean() > 0.999
