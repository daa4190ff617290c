"""8-bit RGB colors by their code, red << 16 | green << 8 | blue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .jit import jit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]


@jit
def count_colors(pixels: Array, counts: Array) -> None:
    """Count pixels by color. IN `pixels` (n, 3) uint8. INOUT `counts` (2 ** 24,) uint32."""
    for i in range(len(pixels)):
        code = np.int64(pixels[i, 0]) << 16 | np.int64(pixels[i, 1]) << 8 | np.int64(pixels[i, 2])
        counts[code] += np.uint32(1)


@jit
def n_counted(counts: Array) -> int:
    """Number of colors with a count. IN `counts` (2 ** 24,) uint32."""
    n = 0
    for code in range(len(counts)):
        n += counts[code] > 0
    return n


@jit
def list_colors(counts: Array, colors: Array, weights: Array) -> None:
    """List the colors with a count, in order of their codes.

    IN `counts` (2 ** 24,) uint32. OUT `colors` (n, 3) uint8, `weights` (n,) float64: the counts.
    """
    n = 0
    for code in range(len(counts)):
        if counts[code] > 0:
            colors[n, 0], colors[n, 1], colors[n, 2] = code >> 16, code >> 8 & 255, code & 255
            weights[n] = counts[code]
            n += 1


@jit
def spread_labels(colors: Array, labels: Array, label_of: Array) -> None:
    """Put the labels of colors at their codes.

    IN `colors` (n, 3) uint8, `labels` (n,) integer.
    OUT `label_of` (2 ** 24,) integer.
    """
    for i in range(len(colors)):
        code = np.int64(colors[i, 0]) << 16 | np.int64(colors[i, 1]) << 8 | np.int64(colors[i, 2])
        label_of[code] = labels[i]


@jit
def paint_colors(
    pixels: Array, label_of: Array, values: Array, labels: Array, painted: Array
) -> None:
    """Look the pixels' labels up, and paint them.

    IN `pixels` (n, 3) uint8, `label_of` (2 ** 24,) integer, `values` (K, 3) uint8.
    OUT `labels` (n,) integer, `painted` (n, 3) uint8.
    """
    for i in range(len(pixels)):
        code = np.int64(pixels[i, 0]) << 16 | np.int64(pixels[i, 1]) << 8 | np.int64(pixels[i, 2])
        label = label_of[code]
        labels[i] = label
        for channel in range(3):
            painted[i, channel] = values[label, channel]


@jit
def painted_error(colors: Array, weights: Array, labels: Array, values: Array) -> float:
    """Weighted sum of squared differences between colors and the values of their labels.

    IN `colors` (n, 3) uint8, `weights` (n,) float64, `labels` (n,) integer, `values` (K, 3) uint8.
    """
    error = 0.0
    for i in range(len(colors)):
        off = np.int64(0)
        for channel in range(3):
            difference = np.int64(colors[i, channel]) - np.int64(values[labels[i], channel])
            off += difference * difference
        error += weights[i] * off
    return error
