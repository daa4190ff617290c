"""Showing a result can fail, in napari or in other plugins: the widget can be used on."""

from __future__ import annotations

import numpy as np
import pytest
from napari.components import ViewerModel
from napari.layers import Image, Labels, Points
from napari.settings import get_settings
from skimage import data

from napari_kmeans_quantizer import quantize

PHOTO = data.coffee()[::10, ::10]
GREY = PHOTO[..., 1]
STACK = np.stack([GREY, GREY[::-1], GREY // 2])


@pytest.fixture
def viewer(make_napari_viewer):
    return make_napari_viewer()


@pytest.fixture
def asynchronous(viewer):  # only now: a viewer of the tests starts from napari's defaults
    """Let napari slice layers in threads."""
    experimental = get_settings().experimental
    experimental.async_ = True
    yield
    experimental.async_ = False


# -- what napari is set to


def test_all_layers_come_in_three_dimensions(viewer, person):
    stack = viewer.add_image(STACK, name="stack")
    viewer.dims.ndisplay = 3
    viewer.mouse_over_canvas = True  # it came there with the window, and has not moved yet
    for n_colors in (4, 6):
        person.run(stack, n_colors)
        person.assert_at_rest()
        person.assert_shown(quantize(STACK, n_colors, channel_axis=None), {stack})
    assert viewer.dims.ndisplay == 3


@pytest.mark.parametrize("visible", [True, False], ids=["visible", "hidden palette"])
@pytest.mark.parametrize("image", [PHOTO, STACK], ids=["photo", "stack"])
def test_fewer_colors_while_napari_slices_in_threads(
    asynchronous, viewer, person, qtbot, image, visible
):
    photo = viewer.add_image(image, name="photo", rgb=image is PHOTO)
    for n_colors in (16, 3, 9, 2):
        person.run(photo, n_colors)
        qtbot.wait(50)
        person.assert_at_rest()
        options = {} if photo.rgb else {"channel_axis": None}
        person.assert_shown(quantize(image, n_colors, **options), {photo})
        viewer.layers["photo · palette"].visible = visible
    viewer.layers["photo · palette"].visible = True
    qtbot.wait(50)


# -- whatever raises


class Once:
    """Something that raises when it is called for the first time; then it works."""

    def __init__(self, works, when=lambda *_: True):
        self._works, self._when, self.raised = works, when, False

    def __call__(self, *args, **options):
        if not self.raised and self._when(*args):
            self.raised = True
            raise KeyError("not today")
        return self._works(*args, **options)


def raise_in_setter(monkeypatch, kind, name):
    """Let a layer's attribute be set only from the second time on."""
    inherited = next(base.__dict__[name] for base in kind.__mro__ if name in vars(base))
    once = Once(inherited.fset)
    monkeypatch.setattr(kind, name, inherited.setter(lambda layer, value: once(layer, value)))
    return once


def assert_works_on(person, photo, n_colors):
    person.assert_at_rest()
    person.run(photo, n_colors)
    person.assert_at_rest()
    assert f"{n_colors} colors" in person.status
    person.assert_shown(quantize(PHOTO, n_colors), {photo})


@pytest.mark.parametrize("kind", [Image, Labels, Points])
def test_a_layer_that_cannot_be_added(viewer, person, qtbot, monkeypatch, kind):
    photo = viewer.add_image(PHOTO, name="photo")
    once = Once(ViewerModel.add_layer, lambda _, layer: isinstance(layer, kind))
    monkeypatch.setattr(ViewerModel, "add_layer", lambda *args: once(*args))
    with qtbot.capture_exceptions():  # it may be told to napari, as other faults are
        person.run(photo, 4)
    assert once.raised
    assert_works_on(person, photo, 5)


@pytest.mark.parametrize(
    ("kind", "name"),
    [(Image, "data"), (Labels, "data"), (Labels, "colormap"), (Points, "features")],
    ids=["pixels", "clusters", "colors", "palette"],
)
def test_a_layer_that_cannot_be_set(viewer, person, qtbot, monkeypatch, kind, name):
    photo = viewer.add_image(PHOTO, name="photo")
    person.run(photo, 4)
    once = raise_in_setter(monkeypatch, kind, name)
    with qtbot.capture_exceptions():
        person.run(photo, 6)
    assert_works_on(person, photo, 5)
    if once.raised:
        return  # else new layers were made, which is as good


def test_explored_results_that_cannot_be_shown(viewer, person, qtbot, monkeypatch):
    photo = viewer.add_image(PHOTO, name="photo")
    once = Once(ViewerModel.add_layer)
    monkeypatch.setattr(ViewerModel, "add_layer", lambda *args: once(*args))
    person.widget.open_explore()
    with qtbot.capture_exceptions():
        person.widget.explore(2, 3)
        person.settled()
    assert once.raised
    person.assert_at_rest()
    assert viewer.window.dock_widgets["Explore K"].compute.isEnabled()
    person.widget.explore(2, 3)
    person.settled()
    assert "photo · 2 to 3 colors" in viewer.layers
    viewer.layers.remove("photo · 2 to 3 colors")
    viewer.layers.remove("photo · titles")
    assert_works_on(person, photo, 5)


def test_applied_results_that_cannot_be_shown(viewer, person, qtbot, monkeypatch):
    photo = viewer.add_image(PHOTO, name="photo")
    person.run(photo, 4)
    viewer.layers.selection = {photo}
    person.widget.image.value = photo
    once = raise_in_setter(monkeypatch, Image, "data")
    with qtbot.capture_exceptions():
        person.widget.apply_palette_to([photo])
        person.settled()
    assert once is not None
    assert_works_on(person, photo, 5)
