"""Linked layers: what is set on one is set on all; the widget's own outputs alone may change.

A layer's metadata proves nothing of whose it is: napari spreads it through links, too.
"""

from __future__ import annotations

import numpy as np
import pytest
from napari.experimental import link_layers
from napari.layers import Labels
from person import Untouched
from skimage import data

from napari_kmeans_quantizer import quantize

PHOTO = data.coffee()[::10, ::10]
GREY = np.ascontiguousarray(PHOTO[..., 1])
STACK = np.stack([GREY, GREY[::-1], GREY // 2])
QUANTIZED, CLUSTERS, PALETTE = "photo · quantized", "photo · clusters", "photo · palette"


@pytest.fixture
def viewer(make_napari_viewer):
    return make_napari_viewer()


def each_edit(widget):
    """Recolor, merge, hide and reset, one after the other."""
    yield widget.recolor(0, (1, 2, 3))
    yield widget.merge(2, 1)
    yield widget.hide_colors(frozenset({0}))
    yield widget.reset_colors()


LINKED = {
    "source and quantized": [0, 1],
    "source and clusters": [0, 2],
    "source and palette": [0, 3],
    "everything": [0, 1, 2, 3],
    "outputs": [1, 2, 3],
}


@pytest.mark.parametrize("attributes", [(), ("metadata",)], ids=["all attributes", "metadata"])
@pytest.mark.parametrize("places", LINKED.values(), ids=LINKED)
def test_linked_with_outputs(viewer, person, places, attributes):
    photo = viewer.add_image(PHOTO.copy(), name="photo", metadata={"mine": 1})
    untouched = Untouched(photo)
    person.run(photo, 4)
    link_layers([viewer.layers[place] for place in places], attributes)
    for n_colors in (6, 3, 5):
        person.run(n_colors=n_colors)
    untouched.check()
    person.assert_shown(quantize(PHOTO, 5), {photo})
    person.assert_at_rest()
    for _ in each_edit(person.widget):
        untouched.check()
        person.assert_shown(person.widget.result, {photo})
    assert photo.metadata == {"mine": 1}
    assert photo in person.widget.image.choices


def test_linked_in_the_context_menu(viewer, person):
    photo = viewer.add_image(PHOTO.copy(), name="photo")
    untouched = Untouched(photo)
    person.run(photo, 4)
    person.menu("link_selected_layers", photo, viewer.layers[QUANTIZED])
    for n_colors in (6, 3, 5):
        person.run(n_colors=n_colors)
    untouched.check()
    person.assert_shown(quantize(PHOTO, 5), {photo})


def test_linked_with_another_image(viewer, person):
    photo, other = (viewer.add_image(PHOTO.copy(), name=name) for name in ("photo", "other"))
    link_layers([photo, other])
    untouched = Untouched(photo, other)
    person.run(photo, 4)
    link_layers([photo, other, viewer.layers[QUANTIZED]])
    for n_colors in (6, 3, 5):
        person.run(n_colors=n_colors)
    untouched.check()
    person.assert_shown(quantize(PHOTO, 5), {photo, other})
    for _ in each_edit(person.widget):
        untouched.check()
    assert {photo, other} <= set(person.widget.image.choices)


def test_outputs_of_two_images_linked(viewer, person):
    photo = viewer.add_image(PHOTO.copy(), name="photo")
    other = viewer.add_image(PHOTO[::-1].copy(), name="other")
    person.run(photo, 4)
    person.run(other, 3)
    others = [layer for layer in viewer.layers if layer.name.startswith("other")]
    link_layers([viewer.layers[QUANTIZED], viewer.layers["other · quantized"]])
    link_layers([viewer.layers[CLUSTERS], viewer.layers["other · clusters"]], ["metadata"])
    link_layers([photo, other])
    untouched = Untouched(photo, *others)
    for n_colors in (6, 5):
        person.run(photo, n_colors)
    untouched.check()
    person.assert_shown(quantize(PHOTO, 5), {photo, *others})
    for _ in each_edit(person.widget):
        untouched.check()
    person.run(other, 7)
    assert len(viewer.layers["other · palette"].data) == 7
    assert np.array_equal(viewer.layers["other · quantized"].data, quantize(PHOTO[::-1], 7).image)
    assert photo in person.widget.image.choices


def test_a_region_linked_with_the_clusters(viewer, person):
    drawn = np.pad(np.ones((20, 30), int), ((9, 11), (9, 21)))
    region = viewer.add_labels(drawn, name="region")
    photo = viewer.add_image(PHOTO.copy(), name="photo")
    widget = person.widget
    widget.region.value = region
    untouched = Untouched(photo, region)
    person.run(photo, 4)
    link_layers([region, viewer.layers[CLUSTERS]])
    for n_colors in (6, 3, 5):
        person.run(n_colors=n_colors)
    untouched.check()
    assert widget.region.value == region
    expected = quantize(PHOTO, 5, mask=drawn > 0)
    clusters = person.only(Labels, {region})
    assert np.array_equal(clusters.data, np.where(drawn, expected.labels + 1, 0))
    for _ in each_edit(widget):
        untouched.check()
    assert widget.region.value == region


def test_the_slice_of_a_linked_stack(viewer, person):
    stack = viewer.add_image(STACK, name="stack", translate=(7, 0, 0))
    untouched = Untouched(stack)
    person.run(stack, 3)
    link_layers([stack, viewer.layers["stack · quantized"], viewer.layers["stack · clusters"]])
    viewer.dims.set_current_step(0, 2)
    person.widget.extent.value = "slice"
    person.run(stack, 4)
    untouched.check()
    assert np.array_equal(person.only(Labels).extent.world[:, 0], (9, 9))


def test_linked_with_explored_results(viewer, person):
    photo = viewer.add_image(PHOTO.copy(), name="photo")
    untouched = Untouched(photo)
    for last in (3, 4, 5):
        person.widget.image.value = photo
        person.widget.explore(2, last, "grid")
        person.settled()
        link_layers([photo, viewer.layers[f"photo · 2 to {last} colors"]])
    untouched.check()
    assert photo in person.widget.image.choices
    person.run(photo, 4)
    untouched.check()
