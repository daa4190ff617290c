"""The help: the pages of the documentation that come with the package, with their pictures."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from qtpy.QtCore import QSize, Qt, QTimer, QUrl
from qtpy.QtGui import QImage, QResizeEvent, QTextDocument
from qtpy.QtWidgets import QTextBrowser

import napari_kmeans_quantizer

FIRST = "widget.md"
MARGIN = 24  # pixels beside a picture
REST = 150  # milliseconds: pictures follow the width once it rests


def docs_folder() -> Path:
    """Return where the pages are: in the installed package, or in the checkout around it.

    Raises
    ------
    FileNotFoundError
        If they are in neither.
    """
    package = Path(napari_kmeans_quantizer.__file__).parent
    for folder in (package / "docs", package.parents[1] / "docs"):
        if (folder / FIRST).is_file():
            return folder
    raise FileNotFoundError(f"{FIRST} is not in {package / 'docs'}: install the package again.")


def readable(page: str) -> str:
    """Return a page without what Qt's markdown does not know: sizes of pictures, and where from.

    Examples
    --------
    >>> readable('<img src="images/a.png" width="456" alt="The panel">')
    '![The panel](images/a.png)'
    """
    return re.sub(r'<img src="([^"]+)"[^>]*alt="([^"]*)"[^>]*>', r"![\2](\1)", page)


class HelpView(QTextBrowser):
    """Shows the pages; links between them work, and pictures are as wide as there is room."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = docs_folder()
        self._page = ""
        self._pictures: dict[str, QImage] = {}
        self.setAccessibleName("Help")
        # Else it comes and goes with the pictures' size, and those with it.
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setOpenLinks(False)
        self.anchorClicked.connect(self._follow)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST)
        self._rest.timeout.connect(self._fit)
        self.show_page(FIRST)

    def show_page(self, name: str) -> None:
        """Show a page from its beginning."""
        self._page = name
        text = (self._folder / name).read_text(encoding="utf-8")
        self.setMarkdown(readable(text))

    def show_passage(self, beginning: str) -> None:
        """Show the first page, from where these words are."""
        self.show_page(FIRST)
        if self.find(beginning):
            bar: Any = self.verticalScrollBar()
            bar.setValue(bar.value() + self.cursorRect().top())

    def sizeHint(self) -> QSize:  # noqa: N802
        """Return room for a column of text, and its pictures."""
        metrics = self.fontMetrics()
        return QSize(90 * metrics.averageCharWidth(), 45 * metrics.lineSpacing())

    def _follow(self, url: QUrl) -> None:
        """Go to another page that is here; what is elsewhere is not opened unasked."""
        name = url.path()
        if name.endswith(".md") and (self._folder / name).is_file():
            self.show_page(name)

    def loadResource(self, kind: int, name: QUrl) -> Any:  # noqa: N802
        """Return a picture, no wider than the text."""
        if kind != QTextDocument.ResourceType.ImageResource.value:
            return super().loadResource(kind, name)
        path = name.path()
        if path not in self._pictures:
            self._pictures[path] = QImage(str(self._folder / path))
        picture = self._pictures[path]
        viewport: Any = self.viewport()
        width = max(viewport.width() - MARGIN, 100)
        if picture.width() <= width:
            return picture
        return picture.scaledToWidth(width, Qt.TransformationMode.SmoothTransformation)

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802
        """Fit the pictures once the width rests."""
        super().resizeEvent(event)
        if event is not None and event.size().width() != event.oldSize().width():
            self._rest.start()

    def _fit(self) -> None:
        """Set the page anew, at the place where it was."""
        bar: Any = self.verticalScrollBar()
        place = bar.value() / max(bar.maximum(), 1)
        self.show_page(self._page)
        bar.setValue(round(place * bar.maximum()))
