"""Picture files that are no TIFF, as they are meant."""

from __future__ import annotations

import io
import os
import struct
import threading

import imagecodecs
import numpy as np
import pytest
from numpy.testing import assert_array_equal
from picture_files import SRGB, palette_image, png, saved, shades
from PIL import Image, ImageCms, ImageOps, features

from napari_kmeans_quantizer import quantize
from napari_kmeans_quantizer.core.files.pictures import read_picture

RGB = shades(6, 7, 3)
RGBA = shades(6, 7, 4)
GREY = shades(6, 7)


@pytest.mark.parametrize(
    ("format", "image", "mode"),
    [
        ("PNG", GREY, "grey"),
        ("PNG", RGB, "RGB"),
        ("PNG", RGBA, "RGBA"),
        ("PNG", shades(6, 7, dtype=np.bool_), "grey"),
        ("PNG", shades(6, 7, dtype=np.uint16), "grey"),
        ("BMP", GREY, "grey"),
        ("BMP", RGB, "RGB"),
        ("BMP", shades(6, 7, dtype=np.bool_), "grey"),
        ("PPM", GREY, "grey"),
        ("PPM", RGB, "RGB"),
        ("PPM", shades(6, 7, dtype=np.bool_), "grey"),
        ("TGA", RGB, "RGB"),
        ("TGA", RGBA, "RGBA"),
        ("PCX", RGB, "RGB"),
    ],
)
def test_lossless_files_are_read_exactly(format, image, mode):
    content = saved(image, format)
    picture = read_picture(content)
    assert_array_equal(picture.image, image)
    assert picture.image.dtype == image.dtype
    assert (picture.mode, picture.format, picture.n_bytes) == (mode, format, len(content))
    assert picture.channel_axis == (None if mode == "grey" else 2)
    assert picture.n_frames is None
    assert picture.durations is None
    assert picture.alpha is None


def test_lossless_webp():
    for image, mode in ((RGB, "RGB"), (RGBA, "RGBA")):
        picture = read_picture(saved(image, "WEBP", lossless=True, exact=True))
        assert_array_equal(picture.image, image)
        assert (picture.mode, picture.durations) == (mode, None)


def test_a_photograph():
    picture = read_picture(saved(RGB, "JPEG", quality=98, subsampling=0))
    assert np.abs(picture.image.astype(int) - RGB).max() < 20
    assert (picture.format, picture.mode) == ("JPEG", "RGB")


def test_the_content_decides_and_not_the_name(tmp_path):
    for suffix in (".tif", ".jpg", ".txt", ""):
        path = tmp_path / f"picture{suffix}"
        path.write_bytes(saved(RGB, "PNG"))
        for given in (path, str(path)):
            assert_array_equal(read_picture(given).image, RGB)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes are of POSIX")
def test_a_pipe(tmp_path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_bytes, args=(saved(RGB, "PNG"),))
    writer.start()
    assert_array_equal(read_picture(path).image, RGB)
    writer.join()


@pytest.mark.parametrize("n_channels", [1, 2, 3, 4])
def test_png_of_16_bits_stays_so(n_channels):
    image = shades(6, 7, n_channels, dtype=np.uint16) + np.uint16(0)
    picture = read_picture(
        imagecodecs.png_encode(image if n_channels > 1 else image[..., 0].copy())
    )
    n_colors = n_channels - (n_channels in (2, 4))
    if n_colors == 1:
        assert_array_equal(picture.image, image[..., 0])
        assert picture.mode == "grey"
    else:
        assert_array_equal(picture.image, image)
        assert picture.mode == ("RGB" if n_channels == 3 else "RGBA")
    assert picture.image.dtype == np.uint16
    if n_channels == 2:
        assert_array_equal(picture.alpha, image[..., 1])


def test_grey_with_alpha_is_grey_and_alpha_stands_apart():
    both = shades(6, 7, 2)
    both[0, 0, 1] = 0
    picture = read_picture(saved(both, "PNG"))
    assert_array_equal(picture.image, both[..., 0])
    assert_array_equal(picture.alpha, both[..., 1])
    assert_array_equal(picture.mask, both[..., 1] > 0)
    assert picture.mode == "grey"


@pytest.mark.parametrize(
    ("n_bits", "row", "key", "image", "alpha"),
    [
        (1, b"\x40", 1, [[False, True, False]], [[True, False, True]]),
        (2, b"\x1c", 1, [[0, 85, 255]], [[255, 0, 255]]),
        (4, b"\x01\xf0", 1, [[0, 17, 255]], [[255, 0, 255]]),
        (8, b"\0\x01\xff", 1, [[0, 1, 255]], [[255, 0, 255]]),
        (16, b"\0\0\0\x01\xff\xff", 1, [[0, 1, 65535]], [[65535, 0, 65535]]),
    ],
)
def test_one_transparent_grey(n_bits, row, key, image, alpha):
    picture = read_picture(png(3, 1, n_bits, 0, [row], tRNS=struct.pack(">H", key)))
    assert_array_equal(picture.image, image)
    assert_array_equal(picture.alpha, alpha)
    assert picture.alpha.dtype == picture.image.dtype


@pytest.mark.parametrize("n_bits", [8, 16])
def test_one_transparent_color(n_bits):
    colors = np.array([[1, 2, 3], [1, 2, 4]], f">u{n_bits // 8}")
    content = png(2, 1, n_bits, 2, [colors.tobytes()], tRNS=struct.pack(">3H", 1, 2, 3))
    picture = read_picture(content)
    assert_array_equal(picture.image[0, :, :3], colors)
    assert_array_equal(picture.image[0, :, 3], [0, 2**n_bits - 1])
    assert picture.mode == "RGBA"


@pytest.mark.parametrize("format", ["PNG", "GIF", "BMP", "PCX"])
@pytest.mark.parametrize("n_colors", [2, 5, 16])
def test_palettes_are_looked_up(format, n_colors):
    image, rgb = palette_image(n_colors)
    picture = read_picture(saved(image, format))
    assert_array_equal(picture.image, rgb)
    assert picture.mode == "RGB"


@pytest.mark.parametrize("format", ["PNG", "GIF"])
def test_a_transparent_color_of_a_palette(format):
    image, rgb = palette_image()
    picture = read_picture(saved(image, format, transparency=2))
    hidden = np.array(image) == 2
    assert picture.mode == "RGBA"
    assert_array_equal(picture.image[~hidden][:, :3], rgb[~hidden])
    assert_array_equal(picture.image[..., 3], np.where(hidden, 0, 255))
    assert_array_equal(picture.mask, ~hidden)


def test_half_transparent_colors_of_a_palette():
    image, _ = palette_image()
    picture = read_picture(saved(image, "PNG", transparency=bytes([255, 0, 128])))
    assert_array_equal(picture.image[0, :5, 3], [255, 0, 128, 255, 255])


@pytest.mark.parametrize(
    ("content", "image"),
    [
        (b"P5\n2 1 65535\n\x01\x02\xff\xff", [[0x0102, 65535]]),
        (b"P5 2 1 # a comment\n1000\n\x03\xe8\0\0", [[65535, 0]]),
        (b"P6\n#a\n#b\n1 2\n65535\n" + bytes(range(12)), None),
        (b"P2 2 1 300\n300 # white\n 0\n", [[65535, 0]]),
        (b"P3 1 1 65535 1 2 65535", [[[1, 2, 65535]]]),
    ],
)
def test_netpbm_of_16_bits(content, image):
    if image is None:
        image = np.frombuffer(bytes(range(12)), ">u2").reshape(2, 1, 3)
    picture = read_picture(content)
    assert_array_equal(picture.image, image)
    assert picture.image.dtype == np.uint16
    assert picture.image.dtype.isnative


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_turned_upright(orientation, format):
    image = Image.fromarray(np.kron(shades(3, 4, 3), np.ones((8, 8, 1), np.uint8)))
    exif = Image.Exif()
    exif[0x0112] = orientation
    options = {"JPEG": {"quality": 95}, "WEBP": {"lossless": True}}.get(format, {})
    content = saved(image, format, exif=exif, **options)
    expected = np.array(ImageOps.exif_transpose(Image.open(io.BytesIO(content))).convert("RGB"))
    assert_array_equal(read_picture(content).image, expected)


def test_resolution_is_turned_with_the_picture():
    exif = Image.Exif()
    exif[0x0112] = 6
    assert read_picture(saved(RGB, "JPEG", dpi=(100, 200))).dpi == (100, 200)
    assert read_picture(saved(RGB, "JPEG", dpi=(100, 200), exif=exif)).dpi == (200, 100)


def test_orientation_of_16_bits():
    image = shades(2, 3, 3, dtype=np.uint16)
    exif = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0"
    rows = [row.astype(">u2").tobytes() for row in image]
    picture = read_picture(png(3, 2, 16, 2, rows, eXIf=exif))
    assert_array_equal(picture.image, np.rot90(image, -1))


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP"])
def test_the_profile_is_kept(format):
    assert read_picture(saved(RGB, format, icc_profile=SRGB)).icc_profile == SRGB
    assert read_picture(saved(RGB, format)).icc_profile is None


def test_a_profile_of_other_colors_is_not_kept():
    assert read_picture(saved(GREY, "PNG", icc_profile=SRGB)).icc_profile is None
    assert read_picture(saved(RGB, "PNG", icc_profile=b"no profile")).icc_profile is None


def test_inks_without_a_profile():
    inks = np.zeros((8, 16, 4), np.uint8)
    inks[:, 8:, 0] = 255
    picture = read_picture(saved(Image.fromarray(inks, "CMYK"), "JPEG", quality=100))
    assert picture.mode == "RGB"
    assert np.abs(picture.image[0, 0].astype(int) - 255).max() < 4
    assert np.abs(picture.image[0, -1].astype(int) - [0, 255, 255]).max() < 4


@pytest.mark.skipif(
    tuple(map(int, features.version("littlecms2").split("."))) < (2, 18),
    reason="an older LittleCMS does not take the profile made here",
)
def test_inks_by_their_profile():
    """A profile that says what no formula would: its table makes every ink the same color."""
    profile = cmyk_profile()
    inks = np.zeros((8, 8, 4), np.uint8)
    content = saved(Image.fromarray(inks, "CMYK"), "JPEG", quality=100, icc_profile=profile)
    picture = read_picture(content)
    plain = read_picture(saved(Image.fromarray(inks, "CMYK"), "JPEG", quality=100))
    assert np.abs(picture.image.astype(int) - plain.image).max() > 50
    assert np.ptp(picture.image, axis=(0, 1)).max() <= 2
    assert picture.icc_profile is None


def cmyk_profile():
    """Return an ICC profile (v2, lut8) in which all inks are of Lab 50, 0, 0."""
    identity = bytes(range(256))
    lut = struct.pack(">4sIBBBB", b"mft1", 0, 4, 3, 2, 0)
    lut += struct.pack(">9i", *(65536 * (row == column) for row in range(3) for column in range(3)))
    lut += 4 * identity + 16 * bytes([128, 128, 128]) + 3 * identity
    text = struct.pack(">4sII", b"desc", 0, 5) + b"inks\0" + bytes(78)
    white = struct.pack(">4sI3i", b"XYZ ", 0, 63190, 65536, 54061)
    tags = {b"A2B0": lut, b"desc": text, b"wtpt": white, b"cprt": b"text\0\0\0\0\0"}
    offset, table, data = 128 + 4 + 12 * len(tags), b"", b""
    for name, content in tags.items():
        table += name + struct.pack(">II", offset + len(data), len(content))
        data += content + bytes(-len(content) % 4)
    body = struct.pack(">I", len(tags)) + table + data
    header = struct.pack(
        ">I4sI4s4s4s12s4sIIIIIII3i4s",
        128 + len(body), bytes(4), 0x02400000, b"prtr", b"CMYK", b"Lab ", bytes(12), b"acsp",
        0, 0, 0, 0, 0, 0, 0, 63190, 65536, 54061, bytes(4),
    )  # fmt: skip
    profile = header + bytes(128 - len(header)) + body
    ImageCms.ImageCmsProfile(io.BytesIO(profile))  # raises if it is none
    return profile


def test_what_quantize_is_told():
    for image in (GREY, shades(6, 7, 2), RGB, RGBA, shades(6, 3)):
        picture = read_picture(saved(image, "PNG"))
        painted = quantize(picture.image, 3, **picture.arguments).image
        assert painted.shape == picture.image.shape
        assert painted.dtype == picture.image.dtype
    picture = read_picture(saved(RGBA, "PNG"))
    painted = quantize(picture.image, 3, **picture.arguments).image
    assert_array_equal(painted[..., 3], RGBA[..., 3])
