"""The site is built without a warning, and its search finds every public name.

Examples are not run here: `test_examples.py` does that.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MADE = ("gallery", "generated")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    pytest.importorskip("sphinx_gallery", reason="needs the extra docs")
    folder = tmp_path_factory.mktemp("site")
    shutil.copytree(ROOT / "docs", folder / "docs", ignore=shutil.ignore_patterns(*MADE))
    for page in ("CHANGELOG.md", "CONTRIBUTING.md"):
        shutil.copy(ROOT / page, folder)
    how = [
        "--fail-on-warning",
        "--keep-going",
        "-q",
        "-D",
        "sphinx_gallery_conf.plot_gallery=False",
    ]
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", *how, folder / "docs", folder / "site"],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return folder / "site"


def test_every_page_and_example_is_there(site):
    pages = {page.stem for page in (ROOT / "docs").glob("*.md")}
    assert pages <= {page.stem for page in site.glob("*.html")}
    for example in (ROOT / "docs" / "examples").glob("*/plot_*.py"):
        assert (site / "gallery" / example.parent.name / f"{example.stem}.html").is_file()
        assert list(site.glob(f"_downloads/*/{example.stem}.ipynb"))


def test_search_finds_every_public_name(site):
    check = [sys.executable, ROOT / "scripts" / "check_search.py", site]
    done = subprocess.run(check, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_search_that_misses_a_name_is_told(site, tmp_path):
    index = (site / "searchindex.js").read_text(encoding="utf-8")
    (tmp_path / "searchindex.js").write_text(index.replace('"fit_palette"', '"fit"'), "utf-8")
    check = [sys.executable, ROOT / "scripts" / "check_search.py", tmp_path]
    done = subprocess.run(check, capture_output=True, text=True)
    assert "does not find: napari_kmeans_quantizer.fit_palette" in done.stderr


def test_pages_load_nothing_from_elsewhere(site):
    """It is read offline, too, and tells nobody who reads it."""
    loaded = re.compile(r'<(?:script|link|img|iframe)\b[^>]*?(?:src|href)="(https?:[^"]+)"')
    for page in site.rglob("*.html"):
        assert not loaded.findall(page.read_text(encoding="utf-8")), page.name
