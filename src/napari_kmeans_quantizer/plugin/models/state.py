"""What is known of one quantized image: its settings, its result, and what was done to it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from napari_kmeans_quantizer import Palette

from .display import Color, Display, hex_of
from .frames import FrameCounts
from .placement import Placement
from .sample import draw_sample
from .settings import Edit, Settings, edited

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from napari_kmeans_quantizer import Quantization

    from .sample import Sample
    from .source import Source


class Appearance(NamedTuple):
    """How a source is shown, and where it lies."""

    display: Display
    placement: Placement

    @classmethod
    def of_source(cls, source: Source) -> Appearance:
        """Return how it is now."""
        return cls(source.display(), Placement.of_source(source))


@dataclass(frozen=True, eq=False)
class State:
    """One quantized image. All that is shown, saved and told of it is drawn from here.

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
    display : Display
        How the source was shown when it was quantized.
    placement : Placement
        Where it lay then.
    seconds : float
        How long the work took, without the compilation of kernels.
    locks : tuple of tuple of float
        Colors to keep in the next fit; no two are alike in the image's units.
    hidden : frozenset of int
        Clusters that are not shown.
    frames : FrameCounts
        What `frame_counts` starts from.
    n_without_data : int
        Pixels that were left out because they have none.
    """

    source: Source
    settings: Settings
    fitted: Quantization
    result: Quantization
    sample: Sample
    display: Display
    placement: Placement
    seconds: float = 0.0
    locks: tuple[Color, ...] = ()
    hidden: frozenset[int] = frozenset()
    frames: FrameCounts = None  # type: ignore[assignment]
    n_without_data: int = 0

    @classmethod
    def of_fit(
        cls,
        source: Source,
        settings: Settings,
        array: NDArray[Any],
        fitted: Quantization,
        seconds: float = 0.0,
        appearance: Appearance | None = None,
        n_without_data: int = 0,
    ) -> State:
        """Return what is known after a fit of a source's pixels; the edits of `settings` are made.

        Parameters
        ----------
        source : Source
            What was quantized.
        settings : Settings
            How.
        array : ndarray
            Its pixels.
        fitted : Quantization
            What came out.
        seconds : float, optional
            How long it took.
        appearance : Appearance, optional
            How the source was shown, and where it lay, when it was read; by default as now.
        n_without_data : int, optional
            How many pixels were left out because they have none.
        """
        looks = appearance or Appearance.of_source(source)
        return cls(
            source,
            settings,
            fitted,
            edited(fitted, settings.edits),
            draw_sample(array, fitted, settings.random_state),
            looks.display,
            looks.placement,
            seconds,
            settings.fixed_colors,
            frames=FrameCounts(fitted),
            n_without_data=n_without_data,
        )

    # -- what is shown

    @cached_property
    def shown(self) -> NDArray[np.float64]:
        """The palette's colors as they are shown, (K, 3) in 0..1."""
        return self.display.shown(self.result.palette.colors)

    @cached_property
    def hex(self) -> list[str]:
        """The same as ``#rrggbb``."""
        return hex_of(self.shown)

    @cached_property
    def palette(self) -> Palette:
        """The palette in the range of values in which the source is shown: for other images."""
        made = self.result.palette
        return Palette(made.colors, made.counts, made.dtype, self.display.value_range)

    @property
    def summary(self) -> str:
        """One line for people; of what was not edited also how long it took."""
        told = self.result.summary
        told = told if self.is_edited else f"{told}, {self.seconds:.2f} s"
        n, s = self.n_without_data, "s" * (self.n_without_data != 1)
        return f"{told}; {n:,} pixel{s} without data left out" if n else told

    # -- changes

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
        order = self.result.palette.merge_order(index, into).tolist()
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
        origins = list(range(len(self.fitted.palette)))
        for order, _, _ in self._merges():
            origins = [origins[k] for k in order]
        return origins

    def _merges(self) -> Iterator[tuple[list[int], int, int]]:
        """Yield, of every merge since the fit, the old places of the colors left, and the two."""
        palette = self.fitted.palette
        for kind, index, into in self.settings.edits:
            if kind == "merge":
                yield palette.merge_order(index, into).tolist(), index, into
                palette = palette.merged(index, into)

    def frame_counts(self) -> NDArray[np.int64]:
        """Return the pixels of the colors in every frame, (n, K)."""
        counts = self.frames.counts
        for order, index, into in self._merges():
            counts = counts.copy()
            counts[:, into] += counts[:, index]
            counts = counts[:, order]
        return counts

    def sampled_labels(self) -> NDArray[Any]:
        """Return the clusters of the sample's pixels."""
        labels: NDArray[Any] = self.result.labels.reshape(-1)
        return labels[self.sample.places]
