"""Images in memory that are too large to be followed pixel by pixel hold the same promises."""

from __future__ import annotations

import dask.array as da
import numpy as np
import pytest
from skimage import data

from napari_kmeans_quantizer import quantize
from reference import nearest

RNG = np.random.default_rng(0)
PHOTO = np.kron(data.coffee(), np.ones((3, 3, 1)))[:1100, :1000] / 255
FLOATS = (PHOTO + RNG.normal(0, 0.01, PHOTO.shape)).astype(np.float32)
LEVELS = (PHOTO * 40).round().astype(np.int32) * 1000
"""Few distinct values in a channel: pixels with two centers equally near are to be expected."""
EVEN = RNG.random((1100, 1000, 3)).astype(np.float32)
MANY = (FLOATS @ RNG.random((3, 12)).astype(np.float32)) + RNG.normal(0, 0.05, (1100, 1000, 12))
MASK = PHOTO[..., 0] > 0.3
CASES = {
    "photograph": (FLOATS, 16, {}),
    "photograph, 300 colors": (FLOATS, 300, {}),
    "photograph, masked": (FLOATS, 16, {"mask": MASK}),
    "few levels": (LEVELS, 40, {}),
    "even": (EVEN, 64, {}),
    "many channels": (MANY, 8, {"channel_axis": -1}),
    "fixed colors": (FLOATS, 8, {"fixed_colors": [[0, 0, 0], [1, 1, 1]]}),
    "a palette": (FLOATS, 2, {"palette": [[0, 0, 0], [1, 1, 1]]}),
    "grey": (EVEN[..., 0], 7, {}),
    "fast": (EVEN, 16, {"effort": "fast"}),
}


def seen(image, q):
    """Pixels that take part, (n, C), and their labels."""
    points = image.reshape(-1, q.palette.n_channels).astype(float)
    inside = slice(None) if q.mask is None else q.mask.reshape(-1)
    return points[inside], q.labels.reshape(-1)[inside]


@pytest.fixture(scope="module", params=CASES)
def result(request):
    image, n_colors, options = CASES[request.param]
    return image, quantize(image, n_colors, **options), options


def test_every_label_is_the_nearest(result):
    image, q, _ = result
    points, labels = seen(image, q)
    some = RNG.choice(len(points), 30_000, replace=False)
    assert np.array_equal(labels[some], nearest(points[some], q.palette.colors))


def test_every_color_is_the_mean_of_its_pixels(result):
    image, q, options = result
    if "palette" in options:
        return
    points, labels = seen(image, q)
    totals = [np.bincount(labels, column, len(q.palette)) for column in points.T]
    off = np.stack(totals, axis=1) / q.palette.counts[:, np.newaxis] - q.palette.colors
    fixed = np.array(options.get("fixed_colors", np.empty((0, q.palette.n_channels))))
    free = ~(q.palette.colors[:, np.newaxis] == fixed).all(axis=2).any(axis=1)
    tolerance = 1e-4 if options.get("effort") == "fast" else 2e-5
    shift = ((off**2).sum(axis=1) * q.palette.counts)[free].sum() / q.palette.counts[free].sum()
    assert shift <= tolerance * points.var(axis=0).mean()


def test_the_figures_are_those_of_all_pixels(result):
    image, q, options = result
    points, labels = seen(image, q)
    assert np.array_equal(q.palette.counts, np.bincount(labels, minlength=len(q.palette)))
    if "palette" not in options:
        assert (np.diff(q.palette.counts) <= 0).all()
    painted = q.image.reshape(points.shape if q.mask is None else (-1, points.shape[1]))
    painted = painted if q.mask is None else painted[q.mask.reshape(-1)]
    assert np.array_equal(painted, q.palette.values[labels])
    assert q.mse == pytest.approx(((points - painted) ** 2).mean(), rel=1e-9)
    offsets = points - q.palette.colors[labels]
    assert q.inertia == pytest.approx((offsets**2).sum(), rel=1e-9)


def test_what_takes_no_part_stays():
    q = quantize(FLOATS, 4, mask=MASK)
    assert np.array_equal(q.image[~MASK], FLOATS[~MASK])
    assert not q.labels[~MASK].any()


def test_threads_do_not_matter(monkeypatch):
    results = []
    for n_threads in ("1", "3"):
        monkeypatch.setenv("NUMBA_NUM_THREADS", n_threads)
        results.append(quantize(FLOATS, 9))
    one, other = results
    assert one.palette.colors.tobytes() == other.palette.colors.tobytes()
    assert (one.inertia, one.mse) == (other.inertia, other.mse)
    assert np.array_equal(one.labels, other.labels)


def test_fewest_colors_that_reach_a_quality():
    q = quantize(FLOATS, 300, min_psnr=30)
    assert q.psnr >= 30
    assert quantize(FLOATS, len(q.palette) - 2).psnr < 30


def test_more_than_a_byte_of_labels_after_fewer():
    q = quantize(FLOATS, 400, min_psnr=quantize(FLOATS, 257).psnr - 0.01)
    assert 250 < len(q.palette) <= 260
    assert q.labels.max() == len(q.palette) - 1


def test_a_palette_of_all_colors_changes_nothing():
    image = (PHOTO * 2).round() / 2
    colors = np.unique(image.reshape(-1, 3), axis=0)
    q = quantize(image, palette=colors)
    assert np.array_equal(q.image, image)
    assert q.psnr == np.inf
    assert quantize(da.from_array(image, 400), palette=colors).psnr == np.inf
