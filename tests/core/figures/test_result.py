"""The figure of a result: pictures above a swatch for each color."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from figure_parts import drawn, pictures
from matplotlib.backends.backend_agg import FigureCanvasAgg
from skimage import data

from napari_kmeans_quantizer import Palette, quantize

PHOTO = data.coffee()[::8, ::8].copy()


def texts(figure):
    return [text.get_text() for text in figure.axes[-1].texts]


def test_original_result_and_swatches():
    q = quantize(PHOTO, 3)
    figure = q.plot(PHOTO)
    assert [axes.get_title() for axes in figure.axes] == [
        "Original",
        f"3 colors, {q.psnr:.1f} dB",
        "",
    ]
    saved = "24 -> 2 bits per pixel, 91.7% smaller"
    assert [axes.get_xlabel() for axes in figure.axes] == ["", saved, ""]
    original, result = pictures(figure)
    assert np.allclose(original[..., :3] * 255, PHOTO)
    assert np.allclose(result[..., :3] * 255, q.image)
    shares = [f"{share:.1%}" for share in q.palette.share]
    expected = [text for i in range(3) for text in (f"Cluster {i}", shares[i])]
    assert texts(figure) == expected
    assert np.allclose(figure.axes[-1].collections[0].get_facecolor()[:, :3], q.palette.rgb)


def test_without_the_original():
    (picture,) = pictures(quantize(PHOTO, 3).plot())
    assert picture.shape == (*PHOTO.shape[:2], 4)


def test_names_are_shown_as_they_are_cut_to_the_swatch():
    q = quantize(PHOTO, 9)
    p = q.palette
    names = ["$x^2$", "a very long name of a color that nobody can read", *[""] * 7]
    named = replace(q, palette=Palette(p.colors, p.counts, names, p.dtype, p.value_range))
    figure = named.plot()
    assert "$x^2$" in texts(figure)
    (cut,) = [text for text in texts(figure) if text.startswith("a very")]
    assert cut.endswith("…")
    assert len(cut) < 20
    drawn(figure)


@pytest.mark.parametrize("n_colors", [1, 4, 5, 8, 9, 32, 33, 72, 73, 256, 300])
def test_texts_stay_within_the_figure_and_apart(n_colors):
    colors = np.random.default_rng(0).integers(0, 256, (n_colors, 3))
    q = quantize(PHOTO, palette=Palette(colors, dtype=np.uint8, names=["name"] * n_colors))
    figure = q.plot()
    renderer = FigureCanvasAgg(figure).get_renderer()
    boxes = np.array(
        [text.get_window_extent(renderer).extents for text in figure.axes[-1].texts]
    ).reshape(-1, 4)
    assert len(boxes) == (3 * n_colors if n_colors <= 256 else 0)
    assert (boxes >= 0).all()
    assert (boxes[:, 2:] <= figure.bbox.extents[2:]).all()
    left, bottom, right, top = boxes.T
    overlap = (
        (left[:, None] < right) & (left < right[:, None])
        & (bottom[:, None] + 1 < top) & (bottom + 1 < top[:, None])
    )  # fmt: skip
    assert overlap.sum() == len(boxes)  # each with itself


@pytest.mark.parametrize(
    ("image", "options", "where"),
    [
        (PHOTO[..., 0], {}, ""),
        (PHOTO / 255, {}, ""),
        (PHOTO > 90, {"channel_axis": -1}, ""),
        (np.moveaxis(PHOTO, -1, 0), {"channel_axis": 0}, ""),
        (np.dstack([PHOTO, PHOTO]), {"channel_axis": -1}, ""),
        (PHOTO[..., :2], {"channel_axis": -1}, ""),
        (np.stack([PHOTO] * 5), {}, " (plane 2 of 0..4)"),
        (np.stack([PHOTO[..., 0]] * 4).reshape(2, 2, 50, 75), {}, " (plane 1 of 0..1, 1 of 0..1)"),
        (PHOTO[0, :, 0], {}, ""),
        (np.where(PHOTO > 60, PHOTO, np.nan), {"mask": (PHOTO > 60).all(-1)}, ""),
        (np.dstack([PHOTO, PHOTO[..., :1] // 2]), {}, ""),
        (np.zeros((5, 5, 4), np.uint8), {}, ""),
        (np.arange(2000 * 3, dtype=float).reshape(2, 3000) - 50, {}, ""),
    ],
)
def test_any_image(image, options, where):
    q = quantize(image, 4, **options)
    figure = q.plot(image)
    assert figure.axes[0].get_title() == "Original" + where
    assert figure.axes[1].get_title().endswith(where)
    assert drawn(figure).std() > 1
    assert all(max(picture.shape) <= 1200 for picture in pictures(figure))


def test_transparency_shows_what_is_behind():
    rgba = np.dstack([PHOTO, np.zeros_like(PHOTO[..., :1])])
    rgba[:, 40:, 3] = 255
    (picture,) = pictures(quantize(rgba, 4).plot())
    assert not picture[:, :40, 3].any()
    assert (picture[:, 40:, 3] == 1).all()


def test_edited_and_unchanged_are_told():
    q = quantize(np.array([[0, 9]], np.uint8), 2)
    assert q.plot().axes[0].get_title() == "2 colors, unchanged"
    assert q.merged(0, 1).plot().axes[0].get_title() == "1 color, edited"


def test_large_pictures_are_thinned_out_and_keep_their_shape():
    ramp = np.arange(2400 * 1100).reshape(2400, 1100).astype(float)
    (picture,) = pictures(quantize(ramp, 2).plot())
    assert max(picture.shape) <= 1200
    assert picture.shape[0] / picture.shape[1] == pytest.approx(2400 / 1100, rel=0.01)


def test_another_shape_is_refused():
    with pytest.raises(ValueError, match=r"the shape of the result, \(50, 75, 3\), got \(50, 75\)"):
        quantize(PHOTO, 2).plot(PHOTO[..., 0])


def test_nothing_of_pyplot_is_used():
    code = (
        "import sys; import numpy as np; from napari_kmeans_quantizer import quantize\n"
        "quantize(np.eye(4), 2).plot(np.eye(4))\n"
        "assert 'matplotlib.figure' in sys.modules and 'matplotlib.pyplot' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
