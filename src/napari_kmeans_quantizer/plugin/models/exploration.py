"""Several numbers of colors for one image."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from napari_kmeans_quantizer import suggest_n_colors

from .kept import edits_for
from .settings import edited
from .tiles import Tiles

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from napari_kmeans_quantizer import Quantization

    from .display import Display
    from .kept import Kept
    from .placement import Placement
    from .settings import Settings
    from .source import Source

ORIGINAL, CHOSEN = "original", "✓ "


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
    tiles : Tiles or None
        Where the pictures of a grid lie: the original, and one for each number.
    """

    name: str
    n_colors: list[int]
    errors: list[float]
    psnr: list[float]
    suggested: int
    arrangement: str
    tiles: Tiles | None = None

    @property
    def captions(self) -> list[str]:
        """What tells the pictures apart, such as "K = 4, 31.2 dB"."""
        return [
            f"K = {k}, {'unchanged' if psnr == math.inf else f'{psnr:.1f} dB'}"
            for k, psnr in zip(self.n_colors, self.psnr, strict=True)
        ]

    def titles(self, chosen: int | None = None) -> list[str]:
        """Return what is written above the pictures; of a grid the chosen one is marked."""
        texts = [text.replace(", ", "   ") for text in self.captions]
        if self.tiles is None:
            return texts
        marks = [CHOSEN if k == chosen else "" for k in self.n_colors]
        return [ORIGINAL, *(mark + text for mark, text in zip(marks, texts, strict=True))]

    def n_colors_at(self, row: float, column: float) -> int | None:
        """Return the number whose picture lies at a place of the sheet, if there is one."""
        tile = None if self.tiles is None else self.tiles.at(row, column)
        return self.n_colors[tile - 1] if tile else None


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
        By number of colors, ascending; before anything that was kept is shown as it was made.
    display : Display
        How the source was shown.
    placement : Placement
        Where it lay.
    arrangement : {"stack", "grid"}
        One layer with a slider for the number of colors, or one sheet with all pictures.
    original : ndarray
        The pixels of the source.
    kept : tuple of Kept
        What people did to the palette, which all results are fitted around.
    """

    source: Source
    settings: Settings
    results: dict[int, Quantization]
    display: Display
    placement: Placement
    arrangement: str
    original: NDArray[Any]
    kept: tuple[Kept, ...] = ()

    def shown(self) -> list[Quantization]:
        """Return the results as they look when one of them is taken."""
        return [
            edited(result, edits_for(self.kept, result.palette)) for result in self.results.values()
        ]

    @property
    def curve(self) -> Curve:
        """The figures alone."""
        numbers = list(self.results)
        errors = [result.mse for result in self.results.values()]
        psnr = [result.psnr for result in self.results.values()]
        suggested = suggest_n_colors(numbers, errors)
        tiles = None
        if self.arrangement == "grid":
            tiles = Tiles.of(self.source.shape, 1 + len(numbers))
        return Curve(self.source.name, numbers, errors, psnr, suggested, self.arrangement, tiles)
