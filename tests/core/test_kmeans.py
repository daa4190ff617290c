"""KMeans: by hand, against naive references, against scikit-learn."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import reference
from napari_kmeans_quantizer import ConvergenceWarning, KMeans, NotFittedError, euclidean_distances
from napari_kmeans_quantizer.core import arguments, lloyd, threads, weighted_points
from napari_kmeans_quantizer.core.kernels import points as kernels
from napari_kmeans_quantizer.core.weighted_points import WeightedPoints


def blobs(n=3000, n_features=3, n_clusters=5, spread=0.3, seed=0):
    rng = np.random.default_rng(seed)
    centers = rng.uniform(0, 10, (n_clusters, n_features))
    return centers[rng.integers(0, n_clusters, n)] + rng.normal(0, spread, (n, n_features))


def same_bits(a, b):
    return (
        np.array_equal(a.labels_, b.labels_)
        and a.cluster_centers_.tobytes() == b.cluster_centers_.tobytes()
        and a.inertia_ == b.inertia_
        and a.n_iter_ == b.n_iter_
    )


def run_python(code, **env):
    """Run code in a process of its own, which must end well and without a warning."""
    env = {**os.environ, **env}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        env=env,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


# Kernels, against naive references


@pytest.mark.parametrize("n_features", [1, 2, 3, 4, 5, 6, 7, 8, 20, 64, 70])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_assign_is_the_naive_formula_bit_for_bit(n_features, dtype):
    rng = np.random.default_rng(n_features)
    for n, k in ((1, 1), (255, 2), (256, 3), (257, 4), (1000, 17)):
        points = arguments.as_points(rng.normal(size=(n, n_features)).astype(dtype), "points")
        centers = rng.normal(size=(k, n_features))
        labels, distances = np.full(n, -1, np.int32), np.empty(n)
        changed = kernels.assign(points, centers, labels, distances)
        expected = reference.assign(points, centers)
        assert np.array_equal(labels, expected[0])
        assert np.array_equal(distances, expected[1])
        assert changed == n
        assert kernels.assign(points, centers, labels, distances) == 0


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(st.integers(1, 5), st.integers(1, 9), st.integers(0, 2**32 - 1))
def test_ties_go_to_the_lower_index(n_features, n_clusters, seed):
    rng = np.random.default_rng(seed)  # small integers: many exact ties, also equal centers
    points = arguments.as_points(rng.integers(0, 3, (40, n_features)), "points")
    centers = rng.integers(0, 3, (n_clusters, n_features)).astype(float)
    expected = reference.assign(points, centers)[0]
    labels, distances = np.empty(40, np.int32), np.empty(40)
    kernels.assign(points, centers, labels, distances)
    assert np.array_equal(labels, expected)
    labels, gaps = np.zeros(40, np.int32), np.full(40, -1.0)
    kernels.reassign(points, centers, np.zeros(n_clusters), labels, gaps)
    assert np.array_equal(labels, expected)


@pytest.mark.parametrize("n_features", [1, 3, 4, 5, 20])
def test_reassign_follows_moving_centers_exactly(n_features):
    rng = np.random.default_rng(1)
    points = arguments.as_points(rng.random((2000, n_features)), "points")
    centers, n_kept = rng.random((7, n_features)), 0
    labels, gaps = np.zeros(2000, np.int32), np.full(2000, -1.0)
    moved = np.zeros(7)
    for step in range(12):
        before = gaps.copy()
        kernels.reassign(points, centers, moved, labels, gaps)
        n_kept += np.count_nonzero((gaps == before - moved[labels]) & (gaps > 0))
        assert np.array_equal(labels, reference.assign(points, centers)[0])
        shift = rng.normal(0, 0.1 / 2**step, centers.shape)
        centers = centers + shift
        moved = np.full(7, 2.001 * np.sqrt((shift**2).sum(axis=1)).max())
    assert n_kept > 6000  # else nothing was passed over, and this test shows nothing


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_accumulate_against_exact_sums(dtype):
    rng = np.random.default_rng(2)
    points = arguments.as_points(rng.random((5000, 4)).astype(dtype), "points")
    weights = arguments.as_weights(rng.random(5000), 5000)
    labels = rng.integers(0, 6, 5000).astype(np.int32)
    sums, totals = np.zeros((6, 4)), np.zeros(6)
    kernels.accumulate(points, weights, labels, sums, totals)
    expected = reference.sums(points, weights, labels, 6)
    np.testing.assert_allclose(sums, expected[0], rtol=1e-13)
    np.testing.assert_allclose(totals, expected[1], rtol=1e-13)


def test_seeding_kernels_against_reference():
    rng = np.random.default_rng(3)
    points = arguments.as_points(rng.random((700, 5)), "points")
    weights, closest = arguments.as_weights(rng.random(700), 700), rng.random(700)
    candidates, totals = rng.random((3, 5)), np.empty(3)
    nearer = np.minimum(closest[:, None], reference.squared_distances(points, candidates))
    kernels.potentials(points, weights, closest, candidates, totals)
    np.testing.assert_allclose(totals, weights @ nearer, rtol=1e-13)
    kernels.approach(points, candidates[1], closest)
    assert np.array_equal(closest, nearer[:, 1])


def test_means_do_not_drift():
    values = np.random.default_rng(4).uniform(0.8, 1.0, (20_000_000, 1)).astype(np.float32)
    km = KMeans(1, init=[[0.9]], tol=0, max_iter=1).fit(values.astype(np.float64))
    exact = values.sum(dtype=np.longdouble) / len(values)
    assert abs(km.cluster_centers_[0, 0] - float(exact)) < 1e-9
    single = KMeans(1, init=[[0.9]], tol=0, max_iter=1).fit(values)
    assert single.cluster_centers_[0, 0] == np.float32(exact)


# Distances


def test_euclidean_distances_known_values():
    assert euclidean_distances([[0]], [[1]]) == 1
    assert euclidean_distances([[0, 0, 0]], [[1, 1, 1]]) == np.sqrt(3)
    state = np.random.RandomState(0)
    a, b = state.rand(10, 4), state.rand(10, 4)
    assert euclidean_distances(a, b).mean() == pytest.approx(0.8897975405343672, rel=1e-14)


def test_euclidean_distances_are_exact():
    points = np.random.default_rng(5).normal(1e6, 1e-3, (50, 7))
    distances = euclidean_distances(points, points[::2])
    assert distances.dtype == np.float64
    assert np.array_equal(distances, np.sqrt(reference.squared_distances(points, points[::2])))
    assert np.count_nonzero(distances[::2].diagonal()) == 0


@pytest.mark.parametrize(
    ("a", "b", "message"),
    [
        ([1, 2], [[1, 2]], r"`a` must have 2 dimensions.*shape \(2,\)"),
        ([[1, 2]], [[[1, 2]]], r"`b` must have 2 dimensions"),
        ([[1, 2]], [[1, 2, 3]], r"same number of columns; they have 2 and 3"),
        ([["x", "y"]], [[1, 2]], r"`a` must hold real numbers"),
        ([[1j]], [[1]], r"`a` must hold real numbers.*complex"),
    ],
)
def test_euclidean_distances_refuses(a, b, message):
    with pytest.raises(ValueError, match=message):
        euclidean_distances(a, b)


# The estimator


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int64])
def test_a_case_worked_out_by_hand(dtype):
    X = np.array([[0, 0], [0, 2], [10, 0], [10, 2], [10, 7]], dtype)
    weights = [1, 3, 1, 1, 2]
    km = KMeans(2, init=[[0, 0], [10, 0]]).fit(X, sample_weight=weights)
    assert km.labels_.tolist() == [0, 0, 1, 1, 1]
    assert km.labels_.dtype == np.int32
    # (0*1 + 2*3) / 4 = 1.5 and (0 + 2 + 7*2) / 4 = 4
    assert km.cluster_centers_.tolist() == [[0, 1.5], [10, 4]]
    assert km.cluster_centers_.dtype == (np.float32 if dtype == np.float32 else np.float64)
    # 2.25 + 3*0.25, and 16 + 4 + 2*9
    assert km.inertia_ == 3 + 38
    assert km.n_iter_ == 2
    assert km.n_features_in_ == 2
    assert km.score(X, sample_weight=weights) == -41
    assert km.predict([[4, 4], [6, 4]]).tolist() == [0, 1]
    assert km.transform(X).dtype == km.cluster_centers_.dtype
    assert km.transform(X[:1]).tolist() == [[1.5, np.sqrt(116, dtype=km.transform(X).dtype)]]


def test_one_cluster_is_the_mean():
    X = blobs()
    km = KMeans(1, random_state=0).fit(X)
    np.testing.assert_allclose(km.cluster_centers_[0], X.mean(axis=0), rtol=1e-13)
    assert km.inertia_ == pytest.approx(X.var(axis=0).sum() * len(X))


def test_weights_stand_for_copies():
    X, weights = blobs(400), np.random.default_rng(6).integers(0, 4, 400)
    init = X[weights > 0][:5]
    weighted = KMeans(5, init=init, tol=0).fit(X, sample_weight=weights)
    copied = KMeans(5, init=init, tol=0).fit(np.repeat(X, weights, axis=0))
    np.testing.assert_allclose(weighted.cluster_centers_, copied.cluster_centers_, rtol=1e-12)
    assert weighted.inertia_ == pytest.approx(copied.inertia_)
    assert np.array_equal(np.repeat(weighted.labels_, weights), copied.labels_)
    doubled = KMeans(5, init=init, tol=0).fit(X, sample_weight=2.0)
    assert doubled.inertia_ == 2 * KMeans(5, init=init, tol=0).fit(X).inertia_


def test_seeds_have_weight():
    X = np.repeat([[0.0], [5.0], [9.0]], 50, axis=0)
    weights = np.repeat([0, 1, 1], 50)
    for init in ("k-means++", "random"):
        for seed in range(20):
            km = KMeans(2, init=init, n_init=1, random_state=seed, max_iter=300)
            if init == "random":  # may draw two equal points
                km.set_params(n_init=10)
            km.fit(X, sample_weight=weights)
            assert sorted(km.cluster_centers_[:, 0]) == [5, 9]


@pytest.mark.parametrize("n_features", [2, 6])
@pytest.mark.parametrize("max_iter", [1, 3, 300])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_labels_and_inertia_belong_to_the_centers(n_features, max_iter, dtype):
    X = np.random.default_rng(7).random((4000, n_features)).astype(dtype)
    km = KMeans(9, random_state=0, max_iter=max_iter, tol=0.0 if max_iter == 300 else 1e-4).fit(X)
    labels, distances = reference.assign(X, km.cluster_centers_)
    assert np.array_equal(km.labels_, labels)
    assert np.array_equal(km.predict(X), labels)
    assert km.inertia_ == pytest.approx(distances.sum(), rel=1e-12)
    if max_iter == 300:
        means = [X[labels == k].mean(axis=0, dtype=np.float64) for k in range(9)]
        np.testing.assert_allclose(
            km.cluster_centers_, means, rtol=1e-6 if dtype == np.float32 else 1e-12
        )


@pytest.mark.parametrize("n_features", [1, 5])
def test_empty_clusters_move_to_the_farthest_points(n_features):
    X = np.zeros((10, n_features))
    X[:, 0] = [0, 0.1, 0.2, 0.3, 10, 10.1, 10.2, 20, 30, 40]
    init = np.full((4, n_features), 1000.0)
    init[0] = 0
    km = KMeans(4, init=init).fit(X)
    # The farthest from 0 are 40, 30 and 20; the others stay, their sum is 30.9.
    assert km.labels_.tolist() == [0, 0, 0, 0, 0, 0, 0, 3, 2, 1]
    np.testing.assert_allclose(km.cluster_centers_[:, 0], [30.9 / 7, 40, 30, 20])


def test_farthest_points_are_found_after_pruned_passes():
    points = arguments.as_points([[0.0], [1], [2], [9], [3]], "points")
    with threads.workers(1) as map_:
        data = WeightedPoints(points, arguments.as_weights([1, 1, 1, 0, 1], 5), map_)
        centers = np.array([[0.0], [50.0]])
        data.reassign(centers, np.zeros(2))  # sets no distances
        labels = lloyd._labels_without(np.array([1]), data, centers)
    assert labels.tolist() == [0, 0, 0, 0, 1]  # 9 is farther, but has no weight


@pytest.mark.parametrize(("height", "index"), [(0.0, 2), (0.5, 2), (1.0, 4), (3.0, 4), (9.0, 4)])
def test_a_draw_never_hits_a_point_that_adds_nothing(height, index):
    running_sum = np.array([0.0, 0, 1, 1, 3, 3])
    assert weighted_points._first_above(running_sum, height) == index


def test_a_callable_init_cannot_change_the_points():
    def spoil(X, n_clusters, random_state):
        X[0] = 0
        return X[:n_clusters]

    with pytest.raises(ValueError, match="read-only"):
        KMeans(2, init=spoil).fit(blobs())


def test_fewer_distinct_points_than_clusters():
    X = np.repeat([[0.0, 0], [1, 1], [5, 5], [9, 0]], 3, axis=0)
    message = r"distinct clusters \(4\) found smaller than n_clusters \(6\). Possibly due to dup"
    with pytest.warns(ConvergenceWarning, match=message):
        km = KMeans(6, random_state=0).fit(X)
    assert km.cluster_centers_.shape == (6, 2)
    assert np.isfinite(km.cluster_centers_).all()
    assert km.inertia_ == 0


def test_every_way_to_init():
    X = blobs()
    np.testing.assert_allclose(
        KMeans(5, init=lambda X, n_clusters, random_state: X[:n_clusters]).fit(X).inertia_,
        KMeans(5, init=X[:5].tolist()).fit(X).inertia_,
    )
    calls = []

    def draw(X, n_clusters, random_state):
        calls.append(random_state.random())
        return X[random_state.choice(len(X), n_clusters)]

    best = KMeans(5, init=draw, random_state=0).fit(X)
    assert len(set(calls)) == 10
    state = np.random.RandomState(0)
    inertias = [
        KMeans(5, init=draw, n_init=1, random_state=state).fit(X).inertia_ for _ in range(10)
    ]
    assert best.inertia_ == min(inertias)
    assert min(inertias) < max(inertias)
    many = KMeans(5, init="random", random_state=0).fit(X)
    assert same_bits(many, KMeans(5, init="random", n_init=10, random_state=0).fit(X))
    with pytest.warns(RuntimeWarning, match="n_init=3"):
        KMeans(5, init=X[:5], n_init=3).fit(X)


def test_random_states():
    X = np.random.default_rng(8).random((2000, 3))
    fit = lambda state: KMeans(12, random_state=state, max_iter=3).fit(X)  # noqa: E731
    before = np.random.get_state()  # noqa: NPY002
    assert same_bits(fit(3), fit(3))
    assert same_bits(fit(3), fit(np.int64(3)))
    assert same_bits(fit(3), fit(np.random.RandomState(3)))
    assert same_bits(fit(np.random.default_rng(3)), fit(np.random.default_rng(3)))
    assert not same_bits(fit(3), fit(4))
    assert not same_bits(fit(None), fit(None))
    after = np.random.get_state()  # noqa: NPY002
    assert np.array_equal(before[1], after[1])
    assert before[2:] == after[2:]


def test_any_memory_layout_same_bits_and_nothing_is_modified():
    X = blobs(n_features=4).round(3)
    expected = KMeans(5, random_state=0).fit(X)
    packed = np.zeros(len(X), np.dtype([("flag", "u1"), ("x", "f8", 4)]))
    packed["x"] = X
    backwards = np.ascontiguousarray(X[::-1, ::-1])[::-1, ::-1]
    frozen = X.copy()
    frozen.flags.writeable = False
    layouts = {
        "fortran": np.asfortranarray(X),
        "big-endian": X.astype(">f8"),
        "backwards": backwards,
        "read-only": frozen,
        "unaligned": packed["x"],
        "strided": np.repeat(X, 2, axis=0)[::2],
        "list": X.tolist(),
        "object": X.astype(object),
    }
    for name, layout in layouts.items():
        copy = np.array(layout, copy=True)
        assert same_bits(KMeans(5, random_state=0).fit(layout), expected), name
        assert np.array_equal(layout, copy), name
    assert X.flags.writeable
    big = KMeans(5, random_state=0).fit(X.astype(">f4"))
    assert big.cluster_centers_.dtype == np.float32
    assert big.cluster_centers_.dtype.isnative


def test_data_frames():
    pandas = pytest.importorskip("pandas")
    X = blobs(n_features=3)
    frame = pandas.DataFrame(X, columns=list("abc"))
    assert same_bits(KMeans(5, random_state=0).fit(frame), KMeans(5, random_state=0).fit(X))
    frame["a"] = frame["a"].round().astype("Int64")
    assert KMeans(2, random_state=0).fit(frame).n_features_in_ == 3
    frame.loc[0, "a"] = pandas.NA
    with pytest.raises(ValueError, match="real numbers"):
        KMeans(2).fit(frame)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"n_clusters": 0}, "`n_clusters` must be an int of at least 1; it is 0"),
        ({"n_clusters": 2.0}, "`n_clusters` must be an int"),
        ({"max_iter": 0}, "`max_iter` must be"),
        ({"n_init": 0}, '`n_init` must be an int of at least 1 or "auto"; it is 0'),
        ({"n_init": "many"}, "`n_init` must be"),
        ({"tol": -1}, "`tol` must be a number of at least 0; it is -1"),
        ({"tol": float("nan")}, "`tol` must be"),
        ({"tol": "small"}, "`tol` must be"),
        ({"init": "kmeans"}, "`init` must be .*'kmeans'"),
        ({"init": [[1, 2]]}, r"`init` must have shape .*\(2, 2\); it has \(1, 2\)"),
        ({"init": [[1, 2, 3], [4, 5, 6]]}, "`init` must have shape"),
        ({"init": [[1, 2], [np.nan, 3]]}, "`init` has 1 NaN"),
        ({"init": lambda X, n, random_state: X[:3]}, "`init` must have shape"),
        ({"random_state": "seed"}, "`random_state` must be"),
        ({"random_state": -1}, "`random_state` must be"),
    ],
)
def test_bad_parameters_are_refused(parameters, message):
    with pytest.raises(ValueError, match=message):
        KMeans(**{"n_clusters": 2, **parameters}).fit([[1, 2], [3, 4], [5, 6]])


@pytest.mark.parametrize(
    ("X", "message"),
    [
        ([1, 2, 3], r"2 dimensions.*shape \(3,\). Pass `X.reshape"),
        (np.zeros((2, 2, 2)), "2 dimensions"),
        (3, "2 dimensions"),
        (np.zeros((5, 0)), "at least one column"),
        (np.zeros((0, 3)), "no points"),
        ([[1, 2]], "at least n_clusters=2 points; it has n_samples=1"),
        ([[1, np.nan], [np.inf, 2]], "`X` has 2 NaN or infinite values; .* Pass"),
        ([["a", "b"], ["c", "d"]], "real numbers"),
        ([[None, 1], [2, 3]], "NaN|real numbers"),
        (np.ones((3, 2), complex), "real numbers; it has dtype complex"),
        (np.zeros((3, 2), "M8[s]"), "real numbers"),
        ([[1, 1e200], [3, 4]], "squares overflow"),
    ],
)
def test_bad_points_are_refused(X, message):
    with pytest.raises(ValueError, match=message):
        KMeans(2).fit(X)


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ([1, 1], r"shape \(3,\), one per point; it has shape \(2,\)"),
        ([[1, 1, 1]], "shape"),
        ([1, -1, 1], "nowhere negative.*from -1 to 1"),
        ([1, np.nan, 1], "finite"),
        ([0, 0, 0], "somewhere positive"),
        (["a", "b", "c"], "real numbers"),
    ],
)
def test_bad_weights_are_refused(weights, message):
    for init in ("k-means++", [[0, 0], [1, 1]]):
        with pytest.raises(ValueError, match=message):
            KMeans(2, init=init).fit([[1, 2], [3, 4], [5, 6]], sample_weight=weights)


def test_random_init_needs_enough_weighted_points():
    with pytest.raises(ValueError, match="n_clusters=2 points of positive weight; there are 1"):
        KMeans(2, init="random").fit([[1], [2], [3]], sample_weight=[0, 1, 0])


def test_use_before_fit_and_with_other_features():
    for method in ("predict", "transform", "score"):
        with pytest.raises(NotFittedError, match="Call `fit` first"):
            getattr(KMeans(), method)([[1, 2]])
    assert issubclass(NotFittedError, ValueError)
    assert issubclass(NotFittedError, AttributeError)
    km = KMeans(2).fit(blobs())
    for method in ("predict", "transform", "score"):
        with pytest.raises(ValueError, match="3 features, as in `fit`; it has 2"):
            getattr(km, method)([[1, 2]])
        with pytest.raises(ValueError, match="1 NaN"):
            getattr(km, method)([[1, 2, np.nan]])


def test_parameters_and_repr():
    km = KMeans(3, tol=0.1, init=[[1, 2]])
    assert repr(km) == "KMeans(n_clusters=3, init=[[1, 2]], tol=0.1)"
    assert km.set_params(n_clusters=4) is km
    assert km.get_params()["n_clusters"] == 4
    with pytest.raises(ValueError, match="no parameter 'clusters'; it has n_clusters, init"):
        km.set_params(clusters=2)
    fitted = KMeans(3, random_state=0).fit(blobs())
    assert same_bits(pickle.loads(pickle.dumps(fitted)), fitted)
    assert fitted.get_feature_names_out().tolist() == ["kmeans0", "kmeans1", "kmeans2"]
    assert np.array_equal(KMeans(3, random_state=0).fit_predict(blobs()), fitted.labels_)
    expected = fitted.transform(blobs())
    assert np.array_equal(KMeans(3, random_state=0).fit_transform(blobs()), expected)


@pytest.mark.parametrize("factor", [2.0**-1000, 2.0**-300, 2.0**300, 2.0**1000, 1e300, 1e-300])
def test_enormous_and_tiny_weights(factor):
    X, weights = blobs(500), np.random.default_rng(12).random(500)
    expected = KMeans(5, random_state=0).fit(X, sample_weight=weights)
    km = KMeans(5, random_state=0).fit(X, sample_weight=weights * factor)
    assert np.array_equal(km.labels_, expected.labels_)
    np.testing.assert_allclose(km.cluster_centers_, expected.cluster_centers_, rtol=1e-12)
    assert km.inertia_ / factor == pytest.approx(expected.inertia_)
    score = km.score(X, sample_weight=weights * factor)
    assert score / factor == pytest.approx(expected.score(X, sample_weight=weights))
    if np.log2(factor) % 1 == 0:
        assert km.cluster_centers_.tobytes() == expected.cluster_centers_.tobytes()


def test_an_inertia_too_large_for_a_float_is_infinite():
    km = KMeans(1).fit([[0.0], [1e9]], sample_weight=[1e300, 1e300])
    assert km.cluster_centers_.tolist() == [[5e8]]
    assert km.inertia_ == np.inf


# Parameters and tables, as in scikit-learn


@pytest.mark.parametrize("algorithm", ["lloyd", "elkan"])
@pytest.mark.parametrize("copy_x", [True, False])
def test_algorithm_and_copy_x_change_nothing(algorithm, copy_x):
    X = blobs()
    before = X.copy()
    km = KMeans(5, random_state=0, algorithm=algorithm, copy_x=copy_x).fit(X)
    assert same_bits(km, KMeans(5, random_state=0).fit(X))
    assert np.array_equal(X, before)


def test_verbose_tells_of_each_run(capsys):
    KMeans(3, n_init=2, random_state=0, verbose=1).fit(blobs())
    told = capsys.readouterr().out.splitlines()
    assert [line.split(": inertia ")[0] for line in told] == ["Run 1", "Run 2"]
    KMeans(3, random_state=0).fit(blobs())
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"algorithm": "full"}, "`algorithm` must be 'lloyd' or 'elkan', got 'full'"),
        ({"verbose": "yes"}, "`verbose` must be"),
        ({"verbose": -1}, "`verbose` must be"),
        ({"copy_x": None}, "`copy_x` must be"),
    ],
)
def test_other_parameters_are_refused(parameters, message):
    with pytest.raises(ValueError, match=message):
        KMeans(2, **parameters).fit(blobs())


def named(X):
    pandas = pytest.importorskip("pandas")
    return pandas.DataFrame(X, columns=list("abc"), index=np.arange(len(X)) * 2)


def test_names_of_features():
    frame = named(blobs(60))
    km = KMeans(2, random_state=0).fit(frame)
    assert km.feature_names_in_.tolist() == ["a", "b", "c"]
    assert km.feature_names_in_.dtype == object
    assert np.array_equal(km.predict(frame), km.labels_)
    assert not hasattr(km.fit(blobs(60)), "feature_names_in_")
    frame.columns = [0, 1, 2]
    assert not hasattr(km.fit(frame), "feature_names_in_")
    frame.columns = ["a", 1, 2]
    with pytest.raises(TypeError, match=r"string names, but your input has \['int', 'str'\]"):
        km.fit(frame)


def test_other_names_are_refused():
    frame = named(blobs(60))
    km = KMeans(2, random_state=0).fit(frame)
    for method in (km.predict, km.transform, km.score):
        with pytest.raises(ValueError, match=r"must be in the same order as they were in fit"):
            method(frame[["b", "a", "c"]])
        with pytest.raises(ValueError, match=r"unseen at fit time:\n- z\n.*now missing:\n- a\n"):
            method(frame.rename(columns={"a": "z"}))
        with pytest.warns(UserWarning, match="X does not have valid feature names, but KMeans"):
            method(frame.to_numpy())
    with pytest.warns(UserWarning, match="X has feature names, but KMeans was fitted without"):
        KMeans(2).fit(blobs(60)).predict(frame)


@pytest.mark.parametrize("container", ["pandas", "polars"])
def test_set_output(container):
    module = pytest.importorskip(container)
    X = blobs(60)
    km = KMeans(2, random_state=0)
    assert km.set_output(transform=container) is km
    table = km.fit_transform(X)
    assert isinstance(table, module.DataFrame)
    assert list(table.columns) == ["kmeans0", "kmeans1"]
    assert np.array_equal(table.to_numpy(), km.set_output(transform="default").transform(X))
    assert isinstance(km.set_output().transform(X), np.ndarray)
    with pytest.raises(ValueError, match="`transform` must be 'default' or 'pandas' or 'polars'"):
        km.set_output(transform="csv")


def test_tables_keep_their_index():
    frame = named(blobs(60))
    table = KMeans(2, random_state=0).set_output(transform="pandas").fit_transform(frame)
    assert table.index.equals(frame.index)


# Threads


@pytest.mark.parametrize("n_features", [3, 5])
def test_same_bits_at_any_number_of_threads(n_features, monkeypatch):
    X = np.random.default_rng(9).random((100_001, n_features))
    weights = np.random.default_rng(10).random(len(X))
    results = []
    for n_threads in (1, 2, 3, 7):
        monkeypatch.setattr(threads, "n_threads", lambda n=n_threads: n)
        results.append(KMeans(10, random_state=0, max_iter=15).fit(X, sample_weight=weights))
        assert same_bits(results[0], results[-1])


def test_several_callers_at_once(monkeypatch):
    monkeypatch.setattr(threads, "n_threads", lambda: 3)
    data = [blobs(40_000, seed=s) for s in range(4)]
    expected = [KMeans(5, random_state=0).fit(X) for X in data]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda X: KMeans(5, random_state=0).fit(X), data))
    assert all(map(same_bits, found, expected))


def test_several_callers_at_once_on_the_workqueue_layer():
    code = """
import numpy as np
from concurrent.futures import ThreadPoolExecutor
from napari_kmeans_quantizer import KMeans
X = np.random.default_rng(0).random((50_000, 3))
with ThreadPoolExecutor(4) as pool:
    fits = [pool.submit(KMeans(4, random_state=0, max_iter=5).fit, X) for _ in range(8)]
print(len({fit.result().inertia_ for fit in fits}))
"""
    env = {"NUMBA_THREADING_LAYER": "workqueue", "NUMBA_NUM_THREADS": "2"}
    assert run_python(code, **env) == "1\n"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the platform has no fork")
def test_after_fork():
    code = """
import os, sys, signal
import numpy as np
from napari_kmeans_quantizer import KMeans
from napari_kmeans_quantizer.core import threads
threads.n_threads = lambda: 2
X = np.random.default_rng(0).random((50_000, 3))
fit = lambda: KMeans(4, random_state=0, max_iter=5).fit(X).inertia_
expected = fit()
child = os.fork()
if child == 0:
    signal.alarm(60)
    os._exit(0 if fit() == expected else 1)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
    assert run_python(code) == "0\n"


# scikit-learn


@pytest.mark.parametrize("spread", [0.2, 4.0], ids=["separated", "overlapping"])
@pytest.mark.parametrize("n_features", [1, 3, 8])
@pytest.mark.parametrize("weighted", [False, True])
def test_same_result_as_scikit_learn(spread, n_features, weighted):
    cluster = pytest.importorskip("sklearn.cluster")
    X = blobs(1500, n_features, 8, spread)
    weights = np.random.default_rng(11).random(len(X)) if weighted else None
    for parameters in (
        {"init": X[:8]},
        {"init": X[:8], "tol": 0.0},
        {"init": X[:8], "max_iter": 2},
        {"random_state": 0},
        {"init": "random", "random_state": 0, "n_init": 3},
    ):
        ours = KMeans(8, **parameters).fit(X, sample_weight=weights)
        theirs = cluster.KMeans(8, **parameters).fit(X, sample_weight=weights)
        assert ours.n_iter_ == theirs.n_iter_, parameters
        assert np.array_equal(ours.labels_, theirs.labels_), parameters
        np.testing.assert_allclose(ours.cluster_centers_, theirs.cluster_centers_, atol=1e-9)
        assert ours.inertia_ == pytest.approx(theirs.inertia_)
        np.testing.assert_allclose(ours.transform(X), theirs.transform(X), atol=1e-6)
        assert ours.score(X) == pytest.approx(theirs.score(X))
        assert np.array_equal(ours.get_feature_names_out(), theirs.get_feature_names_out())


def test_empty_clusters_as_in_scikit_learn():
    cluster = pytest.importorskip("sklearn.cluster")
    X, init = blobs(500, 3, 6), np.full((6, 3), 1e3)
    init[0] = 5
    ours, theirs = KMeans(6, init=init).fit(X), cluster.KMeans(6, init=init).fit(X)
    assert np.array_equal(ours.labels_, theirs.labels_)
    assert len(set(ours.labels_)) == 6


def test_inside_scikit_learn():
    pytest.importorskip("sklearn")
    from sklearn.base import clone, is_clusterer
    from sklearn.exceptions import NotFittedError as TheirNotFittedError
    from sklearn.model_selection import GridSearchCV
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.utils.validation import check_is_fitted

    X = blobs()
    km = KMeans(3, random_state=0)
    assert clone(km).get_params() == km.get_params()
    assert is_clusterer(km)
    with pytest.raises(TheirNotFittedError):
        check_is_fitted(km)
    check_is_fitted(clone(km).fit(X))
    pipeline = make_pipeline(StandardScaler(), km)
    labels = pipeline.fit_predict(X, kmeans__sample_weight=np.ones(len(X)))
    assert np.array_equal(labels, pipeline.predict(X))
    assert pipeline.transform(X).shape == (len(X), 3)
    assert "KMeans(n_clusters=3" in repr(pipeline)
    assert "KMeans" in pipeline._repr_html_()
    assert pipeline.get_feature_names_out().tolist() == ["kmeans0", "kmeans1", "kmeans2"]
    search = GridSearchCV(pipeline, {"kmeans__n_clusters": [2, 3, 5]}, cv=3).fit(X)
    assert search.best_params_ == {"kmeans__n_clusters": 5}


def test_output_that_scikit_learn_is_set_to():
    sklearn = pytest.importorskip("sklearn")
    pandas = pytest.importorskip("pandas")
    from sklearn.base import clone
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    X = named(blobs(60))
    with sklearn.config_context(transform_output="pandas"):
        assert isinstance(KMeans(2, random_state=0).fit_transform(X), pandas.DataFrame)
    pipeline = make_pipeline(StandardScaler(), KMeans(2, random_state=0))
    table = clone(pipeline.set_output(transform="pandas")).fit_transform(X)
    assert table.columns.tolist() == ["kmeans0", "kmeans1"]
    assert table.index.equals(X.index)


def test_parameters_are_scikit_learns():
    cluster = pytest.importorskip("sklearn.cluster")
    ours, theirs = KMeans().get_params(), cluster.KMeans().get_params()
    assert ours == theirs


def test_not_fitted_is_scikit_learns_error_too():
    exceptions = pytest.importorskip("sklearn.exceptions")
    with pytest.raises(exceptions.NotFittedError, match="Call `fit` first"):
        KMeans().predict([[1, 2]])


# What its checks want otherwise: other words, or other draws.
NOT_WANTED = {
    "check_n_features_in_after_fitting": "says the same in other words",
    "check_estimators_empty_data_messages": "says the same in other words",
    "check_dtype_object": "a ValueError",
    "check_sample_weight_equivalence_on_dense_data": "draws depend on the weights, as in theirs",
}


@pytest.mark.filterwarnings("ignore")
def test_scikit_learns_checks():
    pytest.importorskip("sklearn", minversion="1.9")
    from sklearn.utils.estimator_checks import check_estimator

    before = np.random.get_state()  # noqa: NPY002
    results = check_estimator(
        KMeans(), expected_failed_checks=NOT_WANTED, on_fail=None, on_skip=None
    )
    np.random.set_state(before)  # noqa: NPY002
    failed = {r["check_name"] for r in results if r["status"] == "failed"}
    assert failed == set()
    assert len(results) > 40
