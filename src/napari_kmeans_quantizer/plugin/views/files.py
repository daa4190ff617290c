"""One way to save: ask where, write wholly or not at all, and tell how it went."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from qtpy.QtWidgets import QFileDialog

if TYPE_CHECKING:
    from collections.abc import Callable

    from qtpy.QtWidgets import QWidget

FORBIDDEN = re.compile(r'[\x00-\x1f<>:"/\\|?*]+')  # in names of files, on one system or another
LONGEST = 80  # characters of an image's name
TABLES = ["Table (*.csv)", "Table, with tabs (*.tsv)", "Table as JSON (*.json)"]
PNG, SVG = "PNG picture (*.png)", "SVG picture (*.svg)"
GIF, TIFF, PDF = "GIF picture (*.gif)", "TIFF picture (*.tif)", "PDF document (*.pdf)"


def save_as(
    parent: QWidget,
    save: Callable[[Path], None],
    caption: str,
    name: str,
    filters: list[str],
    tell: Callable[[str], None],
) -> None:
    """Ask for a file, save to it, and tell the outcome.

    Parameters
    ----------
    parent : QWidget
        The window asking.
    save : callable
        Gets the path; raises an OSError, ValueError or RuntimeError if it cannot save.
    caption, name : str
        Title of the dialog, and the file's proposed name.
    filters : list of str
        Like `PNG`; the first one's suffix is added to names without one.
    tell : callable
        Gets one line: what was saved, or why not.
    """
    path = ask_path(parent, caption, name, filters)
    if path is None:
        return
    try:
        save(path)
    except (OSError, ValueError, RuntimeError) as error:
        tell(f"Not saved: {reason_of(error)}")
    else:
        tell(f"Saved {path.name}")


def reason_of(error: Exception) -> str:
    """Return why a file could not be read or written."""
    return error.strerror if isinstance(error, OSError) and error.strerror else str(error)


def named(reason: str, path: Path) -> str:
    """Return a reason with the name of the file that it is about, and not with its path."""
    reason = reason.replace(str(path), path.name)
    return reason if path.name in reason else f"{path.name}: {reason}"


def proposed_name(image: str, what: str) -> str:
    """Return a name for a file of an image, such as "coffee shares.csv".

    Parameters
    ----------
    image : str
        The image's name, "" for none; what no file may be called is replaced.
    what : str
        What the file holds, with its suffix.
    """
    kept = FORBIDDEN.sub("_", image)[:LONGEST].strip(" .")
    return f"{kept} {what}" if kept else what


def ask_path(parent: QWidget, caption: str, name: str, filters: list[str]) -> Path | None:
    """Let the user name a file to save to; before it would replace one, Qt asks.

    Parameters
    ----------
    parent, caption, name, filters
        As in `save_as`.

    Returns
    -------
    Path or None
        None if the user thought better of it.
    """
    # Not `getSaveFileName`: it adds no suffix, and adding one later could replace a file unasked.
    dialog = QFileDialog(parent, caption, name)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setNameFilters(filters)
    dialog.filterSelected.connect(lambda chosen: dialog.setDefaultSuffix(_suffix(chosen)))
    dialog.setDefaultSuffix(_suffix(filters[0]))
    dialog.selectFile(name)
    accepted = dialog.exec()
    chosen = dialog.selectedFiles()
    dialog.deleteLater()
    return Path(chosen[0]) if accepted and chosen else None


def ask_file(parent: QWidget, caption: str, filters: list[str]) -> Path | None:
    """Let the user choose a file to read; None if they thought better of it."""
    dialog = QFileDialog(parent, caption)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    dialog.setNameFilters(filters)
    accepted = dialog.exec()
    chosen = dialog.selectedFiles()
    dialog.deleteLater()
    return Path(chosen[0]) if accepted and chosen else None


def _suffix(name_filter: str) -> str:
    return name_filter.rpartition("*.")[2].rstrip(")")
