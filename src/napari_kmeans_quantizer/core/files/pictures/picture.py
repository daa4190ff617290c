"""A picture as its file means it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .calibration import Calibration

    Pixels = tuple[NDArray[Any], "Mode", NDArray[Any] | None]
    """An image, what its last axis is, and the alpha of grey."""

Mode = Literal["grey", "RGB", "RGBA", "channels"]


class UnreadableError(ValueError):
    """What a file holds and cannot be read, in words; whoever knows its name puts it before."""


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture as its file means it: upright, palettes looked up, white is the largest value.

    Attributes
    ----------
    image : ndarray
        ``(H, W)`` grey, ``(H, W, 3)`` RGB, ``(H, W, 4)`` RGBA with straight alpha, ``(H, W, C)``
        channels; several pages or frames ``(T, H, W[, C])``. Bools, integers or floats, as the
        file holds.
    mode : {"grey", "RGB", "RGBA", "channels"}
        What the last axis of `image` is; of "grey" it is the columns.
    format : str
        "PNG", "TIFF", ...
    n_bytes : int
        Size of the file.
    alpha : ndarray or None
        Of grey with alpha only, shape and dtype of `image`: 0 is transparent.
    durations : tuple of float or None
        Of an animation: milliseconds that each frame is shown.
    loop : int or None
        Of an animation: how often it is played; 0: without end.
    icc_profile : bytes or None
        Says what the numbers of `image` look like.
    dpi : tuple of float or None
        Pixels per inch, across and down.
    n_channels_left_out : int
        Those beside colors and alpha, of which nobody says what they are.
    calibration : Calibration or None
        Lengths and times, as far as a TIFF of a microscope tells them.
    """

    image: NDArray[Any]
    mode: Mode
    format: str
    n_bytes: int
    alpha: NDArray[Any] | None = None
    durations: tuple[float, ...] | None = None
    loop: int | None = None
    icc_profile: bytes | None = None
    dpi: tuple[float, float] | None = None
    n_channels_left_out: int = 0
    calibration: Calibration | None = None

    @property
    def channel_axis(self) -> int | None:
        """Position of the channels in `image`; None for grey."""
        return None if self.mode == "grey" else self.image.ndim - 1

    @property
    def n_frames(self) -> int | None:
        """Number of pages or frames; None for a single one."""
        is_stack = self.image.ndim == (3 if self.mode == "grey" else 4)
        return len(self.image) if is_stack else None

    @property
    def mask(self) -> NDArray[np.bool_] | None:
        """Where it is not fully transparent; None: there is no alpha."""
        alpha = self.image[..., 3] if self.mode == "RGBA" else self.alpha
        return None if alpha is None else np.greater(alpha, 0)

    @property
    def arguments(self) -> dict[str, Any]:
        """What `quantize` is to be told: ``quantize(picture.image, 8, **picture.arguments)``."""
        if self.mode == "RGBA":
            return {"channel_axis": "auto", "mask": None}  # it sees to the alpha of four channels
        return {"channel_axis": self.channel_axis, "mask": self.mask}
