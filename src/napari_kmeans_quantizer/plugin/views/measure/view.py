"""How much of an image, or of its regions, each cluster is: a table to read, copy and save."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from qtpy.QtCore import QSignalBlocker, Qt, Signal  # type: ignore[attr-defined]
from qtpy.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)
from superqt import QElidingLabel

from napari_kmeans_quantizer.core.files.tables import table_text, write_table
from napari_kmeans_quantizer.core.measurement import one_table
from napari_kmeans_quantizer.plugin.views.files import TABLES, proposed_name, save_as
from napari_kmeans_quantizer.plugin.views.parts import (
    arrange,
    describe,
    in_flow,
    save_button,
    to_clipboard,
    together,
)

from .table import Table
from .title import remarks, title

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from napari_kmeans_quantizer import Progress
    from napari_kmeans_quantizer.core.measurement import Measurement

NOTHING = "Nothing is measured yet: quantize an image."
IN_WIDTH = 100, 200  # pixels of the box "In", at least and at most


class MeasureView(QWidget):
    """Show measurements as one tidy table.

    Parameters
    ----------
    parent : QWidget, optional
        What the view belongs to.

    Attributes
    ----------
    wish_changed : Signal()
        Something else shall be measured: see `region`, `each`, `by_frame` and `group`.
    cluster_chosen : Signal(int, int)
        Somebody went to a row: which of the measurements it is of, and the cluster.
    frame_activated : Signal(int, int)
        A row was double-clicked, or Enter pressed: which of the measurements, and its frame.
    cancelled : Signal()
        "Cancel" was clicked.
    region : QComboBox
        "In": where it is measured; its data tell.
    each, by_frame, group : QCheckBox
        "each region", "each frame" and "sum up names".
    save, copy : QPushButton
        "Save table ..." and "Copy table".
    """

    wish_changed, cancelled = Signal(), Signal()
    cluster_chosen, frame_activated = Signal(int, int), Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._measured: list[Measurement] = []
        self._errors: dict[str, str] = {}
        self._counted = ""
        self._owners: NDArray[np.intp] = np.zeros(0, np.intp)
        self._make_controls()
        self._make_table()
        self._arrange()
        self._connect()

    def _make_controls(self) -> None:
        self.region = QComboBox()
        self.region.setMinimumWidth(IN_WIDTH[0])
        self.region.setMaximumWidth(IN_WIDTH[1])
        self.region.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        describe(self.region, "In", "Where to measure: everything, or the regions of a layer")
        self.each = QCheckBox("each region")
        describe(self.each, "each region", "A row for each shape or label, or for all as one")
        self.by_frame = QCheckBox("each frame")
        describe(self.by_frame, "each frame", "Frames of a stack or series by themselves")
        self.group = QCheckBox("sum up names")
        describe(self.group, "sum up names", "Clusters of one name count as one")
        self.each.setChecked(True)
        self.save = save_button("table", "Save all of it, numbers in full")
        self.copy = QPushButton("Copy table")
        describe(self.copy, "Copy table", "Copy all of it, to paste it into a spreadsheet")
        self.cancel = QPushButton("Cancel")
        describe(self.cancel, "Cancel", "Stop measuring")
        self.bar = QProgressBar()
        self.bar.setAccessibleName("Progress of the measurement")

    def _make_table(self) -> None:
        self._title = QElidingLabel()
        self._title.setAccessibleName("What is measured")
        self.table = Table()
        describe(self.table, "Table of the measurement", "")
        self.table.setMinimumSize(120, 60)
        self._status = QElidingLabel()
        self._status.setAccessibleName("What was copied or saved")

    def _arrange(self) -> None:
        within = QLabel("In:")
        within.setBuddy(self.region)
        checks = (self.each, self.by_frame, self.group)
        head = in_flow((together(within, self.region), *checks, self.save, self.copy), gap=6)
        self._hint = QLabel(NOTHING)
        self._hint.setWordWrap(True)
        self._hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        shown = QWidget()
        below = QVBoxLayout(shown)
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(2)
        below.addWidget(self._title)
        below.addWidget(self.table, 1)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._hint)
        self._pages.addWidget(shown)
        arrange(self, head, self._pages, self._foot())
        self.tell_progress(None)

    def _foot(self) -> QWidget:
        """Return the line below the table: what was done, or is under way."""
        foot = QWidget()
        line = QHBoxLayout(foot)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self._status, 1)
        line.addWidget(self.bar)
        line.addWidget(self.cancel)
        foot.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        return foot

    def _connect(self) -> None:
        self.region.currentIndexChanged.connect(self._on_wish)
        for box in (self.each, self.by_frame, self.group):
            box.toggled.connect(self._on_wish)
        self.save.clicked.connect(self._on_save)
        self.copy.clicked.connect(self._on_copy)
        self.cancel.clicked.connect(lambda: self.cancelled.emit())
        self.table.copy_requested.connect(self._on_copy_selected)
        self.table.row_chosen.connect(self._on_row)
        self.table.row_activated.connect(self._on_activated)

    def _on_wish(self, _: object = None) -> None:
        self.wish_changed.emit()

    # -- what is told

    def offer(self, regions: Sequence[tuple[str, Any]], chosen: Any) -> None:
        """Offer places to measure in, as texts with their data, and choose one."""
        with QSignalBlocker(self.region):
            offered = [
                (self.region.itemText(i), self.region.itemData(i))
                for i in range(self.region.count())
            ]
            if offered != [*regions]:
                self.region.clear()
                for text, data in regions:
                    self.region.addItem(text, data)
            self.region.setCurrentIndex([data for _, data in regions].index(chosen))

    def allow(self, each: bool, by_frame: bool, group: bool) -> None:
        """Tell which of the boxes mean anything; what they are set to stays."""
        self.each.setEnabled(each)
        self.by_frame.setVisible(by_frame)
        self.group.setEnabled(group)

    def show_measured(
        self,
        measured: Sequence[Measurement],
        errors: dict[str, str] | None = None,
        counted: str = "",
    ) -> None:
        """Show what was measured, and which images could not be, by their names, and why.

        `counted` tells among which pixels, if not among all.
        """
        self._measured, self._errors, self._counted = [*measured], {**(errors or {})}, counted
        table = self.frame()
        rows = [int(np.count_nonzero(one.told)) * one.n_clusters for one in self._measured]
        rows.append(len(table) - sum(rows))
        self._owners = np.repeat([*range(len(self._measured)), -1], rows)
        self.table.show_frame(table)
        self._title.setText(title(self._measured, len(self._errors)))
        self._title.setToolTip(self._remarks())
        self._status.setText(self._remarks())
        self._pages.setCurrentIndex(1)
        for button in (self.save, self.copy):
            button.setEnabled(len(table) > 0)

    def clear(self, hint: str = NOTHING) -> None:
        """Show that there is nothing, and why."""
        self.show_measured([])
        self._hint.setText(hint)
        self._pages.setCurrentIndex(0)

    def tell_progress(self, step: Progress | None) -> None:
        """Show how far it is; None: nothing is under way."""
        for part in (self.bar, self.cancel):
            part.setVisible(step is not None)
        if step is not None:
            self.bar.setValue(round(100 * step.fraction))
            self._status.setText(f"{step.stage} ...")

    def end_progress(self) -> None:
        """Take the progress away, and tell again what belongs to the table."""
        self.tell_progress(None)
        self._status.setText(self._remarks())

    def _remarks(self) -> str:
        told = remarks(self._measured)
        return f"Counted on {self._counted}. {told}".rstrip() if self._counted else told

    # -- what it holds

    def frame(self) -> pd.DataFrame:
        """Return the table: see `napari_kmeans_quantizer.measure`.

        Of several images, or with errors, it has a column ``error``.
        """
        return one_table(self._measured, self._errors)

    def save_table(self, path: str | os.PathLike[str]) -> None:
        """Save the table: wholly, or leave the file that was there.

        A file that ends in .csv is UTF-8 text with commas, .tsv with tabs, and .json a list of
        records; numbers have a point and full precision. The columns are those of
        `napari_kmeans_quantizer.measure`.
        """
        write_table(path, self.frame(), overwrite=True)

    # -- what the user does

    def _on_save(self) -> None:
        image = self._measured[0].image if len(self._measured) == 1 else ""
        name, tell = proposed_name(image, "measured.csv"), self._status.setText
        save_as(self, self.save_table, "Save table", name, TABLES, tell)

    def _on_copy(self) -> None:
        self._copy(self.table.all())

    def _on_copy_selected(self) -> None:
        self._copy(self.table.selected())

    def _copy(self, table: pd.DataFrame) -> None:
        if table.empty:
            return
        to_clipboard(table_text(table, ".tsv"))
        rows, columns = table.shape
        cells = f"{rows:,} row{'s' * (rows != 1)} and {columns} column{'s' * (columns != 1)}"
        self._status.setText(f"Copied {cells}, numbers in full.")

    def _cell(self, row: int, column: str) -> int:
        """Return a whole number of a row, -1 if it is missing."""
        value = self.table.shown.frame[column].iat[row]
        return int(value) if value == value and value is not None else -1

    def _on_row(self, row: int) -> None:
        owner = int(self._owners[row])
        if owner >= 0:
            self.cluster_chosen.emit(owner, self._cell(row, "cluster"))

    def _on_activated(self, row: int) -> None:
        owner = int(self._owners[row])
        if owner >= 0 and self._measured[owner].frames is not None:
            self.frame_activated.emit(owner, self._cell(row, "frame"))
