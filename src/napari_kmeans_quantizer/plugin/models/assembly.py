"""From what was read of layers to the pixels of a source, and which of them have data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .display import fractions
from .no_data import with_data
from .reading import Values

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray


class Read(NamedTuple):
    """The pixels of a source, and which of them have data; None: all."""

    array: NDArray[Any]
    present: NDArray[np.bool_] | None


@dataclass(frozen=True)
class Assembly:
    """How what was read becomes pixels: plain values, which other processes understand, too.

    Attributes
    ----------
    rgb : bool
        Whether it is a color picture.
    has_alpha : bool
        Whether it has transparent pixels that take no part.
    dtype : dtype
        What the pixels are.
    limits : tuple of (float, float) or None
        What each of several layers is scaled to.
    """

    rgb: bool
    has_alpha: bool
    dtype: np.dtype[Any]
    limits: tuple[tuple[float, float], ...] | None

    def pixels(self, planes: list[Values], no_data: float | None) -> Read:
        """Return as one what was read of the layers, or of a part of them; and which have data."""
        if len(planes) > 1:
            array = self._as_channels([plane.array for plane in planes])
            return Read(array, with_data(planes, no_data))
        [values] = planes
        return Read(values.array, with_data(self._channels_of(values), no_data))

    def _channels_of(self, values: Values) -> Iterator[Values]:
        """Yield what is looked at for data: of colors each channel, but for alpha."""
        array, masked = values
        for part in [(..., i) for i in range(3)] if self.rgb else [...]:
            yield Values(array[part], None if masked is None else masked[part])

    def _as_channels(self, planes: list[NDArray[Any]]) -> NDArray[Any]:
        channels = np.empty((*planes[0].shape, len(planes)), self.dtype)
        for i, values in enumerate(planes):
            limits = None if self.limits is None else self.limits[i]
            channels[..., i] = values if limits is None else fractions(values, limits)
        return channels
