"""Whose layers are whose: known by the layer itself, whatever is told of it."""

from __future__ import annotations

import copy
import gc
import weakref

import numpy as np
import pytest
from napari.components import LayerList, ViewerModel
from napari.experimental import link_layers
from napari.layers import Image, Labels
from napari.layers._layer_actions import (
    _convert_to_image,
    _convert_to_labels,
    _duplicate_layer,
    _split_rgb,
    _split_stack,
)
from napari.utils._proxies import PublicOnlyProxy
from pictures import GREY, STACK, rgb, state_of

from napari_kmeans_quantizer.plugin import quantize_layer
from napari_kmeans_quantizer.plugin.layers.contents import ROLES, state_contents
from napari_kmeans_quantizer.plugin.layers.make import make_layers
from napari_kmeans_quantizer.plugin.layers.ours import (
    Record,
    bare,
    is_ours,
    record_of,
    records_in,
)


@pytest.fixture
def state():
    return state_of(rgb())


@pytest.fixture
def made(state):
    return make_layers(state_contents(state))


@pytest.fixture
def record(state, made):
    record = Record(state.source.key, state)
    record.own(made._asdict())
    return record


def after(command, *layers):
    """Return what a command of the layer list's menu adds."""
    listed = LayerList(layers)
    listed.selection = set(layers)
    command(listed)
    return [layer for layer in listed if layer not in layers]


# -- ours


def test_layers_are_ours_once_they_were_handed_in(state, made):
    assert not any(map(is_ours, made))  # whatever their metadata say
    record = Record(state.source.key, state)
    record.own(made._asdict())
    for role, layer in made._asdict().items():
        assert is_ours(layer)
        assert record_of(layer) is record
        assert record.layer(role) is layer
    assert not is_ours(state.source.main)
    assert record_of(state.source.main) is None


def test_names_metadata_and_places_do_not_matter(record, made):
    for layer in made:
        layer.name, layer.metadata, layer.scale = "mine", {}, (7, 7)
        assert is_ours(layer)


def test_naparis_proxies_are_the_layers_themselves(record, made):
    for layer in made:
        proxy = PublicOnlyProxy(layer)
        assert bare(proxy) is layer
        assert bare(layer) is layer
        assert is_ours(proxy)
        assert record_of(proxy) is record


def test_scripts_hand_in_their_layers_too():
    layer = rgb()
    made = quantize_layer(layer, 4)
    records = {record_of(output) for output in made}
    assert len(records) == 1
    (record,) = records
    assert record.key == (str(layer.unique_id),)
    assert record.state.result.palette.n_channels == 3
    assert [record.layer(role) for role in ROLES] == list(made)


# -- a person's


def test_duplicates_are_a_persons(record, made):
    copies = after(_duplicate_layer, *made)
    assert [type(layer) for layer in copies] == [type(layer) for layer in made]
    for layer in copies:
        assert "napari-kmeans-quantizer" in layer.metadata  # which napari copies
        assert not is_ours(layer)
        assert record_of(layer) is None


@pytest.mark.filterwarnings("ignore:projection mode")  # napari's own
def test_conversions_and_parts_are_a_persons(record, made):
    found = [
        *after(_convert_to_image, made.labels),
        *after(_convert_to_labels, quantize_layer(Image(GREY), 3).image),
        *after(_split_rgb, made.image),
    ]
    assert len(found) == 5
    assert not any(map(is_ours, found))


def test_parts_of_a_stack_are_a_persons():
    made = quantize_layer(Image(STACK), 3)
    parts = after(_split_stack, made.image)
    assert len(parts) == 4
    assert not any(map(is_ours, parts))


def test_copies_of_any_kind_are_a_persons(record, made):
    for layer in made:
        assert not is_ours(copy.copy(layer))
        assert not is_ours(type(layer).create(*layer.as_layer_data_tuple()))


def test_linked_layers_are_a_persons(record, made):
    layer = Labels(np.zeros((20, 30), int))
    link_layers([made.labels, layer])
    made.labels.metadata = {**made.labels.metadata, "more": 1}
    assert not is_ours(layer)


# -- records


def test_a_new_layer_takes_the_place_of_an_old_one(record, made, state):
    other = make_layers(state_contents(state)).image
    record.own({"image": other})
    assert record.layer("image") is other
    assert record.layer("labels") is made.labels
    assert is_ours(made.image)  # the old one stays no image of a person's


def test_records_know_whether_a_result_was_shown(state):
    record = Record(state.source.key)
    assert not record.was_shown
    layer = rgb()
    record.own({"explored": layer})
    assert not record.was_shown
    assert record.layer("explored") is layer
    assert record.layer("image") is None
    record.own({"labels": Labels(GREY)})
    assert record.was_shown


def test_records_outlive_the_panel_and_go_with_their_layers(state):
    layers = list(make_layers(state_contents(state)))
    record = Record(state.source.key, state)
    record.own(dict(zip(ROLES, layers, strict=True)))
    gone = weakref.ref(record)
    del record
    gc.collect()
    assert record_of(layers[0]).layer("palette") is layers[2]
    del layers[0], layers[0]
    gc.collect()
    assert gone() is not None
    layers.clear()
    gc.collect()
    assert gone() is None


def test_records_keep_no_layer(record, made, state):
    other = make_layers(state_contents(state)).palette
    record.own({"palette": other})
    gone = weakref.ref(other)
    del other
    gc.collect()
    assert gone() is None
    assert record.layer("palette") is None


def test_records_in(record, made):
    viewer = ViewerModel()
    layer = viewer.add_image(GREY)
    assert records_in(viewer.layers) == {}
    for output in (made.labels, made.image):
        viewer.add_layer(output)
    other = quantize_layer(layer, 2)
    viewer.add_layer(other.labels)
    assert records_in(viewer.layers) == {
        record.key: record,
        (str(layer.unique_id),): record_of(other.labels),
    }


def test_of_two_records_of_one_image_the_first_counts():
    layer = rgb()
    first, second = (quantize_layer(layer, n) for n in (2, 3))
    key = (str(layer.unique_id),)
    assert records_in([first.labels, second.labels]) == {key: record_of(first.image)}
    assert records_in([second.labels, first.labels]) == {key: record_of(second.image)}
