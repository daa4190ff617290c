"""The same numbers as anybody would count, in regions wherever they lie."""

from __future__ import annotations

from dataclasses import replace

import dask.array as da
import numpy as np
import pytest
from napari.layers import Image, Labels, Shapes
from pictures import PLACED, STACK, run_steps, state_of

from napari_kmeans_quantizer import completed, measure
from napari_kmeans_quantizer.plugin.measuring import measuring
from napari_kmeans_quantizer.plugin.models.frames import frames_of, measured_by_frame
from napari_kmeans_quantizer.plugin.models.settings import Settings

HEIGHT, WIDTH = 40, 60
HALVES = np.zeros((HEIGHT, WIDTH), np.uint8)
HALVES[:, 40:] = 200
"""Two thirds are dark, one third is bright: clusters 0 and 1."""

TWO = Settings(2)
MICRONS = {"scale": (0.5, 0.5), "units": ("um", "um")}


def rectangle(top, left, bottom, right, *leading):
    """Return the corners of a rectangle of whole pixels."""
    edges = [(top, left), (top, right), (bottom, right), (bottom, left)]
    return np.array([(*leading, y - 0.5, x - 0.5) for y, x in edges])


def measured(state, regions=None, **how):
    return completed(measuring(state, regions, **how))


def table(state, regions=None, **how):
    return measured(state, regions, **how).to_frame()


def rows(state, regions=None, **how):
    """Return (region, cluster, pixels), row by row."""
    return table(state, regions, **how)[["region", "cluster", "pixels"]].to_numpy().tolist()


@pytest.fixture(scope="module")
def halves():
    return state_of(Image(HALVES, name="halves", **MICRONS), TWO)


# -- all of it


def test_without_regions_all_that_takes_part_is_measured(halves):
    assert measured(halves) is halves.measured
    assert rows(halves) == [["", 0, 1600], ["", 1, 800]]
    assert measured(halves, by_frame=True) is halves.measured  # a plane has no frames


# -- shapes


def test_rectangles_on_the_borders_of_pixels_are_exact(halves):
    drawn = [rectangle(0, 30, 10, 50), rectangle(5, 35, 15, 45), rectangle(2, 2, 3, 3)]
    regions = Shapes(drawn, **MICRONS)
    assert rows(halves, regions) == [
        ["1", 0, 100],
        ["1", 1, 100],
        ["2", 0, 50],
        ["2", 1, 50],
        ["3", 0, 1],
        ["3", 1, 0],
    ]
    found = table(halves, regions)
    assert found["area"].tolist() == [25, 25, 12.5, 12.5, 0.25, 0]
    assert set(found["unit"]) == {"µm²"}
    assert found["share"].tolist() == [0.5, 0.5, 0.5, 0.5, 1, 0]


def test_all_regions_as_one_count_what_overlaps_once(halves):
    drawn = [rectangle(0, 30, 10, 50), rectangle(5, 35, 15, 45)]
    regions = Shapes(drawn, name="cores", **MICRONS)
    assert rows(halves, regions, each=False) == [["cores", 0, 125], ["cores", 1, 125]]


def test_an_ellipse_against_a_naive_count(halves):
    center, radii = np.array([18.3, 39.1]), np.array([11.4, 17.7])
    regions = Shapes([np.array([center, radii])], shape_type="ellipse", **MICRONS)
    yx = np.stack(np.indices(HALVES.shape), axis=-1)
    inside = (((yx - center) / radii) ** 2).sum(axis=-1) <= 1
    expected = [int((inside & (value == HALVES)).sum()) for value in (0, 200)]
    assert [pixels for _, _, pixels in rows(halves, regions)] == expected


def test_a_shape_outside_is_a_row_of_nothing(halves):
    regions = Shapes([rectangle(100, 100, 120, 120), rectangle(0, 0, 2, 2)], **MICRONS)
    found = table(halves, regions)
    assert found["pixels"].tolist() == [0, 0, 4, 0]
    assert found["share"].isna().tolist() == [True, True, False, False]


def test_lines_and_paths_are_no_regions(halves):
    line = np.array([[1.0, 1.0], [9.0, 9.0]])
    both = Shapes([line, rectangle(0, 0, 2, 2)], shape_type=["line", "polygon"], **MICRONS)
    assert rows(halves, both) == [["1", 0, 4], ["1", 1, 0]]
    lines = Shapes([line], shape_type="line", name="lines")
    for each in (True, False):
        with pytest.raises(ValueError, match='region "lines" encloses nothing'):
            measured(halves, lines, each=each)


# -- labels


def test_labels_are_regions():
    ids = np.zeros(HALVES.shape, np.int32)
    ids[:10, 30:50], ids[20:, 50:], ids[30:35, :5] = 7, 3, -2
    state = state_of(Image(HALVES, name="halves"), TWO)
    assert rows(state, Labels(ids)) == [["3", 0, 0], ["3", 1, 200], ["7", 0, 100], ["7", 1, 100]]
    together = rows(state, Labels(ids, name="cells"), each=False)
    assert together == [["cells", 0, 100], ["cells", 1, 300]]
    found = table(state, Labels(np.maximum(ids, 0)))
    same = measure(state.result, image="halves", regions=np.maximum(ids, 0))
    assert found.drop(columns="hex").equals(same.drop(columns="hex"))


def test_a_label_outside_the_image_is_a_row_of_nothing():
    ids = np.zeros((HEIGHT, WIDTH + 10), int)
    ids[:2, :2], ids[:, WIDTH + 5 :] = 1, 2
    state = state_of(Image(HALVES), TWO)
    assert rows(state, Labels(ids)) == [["1", 0, 4], ["1", 1, 0], ["2", 0, 0], ["2", 1, 0]]
    lazily = Labels(da.from_array(ids, chunks=7))  # they would have to be read for that alone
    assert rows(state, lazily) == [["1", 0, 4], ["1", 1, 0]]


def test_no_labels_are_no_rows():
    state = state_of(Image(HALVES), TWO)
    assert rows(state, Labels(np.zeros(HALVES.shape, int))) == []


def test_lazy_labels_are_read_in_steps_that_are_told():
    ids = np.arange(HALVES.size).reshape(HALVES.shape) // 600 + 1
    state = state_of(Image(HALVES), TWO)
    told, found = run_steps(measuring(state, Labels(da.from_array(ids, chunks=10))))
    fractions = [step.fraction for step in told]
    assert fractions == sorted(fractions)
    assert len(told) > 4
    assert {step.stage.split(",")[0] for step in told} == {"Reading the region", "Measuring"}
    assert found.to_frame().equals(table(state, Labels(ids)))


# -- wherever they lie


@pytest.mark.parametrize("placed", [{}, PLACED], ids=["plain", "placed"])
def test_regions_lie_in_the_world(placed):
    state = state_of(Image(HALVES, **placed), TWO)
    ids = np.zeros(HALVES.shape, int)
    ids[:10, 30:50], ids[20:, 50:] = 1, 2
    expected = [["1", 0, 100], ["1", 1, 100], ["2", 0, 0], ["2", 1, 200]]
    assert rows(state, Labels(ids, **placed)) == expected
    shapes = Shapes([rectangle(0, 30, 10, 50), rectangle(20, 50, 40, 60)], **placed)
    assert rows(state, shapes) == expected


def test_units_are_converted():
    state = state_of(Image(HALVES, **MICRONS), TWO)
    in_mm = Shapes([rectangle(0, 30, 10, 50)], scale=(0.0005, 0.0005), units=("mm", "mm"))
    found = table(state, in_mm)
    assert found["area"].tolist() == [25, 25]
    coarse = Labels(np.ones((1, 1), int), scale=(0.01, 0.01), units=("mm", "mm"))
    assert table(state, coarse)["pixels"].tolist() == [100, 0]  # less than 5 µm
    turned = {"rotate": 30, "units": ("mm", "mm")}
    plain = state_of(Image(HALVES, scale=(2, 2), **turned), TWO)
    drawn = Shapes([rectangle(0, 30, 10, 50)], scale=(2, 2), **turned)
    found = table(plain, drawn)
    assert found["area"].tolist() == pytest.approx([400, 400])
    assert set(found["unit"]) == {"mm²"}


def test_shares_are_of_the_region_whatever_was_fitted_outside():
    layer, left = Image(HALVES), Shapes([rectangle(0, 0, 40, 50)])
    state = state_of(layer, TWO, region=left)
    part = Shapes([rectangle(0, 30, 10, 60), rectangle(30, 55, 40, 60)])
    found = measured(state, part)
    assert found.to_frame()["pixels"].tolist() == [100, 100, 0, 0]  # columns 50 to 59 took no part
    assert found.shares[0].tolist() == [[0.5, 0.5]]
    assert found.n_left_out == 100 + 50
    both = np.zeros(HALVES.shape, int)
    both[:10, 30:], both[30:, 55:] = 1, 2
    assert measured(state, Labels(both)).n_left_out == 150
    assert measured(state, part, each=False).n_left_out == 150
    everywhere = state_of(layer, replace(TWO, apply_everywhere=True), region=left)
    assert measured(everywhere, part).n_left_out == 0


def test_a_reduced_copy_has_pixels_of_its_own_size():
    layer = Image(HALVES, **MICRONS)
    state = state_of(layer, TWO, step=2)
    assert state.measured.areas[0, 0].tolist() == [400, 200]
    regions = Shapes([rectangle(0, 30, 10, 50)], **MICRONS)
    assert table(state, regions)["area"].tolist() == [25, 25]
    ids = np.zeros(HALVES.shape, int)
    ids[:10, 30:50] = 4
    assert table(state, Labels(ids, **MICRONS))["area"].tolist() == [25, 25]


# -- stacks

SERIES = np.stack([np.where(np.arange(WIDTH) < 10 * t, 0, 200) for t in range(1, 5)])
SERIES = np.repeat(SERIES[:, np.newaxis], HEIGHT, axis=1).astype(np.uint8)
"""Of 4 frames 10, 20, 30 and 40 columns are dark."""

IN_TIME = {"scale": (30, 2, 2), "units": ("second", "um", "um"), "axis_labels": ("t", "y", "x")}


def dark(found):
    return [int(found["pixels"][i]) for i in found.index if found["hex"][i] == "#000000"]


def test_frames_count_by_themselves():
    state = state_of(Image(SERIES, **IN_TIME), TWO)
    found = table(state, by_frame=True)
    assert dark(found) == [400, 800, 1200, 1600]
    assert found["frame"].tolist() == [0, 0, 1, 1, 2, 2, 3, 3]
    assert found["position"].tolist() == [0, 0, 30, 30, 60, 60, 90, 90]
    assert set(found["position_unit"]) == {"s"}
    assert set(found["unit"]) == {"µm²"}
    assert found["area"].sum() == 4 * HEIGHT * WIDTH * 4
    assert measured_by_frame(state).to_frame().equals(found)
    assert frames_of(state).label == "t"


def test_frames_of_a_large_series_are_counted_step_by_step():
    state = state_of(Image(SERIES), TWO)
    told, found = run_steps(measuring(state, by_frame=True))
    assert [step.fraction for step in told] == [0.25, 0.5, 0.75, 1]
    assert found.frames.unit == ""
    assert run_steps(measuring(state, by_frame=True))[0] == []  # it is known


@pytest.mark.parametrize("flat", [True, False])
def test_regions_in_frames(flat):
    state = state_of(Image(SERIES, **IN_TIME), TWO)
    placed = {name: value[1:] for name, value in IN_TIME.items()} if flat else IN_TIME
    drawn = [rectangle(0, 0, 10, 25, *(() if flat else (2,)))]
    found = table(state, Shapes(drawn, **placed), by_frame=True)
    assert dark(found) == ([100, 200, 250, 250] if flat else [250])
    assert found["frame"].unique().tolist() == ([0, 1, 2, 3] if flat else [2])
    ids = np.zeros(SERIES.shape[1:] if flat else SERIES.shape, int)
    ids[(slice(0, 10), slice(0, 25)) if flat else (2, slice(0, 10), slice(0, 25))] = 1
    assert table(state, Labels(ids, **placed), by_frame=True).equals(found)
    assert dark(table(state, Labels(ids, **placed))) == ([800] if flat else [250])
    assert measured(state, Shapes(drawn, **placed), by_frame=True).n_left_out == 0
    together = table(state, Shapes(drawn, **placed), each=False, by_frame=True)
    assert dark(together) == dark(found)


def test_volumes():
    placed = {"scale": (3, 0.5, 0.5), "units": ("um",) * 3}
    state = state_of(Image(SERIES, **placed), TWO)
    ids = np.zeros(SERIES.shape, int)
    ids[1:3, :4, :20] = 1
    found = table(state, Labels(ids, **placed))
    assert dark(found) == [160]
    assert found["area"].sum() == 160 * 0.75
    assert set(found["unit"]) == {"µm³"}


def test_of_a_slice_only_its_labels_are_told():
    window = (slice(2, 3), slice(None), slice(None))
    state = state_of(Image(STACK, scale=(5, 1, 1)), TWO, window=window)
    ids = np.zeros(STACK.shape, int)
    ids[0, :4], ids[2, 5:] = 1, 2
    found = table(state, Labels(ids, scale=(5, 1, 1)), by_frame=True)
    assert set(found["region"]) == {"2"}
    assert found["pixels"].sum() == 15 * 30
    assert set(found["frame"]) == {2}
    assert set(found["position"]) == {10}
