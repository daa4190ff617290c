"""What points and weights must be; each message says what was required, what came, what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

# The square of a larger number, times the number of features and points, might overflow.
LARGEST_VALUE = 1e140


def as_points(values: ArrayLike, name: str) -> NDArray[Any]:
    """Return `values` as a read-only (n, D) array: float32 as it is, all else as float64.

    Nothing is copied that is C-contiguous, aligned and native already. Read-only for two
    reasons: nobody's data can be changed by accident, and kernels compile for one kind only.
    """
    array = np.asarray(values)
    if array.ndim != 2 or array.shape[1] == 0:
        raise ValueError(
            f"`{name}` must have 2 dimensions, one row per point and at least one column; it has "
            f"shape {array.shape}. Pass `{name}.reshape(-1, 1)` if there is one feature, "
            f"`{name}.reshape(1, -1)` if there is one point."
        )
    single = array.dtype.kind == "f" and array.dtype.itemsize == 4
    if array.dtype.kind not in "buifO":
        raise ValueError(f"`{name}` must hold real numbers; it has dtype {array.dtype}.")
    try:
        ready = np.require(array, np.float32 if single else np.float64, ["C", "A"]).view()
    except (TypeError, ValueError) as error:
        raise ValueError(f"`{name}` must hold real numbers: {error}.") from error
    ready.flags.writeable = False
    return ready


def finite(values: NDArray[Any], name: str) -> NDArray[Any]:
    """Return `values` if there are any, all finite and none so large that squares overflow."""
    if len(values) == 0:
        raise ValueError(f"`{name}` has no points; K-means needs at least one.")
    # No temporary array, and NaN comes through.
    low, high = float(values.min()), float(values.max())
    if not (np.isfinite(low) and np.isfinite(high)):
        n_bad = values.size - np.count_nonzero(np.isfinite(values))
        raise ValueError(
            f"`{name}` has {n_bad} NaN or infinite values; K-means needs finite numbers. Pass "
            f"`{name}[np.isfinite({name}).all(axis=1)]` to leave those points out."
        )
    if max(-low, high) > LARGEST_VALUE:
        raise ValueError(
            f"`{name}` has values up to {max(-low, high):g}, whose squares overflow. Scale it to "
            f"at most {LARGEST_VALUE:g}."
        )
    return values


def weights_of(sample_weight: ArrayLike | None, n_points: int) -> NDArray[np.float64]:
    """Return a read-only (n_points,) float64 array; None means ones, a number stands for all."""
    try:
        given = np.asarray(1.0 if sample_weight is None else sample_weight, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"`sample_weight` must hold real numbers: {error}.") from error
    if given.shape not in ((), (n_points,)):
        raise ValueError(
            f"`sample_weight` must be a number or have shape ({n_points},), one per point; it has "
            f"shape {given.shape}."
        )
    if not np.isfinite(given).all() or (given < 0).any() or not given.any():
        raise ValueError(
            "`sample_weight` must be finite, nowhere negative and somewhere positive; it has "
            f"values from {given.min():g} to {given.max():g}. Leave out points not to count."
        )
    weights = (
        np.full(n_points, given) if given.ndim == 0 else np.require(given, None, ["C", "A"]).view()
    )
    weights.flags.writeable = False
    return weights
