"""A line for a number that need not be there."""

from __future__ import annotations

import pytest

from napari_kmeans_quantizer.plugin.panel.number import OptionalNumber


@pytest.fixture
def line(qtbot):
    made = OptionalNumber("none", label="No data")
    qtbot.addWidget(made.native)
    return made


def test_empty_is_none(line):
    assert line.value is None
    assert line.native.placeholderText() == "none"


@pytest.mark.parametrize(
    ("typed", "number"),
    [("-9999", -9999), (" 0 ", 0), ("1e-3", 0.001), ("0.5", 0.5), ("nan", None), ("inf", None)],
)
def test_what_is_typed(line, qtbot, typed, number):
    qtbot.keyClicks(line.native, typed)
    assert line.value == number


@pytest.mark.parametrize("number", [-9999, 0, 0.0, 0.1, -3.4028234663852886e38, 1e300, None])
def test_what_a_script_sets_comes_back_exactly(line, number):
    line.value = number
    assert line.value == number
    assert not line.native.text().endswith(".0")


@pytest.mark.parametrize("typed", ["-", "none", "0,5", "1e"])
def test_what_is_no_number_is_told(line, qtbot, typed):
    qtbot.keyClicks(line.native, typed)
    with pytest.raises(ValueError, match='"No data" must be a number such as -9999, or empty'):
        line.get_value()


def test_changes_are_told(line, qtbot):
    told = []
    line.changed.connect(told.append)
    qtbot.keyClicks(line.native, "-9")
    assert len(told) == 2
