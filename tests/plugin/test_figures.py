"""Figures of what is shown: pictures as they are seen, captions, and swatches."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from napari.components import ViewerModel
from napari.layers import Image
from pictures import COFFEE, GREY, PHOTO, RGBA, STACK, rgb, state_of
from PIL import Image as Pillow

from napari_kmeans_quantizer import completed
from napari_kmeans_quantizer.core.report import percent
from napari_kmeans_quantizer.plugin import figures
from napari_kmeans_quantizer.plugin.layers.explored import explored_contents
from napari_kmeans_quantizer.plugin.layers.make import make_layer
from napari_kmeans_quantizer.plugin.models.settings import Settings
from napari_kmeans_quantizer.plugin.models.source import Source
from napari_kmeans_quantizer.plugin.pipeline import explored


def pictures(figure):
    return [axes.images[0].get_array() for axes in figure.axes if axes.images]


def titles(figure):
    return [axes.get_title() for axes in figure.axes if axes.images]


def texts(figure):
    return [text.get_text() for text in figure.axes[-1].texts]


def swatches(figure):
    return figure.axes[-1].collections[0].get_facecolor()[:, :3]


def shown_by(layer):
    """Return what napari shows of a layer alone, RGB in 0..1."""
    low, high = layer.contrast_limits
    levels = np.clip((layer.data.astype(float) - low) / (high - low), 0, 1) ** layer.gamma
    return levels[..., :3] if layer.rgb else layer.colormap.map(levels)[..., :3]


# -- original beside result


@pytest.mark.parametrize(
    "layer",
    [
        rgb(),
        rgb(PHOTO, contrast_limits=(20, 150), gamma=0.7),
        rgb(PHOTO.astype(np.uint16) * 100, contrast_limits=(500, 20_000)),
        rgb(PHOTO / np.float32(255)),
        Image(GREY, colormap="magma", contrast_limits=(30, 100)),
        Image(GREY.astype(np.int16) - 50, gamma=2),
    ],
)
def test_the_original_and_the_swatches_are_as_they_are_shown(layer):
    state = state_of(layer)
    figure = figures.figure_of_result(state, ())
    original, result = pictures(figure)
    assert np.allclose(original[..., :3].reshape(20, 30, 3), shown_by(layer), atol=1e-6)
    assert np.allclose(result[..., :3], state.shown[state.result.labels], atol=0.01)
    assert np.allclose(swatches(figure), state.shown, atol=1 / 255)
    assert titles(figure) == ["Original", f"4 colors, {state.result.psnr:.1f} dB"]
    assert figure.axes[1].get_xlabel() in state.summary


def test_shares_are_those_of_the_panel_without_the_background():
    state = state_of(rgb()).with_background(1, True)
    for figure in (figures.figure_of_result(state, ()), figures.figure_of_swatches(state)):
        told = texts(figure)[1::2]
        assert told[1] == "—"
        assert [told[0], *told[2:]] == [percent(share) for share in state.shares[[0, 2, 3]]]


def test_channels_are_in_the_colors_they_are_shown_in():
    layers = [
        Image(PHOTO[..., c].astype(np.uint16) * 9, colormap=colormap, blending="additive")
        for c, colormap in enumerate(("red", "cyan"))
    ]
    state = state_of(layers, scaled=True)
    original, result = pictures(figures.figure_of_result(state, ()))
    expected = np.clip(sum(map(shown_by, layers)), 0, 1)
    assert np.allclose(original[..., :3], expected, atol=1e-4)
    assert np.allclose(result[..., :3], state.shown[state.result.labels])


def test_what_is_transparent_stays_so():
    original, result = pictures(figures.figure_of_result(state_of(rgb(RGBA)), ()))
    for picture in (original, result):
        assert np.allclose(picture[..., 3], RGBA[..., 3] / 255)


def test_edits_and_names_are_seen_and_hidden_clusters_are_drawn_all_the_same():
    given = ((250.0, 0.0, 0.0), (0.0, 0.0, 250.0))
    state = state_of(rgb(), Settings(palette=given, names=("DAB", "")))
    state = replace(state.recolored(1, (0, 255, 0)), hidden=frozenset({1}))
    figure = figures.figure_of_result(state, ())
    assert "DAB" in texts(figure)
    assert np.allclose(swatches(figure)[1], (0, 1, 0))
    green = (pictures(figure)[1][..., :3] == (0, 1, 0)).all(-1)
    assert green.sum() == state.result.palette.counts[1]
    assert titles(figure)[1] == "2 colors, edited"


def test_outside_of_the_region_is_the_original():
    there = np.zeros((20, 30), bool)
    there[:10] = True
    original, result = pictures(figures.figure_of_result(state_of(rgb(), region=there), ()))
    assert np.array_equal(original[10:], result[10:])
    assert not np.array_equal(original[:10], result[:10])


def test_large_pictures_are_thinned_out_and_only_their_plane_is_read():
    large = np.random.default_rng(0).integers(0, 99, (2600, 1300)).astype(np.uint8)
    original, result = pictures(figures.figure_of_result(state_of(Image(large)), ()))
    assert original.shape == result.shape == (867, 434, 4)


# -- planes of stacks


@pytest.fixture
def stack():
    viewer = ViewerModel()
    return viewer, viewer.add_image(STACK, name="stack")


def test_the_plane_that_is_shown_is_drawn(stack):
    viewer, layer = stack
    state = state_of(layer)
    viewer.dims.set_point(0, 3)
    place = figures.place_shown(state.source, viewer.dims)
    figure = figures.figure_of_result(state, place)
    assert titles(figure)[0] == "Original (plane 3 of 0..3)"
    assert np.allclose(pictures(figure)[0][..., :3], shown_by(layer)[3], atol=1e-6)
    assert np.allclose(pictures(figure)[1][..., :3], state.shown[state.result.labels[3]], atol=0.01)


def test_in_space_the_middle_plane_is_drawn(stack):
    viewer, layer = stack
    viewer.dims.ndisplay = 3
    assert figures.place_shown(Source((layer,)), viewer.dims) == (2,)


def test_of_one_slice_only_that_one_can_be_drawn(stack):
    viewer, layer = stack
    state = state_of(layer, window=(slice(1, 2), slice(2, 12), slice(None)))
    viewer.dims.set_point(0, 3)
    place = figures.place_shown(state.source, viewer.dims)
    original, _ = pictures(figures.figure_of_result(state, place))
    assert np.allclose(original[..., :3], shown_by(layer)[1, 2:12], atol=1e-6)


# -- grids


def explore(layer, arrangement, numbers=range(2, 5)):
    """Return what was explored, and the results themselves."""
    layers = layer if isinstance(layer, tuple) else (layer,)
    found = completed(explored(Source(layers), Settings(4), numbers, arrangement))
    pictures = make_layer("explored", explored_contents(found)["explored"])
    return found, pictures


@pytest.mark.parametrize("arrangement", ["stack", "grid"])
@pytest.mark.parametrize(
    "layer",
    [
        rgb(PHOTO, contrast_limits=(20, 150)),
        Image(GREY, colormap="magma"),
        (Image(GREY, colormap="red"), Image(GREY.T.reshape(20, 30), colormap="cyan")),
    ],
    ids=["rgb", "grey", "channels"],
)
def test_a_grid_shows_what_was_explored(layer, arrangement):
    found, layer = explore(layer, arrangement)
    figure = figures.figure_of_grid(figures.Explored(found.curve, layer, ()))
    assert titles(figure) == [f"K = {k}, {q.psnr:.1f} dB" for k, q in found.results.items()]
    for picture, q in zip(pictures(figure), found.results.values(), strict=True):
        shown = found.display.shown(q.palette.values)[q.labels]
        assert np.allclose(picture[..., :3], shown, atol=1 / 255)


def test_a_grid_of_a_stack_shows_one_plane_of_it():
    found, layer = explore(Image(STACK), "stack")
    figure = figures.figure_of_grid(figures.Explored(found.curve, layer, (3,)))
    for picture, q in zip(pictures(figure), found.results.values(), strict=True):
        assert np.allclose(picture[..., :3], found.display.shown(q.palette.values)[q.labels[3]])
    assert [text.get_text() for text in figure.texts] == ["Plane 3 of 0..3"]


def test_nine_numbers_are_three_rows_of_three():
    found, layer = explore(rgb(COFFEE[::4, ::4]), "stack", range(2, 11))
    figure = figures.figure_of_grid(figures.Explored(found.curve, layer, ()))
    lefts = {round(axes.get_position().x0, 3) for axes in figure.axes}
    tops = {round(axes.get_position().y1, 3) for axes in figure.axes}
    assert (len(lefts), len(tops)) == (3, 3)


# -- files


def swatches_of(state):
    return partial(figures.figure_of_swatches, state)


@pytest.mark.parametrize(
    ("suffix", "begin"), [(".png", b"\x89PNG"), (".svg", b"<?xml"), (".pdf", b"%PDF")]
)
def test_files_are_written_wholly_and_alike(tmp_path, suffix, begin):
    make = swatches_of(state_of(rgb()))
    for name in ("one", "two"):
        figures.write_figure(tmp_path / (name + suffix), make, overwrite=False)
    one, two = ((tmp_path / (name + suffix)).read_bytes() for name in ("one", "two"))
    assert one.startswith(begin)
    assert suffix == ".svg" or one == two


def test_a_figure_can_be_printed(tmp_path):
    make = partial(figures.figure_of_result, state_of(rgb()), ())
    figures.write_figure(tmp_path / "x.png", make, overwrite=False)
    with Pillow.open(tmp_path / "x.png") as made:
        assert made.size[0] == 2000


def test_what_cannot_be_written_is_not_drawn(tmp_path):
    def draw():
        raise AssertionError

    (tmp_path / "old.png").write_text("old")
    for name in ("x.jpg", "x"):
        with pytest.raises(ValueError, match=r"must end in \.png, \.svg or \.pdf"):
            figures.write_figure(tmp_path / name, draw, overwrite=True)
    with pytest.raises(FileExistsError):
        figures.write_figure(tmp_path / "old.png", draw, overwrite=False)
    assert [path.name for path in tmp_path.iterdir()] == ["old.png"]
