"""Reports: what came out as JSON, as a table of colors, and in bytes."""

from __future__ import annotations

import io
import json
import math
from dataclasses import replace

import numpy as np
import pytest
from skimage import data

from napari_kmeans_quantizer import Palette, quantize, write_indexed
from napari_kmeans_quantizer.core.report import in_bytes

PHOTO = data.coffee()[::4, ::4].copy()
BY_HAND = np.array([[[0, 0, 0], [0, 0, 4], [250, 100, 0]]], np.uint8)
"""Of two colors the first is the mean of black and a dark blue, (0, 0, 2)."""

IMAGES = {
    "photo": (PHOTO, {}),
    "unchanged": (BY_HAND, {"n_colors": 3}),
    "float32": (PHOTO.astype(np.float32) / 255, {"sample": np.float64(0.5)}),
    "long double": (np.array([[0, 1, 3]], np.longdouble), {"n_colors": 2}),
    "bool": (PHOTO > 100, {"channel_axis": -1}),
    "int64": (np.array([[2**60, 2**60 + 9]]), {"n_colors": 1}),
    "uint16, channels first": (np.moveaxis(PHOTO, -1, 0).astype(">u2"), {"channel_axis": 0}),
    "five channels": (np.dstack([PHOTO, PHOTO[..., :2]]), {"channel_axis": -1}),
    "masked": (PHOTO, {"mask": PHOTO[..., 0] > 90}),
    "all transparent": (np.zeros((2, 2, 4), np.uint8), {}),
    "generator": (PHOTO, {"random_state": np.random.default_rng(0)}),
    "auto": (PHOTO, {"n_colors": np.int64(5), "dither": None}),
}


def named(q, names):
    p = q.palette
    return replace(q, palette=Palette(p.colors, p.counts, names, p.dtype, p.value_range))


# -- to_dict


def test_by_hand():
    q = named(quantize(BY_HAND, 2, random_state=7), ["night", "orange"])
    report = q.to_dict()
    assert report["n_colors"] == 2
    assert report["colors"] == [[0, 0, 2], [250, 100, 0]]
    assert report["hex"] == ["#000002", "#fa6400"]
    assert report["names"] == ["night", "orange"]
    assert report["counts"] == [2, 1]
    assert report["shares"] == [2 / 3, 1 / 3]
    assert report["settings"]["random_state"] == 7
    assert report["settings"]["color_space"] == "rgb"
    figures = report["figures"]
    assert figures["inertia"] == 8  # twice 2 squared
    assert figures["mse"] == pytest.approx(8 / 9)  # over 3 pixels and 3 channels
    assert figures["rmse"] == pytest.approx(math.sqrt(8 / 9))
    assert figures["psnr"] == pytest.approx(20 * math.log10(255 / math.sqrt(8 / 9)))
    assert (figures["source_bits"], figures["bits_per_pixel"]) == (24, 1)
    assert figures["compression_factor"] == 24
    assert report["image"] == {
        "shape": [1, 3, 3],
        "dtype": "uint8",
        "channel_axis": 2,
        "value_range": [0, 255],
        "n_pixels": 3,
        "n_pixels_in_part": 3,
    }


@pytest.mark.parametrize("name", IMAGES)
def test_is_strict_json_whatever_the_image(name):
    image, options = IMAGES[name]
    q = quantize(image, **({"n_colors": 4} | options))
    for result in (q, q.recolored({0: q.palette.values[0]}) if len(q.palette) else q):
        report = result.to_dict()
        assert json.loads(json.dumps(report, allow_nan=False)) == report
        assert len(report["colors"]) == report["n_colors"] == len(q.palette)
        assert np.array_equal(
            np.array(report["colors"]).reshape(q.palette.values.shape), q.palette.values
        )


def test_what_is_infinite_or_not_known_is_none():
    unchanged = quantize(BY_HAND, 3)
    assert unchanged.to_dict()["figures"]["psnr"] is None
    assert unchanged.to_dict()["figures"]["mse"] == 0
    edited = unchanged.recolored({0: (1, 2, 3)}).to_dict()["figures"]
    assert [edited[name] for name in ("inertia", "mse", "rmse", "psnr")] == [None] * 4


def test_pixels_in_part():
    mask = PHOTO[..., 0] > 90
    image = quantize(PHOTO, 4, mask=mask).to_dict()["image"]
    assert image["n_pixels"] == mask.size
    assert image["n_pixels_in_part"] == mask.sum()


# -- to_frame


def test_table_by_hand():
    table = named(quantize(BY_HAND, 2), ["night", ""]).to_frame()
    assert list(table) == ["index", "hex", "name", "pixels", "share", "r", "g", "b", "rgb"]
    assert table.to_numpy().tolist() == [
        [0, "#000002", "night", 2, 2 / 3, 0, 0, 2, "rgb(0, 0, 2)"],
        [1, "#fa6400", "", 1, 1 / 3, 250, 100, 0, "rgb(250, 100, 0)"],
    ]


@pytest.mark.parametrize("name", IMAGES)
def test_table_has_a_row_for_each_color_and_can_be_saved(name):
    image, options = IMAGES[name]
    q = quantize(image, **({"n_colors": 4} | options))
    table = q.to_frame()
    n_channels = q.palette.n_channels
    expected = {1: ["value"], 3: ["r", "g", "b"]}.get(
        n_channels, [f"channel_{index}" for index in range(n_channels)]
    )
    assert list(table)[5:-1] == expected
    assert len(table) == len(q.palette)
    assert np.array_equal(table[expected].to_numpy(), q.palette.values)
    assert table["pixels"].sum() == q.palette.counts.sum()
    file = io.StringIO()
    table.to_csv(file, index=False)
    assert file.getvalue().count("\n") == len(q.palette) + 1


def test_the_table_is_a_copy():
    q = quantize(BY_HAND, 2)
    table = q.to_frame()
    table.loc[:, "r"] = 99
    table.loc[:, "pixels"] = 99
    assert q.palette.values[0, 0] == 0
    assert q.palette.counts[0] == 2


# -- bytes


def test_indexed_bytes_are_those_of_the_file(tmp_path):
    q = quantize(PHOTO, 16)
    assert q.indexed_bytes == write_indexed(tmp_path / "a.png", q)
    assert q.size_text == (
        f"24 -> 4 bits per pixel in theory; {in_bytes(q.indexed_bytes)} as indexed PNG, "
        "45.0 KB uncompressed"
    )


def test_what_no_indexed_file_can_hold_has_no_size():
    q = quantize(PHOTO / 255, 2)
    assert q.indexed_bytes is None
    assert q.size_text == "192 -> 1 bit per pixel in theory; no indexed PNG can hold it"


def test_an_edited_result_has_a_size_of_its_own():
    q = quantize(PHOTO, 16)
    merged = q
    while len(merged.palette) > 2:
        merged = merged.merged(0, into=1)
    assert merged.indexed_bytes < q.indexed_bytes / 2


def test_in_bytes():
    sizes = (0, 7, 999, 1000, 1234, 12_345, 123_456, 999_499, 999_500, 8_853_120, 3 * 10**12)
    assert [in_bytes(size) for size in sizes] == [
        "0 bytes", "7 bytes", "999 bytes", "1.00 KB", "1.23 KB", "12.3 KB", "123 KB", "999 KB",
        "1.00 MB", "8.85 MB", "3.00 TB",
    ]  # fmt: skip
