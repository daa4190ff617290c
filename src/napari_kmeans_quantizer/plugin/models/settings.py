"""Settings: all that determines a result, apart from the layers it is made from."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import numpy as np

from napari_kmeans_quantizer import Palette

if TYPE_CHECKING:
    from collections.abc import Mapping

    from napari_kmeans_quantizer import Quantization

    from .display import Color

Edited = TypeVar("Edited", "Quantization", Palette)

Edit = tuple[Any, ...]
"""``("recolor", index, color)``, ``("merge", index, into)`` or ``("rename", index, name)``.

Indices are those of the palette so far.
"""
EDITS = ("recolor", "merge", "rename")


@dataclass(frozen=True)
class Settings:
    """How a layer is quantized; plain values that can be compared, stored and written as code.

    Attributes
    ----------
    n_colors, color_space, effort, random_state, sample, min_psnr, dither, dither_strength
        As in `quantize`; `n_colors` is a number or "auto".
    alpha : {"ignore", "channel"}
        Of RGBA images: transparent pixels never take part, or alpha is a fourth channel.
    scaled : bool
        Several layers as channels: each scaled to its contrast limits.
    apply_everywhere : bool
        With a region: fit inside it, but paint all pixels.
    no_data : float or None
        Pixels that hold this value in all channels take no part, as those that are NaN, infinite
        or masked; None: no value stands for missing data.
    fit_on : int or None
        Of an image that is too large to be held: the level whose pixels are fitted, 0 for all
        pixels; None: the finest that can be held.
    fixed_colors : tuple of tuple of float
        Colors that are kept as they are, in the image's units.
    joined : int
        How many of these are joined to others afterwards: `n_colors` does not count them.
    palette : tuple of tuple of float or None
        Colors that are only assigned, in the image's units: nothing is fitted.
    choose_from : tuple of tuple of float or None
        Colors of which the best are taken, as they are, in the image's units.
    names : tuple of str or None
        What the colors of `palette` or `choose_from` are called, whichever are given.
    edits : tuple
        What was done to the palette afterwards, one `Edit` after the other.
    """

    n_colors: int | Literal["auto"] = 16
    color_space: str = "rgb"
    effort: str = "balanced"
    random_state: int = 0
    sample: float | None = None
    min_psnr: float | None = None
    alpha: str = "ignore"
    scaled: bool = False
    apply_everywhere: bool = False
    no_data: float | None = None
    fit_on: int | None = None
    fixed_colors: tuple[Color, ...] = ()
    joined: int = 0
    palette: tuple[Color, ...] | None = None
    choose_from: tuple[Color, ...] | None = None
    names: tuple[str, ...] | None = None
    dither: str | None = None
    dither_strength: float = 1.0
    edits: tuple[Edit, ...] = ()

    @property
    def least_colors(self) -> int:
        """How many colors a fit has at least: those that are kept."""
        return len(self.fixed_colors) - self.joined

    def fits_like(self, other: Settings) -> bool:
        """Tell whether both ask for the same fit; it may be around other colors that are kept."""
        return self._undithered() == other._undithered()

    def _undithered(self) -> Settings:
        plain = replace(self, dither=None, dither_strength=1.0)
        return replace(plain, edits=(), fixed_colors=(), joined=0)

    def dithered_like(self, other: Settings) -> Settings:
        """Return the same fit, painted as others say; what was edited must be found anew."""
        dithering = replace(self, dither=other.dither, dither_strength=other.dither_strength)
        return replace(dithering, edits=())

    def options(self) -> dict[str, Any]:
        """Return the keyword arguments for `quantize`."""
        options: dict[str, Any] = {
            "n_colors": self.n_colors,
            "min_psnr": self.min_psnr,
            "color_space": self.color_space,
            "effort": self.effort,
            "sample": self.sample,
            "dither": self.dither,
            "dither_strength": self.dither_strength,
            "random_state": self.random_state,
        }
        if self.palette is not None:
            options["palette"] = self.palette
        elif self.choose_from is not None:
            options["choose_from"] = self.choose_from
        elif self.fixed_colors:
            options["fixed_colors"] = self.fixed_colors
            if self.n_colors != "auto":
                options["n_colors"] = max(self.n_colors, self.least_colors) + self.joined
        return options

    def to_dict(self) -> dict[str, Any]:
        """Return what differs from the defaults, and always the number of colors and the seed."""
        changed = {
            field.name: getattr(self, field.name)
            for field in fields(self)
            if getattr(self, field.name) != field.default
        }
        return {"n_colors": self.n_colors, "random_state": self.random_state, **changed}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Settings:
        """Make settings of what `to_dict` gave; what they do not know is left out."""
        known = asdict(cls())
        return cls(**{name: _plain(stored[name]) for name in known if name in stored})


def _plain(value: Any) -> Any:
    """Return a palette, an array or anything nested as tuples of Python's own numbers."""
    if isinstance(value, Palette):
        value = value.colors
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    return tuple(map(_plain, value)) if isinstance(value, list | tuple) else value


def edited(result: Edited, edits: tuple[Edit, ...]) -> Edited:
    """Return a result, or a palette, with edits; nothing is fitted again.

    Parameters
    ----------
    result : Quantization or Palette
        What was fitted; it is not changed.
    edits : tuple
        ``("recolor", index, color)`` with a color in the image's units,
        ``("merge", index, into)`` or ``("rename", index, name)``, one after the other.

    Raises
    ------
    ValueError
        If an edit is of another kind, or does not fit the palette.
    """
    for kind, index, value in edits:
        if kind == "recolor":
            result = result.recolored({index: value})
        elif kind == "merge":
            result = result.merged(index, value)
        elif kind == "rename":
            result = result.renamed({index: value})
        else:
            raise ValueError(f"An edit must be one of {', '.join(EDITS)}, got {kind!r}.")
    return result
