"""Colors of one result for other images, and results as scripts."""

from __future__ import annotations

import numpy as np
import pytest
from pictures import COFFEE
from qtpy.QtCore import QPoint, Qt
from qtpy.QtWidgets import QApplication

from napari_kmeans_quantizer import Palette, quantize
from napari_kmeans_quantizer.plugin.layers.palette_file import Room, palette_content
from napari_kmeans_quantizer.plugin.models.palette_file import PaletteFile
from napari_kmeans_quantizer.plugin.views.apply import ApplyDialog
from napari_kmeans_quantizer.plugin.views.views import SHARES

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def done(settled, widget):
    return lambda: settled(widget)


def test_colors_from_another_result(viewer, widget, photo, done):
    other = viewer.add_image(COFFEE[::-1] // 2, name="other")
    widget.image.value = other
    widget.palette_from.value = viewer.layers["photo · palette"]
    widget.run()
    done()
    palette = quantize(COFFEE, 8).palette
    expected = quantize(COFFEE[::-1] // 2, palette=palette)
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


# -- other images


def test_if_none_can_be_painted_nothing_is_shown(viewer, widget, photo, done, notices):
    greys = [viewer.add_image(COFFEE[..., c], name=f"grey {c}") for c in range(2)]
    before = list(viewer.layers)
    widget.image.value = photo
    widget.apply_palette_to(greys)
    done()
    (notice,) = notices
    for name in ("grey 0", "grey 1"):
        assert f'"{name}": ' in notice.message
    assert "`" not in notice.message
    assert widget._busy.status.value == "0 images in the same colors, 2 not."
    assert widget._busy.notice.text.text() == notice.message
    assert list(viewer.layers) == before
    assert widget._start.enabled


def test_without_another_image_selected_it_says_so(viewer, widget, photo, notices):
    viewer.layers.selection = {photo}
    assert widget.apply_to_selected() is None
    assert "no other image" in widget.message


class TestWithShares:
    """The shares open in a dock, for which there must be a window."""

    @pytest.fixture
    def viewer(self, make_napari_viewer):
        return make_napari_viewer()

    @pytest.fixture
    def asked(self, widget, qtbot):
        """Click "More > Apply palette to ...", and return the dialog."""

        def asked():
            entries = widget.buttons.menus["More"].actions()
            next(entry for entry in entries if "Apply palette" in entry.text()).trigger()
            dialog = widget.native.findChild(ApplyDialog)
            qtbot.waitExposed(dialog)
            return dialog

        return asked

    @pytest.fixture
    def tick(self, qtbot):
        def tick(box):
            qtbot.mouseClick(box, LEFT, pos=QPoint(9, box.height() // 2))

        return tick

    def test_images_are_ticked_each_with_its_region(
        self, viewer, widget, photo, done, asked, tick, qtbot
    ):
        for n in (2, 3, 4):
            viewer.add_image(COFFEE // n, name=f"photo {n}")
        viewer.add_image(COFFEE[..., 0], name="grey")
        mask = np.zeros(COFFEE.shape[:2], int)
        mask[5:20, 10:30] = 1
        viewer.add_labels(mask, name="cells")
        widget.image.value = photo
        before = np.array(viewer.layers["photo · clusters"].data)
        dialog = asked()
        boxes = {tick.text(): (tick, region) for tick, region in dialog.rows}
        assert list(boxes) == ["photo", "photo 2", "photo 3", "photo 4", "grey"]
        ticked = [name for name, (box, _) in boxes.items() if box.isChecked()]
        assert ticked == ["photo 2", "photo 3", "photo 4"]
        assert not boxes["grey"][0].isEnabled()
        assert "1 channel" in boxes["grey"][0].toolTip()
        tick(boxes["photo 4"][0])
        region = boxes["photo 3"][1]
        assert [region.itemText(i) for i in range(region.count())] == ["everything", "cells"]
        region.setFocus()
        qtbot.keyClick(region, Qt.Key.Key_Down)
        qtbot.mouseClick(dialog.apply, LEFT)
        done()
        palette = quantize(COFFEE, 8).palette
        expected = quantize(COFFEE // 2, palette=palette)
        assert np.array_equal(viewer.layers["photo 2 · clusters"].data, expected.labels + 1)
        inside = quantize(COFFEE // 3, palette=palette, mask=mask > 0)
        labels = viewer.layers["photo 3 · clusters"].data
        assert np.array_equal(labels, np.where(mask > 0, inside.labels + 1, 0))
        assert "photo 4 · clusters" not in [layer.name for layer in viewer.layers]
        assert np.array_equal(viewer.layers["photo · clusters"].data, before)
        assert widget.message == "2 images in the same colors."
        table = widget._views._docks.get(SHARES).table()
        assert sorted(table.index) == ["photo", "photo 2", "photo 3"]
        assert np.allclose(table.sum(axis=1), 1)

    def test_nothing_ticked_is_nothing_to_apply(self, viewer, widget, photo, asked, tick, qtbot):
        viewer.add_image(COFFEE // 2, name="other")
        widget.image.value = photo
        dialog = asked()
        assert dialog.apply.isEnabled()
        tick(dialog.rows[1][0])
        assert not dialog.apply.isEnabled()
        qtbot.keyClick(dialog, Qt.Key.Key_Escape)
        assert not widget.running

    def test_the_region_of_the_image_itself_is_kept(self, viewer, widget, photo, asked, tick, run):
        mask = np.zeros(COFFEE.shape[:2], int)
        mask[5:20, 10:30] = 1
        widget.region.value = viewer.add_labels(mask, name="cells")
        run(widget)
        dialog = asked()
        assert not dialog.rows[0][0].isChecked()
        assert dialog.rows[0][1].currentText() == "cells"
        dialog.reject()

    def test_the_selected_images_but_not_its_own(self, viewer, widget, photo, done):
        others = [viewer.add_image(COFFEE // n, name=f"photo {n}") for n in (2, 3)]
        viewer.layers.selection = {photo, *others}
        widget.image.value = photo
        widget.apply_to_selected()
        done()
        assert widget.message == "2 images in the same colors."
        table = widget._views._docks.get(SHARES).table()
        assert sorted(table.index) == ["photo", "photo 2", "photo 3"]

    def test_those_that_fail_are_told_by_name_and_the_others_are_done(
        self, viewer, widget, photo, done, notices
    ):
        bad = viewer.add_image(np.full((9, 9, 3), np.nan), rgb=True, name="bad")
        grey = viewer.add_image(COFFEE[..., 0], name="grey")
        good = viewer.add_image(COFFEE // 2, name="good")
        viewer.layers.selection = {bad, grey, good}
        widget.image.value = photo
        widget.apply_to_selected()
        done()
        (notice,) = notices
        lines = notice.message.splitlines()
        assert lines[0] == "Not painted in these colors:"
        assert sorted(line.split(":")[0] for line in lines[1:]) == ['"bad"', '"grey"']
        assert any("NaN" in line for line in lines)
        assert widget._busy.status.value == "1 image in the same colors, 2 not."
        assert widget.message == notice.message
        expected = quantize(COFFEE // 2, palette=quantize(COFFEE, 8).palette)
        assert np.array_equal(viewer.layers["good · quantized"].data, expected.image)
        names = [layer.name for layer in viewer.layers]
        assert "bad · quantized" not in names
        assert "grey · quantized" not in names

    def test_colors_look_alike_in_images_of_other_depths(self, viewer, widget, photo, done):
        deep = viewer.add_image(COFFEE.astype(np.uint16) * 257, rgb=True, name="deep")
        floats = viewer.add_image((COFFEE / 255).astype(np.float32), rgb=True, name="floats")
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
