"""Colors as they were fitted: what painting starts from, dithered or not."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from napari_kmeans_quantizer import Palette, Quantization


class Fit(NamedTuple):
    """What a fit found, before anything was dithered.

    Attributes
    ----------
    palette : Palette
        The colors, in the order in which they were found: dithering counts other pixels, and
        orders them by those.
    n_iter : int
        Sweeps that it took.
    psnr : float
        dB that they reach.
    asked : mapping
        `Quantization.settings`.
    """

    palette: Palette
    n_iter: int
    psnr: float
    asked: Mapping[str, Any]

    @classmethod
    def of_result(cls, result: Quantization) -> Fit:
        """Return the fit of a result that is not dithered."""
        return cls(result.palette, result.n_iter, result.psnr, result.settings)

    def told_of(self, result: Quantization, options: Mapping[str, Any]) -> Quantization:
        """Return a picture in its colors; its settings are those of the fit and of the dithering.

        Parameters
        ----------
        result : Quantization
            Painted in the colors, which were given for it.
        options : mapping
            Of `quantize`.
        """
        how = {name: options[name] for name in ("dither", "dither_strength")}
        return replace(result, settings={**self.asked, **how})
