"""Lengths and times that microscopes' TIFFs tell."""

from __future__ import annotations

import io

import numpy as np
import pytest
import tifffile
from picture_files import saved

from napari_kmeans_quantizer.core.files.pictures import read_picture
from napari_kmeans_quantizer.core.files.pictures.calibration import Calibration, unit_name

FRAME, STACK = np.zeros((4, 5), np.uint8), np.zeros((3, 4, 5), np.uint8)
COLORS = np.zeros((3, 4, 5, 3), np.uint8)


def told(image, metadata, **options):
    stream = io.BytesIO()
    tifffile.imwrite(stream, image, metadata=metadata, **options)
    return read_picture(stream.getvalue()).calibration


def ome(image, axes, **metadata):
    return told(image, {"axes": axes, **metadata}, ome=True)


def imagej(image, axes, resolution=(2, 4), **metadata):
    return told(image, {"axes": axes, **metadata}, imagej=True, resolution=resolution)


SIZES = {"PhysicalSizeX": 0.5, "PhysicalSizeY": 0.25}


def test_ome():
    assert ome(FRAME, "YX", **SIZES) == Calibration((0.25, 0.5), "µm")
    nanometers = {"PhysicalSizeXUnit": "nm", "PhysicalSizeYUnit": "nm"}
    assert ome(FRAME, "YX", **SIZES, **nanometers) == Calibration((0.25, 0.5), "nm")


def test_ome_depth():
    one = ome(STACK, "ZYX", **SIZES, PhysicalSizeZ=2.0)
    assert one == Calibration((0.25, 0.5), "µm", 2.0, "µm", is_depth=True)
    assert one.voxel == (2.0, 0.25, 0.5)
    other = ome(STACK, "ZYX", **SIZES, PhysicalSizeZ=2.0, PhysicalSizeZUnit="nm")
    assert other.voxel == (0.25, 0.5)


def test_ome_times():
    one = ome(STACK, "TYX", **SIZES, TimeIncrement=30.0, TimeIncrementUnit="min")
    assert one == Calibration((0.25, 0.5), "µm", 30.0, "min")
    assert one.voxel == (0.25, 0.5)


def test_ome_channels_as_pages_are_no_frames():
    assert ome(STACK, "CYX", **SIZES, PhysicalSizeZ=2.0) == Calibration((0.25, 0.5), "µm")


@pytest.mark.parametrize(
    "metadata",
    [
        {"PhysicalSizeX": 0.5},
        {**SIZES, "PhysicalSizeXUnit": "pixel", "PhysicalSizeYUnit": "pixel"},
        {**SIZES, "PhysicalSizeXUnit": "nm"},
        {"PhysicalSizeX": 0.0, "PhysicalSizeY": 0.0},
    ],
)
def test_ome_that_tells_no_size(metadata):
    assert ome(FRAME, "YX", **metadata) == Calibration()


def test_imagej():
    assert imagej(FRAME, "YX", unit=r"\u00B5m") == Calibration((0.25, 0.5), "µm")
    assert imagej(FRAME, "YX", unit="micron") == Calibration((0.25, 0.5), "µm")


def test_imagej_depth():
    one = imagej(STACK, "ZYX", unit="mm", spacing=2.0)
    assert one == Calibration((0.25, 0.5), "mm", 2.0, "mm", is_depth=True)


def test_imagej_times():
    one = imagej(COLORS, "TYXS", unit="um", finterval=1.5)
    assert one == Calibration((0.25, 0.5), "µm", 1.5, "s")


@pytest.mark.parametrize("unit", ["", "pixel", "inch"])
def test_imagej_that_tells_no_size(unit):
    assert imagej(STACK, "ZYX", unit=unit, spacing=2.0).pixel is None
    assert imagej(STACK, "TYX", unit=unit, finterval=2.0).step == 2.0


def test_broken_metadata_do_no_harm():
    for description in ("<OME><Pixels", "<!DOCTYPE x><OME/></OME>"):
        stream = io.BytesIO()
        tifffile.imwrite(stream, FRAME, description=f"<?xml?>{description}</OME>")
        assert read_picture(stream.getvalue()).calibration is None


def test_pixels_per_inch_are_no_sizes():
    stream = io.BytesIO()
    tifffile.imwrite(stream, FRAME, resolution=(300, 300), resolutionunit="INCH")
    assert read_picture(stream.getvalue()).calibration is None
    assert read_picture(saved(FRAME, "PNG", dpi=(300, 300))).calibration is None


@pytest.mark.parametrize("text", ["um", " µm", "\N{GREEK SMALL LETTER MU}m", "Microns"])
def test_micrometers_are_written_with_the_micro_sign(text):
    assert unit_name(text) == "\N{MICRO SIGN}m"


def test_other_units_stay():
    assert [unit_name(text) for text in ("mm", "Mm", "sec", "")] == ["mm", "Mm", "s", ""]
