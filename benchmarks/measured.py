"""Measured figures in the pages: nobody types them.

``docs/measured/`` holds a file ``NAME.md`` per table and ``values.json`` with single figures and
their units. Pages show them between two marks, a table on lines of its own, a figure on one line::

    <!-- measured: NAME -->

    | the table |

    <!-- /measured -->

    takes <!-- measured: NAME -->20 MB<!-- /measured --> of memory

``make bench`` writes the files and fills the pages. This fills pages that were edited::

    python benchmarks/measured.py
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "measured"
VALUES = "values.json"
MARK = re.compile(r"<!--\s*(?P<closing>/?)measured\b:?(?P<name>.*?)-->")


def main() -> None:
    for page in fill(pages(), FOLDER):
        print(f"{page.relative_to(ROOT)}: filled")


def pages() -> list[Path]:
    return [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def keep(folder: Path, tables: Mapping[str, str], values: Mapping[str, str]) -> None:
    """Write tables, and single figures beside those that are there."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        (folder / f"{name}.md").write_text(f"{table.strip()}\n", encoding="utf-8", newline="\n")
    if values:
        known = read_values(folder) | dict(values)
        text = json.dumps(dict(sorted(known.items())), indent=2, ensure_ascii=False)
        (folder / VALUES).write_text(f"{text}\n", encoding="utf-8", newline="\n")


def fill(paths: list[Path], folder: Path) -> list[Path]:
    """Put what is in the folder into pages; return those that changed.

    Raises
    ------
    ValueError
        If a mark has no partner, or there is no such table or figure. Then no page is written.
    """
    changed = {}
    for path in paths:
        text = read(path)
        new = filled(text, folder, path.name)
        if new != text:
            changed[path] = new
    for path, text in changed.items():
        path.write_text(text, encoding="utf-8", newline="")
    return list(changed)


def read(path: Path) -> str:
    with path.open(encoding="utf-8", newline="") as file:  # line ends stay as they are
        return file.read()


def filled(text: str, folder: Path, page: str) -> str:
    """Return a page's text with what is measured; all else stays as it is."""
    parts, end = [], 0
    for opened, closed in blocks(text, page):
        parts += [text[end : opened.end()], content(text, opened, closed, folder, page)]
        end = closed.start()
    return "".join([*parts, text[end:]])


def blocks(text: str, page: str) -> list[tuple[re.Match[str], re.Match[str]]]:
    """Return the marks at both ends of each block."""
    found, opened = [], None
    for mark in MARK.finditer(text):
        if bool(mark["closing"]) == (opened is None):
            what = "closes nothing" if opened is None else "comes before the one above is closed"
            raise ValueError(f"{place(text, mark, page)}: `{mark[0]}` {what}.")
        if opened is None:
            opened = mark
        else:
            found.append((opened, mark))
            opened = None
    if opened is not None:
        raise ValueError(
            f"{place(text, opened, page)}: `{opened[0]}` is not closed. "
            "Write `<!-- /measured -->` behind the figure."
        )
    return found


def content(
    text: str, opened: re.Match[str], closed: re.Match[str], folder: Path, page: str
) -> str:
    """Return what stands between two marks: a table if they are on different lines."""
    name, here = opened["name"].strip(), place(text, opened, page)
    if "\n" not in text[opened.end() : closed.start()]:
        values = read_values(folder)
        if name not in values:
            raise ValueError(f"{here}: no figure `{name}`; there are {', '.join(values)}.")
        if not text[text.rfind("\n", 0, opened.start()) + 1 : opened.start()].strip():
            raise ValueError(
                f"{here}: `{opened[0]}` begins the line, which Markdown takes for HTML then. "
                "Let a word stand before it."
            )
        return values[name]
    tables = [path.stem for path in sorted(folder.glob("*.md"))]
    if name not in tables:
        raise ValueError(f"{here}: no table `{name}`; there are {', '.join(tables)}.")
    table = (folder / f"{name}.md").read_text(encoding="utf-8")
    return f"\n\n{table}\n".replace("\n", "\r\n" if "\r\n" in text else "\n")


def place(text: str, mark: re.Match[str], page: str) -> str:
    return f"{page}, line {1 + text.count(chr(10), 0, mark.start())}"


def read_values(folder: Path) -> dict[str, str]:
    file = folder / VALUES
    return json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}


if __name__ == "__main__":
    main()
