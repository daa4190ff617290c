"""Layers are made once, and then updated; what a person has set on them remains."""

from __future__ import annotations

import numpy as np
import pytest
from napari.components import ViewerModel
from napari.experimental import link_layers
from napari.layers import Image, Labels, Points
from napari.utils._proxies import PublicOnlyProxy
from pictures import GREY, PHOTO, STACK, rgb, state_of

from napari_kmeans_quantizer.plugin.layers.contents import ROLES, state_contents
from napari_kmeans_quantizer.plugin.layers.make import (
    can_update,
    make_layer,
    make_layers,
    update_layer,
)
from napari_kmeans_quantizer.plugin.models.settings import Settings


def contents_of(layers, n_colors=4, **parts):
    return state_contents(state_of(layers, Settings(n_colors), **parts))


def update(made, contents, **options):
    for layer, content in zip(made, contents, strict=True):
        update_layer(layer, content, **options)


def assert_same(one, other):
    """Layers show the same."""
    assert np.array_equal(one.image.data, other.image.data)
    assert np.array_equal(one.labels.data, other.labels.data)
    for label in range(1, int(other.labels.data.max()) + 1):
        assert np.allclose(one.labels.get_color(label), other.labels.get_color(label))
    assert one.labels.features.equals(other.labels.features)
    assert np.array_equal(one.palette.data, other.palette.data)
    assert np.array_equal(one.palette.face_color, other.palette.face_color)
    assert np.array_equal(one.palette.size, other.palette.size)
    assert list(one.palette.text.values) == list(other.palette.text.values)
    assert one.palette.text.size == other.palette.text.size
    for layer, new in zip(one, other, strict=True):
        assert np.allclose(layer.extent.world, new.extent.world)
        assert layer.metadata == new.metadata


# -- making


@pytest.mark.parametrize(
    ("role", "kind"),
    [("image", Image), ("labels", Labels), ("palette", Points)],
)
def test_a_layer_of_every_role(role, kind):
    contents = contents_of(rgb())
    layer = make_layer(role, getattr(contents, role))
    assert type(layer) is kind
    assert np.array_equal(layer.data, getattr(make_layers(contents), role).data)


# -- updating


@pytest.mark.parametrize("visible", [True, False])
def test_updated_layers_are_like_new_ones(visible):
    source = rgb()
    made = make_layers(contents_of(source, 5))
    made.palette.visible = visible
    for n_colors in (9, 3, 40):
        contents = contents_of(source, n_colors)
        update(made, contents)
        assert_same(made, make_layers(contents))
        assert made.palette.visible is visible


def test_updated_layers_follow_their_source():
    source = rgb()
    made = make_layers(contents_of(source))
    source.scale, source.translate, source.rotate = (2, 3), (5, 6), 30
    contents = contents_of(source)
    update(made, contents, placed=False)
    assert np.array_equal(made.image.scale, (1, 1))
    update(made, contents)
    assert_same(made, make_layers(contents))


def test_what_is_left_out_stays():
    source = rgb()
    made = make_layers(contents_of(source))
    made.labels.paint((5, 5), 3)
    painted = made.labels.data.copy()
    contents = contents_of(source, 3)
    del contents.labels["data"]
    update_layer(made.labels, contents.labels)
    assert np.array_equal(made.labels.data, painted)
    assert len(made.labels.features) == 3


def test_what_a_person_has_set_remains():
    source = Image(GREY, name="grey")
    made = make_layers(contents_of(source))
    for layer in made:
        layer.name, layer.opacity, layer.blending = f"my {layer.name}", 0.3, "opaque"
        layer.metadata["mine"] = 1
    made.image.colormap, made.image.gamma = "magma", 0.5
    made.image.contrast_limits = (50, 60)
    made.image.interpolation2d = "cubic"
    made.labels.contour = 2
    update(made, contents_of(source, 6))
    for layer in made:
        assert layer.name.startswith("my ")
        assert (layer.opacity, layer.blending) == (0.3, "opaque")
        assert layer.metadata["mine"] == 1
        assert "napari-kmeans-quantizer" in layer.metadata
    assert (made.image.colormap.name, made.image.gamma) == ("magma", 0.5)
    assert made.image.contrast_limits == [50, 60]
    assert made.image.interpolation2d == "cubic"
    assert made.labels.contour == 2


def test_the_look_is_set_if_wanted():
    source = Image(GREY.astype(np.uint16), contrast_limits=(0, 200))
    made = make_layers(contents_of(source))
    source.contrast_limits_range = (0, 5000)
    source.contrast_limits, source.gamma, source.colormap = (1000, 4000), 0.5, "viridis"
    contents = contents_of(source)
    update_layer(made.image, contents.image)
    assert made.image.contrast_limits == [0, 200]
    update_layer(made.image, contents.image, look=True)
    assert made.image.contrast_limits == [1000, 4000]
    assert (made.image.gamma, made.image.colormap.name) == (0.5, "viridis")
    low, high = made.image.contrast_limits_range
    assert low <= 0
    assert high >= 4000


def test_a_selected_point_keeps_no_color_of_its_own():
    source = rgb()
    made = make_layers(contents_of(source, 5))
    made.palette.selected_data = {3}
    contents = contents_of(source, 2)
    update_layer(made.palette, contents.palette)
    assert len(made.palette.selected_data) == 0
    assert_same(make_layers(contents)._replace(palette=made.palette), make_layers(contents))


def test_what_is_the_same_is_not_set_again():
    source = rgb()
    contents = contents_of(source)
    made = make_layers(contents)
    heard = []
    for layer in made:
        for name in ("scale", "translate", "affine", "units", "axis_labels"):
            getattr(layer.events, name).connect(lambda event: heard.append(event.type))
    update(made, contents)
    assert heard == []


def test_an_update_of_the_palette_is_told_once():
    source = rgb()
    viewer = ViewerModel()
    made = make_layers(contents_of(source, 4))
    for layer in made:
        viewer.add_layer(layer)
    heard = []
    made.palette.events.data.connect(heard.append)
    update_layer(made.palette, contents_of(source, 7).palette)
    assert len(heard) == 1
    assert list(made.palette._view_text) == list(made.palette.text.values)


# -- links


@pytest.mark.parametrize("attributes", [(), ("metadata",), ("contrast_limits", "scale")])
def test_links_with_a_persons_layer_lead_nowhere(attributes):
    source = rgb(metadata={"mine": 1})
    made = make_layers(contents_of(source))
    other = rgb(PHOTO[::-1].copy(), metadata={"other": 2})
    link_layers([made.image, source, other], attributes)
    before = [layer.data.copy() for layer in (source, other)]
    contents = contents_of(rgb(scale=(3, 3), contrast_limits=(0, 99)), 3)
    update_layer(made.image, contents.image, look=True)
    for layer, data in zip((source, other), before, strict=True):
        assert np.array_equal(layer.data, data)
        assert np.array_equal(layer.scale, (1, 1))
        assert layer.contrast_limits == [0, 255]
        assert "napari-kmeans-quantizer" not in layer.metadata
    assert np.array_equal(made.image.scale, (3, 3))
    assert np.array_equal(made.image.data, contents.image["data"])


@pytest.mark.parametrize("role", ["labels", "palette"])
def test_links_with_layers_of_other_kinds_lead_nowhere(role):
    kinds = {"labels": Labels(GREY.astype(int)), "palette": Points(np.zeros((3, 2)))}
    theirs = kinds[role]
    before = theirs.data.copy()
    made = getattr(make_layers(contents_of(rgb())), role)
    link_layers([made, theirs])
    content = getattr(contents_of(rgb(scale=(3, 3)), 3), role)
    update_layer(made, content)
    assert np.array_equal(theirs.data, before)
    assert np.array_equal(theirs.scale, (1, 1))
    assert len(theirs.features.columns) == 0
    assert theirs.metadata == {}
    assert len(made.features) == 3


def test_links_of_what_is_not_written_remain():
    source = rgb()
    made = make_layers(contents_of(source))
    link_layers([made.image, source], ("opacity", "visible"))
    update_layer(made.image, contents_of(source, 3).image)
    source.opacity = 0.25
    assert made.image.opacity == 0.25


def test_layers_behind_naparis_proxy_are_updated():
    source = rgb()
    made = make_layers(contents_of(source))
    contents = contents_of(source, 7)
    for role in ROLES:
        update_layer(PublicOnlyProxy(getattr(made, role)), getattr(contents, role))
    assert_same(made, make_layers(contents))


# -- what can be updated


def test_can_update():
    flat, stack = contents_of(Image(GREY)), contents_of(Image(STACK))
    color = contents_of(rgb())
    made = make_layers(flat)
    for role in ROLES:
        assert can_update(getattr(made, role), getattr(flat, role))
    assert can_update(made.labels, stack.labels)
    assert can_update(made.labels, color.labels)
    assert can_update(made.image, stack.image)
    assert not can_update(made.image, color.image)
    assert not can_update(make_layers(color).image, flat.image)


def test_points_of_another_dimension_cannot_be_updated():
    content = dict(contents_of(rgb()).palette)
    layer = make_layer("palette", content)
    content["data"] = np.zeros((4, 3))
    assert not can_update(layer, content)


def test_a_stack_in_layers_of_a_plane_and_back():
    made = make_layers(contents_of(Image(GREY)))
    for pixels in (STACK, GREY, np.stack([STACK] * 2)):
        contents = contents_of(Image(pixels, scale=(2,) * pixels.ndim))
        update(made, contents)
        assert_same(made, make_layers(contents))
