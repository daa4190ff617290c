"""What metadata says, through JSON and back."""

from __future__ import annotations

import json

import numpy as np
import pytest
from napari.layers import Image, Labels, Points
from pictures import GREY, STACK, rgb

from napari_kmeans_quantizer import Palette
from napari_kmeans_quantizer.plugin.layers.about import METADATA_KEY, About
from napari_kmeans_quantizer.plugin.models.settings import Settings
from napari_kmeans_quantizer.plugin.models.source import Source

SETTINGS = Settings(
    7,
    "oklab",
    sample=0.5,
    apply_everywhere=True,
    fixed_colors=((0.1, 1 / 3, 255.0),),
    edits=(("recolor", 2, (0.1, 0.2, 0.3)), ("merge", 1, 0)),
)
PALETTES = {
    "bytes": Palette([[1, 2, 3], [4, 5, 6]], [7, 8], ("red", ""), np.uint8),
    "12 bits": Palette([[1, 2000.5, 3]], [2**40], None, np.uint16, (0, 4095)),
    "floats": Palette([[0.1 + 0.2], [-1 / 3], [1e300]], [1, 2, 3], None, np.float32, (-1, 1)),
    "flags": Palette([[0], [1]], [5, 6], dtype=bool),
}
WINDOWS = [
    None,
    (slice(1, 2), slice(None), slice(4, None)),
    (slice(np.int64(1), np.int64(3)), slice(-9, None), slice(None, -3)),
]


def through_json(about):
    metadata = json.loads(json.dumps(about.to_metadata()))
    return About.of_layer(Points(metadata=metadata))


def same_palette(one, other):
    assert np.array_equal(one.colors, other.colors)
    assert np.array_equal(one.counts, other.counts)
    assert (one.dtype, one.value_range) == (other.dtype, other.value_range)


def told(about):
    names = ("role", "source", "source_ids", "layers", "region", "window", "settings")
    return [getattr(about, name) for name in names]


@pytest.mark.parametrize("which", PALETTES)
def test_round_trip_of_palettes(which):
    palette = PALETTES[which]
    about = About.of_output("palette", Source((rgb(),)), SETTINGS, palette)
    back = through_json(about)
    same_palette(back.palette, palette)
    assert told(back) == told(about)


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("role", ["image", "labels", "explored", "titles"])
def test_round_trip(role, window):
    layers = Image(STACK, name="it's"), Image(STACK, name='the "µ"')
    region = Labels(STACK, name="drawn")
    about = About.of_output(role, Source(layers, region, window), SETTINGS)
    assert about.source == 'it\'s + the "µ"'
    assert about.layers == ("it's", 'the "µ"')
    assert about.source_ids == tuple(str(layer.unique_id) for layer in layers)
    assert about.region == "drawn"
    back = through_json(about)
    assert told(back) == told(about)
    assert back.palette is None
    assert repr(back.settings) == repr(SETTINGS)


def test_metadata_is_plain():
    about = About.of_output("palette", Source((rgb(),)), SETTINGS, PALETTES["bytes"])
    metadata = about.to_metadata()
    assert list(metadata) == [METADATA_KEY]
    assert_plain(metadata)


def assert_plain(value):
    if isinstance(value, dict):
        assert all(type(key) is str for key in value)
        for inner in value.values():
            assert_plain(inner)
    elif type(value) in (list, tuple):
        for inner in value:
            assert_plain(inner)
    else:
        assert type(value) in (str, int, float, bool, type(None)), value


def test_a_mask_has_no_name():
    about = About.of_output("image", Source((Image(GREY),), GREY > 100), Settings())
    assert about.region is None


def test_layers_that_say_nothing():
    assert About.of_layer(rgb()) is None
    assert About.of_layer(rgb(metadata={"mine": 1})) is None


WHOLE = About.of_output("palette", Source((rgb(),)), SETTINGS, PALETTES["bytes"])


@pytest.mark.parametrize("name", WHOLE.to_metadata()[METADATA_KEY])
@pytest.mark.parametrize("value", [None, 3, "text", [1], {"n_colors": "many"}, object()])
def test_what_was_changed_by_hand_is_no_crash(name, value):
    metadata = WHOLE.to_metadata()
    metadata[METADATA_KEY][name] = value
    about = About.of_layer(Points(metadata=metadata))
    assert about is None or isinstance(about, About)
    del metadata[METADATA_KEY][name]
    about = About.of_layer(Points(metadata=metadata))
    if name in ("palette", "region_id"):  # what older layers, or those without, do not tell
        assert getattr(about, name) is None
    else:
        assert about is None


@pytest.mark.parametrize("value", [None, 3, "text", [], {}, [{"role": "image"}]])
def test_somebody_elses_metadata_of_this_name(value):
    assert About.of_layer(Points(metadata={METADATA_KEY: value})) is None


@pytest.mark.parametrize(
    "change",
    [
        {"counts": [1]},
        {"counts": None},
        {"colors": [[1, 2], [3]]},
        {"colors": "red"},
        {"dtype": "color"},
        {"value_range": [1, 2, 3]},
        {"value_range": None},
    ],
)
def test_broken_palettes_are_no_crash(change):
    metadata = WHOLE.to_metadata()
    metadata[METADATA_KEY]["palette"].update(change)
    about = About.of_layer(Points(metadata=metadata))
    assert about is None or about.palette is not None
