"""sRGB to CIELAB and Oklab: multiplications, additions, one division, and the bits of floats.

No power and no cube root of the C library, and nothing that a compiler may round otherwise: a color
has the same coordinates, bit for bit, on every machine, alone or among others.

**Roots.** ``y = x ** (-1 / n)`` begins with the bits of x read as a number, which is about its
logarithm: within 4 %. With ``r = 1 - x * y ** n``, y is off by ``(1 - r) ** (-1 / n)``, of which
the first terms of the series are multiplied in: off by r to the fourth, 1e-4; once more, by a few
units of the last place.

**Space.** What makes one of linear RGB, (23,) float64, in this order: rows of the matrix to XYZ or
cones, white at 1 (9); where below the root becomes a line, its slope and intercept, and where the
root begins again below 0 (4); rows of the matrix from the roots (9), and what is added to the first
coordinate (1).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .bits import bits_float, float_bits
from .jit import inner, jit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

BITS = "cba37dc68db6"
"""Digest of `bits`, which is compiled into these; see the package's docstring."""

U64 = np.uint64
I64: Any = np.int64  # to mypy an int, too; not a literal: numba would compile for each

BLOCK = 512
"""Colors that are converted at a time: what is made of them stays in the first-level cache."""

# The upper halves of a float's bits, b, become those of about x ** (-1 / n) by c - b / n.
_THIRD, _CUBE_ROOT = U64(0x55555556), U64(0x553EE8B4)
_FIFTH, _FIFTH_ROOT = U64(0x33333334), U64(0x4CB89BB1)
_HIGH = U64(32)


@jit
def linear(n: int, white: float, values: Array) -> None:
    """Undo the curve of sRGB. INOUT `values` (n..,) float64: of 0..`white`, become 0..1."""
    for i in range(n):
        v = values[i] / white
        x = (v + 0.055) / 1.055
        y = bits_float((_FIFTH_ROOT - ((float_bits(x) >> _HIGH) * _FIFTH >> _HIGH)) << _HIGH)
        r = 1.0 - x * ((y * y) * (y * y) * y)
        y = y + y * (r * (1 / 5 + r * (3 / 25 + r * (11 / 125 + r * (44 / 625)))))
        r = 1.0 - x * ((y * y) * (y * y) * y)
        y = y + y * (r * (1 / 5 + r * (3 / 25 + r * (11 / 125))))
        power = (x * x * x) * (y * y * y)  # x ** 2.4
        values[i] = v / 12.92 if v <= 0.04045 else power


@inner
def _mix(n: int, space: Array, start: int, more: float, x: Array, y: Array, z: Array) -> None:
    """Multiply by a matrix, in place, and add to the first coordinate."""
    a0, a1, a2 = space[start], space[start + 1], space[start + 2]
    b0, b1, b2 = space[start + 3], space[start + 4], space[start + 5]
    c0, c1, c2 = space[start + 6], space[start + 7], space[start + 8]
    for i in range(n):
        u, v, w = x[i], y[i], z[i]
        x[i] = a0 * u + a1 * v + a2 * w + more
        y[i] = b0 * u + b1 * v + b2 * w
        z[i] = c0 * u + c1 * v + c2 * w


@jit
def roots(n: int, space: Array, values: Array) -> None:
    """Take cube roots, or a line where they are steep. INOUT `values` (n..,) float64."""
    least, slope, intercept, low = space[9], space[10], space[11], space[12]
    for i in range(n):
        t = values[i]
        x = abs(t) if abs(t) > 1e-90 else 1e-90
        y = bits_float((_CUBE_ROOT - ((float_bits(x) >> _HIGH) * _THIRD >> _HIGH)) << _HIGH)
        r = 1.0 - x * (y * y * y)
        y = y + y * (r * (1 / 3 + r * (2 / 9 + r * (14 / 81))))
        r = 1.0 - x * (y * y * y)
        y = y + y * (r * (1 / 3 + r * (2 / 9 + r * (14 / 81))))
        root = x * (y * y)
        signed = root if t > least else -root
        values[i] = slope * t + intercept if low <= t <= least else signed


@jit
def from_linear(n: int, space: Array, x: Array, y: Array, z: Array) -> None:
    """Convert linear RGB to a space. IN `space`; INOUT `x`, `y`, `z` (n..,) float64."""
    _mix(n, space, I64(0), 0.0, x, y, z)
    roots(n, space, x)
    roots(n, space, y)
    roots(n, space, z)
    _mix(n, space, I64(13), space[22], x, y, z)


@jit
def convert_rows(white: float, space: Array, x: Array, y: Array, z: Array, colors: Array) -> None:
    """Convert sRGB colors to a space.

    IN `white`: the largest value, `space`. INOUT `x`, `y`, `z` (BLOCK,) float64: to work in,
    `colors` (n, 3) float64.
    """
    for start in range(0, len(colors), BLOCK):
        n = min(BLOCK, len(colors) - start)
        for i in range(n):
            x[i], y[i], z[i] = colors[start + i, 0], colors[start + i, 1], colors[start + i, 2]
        linear(n, white, x)
        linear(n, white, y)
        linear(n, white, z)
        from_linear(n, space, x, y, z)
        for i in range(n):
            colors[start + i, 0], colors[start + i, 1], colors[start + i, 2] = x[i], y[i], z[i]
