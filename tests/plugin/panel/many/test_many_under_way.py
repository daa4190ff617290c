"""Many images under way: progress, cancel, what is removed or closed meanwhile."""

from __future__ import annotations

import numpy as np
from asking import LEFT, SLIDES, InWindow
from pictures import COFFEE

from napari_kmeans_quantizer import quantize
from napari_kmeans_quantizer.plugin.views.views import SHARES


class TestUnderWay:
    def test_cancelled_what_is_done_stays(
        self, viewer, widget, begun, qtbot, measured, hold_second
    ):
        begun()
        qtbot.waitUntil(hold_second.begun.is_set)
        qtbot.mouseClick(widget._busy.cancel.native, LEFT)
        assert widget.message == "Cancelled: 1 of 3 images were done."
        hold_second.set()
        qtbot.wait(50)
        assert "slide 1 · clusters" in viewer.layers
        assert "slide 2 · clusters" not in viewer.layers
        assert list(measured.table) == ["slide 1"]
        assert widget._start.enabled

    def test_the_window_may_be_closed(self, make_napari_viewer, qtbot, hold_second):
        viewer = make_napari_viewer()
        widget = viewer.window.add_plugin_dock_widget("napari-kmeans-quantizer")[1]
        images = [viewer.add_image(x, name=f"slide {n}") for n, x in enumerate(SLIDES)]
        widget.run_many(images, n_colors=3)
        qtbot.waitUntil(hold_second.begun.is_set)
        qtbot.waitUntil(lambda: "slide 0 · clusters" in viewer.layers)
        viewer.close()  # what Qt calls must not raise: pytest-qt would tell
        hold_second.set()
        qtbot.wait(50)

    def test_the_busy_row_tells_which_it_is(self, viewer, widget, begun, hold_second, done, qtbot):
        begun()
        qtbot.waitUntil(hold_second.begun.is_set)
        qtbot.waitUntil(lambda: widget._busy.status.value.startswith("2 of 3: slide 2, "))
        hold_second.set()
        done()
        assert widget._busy.status.value == "3 images in the same colors."

    def test_an_image_that_is_removed_meanwhile_is_told(
        self, viewer, widget, slides, begun, hold_second, done, measured, notices
    ):
        begun()
        viewer.layers.remove(slides[1])
        hold_second.set()
        done()
        assert measured.done[0].errors == {"slide 2": "The image was removed."}
        assert list(measured.table) == ["slide 1", "slide 3"]
        assert "slide 2 · clusters" not in viewer.layers


class TestInWindow(InWindow):
    def test_the_panel_may_be_closed(self, viewer, widget, begun, hold_second, qtbot):
        begun()
        viewer.window.remove_dock_widget(widget.native)
        hold_second.set()
        qtbot.wait(100)
        assert "slide 3 · clusters" not in viewer.layers

    def test_the_shares_of_all_are_compared(self, viewer, widget, slides, asked, done):
        person = asked()
        person.run()
        done()
        assert widget.message == "3 images in the same colors."
        assert widget.measured()["image"].unique().tolist() == ["slide 1", "slide 2", "slide 3"]
        widget.open_shares()
        table = widget._views._docks.get(SHARES).table()
        assert sorted(table.index) == ["slide 1", "slide 2", "slide 3"]

    def test_the_selected_images_but_not_its_own(self, viewer, widget, photo, done):
        others = [viewer.add_image(COFFEE // n, name=f"photo {n}") for n in (2, 3)]
        viewer.layers.selection = {photo, *others}
        widget.image.value = photo
        widget.apply_to_selected()
        done()
        assert widget.message == "2 images in the same colors."
        assert widget.measured()["image"].unique().tolist() == ["photo", "photo 2", "photo 3"]

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
