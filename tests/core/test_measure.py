"""measure(): areas and shares of clusters as a tidy table."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from napari_kmeans_quantizer import measure, quantize
from napari_kmeans_quantizer.core.measurement import COLUMNS, Measurement, table_of_images

BROWN, PALE, WHITE = (120, 80, 40), (200, 190, 180), (250, 250, 250)


def slide():
    """Return a picture of 8 x 10: 20 brown, 24 pale and 36 white pixels."""
    image = np.full((8, 10, 3), WHITE, np.uint8)
    image[:4, :5] = BROWN
    image[4:, :6] = PALE
    return image


@pytest.fixture
def q():
    return quantize(slide(), 3).renamed({2: "DAB", 0: "background"})


def test_known_areas_are_exact(q):
    table = measure(q, image="slide", pixel_size=0.5, unit="µm")
    assert list(table.columns) == list(COLUMNS)
    assert table["image"].tolist() == ["slide"] * 3
    assert table["name"].tolist() == ["background", "", "DAB"]
    assert table["hex"].tolist() == ["#fafafa", "#c8beb4", "#785028"]
    assert table["pixels"].tolist() == [36, 24, 20]
    assert table["area"].tolist() == [9.0, 6.0, 5.0]
    assert table["unit"].tolist() == ["µm²"] * 3
    assert table["share"].tolist() == [36 / 80, 24 / 80, 20 / 80]
    assert table["frame"].isna().all()
    assert table["position"].isna().all()


def test_a_number_is_each_side_of_a_pixel_and_two_are_rows_and_columns(q):
    assert measure(q, pixel_size=2)["area"].sum() == 80 * 4
    assert measure(q, pixel_size=(0.5, 3))["area"].sum() == 80 * 1.5
    assert set(measure(q, pixel_size=2)["unit"]) == {""}
    assert measure(q, unit="µm")["area"].isna().all()
    assert set(measure(q, unit="µm")["unit"]) == {""}


def test_three_lengths_are_a_volume():
    stack = quantize(np.stack([slide()] * 2), 3)
    table = measure(stack, pixel_size=(2, 0.5, 0.5), unit="µm")
    assert table["area"].tolist() == [36.0, 24.0, 20.0]
    assert set(table["unit"]) == {"µm³"}


def test_shares_are_of_the_region(q):
    regions = np.zeros((8, 10), int)
    regions[:4, :4], regions[3:5, 5:] = 7, 2  # brown alone; 5 white, 1 pale, 4 white
    table = measure(q, regions=regions, region_names={7: "tumor"})
    assert table["region"].tolist() == ["2"] * 3 + ["tumor"] * 3
    assert table["pixels"].tolist() == [9, 1, 0, 0, 0, 16]
    assert table["share"].tolist() == [0.9, 0.1, 0, 0, 0, 1]


def test_named_regions_may_overlap_and_be_empty(q):
    top = np.arange(8)[:, np.newaxis] < 4
    regions = {"top": np.broadcast_to(top, (8, 10)), "all": np.ones((8, 10)) > 0}
    regions["none"] = np.zeros((8, 10), bool)
    table = measure(q, regions=regions)
    assert table["region"].tolist() == [name for name in regions for _ in range(3)]
    assert table["pixels"].tolist() == [20, 0, 20, 36, 24, 20, 0, 0, 0]
    assert table["share"].iloc[-3:].isna().all()


def test_regions_of_the_last_axes_count_in_all_frames():
    stack = quantize(np.stack([slide(), slide()[::-1]]), 3)
    table = measure(stack, regions=np.arange(10) < 5)
    assert table["pixels"].tolist() == [40, 40, 0] or table["pixels"].sum() == 80


def test_frames_have_indices_and_positions():
    stack = np.stack([slide(), slide(), np.full_like(slide(), 250)])
    table = measure(quantize(stack, 3), frames=[0, 2.5, 5], frame_unit="s")
    assert table["frame"].tolist() == [0] * 3 + [1] * 3 + [2] * 3
    assert table["position"].tolist() == [0.0] * 3 + [2.5] * 3 + [5.0] * 3
    assert set(table["position_unit"]) == {"s"}
    assert table.groupby("frame")["share"].sum().tolist() == pytest.approx([1, 1, 1])
    assert table["share"].tolist()[-3:] == [1, 0, 0]
    numbered = measure(quantize(stack, 3), frames=True)
    assert numbered["position"].tolist() == [0.0] * 3 + [1.0] * 3 + [2.0] * 3


def test_a_region_has_no_rows_in_frames_that_have_nothing_of_it():
    stack = quantize(np.stack([slide()] * 3), 3)
    cells = np.zeros((3, 8, 10), int)
    cells[0, :2], cells[1, 4:] = 1, 2
    table = measure(stack, regions=cells, frames=True)
    assert list(zip(table["region"], table["frame"], strict=True))[::3] == [("1", 0), ("2", 1)]


def test_the_background_has_pixels_but_no_share(q):
    for background in ([0], ["background"]):
        table = measure(q, background=background, pixel_size=1)
        assert table["pixels"].tolist() == [36, 24, 20]
        assert table["share"].tolist()[1:] == [24 / 44, 20 / 44]
        assert np.isnan(table["share"][0])
        assert table["area"][0] == 36


def test_clusters_of_one_name_are_summed_up(q):
    q = q.renamed({1: "tissue", 2: "tissue"})
    table = measure(q, group=True, background=["background"])
    assert table["name"].tolist() == ["background", "tissue"]
    assert table["pixels"].tolist() == [36, 44]
    assert table["cluster"].tolist() == [0, 1]
    assert table["hex"].tolist() == ["#fafafa", "#c8beb4"]
    assert table["share"][1] == 1


def test_clusters_without_a_name_stay_by_themselves():
    assert len(measure(quantize(slide(), 3), group=True)) == 3


def test_what_takes_no_part_is_not_counted():
    mask = np.ones((8, 10), bool)
    mask[:, 5:] = False
    q = quantize(slide(), 3, mask=mask)
    assert measure(q)["pixels"].sum() == 40
    assert measure(q, regions=np.ones((8, 10), int))["pixels"].tolist() == [20, 20]


def test_of_many_regions_an_image_has_those_that_lie_on_it():
    counts = np.array([[[0, 0]], [[3, 1]], [[0, 0]]])
    measured = Measurement("a", counts, ("#000000", "#ffffff"), ("", ""), ("1", "2", "3"))
    assert measured.present().regions == ("2",)
    assert measured.present().counts.tolist() == [[[3, 1]]]
    nothing = Measurement("a", counts[:1], ("#000000", "#ffffff"), ("", ""), ("1",))
    assert nothing.present() is nothing


def test_regions_of_one_name_are_told_apart(q):
    regions = np.array([1, 1, 2, 2, 3, 3, 0, 0, 0, 0])
    table = measure(q, regions=regions, region_names={1: "rim", 3: "rim"})
    assert table["region"].unique().tolist() == ["rim", "2", "rim (2)"]


def test_csv_reads_back(q):
    table = measure(q, image="a, b", pixel_size=0.1, unit="µm")
    again = pd.read_csv(io.StringIO(table.to_csv(index=False)), dtype={"share": str, "area": str})
    assert again["share"].astype(float).tolist() == table["share"].tolist()
    assert again["area"].astype(float).tolist() == table["area"].tolist()
    assert again["image"].tolist() == ["a, b"] * 3


def test_a_failed_image_is_a_row_with_its_error(q):
    good = Measurement("good", np.array([[[3, 1]]]), ("#000000", "#ffffff"), ("", "x"))
    table = table_of_images([good], {"bad": "It holds NaN."})
    assert table["image"].tolist() == ["good", "good", "bad"]
    assert table["error"].tolist() == ["", "", "It holds NaN."]
    assert table["pixels"].tolist()[:2] == [3, 1]
    assert pd.isna(table["pixels"][2])
    assert pd.isna(table["share"][2])
    alone = table_of_images([good])
    assert alone["pixels"].dtype == np.int64
    assert_frame_equal(alone.drop(columns="error"), good.to_frame())
    assert list(table_of_images([]).columns) == [*COLUMNS, "error"]


def test_frames_that_are_no_numbers_are_refused():
    stack = quantize(np.zeros((2, 3, 4), np.uint8), 1, channel_axis=None)
    with pytest.raises(TypeError, match="`frames` must be True or numbers"):
        measure(stack, frames="all")


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"image": 3}, TypeError, "`image` must be a text"),
        ({"regions": np.ones((3, 3), int)}, ValueError, r"shape of the image, \(8, 10\)"),
        ({"regions": np.ones((8, 10))}, TypeError, "whole numbers or bools"),
        ({"frames": True}, ValueError, "2 axes"),
        ({"pixel_size": 0}, ValueError, "above 0"),
        ({"pixel_size": 1, "unit": "µm²"}, ValueError, "of a length"),
        ({"pixel_size": (1, 1, 1)}, ValueError, "2 axes"),
        ({"pixel_size": (1, np.nan)}, ValueError, "above 0"),
        ({"region_names": ["tumor"]}, TypeError, "mapping of number to name"),
        ({"background": "DAB"}, TypeError, "list of clusters"),
        ({"background": ["brown"]}, ValueError, "named are: DAB, background"),
        ({"background": [3]}, ValueError, r"0\.\.2"),
    ],
)
def test_bad_input_is_refused(q, arguments, error, message):
    with pytest.raises(error, match=message):
        measure(q, **arguments)


def test_what_is_no_result_is_refused():
    with pytest.raises(TypeError, match="Quantization"):
        measure(slide())


def test_frames_must_be_as_many_as_there_are():
    stack = quantize(np.stack([slide()] * 3), 3)
    with pytest.raises(ValueError, match="3 finite numbers"):
        measure(stack, frames=[0, 1])
