from __future__ import annotations

import gc
import weakref
from dataclasses import replace

import numpy as np
import pytest
from napari.components import ViewerModel
from napari.layers import Image
from pictures import GREY, PHOTO, state_of

from napari_kmeans_quantizer.plugin.layers.contents import state_contents
from napari_kmeans_quantizer.plugin.layers.make import make_layers, update_layer
from napari_kmeans_quantizer.plugin.layers.watch import Watch, recolored_points


def made(layers, **options):
    """Return a state of 4 colors, and its three layers."""
    state = state_of(layers, **options)
    return state, make_layers(state_contents(state))


def paint(points, index, rgb):
    colors = points.face_color.copy()
    colors[index, :3] = rgb
    points.face_color = colors


def test_nothing_is_changed_at_first():
    for pixels in (PHOTO, PHOTO.astype(np.uint16) * 257, PHOTO / 255, PHOTO.astype(np.float32)):
        state, layers = made([Image(pixels, rgb=True)])
        assert recolored_points(state, layers.palette) == {}


def test_rgb_of_bytes():
    state, layers = made([Image(PHOTO, rgb=True)])
    paint(layers.palette, 2, (200 / 255, 0, 7 / 255))
    changed = recolored_points(state, layers.palette)
    assert changed == {2: (200, 0, 7)}  # whole numbers, although napari keeps float32
    after = state.recolored(2, changed[2])
    assert (after.result.image[state.result.labels == 2] == (200, 0, 7)).all()


def test_rgb_of_floats():
    state, layers = made([Image(PHOTO / 255, rgb=True)])
    paint(layers.palette, 0, (0.25, 1, 0.3))
    paint(layers.palette, 3, (0, 0.5, 1))
    changed = recolored_points(state, layers.palette)
    assert set(changed) == {0, 3}
    assert changed[0] == pytest.approx((0.25, 1, 0.3), abs=1e-7)
    assert changed[3] == pytest.approx((0, 0.5, 1), abs=1e-7)


def test_channels_that_look_as_before_keep_their_values():
    state, layers = made([Image(PHOTO, rgb=True)])
    shown = layers.palette.face_color[1].copy()
    paint(layers.palette, 1, (shown[0], 1, shown[2]))
    red, _, blue = state.color(1)
    assert recolored_points(state, layers.palette) == {1: (red, 255, blue)}


def test_alpha_stays():
    rgba = np.concatenate([PHOTO, np.full((20, 30, 1), 99, np.uint8)], axis=-1)
    rgba[:5, :, 3] = 3
    state, layers = made([Image(rgba, rgb=True)], alpha="channel")
    paint(layers.palette, 1, (0, 1, 0))
    assert recolored_points(state, layers.palette) == {1: (0, 255, 0, state.color(1)[3])}


@pytest.mark.parametrize("colormap", ["gray", "viridis", "gray_r"])
@pytest.mark.parametrize("gamma", [1.0, 0.6])
def test_grey_becomes_what_looks_most_like_it(colormap, gamma):
    layer = Image(GREY, colormap=colormap, gamma=gamma, contrast_limits=(20, 180))
    state, layers = made([layer])
    for wanted in (20.0, 50.0, 100.0, 180.0):
        level = ((wanted - 20) / 160) ** gamma
        paint(layers.palette, 1, layer.colormap.map(np.array([level]))[0, :3])
        changed = recolored_points(state, layers.palette)
        assert set(changed) == {1}
        assert len(changed[1]) == 1
        assert changed[1][0] == pytest.approx(wanted, abs=0.7)


def test_colors_that_cannot_be_told():
    channels = [Image(GREY, name="a"), Image(GREY[::-1], name="b")]
    state, layers = made(channels)
    paint(layers.palette, 0, (1, 0, 1))
    assert recolored_points(state, layers.palette) == {}
    state, layers = made([Image(PHOTO, rgb=True)])
    paint(layers.palette, 0, (1, 0, 1))
    layers.palette.add((0, 0))
    assert recolored_points(state, layers.palette) == {}


# -- what napari tells


@pytest.fixture
def watched():
    """A state, its layers in a viewer, and what a watch has heard of them."""
    state, layers = made([Image(PHOTO, rgb=True)])
    viewer = ViewerModel()
    for layer in layers:
        viewer.add_layer(layer)
    heard = []
    watch = Watch(
        lambda points: heard.append(recolored_points(state, points)),
        lambda labels: heard.append(int(labels.selected_label)),
        lambda points: heard.append("moved"),
    )
    watch.add(layers.labels, layers.palette)
    watch.add(layers.labels, layers.palette)  # as each run does
    watch.add(None, None)
    return state, layers, heard, watch


def test_selecting_a_point_changes_nothing(watched):
    _, layers, heard, _ = watched
    for selected in ({0}, {1, 2}, set(), {3}):
        layers.palette.selected_data = selected
    assert all(changed == {} for changed in heard)


def test_an_edit_of_the_selected_point_is_heard(watched):
    _, layers, heard, _ = watched
    layers.palette.selected_data = {2}
    heard.clear()
    layers.palette.current_face_color = "#ff8000"
    assert heard
    assert heard[-1] == {2: (255, 128, 0)}


def test_all_colors_at_once_are_heard(watched):
    state, layers, heard, _ = watched
    layers.palette.face_color = "blue"
    assert heard[-1] == {k: (0, 0, 255) for k in range(4) if state.color(k) != (0, 0, 255)}


def test_a_selected_label_is_heard_once(watched):
    _, layers, heard, _ = watched
    layers.labels.selected_label = 3
    assert heard == [3]


def test_our_own_updates_are_no_edits(watched):
    state, layers, heard, _ = watched
    layers.palette.selected_data = {1}
    heard.clear()
    after = state.recolored(1, (1, 2, 3))
    contents = state_contents(after)
    update_layer(layers.palette, contents.palette)
    assert heard == []
    assert recolored_points(after, layers.palette) == {}


def test_hidden_clusters_keep_their_points(watched):
    state, layers, _, _ = watched
    hidden = replace(state, hidden=frozenset({1}))
    contents = state_contents(hidden)
    update_layer(layers.palette, contents.palette)
    assert recolored_points(hidden, layers.palette) == {}


def test_a_moved_palette_is_heard(watched):
    _, layers, heard, _ = watched
    layers.palette.affine = np.diag([2, 2, 1])
    assert heard == ["moved"]


def test_a_watch_is_not_kept_by_its_layers(watched):
    _, layers, heard, _ = watched
    other = Watch(heard.append, heard.append, heard.append)
    other.add(layers.labels, layers.palette)
    gone = weakref.ref(other)
    del other
    gc.collect()
    assert gone() is None
    layers.labels.selected_label = 2
    assert heard == [2]
