"""The share of every color in frames or layers, as a plot and as a table."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from qtpy.QtCore import QModelIndex, Qt, Signal  # type: ignore[attr-defined]
from qtpy.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QBoxLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSplitter,
    QStackedWidget,
    QTableView,
    QWidget,
)
from superqt import QElidingLabel

from napari_kmeans_quantizer.plugin.models.shares import Shares, check
from napari_kmeans_quantizer.plugin.views.files import CSV, PNG, SVG, save_as, write_file
from napari_kmeans_quantizer.plugin.views.parts import arrange

from .plot import cell_at, draw_areas, draw_bars
from .table import SWATCH, SharesModel

if TYPE_CHECKING:
    import os

    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.backend_bases import Event, MouseEvent
    from matplotlib.figure import Figure
    from qtpy.QtGui import QResizeEvent

    from napari_kmeans_quantizer.plugin.views.plot import Theme

ROW = 3.0  # height of a row of bars, in heights of text
MAX_HEIGHT = 30_000  # pixels; pictures cannot be much higher
NOTHING = Shares("", "frames", [], [], np.zeros((0, 0)))
WIDE = 400  # pixels; from here on, plot and table are readable beside each other


class SharesView(QWidget):
    """Show how the shares of the colors differ between frames or layers.

    Parameters
    ----------
    parent : QWidget, optional
        What the view belongs to.

    Attributes
    ----------
    frame_clicked : Signal(int)
        A frame was clicked in the plot, or activated in the table: its row.
    save, save_picture, copy : QPushButton
        "Save CSV ...", "Save plot ..." and "Copy".
    """

    frame_clicked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._data = NOTHING
        self._make_controls()
        self._make_plot()
        self._make_table()
        self._arrange()
        self._connect()

    def _make_controls(self) -> None:
        self.save = QPushButton("Save CSV ...")
        self.save_picture = QPushButton("Save plot ...")
        self.copy = QPushButton("Copy")
        for button, name, tooltip in (
            (self.save, "Save CSV", "Save the shares as a table"),
            (self.save_picture, "Save plot", "Save the plot as a picture, PNG or SVG"),
            (self.copy, "Copy", "Copy the shares, to paste them into a spreadsheet"),
        ):
            button.setAccessibleName(name)
            button.setToolTip(tooltip)
            button.setEnabled(False)

    def _make_plot(self) -> None:
        from napari_kmeans_quantizer.plugin.views.plot import (
            PlotCanvas,  # matplotlib takes a while: not before it is needed
        )

        self._title = QElidingLabel()
        self._title.setAccessibleName("Title")
        self._canvas = PlotCanvas(self)
        self._canvas.setAccessibleName("Plot of the shares")
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the table below tells the same
        self._scroll.setWidget(self._canvas)
        self._scroll.setMinimumSize(140, 80)
        self._status = QElidingLabel()
        self._status.setAccessibleName("Share under the mouse")

    def _make_table(self) -> None:
        self._model = SharesModel(self)
        self._table = cast("Any", QTableView())  # by its stubs it may lack headers
        self._table.setModel(self._model)
        self._table.setAccessibleName("Table of the shares")
        self._table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self._table.setTabKeyNavigation(False)  # Tab leads on to the buttons
        self._table.setMinimumSize(120, 50)
        self._table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignCenter)
        # The one part of a table that napari's themes leave as it is.
        self._table.setStyleSheet("QTableCornerButton::section {background: transparent;}")
        names = self._table.verticalHeader()
        names.setMaximumWidth(110)
        names.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        names.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)

    def _arrange(self) -> None:
        self._splitter = QSplitter()
        self._splitter.setChildrenCollapsible(False)
        self._splitter.addWidget(self._scroll)
        self._splitter.addWidget(self._table)
        hint = QLabel("No shares to show yet.")
        hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._pages = QStackedWidget()
        self._pages.addWidget(hint)
        self._pages.addWidget(self._splitter)
        buttons = QHBoxLayout()
        buttons.setSpacing(4)
        buttons.addStretch(1)
        for button in (self.save, self.save_picture, self.copy):
            buttons.addWidget(button)
        self._head = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._head.addWidget(self._title, 1)
        self._head.addLayout(buttons)
        arrange(self, self._head, self._pages, self._status)

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802
        """Put plot and table beside each other where the view is wide, else one below the other."""
        super().resizeEvent(event)
        wide, directions = self.width() > WIDE, QBoxLayout.Direction
        side = Qt.Orientation.Horizontal if wide else Qt.Orientation.Vertical
        if side != self._splitter.orientation():
            self._head.setDirection(directions.LeftToRight if wide else directions.TopToBottom)
            self._splitter.setOrientation(side)
            self._splitter.setSizes([1000, 1000] if wide else [1200, 800])  # they are scaled

    def _connect(self) -> None:
        self.save.clicked.connect(self._on_save)
        self.save_picture.clicked.connect(self._on_save_picture)
        self.copy.clicked.connect(self._on_copy)
        self._table.activated.connect(self._on_activated)
        self._canvas.restyled.connect(self._draw)
        self._canvas.mpl_connect("button_press_event", self._on_press)
        self._canvas.mpl_connect("motion_notify_event", self._on_move)
        self._canvas.mpl_connect("figure_leave_event", self._on_leave)
        self._canvas.mpl_connect("resize_event", self._on_resize)

    # -- what is told

    def show_shares(self, data: Shares) -> None:
        """Show the shares of K colors in n frames, as areas, or in n layers, as bars.

        Raises
        ------
        ValueError
            If the kind is unknown, there are no rows, or the shapes do not fit each other.
        """
        check(data)
        self._show(data)
        self._pages.setCurrentWidget(self._splitter)
        self._draw()

    def clear(self) -> None:
        """Show that there are no shares."""
        self._show(NOTHING)
        self._pages.setCurrentIndex(0)

    def _show(self, data: Shares) -> None:
        self._data = data
        self._title.setText(data.title)
        self._title.setToolTip(data.title)
        self._status.setText("")
        self._model.set_data(data)
        self._fit_table()
        for button in (self.save, self.save_picture, self.copy):
            button.setEnabled(bool(data.names))

    def table(self) -> pd.DataFrame:
        """Return the shares, one named row per frame or layer and one column per color.

        The columns are the hex values; of colors displayed alike, the second is
        ``#rrggbb (2)``.
        """
        return self._data.frame()

    def save_csv(self, path: str | os.PathLike[str]) -> None:
        """Save all numbers as a table: wholly, or leave the file that was there.

        The file is UTF-8 text with commas, one line per frame or layer below a line of column
        names, numbers with a point and in full precision; ``pandas.read_csv(path, index_col=0)``
        reads it:

        ``frame`` or ``layer``
            Name of the row.
        the label of the positions
            Position of the frame; only if positions were given.
        ``#rrggbb share``, one for each color
            Share of the pixels, 0..1.
        ``#rrggbb pixels``, one for each color
            Number of pixels; only if counts were given.
        """
        write_file(path, self._data.full_frame().to_csv(lineterminator="\n").encode())

    def save_plot(self, path: str | os.PathLike[str]) -> None:
        """Save the plot, dark on white, as .png or .svg: wholly, or leave what was there."""
        from napari_kmeans_quantizer.plugin.views.plot import picture_bytes

        write_file(path, picture_bytes(self._draw_into, Path(path).suffix))

    # -- drawing

    def _draw(self) -> None:
        if not self._data.names:  # a new theme comes at any time
            return
        height = self._canvas.fontMetrics().height() * ROW * (len(self._data.names) + 1)
        height = min(height, MAX_HEIGHT) if self._data.kind == "layers" else 0
        self._canvas.setMinimumHeight(max(120, round(height)))
        self._draw_into(self._canvas.axes(), self._canvas.theme())
        self._canvas.draw_idle()

    def _draw_into(self, axes: Axes, theme: Theme) -> None:
        axes.set_axisbelow(False)  # the ticks must not vanish under the colors
        if self._data.kind == "frames":
            draw_areas(axes, self._data)
        else:
            # The figure's width in pixels, if its font were the canvas's.
            width = cast("Figure", axes.figure).get_figwidth() * 72
            width *= self._canvas.theme().font_size / theme.font_size
            draw_bars(axes, self._data, theme, partial(self._elided, round(0.85 * width)))

    def _elided(self, width: int, name: str) -> str:
        return self._canvas.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, width)

    def _fit_table(self) -> None:
        """Make all columns as wide as the widest header: asking each cell would take long."""
        metrics = self._table.horizontalHeader().fontMetrics()
        widest = max(self._data.columns, key=len, default="").replace("1", "d")
        width = metrics.horizontalAdvance(widest) + SWATCH + 26
        self._table.horizontalHeader().setDefaultSectionSize(width)
        self._table.verticalHeader().setDefaultSectionSize(metrics.height() + 8)

    # -- what the user does

    def _on_press(self, event: MouseEvent) -> None:
        row, _ = self._pointed(event)
        if event.button != 1 or row is None:
            return
        self._table.selectRow(row)
        self._table.scrollTo(self._model.index(row, 0))
        if self._data.kind == "frames":
            self.frame_clicked.emit(row)

    def _on_activated(self, index: QModelIndex) -> None:
        if self._data.kind == "frames":
            self.frame_clicked.emit(index.row())

    def _on_move(self, event: MouseEvent) -> None:
        row, column = self._pointed(event)
        told = "" if row is None or column is None else self._model.describe(row, column)
        self._status.setText(told)

    def _on_leave(self, _: Event) -> None:
        self._status.setText("")

    def _on_resize(self, _: Event) -> None:
        if self._data.names and self._data.kind == "layers":
            self._draw()  # longer names fit now, or no longer do

    def _pointed(self, event: MouseEvent) -> tuple[int | None, int | None]:
        """Return row and column under the mouse, each None if there is none."""
        if event.xdata is None or event.ydata is None or not self._data.names:
            return None, None
        return cell_at(self._data, event.xdata, event.ydata)

    def _on_save(self) -> None:
        tell = self._status.setText
        save_as(self, self.save_csv, "Save the shares", "shares.csv", [CSV], tell)

    def _on_save_picture(self) -> None:
        tell = self._status.setText
        save_as(self, self.save_plot, "Save the plot", "shares.png", [PNG, SVG], tell)

    def _on_copy(self) -> None:
        text = self._data.full_frame().to_csv(sep="\t", lineterminator="\n")
        clipboard = cast("Any", QApplication.clipboard())
        clipboard.setText(text)
        self._status.setText("Copied the table.")
