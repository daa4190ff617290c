"""What is written is valid by others' checks, and others read it as it is meant."""

from __future__ import annotations

import numpy as np
import ome_zarr_models
import pytest
import yaozarrs
import zarr
from napari.components import ViewerModel
from napari_ome_zarr import napari_get_reader

from napari_kmeans_quantizer import Palette, quantize_to_zarr

from .stores import scene, told, write_ome

SOURCES = {
    "slide": ((3, 1100, 300), "cyx"),
    "grey": ((1100, 300), "yx"),
    "stack": ((4, 60, 50), "zyx"),
    "all axes": ((2, 2, 3, 40, 50), "tczyx"),
    "one channel": ((1, 2, 40, 50), "czyx"),
}


@pytest.fixture(params=["0.4", "0.5"])
def version(request):
    return request.param


@pytest.fixture(params=SOURCES)
def source(request, tmp_path, version):
    shape, axes = SOURCES[request.param]
    return write_ome(tmp_path / "source.zarr", scene(*shape), axes, version)


@pytest.mark.parametrize("painted", [True, False])
def test_valid_by_yaozarrs_and_ome_zarr_models(tmp_path, source, version, painted):
    target = tmp_path / "result.zarr"
    quantize_to_zarr(source, target, 4, painted=painted)
    yaozarrs.validate_zarr_store(target)
    group = zarr.open_group(target, mode="r")
    kinds = {
        name: type(ome_zarr_models.open_ome_zarr(group[name] if name else group)).__name__
        for name in ("", "labels", "labels/clusters")
    }
    assert kinds == {"": "Image", "labels": "Labels", "labels/clusters": "ImageLabel"}
    levels = [len(told(folder)["multiscales"][0]["datasets"]) for folder in (
        target, target / "labels" / "clusters"
    )]  # fmt: skip
    assert levels[0] == levels[1]


def test_what_is_told_of_each_color(tmp_path):
    palette = Palette([[255, 0, 0], [0, 0, 255]], names=["tissue", "glass"])
    image = np.zeros((40, 50, 3), np.uint8)
    image[:, 10:, 2] = 255
    image[:, :10, 0] = 250
    quantize_to_zarr(image, tmp_path / "a.zarr", palette=palette)
    assert told(tmp_path / "a.zarr" / "labels" / "clusters")["image-label"] == {
        "source": {"image": "../../"},
        "colors": [
            {"label-value": 1, "rgba": [255, 0, 0, 255]},
            {"label-value": 2, "rgba": [0, 0, 255, 255]},
        ],
        "properties": [
            {"label-value": 1, "name": "tissue", "hex": "#ff0000", "share": 0.2, "pixels": 400},
            {"label-value": 2, "name": "glass", "hex": "#0000ff", "share": 0.8, "pixels": 1600},
        ],
    }


def test_how_it_came_about_is_told_beside(tmp_path):
    quantize_to_zarr(scene(40, 50), tmp_path / "a.zarr", 3, effort="best")
    group = zarr.open_group(tmp_path / "a.zarr" / "labels" / "clusters", mode="r")
    ours = group.attrs["napari-kmeans-quantizer"]
    assert ours["settings"]["effort"] == "best"
    assert ours["figures"]["mse"] > 0


@pytest.mark.filterwarnings("ignore:color_dict did not provide a default color")
@pytest.mark.parametrize("painted", [True, False])
def test_napari_shows_labels_in_the_colors_of_the_palette(tmp_path, source, painted):
    result = quantize_to_zarr(source, tmp_path / "result.zarr", 4, painted=painted)
    viewer = ViewerModel()
    for data, metadata, kind in napari_get_reader(str(result.path))():
        viewer._add_layer_from_data(data, metadata, kind)
    labels = viewer.layers[-1]
    assert type(labels).__name__ == "Labels"
    level = labels.data[0] if labels.multiscale else labels.data
    assert np.array_equal(np.asarray(level), result.quantization.labels.compute() + 1)
    shown = [labels.get_color(label)[:3] for label in range(1, 5)]
    assert np.abs(np.array(shown) - result.palette.rgb).max() < 1 / 255
    assert list(labels.properties["hex"]) == result.palette.hex
    image = viewer.layers[0]
    assert image.scale[-2:].tolist() == labels.scale[-2:].tolist()
    assert [str(unit) for unit in labels.units[-2:]] == ["micrometer"] * 2
