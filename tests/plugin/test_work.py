from __future__ import annotations

import numpy as np
import pytest
from napari.layers import Image, Labels

from napari_kmeans_quantizer import Palette, Progress, quantize
from napari_kmeans_quantizer.plugin import work
from napari_kmeans_quantizer.plugin.models.settings import Settings
from napari_kmeans_quantizer.plugin.models.source import Source
from napari_kmeans_quantizer.plugin.work import (
    assign_palette,
    drained,
    draw_sample,
    fit_and_paint,
    frame_shares,
    quantize_range,
    quantize_source,
)

RNG = np.random.default_rng(0)
PHOTO = RNG.integers(0, 256, (20, 30, 3)).astype(np.uint8)
RGBA = np.concatenate([PHOTO, RNG.integers(0, 2, (20, 30, 1), np.uint8) * 255], axis=-1)
GREY = RNG.integers(0, 200, (20, 30)).astype(np.uint8)
STACK = RNG.integers(0, 9, (4, 20, 30)).astype(np.uint8)
INSIDE = np.zeros((20, 30), bool)
INSIDE[3:9, 4:20] = True


def photo(name="photo", pixels=PHOTO):
    return Image(pixels, rgb=True, name=name)


def same(one, other):
    assert np.array_equal(one.labels, other.labels)
    assert one.labels.dtype == other.labels.dtype
    assert np.array_equal(one.image, other.image)
    assert np.array_equal(one.palette.colors, other.palette.colors)
    assert np.array_equal(one.palette.counts, other.palette.counts)
    assert (one.inertia, one.mse, one.n_iter) == (other.inertia, other.mse, other.n_iter)


def run(steps):
    """Return what steps yield, and what they return."""
    told = []
    while True:
        try:
            told.append(next(steps))
        except StopIteration as stop:
            return told, stop.value


# -- quantize_source


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
def test_quantize_source_is_quantize(settings):
    _, outcome = run(quantize_source(Source((photo(),)), settings))
    same(outcome.result, quantize(PHOTO, **settings.options()))


def test_edits_are_not_made():
    settings = Settings(3, edits=(("merge", 0, 1),))
    _, outcome = run(quantize_source(Source((photo(),)), settings))
    same(outcome.result, quantize(PHOTO, 3))


def test_quantize_source_of_channels_and_region():
    layers = (Image(GREY), Image(GREY[::-1]))
    source = Source(layers, Labels(INSIDE.astype(int)))
    _, outcome = run(quantize_source(source, Settings(3)))
    both = np.stack([GREY, GREY[::-1]], axis=-1)
    same(outcome.result, quantize(both, 3, channel_axis=-1, mask=INSIDE))
    assert INSIDE.reshape(-1)[outcome.sample.places].all()
    assert outcome.sample.values.shape == (len(outcome.sample.places), 2)


def test_apply_everywhere_paints_all_in_colors_fitted_inside():
    pixels = PHOTO.copy()
    pixels[~INSIDE] //= 4
    source = Source((photo(pixels=pixels),), Labels(INSIDE.astype(int)))
    inside = quantize(pixels, 4, mask=INSIDE)
    _, outcome = run(quantize_source(source, Settings(4, apply_everywhere=True)))
    assert outcome.result.mask is None
    assert np.array_equal(outcome.result.palette.colors, inside.palette.colors)
    same(outcome.result, quantize(pixels, palette=inside.palette))
    assert not np.array_equal(inside.palette.colors, quantize(pixels, 4).palette.colors)
    _, outcome = run(quantize_source(source, Settings(4)))
    same(outcome.result, inside)


def test_apply_everywhere_measures_in_the_same_space():
    options = {"n_colors": 6, "color_space": "lab", "channel_axis": "auto"}
    inside = quantize(PHOTO, mask=INSIDE, **options)
    result = drained(fit_and_paint(PHOTO, INSIDE, options, True))
    same(result, quantize(PHOTO, palette=inside.palette, color_space="lab"))


def test_apply_everywhere_without_a_region_changes_nothing():
    same(drained(fit_and_paint(PHOTO, None, {"n_colors": 4}, True)), quantize(PHOTO, 4))


# -- progress

REGION = Labels(INSIDE.astype(int), name="region")
JOBS = {
    "source": lambda: quantize_source(Source((photo(),)), Settings(5)),
    "lab, sample": lambda: quantize_source(
        Source((photo(),)), Settings(5, color_space="lab", sample=0.3)
    ),
    "everywhere": lambda: quantize_source(
        Source((photo(),), REGION), Settings(3, apply_everywhere=True)
    ),
    "range": lambda: quantize_range(Source((photo(),)), Settings(), range(2, 6)),
    "range everywhere": lambda: quantize_range(
        Source((photo(),), REGION), Settings(apply_everywhere=True), range(2, 4)
    ),
    "palette": lambda: assign_palette([Source((photo(),))] * 3, Palette([[1, 2, 3]]), "rgb"),
}


@pytest.mark.parametrize("job", JOBS)
def test_progress_rises_from_0_to_at_most_1(job):
    told, _ = run(JOBS[job]())
    fractions = [step.fraction for step in told]
    assert all(isinstance(step, Progress) and step.stage for step in told)
    assert fractions[0] == 0
    assert fractions == sorted(fractions)
    assert 0 < fractions[-1] <= 1 or job == "palette"


def test_parts_are_told_by_name_and_share_the_progress():
    told, _ = run(JOBS["range"]())
    begun = [next(t.fraction for t in told if t.stage.startswith(f"{k} colors:")) for k in (2, 4)]
    assert begun == [0, 0.5]
    sources = [Source((photo(name),)) for name in "abc"]
    told, _ = run(assign_palette(sources, Palette([[1, 2, 3]]), "rgb"))
    assert [t.stage.split(":")[0] for t in told if t.stage.endswith("painting")] == ["a", "b", "c"]


@pytest.mark.parametrize("job", JOBS)
def test_close_ends_the_work_under_way(job, monkeypatch):
    ended = []
    quantize_steps = work.quantize_steps

    def watched(*args, **options):
        try:
            yield from quantize_steps(*args, **options)
        except GeneratorExit:
            ended.append(True)
            raise

    monkeypatch.setattr(work, "quantize_steps", watched)
    steps = JOBS[job]()
    while not next(steps).stage.lower().endswith("counting colors"):
        pass
    steps.close()
    assert ended == [True]
    with pytest.raises(StopIteration):
        next(steps)


# -- quantize_range


@pytest.mark.parametrize("region", [None, REGION])
@pytest.mark.parametrize("everywhere", [False, True])
def test_range_equals_single_runs(region, everywhere):
    source = Source((photo(),), region)
    settings = Settings(99, random_state=2, effort="fast", apply_everywhere=everywhere)
    _, results = run(quantize_range(source, settings, range(2, 5)))
    assert list(results) == [2, 3, 4]
    for n_colors, result in results.items():
        single = Settings(n_colors, random_state=2, effort="fast", apply_everywhere=everywhere)
        _, outcome = run(quantize_source(source, single))
        same(result, outcome.result)


def test_range_of_channels():
    source = Source((Image(GREY), Image(GREY[::-1])))
    _, results = run(quantize_range(source, Settings(), [3]))
    same(results[3], quantize(source.array(), 3, channel_axis=-1))


def test_range_begins_with_the_number_of_fixed_colors():
    fixed = ((1.0, 2.0, 3.0), (9.0, 9.0, 9.0), (99.0, 0.0, 0.0))
    _, results = run(quantize_range(Source((photo(),)), Settings(fixed_colors=fixed), range(1, 5)))
    assert list(results) == [3, 4]
    for n_colors, result in results.items():
        assert len(result.palette) == n_colors
        assert set(fixed) <= set(map(tuple, result.palette.colors.tolist()))


def test_range_is_fitted_whatever_palette_is_given():
    _, results = run(quantize_range(Source((photo(),)), Settings(palette=((1, 2, 3),)), [2]))
    same(results[2], quantize(PHOTO, 2))


# -- assign_palette


def test_assigned_colors_are_not_fitted():
    palette = quantize(PHOTO, 4).palette
    other = (PHOTO // 3 + 20).astype(np.uint8)
    sources = [Source((photo(),)), Source((photo(pixels=other),), REGION)]
    _, outcomes = run(assign_palette(sources, palette, "lab"))
    same(outcomes[0].result, quantize(PHOTO, palette=palette, color_space="lab"))
    same(outcomes[1].result, quantize(other, palette=palette, color_space="lab", mask=INSIDE))
    for outcome in outcomes:
        assert outcome.result.n_iter == 0
        assert np.array_equal(outcome.result.palette.colors, palette.colors)
    assert INSIDE.reshape(-1)[outcomes[1].sample.places].all()


# -- draw_sample


@pytest.mark.parametrize(
    ("array", "options"),
    [
        (GREY, {}),
        (STACK, {}),
        (PHOTO, {}),
        (RGBA, {}),
        (RGBA, {"channel_axis": -1}),
        (np.moveaxis(PHOTO, -1, 0), {"channel_axis": 0}),
        (np.stack([PHOTO, PHOTO[::-1]]), {}),
        (GREY.astype(np.float32) / 7, {}),
    ],
)
def test_sample_holds_the_pixels_of_its_places(array, options):
    result = quantize(array, 3, **options)
    places, values = draw_sample(array, result, 5)
    n_channels = result.palette.n_channels
    last = array[..., None] if result.channel_axis is None else array
    last = last if result.channel_axis is None else np.moveaxis(last, result.channel_axis, -1)
    flat = last.reshape(-1, last.shape[-1])[:, :n_channels]
    assert 0 <= places.min() <= places.max() < len(flat)
    assert values.dtype == array.dtype
    assert np.array_equal(values, flat[places])
    if result.mask is not None:
        assert result.mask.reshape(-1)[places].all()
        assert 0 < len(places) < len(flat)


def test_sample_is_reproducible_and_bounded(monkeypatch):
    result = quantize(PHOTO, 3)
    first, again, other = (draw_sample(PHOTO, result, seed).places for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    assert len(first) == 600
    monkeypatch.setattr(work, "MAX_SAMPLE", 50)
    assert len(draw_sample(PHOTO, result, 1).places) == 50


def test_sample_of_a_tiny_region(monkeypatch):
    monkeypatch.setattr(work, "MAX_SAMPLE", 3)
    mask = np.zeros((20, 30), bool)
    mask[7, 11] = True
    sample = draw_sample(PHOTO, quantize(PHOTO, 1, mask=mask), 0)
    assert sample.places.tolist() == [7 * 30 + 11]
    assert np.array_equal(sample.values, PHOTO[7:8, 11])


def test_sample_is_drawn_evenly():
    ramp = np.arange(100_000, dtype=np.float32).reshape(250, 400)
    values = draw_sample(ramp, quantize(ramp, 2), 0).values
    assert values.mean() == pytest.approx(50_000, rel=0.01)
    assert values.std() == pytest.approx(28_868, rel=0.01)


# -- frame_shares


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("shape", [(4, 20, 30), (2, 3, 10, 20)])
def test_frame_shares_against_a_loop(masked, shape):
    array = RNG.integers(0, 9, shape).astype(np.uint8)
    mask = RNG.random(shape) < 0.4 if masked else None
    if masked:
        mask[1] = False
    result = quantize(array, 4, channel_axis=None, mask=mask)
    shares, counts = frame_shares(result)
    assert shares.shape == counts.shape == (shape[0], 4)
    for t in range(shape[0]):
        frame = result.labels[t] if mask is None else result.labels[t][mask[t]]
        for k in range(4):
            assert counts[t, k] == (frame == k).sum()
            assert shares[t, k] == (0 if frame.size == 0 else (frame == k).sum() / frame.size)
    assert np.array_equal(counts.sum(axis=0), result.palette.counts)


def test_frame_shares_know_colors_that_are_in_no_pixel():
    result = quantize(STACK, palette=[[3], [200]])
    assert frame_shares(result)[1].tolist() == [[600, 0]] * 4
