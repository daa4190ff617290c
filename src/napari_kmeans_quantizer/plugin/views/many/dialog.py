"""The dialog "Many images": which, where in each, in which colors, and where to."""

# ruff: noqa: N802  (methods that Qt calls bear Qt's names)

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from qtpy.QtCore import Qt, Signal  # type: ignore[attr-defined, unused-ignore]
from qtpy.QtGui import QDragEnterEvent, QDropEvent, QIcon, QKeyEvent
from qtpy.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
)

from napari_kmeans_quantizer.plugin.models.picture_file import PictureFile
from napari_kmeans_quantizer.plugin.views.focus import FocusRing
from napari_kmeans_quantizer.plugin.views.parts import describe

from .choices import ColorsChoice, Offer, ResultsChoice
from .model import EVERYTHING, Images, Row
from .table import HOW_TO, Seen, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from qtpy.QtWidgets import QWidget

    from .model import Region

LINES = 38, 9, 16
"""Width, and the least and usual height of the list."""
DROP = "or drop picture files and folders here"
PARTLY = Qt.CheckState.PartiallyChecked


class Chosen(NamedTuple):
    """What was chosen in the dialog.

    Attributes
    ----------
    images : list of (object, object)
        Images, and the region of each or None.
    colors : object
        Whose colors are taken, None for one palette that is fitted over all.
    n_colors : int or "auto"
        How many, of such a palette.
    as_layers : bool
        Whether layers show the results.
    folder : Path or None
        Where files go.
    overwrite : bool
        Whether files that exist are replaced.
    """

    images: list[tuple[Any, Any]]
    colors: Any
    n_colors: Any
    as_layers: bool
    folder: Path | None
    overwrite: bool


class Helpers(NamedTuple):
    """What the dialog asks of who knows about images.

    Attributes
    ----------
    refusals : callable
        Gets images, and whose colors are taken; returns why each cannot get them, "" if it can.
    drawn : callable
        Gets an image; returns the region that alone is drawn on it, None if there is no such one.
    files : callable
        Gets paths of files and folders, and the images that are there; returns rows for them.
    """

    refusals: Callable[[list[Any], Any], list[str]]
    drawn: Callable[[Any], Any]
    files: Callable[[list[Path], list[Any]], list[Row]]


class ManyDialog(QDialog):
    """A list of images to tick, each with its region; the colors; and what becomes of it.

    Parameters
    ----------
    rows : sequence of Row
        The images.
    regions : sequence of (str, object)
        Names of the regions, and what is handed back for them.
    offers : sequence of Offer
        Colors that can be taken; the first is chosen.
    n_colors : int or "auto"
        How many are fitted at first.
    helpers : Helpers
        Who knows about images.
    parent : QWidget, optional
        The widget that this one belongs to.

    Attributes
    ----------
    wanted : Signal()
        "Run" was clicked: see `chosen`. Who does it accepts the dialog, or complains.
    files_added : Signal(object)
        A list of files, whose rows are there.
    """

    wanted = Signal()
    files_added = Signal(object)

    def __init__(
        self,
        rows: Sequence[Row],
        regions: Sequence[Region],
        offers: Sequence[Offer],
        n_colors: Any,
        helpers: Helpers,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Many images")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAcceptDrops(True)
        self._helpers = helpers
        self.images = Images(rows, regions)
        self.seen = Seen(self.images)
        self.table = Table(self.images, self.seen)
        self.colors = ColorsChoice(offers, n_colors)
        self.results = ResultsChoice()
        self._make_head()
        self._make_foot()
        self._arrange()
        self._connect()
        self._show_regions()
        self._on_colors()
        FocusRing(self)

    # -- parts

    def _make_head(self) -> None:
        self.all = QCheckBox("all")
        describe(self.all, "all", "Tick all images that are seen, or none of them")
        self.filter = QLineEdit()
        self.filter.setPlaceholderText("Filter")
        self.filter.setClearButtonEnabled(True)
        describe(self.filter, "Filter", "Show only images with this part in their names")
        self.region = QComboBox()
        self.region.setPlaceholderText("different ones")
        self.region.setMinimumContentsLength(12)
        policy = QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        self.region.setSizeAdjustPolicy(policy)
        describe(self.region, "Region of all", "Set the region of all images that are ticked")
        self.drawn = QPushButton("Inside what is drawn")
        tip = "Set the region of each ticked image to the one Shapes layer that lies on it"
        describe(self.drawn, "Inside what is drawn", tip)

    def _make_foot(self) -> None:
        self.add_files, self.add_folder = (
            QPushButton("Add files ..."),
            QPushButton("Add folder ..."),
        )
        describe(self.add_files, "Add files", "Picture files, which need not be opened")
        describe(self.add_folder, "Add folder", "All pictures in a folder, and in those below it")
        self.summary, self.trouble = QLabel(), QLabel()
        for label in (self.summary, self.trouble):
            label.setWordWrap(True)
        self.trouble.setObjectName("trouble")
        self.trouble.hide()
        kinds = QDialogButtonBox.StandardButton
        self.buttons = QDialogButtonBox(kinds.Cancel)
        role = QDialogButtonBox.ButtonRole.AcceptRole
        run: Any = self.buttons.addButton("Run", role)
        run.setDefault(True)
        cancel: Any = self.buttons.button(kinds.Cancel)
        run.setObjectName("start")  # it looks like the panel's
        self.run = run
        for button in (run, cancel):
            button.setAccessibleName(button.text().replace("&", ""))
            button.setIcon(QIcon())
        for button in (self.drawn, self.add_files, self.add_folder):
            button.setAutoDefault(False)

    def _arrange(self) -> None:
        layout = QVBoxLayout(self)
        above = _line(self.all, self.filter, QLabel("Region of all"), self.region, self.drawn)
        layout.addLayout(above)
        layout.addWidget(self.table, 1)
        hint = QLabel(DROP)
        hint.setEnabled(False)
        below = _line(self.add_files, self.add_folder, hint)
        below.addStretch(1)
        layout.addLayout(below)
        layout.addWidget(self.colors)
        layout.addWidget(self.results)
        layout.addWidget(self.summary)
        layout.addWidget(self.trouble)
        layout.addWidget(self.buttons)
        wide, least, usual = (n * self.fontMetrics().lineSpacing() for n in LINES)
        self.table.setMinimumSize(wide, least)
        self.resize(self.sizeHint().width(), self.sizeHint().height() + usual - least)

    def _connect(self) -> None:
        self.all.clicked.connect(self._on_all)
        self.filter.textChanged.connect(self._on_filter)
        self.region.activated.connect(self._on_region_of_all)
        self.drawn.clicked.connect(self._on_drawn)
        self.add_files.clicked.connect(self._ask_files)
        self.add_folder.clicked.connect(self._ask_folder)
        self.colors.changed.connect(self._on_other_colors)
        self.results.changed.connect(self._look)
        for signal in (self.images.dataChanged, self.images.rowsInserted, self.images.modelReset):
            signal.connect(self._look)
        self.buttons.rejected.connect(self.reject)
        self.run.clicked.connect(self._on_run)

    # -- the list

    def _seen_rows(self) -> dict[int, Row]:
        """Return the rows that are seen and can be, by their numbers."""
        rows = self.images.rows
        return {n: rows[n] for n in self.seen.numbers() if not rows[n].refusal}

    def _ticked_rows(self) -> dict[int, Row]:
        return {n: row for n, row in self._seen_rows().items() if row.ticked}

    def _on_all(self) -> None:
        seen = self._seen_rows()
        self.images.tick(seen, len(self._ticked_rows()) < len(seen))

    def _on_filter(self, text: str) -> None:
        self.seen.setFilterFixedString(text)
        self._look()

    def _on_region_of_all(self, place: int) -> None:
        region = self.images.regions[place][1]
        self.images.set_regions(dict.fromkeys(self._ticked_rows(), region))

    def _on_drawn(self) -> None:
        found = {n: self._helpers.drawn(row.image) for n, row in self._ticked_rows().items()}
        drawn = {n: region for n, region in found.items() if region is not None}
        self.images.set_regions(drawn)
        if len(drawn) < len(found):
            n = _count(len(found) - len(drawn), "image")
            self.complain(f"On {n} there is not exactly one Shapes layer with something drawn.")

    def _show_regions(self) -> None:
        self.region.clear()
        for name, _ in self.images.regions:
            self.region.addItem(name)
        for control in (self.region, self.drawn):
            control.setEnabled(len(self.images.regions) > 1)

    def keep(self, rows: Sequence[Row], regions: Sequence[Region]) -> None:
        """Follow the viewer: images and regions that are gone, and new ones.

        Parameters
        ----------
        rows : sequence of Row
            All images of the viewer; of those that are there already the rows stay.
        regions : sequence of (str, object)
            All regions.
        """
        there = [row for row in self.images.rows if not isinstance(row.image, PictureFile)]
        before = [(row.name, id(row.image)) for row in there], self.images.regions[1:]
        if before == ([(row.name, id(row.image)) for row in rows], [*regions]):
            return
        known = {id(row.image): row for row in there}
        files = [row for row in self.images.rows if isinstance(row.image, PictureFile)]
        for row in rows:
            if id(row.image) in known:
                known[id(row.image)].name = row.name
        self.images.keep([*(known.get(id(row.image), row) for row in rows), *files], regions)
        self._show_regions()
        self._on_colors()

    def refuse_files(self, refusals: dict[Any, str]) -> None:
        """Tell why some files cannot be read."""
        rows = enumerate(self.images.rows)
        self.images.refuse({n: refusals[row.image] for n, row in rows if row.image in refusals})

    # -- files

    def _ask_files(self) -> None:
        found, _ = QFileDialog.getOpenFileNames(self, "Add picture files")
        self.add([Path(path) for path in found])

    def _ask_folder(self) -> None:
        if found := QFileDialog.getExistingDirectory(self, "Add all pictures of a folder"):
            self.add([Path(found)])

    def add(self, paths: list[Path]) -> None:
        """Add files, and the pictures in folders; what is there already is not added again."""
        rows = self._helpers.files(paths, [row.image for row in self.images.rows])
        self.images.add(rows)
        self._on_colors()
        if rows:
            self.table.scrollToBottom()
            self.files_added.emit([row.image for row in rows])
        elif paths:
            self.complain("There is no picture in it that is not in the list already.")

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Let the return key end a filter, and not run anything."""
        returns = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if event is not None and event.key() in returns and self.focusWidget() is self.filter:
            self.table.setFocus()
        else:
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent | None) -> None:
        """Take files and folders."""
        if event is not None and _paths(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent | None) -> None:
        """Add what was dropped."""
        if event is not None and (paths := _paths(event)):
            event.acceptProposedAction()
            self.add(paths)

    # -- what is chosen

    def chosen(self) -> Chosen:
        """Return what is chosen now; images that are ticked but not seen, too."""
        return Chosen(
            [(row.image, row.region) for row in self.images.rows if row.is_wanted],
            self.colors.chosen,
            self.colors.n_colors,
            self.results.as_layers.isChecked(),
            self.results.folder,
            self.results.overwrite.isChecked() and not self.results.overwrite.isHidden(),
        )

    def _on_other_colors(self) -> None:
        """Take an image along, unless it has the colors that are chosen."""
        for number, row in enumerate(self.images.rows):
            if any(row.image is own for own in self.colors.owners):
                self.images.tick([number], not self.colors.is_own(row.image))
        self._on_colors()

    def _on_colors(self) -> None:
        """See which images cannot get the colors that are chosen."""
        images = [row.image for row in self.images.rows]
        self.images.refuse(dict(enumerate(self._helpers.refusals(images, self.colors.chosen))))
        self._look()

    def _look(self, *_: object) -> None:
        """Draw what follows from what is chosen."""
        self.trouble.hide()
        seen, ticked = self._seen_rows(), self._ticked_rows()
        some = PARTLY if ticked else Qt.CheckState.Unchecked
        is_all = len(ticked) == len(seen) > 0
        self.all.setCheckState(Qt.CheckState.Checked if is_all else some)
        self.all.setEnabled(bool(seen))
        used = {id(row.region) for row in ticked.values()} or {id(None)}
        told = [id(region) for _, region in self.images.regions]
        place = told.index(used.pop()) if len(used) == 1 else -1
        self.region.setCurrentIndex(place)
        self.table.setColumnHidden(2, not any(row.refusal for row in self.images.rows))
        chosen = self.chosen()
        self.summary.setText(self._told(chosen))
        self.run.setEnabled(bool(chosen.images))

    def _told(self, chosen: Chosen) -> str:
        """Return in one sentence what will be done."""
        n = len(chosen.images)
        if not n:
            return "No image is ticked."
        files = sum(isinstance(image, PictureFile) for image, _ in chosen.images)
        hidden = n - len(self._ticked_rows())
        unseen = f" ({hidden} of them not seen now)" if hidden else ""
        parts = [f"{_count(n, 'image')}{unseen} measured"]
        if n > files and chosen.as_layers:
            parts.append(f"{_count(n - files, 'image')} shown as layers")
        if chosen.folder is not None:
            where = chosen.folder.name
            parts.append(f"{_count(n, 'picture')}, palette and table written to {where}")
        elif files:
            parts.append(f"{_count(files, 'file')} not written")
        return f"{'; '.join(parts)}."

    def _on_run(self) -> None:
        if self.results.lacks_folder:
            self.complain("Choose the folder for the files, or untick it.")
            self.results.path.setFocus()
        else:
            self.wanted.emit()

    def complain(self, text: str) -> None:
        """Tell why it is not begun."""
        self.trouble.setText(text)
        self.trouble.show()

    def ask_to_replace(self, names: Sequence[str], folder: str) -> None:
        """Tell which files are there already, and offer to replace them."""
        told = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
        self.results.overwrite.show()
        self.complain(
            f'Already in {folder}: {told}. Tick "replace files", or choose another folder.'
        )
        self.results.overwrite.setFocus()


def _line(*parts: QWidget) -> QHBoxLayout:
    line = QHBoxLayout()
    for part in parts:
        line.addWidget(part, int(isinstance(part, QLineEdit)))
    return line


def _count(n: int, what: str) -> str:
    return f"{n:,} {what}{'s' * (n != 1)}"


def _paths(event: QDropEvent) -> list[Path]:
    """Return the files and folders that are dragged."""
    data = event.mimeData()
    urls = [] if data is None else data.urls()
    return [Path(url.toLocalFile()) for url in urls if url.isLocalFile()]


__all__ = ["EVERYTHING", "HOW_TO", "Chosen", "Helpers", "ManyDialog", "Offer"]
