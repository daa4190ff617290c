"""painted_like(): other images in the colors of a result, when they are looked at."""

from __future__ import annotations

import dask.array as da
import numpy as np
import pytest
from skimage import data

from napari_kmeans_quantizer import painted_like, quantize

PHOTO = data.coffee()
RGBA = np.concatenate([PHOTO, (PHOTO[..., :1] > 60) * np.uint8(200)], axis=-1)
CASES = {
    "RGB": (PHOTO, {}),
    "RGBA": (RGBA, {}),
    "grey": (PHOTO[..., 0], {}),
    "floats": (PHOTO / np.float32(255), {}),
    "Lab": (PHOTO, {"color_space": "lab"}),
    "ordered": (PHOTO, {"dither": "ordered"}),
    "channels first": (np.moveaxis(PHOTO, -1, 0).copy(), {"channel_axis": 0}),
}


@pytest.mark.parametrize("case", CASES)
def test_the_image_itself_is_painted_as_it_was(case):
    image, options = CASES[case]
    q = quantize(image, 8, **options)
    labels, painted = painted_like(da.from_array(image, 130), q)
    assert np.array_equal(labels.compute(), q.labels)
    assert np.array_equal(painted.compute(), q.image)


def test_other_images_get_the_labels_of_the_palette():
    q, other = quantize(PHOTO, 8), data.astronaut()
    labels, painted = painted_like(other, q)
    given = quantize(other, palette=q.palette)
    assert np.array_equal(labels.compute(), given.labels)
    assert np.array_equal(painted.compute(), given.image)


def test_a_mask_leaves_out():
    q, mask = quantize(PHOTO, 8), PHOTO[..., 0] > 99
    labels, painted = painted_like(PHOTO, q, mask=mask)
    assert not labels.compute()[~mask].any()
    assert np.array_equal(painted.compute()[~mask], PHOTO[~mask])


def test_edited_colors_are_painted():
    q = quantize(PHOTO, 8).recolored({0: [1, 2, 3]})
    _, painted = painted_like(PHOTO, q)
    assert (painted.compute() == [1, 2, 3]).all(axis=-1).any()


def test_other_channels_are_refused():
    with pytest.raises(ValueError, match="3 channels"):
        painted_like(RGBA, quantize(PHOTO, 8))
