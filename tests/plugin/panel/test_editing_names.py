"""Colors are named, and left out of the shares, in the panel: all that is shown says so."""

from __future__ import annotations

import numpy as np
import pytest
from person import Person
from pictures import COFFEE
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QLineEdit, QPushButton

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def rows(widget, qtbot):
    """The list of colors, with the keyboard."""
    widget.native.resize(320, 900)
    with qtbot.waitExposed(widget.native):
        widget.native.show()
    widget.native.activateWindow()
    widget.palette_view._list.setFocus()
    return widget.palette_view._list


@pytest.fixture
def field(rows):
    """Return the field for a name, None if there is none."""

    def found():
        fields = [f for f in rows.findChildren(QLineEdit) if f.isVisible()]
        return fields[0] if fields else None

    return found


@pytest.fixture
def type_name(rows, field, qtbot):
    """Click a row, press N, and type a name; perhaps without an end."""

    def typed(n, name, key="Return"):
        where = rows.visualRect(rows.model().index(n, 0)).center()
        qtbot.mouseClick(rows.viewport(), LEFT, pos=where)
        qtbot.keyClick(rows, Qt.Key.Key_N)
        qtbot.keyClicks(field(), name)
        if key is not None:
            qtbot.keyClick(field(), getattr(Qt.Key, f"Key_{key}"))
            qtbot.wait(1)  # Qt takes Enter in a moment

    return typed


def tip(rows, n):
    return rows.model().index(n, 0).data(Qt.ItemDataRole.ToolTipRole)


def where_is(labels, cluster):
    """Return the place of a pixel of a cluster."""
    return tuple(np.argwhere(labels.data == cluster + 1)[0])


# -- names


def test_a_name_is_told_everywhere_and_can_be_undone(viewer, widget, photo, rows, type_name, qtbot):
    type_name(2, "coffee")
    assert widget.result.palette.names == ("", "", "coffee", *5 * [""])
    assert tip(rows, 2).startswith("coffee · #")
    labels = viewer.layers["photo · clusters"]
    assert labels.features["name"][2] == "coffee"
    assert viewer.layers["photo · palette"].features["name"][2] == "coffee"
    qtbot.mouseClick(widget.palette_view._undo, LEFT)
    assert widget.result.palette.names is None
    assert "coffee" not in tip(rows, 2)


def test_hovering_tells_the_name_first_and_no_missing_ones(viewer, widget, photo):
    widget.rename(2, "coffee")
    widget.set_background([4])
    labels = viewer.layers["photo · clusters"]
    named, other, left_out = (labels.get_status(where_is(labels, k))["value"] for k in (2, 1, 4))
    color, share = widget.result.palette.hex[2], widget.state.shares[2]
    pixels = widget.result.palette.counts[2]
    assert named == f"3; name: coffee, hex: {color}, share: {share:.3g}, pixels: {pixels}"
    assert other.startswith(f"2; hex: {widget.result.palette.hex[1]}, share: ")
    count = widget.result.palette.counts[4]
    assert left_out == f"5; hex: {widget.result.palette.hex[4]}, pixels: {count}"
    for column in ("share", "pixels"):
        assert labels.features[column].dtype.kind in "fi"


def test_several_are_one_group(viewer, widget, photo, rows, type_name, qtbot):
    shift = Qt.KeyboardModifier.ShiftModifier
    for n, modifier in ((1, Qt.KeyboardModifier.NoModifier), (3, shift)):
        where = rows.visualRect(rows.model().index(n, 0)).center()
        qtbot.mouseClick(rows.viewport(), LEFT, modifier, where)
    qtbot.keyClick(rows, Qt.Key.Key_N)
    qtbot.keyClicks(rows.field, "brown")
    qtbot.keyClick(rows.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: widget.state.name(2) == "brown")
    grouped = widget.state.measured.grouped()
    at = grouped.names.index("brown")
    assert grouped.n_clusters == 6
    told = f"brown: 3 colors, {grouped.shares[0, 0, at]:.1%}, {grouped.counts[0, 0, at]:,} pixels"
    assert told in tip(rows, 2)


def test_images_in_the_same_colors_have_the_same_names(viewer, widget, photo, run, type_name):
    viewer.add_image(COFFEE[::-1], name="other")
    widget.palette_from.value = viewer.layers["photo · palette"]
    run(widget)
    type_name(0, "first")
    states = [widget.state]
    widget.image.value = photo
    states.append(widget.state)
    for state in states:
        assert state.result.palette.names.count("first") == 1


def test_images_in_edited_colors_have_the_same_names(viewer, widget, photo, run):
    widget.recolor(1, (0, 0, 200))
    widget.merge(3, into=2)
    other = viewer.add_image(COFFEE[::-1], name="other")
    widget.palette_from.value = viewer.layers["photo · palette"]
    run(widget)
    assert widget.image.value is other

    def named():
        names, hexes = widget.result.palette.names, widget.result.palette.hex
        return {hexes[k]: name for k, name in enumerate(names) if name}

    blue, dark = "#0000c8", widget.result.palette.hex[0]
    for image, index, name in ((photo, blue, "sea"), (other, dark, "coffee")):
        widget.image.value = image
        widget.rename(widget.result.palette.hex.index(index), name)
    for image in (photo, other):
        widget.image.value = image
        assert named() == {blue: "sea", dark: "coffee"}


def test_undo_holds_in_all_images_of_the_same_colors_too(viewer, widget, photo, run, type_name):
    viewer.add_image(COFFEE[::-1], name="other")
    widget.palette_from.value = viewer.layers["photo · palette"]
    run(widget)
    other = widget.image.value
    type_name(0, "glass")
    widget.set_background({0})

    def told(image):
        widget.image.value = image
        return widget.result.palette.names, set(widget.state.background)

    widget.undo()
    assert [told(photo)[1], told(other)[1]] == [set(), set()]
    assert [names.count("glass") for names, _ in (told(photo), told(other))] == [1, 1]
    widget.undo()
    assert all(not any(names or ()) for names, _ in (told(photo), told(other)))
    widget.redo()
    assert [names.count("glass") for names, _ in (told(photo), told(other))] == [1, 1]


# -- what is typed is not lost


@pytest.mark.parametrize("text", ["Quantize", "Undo", "Export", "Explore K"])
def test_buttons_of_the_panel_take_the_name(widget, photo, type_name, settled, text):
    widget.lock(0)
    names = []
    widget.palette_view.name_changed.connect(lambda *said: names.append(said))
    type_name(2, "coffee", None)
    buttons = widget.native.findChildren(QPushButton)
    button = next(b for b in buttons if b.text() == text)
    button.pressed.emit()  # some systems give buttons no focus
    assert names == [([2], "coffee")]
    assert widget.state.name(2) == "coffee"
    settled(widget)


def test_a_fit_that_ends_leaves_what_is_typed(
    widget, photo, held, field, type_name, settled, qtbot
):
    before = widget.state
    widget.n_colors.value = 9
    widget.run()
    qtbot.waitUntil(held.begun.is_set, timeout=60_000)
    type_name(2, "cof", None)
    held.set()
    settled(widget)
    assert len(widget.result.palette) == 9
    qtbot.keyClicks(field(), "fee")
    qtbot.keyClick(field(), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: widget.result.palette.names is not None)
    [index] = [k for k in range(9) if widget.state.name(k) == "coffee"]
    difference = np.subtract(widget.state.color(index), before.color(2))
    assert abs(difference).max() < 20  # the same cluster, as people see it
    assert before.result.palette.names is None


def test_a_name_whose_color_is_gone_waits_for_a_fit_that_has_it(
    widget, photo, held, field, type_name, settled, run, qtbot
):
    centers = widget.state.centers(7)
    widget.n_colors.value = 1
    widget.run()
    qtbot.waitUntil(held.begun.is_set, timeout=60_000)
    type_name(7, "cup", None)
    held.set()
    settled(widget)
    assert field() is None
    assert widget.result.palette.names is None
    widget.n_colors.value = 8
    run(widget)
    [index] = [k for k in range(8) if widget.state.name(k) == "cup"]
    assert widget.state.centers(index) == centers


def test_a_background_whose_color_is_gone_waits_for_a_fit_that_has_it(viewer, widget, run):
    shades = np.repeat(np.array([0, 10, 100, 200, 210], np.uint8), 20).reshape(10, 10)
    widget.image.value = viewer.add_image(shades, name="shades")
    widget.n_colors.value = 5
    run(widget)
    widget.set_background({widget.state.hex.index("#d2d2d2")})
    for n_colors, background in ((3, []), (5, ["#d2d2d2"])):
        widget.n_colors.value = n_colors
        run(widget)
        assert [widget.state.hex[k] for k in widget.state.background] == background


def test_another_image_is_chosen_while_a_name_is_typed(
    viewer, widget, photo, run, field, type_name
):
    dark = viewer.add_image(COFFEE // 2, name="dark")
    run(widget)
    widget.image.value = photo
    type_name(2, "coffee", None)
    widget.image.value = dark
    assert field() is None
    assert widget.result.palette.names is None
    widget.image.value = photo
    assert [widget.state.name(k) for k in range(8)].index("coffee") == 2
    type_name(3, "milk", None)
    viewer.add_image(COFFEE[..., 0], name="third")  # without a result
    assert widget.state is None
    widget.image.value = photo
    assert widget.state.name(3) == "milk"


def test_an_image_is_removed_meanwhile(viewer, widget, photo, field, type_name, notices):
    type_name(2, "coffee", None)
    viewer.layers.remove(photo)
    assert field() is None
    assert notices == []


def test_changes_from_elsewhere_leave_what_is_typed(widget, viewer, photo, field, type_name, qtbot):
    type_name(2, "cof", None)
    opened = field()
    viewer.theme = "light"
    widget.hide_colors({1})
    widget.lock(3)
    widget.set_background({0})
    assert field() is opened
    widget.recolor(5, (255, 0, 255))
    qtbot.keyClicks(field(), "fee")
    qtbot.keyClick(field(), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: widget.state.name(2) == "coffee")


def test_a_cluster_joins_another_while_its_name_is_typed(widget, photo, field, type_name):
    before = widget.state
    type_name(2, "coffee", None)
    widget.merge(2, 0)
    assert field() is None
    assert widget.state.name(widget.state.place_of(before, 2)) == "coffee"


def test_undo_by_the_keyboard_is_the_fields_own(widget, photo, field, type_name, qtbot):
    widget.lock(0)
    type_name(2, "coffee", None)
    qtbot.keyClick(field(), Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert field().text() == ""
    assert widget.state.locked == {0}


# -- background


@pytest.mark.parametrize(("index", "name"), [(99, "x"), (-1, "x"), (0, 5)])
def test_a_name_that_cannot_be_given_is_told(widget, photo, index, name):
    before = widget.state
    widget.rename(index, name)
    assert widget.state is before
    assert str(index if index else name) in widget.message


def test_b_leaves_colors_out_of_the_shares(viewer, widget, photo, rows, qtbot):
    where = rows.visualRect(rows.model().index(0, 0)).center()
    qtbot.mouseClick(rows.viewport(), LEFT, pos=where)
    qtbot.keyClick(rows, Qt.Key.Key_B)
    assert widget.state.background == {0}
    counts = widget.result.palette.counts
    share = counts[1] / counts[1:].sum()
    assert f"{100 * share:.4g}% of the pixels without background" in tip(rows, 1)
    assert "Background: left out of the shares" in tip(rows, 0)
    assert widget.palette_view._summary.text().startswith("8 colors, 1 background · ")
    assert np.isnan(viewer.layers["photo · clusters"].features["share"][0])
    qtbot.keyClick(rows, Qt.Key.Key_B)
    assert widget.state.background == set()
    qtbot.mouseClick(widget.palette_view._undo, LEFT)
    assert widget.state.background == {0}


# -- areas

SCALES = {
    "isotropic": ({"scale": (0.5, 0.5), "units": ("um", "um")}, 2500, "µm²"),
    "anisotropic": ({"scale": (2, 0.5), "units": ("um", "um")}, 10_000, "µm²"),
    "of two units": ({"scale": (1, 0.5), "units": ("mm", "um")}, 5_000_000, "µm²"),
    "small": ({"scale": (1e-3, 1e-3), "units": ("mm", "mm")}, 0.01, "mm²"),
    "nanometers": ({"scale": (4, 4), "units": ("nm", "nm")}, 160_000, "nm²"),
    "inches": ({"scale": (1 / 300, 1 / 300), "units": ("inch", "inch")}, 0.1111, "in²"),
    "degrees": ({"scale": (0.1, 0.1), "units": ("degree", "degree")}, 100, "deg²"),
    "a kymograph": ({"scale": (0.2, 0.5), "units": ("s", "um")}, 1000, "µm·s"),
    "pixels": ({"scale": (0.5, 0.5)}, None, ""),
}


@pytest.mark.parametrize(("placed", "area", "unit"), SCALES.values(), ids=SCALES)
def test_known_areas_are_told_in_the_layers_unit(viewer, widget, run, rows, placed, area, unit):
    picture = np.zeros((100, 100), np.uint8)
    picture[:25], picture[25:30] = 200, 100
    viewer.add_image(picture, name="grey", **placed)
    widget.n_colors.value = 3
    run(widget)
    told = f"3 colors · 10,000 pixels · {area:,} {unit}" if area else "3 colors · 10,000 pixels"
    assert widget.palette_view._summary.text() == told
    if area is None:
        assert widget.state.measured.areas is None
    else:
        exact = np.array([0.7, 0.25, 0.05]) * widget.state.measured.pixel_size * 10_000
        assert widget.state.measured.areas[0, 0] == pytest.approx(exact, rel=1e-12)
        assert unit in tip(rows, 1)


def test_stacks_have_volumes_and_regions_count_alone(viewer, widget, run):
    stack = np.zeros((4, 10, 20), np.uint8)
    stack[:, :5] = 100
    units = ("um", "um", "um")
    viewer.add_image(stack, name="stack", scale=(3, 0.5, 0.5), units=units)
    inside = np.zeros(stack.shape, np.uint8)
    inside[:, :, :8] = 1
    region = viewer.add_labels(inside, name="region", scale=(3, 0.5, 0.5), units=units)
    widget.image.value = viewer.layers["stack"]
    widget.n_colors.value = 2
    run(widget)
    assert widget.palette_view._summary.text() == "2 colors · 800 pixels · 600 µm³"
    widget.region.value = region
    run(widget)
    assert widget.palette_view._summary.text() == "2 colors · 320 pixels · 240 µm³"


# -- in a window


def test_names_in_napari_last_when_the_panel_is_closed(make_napari_viewer, qtbot):
    viewer = make_napari_viewer(show=True)
    person = Person(viewer, qtbot)
    photo = viewer.add_image(COFFEE, name="photo")
    person.run(photo, 8)
    person.name(1, "coffee")
    assert person.widget.state.name(1) == "coffee"
    colors = person.widget.palette_view._list
    person.click_color(2)
    mode, visible = viewer.layers["photo · clusters"].mode, photo.visible
    qtbot.keyClick(colors, Qt.Key.Key_N)
    qtbot.keyClicks(colors.field, "v 1 2 m e p milk")  # napari's own keys
    assert viewer.layers["photo · clusters"].mode == mode
    assert photo.visible == visible
    person.close_by_x()
    names = list(viewer.layers["photo · clusters"].features["name"])
    assert names[1:3] == ["coffee", "v 1 2 m e p milk"]
    person.open()
    assert person.widget.state.name(2) == "v 1 2 m e p milk"
