"""The pixels of an image as a table: where they lie, what they hold, and which cluster's they are.

It draws what it is told, and says which pixels are chosen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import numpy as np
from qtpy.QtCore import QEvent, QItemSelectionModel, Qt, QTimer, Signal  # type: ignore[attr-defined]
from qtpy.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLabel,
    QPushButton,
    QStackedWidget,
    QWidget,
)
from superqt import QElidingLabel

from napari_kmeans_quantizer.core.files.tables import table_text, write_table
from napari_kmeans_quantizer.plugin.views.files import TABLES, proposed_name, save_as
from napari_kmeans_quantizer.plugin.views.parts import (
    arrange,
    describe,
    in_flow,
    save_button,
    to_clipboard,
)

from .table import NO_ROWS, SWATCH, PixelsModel, PixelsTable

if TYPE_CHECKING:
    import os

    import pandas as pd
    from numpy.typing import NDArray
    from qtpy.QtGui import QShowEvent

    from napari_kmeans_quantizer.plugin.models.pixel_rows import PixelRows

NO_PIXELS = "No pixels to show yet."
TITLE = 320  # pixels, at most
MOST_MARKED = 500
ASCENDING, DESCENDING = Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder


class PixelsView(QWidget):
    """Show sampled pixels as a table.

    Parameters
    ----------
    parent : QWidget, optional
        What the view belongs to.

    Attributes
    ----------
    pixels_chosen : Signal(object, object, object)
        Others are selected: a PixelRows or None, which of its pixels, at most `MOST_MARKED`, and
        the one that somebody has just gone to, None for none.
    save, copy : QPushButton
        "Save table ..." and "Copy".
    """

    pixels_chosen = Signal(object, object, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: PixelRows | None = None
        self._is_stale = False
        self._chosen = NO_ROWS
        self._sorted_by: tuple[str, bool] | None = None
        self._fitted: object = None
        self._make_head()
        self._make_table()
        self._arrange()
        self._connect()

    def _make_head(self) -> None:
        self._title = QLabel()
        self._title.setAccessibleName("Title")
        self.save = save_button("table", "Save all rows as a table")
        self.copy = QPushButton("Copy")
        describe(self.copy, "Copy", "Copy the selected rows, or all, for a spreadsheet")
        self.copy.setEnabled(False)
        self._status = QElidingLabel()
        self._status.setAccessibleName("What is selected")

    def _make_table(self) -> None:
        self._model = PixelsModel(self)
        self._model.show_rows(None, NO_ROWS)
        self.table = cast("Any", PixelsTable())  # by its stubs it may lack headers
        self.table.setModel(self._model)
        describe(
            self.table,
            "Table of the pixels",
            "Select rows to see their pixels in the picture and in the color space. "
            "Ctrl+C copies them; S sorts by the current column",
        )
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setTabKeyNavigation(False)  # Tab leads on to the buttons
        self.table.setWordWrap(False)
        self.table.setMinimumSize(160, 60)
        self.table.verticalHeader().hide()
        header = self.table.horizontalHeader()
        header.setSectionsClickable(True)
        header.setSortIndicatorShown(True)
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setStretchLastSection(True)

    def _arrange(self) -> None:
        self._hint = QLabel(NO_PIXELS)
        self._hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._hint)
        self._pages.addWidget(self.table)
        head = in_flow((self._title, self.save, self.copy))
        arrange(self, head, self._pages, self._status)

    def _connect(self) -> None:
        self._soon = QTimer(self)  # selecting with the mouse tells of every row on the way
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._tell_chosen)
        self.table.selectionModel().selectionChanged.connect(self._on_selection)
        self.table.horizontalHeader().sectionClicked.connect(self.sort)
        self.table.sort_requested.connect(self.sort)
        self.table.copy_requested.connect(self._on_copy)
        self.copy.clicked.connect(self._on_copy)
        self.save.clicked.connect(self._on_save)

    # -- what is told

    def show_pixels(self, rows: PixelRows) -> None:
        """Show pixels; those that are the same as before stay selected."""
        self._take(rows, stays=rows.same_pixels(self._rows))

    def clear(self) -> None:
        """Show that there are no pixels."""
        self._take(None, stays=False)

    def _take(self, rows: PixelRows | None, stays: bool) -> None:
        self._soon.stop()
        self._rows, had = rows, len(self._chosen)
        if not stays:
            self._chosen = NO_ROWS
        for button in (self.save, self.copy):
            button.setEnabled(rows is not None)
        self._is_stale = not self.isVisible()
        if not self._is_stale:
            self._draw()
        if had:  # they may be gone, or in other clusters
            self.pixels_chosen.emit(rows, self._chosen, None)

    def select(self, pixel: int) -> None:
        """Select the row of a pixel, and bring it to sight."""
        self._catch_up()
        if self._rows is not None and 0 <= pixel < len(self._rows):
            index = self._model.index(int(self._model.lines_of(np.array([pixel]))[0]), 0)
            self.table.setCurrentIndex(index)
            self.table.scrollTo(index, QAbstractItemView.ScrollHint.PositionAtCenter)

    @property
    def chosen(self) -> NDArray[np.intp]:
        """The pixels that are selected, in the order of the rows; at most `MOST_MARKED`."""
        return self._chosen

    @property
    def rows(self) -> PixelRows | None:
        """The pixels that are shown."""
        return self._rows

    # -- drawing

    def showEvent(self, event: QShowEvent | None) -> None:  # noqa: N802
        """Draw what came while the view was hidden."""
        super().showEvent(event)
        self._catch_up()

    def _catch_up(self) -> None:
        if self._is_stale:
            self._is_stale = False
            self._draw()

    def _draw(self) -> None:
        rows, chosen = self._rows, self._chosen
        title = "" if rows is None else rows.title
        metrics = self._title.fontMetrics()
        self._title.setText(metrics.elidedText(title, Qt.TextElideMode.ElideMiddle, TITLE))
        self._title.setToolTip(title)
        self._pages.setCurrentWidget(self._hint if rows is None else self.table)
        self._show_in_order(chosen)
        self._tell_number(len(chosen))
        self._fit_columns()

    def _show_in_order(self, chosen: NDArray[np.intp]) -> None:
        """Show the rows as they are sorted now; these pixels are selected."""
        rows, header = self._rows, self.table.horizontalHeader()
        names = [] if rows is None else [column.name for column in rows.columns]
        name, descending = self._sorted_by or ("", False)
        column = names.index(name) if name in names else None
        header.setSortIndicator(
            -1 if column is None else column, DESCENDING if descending else ASCENDING
        )
        order = NO_ROWS if rows is None else rows.order(column, descending)
        self._model.show_rows(rows, order)
        if not len(chosen):
            return
        first = self._model.index(int(self._model.lines_of(chosen[:1])[0]), 0)
        selection, flags = self.table.selectionModel(), QItemSelectionModel.SelectionFlag
        selection.blockSignals(True)  # the pixels are the same
        selection.setCurrentIndex(first, flags.NoUpdate)
        selection.select(self._model.selection_of(chosen), flags.ClearAndSelect)
        selection.blockSignals(False)
        self.table.scrollTo(first, QAbstractItemView.ScrollHint.PositionAtCenter)
        self.table.viewport().update()

    def changeEvent(self, event: QEvent | None) -> None:  # noqa: N802
        """Follow the window's font."""
        super().changeEvent(event)
        changes = (QEvent.Type.FontChange, QEvent.Type.StyleChange)
        if event is not None and event.type() in changes and hasattr(self, "_model"):
            self._fit_columns()

    def _fit_columns(self) -> None:
        """Make columns as wide as their widest texts: asking each cell would take long."""
        self._title.ensurePolished()
        self._title.setMinimumHeight(self.save.sizeHint().height())  # in the middle of its line
        names = [column.name for column in self._rows.columns] if self._rows else []
        key = self._rows.state.source.key if self._rows else None
        before, self._fitted = self._fitted, (names, key, self._title.font().key())
        if self._fitted == before:  # people may have made them wider
            return
        header = self.table.horizontalHeader()
        for part in (self.table, header):
            part.setFont(self._title.font())  # napari's style sheet gives tables no font size
        metrics = header.fontMetrics()
        self.table.verticalHeader().setDefaultSectionSize(metrics.height() + 6)
        for i, (name, numbers, texts) in enumerate(self._rows.columns if self._rows else []):
            ends = [str(numbers.max()), str(numbers.min())] if len(numbers) else []
            if numbers.dtype.kind == "f":
                ends = ["-0.000000e+00"]
            widest = max([name + "  ▾", *(ends if texts is None else texts)], key=len)
            more = SWATCH + 8 if name == "cluster" else 0
            self.table.setColumnWidth(i, metrics.horizontalAdvance(widest) + more + 18)

    # -- what the user does

    def sort(self, column: int) -> None:
        """Sort by a column; by the same once more, the other way round."""
        if self._rows is None:
            return
        name = self._rows.columns[column].name
        before, descending = self._sorted_by or ("", False)
        self._sorted_by = name, before == name and not descending
        self._show_in_order(self._selected())

    def _selected(self) -> NDArray[np.intp]:
        """Return all pixels that are selected, in the order of the rows."""
        ranges = sorted((r.top(), r.bottom()) for r in self.table.selectionModel().selection())
        parts = [self._model.order[top : bottom + 1] for top, bottom in ranges]
        return np.concatenate([NO_ROWS, *parts])

    def _on_selection(self, *_: object) -> None:
        self._soon.start(0)

    def _tell_chosen(self) -> None:
        selected = self._selected()
        current = self.table.currentIndex()
        gone_to = int(self._model.order[current.row()]) if current.isValid() else None
        self._tell_number(len(selected))
        self._chosen = selected[:MOST_MARKED]
        self.pixels_chosen.emit(self._rows, self._chosen, gone_to if len(selected) else None)

    def _tell_number(self, n: int) -> None:
        text = f"{n:,} pixel{'s' * (n != 1)} selected" if n else ""
        self._status.setText(text + f"; the first {MOST_MARKED} are marked" * (n > MOST_MARKED))

    # -- what goes out

    def frame(self) -> pd.DataFrame:
        """Return all rows, in the order of the table."""
        assert self._rows is not None
        self._catch_up()
        return self._rows.frame(self._model.order)

    def save_csv(self, path: str | os.PathLike[str]) -> None:
        """Save all rows as a table, .csv, .tsv or .json: wholly, or leave what was there."""
        write_table(path, self.frame(), overwrite=True)

    def _on_save(self) -> None:
        name = proposed_name(self._rows.state.source.name if self._rows else "", "pixels.csv")
        save_as(self, self.save_csv, "Save table", name, TABLES, self._status.setText)

    def _on_copy(self) -> None:
        if self._rows is None:
            return
        selected = self._selected()
        chosen = selected if len(selected) else self._model.order
        to_clipboard(table_text(self._rows.frame(chosen), ".tsv"))
        self._status.setText(f"Copied {len(chosen):,} row{'s' * (len(chosen) != 1)}.")
