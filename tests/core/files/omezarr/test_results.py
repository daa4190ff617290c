"""What is written is what `quantize` returns, where the source lies, in every kind of image."""

from __future__ import annotations

import dask.array as da
import numpy as np
import pytest
import xarray as xr
import zarr

from napari_kmeans_quantizer import Palette, quantize, quantize_to_zarr

from .stores import files_in, names, pixels, scene, told, write_ome

LABELS = "labels/clusters"


@pytest.fixture
def target(tmp_path):
    return tmp_path / "result.ome.zarr"


def labels_of(path, level=0):
    return pixels(path / LABELS / str(level))


def scales_of(folder):
    """Return scale and translation of each level."""
    return [
        tuple((one["type"], one[one["type"]]) for one in dataset["coordinateTransformations"])
        for dataset in told(folder)["multiscales"][0]["datasets"]
    ]


@pytest.mark.parametrize("version", ["0.4", "0.5"])
def test_a_slide_in_rgb(tmp_path, target, version):
    image = scene(3, 300, 200)
    source = write_ome(tmp_path / "slide.zarr", image, version=version, chunks=(1, 128, 64))
    before = files_in(source)
    result = quantize_to_zarr(source, target, 5)
    expected = quantize(image, 5, channel_axis=0)
    assert np.array_equal(pixels(target / "0"), expected.image)
    assert np.array_equal(labels_of(target), expected.labels + 1)
    assert np.array_equal(result.palette.colors, expected.palette.colors)
    assert np.array_equal(result.palette.counts, expected.palette.counts)
    assert files_in(source) == before
    assert names(tmp_path) == ["result.ome.zarr", "slide.zarr"]
    assert (target / "zarr.json").exists() == (version == "0.5")


def test_the_result_is_a_quantization_that_is_read_lazily(tmp_path, target):
    image = scene(3, 90, 70)
    result = quantize_to_zarr(write_ome(tmp_path / "a.zarr", image), target, 4)
    expected, found = quantize(image, 4, channel_axis=0), result.quantization
    assert isinstance(found.labels, da.Array)
    assert np.array_equal(found.labels.compute(), expected.labels)
    assert found.labels.dtype == expected.labels.dtype
    assert np.array_equal(found.image.compute(), expected.image)
    assert found.to_dict() == expected.to_dict()
    assert result.path == target
    assert result.n_chunks == 1
    assert result.summary.startswith("4 colors, ")
    assert " dB, 1 chunk in " in result.summary


def test_time_channel_depth_rows_columns(tmp_path, target):
    image = scene(2, 3, 4, 40, 50).astype(np.uint16) * 7
    source = write_ome(
        tmp_path / "stack.zarr", image, "tczyx", chunks=(1, 1, 2, 32, 32),
        scale=[2.5, 1.0, 1.5, 0.5, 0.25], translation=[0.0, 0.0, 7.0, 8.0, 9.0],
    )  # fmt: skip
    quantize_to_zarr(source, target, 6)
    expected = quantize(image, 6, channel_axis=1)
    assert np.array_equal(pixels(target / "0"), expected.image)
    assert np.array_equal(labels_of(target), expected.labels + 1)
    assert told(target)["multiscales"][0]["axes"] == told(source)["multiscales"][0]["axes"]
    axes = told(target / LABELS)["multiscales"][0]["axes"]
    assert [axis["name"] for axis in axes] == ["t", "z", "y", "x"]
    assert [axis.get("unit") for axis in axes] == ["second", *["micrometer"] * 3]
    assert scales_of(target / LABELS) == [
        (("scale", [2.5, 1.5, 0.5, 0.25]), ("translation", [0.0, 7.0, 8.0, 9.0]))
    ]


def test_transformations_of_all_levels_are_kept(tmp_path, target):
    outer = [{"type": "scale", "scale": [1.0, 0.1, 0.1]}]
    quantize_to_zarr(write_ome(tmp_path / "a.zarr", scene(2, 40, 50), outer=outer), target, 3)
    assert told(target)["multiscales"][0]["coordinateTransformations"] == outer
    inner = told(target / LABELS)["multiscales"][0]["coordinateTransformations"]
    assert inner == [{"type": "scale", "scale": [0.1, 0.1]}]


def test_how_channels_are_shown_is_kept(tmp_path, target):
    window = {"start": 10.0, "end": 200.0, "min": 0.0, "max": 255.0}
    omero = {"channels": [{"color": color, "window": window} for color in ("00FFFF", "FF00FF")]}
    quantize_to_zarr(write_ome(tmp_path / "a.zarr", scene(2, 40, 50), omero=omero), target, 3)
    assert told(target)["omero"] == omero


def test_axes_of_other_kinds(tmp_path, target):
    image = scene(3, 40, 50)
    source = write_ome(tmp_path / "a.zarr", image, "pyx")
    group = zarr.open_group(source)
    told_before = group.attrs["ome"]
    told_before["multiscales"][0]["axes"][0] = {"name": "p", "type": "phase"}
    group.attrs["ome"] = told_before
    quantize_to_zarr(source, target, 3)
    assert np.array_equal(labels_of(target), quantize(image, 3).labels + 1)
    assert told(target / LABELS)["multiscales"][0]["axes"][0]["name"] == "p"


def test_names(tmp_path, target):
    source = write_ome(tmp_path / "my.slide.ome.zarr", scene(40, 50), "yx", name="")
    quantize_to_zarr(source, target, 3)
    assert told(target)["multiscales"][0]["name"] == "my.slide"
    quantize_to_zarr(scene(40, 50), target, 3, overwrite=True)
    assert told(target)["multiscales"][0]["name"] == "result"
    assert told(target / LABELS)["multiscales"][0]["name"] == "clusters"


def test_colors_are_shown_as_colors(target):
    quantize_to_zarr(scene(40, 50, 3), target, 3)
    channels = told(target)["omero"]["channels"]
    assert [channel["color"] for channel in channels] == ["FF0000", "00FF00", "0000FF"]
    assert channels[0]["window"] == {"start": 0, "end": 255, "min": 0, "max": 255}


def test_channels_come_before_space(target):
    image = scene(40, 50, 3)
    result = quantize_to_zarr(image, target, 3)
    expected = quantize(image, 3)
    assert np.array_equal(pixels(target / "0"), np.moveaxis(expected.image, -1, 0))
    assert np.array_equal(result.quantization.image.compute(), np.moveaxis(expected.image, -1, 0))
    assert result.quantization.channel_axis == 0


def test_alpha_stays_and_what_is_transparent_has_no_label(target):
    image = scene(40, 50, 4)
    image[:9, :, 3] = 0
    result = quantize_to_zarr(image, target, 3)
    expected = quantize(image, 3)
    assert np.array_equal(pixels(target / "0"), np.moveaxis(expected.image, -1, 0))
    assert np.array_equal(labels_of(target), np.where(expected.mask, expected.labels + 1, 0))
    assert np.array_equal(result.quantization.mask.compute(), expected.mask)
    assert np.array_equal(result.quantization.labels.compute(), expected.labels)


def test_nothing_to_be_seen_at_all(target):
    image = np.zeros((40, 50, 4), np.uint8)
    result = quantize_to_zarr(image, target, 3)
    assert len(result.palette) == 0
    assert not labels_of(target).any()
    assert not pixels(target / "0").any()


def test_mask(target):
    image, mask = scene(300, 200), np.zeros((300, 200), bool)
    mask[20:250, 30:150] = True
    source = da.from_array(image, (128, 128))
    for given in (mask, da.from_array(mask, (100, 50))):
        quantize_to_zarr(source, target, 5, mask=given, overwrite=True)
        expected = quantize(image, 5, mask=mask)
        assert np.array_equal(labels_of(target), np.where(mask, expected.labels + 1, 0))
        assert np.array_equal(pixels(target / "0"), expected.image)


@pytest.mark.parametrize("dtype", ["bool", "uint16", "int32", "float32", "float64", ">u2"])
def test_kinds_of_numbers(target, dtype):
    image = scene(60, 70).astype(dtype)
    quantize_to_zarr(image, target, 4)
    expected = quantize(image, 4)
    assert np.array_equal(pixels(target / "0"), expected.image)
    assert pixels(target / "0").dtype == image.dtype.newbyteorder("=")
    assert np.array_equal(labels_of(target), expected.labels + 1)


def test_floats_with_gaps(target):
    image = scene(60, 70).astype(np.float32) / 255
    image[5:9] = np.nan
    with pytest.raises(ValueError, match="NaN"):
        quantize_to_zarr(image, target, 4)
    assert not target.parent.exists() or names(target.parent) == []
    quantize_to_zarr(image, target, 4, mask=np.isfinite(image))
    assert np.array_equal(labels_of(target) == 0, np.isnan(image))
    assert np.isnan(pixels(target / "0")[5:9]).all()


@pytest.mark.parametrize(("n_colors", "dtype"), [(255, "uint8"), (256, "uint16"), (300, "uint16")])
def test_labels_from_1_on_are_as_wide_as_they_must_be(target, n_colors, dtype):
    image = np.arange(3600, dtype=np.uint16).reshape(60, 60)
    result = quantize_to_zarr(image, target, n_colors)
    assert labels_of(target).dtype == dtype
    assert labels_of(target).max() == n_colors
    assert result.quantization.labels.max().compute() == n_colors - 1


@pytest.mark.parametrize(
    "options",
    [
        {"color_space": "lab"},
        {"palette": [[0, 0, 0], [200, 0, 100], [255, 255, 255]]},
        {"fixed_colors": [[255, 255, 255]], "effort": "fast"},
        {"choose_from": Palette([[0, 0, 0], [90, 90, 90], [255, 255, 255]], names=["a", "b", "c"])},
        {"sample": 0.5, "random_state": 3},
        {"min_psnr": 12.0},
        {"dither": "ordered"},
        {"dither": "blue-noise", "dither_strength": 0.5, "color_space": "oklab"},
    ],
)
def test_options_of_quantize(target, options):
    image = scene(60, 70, 3)
    result = quantize_to_zarr(da.from_array(image, (32, 70, 3)), target, 6, **options)
    expected = quantize(image, 6, **options)
    assert np.array_equal(labels_of(target), expected.labels + 1)
    assert result.palette.names == expected.palette.names
    assert result.quantization.settings == expected.settings


def test_channels_may_be_told_otherwise(tmp_path, target):
    image = scene(3, 40, 50)
    source = write_ome(tmp_path / "a.zarr", image)
    quantize_to_zarr(source, target, 3, channel_axis=None)
    assert np.array_equal(labels_of(target), quantize(image, 3, channel_axis=None).labels + 1)
    with pytest.raises(ValueError, match="two axes of space"):
        quantize_to_zarr(source, target, 3, channel_axis=2, overwrite=True)


def test_labels_alone(tmp_path, target):
    image = scene(3, 1100, 60)
    result = quantize_to_zarr(write_ome(tmp_path / "a.zarr", image), target, 4, painted=False)
    expected = quantize(image, 4, channel_axis=0)
    assert names(target) == ["labels", "zarr.json"]
    assert np.array_equal(labels_of(target), expected.labels + 1)
    paths = [level["path"] for level in told(target)["multiscales"][0]["datasets"]]
    assert paths == [f"labels/clusters/{level}" for level in range(3)]
    assert np.array_equal(result.quantization.image.compute(), expected.image)


# -- sources


def test_a_plain_array_of_zarr(tmp_path, target):
    image = scene(40, 50, 3)
    path = tmp_path / "plain.zarr"
    zarr.create_array(path, data=image, chunks=(16, 16, 3))
    for source in (path, str(path), zarr.open_array(path, mode="r"), zarr.open_array(path).store):
        quantize_to_zarr(source, target, 3, overwrite=True)
        assert np.array_equal(labels_of(target), quantize(image, 3).labels + 1)


def test_a_group_that_is_open(tmp_path, target):
    image = scene(2, 40, 50)
    group = zarr.open_group(write_ome(tmp_path / "a.zarr", image), mode="r")
    quantize_to_zarr(group, target, 3)
    assert np.array_equal(labels_of(target), quantize(image, 3, channel_axis=0).labels + 1)


def test_an_archive(tmp_path, target):
    image = scene(40, 50)
    with zarr.storage.ZipStore(tmp_path / "a.zarr.zip", mode="w") as store:
        zarr.create_array(store, data=image, chunks=(16, 16))
    quantize_to_zarr(tmp_path / "a.zarr.zip", target, 3)
    assert np.array_equal(labels_of(target), quantize(image, 3).labels + 1)


def test_a_store_in_memory(target):
    store, image = zarr.storage.MemoryStore(), scene(40, 50)
    zarr.create_array(store, data=image, chunks=(16, 16))
    quantize_to_zarr(store, target, 3)
    assert np.array_equal(labels_of(target), quantize(image, 3).labels + 1)


def test_names_of_dimensions_tell_the_axes(tmp_path, target):
    image = scene(4, 40, 50)
    path = tmp_path / "plain.zarr"
    array = zarr.create_array(
        path, shape=image.shape, dtype=image.dtype, dimension_names=["c", "y", "x"]
    )
    array[...] = image
    quantize_to_zarr(path, target, 3)
    assert np.array_equal(labels_of(target), quantize(image, 3, channel_axis=0).labels + 1)


def test_xarray_with_coordinates(target):
    image = scene(3, 5, 40, 50)
    coords = {
        "t": ("t", [0.0, 2.0, 4.0], {"units": "s"}),
        "y": ("y", 10 + 0.5 * np.arange(40), {"units": "µm"}),
        "x": ("x", 0.25 * np.arange(50), {"units": "um"}),
    }
    source = xr.DataArray(da.from_array(image, (1, 5, 20, 50)), coords, ("t", "band", "y", "x"))
    quantize_to_zarr(source, target, 3)
    assert np.array_equal(labels_of(target), quantize(image, 3, channel_axis=1).labels + 1)
    axes = told(target / LABELS)["multiscales"][0]["axes"]
    assert [(axis["name"], axis["unit"]) for axis in axes] == [
        ("t", "second"), ("y", "micrometer"), ("x", "micrometer")
    ]  # fmt: skip
    assert scales_of(target / LABELS) == [
        (("scale", [2.0, 0.5, 0.25]), ("translation", [0.0, 10.0, 0.0]))
    ]


def test_chunks_that_are_not_alike(target):
    image = scene(300, 200)
    source = da.from_array(image, ((7, 200, 93), (150, 13, 37)))
    quantize_to_zarr(source, target, 4)
    assert np.array_equal(labels_of(target), quantize(image, 4).labels + 1)


def test_an_array_that_is_computed(target):
    image = scene(300, 200)
    source = da.from_array(image, (64, 64)).map_blocks(np.negative)
    quantize_to_zarr(source, target, 4)
    assert np.array_equal(labels_of(target), quantize(~image + np.uint8(1), 4).labels + 1)


def test_version_4_of_any_source(target):
    quantize_to_zarr(scene(40, 50), target, 3, version="0.4")
    assert told(target)["multiscales"][0]["version"] == "0.4"
    assert (target / LABELS / "0" / "0" / "0").is_file()


# -- levels


def test_levels_hold_every_second_pixel(target):
    image = scene(1100, 700, 3)
    quantize_to_zarr(da.from_array(image, (256, 256, 3)), target, 4)
    labels, painted = labels_of(target), pixels(target / "0")
    for level in (1, 2):
        labels, painted = labels[::2, ::2], painted[:, ::2, ::2]
        assert np.array_equal(labels_of(target, level), labels)
        assert np.array_equal(pixels(target / str(level)), painted)
    assert scales_of(target / LABELS) == [
        (("scale", [2.0**level] * 2), ("translation", [0.0, 0.0])) for level in range(3)
    ]
    assert len(scales_of(target)) == 3


def test_planes_are_halved_once_they_are_no_farther_apart_than_rows(tmp_path, target):
    image = scene(6, 30, 1100)
    source = write_ome(
        tmp_path / "a.zarr", image, "zyx", scale=[2.0, 1.0, 1.0], translation=[5.0, 0.0, 0.0]
    )
    quantize_to_zarr(source, target, 3)
    scales = [dict(level)["scale"] for level in scales_of(target)]
    assert scales == [[2.0, 1.0, 1.0], [2.0, 2.0, 2.0], [4.0, 4.0, 4.0]]
    assert all(dict(level)["translation"] == [5.0, 0.0, 0.0] for level in scales_of(target))
    assert np.array_equal(labels_of(target, 2), labels_of(target)[::2, ::4, ::4])


# -- chunks


def stored_as(path):
    array = zarr.open_array(path, mode="r")
    return array.chunks, array.shards


def test_chunks_are_those_of_the_source(tmp_path, target):
    source = write_ome(tmp_path / "a.zarr", scene(3, 700, 800), chunks=(1, 256, 512))
    quantize_to_zarr(source, target, 3)
    assert stored_as(target / "0") == ((1, 256, 512), None)
    assert stored_as(target / LABELS / "0") == ((256, 512), None)
    assert stored_as(target / LABELS / "1") == ((256, 400), None)


def test_shards_are_those_of_the_source(tmp_path, target):
    image = scene(3, 600, 600)
    source = write_ome(tmp_path / "a.zarr", image, chunks=(3, 256, 256), shards=(3, 512, 512))
    quantize_to_zarr(source, target, 3)
    assert stored_as(target / "0") == ((3, 256, 256), (3, 512, 512))
    assert stored_as(target / LABELS / "0") == ((256, 256), (512, 512))
    assert np.array_equal(labels_of(target), quantize(image, 3, channel_axis=0).labels + 1)


def test_chunks_of_single_rows_are_put_together(tmp_path, target):
    image = scene(300, 1000)
    path = tmp_path / "rows.zarr"
    zarr.create_array(path, data=image, chunks=(1, 1000))
    quantize_to_zarr(path, target, 3)
    (rows, columns), _ = stored_as(target / LABELS / "0")
    assert (rows, columns) == (4, 1000)
    assert np.array_equal(labels_of(target), quantize(image, 3).labels + 1)
