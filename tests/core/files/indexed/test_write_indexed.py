"""Indexed files hold exactly the quantized image, in as few bits as its palette allows."""

from __future__ import annotations

import io
import os
import struct
import tracemalloc
import zlib

import numpy as np
import pytest
import tifffile
from PIL import Image, ImageSequence
from skimage import data

from napari_kmeans_quantizer import Palette, quantize, write_indexed
from napari_kmeans_quantizer.core.files.indexed import encode_indexed
from strict_png import chunks_of, strict_png

PHOTO = data.coffee()[::4, ::4].copy()
HEIGHT, WIDTH = PHOTO.shape[:2]
LEFT = np.arange(WIDTH) < 50
LEFT_HALF = np.broadcast_to(LEFT, (HEIGHT, WIDTH))
KINDS = (".png", ".gif", ".tif")


def rgba(alpha):
    """The photograph with some alpha."""
    return np.dstack([PHOTO, np.broadcast_to(alpha, (HEIGHT, WIDTH))]).astype(np.uint8)


def shown(q):
    """RGBA bytes of a result in 0..255; what takes no part is transparent."""
    image = q.image if q.channel_axis is None else np.moveaxis(q.image, q.channel_axis, -1)
    if q.channel_axis is None:
        image = np.repeat(image[..., np.newaxis], 3, axis=-1)
    has_alpha = image.shape[-1] == 4
    alpha = image[..., 3] if has_alpha else np.full(q.labels.shape, 255)
    part = np.ones(q.labels.shape, bool) if q.mask is None else q.mask
    return np.dstack([np.where(part[..., None], image[..., :3], 0), np.where(part, alpha, 0)])


def by_pillow(content):
    """RGBA of every frame; transparent pixels without color."""
    with Image.open(io.BytesIO(content)) as file:
        frames = [np.asarray(frame.convert("RGBA")) for frame in ImageSequence.Iterator(file)]
    return np.stack([np.where(frame[..., 3:] > 0, frame, 0) for frame in frames])


# -- exactly the image


@pytest.mark.parametrize("suffix", [*KINDS, ".tiff", ".PNG"])
@pytest.mark.parametrize("n_colors", [1, 2, 3, 4, 5, 16, 17, 200, 256])
def test_decodes_to_the_image(tmp_path, suffix, n_colors):
    q, path = quantize(PHOTO, n_colors), tmp_path / f"a picture – é{suffix}"
    n_bytes = write_indexed(path, q)
    assert n_bytes == path.stat().st_size
    assert np.array_equal(by_pillow(path.read_bytes())[0], shown(q))
    assert os.listdir(tmp_path) == [path.name]


@pytest.mark.parametrize("n_colors", [1, 2, 3, 4, 5, 16, 17, 256])
@pytest.mark.parametrize("keep_order", [False, True])
def test_png_is_strictly_right_and_has_exactly_the_palette(n_colors, keep_order):
    q = quantize(PHOTO, n_colors)
    png = strict_png(encode_indexed(".png", q, keep_order=keep_order))
    assert len(png.palette) == n_colors
    assert np.array_equal(png.rgba[0], shown(q))
    assert {*map(bytes, png.palette)} == {*map(bytes, q.palette.values)}
    if keep_order:
        assert np.array_equal(png.palette, q.palette.values)
        assert np.array_equal(png.indices[0], q.labels)


@pytest.mark.parametrize(("n_colors", "bits"), [(1, 1), (2, 1), (3, 2), (4, 2), (16, 4), (17, 8)])
def test_as_few_bits_as_the_palette_allows(n_colors, bits):
    assert strict_png(encode_indexed(".png", quantize(PHOTO, n_colors))).bits == bits


def test_by_hand():
    """Two colors, 10 pixels in a row: a bit for each, the leftmost in the high bit."""
    image = np.array([[0, 0, 0, 0, 0, 0, 9, 9, 0, 9]], np.uint8)
    chunks = dict(chunks_of(encode_indexed(".png", quantize(image, 2))))
    assert struct.unpack(">IIB", chunks[b"IHDR"][:9]) == (10, 1, 1)
    assert chunks[b"PLTE"] == bytes([0, 0, 0, 9, 9, 9])
    assert zlib.decompress(chunks[b"IDAT"]) == bytes([0, 0b00000011, 0b01000000])
    assert list(chunks) == [b"IHDR", b"PLTE", b"IDAT", b"IEND"]


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (9, 1), (7, 3), (3, 513)])
@pytest.mark.parametrize("n_colors", [2, 4, 16, 200])
@pytest.mark.parametrize("suffix", KINDS)
def test_any_size(shape, n_colors, suffix):
    image = np.random.default_rng(0).integers(0, 256, (*shape, 3)).astype(np.uint8)
    q = quantize(image, n_colors)
    content = encode_indexed(suffix, q)
    assert np.array_equal(by_pillow(content)[0], shown(q))
    if suffix == ".png":
        assert np.array_equal(strict_png(content).rgba[0], shown(q))


@pytest.mark.parametrize("suffix", KINDS)
def test_grey_and_bools(suffix):
    grey = quantize(PHOTO[..., 0], 5)
    assert np.array_equal(by_pillow(encode_indexed(suffix, grey))[0], shown(grey))
    ink = PHOTO[..., 0] > 128
    black_and_white = by_pillow(encode_indexed(suffix, quantize(ink, 2)))[0]
    assert np.array_equal(black_and_white[..., 0], np.where(ink, 255, 0))


def test_channels_first_and_wider_integers():
    planes = np.moveaxis(PHOTO, -1, 0).astype(np.int32)
    q = quantize(planes, 9, channel_axis=0)
    assert np.array_equal(by_pillow(encode_indexed(".png", q))[0], shown(q))


def test_tiff_is_read_alike_by_tifffile(tmp_path):
    q, path = quantize(PHOTO, 12), tmp_path / "a.tif"
    write_indexed(path, q)
    with tifffile.TiffFile(path) as file:
        page = file.pages[0]
        assert page.photometric == tifffile.PHOTOMETRIC.PALETTE
        colors = (page.colormap >> 8).T
        assert np.array_equal(colors, page.colormap.T & 255)
        assert np.array_equal(colors[page.asarray()], q.image)
        assert np.array_equal(page.asarray(), q.labels)


def test_edited_results():
    q = quantize(PHOTO, 6).recolored({0: (1, 2, 3), 1: (1, 2, 3)}).merged(5, into=4)
    png = strict_png(encode_indexed(".png", q))
    assert len(png.palette) == 5
    assert np.array_equal(png.rgba[0], shown(q))


def test_colors_that_no_pixel_has_are_entries_too():
    given = Palette([[0, 0, 0], [255, 255, 255], [255, 0, 255]], dtype=np.uint8)
    png = strict_png(encode_indexed(".png", quantize(PHOTO, palette=given)))
    assert len(png.palette) == 3


def test_the_same_bytes_each_time():
    first, second = (encode_indexed(".png", quantize(PHOTO, 30)) for _ in range(2))
    assert first == second


def test_smaller_than_pillow_makes_it():
    q, file = quantize(PHOTO, 16), io.BytesIO()
    picture = Image.fromarray(q.labels)
    picture.putpalette(q.palette.values.tobytes())
    picture.save(file, "png", optimize=True)
    assert len(encode_indexed(".png", q)) < len(file.getvalue())


# -- transparency


@pytest.mark.parametrize("suffix", [".png", ".gif"])
def test_what_takes_no_part_is_transparent(suffix):
    for q in (
        quantize(PHOTO, 7, mask=LEFT_HALF),
        quantize(rgba(np.where(LEFT, 255, 0)), 7),
        quantize(PHOTO[..., 1], 7, mask=LEFT_HALF),
        quantize(rgba(np.where(LEFT, 255, 0)), 7, mask=~LEFT_HALF | (PHOTO[..., 0] > 90)),
    ):
        content = encode_indexed(suffix, q)
        assert np.array_equal(by_pillow(content)[0], shown(q))
        if suffix == ".png":
            png = strict_png(content)
            assert len(png.palette) == 8
            assert np.array_equal(np.where(png.rgba[0, ..., 3:], png.rgba[0], 0), shown(q))


def test_an_opaque_rgba_has_no_transparent_entry():
    png = strict_png(encode_indexed(".png", quantize(rgba(255), 7)))
    assert len(png.palette) == 7
    assert (png.alpha == 255).all()


def test_all_transparent():
    q = quantize(rgba(0), 7)
    png = strict_png(encode_indexed(".png", q))
    assert len(png.palette) == 1
    assert not png.alpha.any()


def test_partial_alpha_is_kept_in_png_entry_by_entry():
    q = quantize(rgba(np.where(LEFT, 255, np.where(np.arange(WIDTH) < 90, 40, 0))), 5)
    png = strict_png(encode_indexed(".png", q))
    assert np.array_equal(np.where(png.rgba[0, ..., 3:], png.rgba[0], 0), shown(q))
    assert 5 < len(png.palette) <= 11
    with pytest.raises(ValueError, match=r"alpha in between. Write a PNG"):
        encode_indexed(".gif", q)


def test_256_colors_and_a_transparent_entry_are_too_many():
    with pytest.raises(ValueError, match="at most 256 entries, got 256 colors and a transparent"):
        encode_indexed(".png", quantize(PHOTO, 256, mask=LEFT_HALF))
    unused = quantize(PHOTO, palette=quantize(PHOTO, 256).palette, mask=LEFT_HALF)
    assert (unused.palette.counts == 0).any()
    content = encode_indexed(".png", unused)  # without the colors that no pixel has
    assert np.array_equal(by_pillow(content)[0], shown(unused))


def test_too_many_alphas():
    with pytest.raises(ValueError, match="colors with each its alpha"):
        encode_indexed(".png", quantize(rgba(np.arange(WIDTH) % 256), 16))


def test_tiff_holds_no_transparency():
    with pytest.raises(ValueError, match=r"holds no transparency.*Write a PNG"):
        encode_indexed(".tif", quantize(PHOTO, 4, mask=LEFT_HALF))


# -- stacks


FRAMES = np.stack([PHOTO, PHOTO, np.roll(PHOTO, 9, axis=0), PHOTO // 2])
FRAMES[1, 20:30, 40:44] = 255


def stack_shown(q):
    return np.stack([shown_frame(q, t) for t in range(len(q.labels))])


def shown_frame(q, t):
    part = np.ones(q.labels.shape[1:], bool) if q.mask is None else q.mask[t]
    return np.dstack([np.where(part[..., None], q.image[t], 0), np.where(part, 255, 0)])


@pytest.mark.parametrize("suffix", KINDS)
def test_stacks_become_animations_and_pages(suffix):
    q = quantize(FRAMES, 8)
    content = encode_indexed(suffix, q, durations=[50, 120, 30, 70_000], loop=3)
    assert np.array_equal(by_pillow(content), stack_shown(q))
    if suffix == ".png":
        png = strict_png(content)
        assert np.array_equal(png.rgba, stack_shown(q))
        assert png.delays == [0.05, 0.12, 0.03, 70.0]


@pytest.mark.parametrize("suffix", [".png", ".gif"])
def test_frames_and_times_are_kept_also_of_frames_that_are_alike(suffix):
    still = np.stack([PHOTO] * 3)
    content = encode_indexed(suffix, quantize(still, 4), durations=[10, 20, 30], loop=3)
    with Image.open(io.BytesIO(content)) as file:
        assert file.n_frames == 3
        assert file.info["loop"] == (3 if suffix == ".png" else 2)  # GIF tells how often more
        times = [frame.info["duration"] for frame in ImageSequence.Iterator(file)]
    assert times == [10, 20, 30]
    alone = len(encode_indexed(suffix, quantize(PHOTO, 4)))
    assert len(content) < alone + 600  # only what changes is written


@pytest.mark.parametrize("suffix", [".png", ".gif"])
def test_frames_become_transparent_again(suffix):
    mask = np.stack([LEFT_HALF, ~LEFT_HALF, LEFT_HALF, LEFT_HALF])
    q = quantize(FRAMES, 8, mask=mask)
    content = encode_indexed(suffix, q)
    assert np.array_equal(by_pillow(content), stack_shown(q))


def test_a_stack_of_grey_planes():
    q = quantize(FRAMES[..., 1], 4)
    pages = tifffile.imread(io.BytesIO(encode_indexed(".tif", q)))
    assert np.array_equal(pages, q.labels)


# -- what else files tell


def test_profile_and_resolution():
    q = quantize(PHOTO, 4)
    for suffix in (".png", ".tif"):
        content = encode_indexed(suffix, q, icc_profile=b"any profile", dpi=(300, 150))
        with Image.open(io.BytesIO(content)) as file:
            assert file.info["icc_profile"] == b"any profile"
            assert tuple(map(float, file.info["dpi"])) == pytest.approx((300, 150), rel=1e-3)
    strict_png(encode_indexed(".png", q, icc_profile=b"any profile", dpi=300))


# -- what is refused


@pytest.mark.parametrize(
    ("image", "options", "message"),
    [
        (PHOTO, {"n_colors": 300}, "at most 256 colors, got 300. Quantize to at most 256"),
        (PHOTO / 255, {}, "8 bits a channel, got float64 in 0..1.*img_as_ubyte"),
        (PHOTO.astype(np.uint16) * 257, {}, "8 bits a channel, got uint16 in 0..65535"),
        (PHOTO[..., :2], {"channel_axis": -1}, "grey or RGB colors, got 2 channels"),
        (PHOTO[0, :, 0], {}, r"rows and columns, or a stack of such, got .* \(150,\)"),
        (PHOTO[None, None], {}, r"rows and columns, or a stack of such"),
    ],
)
def test_what_no_file_can_hold(tmp_path, image, options, message):
    q = quantize(image, **({"n_colors": 4} | options))
    for suffix in KINDS:
        with pytest.raises(ValueError, match=message):
            write_indexed(tmp_path / f"a{suffix}", q)
    assert os.listdir(tmp_path) == []


def test_no_file_is_replaced_unasked(tmp_path):
    q, path = quantize(PHOTO, 2), tmp_path / "a.png"
    path.write_bytes(b"old")
    with pytest.raises(FileExistsError, match="overwrite=True"):
        write_indexed(path, q)
    assert path.read_bytes() == b"old"
    assert write_indexed(str(path), q, overwrite=True) == path.stat().st_size > 3


def test_wrong_calls(tmp_path):
    q = quantize(PHOTO, 2)
    with pytest.raises(ValueError, match=r"\.png, \.gif, \.tif, \.tiff, got '\.jpg'"):
        write_indexed(tmp_path / "a.jpg", q)
    with pytest.raises(TypeError, match="must be a Quantization, got ndarray"):
        write_indexed(tmp_path / "a.png", PHOTO)
    with pytest.raises(OSError, match="missing"):
        write_indexed(tmp_path / "missing" / "a.png", q)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"durations": [1, 2]}, ValueError, "one number or 4"),
        ({"durations": -1}, ValueError, "0..655350 ms"),
        ({"durations": np.nan}, ValueError, "0..655350 ms"),
        ({"durations": "fast"}, TypeError, "milliseconds"),
        ({"loop": -1}, ValueError, "0 for ever"),
        ({"loop": 1.5}, TypeError, "integer or None"),
        ({"icc_profile": "sRGB"}, TypeError, "bytes or None"),
        ({"dpi": 0}, ValueError, "positive"),
        ({"dpi": (1, 2, 3)}, TypeError, "a number or two"),
        ({"dpi": "high"}, TypeError, "a number or two"),
    ],
)
def test_wrong_extras(options, error, message):
    with pytest.raises(error, match=message):
        encode_indexed(".png", quantize(FRAMES, 2), **options)


def test_a_quick_png_holds_the_same():
    q = quantize(PHOTO, 9)
    quick = encode_indexed(".png", q, quick=True)
    with Image.open(io.BytesIO(quick)) as image:
        assert np.array_equal(np.asarray(image.convert("RGB")), q.image)
        assert np.array_equal(np.asarray(image), q.labels)
    assert len(encode_indexed(".png", q)) < len(quick)


@pytest.mark.parametrize("alpha", [255, 7])
def test_large_pictures_are_worked_on_in_parts(alpha):
    image = np.random.default_rng(0).integers(0, 256, (1100, 1000, 4)).astype(np.uint8)
    image[..., 3] = alpha
    image[-1, -300:, 3] = 255
    mask = np.arange(1000) != 999
    q = quantize(image, 5, mask=np.broadcast_to(mask, (1100, 1000)))
    content = encode_indexed(".png", q, quick=True)
    assert np.array_equal(by_pillow(content)[0], np.where(mask[:, None], q.image, 0))


def test_little_room_is_taken_beside_the_picture():
    q = quantize(np.zeros((4000, 4000), np.uint8), 2)
    tracemalloc.start()
    encode_indexed(".png", q)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 6 * q.labels.size
