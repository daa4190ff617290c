from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from napari_kmeans_quantizer.plugin.models import history as module
from napari_kmeans_quantizer.plugin.models.history import History


def state(n_bytes=8):
    made = SimpleNamespace(labels=np.zeros(n_bytes, np.uint8), image=np.zeros(0))
    return SimpleNamespace(fitted=made, result=made)


def test_back_and_forth():
    first, second, third = state(), state(), state()
    history = History()
    assert (history.can_undo, history.can_redo) == (False, False)
    assert history.undo(first) is None
    assert history.redo(first) is None
    history.add(first)
    history.add(second)
    assert history.undo(third) is second
    assert history.undo(second) is first
    assert (history.can_undo, history.can_redo) == (False, True)
    assert history.redo(first) is second
    assert history.redo(second) is third
    assert (history.can_undo, history.can_redo) == (True, False)


def test_after_something_new_there_is_nothing_to_redo():
    first, second, other = state(), state(), state()
    history = History()
    history.add(first)
    history.undo(second)
    history.add(first)
    assert not history.can_redo
    assert history.undo(other) is first


def test_the_oldest_are_forgotten_when_pictures_are_large(monkeypatch):
    monkeypatch.setattr(module, "MOST_BYTES", 100)
    history, small, large = History(), [state(10) for _ in range(20)], [state(90), state(90)]
    for one in small:
        history.add(one)
    now, n_undone = state(), 0
    while history.can_undo:
        now = history.undo(now)
        n_undone += 1
    assert n_undone == 10
    history = History()
    for one in (*small, *large):
        history.add(one)
    assert history.undo(now) is large[1]  # two can always be undone
    assert history.undo(now) is large[0]
    assert not history.can_undo


def test_pixels_that_states_share_count_once(monkeypatch):
    monkeypatch.setattr(module, "MOST_BYTES", 100)
    shared, history = state(90), History()
    for _ in range(50):
        history.add(SimpleNamespace(fitted=shared.fitted, result=shared.result))
    assert all(history.undo(shared) is not None for _ in range(50))


def test_so_many_can_be_undone():
    history, now = History(), state()
    for _ in range(150):
        history.add(now)
    n_undone = 0
    while history.undo(now) is not None:
        n_undone += 1
    assert n_undone == module.MOST
