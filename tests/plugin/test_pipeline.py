"""One way from source and settings to results and layers, whoever goes it."""

from __future__ import annotations

import time
import warnings

import dask.array as da
import numpy as np
import pytest
from napari.layers import Image, Labels
from pictures import GREY, PHOTO, RGBA, in_colors, rgb, run_steps, same_result

from napari_kmeans_quantizer import Palette, Progress, completed, quantize
from napari_kmeans_quantizer.plugin import pipeline
from napari_kmeans_quantizer.plugin.first_use import FirstUse, needed
from napari_kmeans_quantizer.plugin.layers.contents import state_contents
from napari_kmeans_quantizer.plugin.layers.make import make_layers
from napari_kmeans_quantizer.plugin.models.settings import Settings
from napari_kmeans_quantizer.plugin.models.source import Source
from napari_kmeans_quantizer.plugin.pipeline import (
    colors_for,
    explored,
    in_palette,
    produced,
    quantized,
)

INSIDE = np.zeros((20, 30), bool)
INSIDE[3:9, 4:20] = True
REGION = Labels(INSIDE.astype(int), name="region")
EDITS = (("recolor", 0, (1.0, 2.0, 3.0)), ("merge", 2, 1))


def photo(*args, **options):
    return Source((rgb(*args, **options),))


# -- quantized


@pytest.mark.parametrize(
    "settings",
    [
        Settings(5),
        Settings(4, color_space="lab", random_state=3, effort="fast"),
        Settings(6, sample=0.3, random_state=1),
        Settings(2, fixed_colors=((1.0, 2.0, 3.0),) * 1),
        Settings(9, palette=((1.0, 2.0, 3.0), (200.0, 100.0, 0.0))),
    ],
)
def test_quantized_is_quantize(settings):
    state = completed(quantized(photo(), settings))
    same_result(state.result, quantize(PHOTO, **settings.options()))
    assert state.result is state.fitted
    assert state.settings is settings


def test_edits_are_made_of_what_was_fitted():
    state = completed(quantized(photo(), Settings(4, edits=EDITS)))
    fitted = quantize(PHOTO, 4)
    same_result(state.fitted, fitted)
    same_result(state.result, fitted.recolored({0: (1, 2, 3)}).merged(2, 1))


def test_further_options_of_quantize():
    extra = {"sample": 0.5, "random_state": np.random.default_rng(3)}
    state = completed(quantized(photo(), Settings(4), extra))
    extra["random_state"] = np.random.default_rng(3)
    same_result(state.result, quantize(PHOTO, 4, **extra))


def test_nothing_is_made_of_what_is_all_transparent():
    clear = RGBA.copy()
    clear[..., 3] = 0
    for settings in (Settings(4), Settings(9, palette=((1.0, 2.0, 3.0),))):
        with pytest.raises(ValueError, match="Nothing to quantize: all pixels are transparent"):
            completed(quantized(photo(clear), settings))
    half = clear.copy()
    half[~INSIDE, 3] = 255
    for everywhere in (False, True):
        source = Source((rgb(half),), REGION)
        settings = Settings(4, apply_everywhere=everywhere)
        with pytest.raises(ValueError, match="all pixels of the region are transparent"):
            completed(quantized(source, settings))


def test_looks_and_places_are_those_of_the_beginning():
    layer = Image(GREY, contrast_limits=(0, 100))
    steps = quantized(Source((layer,)), Settings(3))
    next(steps)
    layer.contrast_limits, layer.translate = (20, 50), (7, 0)
    state = completed(steps)
    assert state.display.channels[0].limits == (0, 100)
    assert state.placement.whole["translate"].tolist() == [0, 0]


def test_channels_and_region():
    source = Source((Image(GREY), Image(GREY[::-1])), REGION)
    state = completed(quantized(source, Settings(3)))
    both = np.stack([GREY, GREY[::-1]], axis=-1)
    same_result(state.result, quantize(both, 3, channel_axis=-1, mask=INSIDE))
    assert INSIDE.reshape(-1)[state.sample.places].all()
    assert state.sample.values.shape == (len(state.sample.places), 2)


def test_apply_everywhere_paints_all_in_colors_fitted_inside():
    pixels = PHOTO.copy()
    pixels[~INSIDE] //= 4
    source = Source((rgb(pixels),), REGION)
    inside = quantize(pixels, 4, mask=INSIDE)
    state = completed(quantized(source, Settings(4, apply_everywhere=True)))
    assert state.result.mask is None
    assert np.array_equal(state.result.palette.colors, inside.palette.colors)
    same_result(state.result, quantize(pixels, palette=inside.palette))
    assert not np.array_equal(inside.palette.colors, quantize(pixels, 4).palette.colors)
    same_result(completed(quantized(source, Settings(4))).result, inside)


def test_apply_everywhere_measures_in_the_same_space():
    inside = quantize(PHOTO, 6, color_space="lab", mask=INSIDE)
    settings = Settings(6, color_space="lab", apply_everywhere=True)
    state = completed(quantized(Source((rgb(),), REGION), settings))
    same_result(state.result, quantize(PHOTO, palette=inside.palette, color_space="lab"))


def test_apply_everywhere_without_a_region_changes_nothing():
    state = completed(quantized(photo(), Settings(4, apply_everywhere=True)))
    same_result(state.result, quantize(PHOTO, 4))


def test_the_time_of_the_work_is_told(monkeypatch):
    steps = pipeline.quantize_steps

    def slow(*args, **options):
        time.sleep(0.2)
        return (yield from steps(*args, **options))

    monkeypatch.setattr(pipeline, "quantize_steps", slow)
    assert 0.2 <= completed(quantized(photo(), Settings(4))).seconds < 20


# -- pixels without data

HOLES = np.zeros((20, 30), bool)
HOLES[5:12, 10:15] = True
ROLLED = np.roll(HOLES, 3, axis=1)


def test_pixels_without_data_are_left_out_and_stay_as_they_are():
    heights = np.where(HOLES, np.nan, GREY).astype(np.float32)
    state = completed(quantized(Source((Image(heights),)), Settings(4)))
    same = quantize(heights, 4, mask=~HOLES)
    assert np.array_equal(state.result.labels, same.labels)
    assert np.array_equal(state.result.image, same.image, equal_nan=True)
    assert np.isnan(state.result.image[HOLES]).all()
    labels = make_layers(state_contents(state)).labels
    assert (labels.data[HOLES] == 0).all()
    assert (labels.data[~HOLES] > 0).all()
    assert not HOLES.reshape(-1)[state.sample.places].any()
    assert "35 pixels without data left out" in state.summary


def test_pixels_without_data_of_channels():
    heights = np.where(HOLES, np.int16(-9999), GREY.astype(np.int16))
    source = Source((Image(heights), Image(np.roll(heights, 3, axis=1))), scaled=True)
    state = completed(quantized(source, Settings(4, no_data=-9999)))
    assert state.n_without_data == (HOLES & ROLLED).sum() == 14
    make_layers(state_contents(state))


def test_pixels_without_data_are_painted_nowhere():
    heights = np.where(HOLES, np.nan, GREY)
    source = Source((Image(heights),), REGION)
    state = completed(quantized(source, Settings(4, apply_everywhere=True)))
    inside = quantize(heights, 4, mask=INSIDE & ~HOLES)
    assert np.array_equal(state.result.palette.colors, inside.palette.colors)
    assert np.array_equal(state.result.mask, ~HOLES)
    assert state.n_without_data == 35
    found = completed(explored(source, Settings(), [2, 3], "stack"))
    assert np.array_equal(found.results[3].mask, INSIDE & ~HOLES)


def test_other_images_in_the_same_colors_lack_the_same_value():
    heights = np.where(HOLES, np.int16(-9999), GREY.astype(np.int16))
    sources = [Source((Image(heights),))]
    ([made], _) = in_colors(sources, Palette([[1.0], [99.0]]), Settings(no_data=-9999))
    assert np.array_equal(made.state.result.mask, ~HOLES)
    assert made.state.settings.no_data == -9999


# -- lazy stacks


def lazy_stack(n=10):
    return da.from_array(np.stack([GREY] * n), chunks=(1, 20, 30))


def test_reading_a_lazy_stack_is_half_of_the_way():
    told, state = run_steps(quantized(Source((Image(lazy_stack()),)), Settings(4)))
    read = [step for step in told if step.stage.startswith("Reading the image, ")]
    assert len(read) >= 2
    assert read[0].stage.endswith(f"0 of {len(read)}")
    assert [step.fraction for step in read] == pytest.approx(np.arange(len(read)) / len(read) / 2)
    assert min(step.fraction for step in told if "Counting" in step.stage) == 0.5
    same_result(state.result, quantize(np.stack([GREY] * 10), 4, channel_axis=None))


def test_a_lazy_region_is_read_in_pieces_too():
    labels = da.from_array(np.stack([INSIDE.astype(int)] * 10), chunks=(1, 20, 30))
    source = Source((Image(np.stack([GREY] * 10)),), Labels(labels))
    told, _ = run_steps(quantized(source, Settings(4)))
    assert sum(step.stage.startswith("Reading the region, ") for step in told) >= 2


# -- progress

JOBS = {
    "source": lambda: quantized(photo(), Settings(5)),
    "lab, sample": lambda: quantized(photo(), Settings(5, color_space="lab", sample=0.3)),
    "everywhere": lambda: quantized(Source((rgb(),), REGION), Settings(3, apply_everywhere=True)),
    "range": lambda: explored(photo(), Settings(), range(2, 6), "stack"),
    "range everywhere": lambda: explored(
        Source((rgb(),), REGION), Settings(apply_everywhere=True), range(2, 4), "grid"
    ),
    "with layers": lambda: produced(photo(), Settings(5)),
    "lazy": lambda: quantized(Source((Image(lazy_stack()),)), Settings(5)),
    "lazy range": lambda: explored(Source((Image(lazy_stack()),)), Settings(), [2, 3], "stack"),
    "lazy channels": lambda: quantized(Source((Image(lazy_stack()),) * 2), Settings(5)),
    "lazy region": lambda: quantized(Source((rgb(),), Labels(lazy_stack())), Settings(5)),
}


@pytest.mark.parametrize("job", JOBS)
def test_progress_rises_from_0_to_at_most_1(job):
    told, _ = run_steps(JOBS[job]())
    fractions = [step.fraction for step in told]
    assert all(isinstance(step, Progress) and step.stage for step in told)
    assert fractions[0] == 0
    assert fractions == sorted(fractions)
    assert 0 < fractions[-1] <= 1


def test_parts_are_told_by_name_and_share_the_progress():
    told, _ = run_steps(JOBS["range"]())
    begun = [next(t.fraction for t in told if t.stage.startswith(f"{k} colors:")) for k in (2, 4)]
    assert begun == [0, 0.5]


@pytest.mark.parametrize("job", JOBS)
def test_close_ends_the_work_under_way(job, monkeypatch):
    ended = []
    quantize_steps = pipeline.quantize_steps

    def watched(*args, **options):
        try:
            return (yield from quantize_steps(*args, **options))
        except GeneratorExit:
            ended.append(True)
            raise

    monkeypatch.setattr(pipeline, "quantize_steps", watched)
    steps = JOBS[job]()
    while not next(steps).stage.lower().endswith("counting colors"):
        pass
    steps.close()
    assert ended == [True]
    with pytest.raises(StopIteration):
        next(steps)


# -- explored


@pytest.mark.parametrize("region", [None, REGION])
@pytest.mark.parametrize("everywhere", [False, True])
def test_explored_equals_single_runs(region, everywhere):
    source = Source((rgb(),), region)
    settings = Settings(99, random_state=2, effort="fast", apply_everywhere=everywhere)
    exploration = completed(explored(source, settings, range(2, 5), "stack"))
    assert exploration.source is source
    assert list(exploration.results) == [2, 3, 4]
    for n_colors, result in exploration.results.items():
        single = Settings(n_colors, random_state=2, effort="fast", apply_everywhere=everywhere)
        same_result(result, completed(quantized(source, single)).result)


def test_explored_channels():
    source = Source((Image(GREY), Image(GREY[::-1])))
    results = completed(explored(source, Settings(), [3], "stack")).results
    same_result(results[3], quantize(source.array(), 3, channel_axis=-1))


def test_explored_begins_with_the_number_of_fixed_colors():
    fixed = ((1.0, 2.0, 3.0), (9.0, 9.0, 9.0), (99.0, 0.0, 0.0))
    settings = Settings(fixed_colors=fixed)
    results = completed(explored(photo(), settings, range(1, 5), "stack")).results
    assert list(results) == [3, 4]
    for n_colors, result in results.items():
        assert len(result.palette) == n_colors
        assert set(fixed) <= set(map(tuple, result.palette.colors.tolist()))


def test_explored_is_fitted_whatever_palette_and_edits_there_are():
    settings = Settings(palette=((1, 2, 3),), edits=EDITS)
    exploration = completed(explored(photo(), settings, [2], "stack"))
    same_result(exploration.results[2], quantize(PHOTO, 2))
    assert exploration.settings.palette is None
    assert exploration.settings.edits == ()


# -- palettes in the units of an image


@pytest.mark.parametrize(
    ("pixels", "limits", "factor"),
    [
        (PHOTO, (0, 255), 1),
        (PHOTO.astype(np.uint16) * 257, (0, 65535), 257),
        (PHOTO.astype(np.uint16) * 16, (50, 3900), 4095 / 255),
        (PHOTO / 255, (0, 1), 1 / 255),
        ((PHOTO / 255).astype(np.float32), (0.1, 0.8), 1 / 255),
    ],
    ids=["uint8", "uint16", "12 bits", "float64", "float32"],
)
def test_colors_become_those_that_look_alike(pixels, limits, factor):
    colors = np.array([[0, 51, 255], [255, 102, 204]])
    found = colors_for(photo(pixels, contrast_limits=limits), Palette(colors, dtype=np.uint8))
    assert np.allclose(found, colors * factor, atol=0.51 if pixels.dtype.kind == "u" else 1e-6)
    assert all(type(value) is float for color in found for value in color)


def test_colors_of_another_number_of_channels_are_left_to_quantize():
    palette = Palette([[1.0, 2, 3]], dtype=np.uint8)
    assert colors_for(Source((Image(GREY),)), palette) == ((1, 2, 3),)
    with pytest.raises(ValueError, match="channel"):
        completed(quantized(Source((Image(GREY),)), in_palette(Source((Image(GREY),)), palette)))


def test_in_palette():
    palette = Palette([[10, 20, 30], [200, 100, 0]], dtype=np.uint8)
    settings = in_palette(photo(PHOTO / 255), palette, Settings(color_space="lab"))
    assert (settings.n_colors, settings.color_space) == (2, "lab")
    assert np.allclose(settings.palette, palette.colors / 255)


# -- with layers


def test_produced():
    product = completed(produced(photo(), Settings(4)))
    expected = quantize(PHOTO, 4)
    same_result(product.state.result, expected)
    assert np.array_equal(product.contents.labels["data"], expected.labels + 1)
    assert np.array_equal(product.contents.image["data"], expected.image)


def test_produced_keeps_what_people_did_before():
    before = completed(quantized(photo(), Settings(4))).recolored(1, (1, 2, 3))
    settings = Settings(3, fixed_colors=before.centers(1))
    product = completed(produced(photo(), settings, before))
    assert product.before is before
    (index,) = product.state.locked
    assert product.state.color(index) == (1, 2, 3)
    where = product.state.result.labels == index
    assert (product.contents.image["data"][where] == (1, 2, 3)).all()


def test_assigned_colors_are_not_fitted():
    palette = quantize(PHOTO, 4).palette
    other = (PHOTO // 3 + 20).astype(np.uint8)
    sources = [photo(), Source((rgb(other),), REGION)]
    products, failures = in_colors(sources, palette, Settings(color_space="lab"))
    assert failures == {}
    one, two = (product.state for product in products)
    same_result(one.result, quantize(PHOTO, palette=palette, color_space="lab"))
    same_result(two.result, quantize(other, palette=palette, color_space="lab", mask=INSIDE))
    for made in products:
        assert made.state.result.n_iter == 0
        assert np.array_equal(made.state.result.palette.colors, palette.colors)
    assert INSIDE.reshape(-1)[two.sample.places].all()


def test_no_thread_sets_warnings_aside(monkeypatch):
    """Two threads that do so at once leave Python's warnings as one of them had set them."""

    def refuse(self):
        raise AssertionError("warnings are set aside")

    jobs = [
        lambda: produced(photo(), Settings(3)),
        lambda: produced(Source((Image(GREY / 200),)), Settings(3)),
        lambda: produced(photo(), Settings(3, color_space="lab")),
        lambda: quantized(Source((Image(lazy_stack()),)), Settings(4)),
        lambda: explored(photo(), Settings(), [2, 3], "stack"),
    ]
    for job in jobs:
        completed(job())  # what is imported and compiled at the first use
    monkeypatch.setattr(warnings.catch_warnings, "__enter__", refuse)
    for job in jobs:
        completed(job())


# -- the first use


def test_others_wait_for_what_they_need(monkeypatch):
    first = FirstUse()
    first._begun, first.progress = True, Progress("Preparing, once: 12 of 40", 0.0)
    monkeypatch.setattr(pipeline, "FIRST_USE", first)
    for job in (
        produced(photo(), Settings(3)),
        explored(photo(), Settings(), [2], "stack"),
    ):
        assert [next(job) for _ in range(2)] == [first.progress] * 2
        job.close()
    job = produced(photo(), Settings(3))
    assert next(job) == first.progress
    first._done.update(needed(photo(), Settings(3)))
    assert next(job).stage == "Reading the image"
    same_result(completed(job).state.result, quantize(PHOTO, 3))
    large = Image(np.zeros((99, 99, 3), np.uint8))
    assert next(produced(Source((large,)), Settings(3))).stage == first.progress.stage


def test_waiting_is_not_taken_for_work(monkeypatch):
    first = FirstUse()
    first._begun = True
    monkeypatch.setattr(pipeline, "FIRST_USE", first)
    job = produced(photo(), Settings(3))
    next(job)
    time.sleep(0.5)
    first.over = True
    assert completed(job).state.seconds < 0.5
