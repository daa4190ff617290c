"""What is made of lazy results: figures, files, reports, copies; no whole picture unasked."""

from __future__ import annotations

import copy
import pickle

import dask.array as da
import numpy as np
import pytest
import xarray as xr
from skimage import data

from napari_kmeans_quantizer import Palette, convert_colors, plot_grid, quantize, write_indexed
from napari_kmeans_quantizer.core.lazy import whole

RGB = np.kron(data.coffee(), np.ones((3, 2, 1), np.uint8))[:1100, :1100]
RGBA = np.concatenate([RGB, (RGB[..., :1] > 60) * np.uint8(255)], axis=-1)
STACK = RGB[:1080].reshape(3, 360, 1100, 3)
CHUNKS = (300, 250, 3)


@pytest.fixture(scope="module")
def results():
    return quantize(RGB, 6), quantize(da.from_array(RGB, CHUNKS), 6)


@pytest.fixture
def limit(monkeypatch):
    monkeypatch.setattr(whole, "MOST_PIXELS", 1_000_000)


def pictures(figure):
    return [axes.images[0].get_array() for axes in figure.axes if axes.images]


# -- figures


@pytest.mark.parametrize(
    ("image", "chunks", "axis"),
    [
        (RGB, CHUNKS, "auto"),
        (RGBA, (300, 250, 4), "auto"),
        (STACK, (1, 300, 250, 3), "auto"),
        (RGB[..., 0], (300, 250), "auto"),
        (np.moveaxis(RGB, -1, 0), (1, 300, 250), 0),
    ],
)
def test_figures_show_the_pictures_of_results_in_memory(image, chunks, axis):
    lazy = da.from_array(image, chunks)
    held, q = quantize(image, 6, channel_axis=axis), quantize(lazy, 6, channel_axis=axis)
    for expected, figure in (
        (held.plot(image), q.plot(lazy)),
        (plot_grid(image, [held, held]), plot_grid(lazy, [q, q])),
    ):
        assert len(pictures(figure)) == len(pictures(expected)) >= 2
        for one, other in zip(pictures(figure), pictures(expected), strict=True):
            assert np.array_equal(one, other)
        assert [a.get_title() for a in figure.axes] == [a.get_title() for a in expected.axes]


def test_figures_of_arrays_of_xarray_are_drawn():
    lazy = xr.DataArray(da.from_array(RGB, CHUNKS), dims=("y", "x", "c"))
    assert len(pictures(quantize(lazy, 4).plot(lazy))) == 2


def test_figures_read_the_middle_plane_alone(store_of):
    store = store_of(STACK)
    q = quantize(store.lazily((1, 100, 100, 3)), 6)
    store.reads.clear()
    q.plot()
    assert {place[0] for place in store.reads} == {1}


def test_figures_read_only_chunks_of_which_a_pixel_is_shown(store_of):
    line = np.broadcast_to(np.uint8([[7], [9]]), (2, 2**21))
    store = store_of(line)
    lazy = store.lazily((1, 512))
    q = quantize(line, 2)
    q.plot(lazy)
    assert len(store.reads) <= 1200  # of 2 x 4096
    assert {place[0] for place in store.reads} == {0}


def test_masked_pictures_are_not_drawn(results):
    with pytest.raises(TypeError, match="masked array"):
        results[1].plot(da.ma.masked_greater(da.from_array(RGB, CHUNKS), 9))


# -- indexed files


@pytest.mark.parametrize("suffix", [".png", ".gif", ".tif"])
def test_indexed_files_are_those_of_results_in_memory(results, tmp_path, suffix):
    files = [tmp_path / f"{name}{suffix}" for name in ("held", "lazy")]
    sizes = [write_indexed(path, q) for path, q in zip(files, results, strict=True)]
    assert sizes[0] == sizes[1]
    assert files[0].read_bytes() == files[1].read_bytes()


def test_transparent_pixels_are_written_as_of_results_in_memory(tmp_path):
    held, lazy = (quantize(image, 6) for image in (RGBA, da.from_array(RGBA, (300, 250, 4))))
    write_indexed(tmp_path / "held.png", held)
    write_indexed(tmp_path / "lazy.png", lazy)
    assert (tmp_path / "held.png").read_bytes() == (tmp_path / "lazy.png").read_bytes()


def test_chunks_are_read_once_for_a_file(store_of, tmp_path):
    store = store_of(RGBA)
    q = quantize(store.lazily((300, 250, 4)), 6)
    store.reads.clear()
    write_indexed(tmp_path / "a.png", q)
    assert set(store.reads.values()) == {1}


def test_pictures_too_large_for_a_file_are_refused_before_anything_is_read(
    store_of, tmp_path, limit
):
    store = store_of(RGB)
    q = quantize(store.lazily(CHUNKS), 6)
    store.reads.clear()
    with pytest.raises(ValueError, match=r"1,210,000 pixels, more than .*`quantize_to_zarr`"):
        write_indexed(tmp_path / "a.png", q)
    with pytest.raises(ValueError, match="quantize_to_zarr"):
        _ = q.indexed_bytes
    assert q.size_text == "24 -> 3 bits per pixel in theory; 3.63 MB uncompressed"
    assert not store.reads
    assert not list(tmp_path.iterdir())


def test_results_in_memory_have_no_limit(results, limit):
    assert results[0].indexed_bytes > 0


def test_what_no_file_holds_is_told_before_anything_is_read(store_of, tmp_path):
    store = store_of(RGB.astype(np.uint16) * 200)
    q = quantize(store.lazily(CHUNKS), 6)
    store.reads.clear()
    with pytest.raises(ValueError, match="8 bits a channel"):
        write_indexed(tmp_path / "a.png", q)
    assert q.indexed_bytes is None
    assert not store.reads


def test_sizes_are_those_of_results_in_memory(results):
    held, lazy = results
    assert lazy.indexed_bytes == held.indexed_bytes
    assert lazy.size_text == held.size_text


# -- reports and copies


def test_reports_read_nothing(store_of, results):
    store = store_of(RGB)
    q = quantize(store.lazily(CHUNKS), 6)
    store.reads.clear()
    assert q.to_dict() == results[0].to_dict()
    assert repr(q) == repr(results[0])
    assert q.to_frame().equals(results[0].to_frame())
    q.palette.plot()
    assert not store.reads


EDITS = {
    "as it is": lambda q: q,
    "recolored": lambda q: q.recolored({0: (9, 8, 7)}),
    "merged": lambda q: q.merged(1, into=0),
    "ordered": lambda q: q.ordered(),
}
COPIES = {
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "pickle": lambda q: pickle.loads(pickle.dumps(q)),
}


@pytest.mark.parametrize("copied", COPIES.values(), ids=COPIES)
@pytest.mark.parametrize("edited", EDITS.values(), ids=EDITS)
def test_copies_are_lazy_and_the_same(edited, copied):
    lazy = da.from_array(RGBA, (300, 250, 4))
    q = edited(quantize(lazy, 6, mask=da.from_array(RGB[..., 0] > 90, 300), dither="ordered"))
    other = copied(q)
    for name in ("labels", "image", "mask"):
        assert isinstance(getattr(other, name), da.Array)
        assert (getattr(other, name) == getattr(q, name)).all().compute()
    assert other.to_dict() == q.to_dict()


def test_arrays_in_memory_are_made_when_asked_for(results):
    held, lazy = results
    for name in ("labels", "image"):
        array = np.asarray(getattr(lazy, name))
        assert type(array) is np.ndarray
        assert np.array_equal(array, getattr(held, name))


# -- Palette.paint


@pytest.mark.parametrize("wrapped", [lambda a: a, xr.DataArray], ids=["dask", "xarray"])
def test_lazy_labels_are_painted_when_they_are_looked_at(store_of, results, wrapped):
    held, _ = results
    store = store_of(held.labels)
    painted = held.palette.paint(wrapped(store.lazily((300, 250))))
    assert not store.reads
    assert painted.shape == RGB.shape
    assert painted.dtype == np.uint8
    assert np.array_equal(painted[:20, :20].compute(), held.image[:20, :20])
    assert set(store.reads) == {(0, 0)}
    assert np.array_equal(painted.compute(), held.image)


def test_lazy_labels_are_painted_grey():
    palette = Palette([[3], [250]], dtype="uint8")
    labels = da.from_array(np.array([[0, 1], [1, 1]]), 1)
    assert palette.paint(labels).compute().tolist() == [[3, 250], [250, 250]]
    assert palette.paint(labels).dtype == np.uint8


def test_lazy_labels_are_checked(results):
    palette = results[0].palette
    with pytest.raises(TypeError, match="integers"):
        palette.paint(da.zeros((3, 3)))
    with pytest.raises(ValueError, match=r"0\.\.5"):
        palette.paint(da.full((3, 3), 6)).compute()


# -- convert_colors


@pytest.mark.parametrize("space", ["rgb", "lab", "oklab"])
def test_lazy_colors_are_converted_when_they_are_looked_at(store_of, space):
    store = store_of(RGB / 255)
    converted = convert_colors(store.lazily((300, 250, 2)), space)
    assert not store.reads
    assert converted.dtype == np.float64
    part = converted[:20, :20].compute()
    assert np.array_equal(part, convert_colors(RGB[:20, :20] / 255, space))
    assert set(store.reads) == {(0, 0, 0), (0, 0, 2)}


def test_lazy_colors_are_checked():
    with pytest.raises(ValueError, match="3 channels"):
        convert_colors(da.zeros((3, 4)), "lab")
    with pytest.raises(ValueError, match=r"0\.\.1"):
        convert_colors(da.full((3, 3), 6), "lab").compute()
