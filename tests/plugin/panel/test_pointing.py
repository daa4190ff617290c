"""Clicks into the picture: which values they mean."""

from __future__ import annotations

import numpy as np
import pytest
from napari.components import ViewerModel
from napari.layers import Image
from pictures import GREY, PHOTO, RGBA, STACK, rgb, state_of
from qtpy.QtWidgets import QWidget

from napari_kmeans_quantizer.plugin.models.source import Source
from napari_kmeans_quantizer.plugin.panel.pointing import Pointing, value_at


class Click:
    """As napari tells its callbacks."""

    view_direction = None

    def __init__(self, *position):
        self.type, self.position = "mouse_press", position
        self.dims_displayed = tuple(range(len(position)))[-2:]


class Choice:
    def __init__(self, state=None):
        self.state = state


class Views:
    def __init__(self):
        self.references, self.places = [], []

    def select_pixel_at(self, position, displayed):
        self.places.append((tuple(position), tuple(displayed)))

    def set_reference(self, color):
        self.references.append(color)


def no_tile(_):
    return False


def click(pointing, event, *moves):
    steps = pointing.on_drag(None, event)
    next(steps)
    for _ in moves:
        event.type = "mouse_move"
        next(steps)
    event.type = "mouse_release"
    with pytest.raises(StopIteration):
        next(steps)


@pytest.fixture
def panel(qtbot):
    panel = QWidget()
    qtbot.addWidget(panel)
    return panel


# -- values


def test_values_of_color_pictures():
    assert np.array_equal(value_at(Source((rgb(),)), Click(3, 4)), PHOTO[3, 4])
    assert np.array_equal(value_at(Source((rgb(RGBA),)), Click(3, 4)), RGBA[3, 4])


def test_values_of_grey_and_of_channels():
    assert value_at(Source((Image(GREY),)), Click(3, 4)) == [GREY[3, 4]]
    several = Source((Image(GREY), Image(GREY // 2), Image(GREY // 3)))
    assert value_at(several, Click(3, 4)) == [GREY[3, 4] // n for n in (1, 2, 3)]


def test_values_lie_where_the_layer_does():
    placed = Source((Image(GREY, scale=(2, 3), translate=(10, 20)),))
    assert value_at(placed, Click(10 + 2 * 3, 20 + 3 * 4)) == [GREY[3, 4]]


@pytest.mark.parametrize("place", [(-1, 3), (3, 30), (99, 99)])
def test_beside_the_picture_there_is_none(place):
    assert value_at(Source((Image(GREY),)), Click(*place)) is None
    assert value_at(Source((rgb(),)), Click(*place)) is None


def test_values_of_multiscale_layers_are_those_that_are_shown():
    layer = Image([GREY, GREY[::2, ::2]], multiscale=True)
    assert value_at(Source((layer,)), Click(4, 6)) == [GREY[4, 6]]


# -- clicks


def test_a_click_is_a_reference(panel):
    views, state = Views(), state_of(rgb(RGBA))
    pointing = Pointing(panel, Choice(state), views, no_tile)
    click(pointing, Click(3, 4))
    (values,) = views.references
    assert np.array_equal(values, RGBA[3, 4, :3])  # as many as the palette has channels


def test_a_click_is_a_pixel_of_the_layer(panel):
    views = Views()
    placed = Image(GREY, scale=(2, 3), translate=(10, 20))
    click(Pointing(panel, Choice(state_of(placed)), views, no_tile), Click(16, 32))
    stack = state_of(Image(STACK, scale=(5, 1, 1)))
    click(Pointing(panel, Choice(stack), views, no_tile), Click(10, 3, 4))
    with_k = Pointing(panel, Choice(stack), views, no_tile)  # beside a layer of more axes
    click(with_k, Click(9, 10, 3, 4))
    assert views.places == [((3, 4), (0, 1)), ((2, 3, 4), (1, 2)), ((2, 3, 4), (1, 2))]


def test_in_space_a_click_is_no_pixel(panel):
    viewer, views, event = ViewerModel(), Views(), Click(2, 3, 4)
    layer = viewer.add_image(STACK)
    viewer.dims.ndisplay = 3
    event.dims_displayed, event.view_direction = (0, 1, 2), np.array([1.0, 0, 0])
    click(Pointing(panel, Choice(state_of(layer)), views, no_tile), event)
    assert views.references
    assert views.places == []


def test_drags_and_clicks_beside_it_are_none(panel):
    views = Views()
    pointing = Pointing(panel, Choice(state_of(rgb())), views, no_tile)
    click(pointing, Click(3, 4), "move")
    click(pointing, Click(99, 4))
    click(Pointing(panel, Choice(), views, no_tile), Click(3, 4))
    assert views.references == views.places == []


def test_a_panel_that_is_gone_hears_nothing(panel, qtbot):
    views = Views()
    gone = QWidget()
    pointing = Pointing(gone, Choice(state_of(rgb())), views, no_tile)
    with qtbot.waitSignal(gone.destroyed):
        gone.deleteLater()
    click(pointing, Click(3, 4))
    assert views.references == []


def test_a_click_on_a_tile_is_no_reference(panel):
    views, places = Views(), []

    def take_at(place):
        places.append(place)
        return True

    pointing = Pointing(panel, Choice(state_of(rgb())), views, take_at)
    click(pointing, Click(3, 4), "move")
    assert places == []
    click(pointing, Click(3, 4))
    assert places == [(3, 4)]
    assert views.references == []
