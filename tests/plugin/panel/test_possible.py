"""Controls that mean nothing cannot be used, and tell why."""

from __future__ import annotations

import numpy as np
import pytest
from napari.layers import Labels
from pictures import GREY, PHOTO, RGBA, STACK
from qtpy.QtCore import Qt

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def photo(viewer, widget):
    return viewer.add_image(PHOTO, name="photo", rgb=True)


# -- where distances are measured


def test_grey_images_are_measured_in_their_own_units(viewer, widget, photo, run):
    widget.color_space.value = "lab"
    grey = viewer.add_image(GREY, name="grey")
    widget.image.value = grey
    assert not widget.color_space.enabled
    assert widget.color_space.native.currentText() == "its own units"
    assert widget.color_space.value == widget.settings.color_space == "rgb"
    run(widget)
    assert widget.state is not None
    assert widget.state.settings.color_space == "rgb"
    widget.image.value = photo
    assert widget.color_space.enabled
    assert widget.color_space.native.currentText() == "CIELAB"
    assert widget.settings.color_space == "lab"


def test_the_wish_is_remembered_and_not_what_a_grey_image_allows(viewer, widget, photo):
    widget.color_space.value = "oklab"
    widget.image.value = viewer.add_image(GREY, name="grey")
    assert widget._form.wishes() == {"color_space": "oklab"}
    widget.image.value = photo
    assert widget._form.wishes() == {"color_space": "oklab"}


def test_a_script_cannot_measure_a_grey_image_in_lab(viewer, widget, photo, run):
    widget.image.value = viewer.add_image(GREY, name="grey")
    widget.color_space.value = "lab"
    run(widget)
    assert widget.state.settings.color_space == "rgb"
    widget.image.value = photo
    assert widget.color_space.value == "lab"


def test_with_live_on_another_image_alone_starts_nothing(viewer, widget, photo, settled):
    widget.color_space.value = "lab"
    grey = viewer.add_image(GREY, name="grey")
    widget.image.value = photo
    widget.live.value = True
    settled(widget)
    widget.image.value = grey
    assert not widget.running


def test_alpha_as_a_channel_and_signed_numbers(viewer, widget):
    viewer.add_image(RGBA, name="rgba", rgb=True)
    assert widget.color_space.enabled
    widget.alpha.value = "channel"
    assert not widget.color_space.enabled
    widget.alpha.value = "ignore"
    assert widget.color_space.enabled
    viewer.add_image(PHOTO.astype(np.int16), name="signed", rgb=True)
    assert not widget.color_space.enabled


# -- the others


def test_what_depends_on_the_kind_of_image(viewer, widget, photo):
    assert not widget.extent.enabled
    assert not widget.alpha.enabled
    assert "one plane" in widget.extent.tooltip
    viewer.add_image(STACK, name="stack")
    assert widget.extent.enabled
    assert "one plane" not in widget.extent.tooltip
    viewer.add_image(RGBA, name="rgba", rgb=True)
    assert widget.alpha.enabled
    assert not widget.extent.enabled


def test_where_to_paint_needs_a_region(viewer, widget, photo):
    region = viewer.add_layer(Labels(GREY, name="region"))
    assert not widget.apply.enabled
    widget.region.value = region
    assert widget.apply.enabled
    viewer.layers.remove(region)
    assert not widget.apply.enabled


def test_channels_need_several_grey_layers_but_can_always_be_turned_off(viewer, widget, photo):
    greys = [viewer.add_image(GREY, name=f"grey {i}") for i in range(2)]
    assert not widget.channels.enabled
    assert not widget.scaled.enabled
    viewer.layers.selection = set(greys)
    assert widget.channels.enabled
    widget.channels.value = True
    assert widget.scaled.enabled
    viewer.layers.selection = {photo}
    assert widget.channels.enabled
    widget.channels.value = False
    assert not widget.channels.enabled
    assert not widget.scaled.enabled


def test_with_colors_of_another_result_nothing_is_fitted(viewer, widget, photo, run):
    run(widget)
    numbers = [widget.n_colors, widget._form.slider, widget.auto, widget.min_psnr]
    fitted = [*numbers, widget.effort, widget.seed, widget.sample]
    assert all(control.enabled for control in fitted)
    widget.palette_from.value = viewer.layers["photo · palette"]
    assert not any(control.enabled for control in fitted)
    assert widget.dither.enabled
    assert "Nothing is fitted" in widget.seed.tooltip
    widget.palette_from.value = None
    assert all(control.enabled for control in fitted)


def test_no_number_is_chosen_where_it_is_found(viewer, widget, photo):
    numbers = [widget.n_colors, widget._form.slider]
    widget.auto.value = True
    assert not any(control.enabled for control in numbers)
    assert "untick auto" in widget.n_colors.tooltip
    assert widget.min_psnr.enabled
    widget.auto.value = False
    assert all(control.enabled for control in numbers)
    assert "untick auto" not in widget.n_colors.tooltip


def test_what_grey_is_measured_in_stays_so_when_layers_come_and_go(viewer, widget, photo):
    widget.image.value = viewer.add_image(GREY, name="grey")
    space = widget.color_space
    texts = [space.native.itemText(i) for i in range(space.native.count())]
    heard = []
    space.changed.connect(heard.append)
    widget.reset_choices()  # as napari does with every docked widget
    assert [space.native.itemText(i) for i in range(space.native.count())] == texts
    assert texts == ["its own units", "CIELAB", "Oklab"]
    assert heard == []
