"""Colors that float64 cannot tell apart in the image's own units: every promise, or a refusal."""

from __future__ import annotations

import numpy as np
import pytest

import reference
from napari_kmeans_quantizer import Palette, quantize
from napari_kmeans_quantizer.core.units import Units

RNG = np.random.default_rng(0)
NOW = 1_700_000_000_000_000_000  # nanoseconds since 1970
TIMES = NOW + RNG.integers(0, 900, (40, 50))
UNITS = {  # images, and what makes ordinary numbers of them
    "times": (TIMES, Units(offset=int(TIMES.min()))),
    "times, unsigned": (TIMES.astype(np.uint64), Units(offset=int(TIMES.min()))),
    "times, big-endian": (TIMES.astype(">i8"), Units(offset=int(TIMES.min()))),
    "times before 1970": (-TIMES, Units(offset=int((-TIMES).min()))),
    "times as RGB": (NOW + RNG.integers(0, 900, (30, 40, 3)), Units(offset=NOW)),
    "the largest": (
        np.uint64(2**64 - 1) - RNG.integers(0, 60, (20, 30)).astype(np.uint64),
        Units(offset=2**64 - 60),
    ),
    "the least": (RNG.integers(-(2**63), 60 - 2**63, (20, 30)), Units(offset=-(2**63))),
    "far apart": (NOW + RNG.integers(0, 2**53, (20, 30)), Units(offset=NOW)),
    "tiny": (RNG.random((30, 40)) * 1e-200, Units(scale=2.0**600)),
    "tiny RGB": (RNG.random((30, 40, 3)) * 1e-200, Units(scale=2.0**600)),
    "tiny and negative": (RNG.normal(size=(30, 40)) * 1e-170, Units(scale=2.0**550)),
    "subnormal": (RNG.random((30, 40)) * 1e-318, Units(scale=2.0**1000)),
    "tiny and large": (RNG.choice([0, 1e-200, 2e-200, 3e-200, 0.5, 1], (20, 30, 3)), Units()),
}


def few(image):
    """The image in at most four values."""
    low, high = int(image.min()) if image.dtype.kind in "iu" else image.min(), image.max()
    step = max((int(high) - low) // 4, 1) if image.dtype.kind in "iu" else (high - low) / 4
    levels = np.array([low + i * step for i in range(4)], image.dtype)
    return levels[np.random.default_rng(1).integers(0, 4, image.shape)]


@pytest.fixture(params=UNITS)
def case(request):
    return UNITS[request.param]


def points_of(image):
    return image.reshape(-1, image.shape[-1] if image.ndim == 3 else 1)


@pytest.mark.parametrize("n_colors", [1, 5, 16])
def test_exactly_so_many_distinct_colors_none_empty(case, n_colors):
    image, _ = case
    q = quantize(image, n_colors)
    assert len(np.unique(q.palette.values, axis=0)) == len(q.palette) == n_colors
    assert np.array_equal(q.palette.counts, np.bincount(q.labels.ravel(), minlength=n_colors))
    assert (q.palette.counts > 0).all()
    assert np.array_equal(points_of(q.image), q.palette.values[q.labels.ravel()])
    assert np.array_equal(q.palette.paint(q.labels), q.image)


def test_labels_are_the_nearest_and_colors_the_means(case):
    image, units = case
    q = quantize(image, 5)
    points, labels = units.of_values(points_of(image)), q.labels.ravel()
    centers = reference.cluster_means(points, labels, 5)
    shifts = units.of_values(q.palette.values) - centers
    room = 0.5 if units.offset else 0  # they are whole numbers
    error = max(np.abs(shifts).max() - room, 0) ** 2
    assert error <= 1e-3 * points.var(axis=0).mean()
    distances = reference.squared_distances(points, centers)
    chosen = distances[np.arange(len(points)), labels]
    assert chosen.sum() <= distances.min(axis=1).sum() * 1.001


def test_few_colors_come_back_bit_for_bit(case):
    image = few(case[0])
    n_distinct = len(np.unique(points_of(image), axis=0))
    for n_colors in (n_distinct, n_distinct + 9):
        q = quantize(image, n_colors)
        assert q.image.tobytes() == image.tobytes()
        assert len(q.palette) == n_distinct
        assert (q.palette.counts > 0).all()
        assert np.array_equal(q.palette.values[q.labels.ravel()], points_of(image))
        assert (q.mse, q.rmse, q.psnr) == (0, 0, np.inf)
        assert "unchanged" in q.summary


def test_unchanged_is_only_said_of_what_is_unchanged(case):
    q = quantize(case[0], 3)
    assert q.rmse > 0
    assert np.isfinite(q.psnr)
    assert "unchanged" not in q.summary
    assert q.recolored({}).rmse != 0


def test_figures_are_in_the_image_s_units(case):
    image, units = case
    q = quantize(image, 4)
    before, after = units.of_values(points_of(image)), units.of_values(points_of(q.image))
    rmse = np.sqrt(((before - after) ** 2).mean()) / units.scale
    assert q.rmse == pytest.approx(rmse, rel=1e-9, abs=1e-323)
    assert q.mse == pytest.approx(rmse**2, rel=1e-9, abs=1e-322)
    assert q.psnr == pytest.approx(20 * (np.log10(q.peak) - np.log10(rmse)), rel=1e-4)


def test_a_palette_paints_the_same_again(case):
    image, _ = case
    q = quantize(image, 6)
    for palette in (q.palette, q.palette.values):
        again = quantize(image, palette=palette)
        assert np.array_equal(again.palette.values, q.palette.values)
        assert np.array_equal(points_of(again.image), q.palette.values[again.labels.ravel()])
        assert (again.labels != q.labels).mean() < 0.05  # means were rounded


def test_fixed_colors_stay(case):
    image, _ = case
    fixed = np.unique(points_of(image), axis=0)[[0, -1]]
    q = quantize(image, 6, fixed_colors=fixed)
    rows = {row.tobytes() for row in q.palette.values}
    assert {row.tobytes() for row in fixed.astype(q.palette.values.dtype)} <= rows
    assert len(rows) == 6


def test_edits_keep_every_digit():
    q = quantize(TIMES, 4)
    merged = q.merged(3, 0)
    assert np.array_equal(merged.palette.paint(merged.labels), merged.image)
    assert set(merged.palette.values.ravel()) < set(q.palette.values.ravel())
    assert q.recolored({1: NOW + 7}).palette.values[1, 0] == NOW + 7


def test_times_have_colors():
    palette = quantize(np.array([[NOW, NOW + 100, NOW + 200]]), 3).palette
    assert sorted(palette.hex) == ["#000000", "#808080", "#ffffff"]
    assert palette.value_range == (NOW, NOW + 200)


@pytest.mark.parametrize(
    ("colors", "dtype", "expected"),
    [
        (np.array([[2**60 + 1]]), None, [[2**60 + 1]]),
        (np.array([[2**64 - 1]], np.uint64), np.uint64, [[2**64 - 1]]),
        (np.array([[2**64 - 1]], np.uint64), np.int64, [[2**63 - 1]]),
        (np.array([[-5, 2**60 + 1]]), np.uint64, [[0, 2**60 + 1]]),
        (np.array([[300, -7]]), np.uint8, [[255, 0]]),
    ],
)
def test_integers_of_a_palette_are_exact(colors, dtype, expected):
    assert Palette(colors, dtype=dtype).values.tolist() == expected


def test_a_mask_leaves_out_what_is_too_far():
    image = np.where(np.random.default_rng(1).random(TIMES.shape) < 0.1, -(2**62), TIMES)
    with pytest.raises(ValueError, match=r"2\*\*53.*`mask=image != value`"):
        quantize(image, 4)
    q = quantize(image, 4, mask=image != -(2**62))
    assert len(np.unique(q.palette.values)) == 4
    assert (q.image[~q.mask] == -(2**62)).all()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"palette": [[0], [NOW]]}, r"`palette` must lie within 2\*\*53 of the image's values"),
        ({"fixed_colors": [[0]]}, r"`fixed_colors` must lie within 2\*\*53"),
        ({"fixed_colors": [[NOW + 1], [NOW + 1]]}, "must differ once rounded"),
    ],
)
def test_colors_too_far_from_such_an_image_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        quantize(TIMES, 4, **options)


def test_neighboring_integers_can_be_fixed():
    q = quantize(TIMES, 4, fixed_colors=[[NOW + 7], [NOW + 8]])
    assert {NOW + 7, NOW + 8} <= set(q.palette.values.ravel().tolist())


def test_large_fixed_colors_beside_tiny_values():
    image = np.random.default_rng(1).random((9, 9)) * 1e-200
    q = quantize(image, 3, fixed_colors=[[1.0]])
    assert q.palette.colors[2] == 1
    assert q.palette.counts[2] == 0
    far = quantize(image, palette=[[1e139], [0.0]])
    assert far.palette.counts.tolist() == [0, 81]


def test_differences_too_small_to_be_squared_are_matched():
    image = np.random.default_rng(1).choice([0.0, 1e-310, 2e-310, 1.0], (30, 30))
    q = quantize(image, 4)
    assert q.image.tobytes() == image.tobytes()
    assert (q.palette.counts > 0).all()
    assert np.array_equal(q.palette.values[q.labels.ravel(), 0], image.ravel())
    assert (quantize(image, 3).palette.counts > 0).all()
    blacks = np.random.default_rng(1).integers(0, 3, (20, 20, 3)) * 1e-200  # one color in CIELAB
    q = quantize(blacks, 27, color_space="lab")
    assert np.array_equal(q.palette.values[q.labels.ravel()], blacks.reshape(-1, 3))
    assert (quantize(blacks, 4, color_space="lab").palette.counts > 0).all()


def test_what_is_painted_is_compared_where_errors_vanish():
    q = quantize(np.array([[0.0, 1e-310], [1.0, 1.0]]), palette=[[0.0], [1.0]])
    assert 0 < q.rmse < 1e-100
    assert "unchanged" not in q.summary
    with_nan = np.array([[0.0, 1.0, np.nan]])
    q = quantize(with_nan, palette=[[0.0], [1.0]], mask=np.isfinite(with_nan))
    assert "unchanged" in q.summary


# -- long doubles

LONG = pytest.mark.skipif(
    np.finfo(np.longdouble).nmant <= 52, reason="long doubles are doubles here"
)


@LONG
@pytest.mark.parametrize("values", ["1 + 2**-60", "1 / 3", "1e-4000", "1e4000"])
def test_long_doubles_that_are_no_doubles_are_refused(values):
    one = np.longdouble(1)
    value = {
        "1 + 2**-60": one + np.longdouble(2) ** -60,
        "1 / 3": one / 3,
        "1e-4000": np.longdouble(10) ** -4000,
        "1e4000": np.longdouble(10) ** 4000,
    }[values]
    message = "beyond" if values == "1e4000" else r"cannot hold. Pass `image.astype\(np.float64\)`"
    with pytest.raises(ValueError, match=message):
        quantize(np.array([[one, value, 0 * one]]), 2)


# -- CIELAB and Oklab


@pytest.mark.parametrize("space", ["lab", "oklab"])
@pytest.mark.parametrize("dtype", [np.uint32, np.uint64])
@pytest.mark.parametrize("times", [1, 257])
def test_white_is_the_image_s(space, dtype, times):
    photo = np.random.default_rng(1).integers(0, 256, (30, 40, 3))
    photo[0, 0] = 255
    q = quantize(photo.astype(dtype) * dtype(times), 8, color_space=space)
    expected = quantize(photo / 255, 8, color_space=space)
    assert (q.palette.counts > 0).all()
    assert np.array_equal(q.labels, expected.labels)
    assert q.palette.hex == expected.palette.hex


def test_unknown_whites_are_refused():
    image = np.full((4, 4, 3), 2**40, np.uint64)
    with pytest.raises(ValueError, match=r"uint64 in 0\.\.65535, got values from .* `image / whit"):
        quantize(image, 4, color_space="lab")


# -- units


@pytest.mark.parametrize(
    "units",
    [
        Units(),
        Units(offset=NOW + 1),
        Units(offset=-(2**63)),
        Units(offset=2**64 - 2**54),
        Units(scale=2.0**700),
    ],
)
def test_units_there_and_back(units):
    numbers = np.random.default_rng(1).integers(0, 2**40, (50, 3)).astype(float)
    dtype = np.dtype(np.uint64 if units.offset > 0 else np.int64 if units.offset else float)
    values = units.to_dtype(numbers * units.scale, dtype)
    assert np.array_equal(units.of_values(values), numbers * units.scale)
    assert values.dtype == dtype
    assert [int(v) for v in values.ravel()] == [int(n) + units.offset for n in numbers.ravel()]
    assert np.allclose(units.to_values(numbers * units.scale), values.astype(float), rtol=1e-15)


def test_ordinary_images_keep_their_units():
    assert Units.of_integers(-(2**53), 2**53) == Units()
    for image in (TIMES - NOW, np.array([[0.0, 1e-120, 1e120]]), np.float32([[1e-44, 1]])):
        q = quantize(image, palette=image.ravel()[:2, np.newaxis])
        assert np.array_equal(q.palette.colors, image.ravel()[:2, np.newaxis])
