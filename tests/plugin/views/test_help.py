"""The help comes with the package, and is read without a network."""

from __future__ import annotations

import re
import shutil

import pytest
from qtpy.QtCore import Qt, QUrl
from qtpy.QtGui import QTextDocument

from napari_kmeans_quantizer.plugin.views import help as help_module
from napari_kmeans_quantizer.plugin.views.help import FIRST, HelpView, docs_folder

IMAGE = QTextDocument.ResourceType.ImageResource.value


@pytest.fixture
def view(qtbot):
    view = HelpView()
    qtbot.addWidget(view)
    view.resize(500, 600)
    with qtbot.waitExposed(view):
        view.show()
    return view


def pictures():
    return re.findall(r"images/[\w-]+\.png", (docs_folder() / FIRST).read_text(encoding="utf-8"))


def test_it_begins_with_the_walk_and_all_pictures_fit(view):
    text = view.toPlainText()
    assert "two-minute walk" in text
    assert "<img" not in text
    assert len(pictures()) >= 8
    for name in pictures():
        picture = view.loadResource(IMAGE, QUrl(name))
        assert 100 < picture.width() <= view.viewport().width(), name


def test_pictures_follow_the_width(view, qtbot):
    view.resize(300, 600)
    qtbot.waitUntil(lambda: not view._rest.isActive())
    assert view.loadResource(IMAGE, QUrl(pictures()[0])).width() < 300


def test_links_between_pages_work_and_no_other_is_opened(view):
    view.anchorClicked.emit(QUrl("scripting.md"))
    assert view.toPlainText().startswith("Scripting")
    view.anchorClicked.emit(QUrl("https://example.org/widget.md"))
    view.anchorClicked.emit(QUrl("nowhere.md"))
    assert view.toPlainText().startswith("Scripting")
    view.anchorClicked.emit(QUrl("widget.md#keys"))
    assert "two-minute walk" in view.toPlainText()


def test_an_installed_package_has_its_own_pages(tmp_path, monkeypatch):
    package = tmp_path / "site-packages" / "napari_kmeans_quantizer"
    package.mkdir(parents=True)
    monkeypatch.setattr(
        help_module.napari_kmeans_quantizer, "__file__", str(package / "__init__.py")
    )
    with pytest.raises(FileNotFoundError, match="install the package again"):
        docs_folder()
    (package / "docs").mkdir()
    shutil.copy(help_module.Path(__file__), package / "docs" / FIRST)
    assert docs_folder() == package / "docs"


def test_the_menu_opens_it(make_napari_viewer, qtbot):
    viewer = make_napari_viewer()
    widget = viewer.window.add_plugin_dock_widget("napari-kmeans-quantizer")[1]
    entries = widget.buttons.menus["More"].actions()
    entry = next(action for action in entries if action.text() == "Help")
    assert "http" not in entry.toolTip()
    entry.trigger()
    view = viewer.window.dock_widgets["Help: K-means colors"]
    assert "two-minute walk" in view.toPlainText()
    assert view.parent().isFloating()
    entry.trigger()
    assert viewer.window.dock_widgets["Help: K-means colors"] is view
    assert view.focusPolicy() != Qt.FocusPolicy.NoFocus
