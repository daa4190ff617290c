"""What was fitted, as a file: all that painting needs, so that it can go on another day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from napari_kmeans_quantizer.core.palette import Palette
from napari_kmeans_quantizer.core.quantization import Quantization

if TYPE_CHECKING:
    from collections.abc import Mapping

FIGURES = ("inertia", "n_iter", "mse", "rmse", "source_bits", "peak", "channel_axis")


def as_plain(result: Quantization) -> dict[str, Any]:
    """Return palette, settings and figures as plain Python; every digit counts."""
    palette = result.palette
    names = None if palette.names is None else list(palette.names)
    return {
        "palette": {
            "colors": palette.colors.tolist(),
            "values": palette.values.tolist(),
            "counts": palette.counts.tolist(),
            "names": names,
            "dtype": palette.dtype.str,
            "value_range": list(palette.value_range),
            "n_channels": palette.n_channels,
        },
        "settings": dict(result.settings),
        "figures": {name: getattr(result, name) for name in FIGURES},
        "has_mask": result.mask is not None,
    }


def palette_of(plain: Mapping[str, Any]) -> Palette:
    """Return the palette of what `as_plain` gave."""
    told = plain["palette"]
    shape = (len(told["colors"]), told["n_channels"])
    dtype = np.dtype(told["dtype"])
    return Palette._of_values(
        np.array(told["colors"], np.float64).reshape(shape),
        np.array(told["values"], dtype).reshape(shape),
        np.array(told["counts"], np.int64),
        None if told["names"] is None else tuple(told["names"]),
        dtype,
        tuple(told["value_range"]),
    )


def quantization_of(plain: Mapping[str, Any], labels: Any, image: Any, mask: Any) -> Quantization:
    """Return what `as_plain` was given, with these arrays."""
    palette = palette_of(plain)
    figures, settings = dict(plain["figures"]), dict(plain["settings"])
    return Quantization(
        labels=labels, palette=palette, image=image, mask=mask, settings=settings, **figures
    )
