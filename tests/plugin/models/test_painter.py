"""Clusters block by block: what is read for them, what is kept, and what is told ahead."""

from __future__ import annotations

import numpy as np
import pytest
from pictures import run_steps, state_of
from pyramids import Pyramid, picture

from napari_kmeans_quantizer import quantize
from napari_kmeans_quantizer.plugin.models.painter import _Kept
from napari_kmeans_quantizer.plugin.models.settings import Settings

pytestmark = pytest.mark.usefixtures("little_memory")

PHOTO = picture()
PART = (slice(32, 64), slice(64, 96))


def painter_of(pyramid, **settings):
    painter = state_of(pyramid.layer(), Settings(4, **settings)).painter
    pyramid.reads.clear()
    return painter


def test_a_block_is_read_once_and_as_quantize_labels_it():
    pyramid = Pyramid(PHOTO)
    state = state_of(pyramid.layer(), Settings(4))
    pyramid.reads.clear()
    ids = [state.painter.ids(state.painter.levels[0], PART) for _ in range(2)]
    assert [(level, place[:2]) for level, place, _ in pyramid.reads] == [(0, (1, 2))]
    whole = quantize(PHOTO, palette=state.fitted.palette)
    np.testing.assert_array_equal(ids[0], whole.labels[PART] + 1)
    assert ids[1] is ids[0]
    assert not ids[0].flags.writeable


def test_nothing_is_read_of_other_blocks_or_levels():
    pyramid = Pyramid(PHOTO)
    painter = painter_of(pyramid)
    painter.ids(painter.levels[1], (slice(0, 32), slice(0, 32)))
    assert dict(pyramid.n_read) == {1: 1}


def test_what_is_about_to_be_seen_is_painted_ahead():
    pyramid = Pyramid(PHOTO)
    source = pyramid.layer()
    painter = state_of(source, Settings(4)).painter
    source.corner_pixels = np.array([[10, 40], [20, 70]])
    source.data_level = 0
    pyramid.reads.clear()
    told, _ = run_steps(painter.ahead())
    assert {place[:2] for level, place, _ in pyramid.reads if level == 0} == {(0, 1), (0, 2)}
    assert pyramid.n_read[2] == pyramid.n_blocks(2)  # the thumbnail
    assert [step.fraction for step in told] == sorted({step.fraction for step in told})


def test_of_a_long_stack_nothing_is_painted_ahead():
    pyramid = Pyramid(np.zeros((70, 16, 16), np.uint8), n_levels=1, n_spatial=3)
    painter = state_of(pyramid.plain(rgb=False), Settings(1)).painter
    pyramid.reads.clear()
    assert run_steps(painter.ahead()) == ([], None)
    assert not pyramid.reads


def test_no_more_is_kept_than_there_is_room_for():
    kept = _Kept(100)
    for i in range(20):
        kept.add(i, np.zeros(30, np.uint8))
    assert [i for i in range(20) if kept.get(i) is not None] == [17, 18, 19]
    kept.get(17)
    kept.add(20, np.zeros(30, np.uint8))  # 18 was looked at longest ago
    assert [i for i in range(21) if kept.get(i) is not None] == [17, 19, 20]
