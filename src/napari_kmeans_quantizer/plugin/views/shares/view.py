"""The share of every cluster in frames or layers, as a plot and as a table."""

from __future__ import annotations

import math
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from qtpy.QtCore import QModelIndex, Qt, Signal  # type: ignore[attr-defined]
from qtpy.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QComboBox,
    QLabel,
    QPushButton,
    QScrollArea,
    QSplitter,
    QStackedWidget,
    QWidget,
)
from superqt import QElidingLabel

from napari_kmeans_quantizer.core.files.tables import table_text, write_table
from napari_kmeans_quantizer.core.files.writing import write_file
from napari_kmeans_quantizer.plugin.models.shares import Shares
from napari_kmeans_quantizer.plugin.views.files import (
    PDF,
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
    to_clipboard,
)

from .legend import Legend
from .plot import (
    cell_at,
    draw_areas,
    draw_bars,
    draw_legend,
    draw_lines,
    legend_width,
    row_at,
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
NOTHING = Shares("", ())
WIDE = 400  # pixels; from here on, plot and table are readable beside each other
WITH_LEGEND = 640  # pixels; from here on, there is room for a legend between them
COLUMNS = 128  # of pixels; a plot is drawn for a multiple of them, not again at each resizing
TITLE = 260  # pixels, at most
WIDEST_COLUMN = 160  # pixels
NO_SHARES = "No shares to show yet."
ALL_BACKGROUND = "All colors are background: there are no shares."
COUNTING = "Counting ..."
AREAS, LINES = "areas", "lines"


class SharesView(QWidget):
    """Show how the shares of the clusters differ between frames or layers.

    Parameters
    ----------
    parent : QWidget, optional
        What the view belongs to.

    Attributes
    ----------
    frame_clicked : Signal(int)
        A frame is wanted: it was clicked, or the cursor was dragged or moved by keys. Its row.
    drawn_as : QComboBox
        Whether frames are drawn as "areas" or as "lines".
    summed : QCheckBox
        "Sum up names": clusters of one name are shown as one.
    save, save_picture, copy : QPushButton
        "Save table ...", "Save picture ..." and "Copy table".
    """

    frame_clicked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._given = self._data = NOTHING
        self._frame: int | None = None
        self._dragging = False
        self._n_columns = 0
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
        self.summed = QCheckBox("Sum up names")
        describe(self.summed, "Sum up names", "Show colors of one name as one")
        self.summed.hide()
        self.save = save_button("table", "Save all that was measured: a line per frame and color")
        self.save_picture = save_button("picture", "Save the plot with a legend: PNG, SVG or PDF")
        self.copy = QPushButton("Copy table")
        told = "Copy all that was measured, to paste it into a spreadsheet"
        describe(self.copy, "Copy table", told)

    def _make_plot(self) -> None:
        from .canvas import SharesCanvas  # matplotlib takes a while: not before it is needed

        self._title = QLabel()
        self._title.setAccessibleName("Title")
        self._canvas = SharesCanvas(self)
        self._canvas.setAccessibleName("Plot of the shares")
        self._canvas.setAccessibleDescription("Left and Right go a frame on")
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
        self._legend = Legend()
        for part in (self._scroll, self._legend, self._table):
            self._splitter.addWidget(part)
        self._hint = QLabel(NO_SHARES)
        self._hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._hint)
        self._pages.addWidget(self._splitter)
        saving = (self.save, self.save_picture, self.copy)
        head = in_flow((self._title, self.drawn_as, self.summed, *saving))
        arrange(self, head, self._pages, self._status)

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802
        """Put plot and table beside each other where the view is wide, else one below the other."""
        super().resizeEvent(event)
        wide = self.width() > WIDE
        side = Qt.Orientation.Horizontal if wide else Qt.Orientation.Vertical
        with_legend = self.width() > WITH_LEGEND
        if side != self._splitter.orientation() or self._legend.isHidden() == with_legend:
            self._splitter.setOrientation(side)
            self._legend.setVisible(with_legend)  # else the head of the table tells the colors
            # They are scaled.
            self._splitter.setSizes([1600, 500, 1000] if wide else [1200, 0, 800])

    def _connect(self) -> None:
        self.drawn_as.currentIndexChanged.connect(self._draw)
        self._table.horizontalHeader().sectionClicked.connect(self.toggle)
        self._table.toggle_requested.connect(self.toggle)
        self._legend.toggle_requested.connect(self.toggle)
        self.summed.toggled.connect(self._on_summed)
        self.save.clicked.connect(self._on_save)
        self.save_picture.clicked.connect(self._on_save_picture)
        self.copy.clicked.connect(self._on_copy)
        self._table.activated.connect(self._on_activated)
        self._table.clicked.connect(self._on_activated)
        self._canvas.stepped.connect(self._on_step)
        self._canvas.restyled.connect(self._draw)
        self._canvas.mpl_connect("button_press_event", self._on_press)
        self._canvas.mpl_connect("button_release_event", self._on_release)
        self._canvas.mpl_connect("motion_notify_event", self._on_move)
        self._canvas.mpl_connect("figure_leave_event", self._on_leave)
        self._canvas.mpl_connect("resize_event", self._on_resize)

    # -- what is told

    def show_shares(self, data: Shares) -> None:
        """Show the shares of K clusters in n frames, as areas, or in n layers, as bars."""
        self._given = data
        self.summed.setVisible(data.has_shared_names)
        summed = self.summed.isChecked() and data.has_shared_names
        self._show(data.grouped() if summed else data)
        if not self._data.columns:
            self.clear(ALL_BACKGROUND)
            return
        self._pages.setCurrentWidget(self._splitter)
        self._draw()

    def show_frame(self, row: int | None) -> None:
        """Put the cursor, and the table's current row, at the frame that napari shows."""
        self._frame = row if self._data.frames is not None else None
        if self._frame is None or self._frame >= len(self._data.names):
            self._canvas.point_at(None)
            return
        self._canvas.point_at(float(self._data.x[self._frame]))
        if self._table.currentIndex().row() != self._frame:
            self._select(self._frame)

    def _select(self, row: int) -> None:
        column = max(self._table.currentIndex().column(), 0)
        self._table.setCurrentIndex(self._model.index(row, column))

    def show_counting(self) -> None:
        """Show that the shares will come: somebody counts."""
        self.clear(COUNTING)

    def clear(self, hint: str = NO_SHARES) -> None:
        """Show that there are no shares, and why."""
        self._given = NOTHING
        self.summed.hide()
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
            self._hidden &= frozenset(data.hex)
        self._model.set_data(data, self._drawn)
        self._legend.set_data(data, self._drawn)
        self._fit_table()
        has_frames, focus = data.frames is not None, Qt.FocusPolicy
        self.drawn_as.setEnabled(has_frames)
        self._canvas.setFocusPolicy(focus.StrongFocus if has_frames else focus.NoFocus)
        self.show_frame(self._frame)
        for button in (self.save, self.save_picture, self.copy):
            button.setEnabled(bool(data.names))

    @property
    def _drawn(self) -> NDArray[np.bool_]:
        return np.array([name not in self._hidden for name in self._data.hex], np.bool_)

    def toggle(self, column: int) -> None:
        """Hide a color in the plot, or show it again; the table tells all of them."""
        name, verb = self._data.columns[column], self._model.toggle_verb(column)
        self._hidden ^= {self._data.hex[column]}
        self._model.set_drawn(self._drawn)
        self._legend.set_drawn(self._drawn)
        self._draw()
        self._status.setText(f"{name} is {'hidden' if verb == 'hide' else 'shown'} in the plot.")

    def table(self) -> pd.DataFrame:
        """Return the shares as the screen shows them: a row per frame or layer, a column per color.

        The columns are the hex values, and the names of colors that have one; of colors
        displayed alike, the second is ``#rrggbb (2)``.
        """
        return self._data.wide()

    def save_csv(self, path: str | os.PathLike[str]) -> None:
        """Save all that was measured as a tidy table: wholly, or leave the file that was there.

        A .csv or .tsv file is UTF-8 text, a line per frame, or image, and cluster below a line of
        the names that `measure` tells; numbers have a point and full precision.
        """
        write_table(path, self._data.tidy(), overwrite=True)

    def save_plot(self, path: str | os.PathLike[str]) -> None:
        """Save the plot, dark on white, as .png, .svg or .pdf: wholly, or leave what was there."""
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
        height = min(height, MAX_HEIGHT) if self._data.frames is None else 0
        self._canvas.setMinimumHeight(round(height))
        self._scroll.setMinimumHeight(self._canvas.minimumSizeHint().height())
        self._n_columns = self._columns_wanted()
        self._draw_into(self._canvas.axes(), self._canvas.theme(), self._n_columns)
        self._canvas.draw_idle()

    def _columns_wanted(self) -> int:
        width = self._canvas.width() * self._canvas.device_pixel_ratio
        return COLUMNS * max(1, math.ceil(width / COLUMNS))

    def _draw_into(self, axes: Axes, theme: Theme, n_columns: int = 0) -> None:
        axes.set_axisbelow(False)  # the ticks must not vanish under the colors
        data, drawn = self._data, self._drawn
        if data.frames is not None:
            lines = self.drawn_as.currentText() == LINES
            (draw_lines if lines else draw_areas)(axes, data, drawn, theme, n_columns)
            return
        # The figure's width in pixels, if its font were the canvas's.
        width = cast("Figure", axes.figure).get_figwidth() * 72
        width *= self._canvas.theme().font_size / theme.font_size
        draw_bars(axes, data, drawn, theme, partial(self._elided, round(0.85 * width)))

    def _elided(self, width: int, name: str) -> str:
        return self._title.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, width)

    def _fit_table(self) -> None:
        """Make all columns as wide as the widest header: asking each cell would take long."""
        self._title.ensurePolished()
        for part in (self._table, self._table.horizontalHeader(), self._table.verticalHeader()):
            part.setFont(self._title.font())  # napari's style sheet gives tables no font size
        metrics = self._table.horizontalHeader().fontMetrics()
        texts = [text.replace("1", "d") for text in self._data.labels]
        width = max(map(metrics.horizontalAdvance, texts), default=0) + SWATCH + 26
        width = min(width, WIDEST_COLUMN)
        self._table.horizontalHeader().setDefaultSectionSize(width)
        self._table.verticalHeader().setDefaultSectionSize(metrics.height() + 8)

    # -- what the user does

    def _on_press(self, event: MouseEvent) -> None:
        row, _ = self._pointed(event)
        if event.button != 1 or row is None:
            return
        self._dragging = self._data.frames is not None
        if self._dragging:
            self._go_to(row)
        else:
            self._select(row)

    def _on_release(self, _: MouseEvent) -> None:
        self._dragging = False

    def _on_move(self, event: MouseEvent) -> None:
        row, column = self._pointed(event)
        told = "" if row is None or column is None else self._model.describe(row, column)
        self._status.setText(told)
        if self._dragging and self._data.names:
            self._go_to(row_at(self._data, self._canvas.x_at(event)))

    def _on_step(self, step: int) -> None:
        """Go on to the right, whichever way the frames lie."""
        last = len(self._data.names) - 1
        step = step if self._data.x[last] >= self._data.x[0] else -step
        now = (0 if step > 0 else last) - np.sign(step) if self._frame is None else self._frame
        self._go_to(int(np.clip(now + step, 0, last)))

    def _on_activated(self, index: QModelIndex) -> None:
        if self._data.frames is not None:
            self._go_to(index.row())

    def _go_to(self, row: int) -> None:
        """Show a frame here at once, and let the viewer show it."""
        if row != self._frame:
            self.show_frame(row)
            self.frame_clicked.emit(row)

    def _on_summed(self) -> None:
        self.show_shares(self._given)

    def _on_leave(self, _: Event) -> None:
        self._status.setText("")

    def _on_resize(self, _: Event) -> None:
        if self._data.names:
            # Longer names fit now, or no longer do; or more of the frames can be seen.
            fits = self._data.frames is not None and self._n_columns == self._columns_wanted()
            if not fits:
                self._draw()

    def _pointed(self, event: MouseEvent) -> tuple[int | None, int | None]:
        """Return row and column under the mouse, each None if there is none."""
        if event.xdata is None or event.ydata is None or not self._data.names:
            return None, None
        lines = self.drawn_as.currentText() == LINES
        return cell_at(self._data, self._drawn, event.xdata, event.ydata, lines)

    def _on_save(self) -> None:
        name, tell = proposed_name(self._data.source, "shares.csv"), self._status.setText
        save_as(self, self.save_csv, "Save table", name, TABLES, tell)

    def _on_save_picture(self) -> None:
        name, tell = proposed_name(self._data.source, "shares.png"), self._status.setText
        save_as(self, self.save_plot, "Save picture", name, [PNG, SVG, PDF], tell)

    def _on_copy(self) -> None:
        to_clipboard(table_text(self._data.tidy(), ".tsv"))
        self._status.setText("Copied the table.")
