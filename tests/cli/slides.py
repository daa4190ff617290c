"""Pictures of known areas, and the tables that are measured of them."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
from PIL import Image

BROWN, PALE, WHITE = (120, 80, 40), (200, 190, 180), (250, 250, 250)
HEX = {"#785028": 20, "#c8beb4": 24, "#fafafa": 36}
"""Pixels of a slide."""


def slide():
    """Return a picture of 8 x 10: 20 brown, 24 pale and 36 white pixels."""
    image = np.full((8, 10, 3), WHITE, np.uint8)
    image[:4, :5] = BROWN
    image[4:, :6] = PALE
    return image


def cells():
    """Return regions of it: 4 brown and 2 white pixels, and 6 pale ones."""
    numbers = np.zeros((8, 10), np.uint16)
    numbers[0, 1:7] = 300
    numbers[5, :6] = 2
    return numbers


def save(image, path):
    Image.fromarray(image).save(path)


def table_of(text):
    """Return the table that is told, or lies in a file."""
    text = text if isinstance(text, str) else text.read_text(encoding="utf-8")
    texts = ["image", "region", "position_unit", "name", "hex", "unit", "error"]
    numbers = ["area", "share"]  # read as texts: older pandas get the last digit wrong
    whole = dict.fromkeys(["frame", "cluster", "pixels"], "Int64")
    table = pd.read_csv(io.StringIO(text), dtype=dict.fromkeys(texts + numbers, str) | whole)
    return table.astype(dict.fromkeys(numbers, float)).fillna(dict.fromkeys(texts, ""))
