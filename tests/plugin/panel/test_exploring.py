"""Several numbers of colors, from code and in a viewer without a window."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from pictures import COFFEE

from napari_kmeans_quantizer import quantize
from napari_kmeans_quantizer.plugin import pipeline
from napari_kmeans_quantizer.plugin.layers.explored import explored_contents


@pytest.fixture
def done(settled, widget):
    return lambda: settled(widget)


@pytest.mark.parametrize("range_", [(0, 3), (5, 2), (2, 5, "heap")])
def test_exploring_nothing_is_refused(widget, photo, range_):
    with pytest.raises(ValueError, match="1 <= first <= last"):
        widget.explore(*range_)


def test_exploring_around_locked_colors(widget, photo, done):
    for k in range(4):
        widget.lock(k)
    widget.explore(2, 5)
    done()
    assert "2 results" in widget.message


def test_pictures_are_what_taking_them_gives(viewer, widget, photo, done):
    """What people colored or merged counts, and looks, as in a new fit."""
    widget.recolor(0, (0, 0, 255))
    widget.merge([3, 4], into=2)
    widget.explore(2, 5)
    done()
    stack = viewer.layers["photo · 2 to 5 colors"].data
    for n_colors, picture in zip(range(2, 6), stack, strict=True):
        colors = {tuple(color) for color in picture.reshape(-1, 3).tolist()}
        assert len(colors) == n_colors
        assert (0, 0, 255) in colors
    for n_colors in (4, 2):
        widget.take(n_colors)
        done()
        assert np.array_equal(widget.result.image, stack[n_colors - 2])


def test_settings_are_restored_from_explored_layers(viewer, widget, photo, done):
    widget.color_space.value = "lab"
    widget.explore(2, 4)
    done()
    widget.color_space.value = "rgb"
    viewer.layers.selection.active = viewer.layers["photo · 2 to 4 colors"]
    widget.restore_settings()
    assert widget.color_space.value == "lab"


def test_a_stack_is_turned_to_the_number_of_colors(viewer, widget, photo, done):
    widget.explore(2, 5)
    done()
    stack = viewer.layers["photo · 2 to 5 colors"]
    assert stack.data.shape == (4, *COFFEE.shape)
    assert viewer.dims.ndim == 3
    assert "4 results; the elbow is at" in widget.message
    widget.take(4)
    assert viewer.dims.point[0] == 4
    assert widget.n_colors.value == 4
    done()
    assert len(widget.result.palette) == 4
    assert np.array_equal(viewer.layers["photo · quantized"].data, quantize(COFFEE, 4).image)
    assert np.array_equal(stack._slice.image.raw, quantize(COFFEE, 4).image)
    assert viewer.layers.selection.active.name == "photo · clusters"


def test_a_new_exploration_replaces_the_last_one(viewer, widget, photo, done):
    before = [layer.name for layer in viewer.layers]
    for first, last, arrangement in ((2, 4, "stack"), (3, 5, "stack"), (2, 3, "grid")):
        widget.explore(first, last, arrangement)
        done()
        new = [layer.name for layer in viewer.layers if layer.name not in before]
        assert sorted(new) == [f"photo · {first} to {last} colors", "photo · titles"]
    assert viewer.dims.ndim == 2


def test_exploring_without_a_result(viewer, widget, done):
    viewer.add_image(COFFEE[..., 0], name="grey")
    widget.explore(2, 3)
    done()
    assert sorted(layer.name for layer in viewer.layers) == [
        "grey",
        "grey · 2 to 3 colors",
        "grey · titles",
    ]
    assert widget.state is None


def test_source_removed_while_exploring(viewer, widget, held, done, qtbot):
    viewer.add_image(COFFEE, name="photo")
    viewer.layers.selection.active = viewer.layers["photo"]
    widget.explore(2, 3)
    qtbot.waitUntil(held.begun.is_set, timeout=60_000)
    viewer.layers.remove("photo")
    held.set()
    done()
    assert "removed" in widget.message
    assert not any("2 to 3 colors" in layer.name for layer in viewer.layers)


# -- a grid


class Click:
    """As napari tells its callbacks."""

    button, modifiers, view_direction, up_direction = 1, (), None, None

    def __init__(self, viewer, position):
        self.type, self.position = "mouse_press", position
        self.dims_displayed = viewer.dims.displayed


def click(viewer, position):
    event = Click(viewer, position)
    called = [callback(viewer, event) for callback in viewer.mouse_drag_callbacks]
    running = [steps for steps in called if steps is not None]
    for steps in running:
        next(steps, None)
    event.type = "mouse_release"
    for steps in running:
        next(steps, None)


def camera(viewer):
    return tuple(viewer.scene.camera.center), viewer.scene.camera.zoom


def visible(viewer):
    return [layer.name for layer in viewer.layers if layer.visible]


GRID = ["photo · 2 to 5 colors", "photo · titles"]
RESULT = ["photo", "photo · quantized", "photo · clusters", "photo · palette"]


@pytest.fixture
def grid(viewer, widget, photo, done):
    """A grid of 2 to 5 colors; before it, a person looked at a part of the picture."""
    viewer.scene.camera.center, viewer.scene.camera.zoom = (0, 30, 40), 3.5
    before = camera(viewer)
    widget.explore(2, 5, "grid")
    done()
    return before


def place_of_tile(viewer, widget, n):
    """Return where in the world the n-th tile lies; the first is the original."""
    tiles = widget._session.curve(widget._choice.key).tiles
    row, column = tiles.corners[n]
    return viewer.layers[GRID[0]].data_to_world((row + 5, column + 6))


def test_a_grid_is_shown_alone_with_the_original_first(viewer, widget, grid):
    assert visible(viewer) == GRID
    titles = viewer.layers["photo · titles"].features["title"].tolist()
    assert titles[0] == "original"
    assert [title.split("   ")[0] for title in titles[1:]] == [f"K = {k}" for k in (2, 3, 4, 5)]
    sheet = viewer.layers[GRID[0]].data
    assert np.array_equal(sheet[: COFFEE.shape[0], : COFFEE.shape[1], :3], COFFEE)
    assert camera(viewer) != grid


@pytest.mark.parametrize("n_colors", [2, 4])
def test_a_click_on_a_tile_takes_its_number_and_leaves_the_grid(
    viewer, widget, grid, done, n_colors
):
    click(viewer, place_of_tile(viewer, widget, n_colors - 1))
    assert widget.n_colors.value == n_colors
    assert visible(viewer) == RESULT
    assert camera(viewer) == grid
    done()
    assert len(widget.result.palette) == n_colors
    assert visible(viewer) == RESULT
    assert camera(viewer) == grid
    titles = viewer.layers["photo · titles"].features["title"].tolist()
    assert [title.startswith("✓") for title in titles[1:]] == [k == n_colors for k in (2, 3, 4, 5)]


def test_clicks_on_the_original_and_between_tiles_take_nothing(viewer, widget, grid):
    click(viewer, place_of_tile(viewer, widget, 0))
    click(viewer, (-7, -7))
    click(viewer, (COFFEE.shape[0] + 1, 10))
    assert widget.n_colors.value == 8
    assert visible(viewer) == GRID
    assert not widget.running


def test_a_hidden_grid_takes_no_clicks(viewer, widget, grid, done):
    widget.take(3)
    done()
    click(viewer, place_of_tile(viewer, widget, 4))
    assert not widget.running
    assert widget.n_colors.value == 3


def test_the_first_result_after_a_grid_is_looked_at(viewer, widget, done):
    viewer.add_image(COFFEE, name="photo")
    widget.explore(2, 5, "grid")
    done()
    widget.take(3)
    done()
    height, width = COFFEE.shape[:2]
    assert viewer.scene.camera.center[-2] == pytest.approx(height / 2, abs=height / 4)
    assert viewer.scene.camera.center[-1] < 1.2 * width


def test_another_exploration_and_removal_put_everything_back(viewer, widget, grid, done):
    widget.explore(2, 5, "grid")
    done()
    assert visible(viewer) == GRID
    viewer.layers.remove(GRID[0])
    assert visible(viewer) == RESULT
    assert camera(viewer) == grid


@pytest.mark.parametrize("arrangement", ["stack", "grid"])
def test_what_was_explored_can_be_taken_away(viewer, widget, photo, done, arrangement):
    viewer.scene.camera.center, viewer.scene.camera.zoom = (0, 30, 40), 3.5
    before = camera(viewer)
    widget.explore(2, 5, arrangement)
    done()
    widget._exploring.close()
    assert [layer.name for layer in viewer.layers] == RESULT
    assert visible(viewer) == RESULT
    assert viewer.dims.ndim == 2
    assert camera(viewer)[0][-2:] == before[0][-2:]
    assert camera(viewer)[1] == before[1]


def test_who_looked_elsewhere_meanwhile_goes_on_looking_there(viewer, widget, photo, done):
    widget.explore(2, 5)
    done()
    viewer.scene.camera.zoom = 9
    widget._exploring.close()
    assert viewer.scene.camera.zoom == 9


def test_titles_follow_the_theme(viewer, widget, photo, done):
    widget.explore(2, 3)
    done()
    titles = viewer.layers["photo · titles"]
    for name, bright in (("light", False), ("dark", True)):
        viewer.theme = name
        color = np.asarray(titles.text.color.constant)[:3]
        assert (color.mean() > 0.5) == bright


@pytest.mark.parametrize("arrangement", ["stack", "grid"])
def test_pictures_and_layers_are_made_in_the_thread(
    viewer, widget, photo, done, arrangement, monkeypatch
):
    threads = []
    monkeypatch.setattr(
        pipeline,
        "explored_contents",
        lambda found: (threads.append(threading.current_thread()), explored_contents(found))[1],
    )
    widget.explore(2, 3, arrangement)
    done()
    assert threads
    assert threading.main_thread() not in threads


def test_a_stack_goes_while_slices_are_followed_live(viewer, widget, done):
    viewer.add_image(np.stack([COFFEE[..., 0], COFFEE[..., 1]]), name="stack")
    widget.extent.value = "slice"
    widget.explore(2, 3)
    done()
    widget.live.value = True
    done()
    widget._exploring.close()
    done()
    assert viewer.dims.ndim == 3
