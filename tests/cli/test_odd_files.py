"""Files as they come: read as they are meant, and written as they came."""

from __future__ import annotations

import io
import zlib

import numpy as np
import pytest
import tifffile
from PIL import Image, ImageCms

from napari_kmeans_quantizer import quantize

from .command import PHOTO, names, opened, rgb

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
GREY = PHOTO[..., 0]
SHAPE = GREY.shape


def written(folder, source):
    (path,) = (p for p in folder.iterdir() if p.stem == f"{source.rpartition('.')[0]}-4-colors")
    return path


def check(run, here, source, expected, **options):
    """The picture in the file is the expected one, in four colors."""
    said = run("-k", 4, source)
    assert (said.status, said.err) == (0, "")
    path = written(here, source)
    is_tiff = path.suffix == ".tif"
    found = rgb(path) if expected.ndim == 3 else np.asarray(opened(path).convert("L"))
    assert np.array_equal(found, quantize(expected, 4, **options).image)
    assert is_tiff == source.endswith("tif")


# -- what is meant


def test_a_tiff_with_a_palette(run, here):
    Image.fromarray(PHOTO).quantize(9, dither=Image.Dither.NONE).save("a.tif")
    check(run, here, "a.tif", rgb("a.tif"))


def test_planar_rgb(run, here):
    tifffile.imwrite("a.tif", np.moveaxis(PHOTO, -1, 0), photometric="rgb", planarconfig="separate")
    check(run, here, "a.tif", PHOTO)


def test_min_is_white(run, here):
    tifffile.imwrite("a.tif", 255 - GREY, photometric="miniswhite")
    check(run, here, "a.tif", GREY)


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".tif"])
def test_orientation(run, here, suffix):
    exif = Image.Exif()
    exif[274] = 6
    Image.fromarray(PHOTO).save(f"a{suffix}", exif=exif)
    assert run("-k", 4, f"a{suffix}").status == 0
    assert opened(written(here, f"a{suffix}")).size == SHAPE  # a quarter turn


def test_a_cmyk_jpeg(run, here):
    Image.fromarray(PHOTO).convert("CMYK").save("a.jpg", quality=95)
    assert run("-k", 4, "a.jpg").status == 0
    result = rgb(written(here, "a.jpg"))
    assert abs(result.astype(float) - PHOTO).mean() < 20


def test_grey_with_alpha(run, here):
    alpha = np.full(SHAPE, 255, np.uint8)
    alpha[:20] = 0
    alpha[20:30] = 100
    Image.merge("LA", [Image.fromarray(GREY), Image.fromarray(alpha)]).save("a.png")
    assert run("-k", 4, "a.png").status == 0
    found = np.asarray(opened("a-4-colors.png").convert("LA"))
    assert np.array_equal(found[..., 1], alpha)
    expected = quantize(GREY, 4, mask=alpha > 0).image
    assert np.array_equal(found[alpha > 0, 0], expected[alpha > 0])


@pytest.mark.parametrize("name", ["a.png", "a.gif"])
def test_transparency_of_a_palette(run, here, name):
    image = Image.fromarray(PHOTO).quantize(9, dither=Image.Dither.NONE)
    index = image.getpixel((0, 0))
    image.save(name, transparency=index)
    source = np.asarray(opened(name).convert("RGBA"))
    assert run("-k", 4, name).status == 0
    found = np.asarray(opened("a-4-colors.png").convert("RGBA"))
    assert np.array_equal(found[..., 3], source[..., 3])
    assert (source[..., 3] == 0).any()


def test_16_bit_color_stays_16_bit(run, here):
    image = PHOTO.astype(np.uint16) * 200 + 7
    tifffile.imwrite("a.tif", image, photometric="rgb")
    assert run("-k", 4, "a.tif", "-o", "a.png").status == 0
    assert run("-k", 4, "a.png").status == 0
    assert run("-k", 4, "a.tif").status == 0
    expected = quantize(image, 4).image
    assert np.array_equal(tifffile.imread("a-4-colors.tif"), expected)
    from napari_kmeans_quantizer.core.files.pictures import read_picture

    assert np.array_equal(read_picture("a.png").image, expected)
    assert np.array_equal(read_picture("a-4-colors.png").image, expected)


@pytest.mark.parametrize("compression", ["lzw", "jpeg", "zlib", "packbits", "zstd"])
def test_compressed_tiff(run, here, compression):
    tifffile.imwrite("a.tif", PHOTO, compression=compression, photometric="rgb")
    check(run, here, "a.tif", tifffile.imread("a.tif"))


def test_a_fax(run, here):
    Image.fromarray(GREY > 128).save("a.tif", compression="group4")
    said = run("a.tif")
    assert (said.status, said.err) == (0, "")
    assert "2 colors, unchanged" in said.out
    result = np.asarray(opened("a-16-colors.tif").convert("L")) > 0
    assert np.array_equal(result, GREY > 128)


def test_a_png_named_tif(run, here):
    Image.fromarray(PHOTO).save("a.tif", "PNG")
    assert run("-k", 4, "a.tif").status == 0
    assert np.array_equal(rgb("a-4-colors.png"), quantize(PHOTO, 4).image)


# -- what is kept


def test_profile_and_resolution_are_kept(run, here):
    Image.fromarray(PHOTO).save("a.jpg", icc_profile=SRGB, dpi=(300, 300), quality=95)
    for kind in ("--indexed", "--rgb"):
        assert run("-k", 4, "a.jpg", kind, "--force").status == 0
        result = opened("a-4-colors.png")
        assert result.info["icc_profile"] == SRGB
        assert np.allclose(result.info["dpi"], (300, 300), atol=0.1)


def test_alpha_is_not_lost_in_formats_that_cannot_hold_it(run, here):
    image = np.dstack([PHOTO, np.where(GREY > 90, 255, 0).astype(np.uint8)])
    Image.fromarray(image).save("a.png")
    for suffix in (".bmp", ".ppm"):
        said = run("a.png", "-o", f"b{suffix}")
        assert said.status == 1
        assert "cannot hold transparency. Choose .png" in said.err
    assert names(here) == ["a.png"]


@pytest.mark.parametrize("n_pages", [2, 3, 4])
def test_pages_stay_pages(run, here, n_pages):
    pages = np.stack([np.roll(GREY, 9 * i, axis=1) // (i + 1) for i in range(n_pages)])
    tifffile.imwrite("a.tif", pages, photometric="minisblack")
    said = run("-k", 4, "a.tif")
    assert said.status == 0
    with Image.open("a-4-colors.tif") as file:
        assert file.n_frames == n_pages
    shown = np.stack([as_grey("a-4-colors.tif", i) for i in range(n_pages)])
    assert np.array_equal(shown, quantize(pages, 4, channel_axis=None).image)


def as_grey(path, index):
    with Image.open(path) as image:
        image.seek(index)
        return np.asarray(image.convert("L"))


def frames_of(path):
    with Image.open(path) as image:
        frames, durations = [], []
        for i in range(image.n_frames):
            image.seek(i)
            frames.append(np.asarray(image.convert("RGB")))
            durations.append(image.info["duration"])
        return np.stack(frames), durations, image.info.get("loop")


@pytest.mark.parametrize("name", ["a.gif", "a.png", "a.webp"])
def test_animations_keep_frames_and_times(run, here, name):
    frames = [Image.fromarray(np.roll(PHOTO, 10 * i, axis=1)) for i in range(3)]
    options = {"lossless": True} if name == "a.webp" else {}
    frames[0].save(
        name, save_all=True, append_images=frames[1:], duration=[100, 250, 70], loop=3, **options
    )
    before, durations, loop = frames_of(name)
    said = run("-k", 4, name)
    assert (said.status, said.err) == (0, "")
    result, times, again = frames_of(written(here, name))
    assert (times, again) == (durations, loop)
    assert np.array_equal(result, quantize(before, 4).image)


def test_pages_of_unequal_size_are_refused_in_words(run, here):
    with tifffile.TiffWriter("a.tif") as file:
        for size in (20, 30):
            file.write(GREY[:size, :size], metadata=None)
    said = run("a.tif")
    assert said.status == 1
    assert said.err.startswith("napari-kmeans-quantizer: a.tif: ")
    assert said.err.count("\n") == 1
    assert names(here) == ["a.tif"]


def test_a_stack_does_not_go_into_bmp(run, here):
    tifffile.imwrite("a.tif", np.stack([GREY] * 3), photometric="minisblack")
    said = run("a.tif", "-o", "a.bmp")
    assert said.status == 1
    assert "BMP cannot hold 3 pages. Choose .tif" in said.err
    assert said.err.count("\n") == 1


# -- pixels without data


def test_nan_is_left_out_and_told(run, here):
    image = PHOTO.astype(np.float32) / 255
    image[3, 4, 1] = np.nan
    image[5:7, 0] = np.inf
    tifffile.imwrite("a.tif", image, photometric="rgb")
    said = run("-k", 4, "a.tif")
    assert said.status == 0
    assert "; 3 pixels without data (NaN, infinite) left as they were\n" in said.out
    result = tifffile.imread("a-4-colors.tif")
    mask = np.isfinite(image).all(-1)
    expected = quantize(image, 4, mask=mask).image
    assert np.array_equal(result, expected, equal_nan=True)


def test_nothing_but_nan(run, here):
    tifffile.imwrite("a.tif", np.full((9, 8), np.nan, np.float32))
    said = run("a.tif")
    assert said.status == 1
    assert said.err == (
        "napari-kmeans-quantizer: a.tif: has no pixel with data: all are NaN or infinite.\n"
    )


# -- what is refused


def bomb():
    """A PNG whose header claims a hundred megapixels."""
    stream = io.BytesIO()
    Image.new("1", (1, 1)).save(stream, "PNG")
    data = bytearray(stream.getvalue())
    data[16:24] = (10_000).to_bytes(4, "big") * 2
    data[29:33] = zlib.crc32(data[12:29]).to_bytes(4, "big")
    return bytes(data)


def test_max_pixels(run, photo, here):
    said = run("photo.png", "--max-pixels", 100)
    assert said.status == 1
    assert f"Use --max-pixels {SHAPE[0] * SHAPE[1]} to read it nevertheless.\n" in said.err
    assert run("photo.png", "--max-pixels", SHAPE[0] * SHAPE[1]).status == 0
    (here / "bomb.png").write_bytes(bomb())
    said = run("bomb.png", "--max-pixels", 1_000_000)
    assert said.err == (
        "napari-kmeans-quantizer: bomb.png: has 10000 x 10000 = 100 megapixels, more than the 1 "
        "allowed. Use --max-pixels 100000000 to read it nevertheless.\n"
    )


@pytest.mark.parametrize("content", [b"", b"not a picture", b"II*\0garbage", bomb()])
def test_damaged_files_are_one_line(run, photo, here, content):
    (here / "broken.png").write_bytes(content)
    said = run("broken.png", "photo.png")
    assert said.status == 1
    assert said.err.startswith("napari-kmeans-quantizer: broken.png: ")
    assert said.err.count("\n") == 1
    assert "photo.png -> photo-16-colors.png" in said.out
    assert names(here) == ["broken.png", "photo-16-colors.png", "photo.png"]


@pytest.mark.parametrize("seed", range(60))
def test_damaged_tiffs(run, here, seed):
    rng = np.random.default_rng(seed)
    tifffile.imwrite("a.tif", PHOTO[:20, :20], compression="lzw")
    data = bytearray((here / "a.tif").read_bytes())
    for place in rng.integers(0, len(data), 1 + seed % 9):
        data[place] = rng.integers(256)
    (here / "a.tif").write_bytes(data[: len(data) if seed % 3 else int(rng.integers(len(data)))])
    said = run("a.tif", "-k", 2, "--force", "--max-pixels", 1_000_000)
    assert said.status in (0, 1)
    if said.status:
        assert said.err.startswith("napari-kmeans-quantizer: a.tif: ")
        assert said.err.count("\n") == 1


@pytest.mark.parametrize(
    ("extras", "told"),
    [
        ([0], "; 1 channel beside the colors left out\n"),
        ([0, 0], "; 2 channels beside the colors left out\n"),
        ([2], " smaller\n"),
        ([0, 2], "; 1 channel beside the colors left out\n"),
    ],
)
def test_channels_that_are_left_out_are_told(run, here, extras, told):
    more = [np.full(PHOTO.shape[:2], 255, np.uint8)] * len(extras)
    image = np.dstack([PHOTO, *more])
    tifffile.imwrite("a.tif", image, photometric="rgb", extrasamples=extras)
    said = run("-k", 4, "a.tif")
    assert said.status == 0
    assert said.out.endswith(told)
