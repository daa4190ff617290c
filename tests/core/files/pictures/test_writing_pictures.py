"""Painted pictures, written with all that the file they came from says."""

from __future__ import annotations

import io
import os
from dataclasses import replace

import imagecodecs
import numpy as np
import pytest
import tifffile
from numpy.testing import assert_array_equal
from picture_files import SRGB, animation, samples, saved, shades, tiff
from PIL import Image, ImageCms

from napari_kmeans_quantizer import quantize
from napari_kmeans_quantizer.core.files.pictures import (
    Picture,
    check_can_write,
    default_suffix,
    encode_picture,
    read_picture,
    write_picture,
)

SHAPES = {"grey": (), "RGB": (3,), "RGBA": (4,), "channels": (5,)}


def picture_of(mode, dtype="uint8", **fields):
    image = shades(11, 13, *SHAPES[mode], dtype=np.dtype(dtype))
    return Picture(image, mode, "PNG", 0, **fields)


def assert_same(one, other):
    assert_array_equal(one.image, other.image)
    assert one.image.dtype == other.image.dtype
    assert one.mode == other.mode
    assert (one.alpha is None) == (other.alpha is None)
    assert one.alpha is None or np.array_equal(one.alpha, other.alpha)
    assert (one.durations, one.loop) == (other.durations, other.loop)


@pytest.mark.parametrize(
    ("suffix", "mode", "dtype"),
    [
        (".png", "grey", "bool"),
        *[
            (".png", mode, dtype)
            for mode in ("grey", "RGB", "RGBA")
            for dtype in ("uint8", "uint16")
        ],
        (".tif", "grey", "bool"),
        *[
            (".tiff", mode, dtype)
            for mode in SHAPES
            for dtype in ("uint8", "uint16", "int16", "uint32", "float16", "float32", "float64")
        ],
        (".webp", "RGB", "uint8"),
        (".webp", "RGBA", "uint8"),
        (".bmp", "grey", "bool"),
        (".bmp", "grey", "uint8"),
        (".bmp", "RGB", "uint8"),
        (".pgm", "grey", "bool"),
        *[(".pgm", "grey", dtype) for dtype in ("uint8", "uint16")],
        *[(".ppm", mode, dtype) for mode in ("grey", "RGB") for dtype in ("uint8", "uint16")],
    ],
)
def test_what_is_written_is_read_again(tmp_path, suffix, mode, dtype):
    picture, path = picture_of(mode, dtype), tmp_path / f"painted{suffix}"
    painted = picture.image[::-1].copy()
    n_bytes = write_picture(path, picture, painted)
    assert n_bytes == path.stat().st_size
    assert_same(read_picture(path), replace(picture, image=painted))
    assert encode_picture(suffix, picture, painted) == path.read_bytes()
    assert os.listdir(tmp_path) == [path.name]


def test_gif_holds_few_colors(tmp_path):
    picture = read_picture(saved(shades(30, 40, 4) | np.uint8([0, 0, 0, 255]), "PNG"))
    picture.image[3:9, 4:9, 3] = 0
    painted = quantize(picture.image, 9, **picture.arguments).image
    write_picture(tmp_path / "a.gif", picture, painted)
    again = read_picture(tmp_path / "a.gif")
    visible = painted[..., 3] > 0
    assert_array_equal(again.image[visible], painted[visible])
    assert_array_equal(again.image[..., 3], painted[..., 3])
    many = Picture(shades(30, 40, 3), "RGB", "PNG", 0)
    with pytest.raises(ValueError, match=r"^\.gif: GIF holds 256 colors a frame.*fewer colors"):
        encode_picture(".gif", many, many.image)
    for half in (picture_of("RGBA"), replace(picture_of("grey"), alpha=shades(11, 13))):
        with pytest.raises(ValueError, match="half transparent"):
            encode_picture(".gif", half, half.image)


def test_bits_and_grey_as_gif():
    for dtype in ("bool", "uint8"):
        picture = picture_of("grey", dtype)
        hidden = shades(11, 13, dtype=np.bool_)
        alpha = (hidden * picture.image.dtype.type(255 if dtype == "uint8" else 1)).astype(dtype)
        again = read_picture(encode_picture(".gif", replace(picture, alpha=alpha), picture.image))
        grey = picture.image * np.uint8(255) if dtype == "bool" else picture.image
        assert_array_equal(again.image[hidden][:, 0], grey[hidden])
        assert_array_equal(again.mask, hidden)


@pytest.mark.parametrize("suffix", [".png", ".tif", ".webp"])
def test_grey_with_alpha(suffix):
    for dtype in ("uint8", "uint16") if suffix != ".webp" else ("uint8",):
        picture = picture_of("grey", dtype)
        alpha = np.ascontiguousarray(picture.image[:, ::-1])
        picture = replace(picture, alpha=alpha)
        again = read_picture(encode_picture(suffix, picture, picture.image))
        if suffix == ".webp":
            assert_array_equal(again.image[..., 3], alpha)
            assert_array_equal(again.image[..., 0], picture.image)
        else:
            assert_same(again, picture)


def test_bits_with_alpha():
    bits = shades(5, 6, dtype=np.bool_)
    picture = Picture(bits, "grey", "PNG", 0, alpha=~bits)
    for suffix in (".png", ".tif"):
        again = read_picture(encode_picture(suffix, picture, bits))
        assert_array_equal(again.image, bits * 255)
        assert_array_equal(again.alpha, ~bits * 255)


def test_png_as_others_read_it():
    for mode in ("grey", "RGB", "RGBA"):
        picture = picture_of(mode)
        content = encode_picture(".png", picture, picture.image)
        assert_array_equal(Image.open(io.BytesIO(content)), picture.image)
        picture = picture_of(mode, "uint16")
        content = encode_picture(".png", picture, picture.image)
        assert_array_equal(imagecodecs.png_decode(content), picture.image)
        Image.open(io.BytesIO(content)).verify()


@pytest.mark.parametrize("suffix", [".png", ".tif", ".webp"])
def test_the_profile_is_kept(suffix):
    picture = picture_of("RGB", icc_profile=SRGB)
    assert read_picture(encode_picture(suffix, picture, picture.image)).icc_profile == SRGB


@pytest.mark.parametrize("suffix", [".png", ".tif", ".bmp"])
def test_the_resolution_is_kept(suffix):
    picture = picture_of("RGB", dpi=(300.0, 150.0))
    dpi = read_picture(encode_picture(suffix, picture, picture.image)).dpi
    assert dpi == pytest.approx((300, 150), rel=1e-3)


def test_three_grey_pages_stay_three_grey_pages():
    picture = read_picture(tiff(*shades(3, 11, 13), photometric="minisblack"))
    content = encode_picture(".tif", picture, picture.image)
    assert_same(read_picture(content), picture)
    with tifffile.TiffFile(io.BytesIO(content)) as opened:
        assert [page.photometric.name for page in opened.pages] == ["MINISBLACK"] * 3
        assert {page.compression.name for page in opened.pages} == {"ADOBE_DEFLATE"}


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_pages_of_colors(mode):
    image = shades(3, 11, 13, *SHAPES[mode], dtype=np.uint16)
    picture = Picture(image, mode, "TIFF", 0)
    assert_same(read_picture(encode_picture(".tif", picture, image)), picture)


@pytest.mark.parametrize("suffix", [".gif", ".png", ".webp"])
def test_animations_keep_frames_and_times(suffix):
    content, frames = animation("GIF", duration=[50, 70, 90], loop=0)
    picture = read_picture(content)
    painted = quantize(picture.image, 4, **picture.arguments).image
    again = read_picture(encode_picture(suffix, picture, painted))
    assert_same(again, replace(picture, image=painted))
    assert len(frames) == 3


@pytest.mark.parametrize("suffix", [".gif", ".png", ".webp"])
def test_frames_that_are_alike_are_kept(suffix):
    frames = np.zeros((4, 6, 7, 3), np.uint8)
    frames[2:, 1:3, 3:5] = 200
    picture = Picture(frames, "RGB", "GIF", 0, durations=(10, 20, 30, 655350), loop=3)
    assert_same(read_picture(encode_picture(suffix, picture, frames)), picture)


@pytest.mark.parametrize("suffix", [".gif", ".png", ".webp"])
@pytest.mark.parametrize("loop", [0, 1, 5])
def test_animations_with_transparency(suffix, loop):
    frames = np.zeros((3, 8, 9, 4), np.uint8)
    for index in range(3):
        frames[index, index : index + 3, 2:6] = (200, 10 * index, 30, 255)
    picture = Picture(frames, "RGBA", "GIF", 0, durations=(100, 200, 300), loop=loop)
    assert_same(read_picture(encode_picture(suffix, picture, frames)), picture)


def test_an_animation_of_16_bits_and_of_grey_as_png():
    for dtype in ("uint8", "uint16"):
        frames = shades(2, 5, 6, dtype=np.dtype(dtype))
        picture = Picture(frames, "grey", "x", 0, durations=(10.5, 1e9), loop=0)
        content = encode_picture(".png", picture, frames)
        opened = Image.open(io.BytesIO(content))
        assert opened.n_frames == 2
        assert opened.info["duration"] == 10.5


WIDE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes().replace(
    "sRGB".encode("utf-16-be"), "wide".encode("utf-16-be")
)  # fmt: skip


@pytest.mark.parametrize(
    ("picture", "suffix", "found"),
    [
        (picture_of("RGB"), ".jpg", r"\.jpg: would blur the colors\. Choose \.png, .*\.tif"),
        (picture_of("RGB"), "a.JPEG", r"a\.JPEG: would blur the colors"),
        (picture_of("RGB"), ".xyz", r"\.xyz: must end in \.png"),
        (picture_of("RGB"), "painted", r"painted: must end in \.png"),
        (
            picture_of("RGBA"),
            ".bmp",
            r"BMP cannot hold transparency\. Choose \.png, \.tif, \.gif or \.webp\.$",
        ),
        (picture_of("RGBA"), ".ppm", "PPM cannot hold transparency"),
        (replace(picture_of("grey"), alpha=shades(11, 13)), ".pgm", "PGM cannot hold transparency"),
        (picture_of("RGB"), ".pgm", "PGM cannot hold colors"),
        (picture_of("RGB", "uint16"), ".bmp", "BMP cannot hold uint16 values"),
        (picture_of("RGB", "uint16"), ".webp", "WebP cannot hold uint16 values"),
        (picture_of("RGB", "float32"), ".png", r"float32 values\. Choose \.tif\.$"),
        (picture_of("channels"), ".png", r"5 channels\. Choose \.tif"),
        (Picture(shades(3, 5, 6), "grey", "TIFF", 0), ".png", r"3 pages\. Choose \.tif"),
        (Picture(shades(3, 5, 6), "grey", "TIFF", 0), ".bmp", r"3 pages\. Choose \.tif"),
        (
            Picture(shades(3, 5, 6, 3), "RGB", "GIF", 0, durations=(1, 2, 3)),
            ".tif",
            r"TIFF cannot hold an animation\. Choose \.png, \.gif or \.webp\.$",
        ),
        (picture_of("RGB", icc_profile=WIDE), ".bmp", "BMP cannot hold the color profile"),
        (Picture(np.zeros((2, 17000, 3), np.uint8), "RGB", "x", 0), ".webp", "more than 16383"),
    ],
)
def test_what_a_format_cannot_hold_is_refused_before_any_work(tmp_path, picture, suffix, found):
    with pytest.raises(ValueError, match=found):
        check_can_write(suffix, picture)
    path = tmp_path / (suffix if not suffix.startswith(".") else f"painted{suffix}")
    with pytest.raises(ValueError, match=found.removeprefix(r"\.jpg: ").removeprefix(r"\.xyz: ")):
        write_picture(path, picture, picture.image)
    assert os.listdir(tmp_path) == []


def test_an_srgb_profile_may_be_left_out():
    check_can_write(".bmp", picture_of("RGB", icc_profile=SRGB))


@pytest.mark.parametrize(
    ("picture", "suffix"),
    [
        (picture_of("RGB"), ".png"),
        (picture_of("grey", "uint16"), ".png"),
        (picture_of("RGBA", "uint16"), ".png"),
        (picture_of("RGB", "float32"), ".tif"),
        (picture_of("grey", "int16"), ".tif"),
        (picture_of("channels"), ".tif"),
        (Picture(shades(3, 5, 6), "grey", "TIFF", 0), ".tif"),
        (Picture(shades(5, 6), "grey", "TIFF", 0), ".tif"),
        (Picture(shades(5, 6, 3), "RGB", "JPEG", 0), ".png"),
        (Picture(shades(2, 5, 6, 3), "RGB", "GIF", 0, durations=(1, 2)), ".gif"),
        (Picture(shades(2, 5, 6, 3), "RGB", "WEBP", 0, durations=(1, 2)), ".webp"),
        (Picture(shades(2, 5, 6, 3), "RGB", "PNG", 0, durations=(1, 2)), ".png"),
        (Picture(shades(2, 5, 6, 3), "RGB", "AVIF", 0, durations=(1, 2)), ".png"),
    ],
)
def test_the_format_that_is_chosen(picture, suffix):
    assert default_suffix(picture) == suffix
    check_can_write(suffix, picture)


@pytest.mark.parametrize("name", samples())
def test_every_file_finds_a_format_that_holds_it(name):
    picture = read_picture(samples()[name])
    painted = quantize(picture.image, 3, **picture.arguments).image
    again = read_picture(encode_picture(default_suffix(picture), picture, painted))
    assert_same(again, replace(picture, image=painted))


def test_nothing_is_replaced_unasked(tmp_path):
    picture, path = picture_of("RGB"), tmp_path / "a.png"
    path.write_bytes(b"old")
    with pytest.raises(FileExistsError, match="exists already"):
        write_picture(path, picture, picture.image)
    assert path.read_bytes() == b"old"
    write_picture(path, picture, picture.image, overwrite=True)
    assert_same(read_picture(path), picture)


def test_what_nothing_holds_is_told():
    picture = Picture(shades(2, 5, 6, dtype=np.float32), "grey", "x", 0, durations=(1, 2), loop=0)
    for suffix in (".png", ".tif", default_suffix(picture)):
        with pytest.raises(ValueError, match="no format holds this animation"):
            check_can_write(suffix, picture)


def test_another_image_than_the_picture_s():
    picture = picture_of("RGB")
    with pytest.raises(ValueError, match=r"shape \(11, 13, 3\) and dtype uint8, got \(5, 13, 3\)"):
        encode_picture(".png", picture, picture.image[:5])
    with pytest.raises(ValueError, match="and float64"):
        encode_picture(".png", picture, picture.image / 255)
