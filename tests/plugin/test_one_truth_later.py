"""What is known of an image stays true later: after the panel was closed, another image chosen,
or other layers added; and what is told of a run is the run's alone.
"""

from __future__ import annotations

import re
import threading

import numpy as np
import pytest
from matplotlib.backends.backend_qtagg import FigureCanvasQTAgg
from person import Person
from qtpy.QtCore import QPoint, Qt
from qtpy.QtWidgets import QLabel
from skimage import data
from superqt import QElidingLabel

from napari_kmeans_quantizer import quantize
from napari_kmeans_quantizer.plugin import pipeline
from napari_kmeans_quantizer.plugin.first_use import FirstUse
from napari_kmeans_quantizer.plugin.panel import preparation

PHOTO = data.coffee()[::10, ::10]
OTHER = PHOTO[::-1, ::-1] // 2
FRAMES = np.stack([np.where(np.eye(20, 30), 255, 40 * t).astype(np.uint8) for t in range(5)])
SHARES, EXPLORE = "Shares", "Explore K"


@pytest.fixture
def viewer(make_napari_viewer):
    return make_napari_viewer()


# -- the panel closed, and opened again


def known(widget):
    """What a person has made of the chosen image's result."""
    state, palette = widget.state, widget.result.palette
    colors = np.round(palette.colors, 6).tolist()
    return colors, palette.counts.tolist(), state.locked, state.hidden, state.is_edited


def edited_images(viewer, person):
    """Quantize two images, and do something to the palettes of both."""
    photo, other = viewer.add_image(PHOTO, name="photo"), viewer.add_image(OTHER, name="other")
    widget = person.widget
    person.run(photo, 6)
    widget.recolor(1, (255, 0, 0))
    widget.lock(1)
    widget.merge(4, 2)
    widget.hide_colors(frozenset({0, 3}))
    person.run(other, 3)
    widget.recolor(0, (0, 0, 255))
    return photo, other


def test_a_reopened_panel_knows_all_that_was_done(viewer, person):
    images = edited_images(viewer, person)
    before = {}
    for image in images:
        person.widget.image.value = image
        before[image] = known(person.widget), person.hexes()
    person.close_by_x()
    person.open()
    for image in images:
        person.widget.image.value = image
        assert person.widget.result is not None
        assert (known(person.widget), person.hexes()) == before[image]


def test_editing_goes_on_in_a_reopened_panel(viewer, person):
    photo, _ = edited_images(viewer, person)
    layers = list(viewer.layers)
    person.close_by_x()
    widget = person.open()
    widget.image.value = photo
    widget.merge(3, 2)
    palette = viewer.layers["photo · palette"]
    assert len(person.hexes()) == len(palette.data) == 4
    assert viewer.layers["photo · clusters"].data.max() == 4
    assert list(palette.features["hex"]) == person.hexes()
    person.run(photo, 4)  # what was locked is kept
    assert (widget.result.palette.colors == (255, 0, 0)).all(axis=1).any()
    assert list(viewer.layers) == layers


def test_edits_are_taken_back_in_a_reopened_panel(viewer, person):
    photo, _ = edited_images(viewer, person)
    person.close_by_x()
    widget = person.open()
    widget.image.value = photo
    widget.reset_colors()
    expected = quantize(PHOTO, 6)
    assert person.hexes() == list(expected.palette.hex)
    assert np.array_equal(viewer.layers["photo · quantized"].data[..., :3], expected.image)
    assert np.array_equal(viewer.layers["photo · clusters"].data, expected.labels + 1)


# -- the frame that is clicked

OTHERS = {
    "a finer one": {"scale": (0.25, 1, 1)},
    "one that starts earlier": {"translate": (-7, 0, 0)},
    "a finer one that starts earlier": {"scale": (0.3, 1, 1), "translate": (-7, 0, 0)},
}
CLICKED = [
    ({}, "a finer one"),
    ({}, "one that starts earlier"),
    ({"scale": (2.5, 1, 1)}, "a finer one that starts earlier"),
    ({"scale": (0.5, 1, 1), "translate": (12, 0, 0)}, "a finer one"),
]


def displayed(stack):
    """Return the frame that napari shows of a stack: its background tells."""
    shown = np.asarray(stack._slice.image.raw)
    return int(shown[0, 1]) // 40 if shown.shape == FRAMES.shape[1:] else None


@pytest.mark.parametrize(("place", "other"), CLICKED)
def test_the_clicked_frame_is_shown(viewer, person, place, other):
    stack = viewer.add_image(FRAMES, name="stack", **place)
    viewer.add_image(np.repeat(FRAMES, 4, axis=0), name="other", **OTHERS[other])
    person.run(stack, 3)
    person.widget.open_shares()
    for frame in (3, 0, 4, 1):
        viewer.window.dock_widgets[SHARES].frame_clicked.emit(frame)
        assert displayed(stack) == frame


@pytest.mark.parametrize(("unit", "size"), [("nm", 1), ("nm", 250), ("um", 0.2)])
def test_the_clicked_frame_is_shown_in_other_units(viewer, person, unit, size):
    options = {"scale": (0.5, 0.1, 0.1), "units": ("um", "um", "um")}
    stack = viewer.add_image(FRAMES, name="stack", **options)
    options = {"scale": (size, 100, 100), "units": (unit, "nm", "nm")}
    viewer.add_image(FRAMES, name="other", **options)
    person.run(stack, 3)
    person.widget.open_shares()
    for frame in (3, 0, 4):
        viewer.window.dock_widgets[SHARES].frame_clicked.emit(frame)
        assert displayed(stack) == frame


# -- explored


def explore(person, image, first, last):
    person.viewer.layers.selection.active = image  # the widget follows
    person.widget.explore(first, last)
    person.settled()


def told(view):
    """Return all that a view says in words."""
    labels = [*view.findChildren(QLabel), *view.findChildren(QElidingLabel)]
    words = [label.text() for label in labels if label.isVisibleTo(view)]
    return " ".join([*words, view.windowTitle(), view.parent().windowTitle()])


def canvas_of(view):
    return view.findChild(FigureCanvasQTAgg)


def place_on_curve(view, n_colors):
    """Return where the canvas shows a number of colors."""
    canvas, curve = canvas_of(view), view.table().set_index("K")["mse"]
    canvas.draw()
    place = canvas.figure.axes[0].transData.transform((n_colors, curve[n_colors]))
    x, y = np.rint(place / canvas.device_pixel_ratio).astype(int).tolist()
    return QPoint(x, canvas.height() - y)


@pytest.fixture
def explored(make_napari_viewer, qtbot):
    """Two images, of which the first was explored; and the view of it."""
    viewer = make_napari_viewer(show=True)
    person = Person(viewer, qtbot)
    berries = viewer.add_image(PHOTO, name="berries")
    leaves = viewer.add_image(OTHER, name="leaves")
    person.widget.open_explore()
    explore(person, berries, 2, 5)
    return person, viewer.window.dock_widgets[EXPLORE], berries, leaves


def test_exploring_chooses_no_other_image(viewer, person):
    photo = viewer.add_image(PHOTO, name="photo")
    viewer.add_image(OTHER, name="other")  # the active layer
    person.widget.image.value = photo
    for arrangement in ("stack", "grid"):
        person.widget.explore(2, 3, arrangement)
        person.settled()
        assert person.widget.image.value == photo


def test_the_curve_is_of_the_chosen_image(explored):
    person, view, berries, leaves = explored
    curve = view.table()
    assert list(curve["K"]) == [2, 3, 4, 5]
    person.widget.image.value = leaves
    assert view.table().empty
    explore(person, leaves, 3, 4)
    assert list(view.table()["K"]) == [3, 4]
    for _ in range(2):
        person.widget.image.value = berries
        assert view.table().equals(curve)
        person.widget.image.value = leaves
        assert list(view.table()["K"]) == [3, 4]


def test_the_curve_names_its_image(explored):
    person, view, berries, leaves = explored
    assert "berries" in told(view)
    person.widget.image.value = leaves
    assert "berries" not in told(view)
    explore(person, leaves, 3, 4)
    assert "leaves" in told(view)
    person.widget.image.value = berries
    assert "berries" in told(view)


def test_no_other_image_is_quantized_by_a_click_on_the_curve(explored, qtbot):
    person, view, _, leaves = explored
    place = place_on_curve(view, 4)
    qtbot.mouseClick(canvas_of(view), Qt.MouseButton.LeftButton, pos=place)
    person.settled()
    assert person.widget.n_colors.value == 4  # of berries
    person.widget.image.value, person.widget.n_colors.value = leaves, 12
    qtbot.mouseClick(canvas_of(view), Qt.MouseButton.LeftButton, pos=place)
    person.settled()
    assert person.widget.n_colors.value == 12
    assert "leaves · palette" not in person.viewer.layers


def test_no_curve_of_an_image_that_is_gone(explored):
    person, view, berries, leaves = explored
    person.viewer.layers.remove(berries)
    assert person.widget.image.value == leaves
    assert view.table().empty


# -- the time that is told


def test_the_time_that_is_told_is_that_of_the_work(viewer, qtbot, monkeypatch):
    """The first run waits for what is compiled."""
    first = FirstUse()
    first._begun = True
    for module in (pipeline, preparation):
        monkeypatch.setattr(module, "FIRST_USE", first)
    person = Person(viewer, qtbot)
    photo = viewer.add_image(PHOTO, name="photo")
    threading.Timer(3, lambda: setattr(first, "over", True)).start()
    person.run(photo, 4)
    seconds = re.search(r"([\d.]+) (m?s)$", person.status)
    assert seconds, person.status
    assert seconds[2] == "ms" or float(seconds[1]) < 1.5, person.status
