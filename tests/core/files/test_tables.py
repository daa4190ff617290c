"""Tables as files: what is read is what was written."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from napari_kmeans_quantizer.core.files.tables import table_text, write_table

FRAME = pd.DataFrame(
    {
        "image": ["slide, 1.png", 'a "b"\t.png'],
        "frame": pd.array([3, pd.NA], dtype="Int64"),
        "pixels": [12, 2**53 - 1],
        "share": [1 / 3, np.nan],
        "unit": ["µm²", ""],
    }
)


@pytest.mark.parametrize(("suffix", "separator"), [(".csv", ","), (".tsv", "\t")])
def test_numbers_and_texts_come_back_as_they_were(tmp_path, suffix, separator):
    path = tmp_path / f"areas{suffix}"
    n_bytes = write_table(path, FRAME)
    assert path.stat().st_size == n_bytes
    read = pd.read_csv(path, sep=separator, dtype={"frame": "Int64"}, keep_default_na=True)
    assert_frame_equal(read.fillna({"unit": ""}), FRAME, check_exact=True)
    assert b"\r" not in path.read_bytes()


def test_json_is_a_list_of_records_with_null_for_what_is_missing(tmp_path):
    path = tmp_path / "areas.JSON"
    write_table(path, FRAME)
    assert json.loads(path.read_text(encoding="utf-8")) == [
        {"image": "slide, 1.png", "frame": 3, "pixels": 12, "share": 1 / 3, "unit": "µm²"},
        {"image": 'a "b"\t.png', "frame": None, "pixels": 2**53 - 1, "share": None, "unit": ""},
    ]


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".json"])
def test_a_table_without_rows_has_its_columns(suffix):
    text = table_text(FRAME.iloc[:0], suffix)
    assert json.loads(text) == [] if suffix == ".json" else text.count("\n") == 1


def test_names_that_are_no_text_are_told_by_their_bytes(tmp_path):
    frame = pd.DataFrame({"image": np.array(["\udce9t\udce9.png"], object)})
    write_table(tmp_path / "a.csv", frame)
    assert (tmp_path / "a.csv").read_text() == "image\n\\udce9t\\udce9.png\n"


def test_nothing_is_replaced_unasked(tmp_path):
    path = tmp_path / "areas.csv"
    path.write_text("precious")
    with pytest.raises(FileExistsError, match="exists already"):
        write_table(path, FRAME)
    assert path.read_text() == "precious"
    write_table(path, FRAME, overwrite=True)
    assert path.read_text(encoding="utf-8").startswith("image,")


def test_other_formats_are_refused(tmp_path):
    with pytest.raises(ValueError, match=r"areas.xlsx: must end in .csv, .tsv, .json, got '.xlsx'"):
        write_table(tmp_path / "areas.xlsx", FRAME)
