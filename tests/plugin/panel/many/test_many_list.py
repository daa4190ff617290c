"""The list of many images: ticks, filter, regions, by clicks and keys."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from asking import SLIDES
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QApplication, QComboBox

from napari_kmeans_quantizer.plugin.models.picture_file import PictureFile
from napari_kmeans_quantizer.plugin.views.many.model import REGION, Row


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
