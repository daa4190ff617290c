"""The promises of the public contract, one by one, over every kind of image."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import threading
import tracemalloc

import numpy as np
import pytest
from skimage import data

import reference
from napari_kmeans_quantizer import Palette, quantize

INTEGERS = ["uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64"]
FLOATS = ["float16", "float32", "float64", "longdouble"]


def noise(shape, dtype, seed=0, levels=None):
    """Random values over the whole useful range of a dtype."""
    rng = np.random.default_rng(seed)
    dtype = np.dtype(dtype)
    if dtype == np.bool_:
        return rng.random(shape) < 0.3
    if dtype.kind == "f":
        return rng.normal(size=shape).astype(dtype)
    info = np.iinfo(dtype)
    low, high = (info.min, info.max) if dtype.itemsize <= 4 else (-(2**50), 2**50)
    values = rng.integers(max(low, info.min), high, shape, endpoint=True)
    if levels is not None:
        values = values // (high // levels) * (high // levels)
    return values.astype(dtype)


IMAGES = {
    "photograph": (data.astronaut(), "auto"),
    "grey photograph": (data.camera(), "auto"),
    "tissue": (data.immunohistochemistry()[:200, :300], "auto"),
    "uint16 rgb": (data.coffee()[::3, ::3].astype(np.uint16) * 200, "auto"),
    "float rgb": (data.coffee()[::3, ::3] / np.float32(255), "auto"),
    "five channels": (noise((60, 70, 5), "float32"), -1),
    "channels first": (noise((2, 60, 70), "int16"), 0),
    "channels in the middle": (noise((60, 3, 70), "uint8"), 1),
    "channels in the middle, 16 bits": (noise((60, 2, 70), "int16"), 1),
    "grey float stack": (noise((4, 30, 40), "float64"), None),
    "time series": (np.stack([data.coffee()[::8, ::8], data.coffee()[::8, ::8] // 2]), "auto"),
    "many channels": (noise((20, 20, 40), "uint8"), -1),
    "line": (noise(500, "int32"), "auto"),
    **{f"grey {d}": (noise((40, 50), d), None) for d in INTEGERS + FLOATS},
    **{f"rgb {d}": (noise((40, 50, 3), d), "auto") for d in INTEGERS + FLOATS},
}


def points_of(image, channel_axis):
    """Pixels as the contract sees them, (n, C)."""
    if channel_axis == "auto":
        channel_axis = -1 if image.ndim >= 3 and image.shape[-1] in (3, 4) else None
    if channel_axis is None:
        return image.reshape(-1, 1)
    moved = np.moveaxis(image, channel_axis, -1)
    return moved.reshape(-1, moved.shape[-1])


@pytest.fixture(params=IMAGES, scope="module")
def case(request):
    image, channel_axis = IMAGES[request.param]
    return image, channel_axis, quantize(image, 12, channel_axis=channel_axis)


def test_labels_are_the_nearest_palette_entries(case):
    image, channel_axis, q = case
    points = points_of(image, channel_axis)
    assert np.array_equal(q.labels.ravel(), reference.nearest(points, q.palette.colors))


def assert_means(q, points, tolerance=2e-5):
    """Palette colors are the means of their pixels; weighted, to a fraction of the variance."""
    points = points.astype(float)
    means = reference.cluster_means(points, q.labels.ravel(), len(q.palette))
    shifts = ((means - q.palette.colors) ** 2).sum(axis=1)
    assert np.average(shifts, weights=q.palette.counts) <= tolerance * points.var(axis=0).mean()


def test_palette_colors_are_the_means_of_their_pixels(case):
    image, channel_axis, q = case
    assert_means(q, points_of(image, channel_axis))


def test_as_many_distinct_finite_colors_as_asked_for(case):
    image, channel_axis, q = case
    n_distinct = len(np.unique(points_of(image, channel_axis).astype(float), axis=0))
    assert len(q.palette) == min(12, n_distinct)
    assert np.isfinite(q.palette.colors).all()
    assert len(np.unique(q.palette.values, axis=0)) == len(q.palette)
    assert (q.palette.counts > 0).all()


def test_counts_and_shares(case):
    _, _, q = case
    assert np.array_equal(q.palette.counts, np.bincount(q.labels.ravel()))
    assert (np.diff(q.palette.counts) <= 0).all()
    assert q.palette.share.sum() == pytest.approx(1)


def test_image_is_painted_in_palette_colors(case):
    image, channel_axis, q = case
    assert q.image.shape == image.shape
    assert q.image.dtype == image.dtype
    painted = points_of(q.image, channel_axis)
    assert np.array_equal(painted, q.palette.values[q.labels.ravel()])


def test_figures(case):
    image, channel_axis, q = case
    points = points_of(image, channel_axis).astype(float)
    distances = reference.squared_distances(points, q.palette.colors).min(axis=1)
    assert q.inertia == pytest.approx(distances.sum(), rel=1e-9)
    error = (points - points_of(q.image, channel_axis).astype(float)) ** 2
    assert q.mse == pytest.approx(error.mean(), rel=1e-6)


@pytest.mark.parametrize("dtype", [*INTEGERS, *FLOATS])
@pytest.mark.parametrize("shape", [(30, 30), (20, 30, 3)])
def test_one_color_is_the_mean(dtype, shape):
    image = noise(shape, dtype)
    q = quantize(image, 1)
    points = points_of(image, "auto").astype(float)
    assert q.palette.colors == pytest.approx(points.mean(axis=0)[np.newaxis], rel=1e-9, abs=1e-9)
    assert q.palette.counts.tolist() == [len(points)]


@pytest.mark.parametrize("dtype", ["bool", *INTEGERS, *FLOATS])
@pytest.mark.parametrize("shape", [(30, 30), (20, 30, 3)])
@pytest.mark.parametrize("byteorder", ["<", ">"])
def test_few_colors_come_back_bit_for_bit(dtype, shape, byteorder):
    colors = noise((5, *shape[2:]), dtype, seed=1)
    image = colors[np.random.default_rng(2).integers(0, 5, shape[:2])]
    if image.dtype != np.longdouble:
        image = image.astype(image.dtype.newbyteorder(byteorder))
    for n_colors in (5, 200):
        q = quantize(image, n_colors)
        assert np.array_equal(q.image, image)
        if image.dtype != np.longdouble:  # its padding bytes are anybody's
            assert q.image.tobytes() == image.tobytes()
        assert q.image.dtype == image.dtype
        assert len(q.palette) == len(np.unique(colors, axis=0))
        assert q.mse == 0
        assert q.psnr == np.inf


def test_negative_zero_survives():
    image = np.array([[0.0, -0.0], [1.0, -0.0]])
    q = quantize(image, 2)
    assert q.image.tobytes() == image.tobytes()
    assert len(q.palette) == 2


@pytest.mark.parametrize("n_colors", [2, 7, 16, 40, 63])
@pytest.mark.parametrize("seed", range(3))
def test_exactly_n_colors_where_rounding_would_merge_them(n_colors, seed):
    # 64 distinct colors, all a step apart: means of clusters round to each other.
    image = np.random.default_rng(seed).integers(0, 4, (40, 40, 3)).astype(np.uint8)
    assert len(np.unique(image.reshape(-1, 3), axis=0)) == 64
    q = quantize(image, n_colors, random_state=seed)
    assert len(np.unique(q.palette.values, axis=0)) == n_colors
    assert np.array_equal(np.unique(q.labels), np.arange(n_colors))
    labels = reference.nearest(image.reshape(-1, 3), q.palette.colors)
    assert np.array_equal(q.labels.ravel(), labels)


@pytest.mark.parametrize(
    ("effort", "tolerance"), [("fast", 1e-4), ("balanced", 2e-5), ("best", 2e-6)]
)
@pytest.mark.parametrize("name", ["photograph", "grey photograph", "five channels"])
def test_efforts(name, effort, tolerance):
    image, channel_axis = IMAGES[name]
    q = quantize(image, 12, channel_axis=channel_axis, effort=effort)
    points = points_of(image, channel_axis)
    assert_means(q, points, tolerance)
    assert np.array_equal(q.labels.ravel(), reference.nearest(points, q.palette.colors))


def test_600_colors():
    image = data.coffee()[::4, ::4]
    q = quantize(image, 600)
    assert q.labels.dtype == np.uint16
    assert len(np.unique(q.palette.values, axis=0)) == 600
    assert np.array_equal(
        q.labels.ravel(), reference.nearest(image.reshape(-1, 3), q.palette.colors)
    )


@pytest.mark.parametrize(("n_colors", "dtype"), [(256, np.uint8), (257, np.uint16)])
def test_label_dtype(n_colors, dtype):
    image = np.arange(n_colors, dtype=np.uint16).reshape(-1, 1)
    assert quantize(image, n_colors).labels.dtype == dtype


def same(a, b):
    """Whether two results are the same bits."""
    return (
        a.labels.tobytes() == b.labels.tobytes()
        and a.palette.colors.tobytes() == b.palette.colors.tobytes()
        and np.ascontiguousarray(a.image).tobytes() == np.ascontiguousarray(b.image).tobytes()
        and (a.inertia, a.mse, a.n_iter) == (b.inertia, b.mse, b.n_iter)
    )


LAYOUTS = {
    "Fortran": np.asfortranarray,
    "read-only": lambda a: read_only(a.copy()),
    "reversed": lambda a: a[::-1].copy()[::-1],
    "mirrored": lambda a: a[:, ::-1].copy()[:, ::-1],
    "reversed channels": lambda a: a[..., ::-1].copy()[..., ::-1],
    "strided": lambda a: np.repeat(a, 2, axis=1)[:, ::2],
    "broadcast": lambda a: np.broadcast_to(a, (1, *a.shape))[0],
    "unaligned": lambda a: unaligned(a),
    "memory map": lambda a: a.view(np.memmap),
    "list": lambda a: a.tolist(),
}


def read_only(array):
    array.setflags(write=False)
    return array


def unaligned(array):
    """Return the array one byte off any alignment."""
    buffer = np.zeros(array.nbytes + 1, np.uint8)
    view = buffer[1:].view(np.uint8)[: array.nbytes]
    moved = np.frombuffer(view.data, array.dtype).reshape(array.shape)
    moved.setflags(write=True)
    moved[...] = array
    return moved


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_same_bits_in_any_memory_layout(layout, dtype):
    image = data.coffee()[:150:1, :500].astype(dtype)  # more than one chunk
    if layout == "list":
        image = image[::9, ::9].astype(np.int64 if dtype != np.float32 else np.float64)
    expected = quantize(image, 9, random_state=3)
    before = image.copy()
    result = quantize(LAYOUTS[layout](image), 9, random_state=3)
    assert same(result, expected)
    assert np.array_equal(image, before)


def test_same_bits_in_either_byte_order():
    image = data.coffee()[:150].astype(np.uint16)
    swapped = image.astype(image.dtype.newbyteorder(">"))
    result = quantize(swapped, 9)
    assert result.image.dtype == swapped.dtype
    assert np.array_equal(result.image, quantize(image, 9).image)
    assert np.array_equal(result.labels, quantize(image, 9).labels)


@pytest.mark.parametrize(
    ("image", "options"),
    [
        (data.coffee(), {}),
        (data.coffee().astype(np.float32), {"mask": data.coffee()[..., 0] > 90}),
        (data.coffee().astype(np.uint16), {"sample": 0.01}),
        (data.retina()[..., 1], {}),
    ],
)
def test_same_bits_with_any_number_of_threads(image, options, monkeypatch):
    expected = quantize(image, 10, **options)
    for n_threads in (1, 2, 5):
        monkeypatch.setattr("napari_kmeans_quantizer.core.threads.n_threads", lambda n=n_threads: n)
        assert same(quantize(image, 10, **options), expected)


def test_random_states():
    image = data.coffee()[::2, ::2]
    assert same(quantize(image, 9, random_state=5), quantize(image, 9, random_state=np.int64(5)))
    for make in (np.random.default_rng, np.random.RandomState):
        assert same(
            quantize(image, 9, sample=99, random_state=make(5)),
            quantize(image, 9, sample=99, random_state=make(5)),
        )
    different = {
        quantize(image, 9, sample=40, random_state=seed).palette.colors.tobytes()
        for seed in (0, 1, None, None)
    }
    assert len(different) > 1


def test_input_is_never_modified():
    for image, channel_axis in IMAGES.values():
        before = image.tobytes()
        mask = np.ones(points_of(image, channel_axis).shape[0], bool)
        mask[::2] = False
        shape = quantize(image, 3, channel_axis=channel_axis).labels.shape
        mask = mask.reshape(shape)
        kept = mask.copy()
        quantize(image, 3, channel_axis=channel_axis, mask=mask)
        assert image.tobytes() == before
        assert np.array_equal(mask, kept)


def test_results_share_no_memory_with_the_input():
    image = np.zeros((4, 4, 3), np.uint8)
    mask = np.ones((4, 4), bool)
    q = quantize(image, 2, mask=mask)
    assert not np.shares_memory(q.image, image)
    assert not np.shares_memory(q.mask, mask)


def test_several_threads_at_once():
    image = data.coffee()
    expected = quantize(image, 10)
    results = []

    def work():
        results.append(quantize(image, 10))

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 6
    assert all(same(result, expected) for result in results)


def _in_child(image, queue):
    queue.put(quantize(image, 10).palette.colors)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork.*:DeprecationWarning")
def test_after_a_fork():
    image = data.coffee()
    expected = quantize(image, 10).palette.colors
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    child = context.Process(target=_in_child, args=(image, queue))
    child.start()
    try:
        assert np.array_equal(queue.get(timeout=300), expected)
    finally:
        child.join(10)
        child.kill()


@pytest.mark.parametrize("n_threads", [1, 4])
def test_workqueue_layer_and_several_threads(n_threads):
    code = (
        "import threading, numpy as np\n"
        "from napari_kmeans_quantizer import quantize\n"
        "image = np.random.default_rng(0).integers(0, 256, (400, 400, 3)).astype(np.uint8)\n"
        "threads = [threading.Thread(target=quantize, args=(image, 5)) for _ in range(4)]\n"
        "[t.start() for t in threads]; [t.join() for t in threads]\n"
        "print(quantize(image, 5).palette.hex)\n"
    )
    env = {
        **os.environ,
        "NUMBA_THREADING_LAYER": "workqueue",
        "NUMBA_NUM_THREADS": str(n_threads),
    }
    done = subprocess.run(
        [sys.executable, "-c", code], env=env, capture_output=True, text=True, timeout=600
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("#") == 5


# -- masks, alpha, given palettes


def test_only_masked_pixels_vote_and_are_painted():
    image = data.coffee()
    mask = np.zeros(image.shape[:2], bool)
    mask[50:300, 100:420] = True
    q = quantize(image, 6, mask=mask)
    alone = quantize(image[50:300, 100:420], 6)
    assert q.palette.counts.sum() == mask.sum()
    assert np.array_equal(q.image[~mask], image[~mask])
    assert np.array_equal(q.image[mask], q.palette.values[q.labels[mask]])
    assert np.array_equal(q.mask, mask)
    assert q.mse == pytest.approx(alone.mse, rel=0.02)
    assert (q.labels[~mask] == 0).all()


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
@pytest.mark.parametrize("channel_axis", [0, 1, 2])
def test_mask_with_channels_anywhere(dtype, channel_axis):
    image = data.coffee()[::4, ::4].astype(dtype)
    mask = image[..., 0] > 80
    expected = quantize(image, 5, mask=mask)
    before = image.copy()
    view = np.moveaxis(image, -1, channel_axis)
    for moved in (view.copy(), view):
        q = quantize(moved, 5, mask=mask, channel_axis=channel_axis)
        assert np.array_equal(np.moveaxis(q.image, channel_axis, -1), expected.image)
        assert np.array_equal(q.labels, expected.labels)
    assert np.array_equal(image, before)


def test_alpha_is_kept_and_transparent_pixels_take_no_part():
    alpha = np.full((*data.coffee().shape[:2], 1), 255, np.uint8)
    alpha[:200] = 0
    alpha[200:250] = 7
    image = np.concatenate([data.coffee(), alpha], axis=-1)
    q = quantize(image, 6)
    assert q.palette.n_channels == 3
    assert np.array_equal(q.image[..., 3], image[..., 3])
    assert np.array_equal(q.image[:200], image[:200])
    assert np.array_equal(q.mask, image[..., 3] > 0)
    assert q.palette.counts.sum() == (image[..., 3] > 0).sum()
    assert q.source_bits == 24


def test_alpha_is_a_channel_like_others_if_the_axis_is_named():
    image = noise((20, 20, 4), "uint8")
    assert quantize(image, 3, channel_axis=-1).palette.n_channels == 4


def test_given_palette_is_used_as_it_is():
    image = data.coffee()
    first = quantize(image[:200], 8).palette
    q = quantize(image, palette=first)
    assert np.array_equal(q.palette.colors, first.colors)
    assert q.n_iter == 0
    points = image.reshape(-1, 3)
    assert np.array_equal(q.labels.ravel(), reference.nearest(points, first.colors))
    assert q.palette.counts.sum() == len(points)


def test_given_palette_may_have_unused_and_repeated_colors():
    image = np.full((5, 5, 3), 10, np.uint8)
    q = quantize(image, palette=[[200, 0, 0], [10, 10, 11], [10, 10, 11], [10, 10, 9]])
    assert (q.labels == 1).all()
    assert q.palette.counts.tolist() == [0, 25, 0, 0]
    assert q.mse == pytest.approx(1 / 3)


def test_palette_of_a_painted_image_paints_the_labels():
    for image in (data.coffee(), data.camera()):
        q = quantize(image, 7)
        assert np.array_equal(q.palette.paint(q.labels), q.image)


@pytest.mark.parametrize("sample", [0.001, 0.5, 1.0, 1, 50, 10**9])
def test_sampled_fit_keeps_the_promises(sample):
    image = data.coffee()
    q = quantize(image, 10, sample=sample)
    points = image.reshape(-1, 3)
    assert len(q.palette) == 10
    assert_means(q, points)


def test_a_fraction_of_any_float_type_is_a_fraction():
    image = data.coffee()[::2, ::2]
    expected = quantize(image, 6, sample=0.25)
    for kind in (np.float64, np.float32, np.float16):
        assert same(quantize(image, 6, sample=kind(0.25)), expected)


def test_memory_stays_bounded_for_images_in_any_layout():
    """Beside the picture and its labels, far less than the image itself is taken."""
    image = np.asfortranarray(noise((1500, 1600), "float64", levels=None))
    quantize(image[:50, :50], 3)
    tracemalloc.start()
    q = quantize(image, 3)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak - q.image.nbytes - q.labels.nbytes < 0.8 * image.nbytes


def test_sums_of_20_million_values_are_exact():
    rng = np.random.default_rng(0)
    image = rng.uniform(0.8, 1.0, (4000, 5000)).astype(np.float32)
    q = quantize(image, 1)
    assert q.palette.colors[0, 0] == pytest.approx(image.mean(dtype=np.float64), rel=1e-12)
    assert q.palette.counts.tolist() == [20_000_000]


# -- errors before any work

GOOD = np.zeros((4, 5, 3), np.uint8)
BAD = [
    ((np.array("text"),), {}, TypeError, "dtype <U4"),
    ((GOOD.astype(complex),), {}, TypeError, "complex128"),
    ((GOOD.astype(object),), {}, TypeError, "object"),
    ((np.ma.masked_equal(GOOD, 0),), {}, TypeError, "mask=~np.ma.getmaskarray"),
    ((np.float64(3),), {}, ValueError, "at least one pixel"),
    ((np.zeros((0, 4)),), {}, ValueError, r"shape \(0, 4\)"),
    ((GOOD, 0), {}, ValueError, r"1\.\.65535, got 0"),
    ((GOOD, 65536), {}, ValueError, "65536"),
    ((GOOD, 4.0), {}, TypeError, '"auto", got 4.0'),
    ((GOOD, True), {}, TypeError, '"auto", got True'),
    ((GOOD,), {"channel_axis": 3}, ValueError, "-3..2"),
    ((GOOD,), {"channel_axis": "last"}, ValueError, "'last'"),
    ((GOOD,), {"channel_axis": 1.5}, TypeError, "1.5"),
    ((np.zeros(4),), {"channel_axis": 0}, ValueError, "spatial axis"),
    ((GOOD,), {"color_space": "hsv"}, ValueError, '"lab"'),
    ((GOOD,), {"effort": "max"}, ValueError, "'best'"),
    ((GOOD,), {"dither": "random"}, ValueError, "None"),
    ((GOOD,), {"palette": [[1, 2]]}, ValueError, "3 channels, got 2"),
    ((GOOD,), {"palette": [1, 2, 3]}, ValueError, r"\(K, C\)"),
    ((GOOD,), {"palette": [[np.nan, 0, 0]]}, ValueError, "finite"),
    ((GOOD,), {"palette": [["a", "b", "c"]]}, TypeError, "numbers"),
    ((GOOD,), {"mask": np.ones((4, 5))}, TypeError, "mask > 0"),
    ((GOOD,), {"mask": np.ones((5, 4), bool)}, ValueError, r"\(4, 5\), got \(5, 4\)"),
    ((GOOD,), {"mask": np.zeros((4, 5), bool)}, ValueError, "True nowhere"),
    ((GOOD,), {"sample": 0.0}, ValueError, "0 < sample <= 1"),
    ((GOOD,), {"sample": 1.5}, ValueError, "Pass an integer"),
    ((GOOD,), {"sample": 0}, ValueError, "at least 1"),
    ((GOOD,), {"sample": "all"}, TypeError, "'all'"),
    ((GOOD,), {"random_state": "x"}, TypeError, "'x'"),
    ((GOOD,), {"random_state": -1}, ValueError, "-1"),
    ((np.full((2, 2), 1e200),), {}, ValueError, "overflow"),
]


@pytest.mark.parametrize(("args", "options", "error", "message"), BAD)
def test_bad_input_is_refused(args, options, error, message):
    with pytest.raises(error, match=message):
        quantize(*args, **options)


def test_nan_and_infinity_are_counted_and_the_hint_works():
    image = np.random.default_rng(0).random((50, 60, 3))
    image[3, 4] = np.nan
    image[5, 6, 0] = -np.inf
    with pytest.raises(ValueError, match="3 NaN values and 1 infinite value;") as caught:
        quantize(image, 4)
    hint = str(caught.value).split("`mask=")[1].split("`")[0]
    q = quantize(image, 4, mask=eval(hint))  # the message's own words
    assert q.palette.counts.sum() == 2998
    assert np.isnan(q.image[3, 4]).all()
    grey = image[..., 0]
    with pytest.raises(ValueError, match=r"1 NaN value and 1 infinite value;.*isfinite\(image\)`"):
        quantize(grey, 4)
    assert len(quantize(grey, 4, mask=np.isfinite(grey)).palette) == 4


def test_palette_object_of_other_channels_is_refused():
    with pytest.raises(ValueError, match="1 channels, got 3"):
        quantize(np.zeros((4, 4)), palette=Palette([[1, 2, 3]]))
