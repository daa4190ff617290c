"""The list of images: what is ticked, the region of each, and why some cannot be."""

# ruff: noqa: D102, N802  (methods that Qt calls bear Qt's names, and do what it says)

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qtpy.QtCore import QAbstractTableModel, QModelIndex, Qt

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    Region = tuple[str, Any]
    """What a region is called, and what is handed back for it."""

EVERYTHING: Region = ("everything", None)
IMAGE, REGION, NOTE = range(3)
TITLES = "Image", "Region", "Why not"
ROLES = Qt.ItemDataRole
CHECKED, UNCHECKED = Qt.CheckState.Checked, Qt.CheckState.Unchecked


@dataclass(eq=False)
class Row:
    """An image.

    Attributes
    ----------
    name : str
        What people call it.
    image : object
        What is handed back.
    ticked : bool
        Whether it is wanted, if it can be.
    region : object
        What is handed back for its region, None for everything.
    refusal : str
        Why it cannot be, "" if it can.
    tooltip : str
        More of its name, such as a path.
    """

    name: str
    image: Any
    ticked: bool = True
    region: Any = None
    refusal: str = ""
    tooltip: str = ""

    @property
    def is_wanted(self) -> bool:
        """Whether it is ticked, and can be."""
        return self.ticked and not self.refusal


class Images(QAbstractTableModel):
    """A row for each image."""

    def __init__(self, rows: Iterable[Row], regions: Sequence[Region]) -> None:
        super().__init__()
        self.rows = list(rows)
        self.regions: list[Region] = [EVERYTHING, *regions]

    # -- what Qt asks

    def rowCount(self, parent: QModelIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def columnCount(self, parent: QModelIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(TITLES)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = ROLES.DisplayRole
    ) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == ROLES.DisplayRole:
            return TITLES[section]
        return None

    def flags(self, index: QModelIndex) -> Qt.ItemFlag:
        if not index.isValid() or self.rows[index.row()].refusal:
            return Qt.ItemFlag.ItemIsSelectable if index.isValid() else Qt.ItemFlag.NoItemFlags
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if index.column() == IMAGE:
            flags |= Qt.ItemFlag.ItemIsUserCheckable
        elif index.column() == REGION:
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    def data(self, index: QModelIndex, role: int = ROLES.DisplayRole) -> Any:
        row, column = self.rows[index.row()], index.column()
        if role in (ROLES.DisplayRole, ROLES.AccessibleTextRole):
            return (row.name, self.region_name(row.region), row.refusal)[column]
        if role == ROLES.CheckStateRole and column == IMAGE:
            return CHECKED if row.is_wanted else UNCHECKED
        if role == ROLES.ToolTipRole:
            return row.refusal or (row.tooltip if column == IMAGE else None)
        return None

    def setData(self, index: QModelIndex, value: Any, role: int = ROLES.EditRole) -> bool:
        row = self.rows[index.row()]
        if role == ROLES.CheckStateRole and index.column() == IMAGE:
            row.ticked = Qt.CheckState(value) == CHECKED
        elif role == ROLES.EditRole and index.column() == REGION:
            row.region = self.regions[value][1]
        else:
            return False
        self._tell([index.row()])
        return True

    def region_name(self, region: Any) -> str:
        """Return what a region is called."""
        return next((name for name, told in self.regions if told is region), EVERYTHING[0])

    # -- what else is done

    def tick(self, numbers: Iterable[int], ticked: bool) -> None:
        """Tick some rows, or untick them."""
        numbers = list(numbers)
        for number in numbers:
            self.rows[number].ticked = ticked
        self._tell(numbers)

    def set_regions(self, regions: dict[int, Any]) -> None:
        """Set the regions of some rows, by their numbers."""
        for number, region in regions.items():
            self.rows[number].region = region
        self._tell(regions)

    def refuse(self, refusals: dict[int, str]) -> None:
        """Tell why some rows cannot be, or that they can."""
        changed = [i for i, why in refusals.items() if self.rows[i].refusal != why]
        for number in changed:
            self.rows[number].refusal = refusals[number]
        self._tell(changed)

    def add(self, rows: Iterable[Row]) -> None:
        """Add rows below."""
        rows = list(rows)
        if rows:
            first = len(self.rows)
            self.beginInsertRows(QModelIndex(), first, first + len(rows) - 1)
            self.rows += rows
            self.endInsertRows()

    def keep(self, rows: Iterable[Row], regions: Sequence[Region]) -> None:
        """Take other rows, and other regions; those that are gone are no row's any more."""
        self.beginResetModel()
        self.rows, self.regions = [*rows], [EVERYTHING, *regions]
        there = {id(told) for _, told in self.regions}
        for row in self.rows:
            if id(row.region) not in there:
                row.region = None
        self.endResetModel()

    def _tell(self, numbers: Iterable[int]) -> None:
        numbers = list(numbers)
        if numbers:
            first, last = min(numbers), max(numbers)
            self.dataChanged.emit(self.index(first, 0), self.index(last, NOTE))
