"""How figures become tables; what is measured is not measured here."""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import dask.array as da
import numpy as np
import pytest

if TYPE_CHECKING:
    from types import ModuleType

FOLDER = Path(__file__).parents[1] / "benchmarks"

linux = pytest.mark.skipif(sys.platform != "linux", reason="memory is measured on Linux")


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
    assert tables.tell(table, tables.results(table, [today], 3))[2:] == [
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
    table = tables.Table("Title", cases)
    lines = tables.tell(table, tables.results(table, [old, today], 3))
    assert turns == [old, today] * 3
    assert lines[4:] == ["| K=2 | CPU ms | 30 | 40 | 0.750 |", "| lab | r | - | 1.0031 | - |"]


def test_published_errors(tables: ModuleType, tmp_path: Path) -> None:
    cq100 = import_module("cq100")
    file = tmp_path / "errors.csv"
    header = "image,K,method,mse_sum_over_rgb,source"
    file.write_text(f"{header}\nlamp,4,X,12.5,us\nlamp,4,ours-best,3,us\nlamp,16,X,3,us\n")
    assert cq100.read_published(file) == {"X": {("lamp", 4): 12.5, ("lamp", 16): 3.0}}


def test_many_pictures_summed_up(tables: ModuleType) -> None:
    cq100 = import_module("cq100")
    problems = [(picture, k) for picture in ("lamp", "tree") for k in cq100.KS]
    ours = cq100.Method(dict.fromkeys(problems, 10.0), dict.fromkeys(cq100.KS, 0.02))
    others = dict.fromkeys(problems, 10.0) | {("lamp", 4): 40.0, ("tree", 16): 5.0}
    rows = cq100.summed_up({cq100.OURS: ours, "X": cq100.Method(others, {})})
    assert rows == {
        cq100.OURS: {
            "K=4": "20 / 1.0000", "K=16": "20 / 1.41", "K=64": "20 / 1.0000",
            "K=256": "20 / 1.0000", "worst r": 2.0, "ours, balanced, is nearer": "-",
        },
        "X": {
            "K=4": "- / 2.00", "K=16": "- / 1.0000", "K=64": "- / 1.0000",
            "K=256": "- / 1.0000", "worst r": 4.0, "ours, balanced, is nearer": "1 of 8",
        },
    }  # fmt: skip


def test_a_terapixel_follows_from_what_a_pixel_more_costs(tables: ModuleType) -> None:
    slope = import_module("slope")
    lines = slope.terapixel({"fit, CPU s": 6.0, "labels, CPU s": 3.0})
    assert lines[3:5] == [
        "| computed, 1 core | 6.0 ns a pixel: 100 minutes | 3.0 ns a pixel: 50 minutes |",
        "| 100 cores | 60 s, if 50 GB/s can be read | 30 s, if 100 GB/s can be read |",
    ]


def test_pages_tell_whole_tables_of_one_state(tables: ModuleType) -> None:
    sections = import_module("sections")
    rows = {"K=2": {"CPU ms": 12.4}}
    table = tables.Table("Spaces", [], values=lambda rows: {"figure": "12 ms"})
    told = sections.about_ours("grey", table, {"today": rows})
    lines = told.tables["grey"].splitlines()
    assert lines[:4] == ["|  | CPU ms |", "| --- | ---: |", "| K=2 | 12 |", ""]
    assert lines[4].startswith("*Spaces. Measured by `make bench` on 2")
    assert told.values == {"figure": "12 ms"}
    untold = [
        ("grey", {"old": rows, "today": rows}),
        ("grey", {"today": rows | {"K=4": {}}}),
        ("masks", {"today": rows}),
    ]
    for name, results in untold:
        assert sections.about_ours(name, table, results)[1:] == ({}, {})


def test_single_figures_of_pages(tables: ModuleType) -> None:
    comparison = import_module("comparison")
    name = import_module("quantizers").ours("fast").name
    cells = {(name, 2): comparison.Cell(1.0, 10.0), (name, 8): comparison.Cell(1.0, 5.0512)}
    assert comparison.excess(cells, {2: 10.0, 8: 5.0}, "fast") == "1.03 %"
    assert comparison.excess(cells, {2: 10.0}, "fast") == "0.01 %"
    memory = {"rgb, K=2": {"extra MB": 5.2}, "rgb, K=8": {"extra MB": 7}, "lab": {"extra MB": 9.5}}
    assert import_module("memory").values(memory) == {
        "memory-rgb": "7 MB",
        "memory-spaces": "10 MB",
    }
    spaces = {"lab, K=2": {"over RGB": 1.52}, "oklab, K=2": {"over RGB": 2}, "other": {"CPU ms": 1}}
    assert import_module("spaces").values(spaces) == {"spaces-over-rgb": "1.5 to 2.0 times"}


def test_tables_of_pages_across(tables: ModuleType) -> None:
    files = {
        f"K={k}, {way}": {"bytes": 1234 * k, "CPU ms": 20.4, "over ours": 1}
        for k in (2, 8)
        for way in ("ours", "Pillow, optimize")
    }
    assert import_module("files").in_pages(files)["files"] == [
        "|  | K=2 | K=8 |",
        "| --- | ---: | ---: |",
        "| ours | 2,468 (20) | 9,872 (20) |",
        "| Pillow, optimize | 2,468 (20) | 9,872 (20) |",
    ]
    dithered = {
        "none, K=4": {"over none": 1},
        "Pillow, Floyd-Steinberg, K=4": {"over none": 0.7512},
    }
    assert import_module("dithering").in_pages(dithered)["dither"] == [
        "|  | Pillow, Floyd-Steinberg |",
        "| --- | ---: |",
        "| K=4 | 0.751 |",
    ]


def test_a_mosaic_is_the_same_in_any_chunks(tables: ModuleType) -> None:
    mosaic = import_module("mosaic")
    for dtype in ("uint8", "uint16", "float32"):
        whole = mosaic.mosaic_of((600, 700), (600, 700), dtype).compute()
        parts = mosaic.mosaic_of((600, 700), (70, 333), dtype).compute()
        assert whole.dtype == dtype
        assert (whole == parts).all()
    assert (
        mosaic.pixels((100, 300), (200, 700)) == mosaic.pixels((0, 600), (0, 700))[100:300, 200:]
    ).all()


def test_levels_of_a_mosaic_are_every_second_pixel(tables: ModuleType) -> None:
    levels = import_module("mosaic").pyramid(0.04, "uint16")
    assert [level.shape[1] for level in levels] == [6144, 3072]
    part = (slice(700, 900), slice(300, 900))
    fine = levels[0][1400:1800, 600:1800].compute()
    assert (levels[1][part].compute() == fine[::2, ::2]).all()


def test_a_mosaic_has_about_as_many_pixels_as_asked_for(tables: ModuleType) -> None:
    image = import_module("mosaic").mosaic(0.1)
    assert image.shape == (10240, 10240, 3)
    assert image.chunksize == (2048, 2048, 3)


def test_a_mosaic_has_more_colors_than_a_photograph(tables: ModuleType) -> None:
    image = import_module("mosaic").pixels((0, 1000), (0, 1000))
    colors = image.astype(np.uint32) @ np.uint32([1 << 16, 1 << 8, 1])
    assert len(np.unique(colors)) > 200_000


def test_a_written_mosaic_is_read_chunk_by_chunk_and_goes_again(
    tables: ModuleType, tmp_path: Path
) -> None:
    zarr = pytest.importorskip("zarr")
    mosaic, lazily = import_module("mosaic"), import_module("lazily")
    image = mosaic.mosaic_of((300, 500), (100, 250))
    with mosaic.written(image, tmp_path) as path:
        observed = lazily.Observed(zarr.open_array(path), tmp_path / "reads")
        lazy = observed.lazy()
        assert lazy.chunks == image.chunks
        with lazily.workers(2):
            assert (lazy == image).all().compute()
            assert lazily.reads_told(observed.reads(), 6) == "1"
            lazy[:200].compute()
            assert lazily.reads_told(observed.reads(), 6) == "0 to 1"
    assert not path.exists()
    assert list(tmp_path.iterdir()) == []


def test_the_slope_of_what_is_linear(tables: ModuleType) -> None:
    slope = import_module("slope")
    rows = {
        f"{n} gigapixels": {"pixels": n * 1e9, "fit, CPU s": 3 + 7 * n, "peak MB": 100.0}
        for n in (0.1, 1, 10)
    }
    line = slope.line(rows)
    assert line["ns per pixel more"] == {"fit, CPU s": pytest.approx(7)}
    assert line["a terapixel, by that, hours"] == {"fit, CPU s": pytest.approx(7000 / 3600)}


def test_errors_of_rivals(tables: ModuleType) -> None:
    rivals = import_module("lazy_rivals")
    image = da.from_array(np.uint8([[[0, 0, 0], [9, 9, 9]]] * 4), chunks=(2, 2, 3))
    colors, labels = np.array([[0.2, 0.1, 0], [9, 9, 12.4]]), np.array([[0, 1]] * 4)
    expected = (12 - 9) ** 2 / 6
    for chosen in (da.from_array(labels, chunks=(2, 2)), da.from_array(labels.ravel(), chunks=4)):
        assert rivals.squared_errors(image, colors, chosen).mean().compute() == expected


@linux
def test_every_lazy_table_comes_about(tables: ModuleType, tmp_path: Path) -> None:
    pytest.importorskip("zarr")
    mosaic, larger = import_module("mosaic"), import_module("larger_than_memory")
    with mosaic.written(mosaic.mosaic_of((300, 500), (100, 250)), tmp_path) as path:
        (row,) = larger.quantized(str(path), "1 thread", 1, False, 8).values()
        assert row["promised MB"] == pytest.approx(200 + 3 * 0.075)
    (row,) = import_module("slope").fit_and_paint(0.001).values()
    assert row["pixels"] == 2048**2
    rivals = import_module("lazy_rivals")
    errors = {
        rival.name: rivals.run(rival.name, 8, 0.1, 200)[rival.name]["mse"]
        for rival in rivals.RIVALS
        if find_spec(rival.module)
    }
    assert errors[rivals.OURS] < 1.01 * min(errors.values())
