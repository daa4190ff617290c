"""A table with a row for each pixel that takes part."""

from __future__ import annotations

import numpy as np
import pytest
from skimage import data

import napari_kmeans_quantizer.core.pixel_table as module
from napari_kmeans_quantizer import pixel_table, quantize

PHOTO = data.coffee()[::8, ::8].copy()


def test_by_hand():
    image = np.array([[[0, 0, 0], [0, 0, 4]], [[250, 100, 0], [9, 9, 9]]], np.uint8)
    mask = np.array([[True, True], [True, False]])
    table = pixel_table(image, quantize(image, 2, mask=mask))
    assert list(table) == ["row", "column", "r", "g", "b", "cluster", "rgb"]
    assert table.to_numpy().tolist() == [
        [0, 0, 0, 0, 0, 0, "rgb(0, 0, 2)"],
        [0, 1, 0, 0, 4, 0, "rgb(0, 0, 2)"],
        [1, 0, 250, 100, 0, 1, "rgb(250, 100, 0)"],
    ]


@pytest.mark.parametrize(
    ("shape", "channel_axis", "places", "channels"),
    [
        ((7,), None, ["column"], ["value"]),
        ((5, 6), None, ["row", "column"], ["value"]),
        ((3, 5, 6), 0, ["row", "column"], ["r", "g", "b"]),
        ((5, 6, 2), -1, ["row", "column"], ["channel_0", "channel_1"]),
        ((2, 5, 6), None, ["plane", "row", "column"], ["value"]),
        ((2, 3, 5, 6), None, ["axis_0", "axis_1", "row", "column"], ["value"]),
        ((2, 3, 3, 5, 6), 1, ["axis_0", "axis_1", "row", "column"], ["r", "g", "b"]),
    ],
)
def test_places_and_values(shape, channel_axis, places, channels):
    image = np.random.default_rng(0).random(shape)
    q = quantize(image, 3, channel_axis=channel_axis)
    table = pixel_table(image, q)
    assert list(table) == [*places, *channels, "cluster", "rgb"]
    assert len(table) == q.labels.size
    last = image[..., None] if channel_axis is None else np.moveaxis(image, channel_axis, -1)
    where = tuple(table[name] for name in places)
    assert np.array_equal(table[channels].to_numpy(), last[where])
    assert np.array_equal(table["cluster"], q.labels[where])


def test_alpha_is_no_channel_and_what_is_transparent_has_no_row():
    rgba = np.dstack([PHOTO, np.where(PHOTO[..., 0] > 90, 255, 0).astype(np.uint8)])
    table = pixel_table(rgba, quantize(rgba, 4))
    assert list(table)[2:5] == ["r", "g", "b"]
    assert len(table) == (PHOTO[..., 0] > 90).sum()
    assert (table["r"] > 90).all()


@pytest.mark.parametrize(("sample", "n_rows"), [(None, 3750), (0.1, 375), (40, 40), (9999, 3750)])
def test_sample(sample, n_rows):
    q = quantize(PHOTO, 4)
    table = pixel_table(PHOTO, q, sample=sample)
    assert len(table) == len(table.drop_duplicates(["row", "column"])) == n_rows
    places = table["row"] * PHOTO.shape[1] + table["column"]
    assert places.is_monotonic_increasing
    assert table.equals(pixel_table(PHOTO, q, sample=sample, random_state=0))
    if n_rows < 3750:
        assert not table.equals(pixel_table(PHOTO, q, sample=sample, random_state=1))


def test_large_images_are_read_chunk_by_chunk():
    image = np.random.default_rng(0).integers(0, 256, (3, 300, 500)).astype(np.uint8)
    q = quantize(image, 4, channel_axis=0)
    table = pixel_table(image, q, sample=1000)
    values = image[:, table["row"], table["column"]].T
    assert np.array_equal(table[["r", "g", "b"]].to_numpy(), values)


def test_clusters_of_one_color_share_its_text():
    q = quantize(PHOTO, 3).recolored({0: (1, 2, 3), 2: (1, 2, 3)})
    table = pixel_table(PHOTO, q)
    assert set(table.loc[table["cluster"] != 1, "rgb"]) == {"rgb(1, 2, 3)"}


def test_nothing_takes_part():
    rgba = np.zeros((2, 3, 4), np.uint8)
    assert len(pixel_table(rgba, quantize(rgba, 2))) == 0


def test_wrong_calls(monkeypatch):
    q = quantize(PHOTO, 2)
    with pytest.raises(
        ValueError, match=r"the shape of `q.image`, \(50, 75, 3\), got \(9, 75, 3\)"
    ):
        pixel_table(PHOTO[:9], q)
    with pytest.raises(TypeError, match="must be a Quantization, got Palette"):
        pixel_table(PHOTO, q.palette)
    with pytest.raises(ValueError, match="0 < sample <= 1"):
        pixel_table(PHOTO, q, sample=1.5)
    with pytest.raises(TypeError, match="`image` must be an array, got None"):
        pixel_table(None, q)
    monkeypatch.setattr(module, "MOST_ROWS", 1000)
    with pytest.raises(ValueError, match=r"3,750 rows, more than the 1,000 .* Pass `sample="):
        pixel_table(PHOTO, q)
    assert len(pixel_table(PHOTO, q, sample=1000)) == 1000
