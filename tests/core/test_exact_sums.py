"""Sums over clusters: exact, whatever the order, the parts and the way they are put together."""

from __future__ import annotations

import math
import pickle
import re
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from skimage import data

from napari_kmeans_quantizer.core import exact_sums
from napari_kmeans_quantizer.core.exact_sums import ExactSums

N_CLUSTERS = 5


def normal(rng, shape):
    return rng.standard_normal(shape)


def far_apart(rng, shape):
    return rng.standard_normal(shape) * 10.0 ** rng.integers(-300, 130, shape)


def within_the_window(rng, shape):
    return rng.standard_normal(shape) * 2.0 ** rng.integers(-90, 90, shape)


def integers(rng, shape):
    return rng.integers(-(1 << 40), 1 << 53, shape).astype(float)


def eight_bits(rng, shape):
    return rng.integers(0, 256, shape).astype(float)


def single_precision(rng, shape):
    return rng.random(shape, np.float32).astype(float)


def subnormal(rng, shape):
    return rng.integers(-1000, 1000, shape) * 5e-324


def cancelling(rng, shape):
    values = np.concatenate([1e20 * (half := rng.standard_normal(shape)[::2]), -1e20 * half])
    values[::7] = rng.standard_normal(shape)[: len(values[::7])]
    return values


def with_an_outlier(rng, shape):
    values = rng.random(shape)
    values[len(values) // 2] = 1e38
    return values


def signed_zeros(rng, shape):
    return np.where(rng.random(shape) < 0.5, 0.0, -0.0)


def at_the_limit(rng, shape):
    return np.where(rng.random(shape) < 0.4, 1e140, -1e140)


KINDS = [
    normal, far_apart, within_the_window, integers, eight_bits, single_precision, subnormal,
    cancelling, with_an_outlier, signed_zeros, at_the_limit,
]  # fmt: skip


def points_of(kind, n_points=1002, n_features=3, n_clusters=N_CLUSTERS):
    rng = np.random.default_rng(KINDS.index(kind))
    points = kind(rng, (n_points, n_features))
    labels = rng.integers(0, n_clusters, len(points)).astype(np.int32)
    return points, labels, points[rng.integers(0, len(points), n_clusters)] * 0.75


def squared_distances(points, labels, places):
    squares = np.zeros(len(points))
    for point, place in zip(points.T, places[labels].T, strict=True):
        squares += (point - place) ** 2
    return squares


def blank(points, places):
    return ExactSums(*places.shape, np.abs(points).max(initial=np.abs(places).max()))


def summed(points, labels, places):
    sums = blank(points, places)
    sums.add(points, labels, places)
    return sums


def assert_same_bits(a, b):
    for name in ("counts", "sums", "means", "squares"):
        assert getattr(a, name).tobytes() == getattr(b, name).tobytes(), name
    assert pickle.dumps(a) == pickle.dumps(b)


# -- exact values


def per_cluster(total, values, labels):
    return [[total(column[labels == k]) for column in values.T] for k in range(N_CLUSTERS)]


def exact_mean(values):
    return float(sum(map(Fraction, values)) / len(values))


@pytest.mark.parametrize("kind", KINDS)
def test_sums_are_those_of_fsum(kind):
    points, labels, places = points_of(kind)
    sums = summed(points, labels, places).sums
    assert_array_equal(sums, per_cluster(math.fsum, points, labels))


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind is not subnormal])
def test_means_are_rounded_once(kind):
    points, labels, places = points_of(kind)
    means = summed(points, labels, places).means
    assert_array_equal(means, per_cluster(exact_mean, points, labels))


@pytest.mark.parametrize("kind", KINDS)
def test_squares_are_those_of_fsum(kind):
    points, labels, places = points_of(kind)
    squares, sums = squared_distances(points, labels, places), summed(points, labels, places)
    wanted = [math.fsum(squares[labels == k]) for k in range(N_CLUSTERS)]
    assert_array_equal(sums.squares, wanted)
    assert sums.total_squares == math.fsum(squares)


@pytest.mark.parametrize("n_features", [1, 2, 4, 37])
def test_any_number_of_features(n_features):
    points, labels, places = points_of(normal, 300, n_features)
    sums = summed(points, labels, places)
    squares = squared_distances(points, labels, places)
    assert_array_equal(sums.counts, np.bincount(labels))
    assert_array_equal(sums.squares, [math.fsum(squares[labels == k]) for k in range(N_CLUSTERS)])
    assert sums.sums[2, -1] == math.fsum(points[labels == 2, -1])


def test_squares_are_of_the_distances_that_find_the_nearest():
    from napari_kmeans_quantizer.core.kernels.points import assign

    points, _, places = points_of(normal, 500, 7, 9)
    labels, distances = np.zeros(500, np.int32), np.empty(500)
    assign(points, places, labels, distances)
    assert summed(points, labels, places).total_squares == math.fsum(distances)


def test_a_photograph_in_single_precision():
    image = (data.astronaut() / np.float32(255)).reshape(-1, 3)
    points, labels = image.astype(float), data.astronaut()[..., 1].ravel() // 32
    places = np.linspace(0, 1, 8)[:, np.newaxis].repeat(3, axis=1)
    sums = summed(points, labels, places)
    assert_array_equal(sums.counts, np.bincount(labels))
    for k in range(8):
        assert_array_equal(sums.sums[k], [math.fsum(column) for column in points[labels == k].T])


@pytest.mark.parametrize("value", [0.1, 1 / 3, -2.7e-9, 1e139, 255.0, 1.9999999999999998])
@pytest.mark.parametrize("n_points", [1, 3, 1000, 4099])
def test_the_mean_of_equal_points_is_this_point(value, n_points):
    points = np.full((n_points, 1), value)
    sums = summed(points, np.zeros(n_points, np.int32), points[:1])
    assert sums.means == value
    assert sums.squares == 0


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        ([1, 2.0**-53], 1),
        ([1, 2.0**-53, 2.0**-200], 1 + 2.0**-52),
        ([1 + 2.0**-52, 2.0**-53], 1 + 2.0**-51),
        ([1 + 2.0**-52, 2.0**-53, -(2.0**-200)], 1 + 2.0**-52),
    ],
)
@pytest.mark.parametrize("sign", [1, -1])
def test_halves_are_rounded_to_even(values, wanted, sign):
    points = sign * np.array(values)[:, np.newaxis]
    sums = summed(points, np.zeros(len(points), np.int32), points[:1])
    assert sums.sums == sign * wanted


def test_what_is_far_below_the_largest_value_is_summed():
    points = np.array([[1e38], [1e-30], [-1e38]])
    assert summed(points, np.zeros(3, np.int32), points[:1]).sums == 1e-30


def test_empty_clusters_are_0():
    points, places = np.ones((3, 2)), np.zeros((4, 2))
    sums = summed(points, [1, 1, 3], places)
    assert_array_equal(sums.counts, [0, 2, 0, 1])
    assert_array_equal(sums.means, [[0, 0], [1, 1], [0, 0], [1, 1]])
    assert_array_equal(sums.squares, [0, 4, 0, 2])


def test_no_points():
    sums = summed(np.empty((0, 2)), np.empty(0, np.int32), np.zeros((3, 2)))
    for name in ("counts", "sums", "means", "squares", "total_squares"):
        assert not np.any(getattr(sums, name))


@pytest.mark.parametrize("largest", [-1.0, 1e141, np.inf, np.nan])
def test_the_largest_value_has_a_limit(largest):
    with pytest.raises(ValueError, match=r"largest must be from 0 to 1e\+140, got"):
        ExactSums(2, 3, largest)


# -- parts and orders


@pytest.mark.parametrize("kind", KINDS)
def test_order_does_not_matter(kind):
    points, labels, places = points_of(kind)
    order = np.random.default_rng(1).permutation(len(points))
    assert_same_bits(summed(points, labels, places), summed(points[order], labels[order], places))


@pytest.mark.parametrize("kind", KINDS)
def test_parts_do_not_matter(kind):
    points, labels, places = points_of(kind)
    whole, one_by_one = summed(points, labels, places), blank(points, places)
    for start, stop in pairwise([0, 1, 2, 255, 513, 513, 900, len(points)]):
        one_by_one.add(points[start:stop], labels[start:stop], places)
    assert_same_bits(whole, one_by_one)


@pytest.mark.parametrize("kind", KINDS)
def test_merging_does_not_matter(kind):
    points, labels, places = points_of(kind)
    a, b, c = blank(points, places), blank(points, places), blank(points, places)
    for part, sums in enumerate((a, b, c)):
        sums.add(points[part::3], labels[part::3], places)
    whole = summed(points, labels, places)
    for merged in (
        (a + b) + c,
        a + (b + c),
        c + (b + a),
        (c + a) + b,
        blank(points, places) + whole,
    ):
        assert_same_bits(whole, merged)


def test_merging_changes_neither():
    points, labels, places = points_of(normal)
    a, b = summed(points, labels, places), summed(points, labels[::-1], places)
    a.merged(b)
    assert_same_bits(a, summed(points, labels, places))
    assert_same_bits(b, summed(points, labels[::-1], places))


@pytest.mark.parametrize("other", [ExactSums(3, 2, 1.0), ExactSums(2, 3, 1.0), ExactSums(2, 2, 2)])
def test_only_like_sums_are_merged(other):
    message = "only sums of the same clusters, features and largest value add up"
    with pytest.raises(ValueError, match=re.escape(message)):
        ExactSums(2, 2, 1.0).merged(other)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("most", [1, 7, 256, 1000])
def test_digits_are_carried_in_time(kind, most, monkeypatch):
    points, labels, places = points_of(kind)
    whole = summed(points, labels, places)
    monkeypatch.setattr(exact_sums, "MOST_POINTS", most)
    assert_same_bits(whole, summed(points, labels, places))


@pytest.mark.parametrize("value", [1.0, -1.0, 0.1, 2 - 2.0**-52])
def test_a_trillion_points(value):
    points = np.full((1 << 12, 1), value)
    sums = summed(points, np.zeros(len(points), np.int32), -points[:1])
    for _ in range(28):
        sums = sums + sums
    assert sums.counts == 1 << 40
    assert sums.sums == value * (1 << 40)
    assert sums.means == value
    assert sums.squares == (2 * value) ** 2 * (1 << 40)


def test_sums_travel_whole():
    points, labels, places = points_of(far_apart)
    sums = summed(points, labels, places)
    there = pickle.loads(pickle.dumps(sums))
    assert_same_bits(sums, there)
    assert_same_bits(sums + sums, there + sums)
    there.add(points, labels, places)
    assert_same_bits(sums + sums, there)


def test_only_what_is_used_travels():
    points = np.full((10, 3), -0.5)
    sums = ExactSums(65535, 3, 1.0)
    sums.add(points, np.full(10, 700), np.zeros((65535, 3)))
    assert len(pickle.dumps(sums)) < 2000


# -- the kernel


def digits_of(value, anchors):
    """Return the multiples of the units, from the top, to nearest even; lowest first."""
    left, digits = Fraction(float(value)), []
    for anchor in anchors[::-1]:
        unit = Fraction(float(anchor)) / Fraction(1.5 * 2**52)
        digits.append(round(left / unit))
        left -= digits[-1] * unit
    return digits[::-1]


@pytest.mark.parametrize("kind", KINDS)
def test_values_are_cut_into_digits(kind):
    from napari_kmeans_quantizer.core.kernels.exact_sums import add_exactly

    points, labels, places = points_of(kind, 260)
    squares = squared_distances(points, labels, places)
    tops = [math.frexp(np.abs(values).max())[1] for values in (points, squares)]
    units = np.arange(3) * 30 - 89 + np.maximum(np.array(tops)[:, np.newaxis], -980)
    anchors = np.ldexp(1.5, 52 + units)
    bins, counts = np.zeros((4, N_CLUSTERS, 4), np.int64), np.zeros(N_CLUSTERS, np.int64)
    add_exactly(points, labels, places, anchors, bins, counts)
    wanted = np.zeros_like(bins)
    for point, square, k in zip(points, squares, labels, strict=True):
        for d in range(3):
            wanted[:3, k, d] += digits_of(point[d], anchors[0])
        wanted[:3, k, 3] += digits_of(square, anchors[1])
    assert_array_equal(bins, wanted)
    assert_array_equal(counts, np.bincount(labels, minlength=N_CLUSTERS))
