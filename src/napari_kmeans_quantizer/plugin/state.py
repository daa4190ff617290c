"""What is known of one quantized image: its settings, its result, and what was done to it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from .settings import Color, Edit, Settings, edited

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from napari_kmeans_quantizer import Quantization

    from .source import Source
    from .work import Sample


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
        Colors to keep in the next fit.
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
        return frozenset(k for k in range(len(self.result.palette)) if self.color(k) in self.locks)

    @property
    def is_edited(self) -> bool:
        """Whether anything was done to the palette that can be taken back."""
        return bool(self.settings.edits)

    def recolored(self, index: int, color: Color) -> State:
        """Give a cluster another color; a lock on the old one goes over to the new one."""
        old, state = self.color(index), self._edited(("recolor", index, tuple(map(float, color))))
        new = state.color(index)
        return replace(state, locks=tuple(new if lock == old else lock for lock in state.locks))

    def merged(self, index: int, into: int) -> State:
        """Let a cluster join another one."""
        gone, shown = self.color(index), self._shown_colors()
        state = self._edited(("merge", index, into))
        locks = tuple(lock for lock in state.locks if lock != gone)
        colors = map(state.color, range(len(state.result.palette)))
        hidden = frozenset(k for k, color in enumerate(colors) if color not in shown)
        return replace(state, locks=locks, hidden=hidden)

    def _shown_colors(self) -> set[Color]:
        return {self.color(k) for k in range(len(self.result.palette)) if k not in self.hidden}

    def _edited(self, edit: Edit) -> State:
        settings = replace(self.settings, edits=(*self.settings.edits, edit))
        return replace(self, settings=settings, result=edited(self.result, (edit,)))

    def with_lock(self, index: int, locked: bool) -> State:
        """Lock or unlock a color of the palette."""
        color = self.color(index)
        others = tuple(lock for lock in self.locks if lock != color)
        return replace(self, locks=(*others, color) if locked else others)

    def reset(self) -> State:
        """Take all edits back, and show all clusters."""
        settings = replace(self.settings, edits=())
        return replace(self, settings=settings, result=self.fitted, hidden=frozenset())

    def sampled_labels(self) -> NDArray[Any]:
        """Return the clusters of the sample's pixels."""
        labels: NDArray[Any] = self.result.labels.reshape(-1)
        return labels[self.sample.places]
