"""Palettes, and what is seen of them in the palette's list."""

from __future__ import annotations

import numpy as np
from qtpy.QtCore import QPoint, QRect
from qtpy.QtWidgets import QStyleOptionViewItem
from seen import pixels

from napari_kmeans_quantizer import Palette
from napari_kmeans_quantizer.core.measurement import Measurement
from napari_kmeans_quantizer.plugin.views.palette.rows import columns

COLORS = np.array([[200, 0, 0], [0, 200, 0], [0, 0, 200], [190, 10, 0]], np.uint8)
RGB = Palette(COLORS, [5000, 3000, 1990, 10])


def make_palette(n_colors, seed=0):
    rng = np.random.default_rng(seed)
    counts = np.sort(rng.integers(1, 10_000, n_colors))[::-1]
    return Palette(rng.random((n_colors, 3)), counts)


def measured(palette, pixel_size=None, unit="", names=None, background=()):
    """Return what an image tells of its palette."""
    names = names or palette.names or ("",) * len(palette)
    counts, hexes = palette.counts.reshape(1, 1, -1), tuple(palette.hex)
    marks = {"pixel_size": pixel_size, "unit": unit, "background": frozenset(background)}
    return Measurement("photo", counts, hexes, tuple(names), **marks)


def named(*names, background=(), colors=None):
    """Return what to show of the four colors with these names."""
    palette = RGB if colors is None else colors
    return {"palette": palette, "measured": measured(palette, 0.5, "µm²", names, background)}


def middle(view, row):
    return view._list.visualRect(view._model.index(row)).center()


def name_place(view, row):
    """Return the rectangle of a name, None where the column is left out."""
    option = QStyleOptionViewItem()
    view._list.initViewItemOption(option)
    option.rect = view._list.visualRect(view._model.index(row))
    place = columns(option, view._model.content).get("name")
    return place and QRect(place[0], option.rect.top(), place[1], option.rect.height())


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
