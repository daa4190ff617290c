"""Files that cannot be read: one error that begins with the file's name, and nothing else."""

from __future__ import annotations

import io
import logging
import os
import struct
import threading
import warnings
import zlib

import numpy as np
import pytest
import tifffile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from picture_files import animation, png, samples, saved, shades, tiff
from PIL import Image

from napari_kmeans_quantizer.core.files.pictures import Picture, read_picture
from napari_kmeans_quantizer.core.files.pictures import limits as limits_module

RGB = shades(6, 7, 3)
SAMPLES = samples()


def circular():
    """Return a TIFF whose second page says that the first is the next."""
    content = bytearray(tiff(shades(2, 3), shades(2, 3), photometric="minisblack"))
    with tifffile.TiffFile(io.BytesIO(content)) as opened:
        first, end = opened.pages[0].offset, opened.pages.next_page_offset
    content[end : end + 4] = struct.pack("<I", first)
    return bytes(content)


def picture_or_none(content, name):
    """Return a picture, or None if one line that begins with the name told why there is none."""
    try:
        return read_picture(content, name=name, max_pixels=100_000)
    except ValueError as error:
        told = str(error)
    assert told.startswith(f"{name}: ")
    assert "\n" not in told
    return None


@pytest.mark.parametrize("name", SAMPLES)
def test_every_sample_is_read(name):
    picture = read_picture(SAMPLES[name])
    assert isinstance(picture, Picture)
    assert picture.n_bytes == len(SAMPLES[name])
    assert picture.image.size > 0


@pytest.mark.parametrize("name", SAMPLES)
@settings(
    max_examples=25, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(data=st.data())
def test_whatever_is_damaged_is_a_picture_or_one_error(capfd, name, data):
    content = bytearray(SAMPLES[name])
    for _ in range(data.draw(st.integers(1, 4), "changes")):
        at = data.draw(st.integers(0, len(content) - 1), "at")
        content[at] = data.draw(st.integers(0, 255), "byte")
    end = data.draw(st.none() | st.integers(0, len(content)), "end")
    picture_or_none(bytes(content[:end]), name)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("name", SAMPLES)
def test_a_file_that_is_cut_off_is_no_whole_picture(name):
    whole = read_picture(SAMPLES[name])
    for end in range(0, len(SAMPLES[name]) - 1, max(len(SAMPLES[name]) // 40, 1)):
        part = picture_or_none(SAMPLES[name][:end], name)
        if part is not None:  # what was cut off held no pixels
            assert_array_equal(part.image, whole.image, err_msg=f"cut off at {end}")


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "is empty"),
        (b"hello", "no picture that can be read.*TIFF, PNG"),
        (b"II*\0", "damaged"),
        (b"II*\0\xff\xff\xff\x7f", "holds no page"),
        (circular(), "page 2 is followed by an earlier one"),
        (b"%PDF-1.4\n", "no picture"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n", "no picture"),
        (SAMPLES["rgb.png"][:90], "."),
        (SAMPLES["rgb.jpg"][:-200], "."),
        (b"P6 2 2 65535\n\0\0", "cut off: has 1 of 12 values"),
        (b"P5 1 1 300\n\xff\xff", "values above 300"),
    ],
)
def test_what_is_no_picture(tmp_path, content, found):
    path = tmp_path / "odd.png"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=rf"odd\.png: .*{found}"):
        read_picture(path)
    with pytest.raises(ValueError, match=rf"^standard input: .*{found}"):
        read_picture(content, name="standard input")
    with pytest.raises(ValueError, match=rf"^picture: .*{found}"):
        read_picture(content)


def test_files_that_cannot_be_opened(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"^\S*missing\.png: there is no such file\.$"):
        read_picture(tmp_path / "missing.png")
    with pytest.raises(IsADirectoryError, match=r"^\S*: is a folder\.$"):
        read_picture(tmp_path)
    with pytest.raises(FileNotFoundError, match=r"^the picture: "):
        read_picture(tmp_path / "missing.png", name="the picture")
    with pytest.raises((ValueError, OSError), match=r"^a\0b: "):
        read_picture("a\0b")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read all")
def test_a_file_that_may_not_be_read(tmp_path):
    path = tmp_path / "secret.png"
    path.write_bytes(SAMPLES["rgb.png"])
    path.chmod(0)
    with pytest.raises(PermissionError, match=r"secret\.png: may not be read"):
        read_picture(path)


def test_an_animation_of_16_bits_is_refused():
    control = struct.pack(">IIIIIHHBB", 0, 1, 1, 0, 0, 1, 10, 0, 0)
    second = struct.pack(">IIIIIHHBB", 1, 1, 1, 0, 0, 1, 10, 0, 0)
    content = png(
        1, 1, 16, 0, [b"\1\2"], acTL=struct.pack(">II", 2, 0), fcTL=control,
    )  # fmt: skip
    end = content.rindex(b"IEND") - 4

    def chunk(kind, body):
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    frame = struct.pack(">I", 2) + zlib.compress(b"\0\3\4")
    content = content[:end] + chunk(b"fcTL", second) + chunk(b"fdAT", frame) + content[end:]
    with pytest.raises(ValueError, match="animation of 16 bits"):
        read_picture(content)


@pytest.mark.parametrize(
    "content",
    [
        png(12000, 12000, 8, 2, [b""]),
        png(12000, 12000, 16, 2, [b""]),
        b"P6 12000 12000 255\n",
        b"P6 12000 12000 65535\n",
        b"BM"
        + struct.pack("<IIIIiiHHIIiiII", 54, 0, 54, 40, 12000, 12000, 1, 24, 0, 0, 0, 0, 0, 0),
    ],
)
def test_more_pixels_than_allowed(content):
    found = r"^a: has 12000 x 12000 = 144 megapixels, more than the 100 allowed\. Pass `max_pixels="
    with pytest.raises(ValueError, match=found):
        read_picture(content, name="a", max_pixels=100_000_000)


def test_frames_of_a_gif_that_are_larger_than_told():
    """Pillow makes room for them when it sees them."""
    whole = animation("GIF", duration=30)[0]
    content = bytearray(whole)
    second = content.index(b",", content.index(b",") + 9)
    content[second + 5 : second + 9] = struct.pack("<HH", 65000, 65000)
    with pytest.raises(ValueError, match="frame 2 lies outside"):
        read_picture(bytes(content))
    content, first = bytearray(whole), whole.index(b",")
    content[first + 5 : first + 9] = struct.pack("<HH", 65000, 65000)
    with pytest.raises(ValueError, match="has 3 frames of 65000 x 65000"):
        read_picture(bytes(content))


@pytest.mark.parametrize("alpha", [False, True])
@pytest.mark.parametrize("lossless", [False, True])
def test_the_size_of_webp_is_known_before_it_is_decoded(alpha, lossless):
    image = shades(40, 50, 4 if alpha else 3)
    content = saved(image, "WEBP", lossless=lossless)
    assert read_picture(content, max_pixels=2000).image.shape[:2] == (40, 50)
    with pytest.raises(ValueError, match=r"has 50 x 40 = 0\.002 megapixels"):
        read_picture(content, max_pixels=1999)


def test_pages_and_frames_count():
    content = tiff(*shades(5, 6, 7), photometric="minisblack")
    assert read_picture(content, max_pixels=210).image.size == 210
    with pytest.raises(ValueError, match=r"has 5 frames of 7 x 6 = 0\.00021 megapixels"):
        read_picture(content, max_pixels=209)
    content, _ = animation("GIF", duration=30)
    with pytest.raises(ValueError, match="has 3 frames of 14 x 12"):
        read_picture(content, max_pixels=400)


def test_channels_count_beyond_four():
    content = tiff(shades(6, 7, 9), photometric="minisblack", planarconfig="contig")
    assert read_picture(content, max_pixels=95).image.shape == (6, 7, 9)
    with pytest.raises(ValueError, match=r"has 9 channels of 7 x 6 pixels.*`max_pixels=95`"):
        read_picture(content, max_pixels=94)


def test_large_pictures_are_read_without_a_word():
    """Pillow would warn above 89 megapixels."""
    content = saved(np.zeros((9000, 10_000), np.bool_), "PNG")
    limit = Image.MAX_IMAGE_PIXELS
    assert read_picture(content).image.size == 90_000_000
    assert limit == Image.MAX_IMAGE_PIXELS
    assert limits_module.MAX_PIXELS >= 1_000_000_000


def test_memory_that_is_not_there_is_told(monkeypatch):
    def fail(*_, **__):
        raise MemoryError

    monkeypatch.setattr("PIL.Image.open", fail)
    with pytest.raises(ValueError, match=r"^a\.png: takes more memory than there is"):
        read_picture(SAMPLES["rgb.png"], name="a.png")


def test_others_may_still_warn_and_log(caplog):
    """What is silenced while we read is as it was when we are done, also in threads."""
    before = list(warnings.filters)
    barrier = threading.Barrier(4)

    def read():
        barrier.wait()
        for content in SAMPLES.values():
            read_picture(content)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert warnings.filters == before
    logging.getLogger("tifffile").warning("heard")
    assert "heard" in caplog.text


def test_the_file_is_closed_and_may_be_removed(tmp_path):
    for name, content in SAMPLES.items():
        path = tmp_path / name
        path.write_bytes(content)
        read_picture(path)
        path.write_bytes(content[:16])
        with pytest.raises(ValueError, match=r"."):
            read_picture(path)
        path.unlink()
