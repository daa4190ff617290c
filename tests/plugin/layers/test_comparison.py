from __future__ import annotations

import numpy as np
import pytest
from napari.components import ViewerModel

from napari_kmeans_quantizer.plugin.layers.comparison import Comparison

PIXELS = np.zeros((20, 30), np.uint8)


@pytest.fixture
def viewer():
    viewer = ViewerModel()
    for name in ("original", "second", "labels", "result", "palette"):
        viewer.add_image(PIXELS, name=name, contrast_limits=(0, 1))
    viewer.layers["second"].visible = False
    viewer.layers["palette"].visible = False
    return viewer


@pytest.fixture
def comparison(viewer):
    return Comparison(viewer)


def visible(viewer):
    return [layer.name for layer in viewer.layers if layer.visible]


def grid(viewer):
    grid = viewer.canvas.grid
    return grid.enabled, grid.stride, grid.shape


def places(viewer):
    """Return the names of the layers in the grid, from left to right."""
    layers, grid = viewer.layers, viewer.canvas.grid
    n_rows, n_columns = grid.actual_shape(layers)
    assert n_rows == 1
    return [[layers[i].name for i in grid.contents_at((0, x), layers)] for x in range(n_columns)]


def toggle(comparison, viewer, originals=("original",), result="result"):
    comparison.toggle_grid([viewer.layers[name] for name in originals], viewer.layers[result])


# -- side by side


def test_original_left_result_right_and_nothing_else(viewer, comparison):
    assert not viewer.canvas.grid.enabled
    toggle(comparison, viewer)
    assert viewer.canvas.grid.enabled
    assert visible(viewer) == ["original", "result"]
    assert places(viewer) == [["original"], ["result"]]


def test_original_is_left_also_above_the_result(viewer, comparison):
    viewer.layers.move(viewer.layers.index("original"), len(viewer.layers))
    toggle(comparison, viewer)
    assert places(viewer) == [["original"], ["result"]]


def test_several_channels_and_hidden_originals(viewer, comparison):
    toggle(comparison, viewer, ("original", "second"))
    assert places(viewer) == [["original"], ["second"], ["result"]]
    toggle(comparison, viewer)
    assert visible(viewer) == ["original", "labels", "result"]


@pytest.mark.parametrize("before", [(False, 1, (-1, -1)), (True, -2, (2, -1)), (True, 3, (1, 4))])
def test_everything_is_put_back(viewer, comparison, before):
    settings = viewer.canvas.grid
    settings.enabled, settings.stride, settings.shape = before
    shown, order = visible(viewer), list(viewer.layers)
    for _ in range(2):
        toggle(comparison, viewer)
        assert grid(viewer) == (True, 1, (1, 2))
        toggle(comparison, viewer)
        assert grid(viewer) == before
        assert visible(viewer) == shown
        assert list(viewer.layers) == order
        assert not comparison.leave()


def test_layers_removed_and_reordered_in_between(viewer, comparison):
    toggle(comparison, viewer)
    removed = viewer.layers["labels"]
    viewer.layers.remove(removed)
    viewer.layers.remove("result")
    viewer.layers.reverse()
    added = viewer.add_image(PIXELS, name="new", visible=False, contrast_limits=(0, 1))
    comparison.leave()
    assert grid(viewer) == (False, 1, (-1, -1))
    assert visible(viewer) == ["original"]
    assert [layer.name for layer in viewer.layers] == ["palette", "second", "original", "new"]
    assert not added.visible


def test_all_layers_cleared_in_between(viewer, comparison):
    toggle(comparison, viewer)
    viewer.layers.clear()
    comparison.leave()
    assert grid(viewer) == (False, 1, (-1, -1))


def test_leaving_twice_or_without_entering_changes_nothing(viewer, comparison):
    viewer.canvas.grid.enabled = True
    shown = visible(viewer)
    assert not comparison.leave()
    assert grid(viewer) == (True, 1, (-1, -1))
    toggle(comparison, viewer)
    assert comparison.leave()
    viewer.layers["palette"].visible = True
    viewer.canvas.grid.enabled = False
    assert not comparison.leave()
    assert not viewer.canvas.grid.enabled
    assert visible(viewer) == [*shown, "palette"]


# -- captions


def captions(viewer):
    return {
        str(overlay.position): overlay.text
        for key, overlay in viewer.canvas.overlays.items()
        if key.startswith("kmeans") and overlay.visible
    }


def test_captions_tell_what_is_what_until_it_is_left(viewer, comparison):
    originals = [viewer.layers["original"]]
    before = set(viewer.canvas.overlays)
    viewer.canvas.size = (600, 800)
    comparison.toggle_grid(originals, viewer.layers["result"], "8 colors")
    assert captions(viewer) == {"top_left": "original: original", "top_right": "original: 8 colors"}
    comparison.toggle_grid(originals, viewer.layers["result"], "8 colors")
    assert captions(viewer) == {}
    assert set(viewer.canvas.overlays) == before


def test_names_without_room_are_left_out(viewer, comparison):
    viewer.canvas.size = (600, 300)
    viewer.layers["original"].name = "a name that is long"
    original = viewer.layers["a name that is long"]
    comparison.toggle_grid([original], viewer.layers["result"], "8 colors")
    assert captions(viewer) == {"top_left": "original", "top_right": "8 colors"}


def test_channels_are_called_by_their_names(viewer, comparison):
    originals = [viewer.layers["original"], viewer.layers["second"]]
    originals[1].name_overlay.visible = True  # a person's wish
    comparison.toggle_grid(originals, viewer.layers["result"], "8 colors")
    assert list(captions(viewer)) == ["top_right"]
    assert all(layer.name_overlay.visible for layer in originals)
    comparison.leave()
    assert [layer.name_overlay.visible for layer in originals] == [False, True]


@pytest.mark.parametrize("size", [(300, 900), (600, 400), (200, 200)])
def test_captions_lie_above_the_pictures(viewer, comparison, size):
    viewer.canvas.size = size
    comparison.toggle_grid([viewer.layers["original"]], viewer.layers["result"], "8 colors")
    camera = viewer.scene.camera
    top = size[0] / 2 + (-0.5 - camera.center[-2]) * camera.zoom
    assert top >= 2 * 9 + 10  # pixels: a line of text, and room around it
    assert 20 * camera.zoom > size[0] / 4 or 30 * camera.zoom > size[1] / 4


# -- blink


def test_blink_hides_and_shows(viewer, comparison):
    before = visible(viewer)
    layers = [viewer.layers["labels"], viewer.layers["result"], viewer.layers["palette"]]
    for _ in range(2):
        comparison.blink(layers)
        assert visible(viewer) == ["original"]
        comparison.blink(layers)
        assert visible(viewer) == before  # what was hidden before is not shown


def test_blinked_layers_may_be_removed(viewer, comparison):
    result, labels = viewer.layers["result"], viewer.layers["labels"]
    comparison.blink([result, labels])
    viewer.layers.remove(result)
    comparison.blink([labels])
    assert visible(viewer) == ["original", "labels"]


def test_blink_of_nothing_visible_does_nothing(viewer, comparison):
    viewer.layers["result"].visible = False
    before = visible(viewer)
    comparison.blink([viewer.layers["result"]])
    comparison.show_results()
    assert visible(viewer) == before


def test_entering_the_grid_ends_the_blink(viewer, comparison):
    before = visible(viewer)
    comparison.blink([viewer.layers["result"], viewer.layers["labels"]])
    toggle(comparison, viewer)
    assert places(viewer) == [["original"], ["result"]]
    toggle(comparison, viewer)
    assert visible(viewer) == before
