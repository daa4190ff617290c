from __future__ import annotations

import json
from dataclasses import FrozenInstanceError, fields, replace

import numpy as np
import pytest

from napari_kmeans_quantizer import Palette, quantize
from napari_kmeans_quantizer.plugin.models.settings import Settings, edited

GREY = np.array([[0, 0, 0, 0, 10, 10, 10, 90, 90, 200]], np.uint8)
CHANGED = Settings(
    n_colors=7,
    min_psnr=32.5,
    color_space="oklab",
    effort="best",
    random_state=3,
    sample=1.0,
    alpha="channel",
    scaled=True,
    apply_everywhere=True,
    no_data=-3.4028234663852886e38,
    fit_on=2,
    fixed_colors=((0.1, 1 / 3, -0.0), (1e-17, 2.0, 255.0)),
    joined=1,
    palette=((0.1 + 0.2,), (7.0,)),
    choose_from=((0.1,), (1 / 3,), (9.0,)),
    names=("snow", "Größe 7"),
    dither="blue-noise",
    dither_strength=0.7,
    edits=(("recolor", 2, (0.1, 0.2, 1e300)), ("merge", 1, 0)),
)


def test_every_field_of_the_example_differs_from_its_default():
    assert all(getattr(CHANGED, f.name) != f.default for f in fields(Settings))


@pytest.mark.parametrize("through_json", [False, True])
@pytest.mark.parametrize(
    "settings", [Settings(), Settings("auto"), CHANGED, replace(CHANGED, palette=None)]
)
def test_round_trip(settings, through_json):
    stored = settings.to_dict()
    if through_json:
        stored = json.loads(json.dumps(stored))
    back = Settings.from_dict(stored)
    assert back == settings
    assert hash(back) == hash(settings)
    assert repr(back) == repr(settings)  # tuples and floats to the bit, also -0.0


@pytest.mark.parametrize("name", [field.name for field in fields(Settings)])
def test_one_field_makes_a_difference_and_is_stored(name):
    one = replace(Settings(), **{name: getattr(CHANGED, name)})
    assert one != Settings()
    assert set(one.to_dict()) == {"n_colors", "random_state", name}
    assert Settings.from_dict(one.to_dict()) == one


def test_defaults_are_left_out_but_for_the_number_of_colors_and_the_seed():
    assert Settings().to_dict() == {"n_colors": 16, "random_state": 0}


def test_what_is_not_known_is_left_out():
    stored = {"n_colors": 5, "gamma": None, "role": "image", "fixed_color": [[1]]}
    assert Settings.from_dict(stored) == Settings(n_colors=5)


def test_arrays_and_palettes_become_plain_tuples():
    colors = np.array([[0.5, 1.0], [2.0, 3.0]])
    stored = {
        "n_colors": np.int64(2),
        "palette": Palette(colors, dtype=np.float32),
        "fixed_colors": colors,
        "edits": [["recolor", np.uint8(1), colors[0]]],
    }
    made = Settings.from_dict(stored)
    rows = ((0.5, 1.0), (2.0, 3.0))
    assert made == Settings(2, palette=rows, fixed_colors=rows, edits=(("recolor", 1, rows[0]),))
    assert json.loads(json.dumps(made.to_dict()))["edits"] == [["recolor", 1, [0.5, 1.0]]]


def test_frozen():
    with pytest.raises(FrozenInstanceError):
        Settings().n_colors = 3


def test_options_are_those_of_quantize():
    assert Settings().options() == {
        "n_colors": 16,
        "min_psnr": None,
        "color_space": "rgb",
        "effort": "balanced",
        "sample": None,
        "dither": None,
        "dither_strength": 1.0,
        "random_state": 0,
    }
    options = Settings(n_colors=3, sample=0.5, random_state=4, effort="fast").options()
    many = np.tile(GREY, (100, 1))  # of which any half will do
    assert quantize(many, **options).palette.hex == quantize(many, 3).palette.hex


def test_of_the_ways_to_say_which_colors_there_are_one_is_passed_on():
    options = CHANGED.options()
    assert options["palette"] == CHANGED.palette
    assert not {"choose_from", "fixed_colors"} & set(options)
    options = replace(CHANGED, palette=None).options()
    assert options["choose_from"] == CHANGED.choose_from
    assert "fixed_colors" not in options


def test_auto_is_a_number_of_colors_to_be_found():
    found = Settings("auto", min_psnr=30.0, fixed_colors=((1.0,), (2.0,)), joined=1)
    assert found.options()["n_colors"] == "auto"
    assert found.options()["min_psnr"] == 30
    assert found.to_dict()["n_colors"] == "auto"


def test_there_are_never_fewer_colors_than_fixed_ones():
    fixed = ((1.0,), (2.0,), (3.0,))
    for n_colors, expected in ((1, 3), (3, 3), (8, 8)):
        options = Settings(n_colors=n_colors, fixed_colors=fixed).options()
        assert options["n_colors"] == expected
        assert options["fixed_colors"] == fixed


def test_edits_are_made_one_after_the_other_on_the_palette_so_far():
    result = quantize(GREY, 4)
    assert result.palette.colors[:, 0].tolist() == [0, 10, 90, 200]
    # 200 joins 10, which then has as many pixels as 0; 90, the last one now, becomes 255.
    both = edited(result, (("merge", 3, 1), ("recolor", 2, (255.0,))))
    assert both.image.tolist() == [[0, 0, 0, 0, 10, 10, 10, 255, 255, 10]]
    assert result.image.tolist() == GREY.tolist()
    assert edited(result, ()) is result


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (("split", 0, 1), "one of recolor, merge, rename, got 'split'"),
        (("merge", 0, 4), "must lie in 0..3"),
        (("recolor", 4, (0.0,)), "must lie in 0..3"),
        (("recolor", 0, (256.0,)), r"must lie in 0..255"),
    ],
)
def test_edits_that_cannot_be(edit, message):
    with pytest.raises(ValueError, match=message):
        edited(quantize(GREY, 4), (edit,))
