"""Both tours, step by step, by real clicks: what is lit, what is told, and what is done."""

from __future__ import annotations

import numpy as np
import pytest
from guest import place_of
from napari.layers import Image, Labels, Points
from qtpy.QtWidgets import QLabel

from napari_kmeans_quantizer.plugin.layers.viewpoint import view_area
from napari_kmeans_quantizer.plugin.tours.opening import TUTORIALS

BOTH = list(TUTORIALS)
FROM_SCRATCH, HOW_MANY = BOTH


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("name", BOTH)
def test_each_step_lights_what_it_speaks_of_and_its_text_lies_beside_it(guest, name, theme):
    guest.viewer.theme = theme
    guest.open(name)
    for n, step in enumerate(guest.steps, 1):
        guest.go(n)
        target = step.at.find(guest.widget)
        assert target.isVisible(), step.title
        lit, text = place_of(target, guest.window), guest.text.geometry()
        assert guest.lit == lit, step.title
        assert guest.window.rect().contains(text), step.title
        assert not text.intersects(lit), step.title
        assert guest.says[2] == f"{n}/{len(guest.steps)}"
    guest.click("Finish")
    guest.over()


@pytest.mark.parametrize("name", BOTH)
def test_no_text_is_cut_off(guest, name):
    guest.open(name)
    for n in range(1, len(guest.steps) + 1):
        guest.go(n)
        _, body, _ = guest.text.findChildren(QLabel)
        lines = body.heightForWidth(body.width()) - body.fontMetrics().lineSpacing() // 4
        assert body.height() >= lines - 1, body.text()


@pytest.mark.parametrize("name", BOTH)
def test_they_take_few_steps_of_few_sentences(name):
    steps = TUTORIALS[name].steps
    assert 6 <= len(steps) <= 9
    for step in steps:
        assert step.text.count(". ") + 1 <= 3, step.title
        assert len(step.text) < 220, step.title


def kinds(viewer):
    return [type(layer) for layer in viewer.layers]


@pytest.mark.parametrize(("name", "n"), [(FROM_SCRATCH, 9), (HOW_MANY, 4), (HOW_MANY, 5)])
def test_the_palette_stays_in_view_when_the_canvas_shrinks(guest, name, n):
    guest.open(name)
    guest.go(n)
    area = view_area(guest.viewer)
    squares = guest.viewer.layers[f"{guest.photograph.name} · palette"].data
    assert (area.low < squares).all()
    assert (squares < area.high).all()


def test_what_the_first_one_does(guest):
    guest.open(FROM_SCRATCH)
    widget, viewer = guest.widget, guest.viewer
    assert "512 × 512 pixels" in guest.says[1]
    assert "786,432 bytes" in guest.says[1]
    assert widget.image.value == guest.photograph
    assert kinds(viewer) == [Image]
    guest.go(2)
    assert kinds(viewer) == [Image, Image, Labels, Points]
    assert len(widget.result.palette) == widget.n_colors.value == 16
    guest.go(3)
    view = widget.view("Color space")
    assert view.color_by.currentText() == "own color"
    guest.go(4)
    assert view.color_by.currentText() == "cluster color"
    guest.go(5)
    assert view.color_by.currentText() == "distance to a color"
    guest.go(7)
    assert "24 -> 4 bits" in widget.message
    guest.go(8)
    shown = [layer.name for layer in viewer.layers if layer.visible]
    assert viewer.canvas.grid.enabled
    assert shown == ["astronaut", "astronaut · quantized"]
    guest.go(9)
    assert not viewer.canvas.grid.enabled


def test_what_the_second_one_does(guest):
    guest.open(HOW_MANY)
    widget, viewer = guest.widget, guest.viewer
    assert "68,480 rows" in guest.says[1]
    guest.go(2)
    mean = guest.photograph.data.reshape(-1, 3).mean(axis=0)
    np.testing.assert_allclose(widget.result.palette.colors, mean[None], rtol=1e-9)
    guest.go(3)
    assert len(widget.result.palette) == 3
    guest.go(5)
    assert widget.view("Color space").color_by.currentText() == "cluster color"
    guest.go(6)
    curve = widget.view("Explore K").shown_curve
    assert list(curve.n_colors) == list(range(2, 11))
    assert curve.tiles is not None
    assert viewer.layers["flower · 2 to 10 colors"].visible
    guest.go(7)
    assert len(widget.result.palette) == curve.suggested
    assert not viewer.layers["flower · 2 to 10 colors"].visible
    guest.go(8)
    assert widget.auto.value
    assert widget.state.settings.n_colors == "auto"


@pytest.mark.parametrize("name", BOTH)
def test_who_does_not_wait_gets_the_same_in_the_same_order(guest, name):
    guest.open(name)
    for step in guest.steps[1:]:
        guest.click("Next")
        guest._qtbot.waitUntil(lambda step=step: guest.says[0] == step.title)
    guest.settle()
    guest._qtbot.waitUntil(lambda: guest.widget.result is not None, timeout=60_000)
    guest._qtbot.wait(1500)
    guest.settle()
    state = guest.widget.state
    wanted = 16 if name == FROM_SCRATCH else "auto"
    assert state.settings.n_colors == wanted


def test_what_is_done_is_done_once(guest):
    guest.open(FROM_SCRATCH)
    guest.go(3)
    guest.widget.n_colors.value = 5
    guest.widget.run()
    guest.settle()
    guest.click("Previous")
    guest.arrive(guest.steps[1])
    assert len(guest.widget.result.palette) == 5
