"""A pathologist's job: three slides, one palette, named stains, drawn regions, areas in µm²."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from PIL import Image
from qtpy.QtCore import QPoint, Qt
from qtpy.QtWidgets import QAbstractItemView, QFileDialog, QLineEdit, QSpinBox

from napari_kmeans_quantizer import fit_palette, measure, quantize
from napari_kmeans_quantizer.cli import main
from napari_kmeans_quantizer.plugin.views.many.dialog import ManyDialog

LEFT, NAMES = Qt.MouseButton.LeftButton, ["background", "DAB"]
GLASS, PALE, BROWN = (250, 250, 250), (205, 190, 180), (120, 80, 40)
SIZE, PIXEL = 60, 0.5  # pixels of a side, µm
REGIONS = {1: (5, 35, 5, 45), 2: (40, 55, 10, 30), 3: (0, 60, 20, 40)}  # rows and columns
STUDY = {"slide 1": (1, 2), "slide 2": (3,), "slide 3": (1, 2)}
AREAS = {  # region: background, DAB and pale, in pixels
    1: (600, 400, 200),
    2: (150, 100, 50),
    3: (600, 400, 200),
}


def slide(regions):
    """Return a pale slide whose regions hold known numbers of pixels, one column after another."""
    image = np.full((SIZE, SIZE, 3), PALE, np.uint8)
    for region in regions:
        top, bottom, left, right = REGIONS[region]
        pixels = np.array([GLASS, BROWN, PALE], np.uint8).repeat(AREAS[region], axis=0)
        height, width = bottom - top, right - left
        image[top:bottom, left:right] = pixels.reshape(width, height, 3).swapaxes(0, 1)
    return image


def numbers(regions):
    """Return the same as numbers of regions."""
    ids = np.zeros((SIZE, SIZE), np.uint8)
    for region in regions:
        top, bottom, left, right = REGIONS[region]
        ids[top:bottom, left:right] = region
    return ids


def known():
    """Return what comes out, worked out by hand."""
    rows = []
    for image, regions in STUDY.items():
        for region in regions:
            _, brown, pale = AREAS[region]
            for cluster, (name, color, pixels) in enumerate(
                zip(["background", "DAB", ""], [GLASS, BROWN, PALE], AREAS[region], strict=True)
            ):
                share = np.nan if cluster == 0 else pixels / (brown + pale)
                color = "#{:02x}{:02x}{:02x}".format(*color)
                area = pixels * PIXEL * PIXEL
                rows.append([image, str(region), cluster, name, color, pixels, area, "µm²", share])
    told = "image region cluster name hex pixels area unit share"
    return pd.DataFrame(rows, columns=told.split())


def of(table):
    """Return the columns of a table that are told here; regions by their numbers in `REGIONS`."""
    return table[known().columns].reset_index(drop=True)


def read(path):
    """Read a table; texts that are empty are no missing numbers."""
    texts = {"region": str, "name": str, "error": str}
    return pd.read_csv(path, dtype=texts).fillna(dict.fromkeys(texts, ""))


class Pathologist:
    """Clicks and types, and counts the clicks."""

    def __init__(self, widget, qtbot):
        self.widget, self._qtbot, self.clicks = widget, qtbot, 0

    def click(self, part, pos=None):
        self._qtbot.mouseClick(part, LEFT, pos=pos or QPoint(9, part.height() // 2))
        self.clicks += 1

    def type(self, part, text, *keys):
        self._qtbot.keyClicks(part, text)
        for key in keys:
            self._qtbot.keyClick(part, key)

    def many_images(self):
        self.click(self.widget.buttons.buttons["Many images"])
        dialog = self.widget.native.findChild(ManyDialog)
        self._qtbot.waitExposed(dialog)
        return dialog

    def colors(self):
        return self.widget.palette_view.findChild(QAbstractItemView)

    def field(self):
        self._qtbot.wait(50)  # the one before, if there was one, is gone
        self._qtbot.waitUntil(lambda: self.colors().findChild(QLineEdit) is not None)
        return self.colors().findChild(QLineEdit)

    def settled(self):
        self._qtbot.waitUntil(lambda: not self.widget.running, timeout=300_000)
        self._qtbot.wait(50)


@pytest.fixture
def viewer(make_napari_viewer):
    viewer = make_napari_viewer(show=True)
    viewer.window._qt_window.setGeometry(0, 0, 1400, 900)
    return viewer


@pytest.fixture
def study(viewer):
    """Three slides side by side, in µm, and what was drawn on them."""
    place = {"scale": (PIXEL, PIXEL), "units": ("um", "um")}
    corners, names = [], []
    for index, (name, regions) in enumerate(STUDY.items()):
        left_edge = index * (SIZE + 10) * PIXEL
        viewer.add_image(slide(regions), name=name, rgb=True, translate=(0, left_edge), **place)
        for region in regions:
            top, bottom, left, right = np.array(REGIONS[region]) * PIXEL - PIXEL / 2
            left, right = left + left_edge, right + left_edge
            corners.append([[top, left], [top, right], [bottom, right], [bottom, left]])
            names.append(str(region))
    return viewer.add_shapes(corners, name="drawn", units=place["units"], features={"name": names})


def test_in_the_panel_it_takes_a_dozen_clicks_at_most(
    viewer, study, widget, qtbot, tmp_path, monkeypatch
):
    person = Pathologist(widget, qtbot)
    dialog = person.many_images()
    person.click(dialog.drawn)
    [number] = [spin for spin in dialog.findChildren(QSpinBox) if spin.isVisible()]
    person.click(number.lineEdit())
    number.lineEdit().selectAll()
    person.type(number.lineEdit(), "3", Qt.Key.Key_Tab)
    person.click(dialog.run)
    person.settled()
    assert widget.message == "3 images in the same colors."

    rows = person.colors()
    row = rows.visualRect(rows.model().index(0, 0))
    person.click(rows.viewport(), row.center())
    person.type(rows, "", Qt.Key.Key_N)
    person.type(person.field(), NAMES[0], Qt.Key.Key_Tab)
    person.type(person.field(), NAMES[1], Qt.Key.Key_Return)
    person.click(rows.viewport(), row.center())
    person.type(rows, "", Qt.Key.Key_B)
    person.settled()

    view = widget._views.measure_view
    table = tmp_path / "areas.csv"
    monkeypatch.setattr(QFileDialog, "exec", lambda asked: asked.selectFile(str(table)) or 1)
    person.click(view.save)
    assert person.clicks <= 12
    found = read(table)
    assert_frame_equal(of(found), known(), check_dtype=False)
    assert (found["error"] == "").all()
    for name in STUDY:  # each image tells the names, not only the one that is looked at
        features = viewer.layers[f"{name} · clusters"].features
        assert features["name"].fillna("").tolist() == ["background", "DAB", ""]


def test_a_script_of_ten_lines_finds_the_same():
    slides = {name: slide(regions) for name, regions in STUDY.items()}
    drawn = {name: numbers(regions) for name, regions in STUDY.items()}

    palette = fit_palette(list(slides.values()), 3, mask=[r > 0 for r in drawn.values()])
    palette = palette.named(["background", "DAB", ""])
    how = {"pixel_size": PIXEL, "unit": "µm", "background": ["background"]}
    tables = []
    for name, image in slides.items():
        q = quantize(image, palette=palette)
        tables.append(measure(q, image=name, regions=drawn[name], **how))
    table = pd.concat(tables, ignore_index=True)

    assert_frame_equal(of(table), known(), check_dtype=False)


def test_the_command_line_finds_the_same(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "regions").mkdir()
    for name, regions in STUDY.items():
        Image.fromarray(slide(regions)).save(f"{name}.png")
        Image.fromarray(numbers(regions)).save(f"regions/{name}.png")
    asked = [
        *("measure", "slide *.png", "-k", "3", "--regions", "regions", "--fit-regions"),
        *("--pixel-size", str(PIXEL), "--unit", "um", "--names", "background,DAB"),
        *("--background", "background", "-o", "areas.csv"),
    ]
    assert main(asked) == 0
    found = read("areas.csv")
    found["image"] = found["image"].str.removesuffix(".png")
    assert_frame_equal(of(found), known(), check_dtype=False)
