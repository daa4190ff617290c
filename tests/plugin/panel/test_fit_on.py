"""The control "Fit on": there only for images that are too large to be held."""

from __future__ import annotations

import pytest
from pictures import rgb
from pyramids import Pyramid, picture
from qtpy.QtCore import Qt

from napari_kmeans_quantizer import quantize

pytestmark = pytest.mark.usefixtures("little_memory")

PHOTO = picture()
LEVELS = ["level 2 · 24 × 40", "level 1 · 48 × 80", "all pixels · 96 × 160"]


def offered(widget):
    combo = widget.fit_on.native
    return [combo.itemText(i) for i in range(combo.count())]


def is_there(widget):
    return not widget.fit_on.native.isHidden()


def choose(widget, qtbot, text):
    """Choose an entry with the keyboard."""
    combo = widget.fit_on.native
    combo.setFocus()
    wanted = offered(widget).index(text)
    while combo.currentIndex() != wanted:
        down = combo.currentIndex() < wanted
        qtbot.keyClick(combo, Qt.Key.Key_Down if down else Qt.Key.Key_Up)


def test_it_is_there_only_for_large_lazy_images(viewer, widget):
    assert not is_there(widget)
    small = viewer.add_layer(rgb(PHOTO[:40, :60]))
    assert not is_there(widget)
    large = viewer.add_layer(Pyramid(PHOTO).layer())
    assert is_there(widget)
    assert offered(widget) == LEVELS
    assert widget.fit_on.native.currentText() == "level 1 · 48 × 80"
    viewer.layers.selection.active = small
    assert not is_there(widget)
    viewer.layers.selection.active = large
    assert is_there(widget)
    viewer.layers.remove(large)
    assert not is_there(widget)


def test_of_one_array_every_few_pixels_or_all(viewer, widget):
    viewer.add_layer(Pyramid(PHOTO).plain())
    assert offered(widget) == ["1 of 2 × 2 pixels · 48 × 80", "all pixels · 96 × 160"]


def test_a_slice_of_a_stack_may_be_small(viewer, widget):
    stack = PHOTO[..., 0].reshape(4, 24, 160)
    viewer.add_layer(Pyramid(stack, axes=(1, 2), n_spatial=3).layer(rgb=False))
    assert is_there(widget)
    widget.extent.value = "slice"
    assert not is_there(widget)


def test_what_is_chosen_is_fitted(viewer, widget, qtbot, settled):
    pyramid = Pyramid(PHOTO)
    viewer.add_layer(pyramid.layer())
    widget.n_colors.value = 4
    for text, told, array in [
        (LEVELS[2], "on all pixels", pyramid.held[0]),
        (LEVELS[0], "on level 2", pyramid.held[2]),
        (LEVELS[1], "on level 1", pyramid.held[1]),
    ]:
        choose(widget, qtbot, text)
        qtbot.mouseClick(widget._start.native, Qt.MouseButton.LeftButton)
        settled(widget)
        assert widget.message.endswith(told)
        counts = quantize(array, 4).palette.counts
        assert widget.result.palette.counts.tolist() == counts.tolist()
    assert len(viewer.layers) == 4


def test_another_image_begins_with_what_can_be_held(viewer, widget, qtbot):
    viewer.add_layer(Pyramid(PHOTO).layer())
    choose(widget, qtbot, LEVELS[0])
    assert widget.settings.fit_on == 2
    viewer.add_layer(Pyramid(PHOTO).plain())
    assert widget.settings.fit_on is None


def test_live_never_fits_all_pixels(viewer, widget, qtbot, settled, run):
    pyramid = Pyramid(PHOTO)
    viewer.add_layer(pyramid.layer())
    choose(widget, qtbot, LEVELS[2])
    run(widget)
    assert widget.message.endswith("on all pixels")
    pyramid.reads.clear()
    widget.live.value = True
    widget.n_colors.value = 5
    settled(widget)
    assert widget.message.endswith("on level 1")
    assert pyramid.n_read[1] >= pyramid.n_blocks(1)
    assert pyramid.n_read[0] < pyramid.n_blocks(0)


def test_settings_and_scripts_say_it(viewer, widget, qtbot, run):
    layer = viewer.add_layer(Pyramid(PHOTO).layer())
    choose(widget, qtbot, LEVELS[2])
    run(widget)
    assert "fit_on=0" in widget.copy_as_python()
    choose(widget, qtbot, LEVELS[1])
    assert widget.settings.fit_on is None
    viewer.layers.selection.active = viewer.layers["slide · quantized"]
    widget.restore_settings()
    assert widget.image.value is layer
    assert widget.settings.fit_on == 0


def test_dithering_is_refused_with_a_remedy(viewer, widget, qtbot, settled):
    viewer.add_layer(Pyramid(PHOTO).layer())
    widget.dither.value = "floyd-steinberg"
    widget.run()
    settled(widget)
    assert "cannot be dithered" in widget._busy.notice.text.text()
    qtbot.mouseClick(widget._busy.notice.remedy, Qt.MouseButton.LeftButton)
    settled(widget)
    assert widget.dither.value == "none"
    assert widget.result is not None
