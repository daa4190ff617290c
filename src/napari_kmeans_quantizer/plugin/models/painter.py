"""Clusters of a source that is too large to be held: told block by block, as it is looked at."""

from __future__ import annotations

import itertools
import math
from collections import OrderedDict
from dataclasses import replace
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
from napari.utils.notifications import show_warning

from napari_kmeans_quantizer import Progress, painted_like

from .blocks import levels
from .levels import named, whole
from .placement import Placement, pixel_area

if TYPE_CHECKING:
    from collections.abc import Generator

    from numpy.typing import NDArray

    from napari_kmeans_quantizer import Quantization

    from .assembly import Read
    from .blocks import Level, Part
    from .inside import Inside
    from .source import Source

MOST_BYTES = 1 << 28  # of clusters that are kept: what was looked at last is seen again at once
MOST_AHEAD = 64  # blocks that are painted before they are seen
UNREAD = "What cannot be read is in no color: click Quantize once it can be."


class Painter:
    """Gives every pixel of all levels its cluster, in colors that were fitted.

    Nothing is read before it is asked for. Blocks that were asked for are kept for a while: when
    colors are edited, pixels stay with their clusters.

    Parameters
    ----------
    held : Source
        What was read of the source that is too large.
    fitted : Quantization
        What came out for that.
    inside : Inside
        Which pixels are painted by their place.
    no_data : float or None
        The value of pixels without data.
    of : Source
        The pixels that were fitted.

    Attributes
    ----------
    levels : list of Level
        What there is to paint, the finest first.
    is_pyramid : bool
        Whether they are levels of one layer, rather than one array.
    whole : dict
        What puts layers of all levels on those of the source.
    pixel_area : (float, str) or None
        The size of a pixel that was fitted, and its unit.
    """

    def __init__(
        self,
        held: Source,
        fitted: Quantization,
        inside: Inside,
        no_data: float | None,
        of: Source,
    ) -> None:
        self._held: Source | None = held
        self._fitted = _without_pixels(fitted)
        self.told = named(of)
        self.levels = levels(held, inside, no_data)
        self.is_pyramid = bool(held.main.multiscale)
        self.whole = Placement.of_source(whole(held)).whole
        self.pixel_area = pixel_area(of)
        self._number = next(_numbers)
        self._has_failed = False

    def __getstate__(self) -> dict[str, Any]:
        """Return what other processes need to paint: no layers."""
        return {**self.__dict__, "_held": None, "whole": {}, "pixel_area": None}

    @property
    def id_dtype(self) -> np.dtype[Any]:
        """What holds the clusters, counted from 1."""
        return np.dtype(np.uint8 if len(self._fitted.palette) <= 255 else np.uint16)

    def ids(self, level: Level, part: Part) -> NDArray[Any]:
        """Return the cluster of each pixel in a part, counted from 1; 0 if it takes no part.

        What cannot be read takes none, which is told once. In any thread; read-only.
        """
        place = ((one.start, one.stop) for one in part)
        key = (self._number, level.number, *place)
        ids = _kept.get(key)
        if ids is None:
            read = self.read(level, part)
            if read is None:
                return np.zeros([one.stop - one.start for one in part], self.id_dtype)
            ids = self._labeled(*read)
            ids.flags.writeable = False
            _kept.add(key, ids)
        return ids

    def read(self, level: Level, part: Part) -> Read | None:
        """Read a part; None if that fails, which is told once."""
        try:
            return level.read(part)
        except ValueError as error:
            if not self._has_failed:
                self._has_failed = True
                show_warning(f"{error}. {UNREAD}")
            return None

    def _labeled(self, array: NDArray[Any], there: NDArray[np.bool_] | None) -> NDArray[Any]:
        if there is not None and not there.any():
            return np.zeros(there.shape, self.id_dtype)
        if there is not None and array.dtype.kind == "f":
            array = np.nan_to_num(array, posinf=0, neginf=0)
        labels, _ = painted_like(np.ascontiguousarray(array), self._fitted)
        # In this thread: whoever asks for several blocks asks in several threads.
        ids: NDArray[Any] = labels.compute(scheduler="synchronous").astype(self.id_dtype)
        np.add(ids, 1, out=ids)
        if there is not None:
            ids[~there] = 0
        return ids

    def ahead(self) -> Generator[Progress, None, None]:
        """Label what is about to be seen: then it need not be read in the GUI thread."""
        soon = [*self._thumbnail(), *self._in_view()]
        for done, (level, part) in enumerate(soon):
            yield Progress("Painting", done / len(soon))
            self.ids(level, part)

    def _thumbnail(self) -> list[tuple[Level, Part]]:
        """Return the blocks of the coarsest level; none of stacks, of which one slice is shown."""
        coarsest = self.levels[-1]
        few = math.prod(map(len, coarsest.chunks)) <= MOST_AHEAD
        return [(coarsest, part) for part in coarsest.parts()] if few else []

    def _in_view(self) -> list[tuple[Level, Part]]:
        """Return the blocks of the level of the source that a viewer shows now."""
        layer = None if self._held is None else self._held.main
        if layer is None or not layer.multiscale or layer.ndim > 2:
            return []
        level = self.levels[min(layer.data_level, len(self.levels) - 1)]
        seen = [part for part in level.parts() if _meets(part, layer.corner_pixels)]
        return [(level, part) for part in seen[:MOST_AHEAD]]


def _without_pixels(fitted: Quantization) -> Quantization:
    """Return the colors of a result alone, as an image of the same axes with no pixels."""
    image, axis = fitted.image, fitted.channel_axis
    shape = [n if i == axis else 0 for i, n in enumerate(image.shape)]
    labels = np.empty((0,) * fitted.labels.ndim, fitted.labels.dtype)
    return replace(fitted, labels=labels, image=np.empty(shape, image.dtype), mask=None)


def _meets(part: Part, corners: NDArray[np.int_]) -> bool:
    ends = zip(part, *corners, strict=True)
    return all(one.start <= high and low < one.stop for one, low, high in ends)


class _Kept:
    """The latest arrays, up to so many bytes; for several threads."""

    def __init__(self, most: int) -> None:
        self._most, self._bytes = most, 0
        self._arrays: OrderedDict[Any, NDArray[Any]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Any) -> NDArray[Any] | None:
        with self._lock:
            found = self._arrays.get(key)
            if found is not None:
                self._arrays.move_to_end(key)
            return found

    def add(self, key: Any, array: NDArray[Any]) -> None:
        with self._lock:
            if key in self._arrays:
                return
            self._arrays[key] = array
            self._bytes += array.nbytes
            while self._bytes > self._most:
                _, old = self._arrays.popitem(last=False)
                self._bytes -= old.nbytes


_kept = _Kept(MOST_BYTES)
_numbers = itertools.count()
