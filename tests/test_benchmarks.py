"""How figures become tables; what is measured is not measured here."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from types import ModuleType

FOLDER = Path(__file__).parents[1] / "benchmarks"


@pytest.fixture
def tables(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(FOLDER)
    return import_module("tables")


def source(name: str) -> object:
    return import_module("sources").Source(name, FOLDER)


def test_today_alone(tables: ModuleType) -> None:
    today = source("today")
    rows = {"K=2": {"CPU ms": 12.4, "over RGB": 2.0}, "K=16": {"CPU ms": 3.21}}
    table = tables.Table("Title", [tables.Case("both", lambda at: rows)])
    assert tables.tell(table, [today], 3)[2:] == [
        "|  | CPU ms | over RGB |",
        "| --- | ---: | ---: |",
        "| K=2 | 12 | 2 |",
        "| K=16 | 3.2 | - |",
    ]


def test_two_commits_take_turns_and_what_one_cannot_do_is_a_dash(tables: ModuleType) -> None:
    old, today = source("old"), source("today")
    turns = []

    def slower_and_slower(at: object) -> dict:
        turns.append(at)
        return {"K=2": {"CPU ms": len(turns) * 10.0}}

    def only_today(at: object) -> dict:
        if at is old:
            raise RuntimeError("unknown color space")
        return {"lab": {"r": 1.0031}}

    cases = [tables.Case("times", slower_and_slower), tables.Case("lab", only_today)]
    lines = tables.tell(tables.Table("Title", cases), [old, today], 3)
    assert turns == [old, today] * 3
    assert lines[4:] == ["| K=2 | CPU ms | 30 | 40 | 0.750 |", "| lab | r | - | 1.0031 | - |"]


def test_published_errors(tables: ModuleType, tmp_path: Path) -> None:
    cq100 = import_module("cq100")
    file = tmp_path / "errors.csv"
    file.write_text("image,K,method,mse_sum_over_rgb,source\nlamp,4,X,12.5,us\nlamp,16,X,3,us\n")
    others = cq100.read_published(file)
    ours = {("lamp", 4): 12.0, ("lamp", 16): 3.5, ("unknown", 4): 1.0}
    assert cq100.nearer(ours, others) == {"nearer than X": "1 of 2"}
