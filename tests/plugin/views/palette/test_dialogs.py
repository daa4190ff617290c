"""The dialogs for another color, each in the way that suits the image."""

from __future__ import annotations

import numpy as np
import pytest
from napari.layers import Image
from pictures import GREY, RGBA, rgb
from qtpy.QtCore import QTimer
from qtpy.QtGui import QColor
from qtpy.QtWidgets import QApplication, QColorDialog, QInputDialog, QWidget

from napari_kmeans_quantizer import Palette
from napari_kmeans_quantizer.plugin.models.display import Display
from napari_kmeans_quantizer.plugin.models.source import Source
from napari_kmeans_quantizer.plugin.views.palette import dialogs
from napari_kmeans_quantizer.plugin.views.palette.dialogs import edit_color

NOT_NATIVE = QColorDialog.ColorDialogOption.DontUseNativeDialog
RED = Palette(np.array([[200, 0, 0]], np.uint8), [1])


@pytest.fixture
def edit(qtbot):
    """Edit the first color of a palette."""
    parent = QWidget()
    qtbot.addWidget(parent)

    def edit(palette, display=None):
        return edit_color(parent, palette, display or Display.of_palette(palette), 0)

    return edit


@pytest.fixture
def answer(monkeypatch):
    """Answer the dialogs instead of the user; return what they were asked."""
    asked = []

    def set_answers(name, *answers):
        left = list(answers)

        def ask(parent, *args):
            asked.append(args)
            return left.pop(0)

        monkeypatch.setattr(dialogs, name, ask)
        return asked

    return set_answers


def in_dialog(kind, use):
    """Use the dialog that is about to open."""

    def look():
        dialog = QApplication.activeModalWidget()
        if isinstance(dialog, kind):
            use(dialog)
        else:
            QTimer.singleShot(20, look)

    QTimer.singleShot(20, look)


def display_of(*layers, **parts):
    return Source(layers, **parts).display()


# -- as a color


def test_a_color_is_asked_for_and_starts_at_the_old_one(edit, answer):
    asked = answer("ask_color", QColor(200, 0, 51))
    assert edit(RED) == (200, 0, 51)
    assert asked == [("Edit color #c80000", QColor(200, 0, 0))]


@pytest.mark.parametrize("given", [None, QColor(200, 0, 0)])
def test_a_cancelled_or_the_same_color_is_no_edit(edit, answer, given):
    answer("ask_color", given)
    assert edit(RED) is None


def test_edit_converts_to_the_palettes_units(edit, answer):
    answer("ask_color", QColor(255, 128, 51), QColor(255, 128, 51))
    floats = Palette([[0.0, 128.3 / 255, 1.0]], [1], value_range=(0.0, 1.0))
    assert edit(floats) == (1.0, 128.3 / 255, 0.2)  # the green stays as exact as it was
    assert edit(Palette([[0, 1000, 0]], [1], np.uint16, value_range=(0, 1001))) == (1001, 502, 200)


def test_colors_are_those_that_the_viewer_shows(edit, answer):
    pixels = np.arange(27, dtype=np.uint16).reshape(3, 3, 3) * 100
    display = display_of(rgb(pixels, contrast_limits=(100, 1100), gamma=0.5))
    asked = answer("ask_color", QColor(255, 0, 128), None)
    palette = Palette([[350, 100, 100]], [1], np.uint16)
    red, green, blue = edit(palette, display)
    assert asked[0] == ("Edit color #800000", QColor(128, 0, 0))
    assert (red, green) == (1100, 100)
    assert blue == round(100 + (128 / 255) ** 2 * 1000)
    shown = display.hex([[red, green, blue]])
    assert shown == ["#ff0080"]


def test_color_dialog(edit):
    seen = []

    def use(dialog):
        seen.append((dialog.currentColor(), dialog.testOption(NOT_NATIVE)))
        dialog.setCurrentColor(QColor(1, 2, 3))
        dialog.accept()

    in_dialog(QColorDialog, use)
    assert edit(RED) == (1, 2, 3)
    assert seen == [(QColor(200, 0, 0), True)]
    in_dialog(QColorDialog, lambda dialog: dialog.reject())
    assert edit(RED) is None


# -- as a number


def test_grey_is_edited_as_a_number(edit, answer):
    asked = answer("ask_number", 7.0, None, 9.0)
    grey = Palette(np.array([[9]], np.uint8), [1])
    assert [edit(grey) for _ in range(3)] == [(7.0,), None, None]
    assert asked[0] == ("Edit color #090909", 9.0, (0.0, 255.0), 0)


def test_grey_is_called_as_its_colormap_shows_it(edit, answer):
    display = display_of(Image(GREY, colormap="viridis", contrast_limits=(9, 100)))
    asked = answer("ask_number", None)
    edit(Palette(np.array([[9]], np.uint8), [1]), display)
    assert asked[0][0] == "Edit color #440154"


@pytest.mark.parametrize(
    ("dtype", "limits", "decimals"),
    [
        (bool, (0, 1), 0),
        (np.int16, (-32768, 32767), 0),
        (np.float16, (-65504, 65504), 6),
        (np.float64, (-1.7e308, 1.7e308), 6),
    ],
)
def test_number_has_the_limits_of_the_dtype(edit, answer, dtype, limits, decimals):
    asked = answer("ask_number", None)
    edit(Palette([[1.0]], [1], dtype, value_range=(0, 1)))
    assert asked[0][2:] == (limits, decimals)


def test_number_dialog(edit):
    values = []

    def use(dialog):
        values.append((dialog.doubleValue(), dialog.doubleMaximum(), dialog.doubleDecimals()))
        dialog.setDoubleValue(0.5)
        dialog.accept()

    in_dialog(QInputDialog, use)
    assert edit(Palette([[0.25]], [1])) == (0.5,)
    assert values == [(0.25, 1.7e308, 6)]


# -- as text


def test_other_channels_are_edited_as_text(edit, answer):
    palette = Palette(np.array([[1, 2, 3, 40]], np.uint8), [1])
    asked = answer(
        "ask_text", "1, 2, 3", "1, 2, 3, x", "1 2 3 256", "1,2,3,nan", "1; 2, 3.4 255", None
    )
    assert edit(palette) == (1.0, 2.0, 3.0, 255.0)
    prompt = "4 values in the image's units, separated by commas:"
    labels = [label for _, label, _ in asked]
    assert labels[0] == prompt
    assert labels[1] == f"4 values are needed, one per channel, got 3.\n{prompt}"
    assert labels[2].startswith("“x” is not a number from 0 to 255.")
    assert labels[3].startswith("“256” is not a number")
    assert labels[4].startswith("“nan” is not a number")
    assert [text for *_, text in asked[:2]] == ["1, 2, 3, 40", "1, 2, 3"]
    assert edit(palette) is None


@pytest.mark.parametrize(
    ("layers", "parts", "color"),
    [
        ([Image(GREY, name=name) for name in "abc"], {}, [[1, 2, 3]]),
        ([rgb(RGBA)], {"alpha": "channel"}, [[1, 2, 3, 4]]),
    ],
    ids=["three channels", "alpha"],
)
def test_mixtures_and_alpha_are_no_colors(edit, answer, layers, parts, color):
    answer("ask_text", ", ".join(["7"] * len(color[0])))
    palette = Palette(np.array(color, np.uint8), [1])
    assert edit(palette, display_of(*layers, **parts)) == (7,) * len(color[0])


@pytest.mark.parametrize("text", [None, "0.1, 0.123456789", "0.1,  0.12345678901"])
def test_same_or_no_text_is_no_edit(edit, answer, text):
    answer("ask_text", text)
    assert edit(Palette([[0.1, 0.12345678901]], [1])) is None


def test_text_dialog(edit):
    def use(dialog):
        dialog.setTextValue("0.5, -1")
        dialog.accept()

    in_dialog(QInputDialog, use)
    assert edit(Palette([[0.25, 0.5]], [1])) == (0.5, -1)
