"""Several numbers of colors for one image."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from napari_kmeans_quantizer import suggest_n_colors

if TYPE_CHECKING:
    from napari_kmeans_quantizer import Quantization

    from .display import Display
    from .placement import Placement
    from .settings import Settings
    from .source import Source


class Curve(NamedTuple):
    """The errors over the number of colors.

    Attributes
    ----------
    name : str
        Of the image.
    n_colors : list of int
        The numbers that were tried, ascending.
    errors, psnr : list of float
        Mean squared errors, and peak signal-to-noise ratios in dB.
    suggested : int
        The number of colors at the elbow.
    arrangement : {"stack", "grid"}
        How the pictures are shown.
    """

    name: str
    n_colors: list[int]
    errors: list[float]
    psnr: list[float]
    suggested: int
    arrangement: str


@dataclass(frozen=True, eq=False)
class Exploration:
    """The results of one image with several numbers of colors.

    Attributes
    ----------
    source : Source
        What was quantized.
    settings : Settings
        How, but for the number of colors.
    results : dict of int to Quantization
        By number of colors, ascending.
    display : Display
        How the source was shown.
    placement : Placement
        Where it lay.
    arrangement : {"stack", "grid"}
        One layer with a slider for the number of colors, or one sheet with all pictures.
    """

    source: Source
    settings: Settings
    results: dict[int, Quantization]
    display: Display
    placement: Placement
    arrangement: str

    @property
    def curve(self) -> Curve:
        """The figures alone."""
        numbers = list(self.results)
        errors = [result.mse for result in self.results.values()]
        psnr = [result.psnr for result in self.results.values()]
        suggested = suggest_n_colors(numbers, errors)
        return Curve(self.source.name, numbers, errors, psnr, suggested, self.arrangement)
