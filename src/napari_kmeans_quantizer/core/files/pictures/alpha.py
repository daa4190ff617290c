"""Transparency in its various disguises."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .picture import Mode


def largest(dtype: np.dtype[Any]) -> int:
    """Return what is white, and opaque: the largest integer, 1 of floats."""
    return int(np.iinfo(dtype).max) if dtype.kind in "iu" else 1


def with_alpha(colors: NDArray[Any], alpha: NDArray[Any]) -> NDArray[Any]:
    """Return RGBA of RGB ``(..., 3)`` and alpha."""
    return np.concatenate([colors, alpha[..., np.newaxis]], axis=-1)


def opaque_but(image: NDArray[Any], key: Any, n_channels: int) -> NDArray[Any]:
    """Return the alpha of an image in which one color is transparent (PNG's tRNS)."""
    hidden = np.equal(image, np.asarray(key))
    if n_channels > 1:
        hidden = hidden.all(axis=-1)
    return np.where(hidden, 0, largest(image.dtype)).astype(image.dtype)


def straight(colors: NDArray[Any], alpha: NDArray[Any]) -> NDArray[Any]:
    """Return colors ``(..., C)`` that were multiplied by alpha (`associated`) as they were before.

    Where alpha is 0, nothing is left of them: they stay as they are.
    """
    whole = largest(colors.dtype)
    share = alpha[..., np.newaxis] / np.float64(whole)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        values = np.where(share > 0, colors / share, colors)
    if colors.dtype.kind in "iu":
        values = np.clip(np.rint(values), 0, whole)
    return values.astype(colors.dtype)


def without_idle_alpha(rgba: NDArray[Any]) -> tuple[NDArray[Any], Mode]:
    """Return RGB where everything is opaque: palettes and frames say nothing by an alpha of 255."""
    if (rgba[..., 3] == largest(rgba.dtype)).all():
        return np.ascontiguousarray(rgba[..., :3]), "RGB"
    return rgba, "RGBA"
