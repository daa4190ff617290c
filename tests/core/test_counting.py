"""How often each cluster occurs: in labels, frames and regions, against loops."""

from __future__ import annotations

import numpy as np
import pytest

from napari_kmeans_quantizer.core import counting
from napari_kmeans_quantizer.core.counting import (
    CHUNK,
    Region,
    frame_counts,
    label_counts,
    labeled_counts,
    labeled_steps,
    region_counts,
)

RNG = np.random.default_rng(0)
LABELS = RNG.integers(0, 5, (3, 20, 30)).astype(np.uint8)
MASK = RNG.random(LABELS.shape) < 0.6
LABELS[~MASK] = 0


def run_steps(steps):
    """Return what steps yield, and what they return."""
    told = []
    while True:
        try:
            told.append(next(steps))
        except StopIteration as stop:
            return told, stop.value


def count(where, t=slice(None)):
    """Return the counts of the five labels where something is so."""
    return [int((LABELS[t][where[t]] == k).sum()) for k in range(5)]


@pytest.mark.parametrize("size", [0, 1, 2, 7, 2 * CHUNK + 3])
@pytest.mark.parametrize(("dtype", "n_colors"), [(np.uint8, 1), (np.uint8, 256), (np.uint16, 300)])
def test_labels_are_counted_in_pieces(size, dtype, n_colors):
    labels = RNG.integers(0, n_colors, size).astype(dtype)
    expected = np.bincount(labels, minlength=n_colors)
    assert np.array_equal(label_counts(labels, n_colors), expected)
    assert np.array_equal(label_counts(np.repeat(labels, 2)[::2], n_colors), expected)


def test_frames_count_what_takes_part():
    assert [list(row) for row in frame_counts(LABELS, MASK, 5)] == [
        count(MASK, t) for t in range(3)
    ]


@pytest.mark.parametrize("by_frame", [False, True])
def test_regions_may_overlap_and_reach_over_some_frames(by_frame):
    boxes = [(slice(0, 3), slice(2, 9), slice(0, 30)), (slice(1, 2), slice(0, 20), slice(5, 6))]
    insides = [RNG.random((7, 30)) < 0.5, RNG.random((1, 20, 1)) < 0.5]
    regions = [Region("", box, inside) for box, inside in zip(boxes, insides, strict=True)]
    counts = region_counts(LABELS, MASK, 5, regions, by_frame)
    assert counts.shape == (2, 3 if by_frame else 1, 5)
    for row, box, inside in zip(counts, boxes, insides, strict=True):
        where = np.zeros(LABELS.shape, bool)
        where[box] = inside
        where &= MASK
        frames = range(3) if by_frame else [slice(None)]
        assert row.tolist() == [count(where, t) for t in frames]


@pytest.mark.parametrize("by_frame", [False, True])
@pytest.mark.parametrize("mask", [None, MASK])
def test_labels_are_regions(by_frame, mask):
    ids = np.broadcast_to(RNG.choice([0, 3, 70_000, -2], (20, 30)), LABELS.shape)
    found, counts = labeled_counts(LABELS, mask, 5, ids, by_frame)
    assert found == [-2, 3, 70_000]
    for own, row in zip(found, counts, strict=True):
        where = (ids == own) if mask is None else (ids == own) & MASK
        frames = range(3) if by_frame else [slice(None)]
        assert row.tolist() == [count(where, t) for t in frames]


def test_no_label_is_no_region():
    found, counts = labeled_counts(LABELS, None, 5, np.zeros_like(LABELS), by_frame=False)
    assert (found, counts.shape) == ([], (0, 1, 5))


@pytest.mark.parametrize("by_frame", [False, True])
def test_labels_are_counted_slab_by_slab(by_frame, monkeypatch):
    monkeypatch.setattr(counting, "SLAB", 600)
    ids = RNG.integers(0, 4, LABELS.shape)
    told, (found, counts) = run_steps(labeled_steps(LABELS, MASK, 5, ids, by_frame, known=[2, 9]))
    assert told == sorted(told)
    assert len(told) == 6
    assert found == [1, 2, 3, 9]
    assert not counts[-1].any()
    alone = labeled_counts(LABELS, MASK, 5, ids, by_frame)
    assert (alone[0], alone[1].tolist()) == ([1, 2, 3], counts[:-1].tolist())
