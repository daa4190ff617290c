"""The search for the best of given colors, beside naive versions of its kernels."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import reference
from napari_kmeans_quantizer.core.color_table import ColorTable
from napari_kmeans_quantizer.core.search import chosen
from napari_kmeans_quantizer.core.search.efforts import EFFORTS
from weighted import blobs, inertia


def problem(seed, n=200, n_candidates=20, D=3):
    rng = np.random.default_rng(seed)
    colors, counts = blobs(n, D, seed)
    candidates = colors[rng.choice(n, n_candidates, replace=False)] + rng.normal(size=D)
    return chosen._Problem(np.ascontiguousarray(colors.T), counts, candidates)


def error(problem, rows):
    return inertia(problem.points.T, problem.weights, problem.candidates[rows])


def greedily(problem, n_colors):
    """Add what lowers the inertia most, one after another."""
    rows = []
    for _ in range(n_colors):
        others = [j for j in range(len(problem.candidates)) if j not in rows]
        rows.append(min(others, key=lambda j: error(problem, [*rows, j])))
    return rows


def best_swap(problem, rows):
    """Return the inertia after the best of all swaps."""
    others = set(range(len(problem.candidates))) - set(rows)
    swaps = itertools.product(range(len(rows)), others)
    return min(error(problem, [*rows[:k], j, *rows[k + 1 :]]) for k, j in swaps)


@pytest.mark.parametrize("D", [1, 3, 5])
@pytest.mark.parametrize("n_colors", [1, 2, 7, 20])
def test_greedy(n_colors, D):
    some = problem(n_colors, D=D)
    assert chosen._greedy(some, n_colors).tolist() == greedily(some, n_colors)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("n_colors", [2, 5, 19])
def test_no_swap_is_left_that_helps(n_colors, seed):
    some = problem(seed)
    start = np.arange(n_colors)
    rows, found = chosen._swapped(some, start)
    assert len(set(rows.tolist())) == n_colors
    assert start.tolist() == list(range(n_colors)), "the start is left alone"
    assert found == pytest.approx(error(some, rows))
    assert found <= error(some, start)
    assert best_swap(some, rows.tolist()) >= found * (1 - 1e-8)


def test_each_center_gets_a_candidate_of_its_own():
    some = problem(0)
    centers = np.zeros((5, 3))
    rows = chosen._near(some, centers, 6)
    assert len(set(rows.tolist())) == 6
    nearest = reference.squared_distances(some.candidates, centers[:1])[:, 0].argsort()[:5]
    assert set(nearest.tolist()) <= set(rows.tolist())


def test_a_third_is_replaced():
    some, rows = problem(0), np.arange(6)
    shaken = chosen._shaken(some, rows, np.random.default_rng(0))
    assert len(set(shaken.tolist())) == 6
    assert (shaken != rows).sum() == 2


def test_large_tables_are_merged_first():
    colors, counts = blobs(20_000, 3)
    candidates = colors[::10]
    table = ColorTable(colors, counts.astype(np.int64))
    coarse, fine = chosen._problems(candidates, table, 8)
    assert coarse.points.shape[1] * len(candidates) <= chosen.PAIRS
    assert fine.points.shape[1] * len(candidates) <= chosen.MOST_PAIRS
    assert coarse.weights.sum() == fine.weights.sum() == counts.sum()
    rng = np.random.default_rng(0)
    rows = chosen.best_of(candidates, table, None, 8, EFFORTS["fast"], rng)
    assert rows.tolist() == sorted(set(rows.tolist()))
    assert inertia(colors, counts, candidates[rows]) < inertia(colors, counts, candidates[::250])
