"""Palettes, and what is seen of them in the palette's list."""

from __future__ import annotations

import numpy as np
from qtpy.QtCore import QPoint
from seen import pixels

from napari_kmeans_quantizer import Palette

COLORS = np.array([[200, 0, 0], [0, 200, 0], [0, 0, 200], [190, 10, 0]], np.uint8)
RGB = Palette(COLORS, [5000, 3000, 1990, 10])


def make_palette(n_colors, seed=0):
    rng = np.random.default_rng(seed)
    counts = np.sort(rng.integers(1, 10_000, n_colors))[::-1]
    return Palette(rng.random((n_colors, 3)), counts)


def middle(view, row):
    return view._list.visualRect(view._model.index(row)).center()


def actions(menu):
    return {action.text(): action for action in menu.actions() if action.text()}


def trigger(view, index, *path):
    menu = inner = view.context_menu(index)
    for text in path[:-1]:
        inner = actions(inner)[text].menu()
    actions(inner)[path[-1]].trigger()
    menu.deleteLater()


def picture(view, row):
    """Return the pixels of a row as painted, (height, width, 3)."""
    rect = view._list.visualRect(view._model.index(row))
    rect.translate(view._list.viewport().mapTo(view, QPoint(0, 0)))
    return pixels(view, rect).astype(int)


def n_pixels(view, row, color):
    return int((picture(view, row) == color).all(axis=2).sum())
