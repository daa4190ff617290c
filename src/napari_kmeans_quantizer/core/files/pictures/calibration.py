"""What a microscope's TIFF tells of lengths and times: OME-XML, and the lines of ImageJ.

Pixels per inch or centimeter say how a picture is printed, not how large things are: not used.
"""

from __future__ import annotations

import math
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from napari_kmeans_quantizer.core.measurement import POWERS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tifffile import TiffFile

X_RESOLUTION, Y_RESOLUTION = 282, 283
MICROMETER = "\N{MICRO SIGN}m"
SAME_UNITS = {
    **dict.fromkeys(
        ("um", "\N{GREEK SMALL LETTER MU}m", r"\u00b5m", "micron", "microns", "micrometer"),
        MICROMETER,
    ),
    "sec": "s",
}
NO_LENGTHS = ("", "pixel", "pixels", "reference frame", "inch", "inches")


class Calibration(NamedTuple):
    """Lengths and times, as far as a file tells them.

    Attributes
    ----------
    pixel : tuple of float or None
        Height and width of a pixel.
    unit : str
        Their unit.
    step : float or None
        From one frame to the next.
    step_unit : str
        Its unit.
    is_depth : bool
        Whether the frames lie in space, not in time.
    """

    pixel: tuple[float, float] | None = None
    unit: str = ""
    step: float | None = None
    step_unit: str = ""
    is_depth: bool = False

    @property
    def voxel(self) -> tuple[float, ...] | None:
        """Lengths of a pixel; of a stack in space with the distance of the planes, if known."""
        if self.pixel is None or self.step is None or not self.is_depth:
            return self.pixel
        return (self.step, *self.pixel) if self.step_unit == self.unit else self.pixel

    @property
    def extent(self) -> tuple[float | None, str]:
        """Area of a pixel, or volume of a voxel, None if it is not known; and the unit."""
        lengths = self.voxel
        if lengths is None:
            return None, ""
        return math.prod(lengths), self.unit and self.unit + POWERS[len(lengths)]


def unit_name(text: str) -> str:
    """Return a unit as it is written: micrometers with the micro sign."""
    stripped = text.strip()
    return SAME_UNITS.get(stripped.lower(), stripped)


def calibration_of(tiff: TiffFile, n_frames: int) -> Calibration | None:
    """Return what is told of a picture of so many pages; None if nothing is, or it is damaged."""
    with suppress(Exception):  # broken metadata do no harm to the picture
        if tiff.is_ome:
            return _of_ome(_ome_pixels(tiff.ome_metadata or ""), n_frames)
        if tiff.is_imagej:
            return _of_imagej(tiff, n_frames)
    return None


def _ome_pixels(text: str) -> Mapping[str, str]:
    """Return what is told of the first image."""
    from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped, unused-ignore]

    root = fromstring(text, forbid_dtd=True)
    found: Mapping[str, str] = next(
        element.attrib for element in root.iter() if element.tag.rpartition("}")[2] == "Pixels"
    )
    return found


def _of_ome(told: Mapping[str, str], n_frames: int) -> Calibration:
    height, width = (_length(told.get(f"PhysicalSize{axis}")) for axis in "YX")
    units = {unit_name(told.get(f"PhysicalSize{axis}Unit", MICROMETER)) for axis in "YX"}
    unit = units.pop() if len(units) == 1 else ""
    pixel = _pixel(height, width, unit)
    n_planes, n_times = (int(told.get(f"Size{axis}", 1)) for axis in "ZT")
    if n_frames == n_planes > 1:
        step, name, fallback = "PhysicalSizeZ", "PhysicalSizeZUnit", MICROMETER
    elif n_frames == n_times > 1:
        step, name, fallback = "TimeIncrement", "TimeIncrementUnit", "s"
    else:
        return Calibration(pixel, unit if pixel else "")
    step_unit = unit_name(told.get(name, fallback))
    length, is_depth = _length(told.get(step)), n_frames == n_planes
    return Calibration(pixel, unit if pixel else "", length, step_unit if length else "", is_depth)


def _of_imagej(tiff: TiffFile, n_frames: int) -> Calibration:
    told, tags = tiff.imagej_metadata or {}, tiff.pages.first.tags
    unit = unit_name(str(told.get("unit", "")))
    below, across = (_pixels_per_unit(tags.valueof(tag)) for tag in (Y_RESOLUTION, X_RESOLUTION))
    pixel = _pixel(_length(1 / below), _length(1 / across), unit) if below and across else None
    unit = unit if pixel else ""
    if n_frames == told.get("slices", 1) > 1:
        step = _length(told.get("spacing"))
        return Calibration(pixel, unit, step if unit else None, unit if step else "", True)
    if n_frames == told.get("frames", 1) > 1:
        step = _length(told.get("finterval"))
        return Calibration(pixel, unit, step, unit_name(str(told.get("tunit", "s"))) * bool(step))
    return Calibration(pixel, unit)


def _pixel(height: float | None, width: float | None, unit: str) -> tuple[float, float] | None:
    if height is None or width is None or unit.lower() in NO_LENGTHS:
        return None
    return height, width


def _pixels_per_unit(given: Any) -> float:
    above, below = given
    return float(above / below)


def _length(told: Any) -> float | None:
    """Return a length above 0; ImageJ counts planes from below with a sign."""
    length = abs(float(told)) if told is not None else 0.0
    return length if 0 < length < math.inf else None
