"""The error over the number of colors, as a curve to choose from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from qtpy.QtCore import QSize, Qt, Signal  # type: ignore[attr-defined]
from qtpy.QtWidgets import (
    QComboBox,
    QLabel,
    QPushButton,
    QSpinBox,
    QStackedWidget,
    QWidget,
)
from superqt import QElidingLabel

from napari_kmeans_quantizer.core.files.tables import write_table
from napari_kmeans_quantizer.core.files.writing import write_file
from napari_kmeans_quantizer.plugin.views.files import (
    PNG,
    SVG,
    TABLES,
    proposed_name,
    save_as,
)
from napari_kmeans_quantizer.plugin.views.parts import (
    arrange,
    describe,
    in_flow,
    save_button,
    together,
)

from .plot import draw_curve, draw_marker, draw_suggested

if TYPE_CHECKING:
    import os

    from matplotlib.axes import Axes
    from matplotlib.backend_bases import Event, KeyEvent, MouseEvent
    from matplotlib.lines import Line2D
    from numpy.typing import NDArray

    from napari_kmeans_quantizer.plugin.models.exploration import Curve
    from napari_kmeans_quantizer.plugin.views.plot import Theme

MAX_COLORS = 64
BUTTONS = 56  # pixels
NEAR = 12.0  # pixels; how far beside a marker a click still means it
ARRANGEMENTS = {"stack": "stack", "grid": "grid"}


class ExploreView(QWidget):
    """Ask for a range of K, show the errors, and let the user choose one.

    Parameters
    ----------
    parent : QWidget, optional
        What the view belongs to.

    Attributes
    ----------
    explore_requested : Signal(int, int, str)
        "Explore" was pressed: first and last K, and "stack" or "grid".
    n_colors_chosen : Signal(int)
        A K was chosen on the curve, by the mouse or by the keyboard.
    first, last : QSpinBox
        The range of K; the first is always less than the last.
    arrangement : QComboBox
        How the pictures are to be shown; its data are "stack" and "grid".
    compute, save, save_picture : QPushButton
        "Explore", "Save table ..." and "Save picture ...".
    shown_curve : Curve or None
        What is shown.
    """

    explore_requested = Signal(int, int, str)
    n_colors_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.shown_curve: Curve | None = None
        self._n_colors: NDArray[np.int64] = np.zeros(0, np.int64)
        self._errors: NDArray[np.float64] = np.zeros(0)
        self._psnr: NDArray[np.float64] = np.zeros(0)
        self._suggested: int | None = None
        self._chosen: int | None = None
        self._marker: Line2D | None = None
        self._name = ""
        self._make_controls()
        self._make_plot()
        self._arrange()
        self._connect()
        self._on_range()

    def _make_controls(self) -> None:
        self.first = _spin_box(1, MAX_COLORS - 1, 2, "First number of colors to try")
        self.last = _spin_box(2, MAX_COLORS, 10, "Last number of colors to try")
        self.arrangement = QComboBox()
        for name, text in ARRANGEMENTS.items():
            self.arrangement.addItem(text, name)
        describe(
            self.arrangement,
            "Arrangement",
            "How the pictures of all K are shown: as a stack with a slider for K, or side by side",
        )
        self.compute = QPushButton("Explore")
        describe(self.compute, "Explore", "Quantize the image with every K of the range")
        self.save = save_button("table", "Save the curve as a table: K, mse, psnr")
        self.save_picture = save_button("picture", "Save the curve as a picture, PNG or SVG")

    def _make_plot(self) -> None:
        from napari_kmeans_quantizer.plugin.views.plot import (
            PlotCanvas,  # matplotlib takes a while: not before it is needed
        )

        self._canvas = PlotCanvas(self)
        self._canvas.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        describe(
            self._canvas,
            "Mean squared error over the number of colors",
            "Click a point to use that K; the left and right keys move it",
        )
        self._hint = QLabel()
        self._hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._hint.setWordWrap(True)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._hint)
        self._pages.addWidget(self._canvas)
        self._status = QElidingLabel()
        self._status.setAccessibleName("Error of the number of colors")

    def _arrange(self) -> None:
        controls = in_flow(
            (
                together(QLabel("K from"), self.first, QLabel("to"), self.last),
                together(QLabel("Show as"), self.arrangement),
                self.compute,
                self.save,
                self.save_picture,
            )
        )
        arrange(self, controls, self._pages, self._status)

    def _connect(self) -> None:
        self.first.valueChanged.connect(self._on_range)
        self.last.valueChanged.connect(self._on_range)
        self.compute.clicked.connect(self._on_compute)
        self.save.clicked.connect(self._on_save)
        self.save_picture.clicked.connect(self._on_save_picture)
        self._canvas.restyled.connect(self._draw)
        self._canvas.mpl_connect("button_press_event", self._on_press)
        self._canvas.mpl_connect("motion_notify_event", self._on_move)
        self._canvas.mpl_connect("figure_leave_event", self._on_leave)
        self._canvas.mpl_connect("key_press_event", self._on_key)

    # -- what is told

    def show_curve(self, curve: Curve, chosen: int | None = None) -> None:
        """Show the errors of a range of K, and the one in use; see `Curve`."""
        self.shown_curve = curve
        self._n_colors = np.asarray(curve.n_colors, np.int64)
        self._errors = np.asarray(curve.errors, np.float64)
        self._psnr = np.asarray(curve.psnr, np.float64)
        self._suggested, self._chosen, self._name = curve.suggested, chosen, curve.name
        self._pages.setCurrentWidget(self._canvas)
        self._allow_saving(True)
        self._draw()
        self._tell(chosen)

    def clear(self, name: str = "") -> None:
        """Show that an image was not explored yet.

        Parameters
        ----------
        name : str, optional
            Of the image.
        """
        self._n_colors = np.zeros(0, np.int64)
        self._errors = self._psnr = np.zeros(0)
        self.shown_curve = None
        self._suggested = self._chosen = self._marker = None
        self._name = name
        self._pages.setCurrentWidget(self._hint)
        self._allow_saving(False)
        self._on_range()
        self._status.setText("")

    def _allow_saving(self, allowed: bool) -> None:
        for button in (self.save, self.save_picture):
            button.setEnabled(allowed)

    def set_chosen(self, n_colors: int) -> None:
        """Mark the K in use; one that is not on the curve is remembered, and not shown."""
        self._chosen = n_colors
        self._mark()
        self._tell(n_colors)

    def set_busy(self, busy: bool) -> None:
        """Lock the controls while the image is explored, and unlock them after it."""
        for widget in (self.first, self.last, self.arrangement, self.compute):
            widget.setEnabled(not busy)
        self.compute.setText("Exploring ..." if busy else "Explore")

    def table(self) -> pd.DataFrame:
        """Return the curve as a table with columns K, mse and psnr."""
        return pd.DataFrame({"K": self._n_colors, "mse": self._errors, "psnr": self._psnr})

    def save_csv(self, path: str | os.PathLike[str]) -> None:
        """Save the table as .csv, .tsv or .json: wholly, or leave the file that was there."""
        write_table(path, self.table(), overwrite=True)

    def save_plot(self, path: str | os.PathLike[str]) -> None:
        """Save the curve, dark on white, as .png or .svg: wholly, or leave what was there."""
        from napari_kmeans_quantizer.plugin.views.plot import picture_bytes

        write_file(path, picture_bytes(self._draw_into, Path(path).suffix), overwrite=True)

    # -- drawing

    def _draw(self) -> None:
        if self.shown_curve is not None:  # a new theme comes at any time
            self._marker = self._draw_into(self._canvas.axes(), self._canvas.theme())
            self._canvas.draw_idle()

    def _draw_into(self, axes: Axes, theme: Theme) -> Line2D:
        """Draw the curve; return the marker of the chosen K."""
        draw_curve(axes, theme, self._n_colors, self._errors)
        if self._suggested is not None:
            draw_suggested(axes, theme, self._suggested)
        marker = draw_marker(axes, theme)
        marker.set_data(*self._chosen_point())
        return marker

    def _chosen_point(self) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        chosen = self._n_colors == self._chosen
        return self._n_colors[chosen], self._errors[chosen]

    def _mark(self) -> None:
        if self._marker is not None:
            self._marker.set_data(*self._chosen_point())
            self._canvas.draw_idle()

    def _tell(self, n_colors: int | None) -> None:
        (found,) = np.nonzero(self._n_colors == n_colors)
        text = "Click a point to use that K."
        if found.size:
            text = f"K = {n_colors}: MSE {self._errors[found[0]]:.4g}"
            text += f", {self._psnr[found[0]]:.1f} dB".replace("inf", "∞")
        self._status.setText(f"{self._name}: {text}" if self._name else text)
        self._status.setToolTip("")

    # -- what the user does

    def _on_range(self) -> None:
        first, last = self.first.value(), self.last.value()
        if first >= last and self.sender() is self.last:
            self.first.setValue(last - 1)
        elif first >= last:
            self.last.setValue(first + 1)
        first, last = self.first.value(), self.last.value()
        on = f'"{self._name}"' if self._name else "the image"
        self._hint.setText(f"Press Explore: K = {first}..{last} are tried on {on}.")

    def _on_compute(self) -> None:
        for box in (self.first, self.last):
            box.interpretText()  # where buttons take no focus, what was typed is still text
        self.explore_requested.emit(
            self.first.value(), self.last.value(), self.arrangement.currentData()
        )

    def _on_save(self) -> None:
        name = proposed_name(self._name, "errors.csv")
        save_as(self, self.save_csv, "Save table", name, TABLES, self._say)

    def _on_save_picture(self) -> None:
        name = proposed_name(self._name, "errors.png")
        save_as(self, self.save_plot, "Save picture", name, [PNG, SVG], self._say)

    def _say(self, message: str) -> None:
        self._status.setText(message)
        self._status.setToolTip(message)

    def _on_press(self, event: MouseEvent) -> None:
        n_colors = self._pointed(event)
        if event.button == 1 and n_colors is not None:
            self._choose(n_colors)

    def _on_move(self, event: MouseEvent) -> None:
        pointed = self._pointed(event)
        self._tell(self._chosen if pointed is None else pointed)

    def _on_leave(self, _: Event) -> None:
        self._tell(self._chosen)

    def _on_key(self, event: KeyEvent) -> None:
        step = {"left": -1, "right": 1}.get(event.key or "")
        if step is None or not len(self._n_colors):
            return
        start = self._suggested if self._chosen is None else self._chosen
        nearest = int(np.abs(self._n_colors - (start or 0)).argmin())
        # From a K beside the curve, or from none, the first key enters the curve.
        index = nearest + (step if self._n_colors[nearest] == self._chosen else 0)
        if 0 <= index < len(self._n_colors):
            self._choose(int(self._n_colors[index]))

    def _choose(self, n_colors: int) -> None:
        self.set_chosen(n_colors)
        self.n_colors_chosen.emit(n_colors)

    def _pointed(self, event: MouseEvent) -> int | None:
        """Return the K whose marker or column is under the mouse."""
        if self._marker is None or self._marker.axes is None:
            return None
        points = np.column_stack([self._n_colors, self._errors])
        x, y = (self._marker.axes.transData.transform(points) - (event.x, event.y)).T
        near = NEAR * self._canvas.device_pixel_ratio
        nearest = int(np.abs(x).argmin() if event.inaxes else np.hypot(x, y).argmin())
        if event.inaxes or np.hypot(x, y)[nearest] <= near:
            return int(self._n_colors[nearest])
        return None


class NumberBox(QSpinBox):
    """A spin box as wide as two digits and napari's buttons on both sides of them."""

    def sizeHint(self) -> QSize:  # noqa: N802
        """Return more width than Qt knows of: its buttons lie one above the other."""
        return QSize(self.fontMetrics().horizontalAdvance("00") + BUTTONS, self._height())

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Return the same."""
        return self.sizeHint()

    def _height(self) -> int:
        return super().sizeHint().height()


def _spin_box(low: int, high: int, value: int, description: str) -> QSpinBox:
    box = NumberBox()
    box.setRange(low, high)
    box.setValue(value)
    # Of "20", the "2" alone must not push the other end of the range away.
    box.setKeyboardTracking(False)
    describe(box, description, f"{description}, {low} to {high}")
    return box
