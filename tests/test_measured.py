"""No figure of speed, memory or error is typed: pages show what `make bench` has written."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from types import ModuleType

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "measured"
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
HISTORY = "changelog.md"  # tells what was measured then

TABLE = "| K | ms |\n| --- | ---: |\n| 2 | 12 |\n\n*Caption.*\n"
PAGE = f"""# Title

<!-- measured: times -->

{TABLE}
<!-- /measured -->

It takes <!-- measured: memory -->20 MB<!-- /measured --> of memory.
"""

TIMES = r"\d[\d.,]*\s*(?:ms|µs|ns|milliseconds?|MP/s)\b"
OVER = r"(?:faster|slower|as fast|as slow|the time|the CPU)\b"
RATIOS = rf"(?:\d+(?:\.\d+)?|twice|two|three|half) (?:times )?{OVER}"
CLAIM = re.compile(f"{TIMES}|{RATIOS}|\\bs of CPU\\b", re.IGNORECASE)


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    return import_module("measured")


@pytest.fixture
def folder(measured: ModuleType, tmp_path: Path) -> Path:
    """Return a folder with a table and a figure."""
    measured.keep(tmp_path / "measured", {"times": TABLE}, {"memory": "20 MB"})
    return tmp_path / "measured"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_pages_show_what_was_measured(measured: ModuleType, page: Path) -> None:
    text = measured.read(page)
    assert measured.filled(text, FOLDER, page.name) == text, "run python benchmarks/measured.py"


def test_whatever_was_measured_is_shown(measured: ModuleType) -> None:
    text = "".join(map(measured.read, PAGES))
    shown = {mark["name"].strip() for mark in measured.MARK.finditer(text)}
    names = {path.stem for path in FOLDER.glob("*.md")} | measured.read_values(FOLDER).keys()
    assert names - shown == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_speed_is_claimed_in_blocks_alone(page: Path) -> None:
    if page.name == HISTORY:
        return
    text = page.read_text(encoding="utf-8")
    for not_told in (r"<!-- measured:.*?/measured -->", r"```.*?```", r"`[^`\n]*`"):
        text = re.sub(not_told, "", text, flags=re.DOTALL)
    assert [claim[0] for claim in CLAIM.finditer(text)] == []


def test_claims_are_recognized() -> None:
    claims = ("2 to 3 ms a chunk", "1,200 ns", "3 times faster", "twice the time", "45 s of CPU")
    assert all(map(CLAIM.search, claims))
    harmless = ("3 forms", "two chunks", "at most 60 s", "four times per page", "half the image")
    assert not any(map(CLAIM.search, harmless))


def test_a_full_page_stays_as_it_is(measured: ModuleType, folder: Path) -> None:
    assert measured.filled(PAGE, folder, "page.md") == PAGE


def test_only_what_stands_between_marks_changes(measured: ModuleType, folder: Path) -> None:
    stale = PAGE.replace("20 MB", "99 MB").replace(TABLE, "| old |\n")
    assert stale != PAGE
    assert measured.filled(stale, folder, "page.md") == PAGE


def test_empty_blocks_are_filled(measured: ModuleType, folder: Path) -> None:
    empty = PAGE.replace("20 MB", "").replace(f"\n{TABLE}\n", "")
    assert measured.filled(empty, folder, "page.md") == PAGE


def test_line_ends_of_a_page_stay(measured: ModuleType, folder: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_bytes(PAGE.replace("20 MB", "").replace("\n", "\r\n").encode())
    assert measured.fill([page], folder) == [page]
    assert page.read_bytes() == PAGE.replace("\n", "\r\n").encode()
    assert measured.fill([page], folder) == []


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("a\n<!-- measured: speed -->\n<!-- /measured -->", r"page.md, line 2: no table `speed`"),
        ("a <!-- measured: speed --><!-- /measured -->", r"line 1: no figure `speed`; .* memory"),
        ("a\n\nb <!-- measured: memory -->20 MB", r"line 3: .* is not closed"),
        ("<!-- measured: times -->\n<!-- measured: times -->", r"line 2: .* before the one above"),
        ("a <!-- /measured -->", r"line 1: `<!-- /measured -->` closes nothing"),
        ("<!-- measured: memory -->20 MB<!-- /measured -->", r"line 1: .* begins the line"),
        ("a <!-- measured memory -->\n", r"line 1: .* is not closed"),
    ],
)
def test_mistakes_in_a_page_are_told_by_line(
    measured: ModuleType, folder: Path, text: str, error: str
) -> None:
    with pytest.raises(ValueError, match=error):
        measured.filled(text, folder, "page.md")


def test_a_mistake_in_one_page_leaves_all_pages_alone(
    measured: ModuleType, folder: Path, tmp_path: Path
) -> None:
    stale, wrong = tmp_path / "stale.md", tmp_path / "wrong.md"
    stale.write_text("takes <!-- measured: memory --><!-- /measured -->", encoding="utf-8")
    wrong.write_text("<!-- measured: times -->", encoding="utf-8")
    with pytest.raises(ValueError, match="not closed"):
        measured.fill([stale, wrong], folder)
    assert "20 MB" not in stale.read_text(encoding="utf-8")


def test_figures_of_other_tables_are_kept(measured: ModuleType, folder: Path) -> None:
    measured.keep(folder, {}, {"compiling": "70 s"})
    assert measured.read_values(folder) == {"compiling": "70 s", "memory": "20 MB"}
    assert (folder / "times.md").read_text(encoding="utf-8") == TABLE


@pytest.mark.parametrize("option", ["--quick", "--image=x.png", "--k=2", "--against=HEAD"])
def test_pages_are_measured_always_alike(option: str) -> None:
    command = [sys.executable, ROOT / "benchmarks" / "compare.py", "--docs", option]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 2
    assert "leave out" in done.stderr


def test_the_panel_does_not_show_the_marks(qapp: object) -> None:
    from qtpy.QtGui import QTextDocument

    document = QTextDocument()
    document.setMarkdown(PAGE)
    assert document.toPlainText() == "Title\nK\nms\n2\n12\n\nCaption.\nIt takes 20 MB of memory."
