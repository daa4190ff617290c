"""Fixed colors: they stay to the bit, and the others keep every promise beside them."""

from __future__ import annotations

import numpy as np
import pytest
from skimage import data
from test_promises import IMAGES, points_of, same

import reference
from napari_kmeans_quantizer import quantize
from napari_kmeans_quantizer.core.color_space import ColorSpace
from napari_kmeans_quantizer.core.units import to_dtype

PHOTO = data.coffee()[::3, ::3]
RGB = [[255, 0, 0], [250.25, 250.5, 249.75], [0, 0, 0]]


def spread_out(points, n, dtype):
    """Colors that differ once rounded: the first two are in the image, others between its colors.

    The last is far from most pixels, so that it may stay empty.
    """
    values = np.unique(points, axis=0).astype(float)
    rows = values[np.linspace(0, len(values) - 1, n).astype(int)]
    rows[2:] = (rows[2:] + 3 * rows[1:-1]) / 4
    assert len(np.unique(to_dtype(rows, dtype), axis=0)) == n
    return rows


def row_set(rows):
    return {row.tobytes() for row in np.asarray(rows, float)}


def is_fixed(q, fixed):
    return np.array([row.tobytes() in row_set(fixed) for row in q.palette.colors])


def assert_promises(q, points, fixed, n_colors, tolerance=2e-5, convert=lambda colors: colors):
    """All that is promised of `points` that take part; `q.labels` flat, or of them only."""
    palette = q.palette
    labels = q.labels.ravel() if q.mask is None else q.labels[q.mask]
    kept = is_fixed(q, fixed)
    assert row_set(fixed) <= row_set(palette.colors)
    assert kept.sum() == len(fixed)
    assert len(palette) == n_colors
    assert len(np.unique(palette.values, axis=0)) == n_colors
    places = convert(palette.colors)
    seen = convert(points)
    assert np.array_equal(labels, reference.nearest(seen, places))
    assert np.array_equal(palette.counts, np.bincount(labels, minlength=n_colors))
    assert (palette.counts[~kept] > 0).all()
    assert (np.diff(palette.counts) <= 0).all()
    points = np.asarray(seen, float)
    free = np.flatnonzero(~kept)
    shifts = [((points[labels == k].mean(axis=0) - places[k]) ** 2).sum() for k in free]
    if len(free):
        off = np.average(shifts, weights=palette.counts[free])
        assert off <= tolerance * points.var(axis=0).mean()
    distances = reference.squared_distances(points, places).min(axis=1)
    assert q.inertia == pytest.approx(distances.sum(), rel=1e-9)


@pytest.mark.parametrize("name", IMAGES)
@pytest.mark.parametrize("n_fixed", [1, 4])
def test_promises_hold_for_every_kind_of_image(name, n_fixed):
    image, channel_axis = IMAGES[name]
    points = points_of(image, channel_axis)
    fixed = spread_out(points.astype(float), 4, image.dtype)[:n_fixed]
    q = quantize(image, 12, channel_axis=channel_axis, fixed_colors=fixed)
    assert_promises(q, points, fixed, 12)
    assert np.array_equal(points_of(q.image, channel_axis), q.palette.values[q.labels.ravel()])
    assert q.palette.dtype == image.dtype


@pytest.mark.parametrize(
    ("effort", "tolerance"), [("fast", 1e-4), ("balanced", 2e-5), ("best", 2e-6)]
)
@pytest.mark.parametrize("n_colors", [4, 40])
def test_efforts_and_numbers_of_colors(effort, tolerance, n_colors):
    q = quantize(PHOTO, n_colors, fixed_colors=RGB, effort=effort)
    assert_promises(q, PHOTO.reshape(-1, 3), RGB, n_colors, tolerance)


@pytest.mark.parametrize("space", ["lab", "oklab"])
@pytest.mark.parametrize("dtype", [np.uint8, np.float64])
def test_color_spaces(space, dtype):
    image, fixed = (PHOTO, np.array(RGB)) if dtype == np.uint8 else (PHOTO / 255, np.eye(3))
    q = quantize(image, 9, color_space=space, fixed_colors=fixed)
    convert = ColorSpace(space, image.dtype).forward
    assert_promises(q, image.reshape(-1, 3), fixed, 9, 1e-3, convert)


def test_masks_and_alpha():
    alpha = np.where(PHOTO[..., :1] > 99, 255, 0).astype(np.uint8)
    image = np.concatenate([PHOTO, alpha], axis=-1)
    inside = np.arange(PHOTO.shape[1]) % 3 > 0
    mask = np.broadcast_to(inside, PHOTO.shape[:2])
    q = quantize(image, 7, mask=mask, fixed_colors=RGB)
    assert np.array_equal(q.mask, mask & (alpha[..., 0] > 0))
    assert_promises(q, PHOTO[q.mask], RGB, 7)
    assert (q.labels[~q.mask] == 0).all()
    assert np.array_equal(q.image[~q.mask], image[~q.mask])
    assert np.array_equal(q.image[..., 3], image[..., 3])


@pytest.mark.parametrize("sample", [1, 50, 0.1])
def test_samples(sample):
    q = quantize(PHOTO, 10, sample=sample, fixed_colors=RGB)
    assert_promises(q, PHOTO.reshape(-1, 3), RGB, 10)


@pytest.mark.parametrize(
    ("image", "fixed", "options"),
    [
        (data.coffee(), RGB, {}),
        (data.coffee(), RGB, {"color_space": "lab"}),
        (data.coffee().astype(np.float32), RGB, {"mask": data.coffee()[..., 0] > 90}),
        (data.camera(), [[0], [7.5]], {}),
    ],
)
def test_same_bits_with_any_number_of_threads(image, fixed, options, monkeypatch):
    expected = quantize(image, 10, fixed_colors=fixed, **options)
    for n_threads in (1, 3):
        monkeypatch.setattr("napari_kmeans_quantizer.core.threads.n_threads", lambda n=n_threads: n)
        assert same(quantize(image, 10, fixed_colors=fixed, **options), expected)


# -- nothing to fit


@pytest.mark.parametrize("image", [PHOTO, PHOTO[..., 0], PHOTO / 255], ids=["rgb", "grey", "float"])
def test_all_colors_fixed(image):
    points = image.reshape(-1, 3) if image.ndim == 3 else image.reshape(-1, 1)
    fixed = spread_out(points.astype(float), 5, image.dtype)
    q = quantize(image, 5, fixed_colors=fixed)
    assert_promises(q, points, fixed, 5)
    assert q.n_iter == 0
    given = quantize(image, palette=fixed)
    assert q.inertia == pytest.approx(given.inertia)
    assert sorted(q.palette.counts) == sorted(given.palette.counts)


def test_few_distinct_colors_come_back_and_fixed_ones_are_in_the_palette():
    image = np.array([[0, 0, 0, 50, 50, 90]], np.uint8)
    q = quantize(image, 5, fixed_colors=[[200], [50]])
    assert np.array_equal(q.image, image)
    assert q.palette.colors.tolist() == [[0], [50], [90], [200]]
    assert q.palette.counts.tolist() == [3, 2, 1, 0]
    assert (q.mse, q.n_iter) == (0, 0)


def test_a_fixed_color_between_two_values_stands_for_the_one_it_is_painted_as():
    image = np.array([[128, 128, 7]], np.uint8)
    q = quantize(image, 4, fixed_colors=[[127.75]])
    assert np.array_equal(q.image, image)
    assert q.palette.colors.tolist() == [[127.75], [7]]
    assert q.inertia == 2 * 0.25**2


def test_negative_zero_survives():
    image = np.array([[0.0, -0.0], [1.0, -0.0]])
    q = quantize(image, 3, fixed_colors=[[0.5]])
    assert q.image.tobytes() == image.tobytes()
    assert q.palette.colors.tolist() == [[0], [1], [0.5]]


def test_few_colors_that_do_not_fit_beside_the_fixed_ones():
    image = np.array([[0, 0, 0, 10, 10, 90, 94]], np.uint8)  # 4 colors, places for 2
    q = quantize(image, 4, fixed_colors=[[200], [250]])
    assert q.palette.colors.tolist() == [[4], [92], [200], [250]]
    assert q.palette.counts.tolist() == [5, 2, 0, 0]


def test_hand_worked_case():
    # Two pixels each at 0, 10 and 30, and 31 fixed: 30 needs no color of its own.
    image = np.repeat(np.array([0, 10, 30], np.float32), 2)[np.newaxis]
    q = quantize(image, 2, fixed_colors=[[31]])
    assert q.palette.colors.tolist() == [[5], [31]]
    assert q.palette.counts.tolist() == [4, 2]
    assert q.inertia == 4 * 25 + 2 * 1


@pytest.mark.parametrize("seed", range(60))
def test_small_images_full_of_ties(seed):
    rng = np.random.default_rng(seed)
    n_colors, n_channels = int(rng.integers(2, 9)), int(rng.choice([1, 3]))
    dtype = [np.uint8, np.int16, np.float32][seed % 3]
    image = rng.integers(0, rng.integers(3, 20), (13, 11, n_channels)).astype(dtype)
    points = image.reshape(-1, n_channels)
    halves = np.unique(rng.integers(0, 30, (n_colors, n_channels)) / 2, axis=0)
    looks, first = np.unique(to_dtype(halves, np.dtype(dtype)), axis=0, return_index=True)
    fixed = halves[first][: rng.integers(1, n_colors + 1)]
    looks = looks[: len(fixed)]
    n_expected = min(n_colors, len(np.unique(np.concatenate([looks, points]), axis=0)))
    q = quantize(image, n_colors, channel_axis=-1, fixed_colors=fixed)
    assert_promises(q, points, fixed, n_expected)


# -- quality


def weighted(image):
    points = image.reshape(-1, image.shape[-1]) if image.ndim == 3 else image.reshape(-1, 1)
    return np.unique(points.astype(float), axis=0, return_counts=True)


def lloyd_around(colors, counts, fixed, free):
    """Plain Lloyd with pinned centers; return the inertia."""
    for _ in range(25):
        centers = np.concatenate([fixed, free])
        labels, distances = reference.assign(colors, centers)
        for k in range(len(free)):
            mine = labels == len(fixed) + k
            if mine.any():
                free[k] = np.average(colors[mine], axis=0, weights=counts[mine])
    return (counts * distances).sum()


@pytest.mark.parametrize("fixed", [RGB[:1], RGB], ids=len)
def test_as_good_as_the_best_of_many_restarts(fixed):
    image = data.astronaut()[::8, ::8]
    colors, counts = weighted(image)
    rng = np.random.default_rng(0)
    n_free = 8 - len(fixed)
    starts = [
        colors[rng.choice(len(colors), n_free, False, counts / counts.sum())] for _ in range(20)
    ]
    best = min(lloyd_around(colors, counts, np.array(fixed, float), free) for free in starts)
    assert quantize(image, 8, fixed_colors=fixed, effort="best").inertia <= 1.001 * best
    assert quantize(image, 8, fixed_colors=fixed).inertia <= 1.01 * best


# -- errors before any work

GOOD = np.zeros((4, 5, 3), np.uint8)
BLACK = [[0, 0, 0]]
BAD = [
    (GOOD, 4, {"fixed_colors": [0, 0, 0]}, ValueError, r"\(K, C\)"),
    (GOOD, 4, {"fixed_colors": np.zeros((0, 3))}, ValueError, "1 to 65535"),
    (GOOD, 4, {"fixed_colors": [[0, np.nan, 0]]}, ValueError, "finite"),
    (GOOD, 4, {"fixed_colors": [["#ff0000"] * 3]}, TypeError, "numbers"),
    (GOOD, 4, {"fixed_colors": [[0, 0]]}, ValueError, "3 channels, got 2"),
    (GOOD[..., 0], 4, {"fixed_colors": BLACK}, ValueError, "1 channels, got 3"),
    (GOOD, 1, {"fixed_colors": [[0, 0, 0], [9, 9, 9]]}, ValueError, "`n_colors`=1 colors, got 2"),
    (GOOD, 4, {"fixed_colors": [[300, 0, 0]]}, ValueError, r"0\.\.255 for uint8, got 0 to 300"),
    (GOOD, 4, {"fixed_colors": [[-0.1, 0, 0]]}, ValueError, r"0\.\.255"),
    (GOOD > 0, 4, {"fixed_colors": [[2, 0, 0]]}, ValueError, r"0\.\.1 for bool"),
    (GOOD.astype("f2"), 4, {"fixed_colors": [[1e6, 0, 0]]}, ValueError, "float16"),
    (GOOD.astype(float), 4, {"fixed_colors": [[1e200, 0, 0]]}, ValueError, "overflow"),
    (
        GOOD,
        4,
        {"fixed_colors": [[5, 5, 5], [9, 9, 9], [5.4, 5, 4.6]]},
        ValueError,
        r"rows 0 and 2 both are \(5, 5, 5\)",
    ),
    (GOOD, 4, {"fixed_colors": BLACK, "palette": BLACK}, ValueError, "contradict"),
    (
        GOOD / 255,
        4,
        {"fixed_colors": [[2, 0, 0]], "color_space": "lab"},
        ValueError,
        r"in 0\.\.1 as the image",
    ),
]


@pytest.mark.parametrize(("image", "n_colors", "options", "error", "message"), BAD)
def test_bad_fixed_colors_are_refused(image, n_colors, options, error, message, monkeypatch):
    monkeypatch.setattr(
        "napari_kmeans_quantizer.core.quantize.choose_sweeper", None
    )  # before any work
    with pytest.raises(error, match=message):
        quantize(image, n_colors, **options)


def test_fixed_colors_are_not_modified_and_not_shared():
    fixed = np.array(RGB)
    before = fixed.copy()
    q = quantize(PHOTO, 3, fixed_colors=fixed)
    assert np.array_equal(fixed, before)
    assert not np.shares_memory(q.palette.colors, fixed)
