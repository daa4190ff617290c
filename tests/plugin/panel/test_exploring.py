"""Several numbers of colors, from code and in a viewer without a window."""

from __future__ import annotations

import numpy as np
import pytest
from skimage import data

from napari_kmeans_quantizer import quantize

PHOTO = data.coffee()[::4, ::4]


@pytest.fixture
def done(settled, widget):
    return lambda: settled(widget)


@pytest.fixture
def photo(viewer, widget, run):
    """A photograph with a result of 8 colors."""
    layer = viewer.add_image(PHOTO, name="photo")
    widget.n_colors.value = 8
    run(widget)
    return layer


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
    assert stack.data.shape == (4, *PHOTO.shape)
    assert viewer.dims.ndim == 3
    assert "4 results; the elbow is at" in widget.message
    widget.take(4)
    assert viewer.dims.point[0] == 4
    assert widget.n_colors.value == 4
    done()
    assert len(widget.result.palette) == 4
    assert np.array_equal(viewer.layers["photo · quantized"].data, quantize(PHOTO, 4).image)
    assert np.array_equal(stack._slice.image.raw, quantize(PHOTO, 4).image)
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
    viewer.add_image(PHOTO[..., 0], name="grey")
    widget.explore(2, 3)
    done()
    assert sorted(layer.name for layer in viewer.layers) == [
        "grey",
        "grey · 2 to 3 colors",
        "grey · titles",
    ]
    assert widget.state is None


def test_source_removed_while_exploring(viewer, widget, held, done, qtbot):
    viewer.add_image(PHOTO, name="photo")
    viewer.layers.selection.active = viewer.layers["photo"]
    widget.explore(2, 3)
    qtbot.waitUntil(held.begun.is_set, timeout=60_000)
    viewer.layers.remove("photo")
    held.set()
    done()
    assert "removed" in widget.message
    assert not any("2 to 3 colors" in layer.name for layer in viewer.layers)
