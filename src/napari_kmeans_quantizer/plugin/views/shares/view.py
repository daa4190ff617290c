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
    QComboBox,
    QLabel,
    QPushButton,
    QScrollArea,
    QSplitter,
    QStackedWidget,
    QWidget,
)
from superqt import QElidingLabel, QFlowLayout

from napari_kmeans_quantizer.core.files.writing import write_file
from napari_kmeans_quantizer.plugin.models.shares import Shares, check
from napari_kmeans_quantizer.plugin.views.files import (
    CSV,
    PNG,
    SVG,
    proposed_name,
    save_as,
)
from napari_kmeans_quantizer.plugin.views.parts import arrange, describe, save_button

from .plot import (
    cell_at,
    draw_areas,
    draw_bars,
    draw_legend,
    draw_lines,
    legend_width,
)
from .table import SWATCH, SharesModel, Table

if TYPE_CHECKING:
    import os

    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.backend_bases import Event, MouseEvent
    from matplotlib.figure import Figure
    from numpy.typing import NDArray
    from qtpy.QtGui import QResizeEvent

    from napari_kmeans_quantizer.plugin.views.plot import Theme

ROW = 3.0  # height of a row of bars, in heights of text
MAX_HEIGHT = 30_000  # pixels; pictures cannot be much higher
NOTHING = Shares("", "frames", [], [], np.zeros((0, 0)))
WIDE = 400  # pixels; from here on, plot and table are readable beside each other
TITLE = 260  # pixels, at most
NO_SHARES = "No shares to show yet."
COUNTING = "Counting ..."
AREAS, LINES = "areas", "lines"


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
    drawn_as : QComboBox
        Whether frames are drawn as "areas" or as "lines".
    save, save_picture, copy : QPushButton
        "Save table ...", "Save picture ..." and "Copy table".
    """

    frame_clicked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._data = NOTHING
        self._hidden: frozenset[str] = frozenset()
        self._make_controls()
        self._make_plot()
        self._make_table()
        self._arrange()
        self._connect()

    def _make_controls(self) -> None:
        self.drawn_as = QComboBox()
        self.drawn_as.addItems([AREAS, LINES])
        describe(self.drawn_as, "Style of the plot", "Draw frames as areas, or as lines")
        self.save = save_button("table", "Save the shares as a table")
        self.save_picture = save_button("picture", "Save the plot as a picture, PNG or SVG")
        self.copy = QPushButton("Copy table")
        describe(self.copy, "Copy table", "Copy the shares, to paste them into a spreadsheet")

    def _make_plot(self) -> None:
        from napari_kmeans_quantizer.plugin.views.plot import (
            PlotCanvas,  # matplotlib takes a while: not before it is needed
        )

        self._title = QLabel()
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
        self._table = cast("Any", Table())  # by its stubs it may lack headers
        self._table.setModel(self._model)
        describe(
            self._table,
            "Table of the shares",
            "Click the name of a color, or press H, to hide it in the plot",
        )
        self._table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self._table.setTabKeyNavigation(False)  # Tab leads on to the buttons
        self._table.setMinimumSize(120, 50)
        self._table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignCenter)
        self._table.horizontalHeader().setSectionsClickable(True)
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
        self._hint = QLabel(NO_SHARES)
        self._hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._hint)
        self._pages.addWidget(self._splitter)
        head = QFlowLayout()
        head.setHorizontalSpacing(8)
        head.setVerticalSpacing(4)
        for control in (self._title, self.drawn_as, self.save, self.save_picture, self.copy):
            head.addWidget(control)
        arrange(self, head, self._pages, self._status)

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802
        """Put plot and table beside each other where the view is wide, else one below the other."""
        super().resizeEvent(event)
        wide = self.width() > WIDE
        side = Qt.Orientation.Horizontal if wide else Qt.Orientation.Vertical
        if side != self._splitter.orientation():
            self._splitter.setOrientation(side)
            self._splitter.setSizes([1000, 1000] if wide else [1200, 800])  # they are scaled

    def _connect(self) -> None:
        self.drawn_as.currentIndexChanged.connect(self._draw)
        self._table.horizontalHeader().sectionClicked.connect(self.toggle)
        self._table.toggle_requested.connect(self.toggle)
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

    def show_counting(self) -> None:
        """Show that the shares will come: somebody counts."""
        self.clear(COUNTING)

    def clear(self, hint: str = NO_SHARES) -> None:
        """Show that there are no shares, and why."""
        self._show(NOTHING)
        self._hint.setText(hint)
        self._pages.setCurrentWidget(self._hint)

    def _show(self, data: Shares) -> None:
        self._data = data
        middle, metrics = Qt.TextElideMode.ElideMiddle, self._title.fontMetrics()
        self._title.setText(metrics.elidedText(data.title, middle, TITLE))
        self._title.setToolTip(data.title)
        self._title.setVisible(bool(data.title))
        self._status.setText("")
        if data.names:  # what is hidden stays so while other things are counted
            self._hidden &= frozenset(data.columns)
        self._model.set_data(data, self._drawn)
        self._fit_table()
        self.drawn_as.setEnabled(data.kind == "frames" and bool(data.names))
        for button in (self.save, self.save_picture, self.copy):
            button.setEnabled(bool(data.names))

    @property
    def _drawn(self) -> NDArray[np.bool_]:
        return np.array([name not in self._hidden for name in self._data.columns], np.bool_)

    def toggle(self, column: int) -> None:
        """Hide a color in the plot, or show it again; the table tells all of them."""
        name, verb = self._data.columns[column], self._model.toggle_verb(column)
        self._hidden ^= {name}
        self._model.set_drawn(self._drawn)
        self._draw()
        self._status.setText(f"{name} is {'hidden' if verb == 'hide' else 'shown'} in the plot.")

    def table(self) -> pd.DataFrame:
        """Return the shares, one named row per frame or layer and one column per color.

        The columns are the hex values, and the names of colors that have one; of colors
        displayed alike, the second is ``#rrggbb (2)``.
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
            Share of the pixels, 0..1. A color's name, if it has one, comes after its hex value.
        ``#rrggbb pixels``, one for each color
            Number of pixels; only if counts were given.
        """
        write_file(
            path, self._data.full_frame().to_csv(lineterminator="\n").encode(), overwrite=True
        )

    def save_plot(self, path: str | os.PathLike[str]) -> None:
        """Save the plot, dark on white, as .png or .svg: wholly, or leave what was there."""
        from napari_kmeans_quantizer.plugin.views.plot import picture_bytes

        width = legend_width(self._data, self._drawn)
        write_file(
            path, picture_bytes(self._draw_with_legend, Path(path).suffix, width), overwrite=True
        )

    def _draw_with_legend(self, axes: Axes, theme: Theme) -> None:
        self._draw_into(axes, theme)
        draw_legend(axes, self._data, self._drawn, theme)

    # -- drawing

    def _draw(self, _: object = None) -> None:
        if not self._data.names:  # a new theme comes at any time
            return
        self._fit_table()
        height = self._title.fontMetrics().height() * ROW * (len(self._data.names) + 1)
        height = min(height, MAX_HEIGHT) if self._data.kind == "layers" else 0
        self._canvas.setMinimumHeight(round(height))
        self._scroll.setMinimumHeight(self._canvas.minimumSizeHint().height())
        self._draw_into(self._canvas.axes(), self._canvas.theme())
        self._canvas.draw_idle()

    def _draw_into(self, axes: Axes, theme: Theme) -> None:
        axes.set_axisbelow(False)  # the ticks must not vanish under the colors
        data, drawn = self._data, self._drawn
        if data.kind == "layers":
            # The figure's width in pixels, if its font were the canvas's.
            width = cast("Figure", axes.figure).get_figwidth() * 72
            width *= self._canvas.theme().font_size / theme.font_size
            draw_bars(axes, data, drawn, theme, partial(self._elided, round(0.85 * width)))
        elif self.drawn_as.currentText() == LINES:
            draw_lines(axes, data, drawn, theme)
        else:
            draw_areas(axes, data, drawn)

    def _elided(self, width: int, name: str) -> str:
        return self._title.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, width)

    def _fit_table(self) -> None:
        """Make all columns as wide as the widest header: asking each cell would take long."""
        self._title.ensurePolished()
        for part in (self._table, self._table.horizontalHeader(), self._table.verticalHeader()):
            part.setFont(self._title.font())  # napari's style sheet gives tables no font size
        metrics = self._table.horizontalHeader().fontMetrics()
        widest = max(self._data.hex, key=len, default="").replace("1", "d")
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
        lines = self.drawn_as.currentText() == LINES
        return cell_at(self._data, self._drawn, event.xdata, event.ydata, lines)

    def _on_save(self) -> None:
        name, tell = proposed_name(self._data.source, "shares.csv"), self._status.setText
        save_as(self, self.save_csv, "Save table", name, [CSV], tell)

    def _on_save_picture(self) -> None:
        name, tell = proposed_name(self._data.source, "shares.png"), self._status.setText
        save_as(self, self.save_plot, "Save picture", name, [PNG, SVG], tell)

    def _on_copy(self) -> None:
        text = self._data.full_frame().to_csv(sep="\t", lineterminator="\n")
        clipboard = cast("Any", QApplication.clipboard())
        clipboard.setText(text)
        self._status.setText("Copied the table.")
