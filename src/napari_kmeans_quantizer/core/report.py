"""What came out of `quantize`, for people and for other programs: text, JSON and tables."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from .lazy.whole import is_too_large

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from .quantization import Quantization

UNITS = ("bytes", "KB", "MB", "GB", "TB")


def as_dict(q: Quantization) -> dict[str, Any]:
    """Return what `Quantization.to_dict` tells."""
    palette = q.palette
    low, high = palette.value_range
    return {
        "summary": q.summary,
        "n_colors": len(palette),
        "colors": [_plain(row) for row in palette.values],
        "hex": palette.hex,
        "names": None if palette.names is None else list(palette.names),
        "counts": palette.counts.tolist(),
        "shares": palette.share.tolist(),
        "settings": {name: _plain(value) for name, value in q.settings.items()},
        "figures": {
            "inertia": _plain(q.inertia),
            "n_iter": int(q.n_iter),
            "mse": _plain(q.mse),
            "rmse": _plain(q.rmse),
            "psnr": _plain(q.psnr),
            "source_bits": int(q.source_bits),
            "bits_per_pixel": q.bits_per_pixel,
            "compression_factor": _plain(q.compression_factor),
        },
        "image": {
            "shape": list(q.image.shape),
            "dtype": q.image.dtype.newbyteorder("=").name,
            "channel_axis": q.channel_axis,
            "value_range": [_plain(low), _plain(high)],
            "n_pixels": int(np.prod(q.labels.shape, dtype=np.int64)),
            "n_pixels_in_part": int(palette.counts.sum()),
        },
    }


def _plain(value: Any) -> Any:
    """Return a value as JSON knows it; None for what is not finite."""
    if isinstance(value, np.ndarray):
        return [_plain(part) for part in value.tolist()]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, np.floating):  # long doubles have no plain kind
        value = float(value)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def as_frame(q: Quantization) -> pd.DataFrame:
    """Return what `Quantization.to_frame` tells."""
    import pandas as pd

    palette = q.palette
    columns = {
        "index": np.arange(len(palette)),
        "hex": pd.Series(palette.hex, dtype=str),
        "name": pd.Series(palette.names or [""] * len(palette), dtype=str),
        "pixels": palette.counts.copy(),
        "share": palette.share,
    }
    values: NDArray[Any] = palette.values
    for name, channel in zip(channel_names(palette.n_channels), values.T, strict=True):
        columns[name] = channel.copy()
    columns["rgb"] = pd.Series(rgb_texts(palette.rgb), dtype=str)
    return pd.DataFrame(columns)


def channel_names(n_channels: int) -> tuple[str, ...]:
    """Return names of columns: r, g, b of three channels, else value or channel_0 and so on."""
    if n_channels == 1:
        return ("value",)
    if n_channels == 3:
        return ("r", "g", "b")
    return tuple(f"channel_{index}" for index in range(n_channels))


def rgb_texts(rgb: NDArray[np.float64]) -> list[str]:
    """Return colors for display, (K, 3) in 0..1, as ``rgb(r, g, b)`` in 0..255, as in CSS."""
    return ["rgb({}, {}, {})".format(*row) for row in np.rint(rgb * 255).astype(int).tolist()]


def percent(share: float) -> str:
    """Return a share as people read it; what would look like nothing tells that it is more.

    Examples
    --------
    >>> percent(0.1234), percent(0.0001), percent(0), percent(float("nan"))
    ('12.3%', '<0.1%', '0.0%', '—')
    """
    if math.isnan(share):
        return "—"
    return "<0.1%" if 0 < share < 0.0005 else f"{share:.1%}"


def quality_text(q: Quantization) -> str:
    """Return how near a picture comes to its original: "31.2 dB", "unchanged" or "edited"."""
    if math.isnan(q.rmse):
        return "edited"
    return "unchanged" if q.rmse == 0 else f"{q.psnr:.1f} dB"


def colors_text(q: Quantization) -> str:
    """Return how many colors a picture has, and its quality: "16 colors, 31.2 dB"."""
    n_colors = len(q.palette)
    return f"{n_colors} color{'s' * (n_colors != 1)}, {quality_text(q)}"


def bits_text(q: Quantization) -> str:
    """Return what is saved in theory: "24 -> 4 bits per pixel, 83.3% smaller"."""
    bits, saved = q.bits_per_pixel, 100 * (1 - 1 / q.compression_factor)
    return f"{q.source_bits} -> {bits} bit{'s' * (bits != 1)} per pixel, {saved:.1f}% smaller"


def size_text(q: Quantization) -> str:
    """Return what `Quantization.size_text` tells."""
    bits = q.bits_per_pixel
    theory = f"{q.source_bits} -> {bits} bit{'s' * (bits != 1)} per pixel in theory"
    uncompressed = f"{in_bytes(q.image.nbytes)} uncompressed"
    if is_too_large(q):
        return f"{theory}; {uncompressed}"
    if q.indexed_bytes is None:
        return f"{theory}; no indexed PNG can hold it"
    return f"{theory}; {in_bytes(q.indexed_bytes)} as indexed PNG, {uncompressed}"


def in_bytes(n_bytes: int) -> str:
    """Return a number of bytes with three digits, in thousands: 152 KB."""
    size, unit = float(n_bytes), 0
    while round(size) >= 1000 and unit < len(UNITS) - 1:
        size, unit = size / 1000, unit + 1
    digits = 0 if unit == 0 else max(0, 2 - int(math.log10(max(size, 1))))
    return f"{size:.{digits}f} {UNITS[unit]}"
