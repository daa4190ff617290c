"""TIFF as it is meant: its tags tell what the numbers are."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
import tifffile
from numpy.testing import assert_array_equal
from picture_files import SRGB, palette_image, saved, shades, tiff
from PIL import Image

from napari_kmeans_quantizer.core.files.pictures import read_picture

GREY = shades(6, 7)
RGB = shades(6, 7, 3)
RGBA = shades(6, 7, 4)


@pytest.mark.parametrize(
    "dtype",
    ["bool", "uint8", "uint16", "int16", "uint32", "int32", "float16", "float32", "float64"],
)
@pytest.mark.parametrize("compression", [None, "zlib", "lzw"])
def test_grey_of_every_dtype(dtype, compression):
    image = shades(6, 7, dtype=np.dtype(dtype))
    picture = read_picture(tiff(image, photometric="minisblack", compression=compression))
    assert_array_equal(picture.image, image)
    assert picture.image.dtype == image.dtype
    assert (picture.mode, picture.format, picture.channel_axis) == ("grey", "TIFF", None)


@pytest.mark.parametrize("byteorder", ["<", ">"])
def test_both_byte_orders(byteorder):
    stream = io.BytesIO()
    image = shades(6, 7, 3, dtype=np.uint16)
    tifffile.imwrite(stream, image, photometric="rgb", byteorder=byteorder)
    picture = read_picture(stream.getvalue())
    assert_array_equal(picture.image, image)
    assert picture.image.dtype.isnative


@pytest.mark.parametrize("compression", ["lzw", "zlib", "packbits", "zstd"])
@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize("tile", [None, (16, 16)])
def test_colors_whatever_their_layout(compression, planar, tile):
    image = shades(20, 33, 3, dtype=np.uint16)
    content = tiff(
        np.ascontiguousarray(np.moveaxis(image, -1, 0)) if planar else image,
        photometric="rgb",
        planarconfig="separate" if planar else "contig",
        compression=compression,
        tile=tile,
    )
    picture = read_picture(content)
    assert_array_equal(picture.image, image)
    assert (picture.mode, picture.channel_axis) == ("RGB", 2)


def test_jpeg_in_tiff():
    image = np.kron(shades(2, 2, 3), np.ones((16, 16, 1), np.uint8))
    for options in ({}, {"compressionargs": {"level": 95}, "subsampling": (2, 2)}):
        content = tiff(image, photometric="rgb", compression="jpeg", **options)
        assert np.abs(read_picture(content).image.astype(int) - image).mean() < 6


@pytest.mark.parametrize("tile", [None, (16, 16)])
@pytest.mark.parametrize(
    ("compression", "before_size"),
    [("jpeg", b"\xff\xc0\x00\x11\x08"), ("png", b"IHDR"), ("jpeg2000", b"\xff\x4f\xff\x51")],
)
def test_parts_that_say_they_are_larger_than_the_page(compression, before_size, tile):
    image = np.kron(shades(2, 2, 3), np.ones((16, 16, 1), np.uint8))
    content = tiff(image, photometric="rgb", compression=compression, tile=tile)
    assert np.abs(read_picture(content).image.astype(int) - image).mean() < 6
    at = content.index(before_size) + len(before_size)
    if compression == "jpeg2000":  # behind length and capabilities
        lie = content[: at + 4] + bytes([0, 1, 0, 0, 0, 1, 0, 0]) + content[at + 12 :]
    else:
        n = 2 if compression == "jpeg" else 4
        lie = content[:at] + (60_000).to_bytes(n) * 2 + content[at + 2 * n :]
    with pytest.raises(
        ValueError, match=r"a part of 6\d{4} x 6\d{4} pixels lies in a page of 32 x"
    ):
        read_picture(lie)


@pytest.mark.parametrize("compression", ["group3", "group4", "tiff_ccitt"])
def test_fax(compression):
    bits = np.arange(40 * 50).reshape(40, 50) % 7 < 3
    picture = read_picture(saved(bits, "TIFF", compression=compression))
    assert_array_equal(picture.image, bits)
    assert picture.image.dtype == np.bool_


@pytest.mark.parametrize("dtype", ["bool", "uint8", "uint16", "int16"])
def test_min_is_white(dtype):
    image = shades(6, 7, dtype=np.dtype(dtype))
    picture = read_picture(tiff(image, photometric="miniswhite"))
    assert_array_equal(picture.image, ~image)


def test_a_palette_is_looked_up():
    image, rgb = palette_image()
    picture = read_picture(saved(image, "TIFF"))
    assert_array_equal(picture.image, rgb)
    assert picture.mode == "RGB"


@pytest.mark.parametrize("factor", [256, 257])
def test_palettes_of_16_bits(factor):
    colors = np.arange(768).reshape(3, 256) % 256
    content = tiff(GREY, photometric="palette", colormap=(colors * factor).astype(np.uint16))
    assert_array_equal(read_picture(content).image, colors.T[GREY])


def test_few_bits_are_spread():
    for bits, white in ((2, 3), (4, 15)):
        values = np.arange(16, dtype=np.uint8).reshape(2, 8) % (white + 1)
        content = tiff(values, photometric="minisblack", bitspersample=bits)
        assert_array_equal(read_picture(content).image, values * (255 // white))


def test_alpha_that_stands_apart():
    picture = read_picture(tiff(RGBA, photometric="rgb", extrasamples=["unassalpha"]))
    assert_array_equal(picture.image, RGBA)
    assert picture.mode == "RGBA"
    both = shades(6, 7, 2)
    content = tiff(
        both, photometric="minisblack", planarconfig="contig", extrasamples=["unassalpha"]
    )
    picture = read_picture(content)
    assert_array_equal(picture.image, both[..., 0])
    assert_array_equal(picture.alpha, both[..., 1])


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32"])
def test_colors_multiplied_by_alpha(dtype):
    white = 1 if dtype == "float32" else np.iinfo(dtype).max
    image = np.array([[[white // 2, 0, 0, white // 2], [7, 8, 9, 0], [white, 1, 2, white]]], dtype)
    if dtype == "float32":
        image[0, 0] = (0.5, 0, 0, 0.5)
    picture = read_picture(tiff(image, photometric="rgb", extrasamples=["assocalpha"]))
    expected = image.copy()
    expected[0, 0, 0] = white
    assert_array_equal(picture.image, expected)


def test_extra_samples_that_are_no_alpha_are_no_colors():
    picture = read_picture(tiff(RGBA, photometric="rgb", extrasamples=["unspecified"]))
    assert_array_equal(picture.image, RGBA[..., :3])
    assert picture.mode == "RGB"


def test_many_channels():
    for n_channels in (2, 3, 4, 5):
        image = shades(6, 7, n_channels)
        content = tiff(image, photometric="minisblack", planarconfig="contig")
        picture = read_picture(content)
        assert_array_equal(picture.image, image)
        assert (picture.mode, picture.channel_axis, picture.mask) == ("channels", 2, None)


def test_bits_of_colors_become_bytes():
    bits = shades(6, 8, 3, dtype=np.bool_)
    planes = np.packbits(np.moveaxis(bits, -1, 0), axis=-1)
    content = tiff(planes, photometric="rgb", planarconfig="separate")
    with tifffile.TiffFile(io.BytesIO(content)) as opened:
        tags = opened.pages[0].tags
        places = {tag.name: tag.valueoffset for tag in tags}
    told = bytearray(content)
    told[places["ImageWidth"] : places["ImageWidth"] + 2] = struct.pack("<H", 8)
    told[places["BitsPerSample"] : places["BitsPerSample"] + 6] = struct.pack("<3H", 1, 1, 1)
    picture = read_picture(bytes(told))
    assert_array_equal(picture.image, bits * 255)
    assert picture.image.dtype == np.uint8


@pytest.mark.parametrize("n_pages", [2, 3, 4])
def test_grey_pages_are_no_colors(n_pages):
    pages = shades(n_pages, 6, 7)
    picture = read_picture(tiff(*pages, photometric="minisblack"))
    assert_array_equal(picture.image, pages)
    assert (picture.channel_axis, picture.n_frames) == (None, n_pages)
    assert picture.durations is None


def test_pages_of_colors():
    pages = shades(3, 6, 7, 3, dtype=np.uint16)
    picture = read_picture(tiff(*pages, photometric="rgb"))
    assert_array_equal(picture.image, pages)
    assert (picture.channel_axis, picture.n_frames) == (3, 3)


def test_pages_that_imagej_describes_only_once():
    stack = shades(5, 6, 7, dtype=np.uint16)
    for options in ({"imagej": True}, {"metadata": {"axes": "ZYX"}, "truncate": True}):
        stream = io.BytesIO()
        tifffile.imwrite(stream, stack, photometric="minisblack", **options)
        assert_array_equal(read_picture(stream.getvalue()).image, stack)


def test_thumbnails_are_no_pages():
    stream = io.BytesIO()
    with tifffile.TiffWriter(stream) as writer:
        writer.write(GREY, photometric="minisblack", metadata=None)
        writer.write(GREY[::2, ::2], photometric="minisblack", subfiletype=1, metadata=None)
    picture = read_picture(stream.getvalue())
    assert_array_equal(picture.image, GREY)
    assert picture.n_frames is None


@pytest.mark.parametrize(
    ("other", "found"),
    [
        (shades(5, 7), "page 1 has 7 x 6 pixels, page 2 7 x 5 pixels"),
        (shades(6, 7, dtype=np.uint16), "page 1 has grey of uint8, page 2 grey of uint16"),
    ],
)
def test_pages_that_differ(other, found):
    with pytest.raises(ValueError, match=found):
        read_picture(tiff(GREY, other, photometric="minisblack"))


def test_pages_of_different_colors():
    stream = io.BytesIO()
    with tifffile.TiffWriter(stream) as writer:
        writer.write(GREY, photometric="minisblack", metadata=None)
        writer.write(RGB, photometric="rgb", metadata=None)
    with pytest.raises(ValueError, match="page 1 has grey of uint8, page 2 RGB of uint8"):
        read_picture(stream.getvalue())


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("n_pages", [1, 2])
def test_turned_upright(orientation, n_pages):
    # Where row 0 and column 0 of the file are to be seen, as TIFF 6.0 tells.
    turned = {
        1: GREY,
        2: GREY[:, ::-1],
        3: GREY[::-1, ::-1],
        4: GREY[::-1],
        5: GREY.T,
        6: np.rot90(GREY, -1),
        7: np.rot90(GREY, 2).T,
        8: np.rot90(GREY),
    }[orientation]
    pages = [GREY] * n_pages
    content = tiff(*pages, photometric="minisblack", extratags=[(274, 3, 1, orientation, True)])
    picture = read_picture(content)
    assert_array_equal(picture.image, turned if n_pages == 1 else [turned] * n_pages)
    assert picture.image.flags.c_contiguous


def test_profile_and_resolution():
    content = tiff(RGB, photometric="rgb", iccprofile=SRGB, resolution=(300, 150), resolutionunit=2)
    picture = read_picture(content)
    assert picture.icc_profile == SRGB
    assert picture.dpi == (300, 150)
    content = tiff(RGB, photometric="rgb", resolution=(100, 100), resolutionunit="centimeter")
    assert read_picture(content).dpi == (254, 254)
    assert read_picture(tiff(RGB, photometric="rgb")).dpi is None


def test_inks():
    inks = np.zeros((4, 4, 4), np.uint8)
    inks[:, 2:, 1:3] = 255
    picture = read_picture(tiff(inks, photometric="separated"))
    assert_array_equal(picture.image[:, :2], 255)
    assert_array_equal(picture.image[:, 2:], np.broadcast_to([255, 0, 0], (4, 2, 3)))
    assert picture.mode == "RGB"


def test_ycbcr():
    image = np.kron(shades(2, 2, 3), np.ones((16, 16, 1), np.uint8))
    content = saved(Image.fromarray(image).convert("YCbCr"), "TIFF")
    assert np.abs(read_picture(content).image.astype(int) - image).max() < 4


@pytest.mark.parametrize(("across", "down"), [(1, 1), (2, 1), (2, 2), (4, 2)])
@pytest.mark.parametrize("compression", [1, 8])
def test_ycbcr_with_less_color_than_light(across, down, compression):
    """A strip of five rows and one of two; grey has no color."""
    luma = np.full((7, 11), 200, np.uint8)
    luma[2:, 3:5] = 90
    strips = []
    for rows in (luma[:5], luma[5:]):
        padded = np.pad(rows, ((0, -len(rows) % down), (0, -11 % across)))
        units = padded.reshape(len(padded) // down, down, -1, across).swapaxes(1, 2)
        units = units.reshape(*units.shape[:2], -1)
        chroma = np.full((*units.shape[:2], 2), 128, np.uint8)
        strip = np.concatenate([units, chroma], axis=-1).tobytes()
        strips.append(zlib.compress(strip) if compression == 8 else strip)
    shorts = {256: 11, 257: 7, 258: (8, 8, 8), 259: compression, 262: 6, 277: 3, 278: 5}
    content = by_hand(shorts | {530: (across, down)}, strips)
    assert_array_equal(read_picture(content).image, np.stack([luma] * 3, axis=-1))


def by_hand(shorts, strips):
    """Return a TIFF of tags with 16-bit numbers, and strips."""
    tags = sorted({**shorts, 273: None, 279: None})
    end = 8 + 2 + 12 * len(tags) + 4
    more, entries = b"", b""
    start = end + 64
    offsets = [start + sum(map(len, strips[:index])) for index in range(len(strips))]
    for tag in tags:
        values = {273: offsets, 279: [len(strip) for strip in strips]}.get(tag, shorts.get(tag))
        kind, letter = (4, "I") if tag in (273, 279) else (3, "H")
        values = np.atleast_1d(values).tolist()
        packed = struct.pack(f"<{len(values)}{letter}", *values)
        if len(packed) > 4:
            packed, more = struct.pack("<I", end + len(more)), more + packed
        entries += struct.pack("<HHI", tag, kind, len(values)) + packed.ljust(4, b"\0")
    head = b"II*\0" + struct.pack("<IH", 8, len(tags)) + entries + bytes(4)
    return head + more.ljust(64, b"\0") + b"".join(strips)


def test_pages_of_ycbcr():
    images = [Image.fromarray(np.full((6, 7, 3), value, np.uint8)) for value in (10, 240)]
    pages = [image.convert("YCbCr") for image in images]
    for compression in (None, "tiff_lzw"):
        content = saved(
            pages[0], "TIFF", save_all=True, append_images=pages[1:], compression=compression
        )
        picture = read_picture(content)
        assert_array_equal(picture.image[:, 0, 0], [[10] * 3, [240] * 3])


def test_lab():
    greys = np.array([[0, 60, 128, 255]], np.uint8)
    content = saved(Image.merge("LAB", [Image.fromarray(greys), *neutral(greys)]), "TIFF")
    image = read_picture(content).image
    assert np.abs(image[0, [0, 3]] - [[0] * 3, [255] * 3]).max() <= 1
    assert np.ptp(image.astype(int), axis=-1).max() <= 1
    assert (np.diff(image[0, :, 0].astype(int)) > 30).all()


def neutral(like):
    return [Image.fromarray(np.full_like(like, 128))] * 2


@pytest.mark.parametrize(
    ("options", "image", "found"),
    [
        ({"photometric": "cfa"}, GREY, "colors of the kind CFA"),
        ({"photometric": "minisblack"}, GREY.astype(np.complex64), "complex64"),
        ({"photometric": "cielab"}, RGB.astype(np.uint16), "Lab colors of uint16"),
        ({"photometric": "separated"}, RGBA.astype(np.uint16), "CMYK colors of uint16"),
        ({"photometric": "miniswhite"}, GREY.astype(np.float32), "min-is-white"),
    ],
)
def test_what_is_not_supported_is_told(options, image, found):
    with pytest.raises(ValueError, match=f"^odd.tif: .*{found}"):
        read_picture(tiff(image, **options), name="odd.tif")
