"""One way to save: where, wholly or not at all, and what is told."""

from __future__ import annotations

import os

import pytest
from qtpy.QtCore import Qt, QTimer
from qtpy.QtWidgets import QApplication, QFileDialog, QLineEdit, QMessageBox, QWidget

from napari_kmeans_quantizer.plugin.views import files
from napari_kmeans_quantizer.plugin.views.files import (
    PNG,
    SVG,
    TABLES,
    ask_path,
    proposed_name,
    save_as,
)


@pytest.fixture
def window(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    return window


@pytest.fixture
def answer(monkeypatch):
    """Let the user answer the dialog: by what was done to it, or by nothing."""
    dialogs = []

    def answer(name=None, name_filter=None):
        def run(dialog):
            dialogs.append(dialog)
            if name_filter is not None:
                dialog.selectNameFilter(name_filter)
                dialog.filterSelected.emit(name_filter)
            if name is not None:
                dialog.selectFile(str(name))
            return int(name is not None)

        monkeypatch.setattr(QFileDialog, "exec", run)
        return dialogs

    return answer


def saved_as(window, save, path, monkeypatch):
    told = []
    monkeypatch.setattr(files, "ask_path", lambda *_: path)
    save_as(window, save, "Save", "errors.csv", TABLES, told.append)
    return told


# -- where


@pytest.mark.parametrize(
    ("typed", "expected"),
    [("mine", "mine.csv"), ("mine.csv", "mine.csv"), ("mine.txt", "mine.txt"), (None, None)],
)
def test_the_dialog_adds_the_suffix(window, answer, tmp_path, typed, expected):
    answer(typed and tmp_path / typed)
    path = ask_path(window, "Save", "errors.csv", TABLES)
    assert path == (expected and tmp_path / expected)


def test_the_suffix_is_that_of_the_filter(window, answer, tmp_path):
    answer(tmp_path / "mine")
    assert ask_path(window, "Save", "plot.png", [PNG, SVG]) == tmp_path / "mine.png"
    answer(tmp_path / "mine", SVG)
    assert ask_path(window, "Save", "plot.png", [PNG, SVG]) == tmp_path / "mine.svg"


def test_the_dialog_saves_and_asks_before_it_replaces(window, answer):
    dialogs = answer()
    ask_path(window, "Save the curve", "errors.csv", TABLES)
    (dialog,) = dialogs
    assert dialog.windowTitle() == "Save the curve"
    assert dialog.acceptMode() == QFileDialog.AcceptMode.AcceptSave
    assert not dialog.testOption(QFileDialog.Option.DontConfirmOverwrite)
    assert dialog.nameFilters() == TABLES
    assert os.path.basename(dialog.selectedFiles()[0]) == "errors.csv"


def test_dialogs_are_not_kept(window, answer, qtbot):
    answer()
    ask_path(window, "Save", "errors.csv", TABLES)
    qtbot.waitUntil(lambda: window.findChildren(QFileDialog) == [], timeout=60_000)


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        ("coffee", "coffee shares.csv"),
        ("a/b\\c: <d>?", "a_b_c_ _d_ shares.csv"),
        ("  .. ", "shares.csv"),
        ("", "shares.csv"),
        ("Zellen · µ", "Zellen · µ shares.csv"),
        ("x" * 300, "x" * 80 + " shares.csv"),
    ],
)
def test_proposed_names_are_allowed_everywhere(image, expected):
    assert proposed_name(image, "shares.csv") == expected


def answered(qtbot, typed, replace):
    """Type a name into the real dialog and press Enter; answer its question, if it has one."""
    asked, done = [], []

    def answer():
        if done:
            return
        QTimer.singleShot(50, answer)  # at once: what follows may open a further dialog
        dialog = QApplication.activeModalWidget()
        if isinstance(dialog, QMessageBox):
            asked.append(dialog.text())
            button = QMessageBox.StandardButton.Yes if replace else QMessageBox.StandardButton.No
            qtbot.mouseClick(dialog.button(button), Qt.MouseButton.LeftButton)
        elif isinstance(dialog, QFileDialog) and asked:
            dialog.reject()  # the person thinks better of it
        elif isinstance(dialog, QFileDialog):
            line = dialog.findChild(QLineEdit)
            line.setText(typed)
            qtbot.keyClick(line, Qt.Key.Key_Return)

    QTimer.singleShot(50, answer)
    return done, asked


@pytest.mark.parametrize("typed", ["old.png", "old"])
@pytest.mark.parametrize("replace", [False, True])
def test_a_file_that_is_there_is_replaced_only_if_the_person_says_so(
    window, qtbot, tmp_path, monkeypatch, typed, replace
):
    monkeypatch.setattr(QFileDialog, "exec", not_native(QFileDialog.exec))
    monkeypatch.chdir(tmp_path)
    old = tmp_path / "old.png"
    old.write_bytes(b"old")
    done, asked = answered(qtbot, str(tmp_path / typed), replace)
    told = []
    save = lambda path: path.write_bytes(b"new")  # noqa: E731
    save_as(window, save, "Save picture", "x.png", [PNG], told.append)
    done.append(True)
    assert len(asked) == 1
    assert "old.png" in asked[0]
    assert old.read_bytes() == (b"new" if replace else b"old")
    assert told == (["Saved old.png"] if replace else [])
    assert os.listdir(tmp_path) == ["old.png"]


def not_native(run):
    def exec_dialog(dialog):
        dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
        return run(dialog)

    return exec_dialog


# -- what is told


def test_what_was_saved_is_told(window, tmp_path, monkeypatch):
    path = tmp_path / "errors.csv"
    told = saved_as(window, lambda path: path.write_text("new"), path, monkeypatch)
    assert told == ["Saved errors.csv"]
    assert path.read_text() == "new"


def test_thinking_better_of_it(window, monkeypatch):
    asked = []
    assert saved_as(window, asked.append, None, monkeypatch) == []
    assert asked == []


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (OSError(28, "No space left on device"), "No space left on device"),
        (OSError("broken"), "broken"),
        (ValueError("The name must end in .png"), "The name must end in .png"),
        (RuntimeError("OpenGL is missing"), "OpenGL is missing"),
    ],
)
def test_why_it_was_not_saved_is_told(window, tmp_path, monkeypatch, error, reason):
    def fail(_):
        raise error

    assert saved_as(window, fail, tmp_path / "x.csv", monkeypatch) == [f"Not saved: {reason}"]


def test_faults_of_ours_are_not_hidden(window, tmp_path, monkeypatch):
    def fail(_):
        raise KeyError("fault")

    with pytest.raises(KeyError):
        saved_as(window, fail, tmp_path / "x.csv", monkeypatch)
