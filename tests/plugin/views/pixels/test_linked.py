"""One pixel in three places: a row of the table, a mark in the picture, a point of its color."""

from __future__ import annotations

import numpy as np
import pytest
from napari.layers import Image, Labels, Points
from pictures import COFFEE
from qtpy.QtCore import QPoint, Qt

from napari_kmeans_quantizer.plugin.views.views import COLOR_SPACE, PIXELS

LEFT = Qt.MouseButton.LeftButton
STACK = np.stack([COFFEE[:50, :60, 1] // n for n in (1, 2, 3, 4)])


@pytest.fixture
def viewer(make_napari_viewer):
    viewer = make_napari_viewer()
    viewer.window._qt_window.resize(1200, 800)
    viewer.window._qt_window.show()
    return viewer


@pytest.fixture
def story(person, qtbot):
    """A person who looks at the pixels of a photograph."""
    return Story(person, qtbot)


class Story:
    def __init__(self, person, qtbot):
        self.person, self.viewer, self._qtbot = person, person.viewer, qtbot

    def begin(self, pixels=COFFEE, **options):
        """Quantize a picture, and click "Pixels"."""
        self.photo = self.viewer.add_image(pixels, name="photo", **options)
        self.person.run(self.photo, 6)
        self.person.click("Pixels")
        self.settle()

    def settle(self):
        self._qtbot.wait(50)

    @property
    def view(self):
        return self.person.widget._views._docks.get(PIXELS)

    def color_space(self):
        """Click "Color space", and wait until it is drawn."""
        self.person.click("Color space")
        view = self.person.widget._views._docks.get(COLOR_SPACE)
        self._qtbot.waitUntil(lambda: view.scene is not None, timeout=60_000)
        self.settle()
        return view

    def click_row(self, row, *modifier):
        """Click a row of the table; return where its pixel lies."""
        index = self.view.table.model().index(row, 0)
        self.view.table.scrollTo(index)
        place = self.view.table.visualRect(index).center()
        self._qtbot.mouseClick(self.view.table.viewport(), LEFT, *modifier, pos=place)
        self.settle()
        return self.place(row)

    def place(self, row):
        return self.view.rows.positions[self.view.table.model().order[row]]

    def click_canvas(self, *place):
        """Click the middle of a pixel."""
        native, camera = self.viewer.window._qt_viewer.canvas.native, self.viewer.scene.camera
        away = (np.array(place) - camera.center[-2:]) * camera.zoom
        x, y = native.width() / 2 + away[1], native.height() / 2 + away[0]
        self._qtbot.mouseClick(native, LEFT, pos=QPoint(round(x), round(y)))
        self.settle()

    @property
    def chosen(self):
        """Where the pixels of the selected rows lie."""
        return [list(place) for place in self.view.rows.positions[self.view._selected()]]

    @property
    def marks(self):
        """Where pixels are marked in the picture."""
        if "photo · pixels" not in self.viewer.layers:
            return []
        data = self.viewer.layers["photo · pixels"].data
        assert np.array_equal(data[::2], data[1::2])  # a dark and a light square each
        return data[::2].astype(int).tolist()


# -- rows to marks


def test_selected_rows_are_marked_in_the_picture(story):
    story.begin(scale=(2, 2), translate=(5, 7))
    active = story.viewer.layers.selection.active
    first = story.click_row(3)
    assert story.marks == [list(first)]
    second = story.click_row(8, Qt.KeyboardModifier.ControlModifier)
    assert story.marks == [list(first), list(second)]
    marks = story.viewer.layers["photo · pixels"]
    assert marks.data_to_world(first) == tuple(2 * first + (5, 7))
    assert list(marks.features["row"][::2]) == [first[0], second[0]]
    assert story.viewer.layers.selection.active is active
    story.person.assert_at_rest()


def test_marks_are_seen_in_the_picture(story):
    story.begin()
    before = story.viewer.screenshot(canvas_only=True, flash=False)
    story.click_row(2000)
    after = story.viewer.screenshot(canvas_only=True, flash=False)
    changed = np.argwhere((before != after).any(-1))
    assert 8 <= np.ptp(changed, axis=0).max() <= 40
    new = after[tuple(changed.T)][:, :3].astype(int)
    assert (new.min(axis=1) > 230).any()  # light and dark: one of them stands out
    assert (new.max(axis=1) < 80).any()


def test_the_marks_are_no_image_region_or_palette(story):
    story.begin()
    story.click_row(3)
    widget, marks = story.person.widget, story.viewer.layers["photo · pixels"]
    for control in (widget.image, widget.region, widget.palette_from):
        assert marks not in control.choices
    assert {type(x) for x in story.viewer.layers} == {Image, Labels, Points}


def test_no_mark_outlives_its_view(story):
    story.begin()
    story.click_row(3)
    story.person.close_by_x(story.view)
    assert story.marks == []
    story.person.click("Pixels")
    story.settle()
    story.click_row(3)
    assert len(story.marks) == 1
    story.person.close_by_x()  # the panel
    story.settle()
    assert story.marks == []


def test_no_mark_outlives_its_result(story):
    story.begin()
    story.click_row(3)
    for name in ("photo · quantized", "photo · clusters", "photo · palette"):
        story.viewer.layers.remove(name)
    story.settle()
    assert story.marks == []
    assert story.view._hint.isVisible()


def test_no_mark_outlives_its_image(story):
    story.begin()
    story.click_row(3)
    story.viewer.layers.remove(story.photo)
    story.settle()
    assert story.marks == []


def test_marks_that_somebody_removed_come_again(story):
    story.begin()
    story.click_row(3)
    story.viewer.layers.remove("photo · pixels")
    place = story.click_row(5)
    assert story.marks == [list(place)]


def test_no_mark_takes_a_place_beside_original_and_result(story):
    story.begin()
    first = story.click_row(3)
    story.person.click("Compare")
    story.settle()
    assert story.marks == []
    second = story.click_row(5)
    shown = {layer.name for layer in story.viewer.layers if layer.visible}
    assert shown == {"photo", "photo · quantized"}
    story.person.click("Compare")
    story.settle()
    assert story.marks == [list(second)] != [list(first)]


def test_all_layers_cleared(story):
    story.begin()
    story.click_row(3)
    story.viewer.layers.clear()
    story.settle()
    assert list(story.viewer.layers) == []
    story.begin()
    place = story.click_row(3)
    assert story.marks == [list(place)]


# -- slices


def test_the_slice_moves_to_the_pixel(story):
    story.begin(STACK, scale=(3, 1, 1))
    for row in (10_000, 100):
        place = story.click_row(row)
        assert story.viewer.dims.point[0] == 3 * place[0]
    assert story.marks == [list(place)]


def test_keys_move_it_too(story, qtbot):
    story.begin(STACK)
    story.click_row(2999)
    qtbot.keyClick(story.view.table, Qt.Key.Key_Down)
    story.settle()
    assert story.chosen == story.marks == [[1, 0, 0]]
    assert story.viewer.dims.point[0] == 1


def test_in_space_pixels_are_marked_without_slices(story):
    story.begin(STACK)
    story.viewer.dims.ndisplay = 3
    place = story.click_row(5000)
    assert story.marks == [list(place)]


# -- the picture to rows


def test_a_click_into_the_picture_selects_the_nearest_row(story):
    story.begin()
    story.click_canvas(40, 71)
    assert story.chosen == story.marks == [[40, 71]]
    index = story.view.table.currentIndex()
    assert story.view.table.viewport().rect().contains(story.view.table.visualRect(index).center())
    story.click_canvas(-20, 71)  # beside it
    assert story.chosen == [[40, 71]]


def test_a_click_into_a_stack_stays_in_its_slice(story):
    story.begin(STACK)
    story.viewer.dims.set_point(0, 2)
    story.click_canvas(20, 31)
    assert story.chosen == story.marks == [[2, 20, 31]]
    assert story.viewer.dims.point[0] == 2


def test_without_the_view_clicks_mark_nothing(story):
    story.begin()
    story.person.close_by_x(story.view)
    story.click_canvas(40, 71)
    assert story.marks == []


# -- the color space


def marked(view):
    """Return the colors that are marked in the color space, in 0..255."""
    if not view.scene.marks.visible:
        return []
    colors = view.scene.marks._data["a_bg_color"][::2, :3]
    return np.rint(colors * 255).astype(int).tolist()


def test_selected_rows_are_marked_in_the_color_space(story):
    story.begin()
    first = story.click_row(3)
    colors = story.color_space()
    assert marked(colors) == [COFFEE[tuple(first)].tolist()]
    story.person.click("Pixels")
    story.settle()
    second = story.click_row(9)
    story.color_space()
    assert marked(colors) == [COFFEE[tuple(second)].tolist()]
    story.person.close_by_x(story.view)
    story.settle()
    assert marked(colors) == []


def test_a_click_on_a_point_selects_its_row(story, qtbot):
    story.begin()
    colors = story.color_space()
    seen, _ = colors.scene.project(colors._placed[2])
    stars, _ = colors.scene.project(colors._star_places)
    away = np.hypot(*(seen[:, None] - stars).transpose(2, 0, 1)).min(axis=1)
    place = QPoint(*np.rint(seen[away.argmax()]).astype(int))  # far from every star
    with qtbot.waitSignal(colors.point_picked) as picked:
        qtbot.mouseClick(colors.scene.canvas.native, LEFT, pos=place)
    story.settle()
    expected = story.view.rows.positions[picked.args[0]].tolist()
    assert story.chosen == story.marks == [expected]
    assert marked(colors) == [COFFEE[tuple(expected)].tolist()]


# -- other results


def test_after_a_new_fit_the_pixels_stay_selected(story):
    story.begin()
    place = story.click_row(3)
    story.person.run(n_colors=3)
    assert story.chosen == story.marks == [list(place)]
    cluster = story.person.widget.result.labels[tuple(place)]
    assert list(story.viewer.layers["photo · pixels"].features["cluster"]) == [cluster] * 2


def test_edits_are_seen(story):
    story.begin()
    story.click_row(3)
    cluster = int(story.view.rows.labels[story.view._selected()[0]])
    story.person.widget.recolor(cluster, (0, 0, 255))
    assert story.view.rows.state is story.person.widget.state
    assert "rgb(0, 0, 255)" in set(story.view.frame()["rgb"])
    assert len(story.marks) == 1
    story.person.widget.undo()
    assert "rgb(0, 0, 255)" not in set(story.view.frame()["rgb"])


def test_another_image_has_other_pixels(story):
    story.begin()
    story.click_row(3)
    other = story.viewer.add_image(COFFEE[:30], name="other")
    story.person.widget.image.value = other
    story.settle()
    assert story.marks == []
    assert story.view._hint.isVisible()
    story.person.run(other)
    assert story.view._title.text().startswith("other: ")


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_themes(story, theme):
    story.begin()
    story.viewer.theme = theme
    story.settle()
    text = story.view.table.palette().text().color().lightnessF()
    assert (text > 0.5) == (theme == "dark")
