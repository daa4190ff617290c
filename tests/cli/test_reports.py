"""What came out, for other programs."""

from __future__ import annotations

import csv
import json

from PIL import Image

from napari_kmeans_quantizer import quantize

from .command import PHOTO


def report(run, here, suffix):
    Image.fromarray(PHOTO).save("photo.png")
    Image.new("RGB", (5, 4), "red").save("red.png")
    (here / "broken.png").write_bytes(b"no picture")
    said = run("photo.png", "broken.png", "red.png", "-k", 5, "--report", f"report{suffix}")
    assert said.status == 1
    return (here / f"report{suffix}").read_text(encoding="utf-8")


def test_a_table_with_a_row_for_each_picture(run, here):
    photo, broken, red = csv.DictReader(report(run, here, ".csv").splitlines())
    expected = quantize(PHOTO, 5)
    assert photo == {
        "source": "photo.png",
        "result": "photo-5-colors.png",
        "error": "",
        "n_colors": "5",
        "psnr": f"{round(expected.psnr, 3)}",
        "unchanged": "False",
        "bytes_before": str((here / "photo.png").stat().st_size),
        "bytes_after": str((here / "photo-5-colors.png").stat().st_size),
        "pixels_left_out": "0",
        "hex": " ".join(expected.palette.hex),
    }
    assert broken["error"].startswith("broken.png: ")
    assert [*broken.values()][3:] == [""] * 7
    assert (red["psnr"], red["unchanged"], red["hex"]) == ("", "True", "#ff0000")


def test_json_with_all_that_is_known(run, here):
    photo, broken, red = json.loads(report(run, here, ".json"), parse_constant=None)
    expected = quantize(PHOTO, 5)
    assert photo["hex"] == expected.palette.hex
    assert photo["quantization"] == json.loads(json.dumps(expected.to_dict()))
    assert broken["quantization"] is None
    assert red["unchanged"] is True


def test_nothing_is_replaced_unasked(run, photo, here):
    (here / "report.csv").write_text("precious")
    assert run(photo, "--report", "report.csv").status == 2
    assert (here / "report.csv").read_text() == "precious"
    assert run(photo, "--report", "report.csv", "--force").status == 0
    assert (here / "report.csv").read_text().startswith("source,")
