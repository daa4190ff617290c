"""What is known of one quantized image: its settings, its result, and what was done to it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from napari_kmeans_quantizer import Palette

from .settings import Color, Edit, Settings, edited

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from napari_kmeans_quantizer import Quantization
    from napari_kmeans_quantizer.plugin.work import Sample

    from .source import Source


@dataclass(frozen=True, eq=False)
class State:
    """One quantized image; views draw it.

    Attributes
    ----------
    source : Source
        What was quantized.
    settings : Settings
        How; with the edits since.
    fitted, result : Quantization
        What came out, before and after the edits.
    sample : Sample
        Pixels of the source drawn at random.
    locks : tuple of tuple of float
        Colors to keep in the next fit; no two are alike in the image's units.
    hidden : frozenset of int
        Clusters that are not shown.
    """

    source: Source
    settings: Settings
    fitted: Quantization
    result: Quantization
    sample: Sample
    locks: tuple[Color, ...] = ()
    hidden: frozenset[int] = frozenset()

    def color(self, index: int) -> Color:
        """Return a color of the palette, in the image's units."""
        return tuple(map(float, self.result.palette.colors[index]))

    @property
    def locked(self) -> frozenset[int]:
        """The colors of the palette that will be kept in the next fit, as indices."""
        kept = set(self._painted(self.locks))
        values = self._painted(self._colors())
        return frozenset(k for k, value in enumerate(values) if value in kept)

    @property
    def is_edited(self) -> bool:
        """Whether anything was done to the palette that can be taken back."""
        return bool(self.settings.edits)

    def recolored(self, index: int, color: Color) -> State:
        """Give a cluster another color; a lock on the old one goes over to the new one."""
        state = self._edited(("recolor", index, tuple(map(float, color))))
        if index not in self.locked:
            return state
        return state._locking([*self._locks_but(index), state.color(index)])

    def merged(self, index: int, into: int) -> State:
        """Let a cluster join another one."""
        state = self._edited(("merge", index, into))
        order = _after_merge(self.result.palette.counts.tolist(), index, into)[0]
        hidden = frozenset(new for new, old in enumerate(order) if old in self.hidden)
        return replace(state, hidden=hidden, locks=self._locks_but(index))

    def _edited(self, edit: Edit) -> State:
        settings = replace(self.settings, edits=(*self.settings.edits, edit))
        return replace(self, settings=settings, result=edited(self.result, (edit,)))

    def with_lock(self, index: int, locked: bool) -> State:
        """Lock or unlock a color of the palette."""
        color = self.color(index)
        alike = self._painted([color])
        others = [
            lock
            for lock, value in zip(self.locks, self._painted(self.locks), strict=True)
            if value not in alike
        ]
        return replace(self, locks=(*others, color) if locked else tuple(others))

    def _locks_but(self, index: int) -> tuple[Color, ...]:
        """Return the locks without that on a color, which stays if another cluster has it."""
        values = self._painted(self._colors())
        if values.count(values[index]) > 1:
            return self.locks
        return self.with_lock(index, False).locks

    def _locking(self, colors: list[Color]) -> State:
        """Lock these colors; of those that are painted alike the first."""
        first: dict[Any, Color] = {}
        for color, value in zip(colors, self._painted(colors), strict=True):
            first.setdefault(value, color)
        return replace(self, locks=tuple(first.values()))

    def _colors(self) -> list[Color]:
        return [self.color(k) for k in range(len(self.result.palette))]

    def _painted(self, colors: Sequence[Color]) -> list[tuple[Any, ...]]:
        """Return colors rounded to the image's units: a fit does not tell them apart further."""
        if not colors:
            return []
        values = Palette(np.array(colors), dtype=self.result.palette.dtype).values
        return list(map(tuple, values.tolist()))

    def reset(self) -> State:
        """Take all edits back, also from locked colors, and show all clusters."""
        settings = replace(self.settings, edits=())
        state = replace(self, settings=settings, result=self.fitted, hidden=frozenset())
        shown, locked = set(self._painted(self._colors())), self.locked
        coming = zip(self.locks, self._painted(self.locks), strict=True)
        others = [lock for lock, value in coming if value not in shown]
        origins = self._origins()
        return state._locking([*others, *(state.color(origins[k]) for k in sorted(locked))])

    def _origins(self) -> list[int]:
        """Return which color of `fitted` each one of `result` was before the edits."""
        counts = self.fitted.palette.counts.tolist()
        origins = list(range(len(counts)))
        for kind, index, into in self.settings.edits:
            if kind == "merge":
                order, counts = _after_merge(counts, index, into)
                origins = [origins[k] for k in order]
        return origins

    def sampled_labels(self) -> NDArray[Any]:
        """Return the clusters of the sample's pixels."""
        labels: NDArray[Any] = self.result.labels.reshape(-1)
        return labels[self.sample.places]


def _after_merge(counts: list[int], index: int, into: int) -> tuple[list[int], list[int]]:
    """Return the old indices in their new order, most frequent first, and the new counts."""
    counts = counts.copy()
    counts[into] += counts[index]
    order = sorted((k for k in range(len(counts)) if k != index), key=lambda k: -counts[k])
    return order, [counts[k] for k in order]
