from __future__ import annotations

import ast

from napari_kmeans_quantizer import Palette
from napari_kmeans_quantizer.core.files.palettes import as_python


def test_a_literal_that_python_reads():
    palette = Palette([[0, 0.5, 1], [0, 0, 1]], names=['deep\n"blue"', ""], dtype="float32")
    text = as_python(palette)
    assert ast.literal_eval(text) == [(0, 128, 255), (0, 0, 255)]
    assert text.splitlines()[1] == '    (0, 128, 255),  # deep "blue"'
