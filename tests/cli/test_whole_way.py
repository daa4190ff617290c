"""From a photograph to a palette that is edited elsewhere, and on to another photograph."""

from __future__ import annotations

import numpy as np
from PIL import Image
from skimage import data

from napari_kmeans_quantizer import quantize, read_palette

from .command import PHOTO, opened, rgb

OTHER = np.ascontiguousarray(data.astronaut()[::8, ::8])


def test_the_whole_way(run, here):
    Image.fromarray(PHOTO).save("photo.jpg", quality=95)
    Image.fromarray(OTHER).save("other.png")

    assert run("photo.jpg", "-k", 8, "--save-palette", "eight.gpl").status == 0
    assert opened("photo-8-colors.png").mode == "P"
    result = quantize(rgb("photo.jpg"), 8)
    assert np.array_equal(rgb("photo-8-colors.png"), result.image)
    assert read_palette("eight.gpl").hex == result.palette.hex

    # Two colors are edited, as with GIMP.
    lines = (here / "eight.gpl").read_text(encoding="utf-8").splitlines()
    lines[-2:] = ["255   0   0\tred", "  0   0 255\tblue"]
    (here / "edited.gpl").write_text("\n".join([*lines, ""]), encoding="utf-8")

    assert run("other.png", "--palette", "edited.gpl").status == 0
    edited = read_palette("edited.gpl")
    assert edited.hex == [*result.palette.hex[:6], "#ff0000", "#0000ff"]
    assert np.array_equal(rgb("other-edited.png"), quantize(OTHER, palette=edited).image)
