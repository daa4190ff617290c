"""The best K of given colors."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from skimage import data

import reference
from napari_kmeans_quantizer import Palette, convert_colors, quantize

PHOTO = data.astronaut()[::4, ::4]
RNG = np.random.default_rng(0)
THREADS = RNG.integers(0, 256, (300, 3))


def least_inertia(points, colors, n_colors):
    """Of all choices, by trying each."""
    distances = reference.squared_distances(points, colors)
    choices = itertools.combinations(range(len(colors)), n_colors)
    return min(distances[:, list(choice)].min(axis=1).sum() for choice in choices)


def small_case(seed):
    rng = np.random.default_rng(seed)
    n_colors, n_offered = int(rng.integers(1, 6)), int(rng.integers(6, 13))
    image = rng.integers(0, 256, (9, int(rng.integers(3, 30)), 3)).astype(np.uint8)
    if seed % 2:  # clumps
        image = (image // 32 + rng.integers(0, 220, (9, 1, 3))).astype(np.uint8)
    return image, rng.integers(0, 256, (n_offered, 3)), n_colors


@pytest.mark.parametrize("color_space", ["rgb", "lab", "oklab"])
@pytest.mark.parametrize("seed", range(8))
def test_none_is_better_in_small_cases(seed, color_space):
    image, offered, n_colors = small_case(seed)
    q = quantize(image, n_colors, choose_from=offered, color_space=color_space)
    points, places = image.reshape(-1, 3), offered
    if color_space != "rgb":
        points, places = (convert_colors(c / 255, color_space) for c in (points, places))
    assert q.inertia <= 1.01 * least_inertia(points, places, n_colors)


@pytest.mark.parametrize("effort", ["fast", "balanced", "best"])
def test_efforts(effort):
    for seed in range(20, 30):
        image, offered, n_colors = small_case(seed)
        q = quantize(image, n_colors, choose_from=offered, effort=effort)
        assert q.inertia <= 1.01 * least_inertia(image.reshape(-1, 3), offered, n_colors)


def test_more_effort_is_no_worse():
    errors = [quantize(PHOTO, 12, choose_from=THREADS, effort=e).mse for e in ("fast", "best")]
    assert errors[1] <= 1.001 * errors[0]


def test_of_the_web_safe_colors_the_best_are_better_than_the_most_frequent():
    steps = np.arange(0, 256, 51)
    web_safe = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(-1, 3)
    all_of_them = quantize(PHOTO, palette=web_safe)
    frequent = web_safe[np.argsort(-all_of_them.palette.counts)[:8]]
    assert (
        quantize(PHOTO, 8, choose_from=web_safe).mse < 0.8 * quantize(PHOTO, palette=frequent).mse
    )


# -- colors as they are


def test_colors_are_kept_bit_for_bit():
    offered = THREADS / 3
    q = quantize(PHOTO / 255 * 80, 20, choose_from=offered)
    assert len(q.palette) == 20
    assert {row.tobytes() for row in q.palette.colors} <= {row.tobytes() for row in offered}
    assert (np.diff(q.palette.counts) <= 0).all()
    assert q.palette.counts.sum() == PHOTO.shape[0] * PHOTO.shape[1]


def test_fractions_are_kept_though_painted_rounded():
    q = quantize(PHOTO, 5, choose_from=THREADS // 2 + 0.25)
    assert (q.palette.colors % 1 == 0.25).all()
    assert np.array_equal(q.palette.values, np.rint(q.palette.colors).astype(np.uint8))
    assert np.array_equal(q.image, q.palette.values[q.labels])


def test_labels_are_the_nearest():
    q = quantize(PHOTO, 7, choose_from=THREADS)
    assert np.array_equal(
        q.labels.ravel(), reference.nearest(PHOTO.reshape(-1, 3), q.palette.colors)
    )


def test_names_stay_with_their_colors():
    names = [f"thread {i}" for i in range(len(THREADS))]
    q = quantize(PHOTO, 6, choose_from=Palette(THREADS, names=names, dtype="uint8"))
    for name, color in zip(q.palette.names, q.palette.colors, strict=True):
        assert np.array_equal(color, THREADS[int(name.split()[1])])
    assert q.palette.value_range == (0, 255)


def test_a_palette_is_taken_in_the_units_of_the_image():
    palette = Palette(THREADS, dtype="uint8")
    q = quantize(PHOTO / 255, 6, choose_from=palette)
    assert q.palette.value_range == (0, 1)
    same = quantize(PHOTO / 255, 6, choose_from=THREADS / 255)
    assert np.allclose(q.palette.colors, same.palette.colors)


def test_the_same_again():
    one, two = (quantize(PHOTO, 9, choose_from=THREADS, random_state=4) for _ in range(2))
    assert np.array_equal(one.image, two.image)
    assert one.n_iter == 0


# -- fewer than asked for


def test_what_is_given_twice_is_taken_once():
    q = quantize(PHOTO, 3, choose_from=[[0, 0, 0], [0.2, 0, 0], [0, 0, 0], [200, 180, 160]])
    assert sorted(q.palette.colors.tolist()) == [[0, 0, 0], [200, 180, 160]]


def test_of_too_few_all_are_taken_that_have_pixels():
    image = np.array([[10, 10, 10, 200]], np.uint8)
    q = quantize(image, 16, choose_from=[[190], [120], [0], [11]])
    assert q.palette.colors.tolist() == [[11], [190]]
    assert q.palette.counts.tolist() == [3, 1]
    assert q.labels.tolist() == [[0, 0, 0, 1]]


def test_a_single_color_is_the_best_one():
    for offered in (THREADS, THREADS[:1]):
        q = quantize(PHOTO, 1, choose_from=offered)
        best = reference.squared_distances(PHOTO.reshape(-1, 3), offered).sum(axis=0).argmin()
        assert np.array_equal(q.palette.colors, offered[best : best + 1])


def test_colors_of_the_image_leave_it_unchanged():
    image = np.arange(100, dtype=np.uint8).reshape(10, 10) % 6
    q = quantize(image, 6, choose_from=np.arange(256)[:, np.newaxis])
    assert np.array_equal(q.image, image)
    assert q.rmse == 0


# -- all kinds of images


@pytest.mark.parametrize(
    ("image", "offered", "options"),
    [
        (data.camera()[::4, ::4], np.arange(0, 256, 5)[:, None], {}),
        (PHOTO.astype(np.uint16) * 200, THREADS * 200, {}),
        (PHOTO / np.float32(255), THREADS / 255, {"color_space": "oklab"}),
        (np.moveaxis(PHOTO, -1, 0), THREADS, {"channel_axis": 0}),
        (RNG.normal(size=(30, 30, 20)), RNG.normal(size=(50, 20)), {"channel_axis": -1}),
        (PHOTO, THREADS, {"sample": 0.1}),
        (PHOTO[:3, :3], THREADS, {}),
        (PHOTO, THREADS, {"mask": PHOTO[..., 0] > 100}),
        (PHOTO[..., 0].astype(np.int64) + 2**60, np.arange(2**60, 2**60 + 200, 7)[:, None], {}),
        (PHOTO[..., 0] * 1e-180, np.arange(0, 256, 9)[:, None] * 1e-180, {}),
    ],
)
def test_all_kinds_of_images(image, offered, options):
    q = quantize(image, 5, choose_from=offered, **options)
    assert len(q.palette) == 5
    values = offered.astype(image.dtype) if image.dtype.kind in "iu" else offered
    assert {tuple(row) for row in q.palette.values.tolist()} <= {
        tuple(row) for row in values.astype(image.dtype).tolist()
    }
    apart = quantize(image, palette=offered, **{k: v for k, v in options.items() if k != "sample"})
    assert apart.mse <= q.mse


def test_transparent_pixels_do_not_vote():
    image = np.zeros((8, 8, 4), np.uint8)
    image[:4] = [200, 0, 0, 255]
    q = quantize(image, 2, choose_from=[[0, 0, 0], [190, 0, 0]])
    assert q.palette.colors.tolist() == [[190, 0, 0]]
    image[..., 3] = 0
    assert len(quantize(image, 2, choose_from=[[0, 0, 0]]).palette) == 0


@pytest.mark.parametrize("options", [{"n_colors": "auto"}, {"n_colors": 99, "min_psnr": 20}])
def test_the_number_can_be_found(options):
    q = quantize(PHOTO, choose_from=THREADS, **options)
    assert 2 <= len(q.palette) <= 32
    assert np.array_equal(q.image, quantize(PHOTO, len(q.palette), choose_from=THREADS).image)


@pytest.mark.parametrize(
    ("offered", "message"),
    [
        ([[0, 0]], "`choose_from` must have the image's 3 channels"),
        ([[0, 0, 256]], "`choose_from` must lie in 0..255"),
        ([[0, 0, np.nan]], "`choose_from` must be finite"),
        (np.empty((0, 3)), "`choose_from` must be a table"),
        (Palette(np.empty((0, 3))), "`choose_from` must have at least one color"),
    ],
)
def test_what_cannot_be_chosen_from_is_refused(offered, message):
    with pytest.raises(ValueError, match=message):
        quantize(PHOTO, 2, choose_from=offered)
