"""Pixels without data at the widget: left out, counted, and told in its own words."""

from __future__ import annotations

import numpy as np
import pytest
from napari.components import ViewerModel
from pictures import GREY, PHOTO
from qtpy.QtCore import Qt

from napari_kmeans_quantizer import quantize

HOLES = np.zeros(GREY.shape, bool)
HOLES[5:12, 10:15] = True
HEIGHTS = np.where(HOLES, -9999, GREY.astype(np.int16)).astype(np.int16)


def click(widget, qtbot):
    qtbot.mouseClick(widget._start.native, Qt.MouseButton.LeftButton)


@pytest.fixture
def quantized(widget, settled, qtbot):
    def quantized():
        click(widget, qtbot)
        settled(widget)

    return quantized


@pytest.mark.parametrize("kind", ["nan", "infinite", "masked"])
def test_they_are_left_out_whatever_they_are(viewer, widget, quantized, notices, kind):
    array = GREY.astype(np.float32)
    if kind == "masked":
        array = np.ma.masked_where(HOLES, array)
    else:
        array[HOLES] = np.nan if kind == "nan" else np.inf
    # napari does not find the limits of what is infinite
    viewer.add_image(array, name="heights", contrast_limits=(0, 200))
    widget.n_colors.value = 4
    quantized()
    assert not notices
    painted, labels = viewer.layers["heights · quantized"], viewer.layers["heights · clusters"]
    expected = quantize(np.asarray(array), 4, mask=~HOLES)
    assert np.array_equal(painted.data, expected.image, equal_nan=True)
    assert np.array_equal(np.asarray(painted.data)[HOLES], np.asarray(array)[HOLES], equal_nan=True)
    assert np.array_equal(labels.data == 0, HOLES)
    assert sum(labels.features["pixels"]) == (~HOLES).sum()
    assert widget.message.endswith("35 pixels without data left out")


def test_a_value_typed_into_no_data(viewer, widget, quantized, qtbot):
    viewer.add_image(HEIGHTS, name="heights")
    widget.n_colors.value = 4
    quantized()
    assert "without data" not in widget.message
    qtbot.keyClicks(widget.no_data.native, "-9999")
    quantized()
    expected = quantize(HEIGHTS, 4, mask=~HOLES)
    assert np.array_equal(viewer.layers["heights · quantized"].data, expected.image)
    assert np.array_equal(viewer.layers["heights · clusters"].data == 0, HOLES)
    assert "35 pixels without data left out" in widget.message
    assert widget.settings.no_data == -9999
    qtbot.keyClick(widget.no_data.native, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(widget.no_data.native, Qt.Key.Key_Delete)
    quantized()
    assert (viewer.layers["heights · clusters"].data > 0).all()


def test_black_of_a_photograph(viewer, widget, quantized, qtbot):
    photo = PHOTO.clip(1)
    photo[HOLES] = 0
    photo[0, 0] = (0, 0, 9)
    viewer.add_image(photo, name="photo", rgb=True)
    qtbot.keyClicks(widget.no_data.native, "0")
    quantized()
    assert np.array_equal(viewer.layers["photo · clusters"].data == 0, HOLES)


def test_what_is_no_number_is_told(viewer, widget, quantized, qtbot, notices):
    viewer.add_image(GREY, name="photo")
    qtbot.keyClicks(widget.no_data.native, "none")
    quantized()
    widget.explore(2, 3)
    assert [notice.message for notice in notices] == [
        '"No data" must be a number such as -9999, or empty; it is "none".'
    ] * 2
    assert len(viewer.layers) == 1
    assert not widget.running


def test_a_whole_image_without_data(viewer, widget, quantized, notices):
    viewer.add_image(np.full((9, 9), -9999.0), name="void")
    widget.no_data.value = -9999
    quantized()
    (notice,) = notices
    assert notice.message.startswith('"void" has no pixel with data')
    assert '"No data" (-9999)' in notice.message
    assert "mask=" not in notice.message


def test_it_is_copied_as_python_and_restored(viewer, widget, quantized):
    viewer.add_image(HEIGHTS, name="heights")
    widget.n_colors.value, widget.no_data.value = 4, -9999
    quantized()
    script = widget.copy_as_python()
    assert "no_data=-9999" in script
    other = ViewerModel()
    other.add_image(HEIGHTS, name="heights")
    exec(script, {"viewer": other})
    made = other.layers["heights · clusters"].data
    assert np.array_equal(made, viewer.layers["heights · clusters"].data)
    widget.no_data.value = None
    viewer.layers.selection.active = viewer.layers["heights · clusters"]
    widget.restore_settings()
    assert widget.no_data.value == -9999


def test_other_views_live_with_it(viewer, widget, quantized, settled):
    stack = np.stack([HEIGHTS, HEIGHTS[::-1], HEIGHTS])
    viewer.add_image(stack, name="heights")
    widget.no_data.value = -9999
    quantized()
    assert widget.state.frame_counts().sum() == 3 * (~HOLES).sum()
    assert (widget.state.sample.values != -9999).all()
    widget.explore(2, 4)
    settled(widget)
    assert "elbow" in widget.message
