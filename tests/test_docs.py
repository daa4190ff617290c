"""Every Python example of the README and the docs runs as it stands, in order of the page."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import napari.settings
import pytest
from skimage import data

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def examples(page):
    return re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.parametrize("page", [p for p in PAGES if examples(p)], ids=lambda p: p.name)
def test_examples_run(page, make_napari_viewer, qtbot, tmp_path, monkeypatch):
    monkeypatch.setattr(napari.settings, "_CFG_PATH", str(tmp_path / "settings.yaml"))
    napari.settings._clear_plugin_settings_cache()
    monkeypatch.chdir(tmp_path)  # examples write files
    viewer = make_napari_viewer()
    viewer.add_image(data.coffee()[::4, ::4], name="photo")
    names = {"viewer": viewer}
    for example in examples(page):
        for statement in ast.parse(example).body:
            exec(compile(ast.Module([statement], []), str(page), "exec"), names)
            widget = names.get("widget")  # as at a console: nobody goes on before it is done
            if widget is not None:
                qtbot.waitUntil(lambda widget=widget: not widget.running, timeout=300_000)
    napari.settings._clear_plugin_settings_cache()


def test_readme_summary_is_what_comes_out():
    from napari_kmeans_quantizer import quantize

    claimed = re.search(r"# (8 colors, .* smaller)", (ROOT / "README.md").read_text())[1]
    assert claimed == quantize(data.coffee(), 8).summary


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_within_the_project_lead_somewhere(page):
    text = page.read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text)
    for target in links + re.findall(r'src="([^":]+)"', text):
        assert (page.parent / source(target)).exists(), target


def source(target):
    """Return what a page of the gallery is made of when the site is built."""
    made = re.fullmatch(r"gallery/(?:(\w+)/)?(\w+)\.rst", target)
    if not made:
        return target
    folder, name = made.groups(default="")
    return f"examples/{folder}/{'GALLERY_HEADER.rst' if name == 'index' else name + '.py'}"


def test_every_public_name_is_in_the_reference():
    import napari_kmeans_quantizer
    from napari_kmeans_quantizer import plugin

    text = (ROOT / "docs" / "api" / "index.md").read_text(encoding="utf-8")
    listed = re.findall(r"^   (\w+)$", text, re.MULTILINE)
    assert sorted(listed) == sorted([*napari_kmeans_quantizer.__all__, *plugin.__all__])


def test_every_page_is_in_the_contents():
    pages = {page.stem for page in (ROOT / "docs").glob("*.md")}
    listed = {
        name
        for page in ("index", "guide", "about")
        for block in re.findall(
            r"```{toctree}\n(.*?)```", (ROOT / "docs" / f"{page}.md").read_text(), re.DOTALL
        )
        for name in re.findall(r"^[\w-]+$", block, re.MULTILINE)
    }
    assert listed == pages - {"index"}


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_python_that_is_not_run_can_be_read(page):
    for example in re.findall(r"```py\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
        ast.parse(example)


def test_the_house_in_contributing_is_the_real_one():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    told = set(re.findall(r"[\w/]+", text.partition("## The house")[2].partition("## How data")[0]))
    package = ROOT / "src" / "napari_kmeans_quantizer"
    files = {p.stem for p in package.rglob("*.py") if p.parent.name != "kernels"}
    missing = files - told - {"__init__"}
    assert not missing
    folders = {f"{p.parent.name}/" for p in package.rglob("__init__.py")} - {
        "napari_kmeans_quantizer/"
    }
    assert folders <= set(re.findall(r"\w+/", text))
