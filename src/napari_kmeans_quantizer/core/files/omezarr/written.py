"""What `quantize_to_zarr` returns."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from napari_kmeans_quantizer.core.report import colors_text

from .fit import quantization_of
from .metadata import LABELS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from napari_kmeans_quantizer.core.palette import Palette
    from napari_kmeans_quantizer.core.quantization import Quantization


@dataclass(frozen=True, eq=False)
class ZarrResult:
    """A result that has been written.

    Attributes
    ----------
    path : Path
        The OME-Zarr image.
    palette : Palette
        Its colors, with the number of pixels of each.
    n_chunks : int
        Regions of all levels that it was written in, each by one task.
    n_resumed : int
        Those that were there already, of a run that was not finished.
    seconds : float
        How long it took this time.
    """

    path: Path
    palette: Palette
    n_chunks: int
    n_resumed: int
    seconds: float
    _fit: Mapping[str, Any]
    _channel_axis: int | None
    _unpainted: Any
    """The painted image as it would be; None if it was written."""

    @cached_property
    def quantization(self) -> Quantization:
        """The result with its arrays, lazily: labels from 0 on as `quantize` has them.

        Axes are in the order of OME-Zarr: channels before space. The image comes from the file; if
        it was not to be written, it is painted from the source when it is looked at.
        """
        import dask.array as da
        import zarr

        stored: Any = zarr.open_array(self.path / "labels" / LABELS / "0", mode="r")
        numbers = da.from_zarr(stored)
        dtype = np.uint8 if len(self.palette) <= 256 else np.uint16
        labels = numbers.map_blocks(_from_zero, dtype, dtype=dtype)
        mask = numbers > 0 if self._fit["has_mask"] else None
        image = self._unpainted
        if image is None:
            picture: Any = zarr.open_array(self.path / "0", mode="r")
            image = da.from_zarr(picture)
        axis = {"channel_axis": self._channel_axis}
        fit = {**self._fit, "figures": {**self._fit["figures"], **axis}}
        return quantization_of(fit, labels, image, mask)

    @property
    def summary(self) -> str:
        """One line for people."""
        chunks = f"{self.n_chunks} chunk{'s' * (self.n_chunks != 1)}"
        text = f"{colors_text(self.quantization)}, {chunks}"
        if self.n_resumed:
            text += f" ({self.n_resumed} of them from before)"
        return f"{text} in {self.seconds:.1f} s"

    def __repr__(self) -> str:
        return f"ZarrResult({self.path.name}: {self.summary})"


def _from_zero(labels: NDArray[Any], dtype: Any) -> NDArray[Any]:
    """Return indices into the palette; 0 also where a pixel takes no part."""
    shifted: NDArray[Any] = (labels - (labels > 0)).astype(dtype)
    return shifted
