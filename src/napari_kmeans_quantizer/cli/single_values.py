"""What a single option may say; what is said of it begins with the option's name."""

from __future__ import annotations

import argparse
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from napari_kmeans_quantizer.core.files.pictures.calibration import unit_name
from napari_kmeans_quantizer.core.files.tables import SUFFIXES

if TYPE_CHECKING:
    from collections.abc import Callable


def _number(
    kind: Callable[[str], float], text: str, is_right: Callable[[float], bool], wanted: str
) -> Any:
    try:
        value = kind(text)
    except ValueError:
        value = math.nan
    if not is_right(value):
        raise argparse.ArgumentTypeError(f"must be {wanted}, got {text!r}.")
    return value


def n_colors(text: str) -> int | str:
    """Return how many colors, or "auto"."""
    if text == "auto":
        return text
    return int(_number(int, text, lambda n: 1 <= n <= 65535, "an integer in 1..65535 or auto"))


def decibels(text: str) -> float:
    """Return a PSNR."""
    return float(_number(float, text, lambda x: 0 < x < math.inf, "a number of dB above 0"))


def strength(text: str) -> float:
    """Return how much to dither."""
    return float(_number(float, text, lambda x: 0 <= x <= 1, "a number in 0..1"))


def seed(text: str) -> int:
    """Return the seed of random numbers."""
    return int(_number(int, text, lambda n: n >= 0, "an integer, not negative"))


def at_least_one(text: str) -> int:
    """Return a number of things."""
    return int(_number(int, text, lambda n: n >= 1, "an integer of at least 1"))


def suffix(text: str) -> str:
    """Return the end of a name."""
    if any(sign in text for sign in '/\\\0:*?"<>|'):
        raise argparse.ArgumentTypeError(f"must be a part of a file's name, got {text!r}.")
    return text


def picture_format(text: str) -> str:
    """Return a format as a suffix."""
    return "." + text.lower().removeprefix(".")


def report(text: str) -> Path:
    """Return the file of a report."""
    if Path(text).suffix.lower() not in (".json", ".csv"):
        raise argparse.ArgumentTypeError(f"must end in .json or .csv, got {text!r}.")
    return Path(text)


def table(text: str) -> str:
    """Return the file of a table, or that it goes to standard output."""
    if text != "-" and Path(text).suffix.lower() not in SUFFIXES:
        known = ", ".join(SUFFIXES)
        raise argparse.ArgumentTypeError(f"must be - or end in {known}, got {text!r}.")
    return text


def names(text: str) -> tuple[str, ...]:
    """Return names between commas; empty ones are none."""
    return tuple(name.strip() for name in text.split(","))


def length(text: str) -> float:
    """Return a length, or a time."""
    return float(_number(float, text, lambda x: 0 < x < math.inf, "a number above 0"))


def lengths(text: str) -> tuple[float, ...]:
    """Return the lengths of a pixel, or of a voxel."""
    try:
        found = tuple(length(one) for one in text.split(","))
    except argparse.ArgumentTypeError:
        found = ()
    if not 1 <= len(found) <= 3:
        raise argparse.ArgumentTypeError(
            "must be a length above 0, or two of rows and columns, or three of a voxel, such as "
            f"0.5 or 0.5,0.4 or 2,0.5,0.4, got {text!r}."
        )
    return found


def unit(text: str) -> str:
    """Return a unit as it is written."""
    if not text.strip():
        raise argparse.ArgumentTypeError("must be a unit, such as um, got ''.")
    return unit_name(text)
