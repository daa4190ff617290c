"""Whatever is quantized: an indexed file that decodes to it, or an error that says why not."""

from __future__ import annotations

import io

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageSequence

from napari_kmeans_quantizer import Palette
from napari_kmeans_quantizer.core.files.indexed import encode_indexed
from napari_kmeans_quantizer.core.quantization import Quantization
from strict_png import strict_png

KINDS = (".png", ".gif", ".tif")


@st.composite
def results(draw):
    """A result made up: labels, colors, mask and alpha that have nothing to do with each other."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    frames = draw(st.sampled_from([(), (), (1,), (3,)]))
    shape = (*frames, draw(st.integers(1, 12)), draw(st.integers(1, 40)))
    n_colors = draw(st.integers(1, 20) | st.sampled_from([255, 256]))
    n_channels = draw(st.sampled_from([1, 3]))
    labels = rng.integers(0, n_colors, shape).astype(np.uint8)
    labels = np.sort(labels, axis=draw(st.integers(0, len(shape) - 1)))
    palette = Palette(rng.integers(0, 256, (n_colors, n_channels)), dtype=np.uint8)
    image, mask, channel_axis = palette.paint(labels), None, None
    if draw(st.booleans()):
        mask = rng.random(shape) < draw(st.sampled_from([0, 0.5, 1]))
    if n_channels == 3:
        channel_axis = len(shape)
        if draw(st.booleans()):
            alpha = rng.choice(draw(st.sampled_from([[255], [0, 255], [0, 9, 255]])), shape)
            image = np.concatenate([image, alpha[..., None].astype(np.uint8)], axis=-1)
            mask = alpha > 0 if mask is None else mask & (alpha > 0)
    return Quantization(
        labels, palette, image, mask, 0.0, 1, 0.0, 8 * n_channels, 255.0, channel_axis, 0.0
    )


def shown(q):
    image = q.image[..., None] if q.channel_axis is None else q.image
    rgb = np.broadcast_to(image[..., :3], (*q.labels.shape, 3))
    alpha = image[..., 3:] if image.shape[-1] == 4 else np.full((*q.labels.shape, 1), 255)
    rgba = np.concatenate([rgb, alpha], axis=-1)
    return (rgba if q.mask is None else rgba * q.mask[..., None]).reshape(-1, *rgba.shape[-3:])


@settings(deadline=None, max_examples=80)
@given(results(), st.sampled_from(KINDS), st.booleans())
def test_decodes_to_the_image_or_is_refused(q, suffix, keep_order):
    try:
        content = encode_indexed(suffix, q, keep_order=keep_order)
    except ValueError as error:
        content, reason = b"", str(error)
    if not content:
        assert q.mask is not None
        assert "Write a PNG" in reason or "at most 256 entries" in reason
        return
    with Image.open(io.BytesIO(content)) as file:
        frames = np.stack([np.asarray(f.convert("RGBA")) for f in ImageSequence.Iterator(file)])
    assert np.array_equal(np.where(frames[..., 3:] > 0, frames, 0), shown(q))
    if suffix == ".png":
        rgba = strict_png(content).rgba
        assert np.array_equal(np.where(rgba[..., 3:] > 0, rgba, 0), shown(q))
