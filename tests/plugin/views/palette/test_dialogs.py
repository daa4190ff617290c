"""The dialogs for another color, each in the way that suits the image."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from napari.layers import Image
from pictures import GREY, RGBA, rgb
from qtpy.QtGui import QColor
from qtpy.QtWidgets import QColorDialog, QWidget

from napari_kmeans_quantizer import Palette
from napari_kmeans_quantizer.plugin.models.display import Display
from napari_kmeans_quantizer.plugin.models.source import Source
from napari_kmeans_quantizer.plugin.views.palette.dialogs import editor_for

NOT_NATIVE = QColorDialog.ColorDialogOption.DontUseNativeDialog
RED = Palette(np.array([[200, 0, 0]], np.uint8), [1])


class Asked:
    """A dialog for the first color of a palette, and what it says."""

    def __init__(self, qtbot, palette, display=None):
        self.parent = QWidget()
        qtbot.addWidget(self.parent)
        self._editor = editor_for(self.parent, palette, display or Display.of_palette(palette), 0)
        self.dialog = self._editor.dialog
        self.said = []
        self._editor.previewed.connect(lambda color: self.said.append(("previewed", color)))
        self._editor.chosen.connect(lambda color: self.said.append(("chosen", color)))
        self._editor.cancelled.connect(lambda: self.said.append(("cancelled",)))
        self._editor.open()

    def choose(self, value):
        """Set the dialog to a value, and press OK; return what was chosen, None if nothing."""
        if isinstance(value, QColor):
            self.dialog.setCurrentColor(value)
        elif isinstance(value, str):
            self.dialog.setTextValue(value)
        elif value is not None:
            self.dialog.setDoubleValue(value)
        self.dialog.accept()
        return self.said[-1][1] if self.said and self.said[-1][0] == "chosen" else None


@pytest.fixture
def ask(qtbot):
    """Open the dialog for a palette."""
    return partial(Asked, qtbot)


def display_of(*layers, **parts):
    return Source(layers, **parts).display()


# -- as a color


def test_a_color_is_asked_for_and_starts_at_the_old_one(ask):
    asked = ask(RED)
    assert isinstance(asked.dialog, QColorDialog)
    assert asked.dialog.windowTitle() == "Edit color #c80000"
    assert asked.dialog.currentColor() == QColor(200, 0, 0)
    assert asked.dialog.testOption(NOT_NATIVE)
    assert not asked.dialog.isModal()
    assert asked.choose(QColor(200, 0, 51)) == (200, 0, 51)


def test_the_same_color_is_no_edit(ask):
    asked = ask(RED)
    assert asked.choose(None) is None
    assert asked.said == [("cancelled",)]


def test_every_color_on_the_way_is_told_and_cancel_takes_back(ask, qtbot):
    asked = ask(RED)
    for blue in range(1, 60):
        asked.dialog.setCurrentColor(QColor(200, 0, blue))
    qtbot.waitUntil(lambda: asked.said == [("previewed", (200, 0, 59))])  # not each single one
    asked.dialog.reject()
    assert asked.said[-1] == ("cancelled",)


def test_edit_converts_to_the_palettes_units(ask):
    floats = Palette([[0.0, 128.3 / 255, 1.0]], [1], value_range=(0.0, 1.0))
    after = ask(floats).choose(QColor(255, 128, 51))
    assert after == (1.0, 128.3 / 255, 0.2)  # the green stays as exact as it was
    deep = Palette([[0, 1000, 0]], [1], dtype=np.uint16, value_range=(0, 1001))
    assert ask(deep).choose(QColor(255, 128, 51)) == (1001, 502, 200)


def test_colors_are_those_that_the_viewer_shows(ask):
    pixels = np.arange(27, dtype=np.uint16).reshape(3, 3, 3) * 100
    display = display_of(rgb(pixels, contrast_limits=(100, 1100), gamma=0.5))
    asked = ask(Palette([[350, 100, 100]], [1], dtype=np.uint16), display)
    assert asked.dialog.windowTitle() == "Edit color #800000"
    assert asked.dialog.currentColor() == QColor(128, 0, 0)
    red, green, blue = asked.choose(QColor(255, 0, 128))
    assert (red, green) == (1100, 100)
    assert blue == round(100 + (128 / 255) ** 2 * 1000)
    assert display.hex([[red, green, blue]]) == ["#ff0080"]


# -- as a number


def test_grey_is_edited_as_a_number(ask, qtbot):
    grey = Palette(np.array([[9]], np.uint8), [1])
    asked = ask(grey)
    assert asked.dialog.windowTitle() == "Edit color #090909"
    assert asked.dialog.doubleValue() == 9
    asked.dialog.setDoubleValue(8.0)
    qtbot.waitUntil(lambda: asked.said == [("previewed", (8.0,))])
    assert asked.choose(7.0) == (7.0,)
    assert ask(grey).choose(9.0) is None


def test_grey_is_called_as_its_colormap_shows_it(ask):
    display = display_of(Image(GREY, colormap="viridis", contrast_limits=(9, 100)))
    asked = ask(Palette(np.array([[9]], np.uint8), [1]), display)
    assert asked.dialog.windowTitle() == "Edit color #440154"


@pytest.mark.parametrize(
    ("dtype", "limits", "decimals"),
    [
        (bool, (0, 1), 0),
        (np.int16, (-32768, 32767), 0),
        (np.float16, (-65504, 65504), 6),
        (np.float64, (-1.7e308, 1.7e308), 6),
    ],
)
def test_number_has_the_limits_of_the_dtype(ask, dtype, limits, decimals):
    dialog = ask(Palette([[1.0]], [1], dtype=dtype, value_range=(0, 1))).dialog
    assert (dialog.doubleMinimum(), dialog.doubleMaximum()) == limits
    assert dialog.doubleDecimals() == decimals


def test_a_number_that_was_not_touched_stays_exact(ask):
    asked = ask(Palette([[0.12345678901]], [1]))
    assert asked.choose(None) is None
    assert asked.said == [("cancelled",)]


# -- as text


def test_other_channels_are_edited_as_text(ask):
    asked = ask(Palette(np.array([[1, 2, 3, 40]], np.uint8), [1]))
    dialog = asked.dialog
    prompt = "4 values in the image's units, separated by commas:"
    assert (dialog.labelText(), dialog.textValue()) == (prompt, "1, 2, 3, 40")
    for text, told in (
        ("1, 2, 3", f"4 values are needed, one per channel, got 3.\n{prompt}"),
        ("1, 2, 3, x", "“x” is not a number from 0 to 255."),
        ("1 2 3 256", "“256” is not a number"),
        ("1,2,3,nan", "“nan” is not a number"),
    ):
        assert asked.choose(text) is None
        assert dialog.isVisible()  # what was typed is still there
        assert dialog.textValue() == text
        assert dialog.labelText().startswith(told)
    assert asked.choose("1; 2, 3.4 255") == (1.0, 2.0, 3.0, 255.0)


@pytest.mark.parametrize(
    ("layers", "parts", "color"),
    [
        ([Image(GREY, name=name) for name in "abc"], {}, [[1, 2, 3]]),
        ([rgb(RGBA)], {"alpha": "channel"}, [[1, 2, 3, 4]]),
    ],
    ids=["three channels", "alpha"],
)
def test_mixtures_and_alpha_are_no_colors(ask, layers, parts, color):
    asked = ask(Palette(np.array(color, np.uint8), [1]), display_of(*layers, **parts))
    assert asked.choose(", ".join(["7"] * len(color[0]))) == (7,) * len(color[0])


@pytest.mark.parametrize("text", ["0.1, 0.123456789", "0.1,  0.12345678901"])
def test_the_same_text_is_no_edit(ask, text):
    assert ask(Palette([[0.1, 0.12345678901]], [1])).choose(text) is None


# -- where


@pytest.mark.parametrize("left", [0, 900])
def test_the_dialog_stands_in_the_lower_corner_away_from_its_panel(ask, qtbot, left):
    asked = ask(RED)
    window = QWidget()
    qtbot.addWidget(window)
    window.setGeometry(0, 0, 1300, 850)
    asked.parent.setParent(window)
    asked.parent.setGeometry(left, 50, 300, 700)
    window.show()
    asked._editor.open()
    frame, screen = asked.dialog.frameGeometry(), window.screen().availableGeometry()
    assert screen.contains(frame)
    assert frame.bottom() == pytest.approx(window.frameGeometry().bottom(), abs=3)
    outer = frame.left() if left else frame.right()
    assert outer == pytest.approx(0 if left else 1300, abs=3)
