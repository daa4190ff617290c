"""The number of colors, when it is to be found: at the elbow, or to reach a PSNR."""

from __future__ import annotations

import math

import numpy as np
import pytest
from skimage import data

import napari_kmeans_quantizer.core.how_many as how_many
from napari_kmeans_quantizer import completed, quantize, quantize_steps, suggest_n_colors

PHOTO = data.astronaut()[::2, ::2]
MASK = np.zeros(PHOTO.shape[:2], bool)
MASK[40:200, 30:160] = True
FIXED = [[0, 0, 0], [255, 255, 255], [255, 0, 0]]
IMAGES = {
    "photograph": (PHOTO, {}),
    "few pixels": (PHOTO[:60, :60], {}),
    "grey": (data.camera(), {}),
    "16 bits": (PHOTO[::2, ::2].astype(np.uint16) * 257, {}),
    "floats": (PHOTO[::2, ::2] / np.float32(255), {}),
    "four channels": (np.concatenate([PHOTO, PHOTO[..., :1] // 2], axis=-1), {"channel_axis": -1}),
    "alpha": (np.dstack([PHOTO, 255 * MASK.astype(np.uint8)]), {}),
    "mask": (PHOTO, {"mask": MASK}),
    "lab": (PHOTO, {"color_space": "lab"}),
    "oklab, few pixels": (PHOTO[:90, :90], {"color_space": "oklab"}),
    "fixed colors": (PHOTO, {"fixed_colors": FIXED}),
    "given colors": (PHOTO, {"choose_from": PHOTO[::40, ::40].reshape(-1, 3)}),
    "sample": (PHOTO, {"sample": 0.2}),
    "best": (PHOTO, {"effort": "best", "random_state": 5}),
}


@pytest.fixture(params=IMAGES)
def case(request):
    return IMAGES[request.param]


def assert_same(q, other):
    assert np.array_equal(q.labels, other.labels)
    assert np.array_equal(q.palette.colors, other.palette.colors)
    assert np.array_equal(q.palette.counts, other.palette.counts)
    assert np.array_equal(q.image, other.image)
    assert (q.inertia, q.mse, q.n_iter) == (other.inertia, other.mse, other.n_iter)


# -- at the elbow


def test_auto_is_as_if_its_number_had_been_asked_for(case):
    image, options = case
    q = quantize(image, "auto", **options)
    assert 2 <= len(q.palette) <= 32
    assert_same(q, quantize(image, len(q.palette), **options))
    assert q.settings["n_colors"] == "auto"


@pytest.mark.parametrize("image", [data.coffee(), data.camera(), data.chelsea()])
def test_it_is_the_elbow_of_the_curve_of_real_errors(image):
    numbers = list(range(2, 33))
    errors = [quantize(image, n).inertia for n in numbers]
    assert abs(len(quantize(image, "auto").palette) - suggest_n_colors(numbers, errors)) <= 1


def test_clumps_of_colors_are_found():
    rng = np.random.default_rng(0)
    clumps = np.array([[20, 20, 20], [230, 30, 30], [40, 220, 60], [30, 50, 230], [240, 240, 220]])
    image = clumps[rng.integers(0, 5, (80, 80))] + rng.integers(-9, 10, (80, 80, 3))
    assert len(quantize(image.astype(np.uint8), "auto").palette) == 5


@pytest.mark.parametrize("n_distinct", [1, 2, 3, 7, 32])
@pytest.mark.parametrize("dtype", ["uint8", "float64", "int16"])
def test_images_of_few_colors_come_back_unchanged(n_distinct, dtype):
    image = np.arange(40 * 40).reshape(40, 40).astype(dtype) % n_distinct
    q = quantize(image, "auto")
    assert np.array_equal(q.image, image)
    assert len(q.palette) == n_distinct


def test_fixed_colors_count():
    fixed = np.random.default_rng(0).integers(0, 256, (9, 3))
    assert len(quantize(PHOTO, "auto", fixed_colors=fixed).palette) >= 9
    all_of_them = np.random.default_rng(0).integers(0, 256, (32, 3))
    assert len(quantize(PHOTO, "auto", fixed_colors=all_of_them).palette) == 32


def test_the_curve_never_rises(monkeypatch):
    seen = []

    def spy(numbers, errors):
        seen.append((numbers, list(errors)))
        return suggest_n_colors(numbers, errors)

    monkeypatch.setattr(how_many, "suggest_n_colors", spy)
    quantize(PHOTO, "auto", fixed_colors=FIXED)
    [(numbers, errors)] = seen
    assert numbers == list(range(3, 33))
    assert (np.diff(errors) <= 0).all()


def test_a_generator_goes_on_as_after_one_fit():
    one, other = np.random.default_rng(3), np.random.default_rng(3)
    image = PHOTO / 255
    for options in ({}, {"min_psnr": 22.0}):
        q = quantize(image, "auto", random_state=one, **options)
        assert_same(q, quantize(image, len(q.palette), random_state=other))
        assert one.bit_generator.state == other.bit_generator.state


def test_steps_come_out_at_the_same():
    assert_same(completed(quantize_steps(PHOTO, "auto")), quantize(PHOTO, "auto"))
    fractions = [step.fraction for step in quantize_steps(PHOTO, "auto")]
    assert fractions == sorted(fractions)


# -- to reach a PSNR


@pytest.mark.parametrize("min_psnr", [19.5, 27, 32.25])
def test_the_fewest_colors_that_reach_it(case, min_psnr):
    image, options = case
    q = quantize(image, 200, min_psnr=min_psnr, **options)
    n_colors = len(q.palette)
    assert_same(q, quantize(image, n_colors, **options))
    if q.psnr < min_psnr:
        assert_same(q, quantize(image, 200, **options))
    elif n_colors > len(options.get("fixed_colors", [0])):
        assert quantize(image, n_colors - 1, **options).psnr < min_psnr
    assert q.settings["min_psnr"] == min_psnr


def test_what_cannot_be_reached_takes_all_colors():
    q = quantize(PHOTO, 9, min_psnr=90)
    assert_same(q, quantize(PHOTO, 9))


def test_auto_takes_at_most_256():
    assert len(quantize(PHOTO, "auto", min_psnr=90).palette) == 256


def test_one_color_may_be_enough():
    assert len(quantize(PHOTO, min_psnr=1).palette) == 1


def test_few_colors_reach_everything():
    image = np.arange(30 * 30, dtype=np.uint8).reshape(30, 30) % 5
    q = quantize(image, "auto", min_psnr=1000)
    assert q.psnr == math.inf
    assert len(q.palette) == 5


def test_fixed_colors_may_be_enough():
    q = quantize(PHOTO, min_psnr=1, fixed_colors=FIXED)
    assert sorted(q.palette.colors.tolist()) == sorted(FIXED)


def test_dithering_does_not_count():
    plain = quantize(PHOTO, min_psnr=24)
    q = quantize(PHOTO, min_psnr=24, dither="ordered")
    assert np.array_equal(q.palette.colors, plain.palette.colors)


@pytest.mark.parametrize("unit", [1e-180, 1e9])
def test_whatever_the_units(unit):
    image = PHOTO[::4, ::4, 0] * unit
    wanted = quantize(image, 5).psnr
    assert len(quantize(image, min_psnr=wanted).palette) == 5


def test_large_integers():
    times = PHOTO[::4, ::4, 0].astype(np.int64) + 2**60
    wanted = quantize(times, 5).psnr
    assert len(quantize(times, min_psnr=wanted).palette) == 5


@pytest.mark.parametrize("reached_at", [1, 2, 3, 10, 99, 100, 101])
@pytest.mark.parametrize("guess", [1, 5, 50, 1000])
def test_few_trials_find_the_number(reached_at, guess):
    tried = []

    def trial(n):
        tried.append(n)
        yield
        return n, 20 + 8 * math.log10(n)

    wanted = 20 + 8 * math.log10(reached_at) - 1e-9
    found = completed(how_many.fewest_that_reach(wanted, trial, range(1, 101), guess))
    assert found == min(reached_at, 100)
    assert len(tried) == len(set(tried)) <= 12


@pytest.mark.parametrize("reached_at", [1, 3, 77, 100])
@pytest.mark.parametrize("guess", [1, 50, 100])
def test_any_curve_will_do(reached_at, guess):
    def trial(n):
        yield
        return n, 1.0 if n < reached_at else math.inf

    found = completed(how_many.fewest_that_reach(30, trial, range(1, 101), guess))
    assert found == reached_at
