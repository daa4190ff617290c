"""With Live on, layers follow every change."""

from __future__ import annotations

import time

import numpy as np
import pytest
from pictures import COFFEE
from qtpy.QtCore import QPoint, Qt
from qtpy.QtWidgets import QApplication, QSlider, QStyle, QStyleOptionSlider

from napari_kmeans_quantizer import Progress, quantize, quantize_steps
from napari_kmeans_quantizer.plugin import pipeline
from napari_kmeans_quantizer.plugin.models import source
from napari_kmeans_quantizer.plugin.panel import choice

LEFT = Qt.MouseButton.LeftButton
NO_KEYS = Qt.KeyboardModifier.NoModifier
OUTPUTS = ["photo · quantized", "photo · clusters", "photo · palette"]


@pytest.fixture
def done(settled, widget):
    return lambda: settled(widget)


@pytest.fixture
def shown(widget, qtbot):
    """The widget on the screen, where its controls have a size."""
    widget.native.resize(320, 900)
    with qtbot.waitExposed(widget.native):
        widget.native.show()
    return widget


def slider_of(widget):
    return widget.native.findChild(QSlider)


# -- the slider


def test_dragging_the_slider_updates_the_layers(viewer, widget, shown, photo, done, qtbot):
    qtbot.mouseClick(widget.live.native, LEFT, pos=QPoint(8, widget.live.native.height() // 2))
    assert widget.live.value
    done()
    before = list(viewer.layers)
    slider = slider_of(widget)
    center = slider.rect().center()
    slider.setSliderDown(True)
    for value in (20, 33, 12):
        slider.setSliderPosition(value)
        done()
        assert len(viewer.layers["photo · palette"].data) == value
    slider.setSliderDown(False)
    done()
    assert list(viewer.layers) == before
    assert np.array_equal(viewer.layers["photo · quantized"].data, quantize(COFFEE, 12).image)
    qtbot.mouseClick(slider, LEFT, pos=center)
    done()
    assert widget.result.palette.rgb.shape == (widget.n_colors.value, 3)


@pytest.mark.parametrize("limit", [10**9, 300], ids=["small", "above the limit"])
def test_slider_dragged_with_live_on(viewer, widget, shown, settled, qtbot, monkeypatch, limit):
    monkeypatch.setattr(source.preview_step, "__defaults__", (limit,))
    viewer.add_image(COFFEE, name="photo")
    widget.live.value = True
    settled(widget)
    slider = slider_of(widget)
    option = QStyleOptionSlider()
    slider.initStyleOption(option)
    style = slider.style()
    handle = style.subControlRect(
        QStyle.ComplexControl.CC_Slider, option, QStyle.SubControl.SC_SliderHandle, slider
    ).center()
    for rounds in range(2):
        qtbot.mousePress(slider, LEFT, NO_KEYS, handle)
        for x in (handle.x() + 20, slider.width() // 2, slider.width() - 5, slider.width() // 3):
            qtbot.mouseMove(slider, QPoint(x, handle.y()))
            qtbot.wait(25)
        if rounds:
            settled(widget)  # the preview is shown before the mouse is released
        qtbot.mouseRelease(slider, LEFT, NO_KEYS, QPoint(slider.width() // 3, handle.y()))
        settled(widget)
        n_colors = widget.n_colors.value
        assert n_colors != 16
        assert slider.value() == n_colors
        assert widget.state.source.step == 1
        assert np.array_equal(viewer.layers[1].data, quantize(COFFEE, n_colors).image)
        assert np.array_equal(viewer.layers[1].scale, (1, 1))
        option = QStyleOptionSlider()
        slider.initStyleOption(option)
        handle = style.subControlRect(
            QStyle.ComplexControl.CC_Slider, option, QStyle.SubControl.SC_SliderHandle, slider
        ).center()


def test_large_images_are_previewed_while_dragging(viewer, widget, photo, done, monkeypatch):
    monkeypatch.setattr(choice, "preview_step", lambda _: 3)
    widget.live.value = True
    done()
    slider = slider_of(widget)
    slider.setSliderDown(True)
    slider.setSliderPosition(5)
    done()
    quantized = viewer.layers["photo · quantized"]
    assert quantized.data.shape[0] < COFFEE.shape[0] / 2
    assert np.allclose(quantized.extent.world, photo.extent.world, atol=3)
    slider.setSliderDown(False)
    done()
    assert np.array_equal(quantized.data, quantize(COFFEE, 5).image)
    assert np.array_equal(quantized.extent.world, photo.extent.world)


class Slow:
    """Work that takes its time, and what of it was under way at once."""

    def __init__(self, seconds):
        self._seconds, self.begun, self.cancelled = seconds, [], 0

    def steps(self, array, n_colors=16, **options):
        self.begun.append(n_colors)
        until = time.monotonic() + self._seconds
        try:
            while time.monotonic() < until:
                time.sleep(0.01)
                yield Progress("Slow", 0.1)
        except GeneratorExit:
            self.cancelled += 1
            raise
        return (yield from quantize_steps(array, n_colors, **options))


@pytest.mark.parametrize("large", [False, True], ids=["small", "with a preview"])
def test_previews_are_seen_while_the_slider_is_dragged(
    widget, shown, photo, done, qtbot, monkeypatch, large
):
    """However slow: what is under way is finished, and then comes what is newest."""
    if large:
        monkeypatch.setattr(source.preview_step, "__defaults__", (300,))
    widget.live.value = True
    done()
    slow, seen = Slow(0.3), []
    monkeypatch.setattr(pipeline, "quantize_steps", slow.steps)
    monkeypatch.setattr(
        widget._session, "_on_change", lambda: seen.append(len(widget.result.palette))
    )
    slider = slider_of(widget)
    slider.setSliderDown(True)
    for value in range(10, 40):
        slider.setSliderPosition(value)
        qtbot.wait(40)
    assert len(seen) >= 3  # 1.2 s, and more on a busy machine
    assert slow.cancelled == 0
    done()
    assert len(slow.begun) < 15  # at most one waits
    assert slow.begun == sorted(slow.begun)
    assert seen[-1] == 39
    slider.setSliderDown(False)
    done()
    assert len(widget.result.palette) == 39
    assert widget.state.source.step == 1


def test_a_long_run_is_not_waited_for(widget, shown, photo, done, qtbot, monkeypatch):
    monkeypatch.setattr(source.preview_step, "__defaults__", (300,))
    slow = Slow(60)
    with monkeypatch.context() as patch:
        patch.setattr(pipeline, "quantize_steps", slow.steps)
        widget.run()
        qtbot.waitUntil(lambda: slow.begun == [8], timeout=60_000)
    widget.live.value = True
    widget.n_colors.value = 5
    done()
    assert slow.cancelled == 1
    assert len(widget.result.palette) == 5


# -- every change


@pytest.mark.parametrize(
    ("name", "value", "options"),
    [
        ("color_space", "oklab", {"color_space": "oklab"}),
        ("effort", "best", {"effort": "best"}),
        ("seed", 3, {"random_state": 3, "effort": "best"}),
        ("sample", 10.0, {"sample": 0.1}),
    ],
)
def test_every_parameter_is_live(viewer, widget, photo, done, name, value, options):
    widget.effort.value = options.get("effort", "balanced")
    widget.live.value = True
    done()
    getattr(widget, name).value = value
    done()
    expected = quantize(COFFEE, 8, **options)
    assert np.array_equal(viewer.layers["photo · quantized"].data, expected.image)


def test_without_live_nothing_follows(viewer, widget, photo, done):
    widget.n_colors.value = 3
    widget.color_space.value = "lab"
    done()
    assert len(viewer.layers["photo · palette"].data) == 8


def test_the_latest_of_quick_changes_wins(viewer, widget, photo, done):
    widget.live.value = True
    for value in range(2, 60):
        widget.n_colors.value = value
        if value % 7 == 0:
            QApplication.processEvents()
    done()
    assert np.array_equal(viewer.layers["photo · quantized"].data, quantize(COFFEE, 59).image)
    assert widget.result.palette.rgb.shape == (59, 3)


def test_live_toggled_quickly(viewer, widget, settled):
    viewer.add_image(COFFEE, name="photo")
    for i in range(9):
        widget.live.value = not widget.live.value
        widget.n_colors.value = 3 + i
        QApplication.processEvents()
    assert widget.live.value
    settled(widget)
    assert len(widget.result.palette) == 11
    assert [layer.name for layer in viewer.layers] == ["photo", *OUTPUTS]


def test_live_follows_the_slice(viewer, widget, done):
    stack = np.stack([COFFEE[..., 0], COFFEE[..., 1], COFFEE[..., 2]])
    viewer.add_image(stack, name="stack", translate=(7, 0, 0))
    widget.extent.value = "slice"
    widget.n_colors.value = 4
    widget.live.value = True
    done()
    for z in (2, 0, 1):
        viewer.dims.set_current_step(0, z)
        done()
        quantized = viewer.layers["stack · quantized"]
        expected = quantize(stack[z : z + 1], 4, channel_axis=None)
        assert np.array_equal(quantized.data, expected.image)
        assert quantized.data_to_world((0, 0, 0)) == (7 + z, 0, 0)
    widget.extent.value = "all"
    done()
    viewer.dims.set_current_step(0, 2)
    assert not widget.running


def test_live_troubles_are_told_quietly(viewer, widget, done, notices):
    viewer.add_image(np.full((40, 40), np.nan), name="bad")
    widget.live.value = True
    for value in (3, 4, 5):
        widget.n_colors.value = value
        done()
    assert notices == []
    assert '"bad" has no pixel with data' in widget.message
