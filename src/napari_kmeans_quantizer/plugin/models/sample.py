"""Pixels drawn at random: what stands for an image where its colors are shown as points."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from napari_kmeans_quantizer import Quantization

MAX_SAMPLE = 100_000


class Sample(NamedTuple):
    """Pixels drawn at random: their places in the flat image, and their values (m, C)."""

    places: NDArray[np.int64]
    values: NDArray[Any]


def draw_sample(array: NDArray[Any], result: Quantization, seed: int) -> Sample:
    """Draw pixels at random, each at most once and at most `MAX_SAMPLE`, that took part."""
    rng, n = np.random.default_rng(seed), result.labels.size
    index = rng.choice(n, min(MAX_SAMPLE, n), replace=False)
    if result.mask is not None:
        index = index[result.mask.reshape(-1)[index]]
        if len(index) == 0:  # a tiny region in a large image
            index = np.flatnonzero(result.mask)
    if result.channel_axis is None:
        values = array[np.unravel_index(index, array.shape)][:, np.newaxis]
    else:
        channels_last = np.moveaxis(array, result.channel_axis, -1)
        places = np.unravel_index(index, result.labels.shape)
        values = channels_last[places][:, : result.palette.n_channels]
    return Sample(index, values)
