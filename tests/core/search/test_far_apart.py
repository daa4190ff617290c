"""Colors far apart are brought nearer, and the search is as good as anywhere."""

from __future__ import annotations

import numpy as np
import pytest
from skimage import data

from napari_kmeans_quantizer import KMeans, quantize
from napari_kmeans_quantizer.core.search.far_apart import far_parts

FAR = [-9999.0, 1e6, 1e20, -3.4e38, 1e100]


def bulk(n, D, seed=0):
    rng = np.random.default_rng(seed)
    return rng.random((n, D)) * rng.random((n, 1))


@pytest.mark.parametrize("D", [1, 3])
@pytest.mark.parametrize("far", FAR)
def test_parts_and_what_is_kept(far, D):
    colors = bulk(500, D)
    colors[::20] = far
    parts = far_parts(colors, 9)
    assert (parts.which == parts.which[0]).tolist() == (np.arange(500) % 20 == 0).tolist()
    near = parts.brought_near(4.0)
    assert np.ptp(near, axis=0).max() < 6
    for part in range(2):
        own = parts.which == part
        np.testing.assert_allclose(
            near[own] - near[own][0], colors[own] - colors[own][0], atol=1e-15
        )
    assert parts.are_kept_by(parts.which)
    assert not parts.are_kept_by(np.zeros(500, int))


def test_gaps_within_groups_and_in_several_channels():
    colors = bulk(1000, 3)
    colors[::10, 0] = 1e20
    colors[1::10, 0] = -9999
    colors[::5, 2] = 1e7
    parts = far_parts(colors, 9)
    assert len(parts.gaps) == 3
    assert parts.which.max() == 3
    assert len(far_parts(colors, 2).gaps) == 1  # the widest ones come first
    assert far_parts(colors, 1) is None


def test_ordinary_colors_are_not_divided():
    rng = np.random.default_rng(0)
    for colors in (
        bulk(1000, 3), np.full((9, 2), 7.0), rng.normal(size=(500, 4)), np.arange(40.0)[:, None],
        np.concatenate([bulk(500, 3), 3 + bulk(500, 3)]), np.exp(rng.normal(size=(2000, 1)) * 2),
    ):  # fmt: skip
        assert far_parts(colors, 16) is None


@pytest.mark.parametrize("n_levels", [2, 4, 8, 15])
def test_a_few_levels_are_not_far_apart(n_levels):
    levels = np.random.default_rng(0).integers(0, n_levels, (500, 3)).astype(float)
    assert far_parts(levels, 16) is None


@pytest.mark.parametrize("n_colors", [4, 16])
def test_a_few_levels_are_searched_as_well_in_all_dtypes(n_colors):
    levels = data.coffee()[::2, ::2] // 16
    best = quantize(levels, n_colors).inertia
    assert quantize(levels.astype(np.int16), n_colors).inertia <= 1.02 * best
    assert quantize(levels / 16, n_colors).inertia * 256 <= 1.02 * best


@pytest.mark.parametrize("effort", ["fast", "balanced", "best"])
@pytest.mark.parametrize("kind", ["rgb", "five", "two parts", "several", "hot pixel", "skewed"])
@pytest.mark.parametrize("far", FAR)
def test_as_good_as_k_means_whatever_is_far(far, kind, effort):
    rng = np.random.default_rng(1)
    image = bulk(4000, 5 if kind == "five" else 3, 2).reshape(50, 80, -1)
    some = rng.random((50, 80)) < 0.04
    if kind == "two parts":
        some = rng.random((50, 80)) < 0.5
        image[some] += far * (1 + 1e-12)
    elif kind == "several":
        image[some] = far * rng.integers(1, 4, (int(some.sum()), 1))
    elif kind == "hot pixel":
        image[3, 4] = far
    elif kind == "skewed":
        image **= 9
        image[some, 0] = far
    else:
        image[some] = far
    result = quantize(image, 8, channel_axis=-1, effort=effort)
    own = KMeans(8, n_init=3, random_state=0).fit(image.reshape(-1, image.shape[-1]))
    assert result.inertia <= 1.01 * own.inertia_


def test_fewer_colors_than_parts():
    image = bulk(900, 3).reshape(30, 30, 3)
    image[:3], image[3:5], image[5:7] = 1e6, -1e12, 1e20
    for n_colors in range(1, 6):
        own = KMeans(n_colors, n_init=10, random_state=0).fit(image.reshape(-1, 3))
        assert quantize(image, n_colors).inertia <= 1.0001 * own.inertia_


@pytest.mark.parametrize("effort", ["fast", "balanced", "best"])
@pytest.mark.parametrize("far", FAR)
def test_as_good_in_many_channels(far, effort):
    rng = np.random.default_rng(0)
    image = rng.random((60, 80, 4)) @ rng.random((4, 20))
    some = rng.random((60, 80)) < 0.04
    image[some] = far
    alone = KMeans(7, n_init=3, random_state=0).fit(image[~some])
    result = quantize(image, 8, channel_axis=-1, effort=effort)
    assert result.inertia <= 1.01 * alone.inertia_


@pytest.mark.parametrize("D", [3, 20])
@pytest.mark.parametrize("far", FAR)
def test_what_is_far_does_not_excuse_the_others_from_coming_to_rest(far, D):
    rng = np.random.default_rng(2)
    image = rng.random((70, 80, D))
    some = rng.random((70, 80)) < 0.04
    image[some] = far
    result = quantize(image, 12, channel_axis=-1)
    colors, labels = image[~some], result.labels[~some]
    means = np.stack([colors[labels == k].mean(axis=0) for k in np.unique(labels)])
    centers = result.palette.colors[np.unique(labels)]
    shift = (np.bincount(labels)[np.unique(labels)] * ((means - centers) ** 2).sum(axis=1)).sum()
    assert shift <= 1e-3 * ((colors - result.palette.colors[labels]) ** 2).sum()
