"""Lazy arrays give the bits of arrays in memory, whatever their chunks."""

from __future__ import annotations

import dask
import dask.array as da
import numpy as np
import pytest
from skimage import data

from napari_kmeans_quantizer import quantize

RNG = np.random.default_rng(0)
PHOTO = np.kron(data.coffee(), np.ones((3, 3, 1), np.uint8))[:1100, :1000]
RGB = (PHOTO + RNG.integers(-9, 9, PHOTO.shape)).clip(0, 255).astype(np.uint8)
"""More pixels than are read as a whole."""
GREY = RGB[..., 0]
FLOATS = RGB / np.float32(255)
ALPHA = (RGB[..., :1] > 60) * np.uint8(200)
RGBA = np.concatenate([RGB, ALPHA], axis=-1)
MASK = GREY > 90
SIXTEEN = RGB.astype(np.uint16) * 257
CHANNELS = np.concatenate([SIXTEEN, SIXTEEN[::-1]], axis=-1)
SMALL = RGB[:60, :50]

CASES = {
    "RGB": (RGB, {}),
    "RGB in Lab": (RGB, {"color_space": "lab"}),
    "RGBA": (RGBA, {}),
    "RGBA, masked": (RGBA, {"mask": MASK}),
    "RGB, masked": (RGB, {"mask": MASK}),
    "bool": (MASK, {}),
    "grey": (GREY, {}),
    "grey, 16 bits": (GREY.astype(np.uint16) * 99, {}),
    "grey, signed": (GREY.astype(np.int8), {}),
    "grey, 32 bits": (GREY.astype(np.int32) * 999, {}),
    "grey, 64 bits beyond float64": (GREY.astype(np.int64) + 2**60, {}),
    "grey floats, many values": (FLOATS[..., 1] + RNG.random(MASK.shape) / 99, {}),
    "16 bits": (SIXTEEN, {}),
    "16 bits, masked": (SIXTEEN, {"mask": MASK}),
    "floats": (FLOATS, {}),
    "floats in Oklab": (FLOATS, {"color_space": "oklab"}),
    "tiny floats": (FLOATS.astype(np.float64) * 1e-200, {}),
    "few floats": (np.round(FLOATS * 2) / 2, {"n_colors": 64}),
    "big-endian": (SIXTEEN.astype(">u2"), {}),
    "many channels": (CHANNELS, {"channel_axis": -1}),
    "channels first": (np.moveaxis(CHANNELS, -1, 0), {"channel_axis": 0}),
    "a stack": (np.stack([RGB[:440, :500]] * 5), {}),
    "300 colors": (FLOATS, {"n_colors": 300}),
    "one color": (FLOATS, {"n_colors": 1}),
    "a palette": (FLOATS, {"palette": [[0, 0, 0], [0.5, 0.5, 0.5], [1, 0.2, 0.1]]}),
    "a palette of bytes": (RGB, {"palette": [[0, 0, 0], [120, 99, 98], [255, 20, 90]]}),
    "fixed colors": (FLOATS, {"fixed_colors": [[0, 0, 0], [1, 1, 1]]}),
    "fixed colors of bytes": (RGB, {"fixed_colors": [[0, 0, 0], [255, 255, 255]]}),
    "chosen colors": (FLOATS, {"choose_from": RNG.random((40, 3))}),
    "a number of pixels": (RGB, {"sample": 5000}),
    "a fraction, masked": (FLOATS, {"sample": 0.1, "mask": MASK}),
    "the elbow": (FLOATS, {"n_colors": "auto"}),
    "a quality": (FLOATS, {"n_colors": 40, "min_psnr": 25}),
    "a quality of bytes": (RGB, {"n_colors": 40, "min_psnr": 25}),
    "ordered": (FLOATS, {"dither": "ordered"}),
    "ordered bytes": (RGB, {"dither": "ordered", "n_colors": 8}),
    "blue noise, masked": (RGBA, {"dither": "blue-noise", "mask": MASK}),
    "blue noise in Lab": (RGB, {"dither": "blue-noise", "color_space": "lab"}),
    "small": (SMALL, {}),
    "small, masked": (SMALL, {"mask": np.arange(3000).reshape(60, 50) % 7 > 0}),
    "small, dithered": (SMALL / 255, {"dither": "ordered"}),
}
FIGURES = ("inertia", "mse", "rmse", "n_iter", "peak", "source_bits", "channel_axis", "settings")


def same_bits(lazy, held):
    assert lazy.palette.colors.tobytes() == held.palette.colors.tobytes()
    assert np.array_equal(lazy.palette.counts, held.palette.counts)
    for name in FIGURES:
        assert getattr(lazy, name) == getattr(held, name), name
    labels, image = map(np.asarray, dask.compute(lazy.labels, lazy.image))
    assert labels.dtype == held.labels.dtype
    assert np.array_equal(labels, held.labels)
    assert image.dtype.newbyteorder("=") == held.image.dtype.newbyteorder("=")
    assert image.astype(held.image.dtype).tobytes() == held.image.tobytes()
    assert (lazy.mask is None) == (held.mask is None)
    assert held.mask is None or np.array_equal(lazy.mask.compute(), held.mask)


def uneven(shape):
    """Chunks of 1 to 640 rows and columns, some empty; channels apart."""
    sizes = {0: (0, 300, 1, 500, 0), 1: (640, 0, 77)}
    chunks = []
    for axis, n in enumerate(shape):
        if n <= 12:
            chunks.append((1,) * n)
            continue
        given = [min(size, n) for size in sizes.get(axis % 2, ())]
        while sum(given) > n:
            given.pop()
        chunks.append((*given, n - sum(given)))
    return tuple(chunks)


@pytest.mark.parametrize("case", CASES)
def test_lazy_arrays_give_the_bits_of_arrays_in_memory(case):
    image, options = CASES[case]
    held = quantize(image, **options)
    lazy_options = dict(options)
    if "mask" in options:
        lazy_options["mask"] = da.from_array(options["mask"], (100, 1000))
    lazy = quantize(da.from_array(image, uneven(image.shape)), **lazy_options)
    assert isinstance(lazy.labels, da.Array)
    assert lazy.image.chunks == uneven(image.shape)
    same_bits(lazy, held)


@pytest.mark.parametrize("chunks", [(1100, 1000, 3), (1, 1000, 3), (256, 256, 1)])
@pytest.mark.parametrize("image", [RGB, SIXTEEN], ids=["8 bits", "16 bits"])
def test_chunks_do_not_matter(image, chunks):
    same_bits(quantize(da.from_array(image, chunks), 5), quantize(image, 5))


@pytest.mark.parametrize("scheduler", ["synchronous", "threads", "processes"])
def test_schedulers_do_not_matter(scheduler):
    with dask.config.set(scheduler=scheduler, num_workers=2):
        lazy = quantize(da.from_array(FLOATS, (400, 400, 3)), 5)
        same_bits(lazy, quantize(FLOATS, 5))


def test_a_mask_in_memory_will_do():
    lazy = quantize(da.from_array(RGB, (400, 400, 3)), 5, mask=MASK)
    same_bits(lazy, quantize(RGB, 5, mask=MASK))


def test_one_seed_is_one_result_and_none_is_another():
    image = da.from_array(FLOATS, (400, 400, 3))
    one, other = (quantize(image, 5, random_state=np.random.default_rng(7)) for _ in range(2))
    assert np.array_equal(one.palette.colors, other.palette.colors)
    generator = np.random.default_rng(7)
    one, other = (quantize(image, 5, random_state=generator) for _ in range(2))
    assert not np.array_equal(one.palette.colors, other.palette.colors)


def test_all_transparent_comes_back_unchanged():
    image = da.from_array(np.concatenate([RGB, np.zeros_like(ALPHA)], axis=-1), (400, 400, 4))
    q = quantize(image, 4)
    assert len(q.palette) == 0
    assert not q.labels.any().compute()
    assert (q.image == image).all().compute()


def test_zeros_of_either_sign_come_back():
    image = np.zeros((1100, 1000), np.float32)
    image[::2] = -0.0
    q = quantize(da.from_array(image, (400, 400)), 4)
    assert np.array_equal(np.signbit(q.image.compute()), np.signbit(image))


@pytest.mark.parametrize("shape", [(1100, 1000), (60, 50)], ids=["large", "small"])
def test_arrays_of_xarray_come_back_with_their_coordinates(shape):
    xarray = pytest.importorskip("xarray")
    held = RGB[: shape[0], : shape[1]]
    rows = np.arange(shape[0]) * 0.5
    image = xarray.DataArray(
        da.from_array(held, (400, 400, 3)), dims=("y", "x", "rgb"), coords={"y": rows}
    )
    q = quantize(image, 5, channel_axis=2)
    assert isinstance(q.labels, xarray.DataArray)
    assert isinstance(q.labels.data, da.Array)
    assert q.labels.dims == ("y", "x")
    assert q.image.dims == ("y", "x", "rgb")
    assert np.array_equal(q.labels.y, rows)
    same_bits(q, quantize(held, 5, channel_axis=2))
