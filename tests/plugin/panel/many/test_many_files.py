"""Many images that are files: dropped, painted, and written."""

from __future__ import annotations

import numpy as np
import pandas as pd
from asking import SLIDES, labels
from PIL import Image as Pillow
from qtpy.QtWidgets import QFileDialog

from napari_kmeans_quantizer import Palette, fit_palette, quantize, write_palette


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
