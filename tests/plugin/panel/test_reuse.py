"""Results as scripts, and their settings again."""

from __future__ import annotations

import numpy as np
from pictures import COFFEE
from qtpy.QtWidgets import QApplication

from napari_kmeans_quantizer import Palette
from napari_kmeans_quantizer.plugin.layers.palette_file import Room, palette_content
from napari_kmeans_quantizer.plugin.models.palette_file import PaletteFile


def test_copied_python_makes_the_same_again(viewer, widget, photo, notices):
    widget.recolor(1, (9, 8, 7))
    widget.merge(4, 2)
    script = widget.copy_as_python()
    assert QApplication.clipboard().text() == script
    assert "console" in notices[0].message
    before = {layer.name: np.array(layer.data) for layer in viewer.layers}
    for name in list(before)[1:]:
        viewer.layers.remove(name)
    exec(script, {"viewer": viewer})
    assert sorted(layer.name for layer in viewer.layers) == sorted(before)
    for layer in viewer.layers:
        assert np.array_equal(layer.data, before[layer.name])


def test_pasted_twice_it_updates_what_it_made(viewer, widget, photo, run):
    widget.hide_colors({0, 2})
    script = widget.copy_as_python()
    before = list(viewer.layers)
    shown = viewer.layers["photo · clusters"].colormap.map(np.arange(9))
    viewer.layers["photo · quantized"].opacity = 0.5
    widget.n_colors.value = 4
    run(widget)
    for _ in range(2):
        exec(script, {"viewer": viewer})
        assert list(viewer.layers) == before
    assert viewer.layers["photo · quantized"].opacity == 0.5
    assert len(viewer.layers["photo · palette"].data) == 8
    assert np.array_equal(viewer.layers["photo · clusters"].colormap.map(np.arange(9)), shown)
    # The panel knows of it.
    assert len(widget.result.palette) == 8
    assert widget.state.hidden == {0, 2}
    assert widget.palette_view._shown.hidden == {0, 2}


def test_a_script_needs_the_region_to_be_there(viewer, widget, photo, run, notices):
    region = viewer.add_labels(np.ones(COFFEE.shape[:2], int), name="cells")
    widget.region.value = region
    run(widget)
    assert widget.copy_as_python() is not None
    viewer.layers.remove(region)
    assert widget.copy_as_python() is None
    assert 'region "cells" was removed' in widget.message


def test_a_script_scales_to_the_limits_of_the_run(viewer, widget, run):
    greys = [
        viewer.add_image(COFFEE[..., c].astype(np.uint16), name=f"c{c}", contrast_limits=(0, 250))
        for c in range(3)
    ]
    viewer.layers.selection = set(greys)
    widget.channels.value = True
    run(widget)
    before = viewer.layers["c0 + c1 + c2 · clusters"].data.copy()
    for layer in greys:
        layer.contrast_limits = (40, 90)
    script = widget.copy_as_python()
    assert "scaled=((0.0, 250.0)" in script or "scaled=((0, 250)" in script
    exec(script, {"viewer": viewer})
    assert np.array_equal(viewer.layers["c0 + c1 + c2 · clusters"].data, before)
    assert "48 -> " in widget.state.summary


# -- restoring


def test_a_region_is_found_again_whatever_it_is_called_now(viewer, widget, photo, run):
    region = viewer.add_labels(np.ones(COFFEE.shape[:2], int), name="cells")
    widget.region.value = region
    run(widget)
    widget.region.value = None
    region.name = "renamed"
    viewer.add_labels(np.ones(COFFEE.shape[:2], int), name="cells")
    viewer.layers.selection.active = viewer.layers["photo · quantized"]
    widget.restore_settings()
    assert widget.region.value is region
    assert widget.message == widget.state.summary
    viewer.layers.remove(region)
    viewer.layers.selection.active = viewer.layers["photo · quantized"]
    widget.restore_settings()
    assert widget.region.value is None
    assert 'The region "cells" was removed' in widget.message


def test_a_palette_file_has_no_settings(viewer, widget, photo):
    file = PaletteFile("threads", Palette(np.eye(3, dtype=np.uint8) * 200))
    content = palette_content(file, Room())
    viewer.add_points(content.pop("data"), **content)
    before = widget.settings
    widget.restore_settings()
    assert "Select a layer that this panel made" in widget.message
    assert widget.settings == before


def test_the_slice_is_shown_again(viewer, widget, run):
    stack = np.stack([COFFEE[..., c % 3] for c in range(6)])
    viewer.add_image(stack, name="stack", translate=(7, 0, 0), scale=(0.5, 1, 1))
    viewer.add_image(np.zeros((40, 4, 4)), name="other")
    widget.image.value = viewer.layers["stack"]
    widget.extent.value = "slice"
    viewer.dims.set_point(0, 7 + 0.5 * 4)
    run(widget)
    window = widget.state.source.window
    assert window[0] == slice(4, 5)
    viewer.dims.set_point(0, 7)
    widget.extent.value = "all"
    viewer.layers.selection.active = viewer.layers["stack · quantized"]
    widget.restore_settings()
    assert widget.extent.value == "slice"
    assert widget._choice.source().window == window
