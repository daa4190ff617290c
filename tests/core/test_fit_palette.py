"""One palette over many images."""

from __future__ import annotations

import gc
import math
import weakref

import numpy as np
import pytest
from PIL import Image
from skimage import data

from napari_kmeans_quantizer import Palette, Progress, completed, fit_palette, quantize
from napari_kmeans_quantizer.core import joint_table
from napari_kmeans_quantizer.core.color_table import ColorTable
from napari_kmeans_quantizer.core.fit_palette import Pending, Readout, fit_palette_steps
from weighted import blobs

PHOTOS = [data.astronaut()[::2, ::2], data.coffee()[::2, ::2], data.chelsea()[::2, ::2]]
SMALL = [photo[::3, ::3] for photo in PHOTOS]
FIXED = [[0, 0, 0], [255, 255, 255]]
RNG = np.random.default_rng(0)


def side_by_side(images):
    """All pixels as one image."""
    return np.concatenate([image.reshape(-1, image.shape[-1]) for image in images])[np.newaxis]


def error(images, palette, **options):
    """Mean squared error of all images together."""
    painted = [quantize(image, palette=palette, **options) for image in images]
    n_pixels = [q.labels.size for q in painted]
    return np.average([q.mse for q in painted], weights=n_pixels)


def same(one, other):
    return np.array_equal(one.colors, other.colors) and np.array_equal(one.counts, other.counts)


# -- as good as one image of all pixels


@pytest.mark.parametrize("n_colors", [1, 2, 16, 50])
@pytest.mark.parametrize("as_images", [list, tuple, iter])
def test_many_images_are_as_one(n_colors, as_images):
    palette = fit_palette(as_images(PHOTOS), n_colors)
    assert len(palette) == n_colors
    assert palette.counts.sum() == sum(image[..., 0].size for image in PHOTOS)
    assert (np.diff(palette.counts) <= 0).all()
    best = error(PHOTOS, quantize(side_by_side(PHOTOS), n_colors).palette)
    assert error(PHOTOS, palette) <= 1.005 * best


CASES = {
    "photograph": (PHOTOS[0], {}),
    "fixed colors": (PHOTOS[0], {"fixed_colors": FIXED}),
    "lab": (PHOTOS[1], {"color_space": "lab"}),
    "16 bits": (PHOTOS[1].astype(np.uint16) * 200, {}),
    "floats": (PHOTOS[1] / np.float32(255), {}),
    "channels": (np.dstack([PHOTOS[0], PHOTOS[0][::-1]]), {"channel_axis": -1}),
    "grey": (data.camera(), {}),
    "float grey": (data.camera() / 255, {}),
    "a tenth": (PHOTOS[0] / 255, {"sample": 0.1}),
}


@pytest.mark.parametrize("case", CASES)
def test_of_one_image_it_is_as_good_as_its_own(case):
    image, options = CASES[case]
    kept = {k: v for k, v in options.items() if k in ("channel_axis", "color_space")}
    own = quantize(image, 16, **options).palette
    palette = fit_palette([image], 16, **options)
    inertia = [quantize(image, palette=one, **kept).inertia for one in (palette, own)]
    assert inertia[0] <= 1.001 * inertia[1]
    assert palette.value_range == own.value_range
    assert palette.dtype == own.dtype
    assert palette.counts.sum() == own.counts.sum()


def test_large_images_are_as_good_although_only_cells_are_seen():
    image = np.tile(PHOTOS[0], (9, 9, 1))
    assert image[..., 0].size > 1 << 22
    palette = fit_palette([image], 16)
    assert error(PHOTOS[:1], palette) <= 1.001 * error(PHOTOS[:1], quantize(image, 16).palette)


def test_of_grey_it_is_the_optimum():
    greys = [data.camera(), data.coins(), data.moon()]
    whole = np.concatenate([image.ravel() for image in greys])
    palette = fit_palette(iter(greys), 9)
    assert same(palette, quantize(whole, 9).palette)


def test_every_pixel_counts_the_same():
    large, small = np.zeros((300, 300), np.float32), np.ones((10, 10), np.float32)
    assert fit_palette([large, small], 1).colors[0, 0] == pytest.approx(100 / 90_100)
    noise = np.random.default_rng(0).normal(size=(2, 400, 400)).astype(np.float32)
    palette = fit_palette(iter([noise[0] + 5, noise[1, :100]]), 1)
    assert palette.colors[0, 0] == pytest.approx(4, abs=0.02)
    assert palette.counts.tolist() == [200_000]


def test_few_colors_come_back_as_they_are():
    one, two = np.full((4, 4, 3), 9, np.uint8), np.full((2, 3, 3), 11, np.uint8)
    palette = fit_palette([one, two, one], 5)
    assert palette.colors.tolist() == [[9, 9, 9], [11, 11, 11]]
    assert palette.counts.tolist() == [32, 6]


def test_images_of_close_colors_get_as_many_as_asked_for():
    rng = np.random.default_rng(0)
    dark = [rng.integers(0, 3, (40, 40, 3)).astype(np.uint8) for _ in range(3)]
    palette = fit_palette(dark, 20)
    assert len(np.unique(palette.values, axis=0)) == 20
    assert (palette.counts > 0).all()


def test_the_same_images_give_the_same():
    floats = [image / 255 for image in SMALL]
    assert same(fit_palette(floats, 9), fit_palette(floats, 9))
    as_pixels = [np.asfortranarray(image) for image in floats]
    assert same(fit_palette(floats, 9), fit_palette(as_pixels, 9))


# -- one at a time


def test_one_image_is_held_at_a_time():
    alive = []

    def images():
        for photo in PHOTOS:
            image = photo.copy()
            alive.append(weakref.ref(image))
            yield image
            del image
            gc.collect()
            assert sum(ref() is not None for ref in alive) <= 1

    fit_palette(images(), 8)
    assert len(alive) == 3


def test_tables_stay_small():
    tables = [ColorTable(*blobs(joint_table.MOST_ENTRIES // 2, 3, seed)) for seed in range(5)]
    table = joint_table.joined(tables)
    assert len(table.counts) <= joint_table.MOST_ENTRIES
    assert table.counts.sum() == pytest.approx(sum(t.counts.sum() for t in tables))
    whole = np.average(
        np.concatenate([t.colors for t in tables]),
        axis=0, weights=np.concatenate([t.counts for t in tables]),
    )  # fmt: skip
    assert np.average(table.colors, axis=0, weights=table.counts) == pytest.approx(whole)


# -- options


@pytest.mark.parametrize("as_images", [list, iter])
def test_auto(as_images):
    palette = fit_palette(as_images(PHOTOS), "auto")
    assert 2 <= len(palette) <= 32
    assert same(palette, fit_palette(as_images(PHOTOS), len(palette)))


def test_auto_of_few_colors():
    steps = np.arange(60, dtype=np.uint8).reshape(6, 10) % 7
    assert len(fit_palette([steps, steps + 1], "auto")) == 8


def psnr(images, palette):
    return 20 * math.log10(255 / math.sqrt(error(images, palette)))


def test_the_fewest_colors_that_all_images_together_need():
    palette = fit_palette(SMALL, 99, min_psnr=27.5)
    assert psnr(SMALL, palette) >= 27.5
    assert psnr(SMALL, fit_palette(SMALL, len(palette) - 1)) < 27.5
    assert same(palette, fit_palette(SMALL, len(palette)))
    assert len(fit_palette(SMALL, 5, min_psnr=90)) == 5


def test_a_psnr_needs_images_that_can_be_read_again():
    with pytest.raises(TypeError, match="`min_psnr` needs `images` that can be read more than"):
        fit_palette(iter(SMALL), 5, min_psnr=20)


def test_fixed_colors_stay():
    palette = fit_palette(PHOTOS, 9, fixed_colors=FIXED)
    assert len(palette) == 9
    assert {tuple(row) for row in palette.colors.tolist()} >= {(0, 0, 0), (255, 255, 255)}
    assert sorted(fit_palette(PHOTOS, 2, fixed_colors=FIXED).colors.tolist()) == FIXED


def test_the_best_of_given_colors():
    offered = Palette(
        np.random.default_rng(0).integers(0, 256, (200, 3)), names=[*map(str, range(200))],
        dtype="uint8",
    )  # fmt: skip
    palette = fit_palette(PHOTOS, 8, choose_from=offered)
    own = quantize(side_by_side(PHOTOS), 8, choose_from=offered).palette
    assert set(palette.names) <= set(offered.names)
    assert error(PHOTOS, palette) <= 1.005 * error(PHOTOS, own)
    assert np.array_equal(palette.colors, offered.colors[[int(name) for name in palette.names]])


def test_masks():
    image = np.array([[10, 10, 200, 90]], np.uint8)
    left = np.array([[True, True, False, False]])
    assert fit_palette([image, image], mask=left).colors.tolist() == [[10]]
    each = fit_palette([image, image], mask=[left, ~left])
    assert each.counts.tolist() == [2, 1, 1]
    assert fit_palette([image, image], mask=[left, None]).counts.tolist() == [4, 1, 1]


def test_transparent_pixels_do_not_vote():
    clear, opaque = np.zeros((2, 3, 3, 4), np.uint8)
    opaque[...] = [9, 8, 7, 255]
    assert fit_palette([clear, opaque]).colors.tolist() == [[9, 8, 7]]
    assert fit_palette([clear, opaque]).counts.tolist() == [9]
    assert len(fit_palette([clear, clear])) == 0


# -- units


def test_frames_of_one_series_may_differ_in_range():
    frames = [PHOTOS[0] / 400, PHOTOS[1] / 255, PHOTOS[2].astype(np.float32) / 255]
    palette = fit_palette(frames, 8)
    assert palette.value_range == (0, 1)
    assert palette.dtype == np.float64


@pytest.mark.parametrize("offset", [2**60, -(2**61)])
def test_large_integers(offset):
    early, late = offset + np.arange(9).reshape(3, 3), offset - 7 + np.arange(9).reshape(3, 3)
    palette = fit_palette([early, late], 16)
    assert sorted(palette.values[:, 0].tolist()) == list(range(offset - 7, offset + 9))


def test_integers_too_far_apart():
    near, far = np.array([[0, 1]]), np.array([[2**60, 2**60 + 1]])
    with pytest.raises(ValueError, match=r"images\[1\]: all images .* differ by at most 2\*\*53"):
        fit_palette([far, near])


def test_tiny_floats():
    tiny = data.camera()[::8, ::8] * 1e-200
    palette = fit_palette([tiny, tiny * 3], 4)
    whole = quantize(np.concatenate([tiny, tiny * 3]), 4).palette
    assert palette.colors == pytest.approx(whole.colors, rel=1e-9)
    both = fit_palette([tiny, data.camera() / 255], 4)
    assert both.colors[:, 0].max() > 0.5


# -- files


@pytest.fixture
def files(tmp_path):
    paths = []
    for number, photo in enumerate(SMALL):
        paths.append(tmp_path / f"{number}.png")
        Image.fromarray(photo).save(paths[-1])
    return paths


def test_files_are_as_their_arrays(files):
    assert same(fit_palette(files, 7), fit_palette(SMALL, 7))
    assert same(fit_palette(map(str, files), 7), fit_palette(iter(SMALL), 7))


def test_transparency_of_files(tmp_path):
    pixels = np.array([[[9, 9, 9, 255], [200, 0, 0, 0]]], np.uint8)
    Image.fromarray(pixels).save(tmp_path / "a.png")
    assert fit_palette([tmp_path / "a.png"]).colors.tolist() == [[9, 9, 9]]
    mask = np.array([[False, True]])
    assert len(fit_palette([tmp_path / "a.png"], mask=mask)) == 0


def test_grey_files_with_alpha(tmp_path):
    clear, opaque = tmp_path / "clear.png", tmp_path / "opaque.png"
    for path, alpha in ((clear, 0), (opaque, 255)):
        Image.fromarray(np.array([[[70, alpha]]], np.uint8)).save(path)
    assert fit_palette([clear, opaque], min_psnr=9).counts.tolist() == [1]
    assert len(fit_palette([clear])) == 0


def test_a_file_that_is_none(files, tmp_path):
    (tmp_path / "bad.png").write_bytes(b"no picture")
    with pytest.raises(ValueError, match=r"bad\.png"):
        fit_palette([*files, tmp_path / "bad.png"])
    with pytest.raises(FileNotFoundError, match=r"none\.png"):
        fit_palette([*files, tmp_path / "none.png"])


def test_errors_name_the_file(files):
    with pytest.raises(ValueError, match=r"images\[3\]: all images .* channels"):
        fit_palette([*files, SMALL[0][..., 0]])
    with pytest.raises(ValueError, match=r"images\[1\], '.*0\.png': all images .* channels"):
        fit_palette([SMALL[0][..., 0], *files])


# -- what is refused


@pytest.mark.parametrize(
    ("images", "error", "message"),
    [
        ([], ValueError, "`images` must be at least one image, got none"),
        (iter([]), ValueError, "`images` must be at least one image, got none"),
        (PHOTOS[0], TypeError, r"got one array. Pass `\[image\]`"),
        ("a.png", TypeError, r"got 'a.png'. Pass `\[image\]`"),
        (3, TypeError, "`images` must be several arrays or paths, such as a list, got 3"),
        ([SMALL[0], None], TypeError, r"images\[1\]: `image` must be an array, got None"),
        ([SMALL[0], SMALL[0][..., 0]], ValueError, r"images\[1\]: all images .*, got 1 after"),
        ([SMALL[0], SMALL[0] / 255], ValueError, r"images\[1\]: .* same units, got float64 in"),
        ([SMALL[0], SMALL[1].astype("u2") * 99], ValueError, r"images\[1\]: .* 0\.\.65535 after"),
        ([np.ones((2, 2)), np.full((2, 2), np.nan)], ValueError, r"images\[1\]: `image` has 4 NaN"),
    ],
)
def test_images_that_are_refused(images, error, message):
    with pytest.raises(error, match=message):
        fit_palette(images, 4)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n_colors": 0}, "^`n_colors` must lie in"),
        ({"effort": "none"}, "^`effort` must be"),
        ({"color_space": "hsv"}, "^`color_space` must be"),
        ({"sample": 0}, "^`sample`"),
        ({"min_psnr": -1}, "^`min_psnr` must be positive"),
        ({"fixed_colors": [[1]], "choose_from": [[1]]}, "contradict each other"),
        ({"fixed_colors": [[1]]}, "`fixed_colors` must have the image's 3 channels"),
        ({"mask": [None]}, "^`mask` must be one array, or a list of one for each of the 3 images"),
        ({"mask": np.ones((2, 2), bool)}, r"images\[0\]: `mask` must have the image's"),
    ],
)
def test_options_that_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        fit_palette(SMALL, **options)


# -- step by step


def pending(image, name="image", **how):
    def read():
        yield Progress("Reading", 0.0)
        yield Progress("Reading", 0.5)
        return Readout(image, **how)

    return Pending(name, read)


def test_images_that_are_read_in_steps_are_fitted_to_as_they_are():
    images = [RNG.integers(0, 256, (30, 20, 3)).astype(np.uint8) for _ in range(3)]
    inside = RNG.random((30, 20)) < 0.3
    steps = fit_palette_steps([pending(image, mask=inside) for image in images], n_colors=5)
    told = []
    while True:
        try:
            told.append(next(steps))
        except StopIteration as end:
            palette = end.value
            break
    expected = fit_palette(images, 5, mask=inside)
    assert np.array_equal(palette.colors, expected.colors)
    assert np.array_equal(palette.counts, expected.counts)
    fractions = [step.fraction for step in told]
    assert fractions == sorted(fractions)
    assert 0.5 / 3 in fractions  # of the first image


def test_an_image_that_cannot_be_taken_may_be_left_out():
    good = RNG.integers(0, 256, (30, 20, 3)).astype(np.uint8)
    images = [np.full((4, 4, 3), np.nan), good, good[..., 0], good.astype(np.uint16), good[::-1]]
    errors = {}
    steps = fit_palette_steps(images, leave_out=errors.__setitem__, n_colors=4)
    palette = completed(steps)
    assert np.array_equal(palette.colors, fit_palette([good, good[::-1]], 4).colors)
    assert list(errors) == [0, 2, 3]
    assert "NaN" in str(errors[0])
    assert "same channels" in str(errors[2])
    assert "same units" in str(errors[3])


def test_if_all_are_left_out_there_is_nothing_to_fit_to():
    with pytest.raises(ValueError, match="at least one that can be fitted"):
        completed(fit_palette_steps([np.full((4, 4), np.nan)], None, "auto", print, n_colors=4))


@pytest.mark.parametrize("case", ["photograph", "16 bits", "floats", "grey"])
@pytest.mark.parametrize("times", [1, 3], ids=["small", "large"])
def test_lazy_images_give_the_palette_of_images_in_memory(case, times):
    import dask.array as da

    image, options = CASES[case]
    large = np.tile(image, (times, times) + (1,) * (image.ndim - 2))
    images = [large, large[::3]]
    lazy = [da.from_array(one, 200) for one in images]
    assert same(fit_palette(lazy, 9, **options), fit_palette(images, 9, **options))


def test_images_in_zarr_are_read_chunk_by_chunk(tmp_path):
    import zarr

    zarr.create_array(tmp_path / "photo.zarr", data=PHOTOS[0], chunks=(100, 100, 3))
    path = str(tmp_path / "photo.zarr")
    assert same(fit_palette([path, PHOTOS[1]], 9), fit_palette(PHOTOS[:2], 9))
