"""Colors of one result for other images, and results as scripts."""

from __future__ import annotations

import numpy as np
import pytest
from qtpy.QtWidgets import QApplication
from skimage import data

from napari_kmeans_quantizer import quantize
from napari_kmeans_quantizer.plugin.views.views import SHARES

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


def test_colors_from_another_result(viewer, widget, photo, done):
    other = viewer.add_image(PHOTO[::-1] // 2, name="other")
    widget.image.value = other
    widget.palette_from.value = viewer.layers["photo · palette"]
    widget.run()
    done()
    palette = quantize(PHOTO, 8).palette
    expected = quantize(PHOTO[::-1] // 2, palette=palette)
    assert np.array_equal(viewer.layers["other · quantized"].data, expected.image)


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


def test_if_none_can_be_painted_nothing_is_shown(viewer, widget, photo, done, notices):
    greys = [viewer.add_image(PHOTO[..., c], name=f"grey {c}") for c in range(2)]
    before = list(viewer.layers)
    widget.image.value = photo
    viewer.layers.selection = set(greys)
    widget.image.value = photo
    widget.apply_to_selected()
    done()
    (notice,) = notices
    for name in ("grey 0", "grey 1"):
        assert f'"{name}": ' in notice.message
    assert widget.message == "0 images in the same colors, 2 not."
    assert list(viewer.layers) == before
    assert widget._start.enabled


class TestWithShares:
    """The shares open in a dock, for which there must be a window."""

    @pytest.fixture
    def viewer(self, make_napari_viewer):
        return make_napari_viewer()

    def test_the_same_colors_for_selected_layers(self, viewer, widget, photo, done):
        others = [viewer.add_image(PHOTO // n, name=f"photo {n}") for n in (2, 3)]
        viewer.layers.selection = {photo, *others}
        widget.image.value = photo
        entries = widget.buttons.menu.actions()
        next(entry for entry in entries if "Same colors" in entry.text()).trigger()
        done()
        palette = quantize(PHOTO, 8).palette
        for n in (2, 3):
            expected = quantize(PHOTO // n, palette=palette)
            labels = viewer.layers[f"photo {n} · clusters"].data
            assert np.array_equal(labels, expected.labels + 1)
        assert widget.message == "3 images in the same colors."
        table = widget._views._docks.get(SHARES).table()
        assert sorted(table.index) == ["photo", "photo 2", "photo 3"]
        assert np.allclose(table.sum(axis=1), 1)

    def test_those_that_fail_are_told_by_name_and_the_others_are_done(
        self, viewer, widget, photo, done, notices
    ):
        bad = viewer.add_image(np.full((9, 9, 3), np.nan), rgb=True, name="bad")
        grey = viewer.add_image(PHOTO[..., 0], name="grey")
        good = viewer.add_image(PHOTO // 2, name="good")
        viewer.layers.selection = {bad, grey, good}
        widget.image.value = photo
        widget.apply_to_selected()
        done()
        (notice,) = notices
        lines = notice.message.splitlines()
        assert lines[0] == "Not painted in these colors:"
        assert sorted(line.split(":")[0] for line in lines[1:]) == ['"bad"', '"grey"']
        assert any("NaN" in line for line in lines)
        assert widget.message == "1 image in the same colors, 2 not."
        expected = quantize(PHOTO // 2, palette=quantize(PHOTO, 8).palette)
        assert np.array_equal(viewer.layers["good · quantized"].data, expected.image)
        names = [layer.name for layer in viewer.layers]
        assert "bad · quantized" not in names
        assert "grey · quantized" not in names

    def test_colors_look_alike_in_images_of_other_depths(self, viewer, widget, photo, done):
        deep = viewer.add_image(PHOTO.astype(np.uint16) * 257, rgb=True, name="deep")
        floats = viewer.add_image((PHOTO / 255).astype(np.float32), rgb=True, name="floats")
        deep.contrast_limits = (0, 65535)
        viewer.layers.selection = {deep, floats}
        widget.image.value = photo
        widget.apply_to_selected()
        done()
        expected = viewer.layers["photo · palette"].features["hex"].tolist()
        for name in ("deep", "floats"):
            assert viewer.layers[f"{name} · palette"].features["hex"].tolist() == expected
            same = (
                viewer.layers[f"{name} · clusters"].data == viewer.layers["photo · clusters"].data
            )
            assert same.mean() > 0.999
