"""The figure of several results: their pictures in rows."""

from __future__ import annotations

import numpy as np
import pytest
from figure_parts import drawn, pictures, titles
from matplotlib.backends.backend_agg import FigureCanvasAgg
from skimage import data

from napari_kmeans_quantizer import plot_grid, quantize

PHOTO = data.coffee()[::8, ::8].copy()


@pytest.fixture(scope="module")
def results():
    return {k: quantize(PHOTO, k) for k in range(2, 11)}


def places(figure):
    """Return rows and columns in which pictures begin."""
    corners = np.array([axes.get_position().corners()[1] for axes in figure.axes]).round(3)
    tops, lefts = sorted(set(-corners[:, 1])), sorted(set(corners[:, 0]))
    return [(tops.index(-top), lefts.index(left)) for left, top in corners]


def test_two_to_ten_colors_are_three_rows_of_three(results):
    figure = plot_grid(None, results)
    assert titles(figure) == [f"K = {k}, {q.psnr:.1f} dB" for k, q in results.items()]
    assert places(figure) == [divmod(i, 3) for i in range(9)]
    for picture, q in zip(pictures(figure), results.values(), strict=True):
        assert np.allclose(picture[..., :3] * 255, q.image)
    assert drawn(figure).std() > 1


def test_the_original_comes_first(results):
    figure = plot_grid(PHOTO, results, columns=5)
    assert titles(figure)[0] == "Original"
    assert np.allclose(pictures(figure)[0][..., :3] * 255, PHOTO)
    assert places(figure) == [divmod(i, 5) for i in range(10)]


def test_any_sequence_in_its_order(results):
    figure = plot_grid(None, iter([results[4], results[2]]), columns=9)
    assert [title[:5] for title in titles(figure)] == ["K = 4", "K = 2"]
    assert places(figure) == [(0, 0), (0, 1)]


@pytest.mark.parametrize("columns", [1, 2, 3, 5, 10])
def test_titles_stay_within_the_page_and_apart(results, columns):
    figure = plot_grid(PHOTO, results, columns=columns)
    renderer = FigureCanvasAgg(figure).get_renderer()
    boxes = np.array([axes.title.get_window_extent(renderer).extents for axes in figure.axes])
    assert (boxes >= 0).all()
    assert (boxes[:, 2:] <= figure.bbox.extents[2:]).all()
    for top in set(boxes[:, 3].round()):
        row = boxes[boxes[:, 3].round() == top]
        assert (row[1:, 0] > row[:-1, 2]).all()


def test_of_a_stack_the_middle_plane_is_told_once():
    stack = np.stack([PHOTO, PHOTO // 2, PHOTO // 3])
    figure = plot_grid(stack, [quantize(stack, k) for k in (2, 3)])
    assert [text.get_text() for text in figure.texts] == ["Plane 1 of 0..2"]
    assert titles(figure)[0] == "Original"
    assert np.allclose(pictures(figure)[0][..., :3] * 255, stack[1])


@pytest.mark.parametrize("image", [PHOTO[..., 0], PHOTO / 255, PHOTO[0, :, 0], PHOTO > 90])
def test_any_image(image):
    axis = -1 if image.dtype == bool else "auto"
    assert drawn(plot_grid(image, [quantize(image, 2, channel_axis=axis)])).std() > 1


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((None, {}), ValueError, "at least one Quantization, and is empty"),
        ((None, 4), TypeError, r"a mapping such as \{4: quantize\(image, 4\)\}.*got int"),
        ((None, [PHOTO]), TypeError, r"`results\[0\]` must be a Quantization, got ndarray"),
        ((None, {4: "four"}), TypeError, r"`results\[4\]` must be a Quantization, got str"),
    ],
)
def test_what_is_no_result_is_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        plot_grid(*arguments)


def test_what_does_not_fit_is_refused(results):
    with pytest.raises(TypeError, match=r"got Quantization\. Of one result, see its `plot`"):
        plot_grid(None, results[4])
    with pytest.raises(ValueError, match=r"the shape of the result, .* got \(50, 75\)"):
        plot_grid(PHOTO[..., 0], results)
    other = quantize(PHOTO[:9], 2)
    with pytest.raises(ValueError, match=r"`results\['other'\]` has the shape \(9, 75, 3\)"):
        plot_grid(None, {**results, "other": other})
    for columns in (0, -1, 2.5, "3"):
        with pytest.raises(ValueError, match="`columns` must be an int of at least 1"):
            plot_grid(None, results, columns=columns)
