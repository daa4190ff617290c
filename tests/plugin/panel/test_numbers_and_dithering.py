"""How many colors, and how they are mixed: what people click, and what comes out."""

from __future__ import annotations

import numpy as np
import pytest
from pictures import COFFEE
from qtpy.QtCore import QPoint, Qt
from qtpy.QtWidgets import QComboBox

from napari_kmeans_quantizer import quantize
from napari_kmeans_quantizer.plugin import pipeline

LEFT = Qt.MouseButton.LeftButton
FLOYD = "floyd-steinberg"


@pytest.fixture
def shown(widget, qtbot):
    """The widget on the screen, where its controls have a size."""
    widget.native.resize(340, 900)
    with qtbot.waitExposed(widget.native):
        widget.native.show()
    return widget


@pytest.fixture
def tick(qtbot):
    def tick(box):
        qtbot.mouseClick(box.native, LEFT, pos=QPoint(8, box.native.height() // 2))

    return tick


@pytest.fixture
def choose(qtbot):
    """Choose an entry of a combo box by the arrow keys."""

    def choose(combo, text):
        native = combo.native
        assert isinstance(native, QComboBox)
        native.setFocus()
        qtbot.keyClick(native, Qt.Key.Key_Home)
        for _ in range(native.findText(text)):
            qtbot.keyClick(native, Qt.Key.Key_Down)

    return choose


@pytest.fixture
def stages(monkeypatch):
    """What the engine tells from now on."""
    told, steps = [], pipeline.quantize_steps

    def watched(*args, **options):
        inner = steps(*args, **options)
        while True:
            try:
                step = next(inner)
            except StopIteration as end:
                return end.value
            told.append(step.stage)
            yield step

    monkeypatch.setattr(pipeline, "quantize_steps", watched)
    return told


def is_searched(stages):
    return any("centers" in stage or "numbers" in stage for stage in stages)


def painted(viewer):
    return viewer.layers["photo · quantized"].data


# -- how many


def test_auto_tells_the_number_that_it_found(viewer, widget, shown, photo, run, tick):
    tick(widget.auto)
    assert widget.settings.n_colors == "auto"
    assert not widget.n_colors.enabled
    run(widget)
    expected = quantize(COFFEE, "auto")
    assert np.array_equal(painted(viewer), expected.image)
    assert widget.n_colors.value == len(expected.palette) != 8
    assert widget.auto.value
    assert widget.message.startswith(f"{len(expected.palette)} colors")
    assert not widget.running


def test_one_goes_on_from_the_number_that_was_found(viewer, widget, shown, photo, run, tick):
    tick(widget.auto)
    run(widget)
    found = widget.n_colors.value
    tick(widget.auto)
    assert widget.n_colors.enabled
    assert widget.settings.n_colors == found
    widget.n_colors.value += 1
    run(widget)
    assert len(widget.result.palette) == found + 1


def test_with_live_on_auto_runs_once(viewer, widget, shown, photo, settled, tick, stages):
    widget.live.value = True
    settled(widget)
    stages.clear()
    tick(widget.auto)
    settled(widget)
    assert stages.count("Counting colors") == 1
    assert widget.state.settings.n_colors == "auto"
    widget.n_colors.value = 5  # as a script does: this number is wanted
    settled(widget)
    assert not widget.auto.value
    assert len(widget.result.palette) == 5


def test_every_image_tells_its_own_number(viewer, widget, photo, run):
    widget.auto.value = True
    run(widget)
    first = widget.n_colors.value
    flat = np.repeat(np.array([[[0, 0, 0], [255, 255, 255], [255, 0, 0]]], np.uint8), 40, axis=0)
    other = viewer.add_image(flat, name="flag", rgb=True)
    widget.image.value = other
    run(widget)
    assert widget.n_colors.value == 3
    widget.image.value = photo
    assert widget.n_colors.value == first
    assert widget.settings.n_colors == "auto"


def test_the_number_found_does_not_count_what_was_joined(viewer, widget, photo, run):
    widget.merge(1, 0)
    widget.auto.value = True
    run(widget)
    assert widget.n_colors.value == len(widget.result.palette)
    assert widget.state.is_edited


def test_quality_takes_as_few_colors_as_reach_it(viewer, widget, shown, photo, run):
    widget.n_colors.value = 64
    widget.min_psnr.value = 26
    run(widget)
    n_colors = len(widget.result.palette)
    assert widget.result.psnr >= 26
    assert quantize(COFFEE, n_colors - 1).psnr < 26
    assert widget.n_colors.value == 64  # the most, which somebody has chosen
    widget.auto.value = True
    run(widget)
    assert widget.n_colors.value == len(widget.result.palette) == n_colors


def test_who_takes_an_explored_number_wants_that_one(viewer, widget, photo, settled):
    widget.auto.value = True
    widget.explore(2, 5)
    settled(widget)
    widget.take(4)
    settled(widget)
    assert not widget.auto.value
    assert len(widget.result.palette) == 4


def test_more_locks_than_auto_can_find_are_told(viewer, widget, shown, photo, run, settled, qtbot):
    widget.n_colors.value = 40
    run(widget)
    widget.lock(range(40))
    widget.auto.value = True
    run(widget)
    notice = widget._busy.notice
    assert "At most 32 colors are found by auto, and 40 are locked." in notice.text.text()
    qtbot.mouseClick(notice.remedy, LEFT)
    settled(widget)
    assert not widget.auto.value
    assert len(widget.result.palette) == 40


# -- dithering


def test_dithering_is_chosen_and_its_strength_appears(viewer, widget, shown, photo, run, choose):
    assert not widget.dither_strength.native.isVisible()
    width = widget.native.minimumSizeHint().width()
    choose(widget.dither, "ordered")
    assert widget.dither.value == "ordered"
    assert widget.dither_strength.native.isVisible()
    assert widget.native.minimumSizeHint().width() == width
    run(widget)
    expected = quantize(COFFEE, 8, dither="ordered")
    assert np.array_equal(painted(viewer), expected.image)
    choose(widget.dither, "none")
    assert not widget.dither_strength.native.isVisible()


def test_strength_is_typed_in_per_cent(viewer, widget, shown, photo, run, choose, qtbot):
    choose(widget.dither, "Floyd-Steinberg")
    field = widget.dither_strength.native
    field.selectAll()
    qtbot.keyClicks(field, "40")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert widget.settings.dither_strength == 0.4
    run(widget)
    expected = quantize(COFFEE, 8, dither=FLOYD, dither_strength=0.4)
    assert np.array_equal(painted(viewer), expected.image)


def test_with_live_on_only_the_painting_changes(
    viewer, widget, shown, photo, settled, choose, stages
):
    widget.live.value = True
    settled(widget)
    n_iter = widget.result.n_iter
    for text, kind in (("Floyd-Steinberg", FLOYD), ("blue noise", "blue-noise"), ("none", None)):
        stages.clear()
        choose(widget.dither, text)
        settled(widget)
        assert stages
        assert not is_searched(stages)
        expected = quantize(COFFEE, 8, dither=kind)
        assert np.array_equal(painted(viewer), expected.image)
        assert widget.result.n_iter == n_iter == expected.n_iter
    widget.dither.value = "ordered"
    widget.dither_strength.value = 30
    settled(widget)
    expected = quantize(COFFEE, 8, dither="ordered", dither_strength=0.3)
    assert np.array_equal(painted(viewer), expected.image)
    assert not is_searched(stages)


def test_edits_and_locks_stay_and_nothing_is_fitted_around_them(
    viewer, widget, photo, settled, stages
):
    widget.live.value = True
    settled(widget)
    widget.recolor(2, (1, 2, 3))
    widget.merge(5, 0)
    widget.lock(1)
    locked = widget.state.color(1)
    settled(widget)
    stages.clear()
    widget.dither.value = FLOYD
    settled(widget)
    assert not is_searched(stages)
    colors = set(map(tuple, widget.result.palette.colors.tolist()))
    assert len(colors) == 7
    assert {(1, 2, 3), locked} <= colors
    shown = set(map(tuple, painted(viewer).reshape(-1, 3).tolist()))
    assert shown == set(map(tuple, widget.result.palette.values.tolist()))
    widget.undo()
    assert widget.state.settings.dither is None
    widget.redo()
    assert widget.state.settings.dither == FLOYD
    widget.reset_colors()
    assert np.array_equal(painted(viewer), quantize(COFFEE, 8, dither=FLOYD).image)


def test_pixels_that_were_changed_meanwhile_are_fitted(viewer, widget, photo, run, stages):
    photo.data = COFFEE[::-1].copy()
    stages.clear()
    widget.dither.value = "ordered"
    run(widget)
    assert is_searched(stages)
    assert np.array_equal(painted(viewer), quantize(COFFEE[::-1], 8, dither="ordered").image)


def test_other_images_are_painted_in_the_same_way(viewer, widget, photo, run, settled, monkeypatch):
    monkeypatch.setattr(widget._many, "show_measured", lambda _: None)
    widget.dither.value = "blue-noise"
    run(widget)
    other = viewer.add_image(COFFEE[:, ::-1].copy(), name="other")
    widget.image.value = photo
    widget.apply_palette_to([other])
    settled(widget)
    expected = quantize(COFFEE[:, ::-1], palette=widget.result.palette, dither="blue-noise")
    assert np.array_equal(viewer.layers["other · quantized"].data, expected.image)


def test_settings_come_back_from_layers_and_as_a_script(viewer, widget, photo, run):
    widget.auto.value = True
    widget.min_psnr.value = 24
    widget.dither.value = "ordered"
    widget.dither_strength.value = 60
    run(widget)
    before = painted(viewer).copy()
    script = widget.copy_as_python()
    assert "n_colors='auto'" in script
    for part in ("min_psnr=24.0", "dither='ordered'", "dither_strength=0.6"):
        assert part in script
    widget.auto.value, widget.min_psnr.value, widget.dither.value = False, 0, "none"
    viewer.layers.selection.active = viewer.layers["photo · palette"]
    widget.restore_settings()
    assert (widget.auto.value, widget.min_psnr.value) == (True, 24)
    assert (widget.dither.value, widget.dither_strength.value) == ("ordered", 60)
    viewer.layers["photo · quantized"].data = np.zeros_like(before)
    exec(script, {"viewer": viewer})
    assert np.array_equal(painted(viewer), before)
