"""What the steps of a tour point at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qtpy.QtWidgets import QWidget

from napari_kmeans_quantizer.plugin.views import views

from .step import RIGHT, Place

if TYPE_CHECKING:
    from collections.abc import Callable

    from napari_kmeans_quantizer.plugin.widget import QuantizerWidget


def _part(name: str) -> Place:
    return Place(lambda widget: widget.native.findChild(QWidget, name))


def _button(text: str) -> Place:
    return Place(lambda widget: widget.buttons.buttons[text])


def _view(title: str, open_: Callable[[QuantizerWidget], object], below: float) -> Place:
    return Place(lambda widget: widget.view(title), RIGHT, open_, below)


def _colors(widget: Any) -> QWidget | None:
    line: QWidget | None = widget.n_colors.native.parentWidget()
    return line


def _palette(widget: Any) -> QWidget | None:
    view: QWidget | None = widget.palette_view
    return view


def _canvas(widget: QuantizerWidget) -> QWidget | None:
    window: Any = widget.native.window()
    return window.centralWidget() if hasattr(window, "centralWidget") else None


CANVAS = Place(_canvas, RIGHT, below=0.4)
CONTROLS = _part("rows")
COLORS = Place(_colors)
PALETTE = Place(_palette)
SUMMARY = _part("status")
EXPORT, MORE = _button("Export"), _button("More")
COLOR_SPACE = _view(views.COLOR_SPACE, lambda widget: widget.open_color_space(), 0.54)
PIXELS = _view(views.PIXELS, lambda widget: widget.open_pixels(), 0.4)
EXPLORE = _view(views.EXPLORE, lambda widget: widget.open_explore(), 0.4)
VIEWS = (views.COLOR_SPACE, views.PIXELS, views.EXPLORE, views.SHARES, views.MEASURE)
