"""Animations: frames, times and repetitions."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from picture_files import animation, saved
from PIL import Image

from napari_kmeans_quantizer.core.files.pictures import read_picture

OPTIONS = {"GIF": {}, "PNG": {}, "WEBP": {"lossless": True}}


@pytest.mark.parametrize("format", OPTIONS)
def test_frames_and_times(format):
    content, frames = animation(format, duration=[50, 70, 90], loop=0, **OPTIONS[format])
    picture = read_picture(content)
    assert_array_equal(picture.image, frames)
    assert picture.durations == (50, 70, 90)
    assert (picture.mode, picture.n_frames, picture.channel_axis, picture.loop) == ("RGB", 3, 3, 0)


@pytest.mark.parametrize(
    ("format", "loop", "plays"), [("GIF", None, 1), ("GIF", 2, 3), ("PNG", 4, 4), ("WEBP", 4, 4)]
)
def test_how_often_it_is_played(format, loop, plays):
    options = OPTIONS[format] | ({} if loop is None else {"loop": loop})
    content, _ = animation(format, duration=50, **options)
    assert read_picture(content).loop == plays


@pytest.mark.parametrize("disposal", [1, 2])
def test_frames_are_composed(disposal):
    """The second frame of a GIF holds only what changes, over what the first leaves."""
    first = np.zeros((8, 8, 4), np.uint8)
    first[:4] = (255, 0, 0, 255)
    second = np.zeros((8, 8, 4), np.uint8)
    second[4:] = (0, 0, 255, 255)
    images = [Image.fromarray(first), Image.fromarray(second)]
    content = saved(
        images[0], "GIF", save_all=True, append_images=images[1:], duration=100, disposal=disposal
    )
    picture = read_picture(content)
    assert picture.mode == "RGBA"
    assert_array_equal(picture.image[0, 4:, :, 3], 0)
    assert_array_equal(picture.image[1, 4:], second[4:])
    assert_array_equal(picture.image[1, :4, :, 3], 255 if disposal == 1 else 0)


def test_a_cover_that_is_not_part_of_the_animation():
    frames = [Image.fromarray(np.full((4, 5, 3), value, np.uint8)) for value in (9, 100, 200)]
    content = saved(
        frames[0], "PNG", save_all=True, append_images=frames[1:], default_image=True, duration=40
    )
    picture = read_picture(content)
    assert_array_equal(picture.image[:, 0, 0, 0], [100, 200])
    assert picture.durations == (40, 40)


def test_one_frame_is_no_animation():
    content = saved(np.zeros((4, 5, 3), np.uint8), "GIF", save_all=True, duration=40)
    picture = read_picture(content)
    assert picture.image.shape == (4, 5, 3)
    assert picture.durations is None


def test_of_a_jpeg_with_several_pictures_the_first():
    images = [Image.fromarray(np.full((8, 9, 3), value, np.uint8)) for value in (20, 200)]
    picture = read_picture(saved(images[0], "MPO", save_all=True, append_images=images[1:]))
    assert_array_equal(picture.image, 20)
    assert picture.image.shape == (8, 9, 3)
    assert picture.format == "JPEG"
