"""What of which image is chosen, and how it is restored."""

from __future__ import annotations

import numpy as np
import pytest
from pictures import COFFEE

from napari_kmeans_quantizer import quantize

GREY = COFFEE[..., 1]
OUTPUTS = ["photo · quantized", "photo · clusters", "photo · palette"]


@pytest.fixture
def done(settled, widget):
    return lambda: settled(widget)


def names(viewer):
    return [layer.name for layer in viewer.layers]


# -- regions, slices, channels


@pytest.mark.parametrize("everywhere", [False, True])
def test_fit_inside_a_region(viewer, widget, done, everywhere):
    viewer.add_shapes([[[10, 10], [10, 60], [50, 60], [50, 10]]], name="region")
    photo = viewer.add_image(COFFEE, name="photo")
    widget.image.value = photo
    widget.region.value = viewer.layers["region"]
    widget.apply.value = "everywhere" if everywhere else "inside"
    widget.n_colors.value = 4
    widget.run()
    done()
    mask = np.zeros(COFFEE.shape[:2], bool)
    mask[10:50, 10:60] = True
    expected = quantize(COFFEE, 4, mask=mask)
    labels = viewer.layers["photo · clusters"].data
    if everywhere:
        expected = quantize(COFFEE, palette=expected.palette)
        assert np.array_equal(labels, expected.labels + 1)
    else:
        assert np.array_equal(labels, np.where(mask, expected.labels + 1, 0))
    assert np.array_equal(viewer.layers["photo · quantized"].data, expected.image)


def test_region_cleared_renamed_and_removed_while_chosen(
    viewer, widget, run, held, settled, qtbot, notices
):
    held.set()
    viewer.add_image(COFFEE, name="photo")
    region = viewer.add_labels(np.ones(GREY.shape, int), name="region")
    widget.region.value = region
    run(widget)
    region.name = "renamed"
    assert widget.region.value == region
    region.data = np.zeros_like(region.data)
    run(widget)
    assert any("renamed" in notice.message for notice in notices)
    region.data = np.ones((4, 4), int)
    run(widget)
    assert np.count_nonzero(viewer.layers["photo · clusters"].data) == 16
    held.clear()
    held.begun.clear()
    widget.run()
    qtbot.waitUntil(held.begun.is_set, timeout=60_000)
    viewer.layers.remove(region)
    held.set()
    settled(widget)
    assert widget.region.value is None
    run(widget)
    assert np.all(viewer.layers["photo · clusters"].data > 0)


def test_current_slice_only(viewer, widget, done):
    stack = np.stack([COFFEE[..., 0], COFFEE[..., 1], COFFEE[..., 2]])
    viewer.add_image(stack, name="stack", scale=(5, 1, 1), translate=(7, 0, 0))
    viewer.dims.set_current_step(0, 2)
    widget.extent.value = "slice"
    widget.n_colors.value = 4
    widget.run()
    done()
    quantized = viewer.layers["stack · quantized"]
    assert np.array_equal(quantized.data, quantize(stack[2:], 4, channel_axis=None).image)
    assert quantized.data_to_world((0, 0, 0)) == (17, 0, 0)
    widget.extent.value = "all"
    widget.run()
    done()
    assert quantized.data.shape == stack.shape
    assert quantized.data_to_world((0, 0, 0)) == (7, 0, 0)


def test_selected_layers_as_channels(viewer, widget, done):
    for c, (name, colormap) in enumerate([("DAPI", "blue"), ("FITC", "green"), ("Cy3", "red")]):
        viewer.add_image(
            COFFEE[..., c],
            name=name,
            colormap=colormap,
            blending="additive",
            contrast_limits=(0, 200),
        )
    viewer.layers.selection = set(viewer.layers)
    widget.channels.value = True
    widget.scaled.value = True
    widget.n_colors.value = 5
    widget.run()
    done()
    scaled = np.clip(COFFEE.astype(np.float32) / 200, 0, 1)
    expected = quantize(scaled, 5, channel_axis=-1)
    assert np.array_equal(viewer.layers["DAPI + FITC + Cy3 · clusters"].data, expected.labels + 1)
    shown = viewer.layers["DAPI + FITC + Cy3 · quantized"]
    assert shown.rgb
    blue, green, red = expected.palette.colors[expected.labels[0, 0]]
    assert np.allclose(shown.data[0, 0] / 255, (red, green, blue), atol=0.01)
    assert widget.result is not None  # though another layer is selected now
    points = viewer.layers["DAPI + FITC + Cy3 · palette"]
    shown_hex = "#" + np.rint(points.face_color[0, :3] * 255).astype(np.uint8).tobytes().hex()
    assert points.features["hex"][0] == shown_hex
    widget.merge(1, 0)
    assert viewer.layers["DAPI + FITC + Cy3 · clusters"].data.max() == 4
    widget.run()
    done()
    assert len(viewer.layers) == 6


def test_palette_layer_removed_while_chosen(viewer, widget, run):
    viewer.add_image(COFFEE, name="photo")
    run(widget)
    widget.palette_from.value = viewer.layers["photo · palette"]
    run(widget)
    viewer.layers.remove("photo · palette")
    assert widget.palette_from.value is None
    run(widget)
    assert names(viewer) == ["photo", *OUTPUTS]


def test_nan_image_between_good_ones(viewer, widget, run, notices):
    photo = viewer.add_image(COFFEE, name="photo")
    run(widget)
    viewer.add_image(np.full((9, 9), np.nan), name="bad")
    run(widget)
    assert any("NaN" in notice.message for notice in notices)
    widget.live.value = True
    viewer.layers.selection.active = photo
    run(widget)
    assert len(widget.result.palette) == 16


# -- restored


def test_settings_are_restored_from_a_layer(viewer, widget, done):
    viewer.add_image(COFFEE, name="photo")
    widget.n_colors.value, widget.color_space.value, widget.seed.value = 7, "lab", 5
    widget.sample.value = 50.0
    widget.run()
    done()
    widget.n_colors.value, widget.color_space.value, widget.seed.value = 30, "rgb", 0
    widget.sample.value = 100.0
    viewer.layers.selection.active = viewer.layers["photo · quantized"]
    widget.restore_settings()
    assert (widget.n_colors.value, widget.color_space.value, widget.seed.value) == (7, "lab", 5)
    assert widget.sample.value == 50


def test_palette_region_and_channels_are_restored(viewer, widget, photo, done):
    other = viewer.add_image(COFFEE[::-1], name="other")
    region = viewer.add_labels(np.eye(*COFFEE.shape[:2], dtype=int), name="region")
    widget.image.value = other
    widget.palette_from.value = viewer.layers["photo · palette"]
    widget.region.value = region
    widget.apply.value = "everywhere"
    widget.run()
    done()
    widget.palette_from.value = widget.region.value = None
    widget.image.value = photo
    viewer.layers.selection.active = viewer.layers["other · clusters"]
    widget.restore_settings()
    assert widget.image.value == other
    assert widget.palette_from.value == viewer.layers["photo · palette"]
    assert widget.region.value == region
    assert widget.apply.value == "everywhere"
    greys = [viewer.add_image(COFFEE[..., c], name=f"grey {c}") for c in range(2)]
    widget.palette_from.value = widget.region.value = None
    viewer.layers.selection = set(greys)
    widget.channels.value = True
    widget.run()
    done()
    before = widget.result
    widget.channels.value = False
    viewer.layers.selection.active = viewer.layers["grey 0 + grey 1 · quantized"]
    widget.restore_settings()
    assert widget.channels.value
    assert widget.result is before
