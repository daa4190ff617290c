"""What is written, and how it is cut: all that follows from the source before it is read."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from . import grid as cutting
from .levels import shape_of_level, steps_of_levels

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .grid import Grid
    from .source import Source
    from .space import Space


@dataclass(frozen=True, eq=False)
class Plan:
    """What is written of a source.

    Attributes
    ----------
    source : Source
    version : str
        Of OME-Zarr.
    has_picture : bool
        Whether the painted image is written, or labels alone.
    name : str
        What people call the result.
    """

    source: Source
    version: str
    has_picture: bool
    name: str

    @property
    def label_space(self) -> Space:
        """Axes of the labels: all but channels."""
        source = self.source
        return source.space.at([i for i in source.order if i != source.channels_at])

    @property
    def picture_space(self) -> Space:
        """Axes of the painted image."""
        return self.source.space.at(self.source.order)

    @property
    def channels_to(self) -> int | None:
        """Axis of the channels in the painted image."""
        at = self.source.channels_at
        return None if at is None else self.source.order.index(at)

    @cached_property
    def steps(self) -> list[tuple[int, ...]]:
        """Which pixels of the level above the coarser ones hold."""
        return steps_of_levels(
            self.source.without_channels(self.source.data.shape), self.label_space
        )

    @cached_property
    def grids(self) -> list[Grid]:
        """How each level is cut, the finest first."""
        source, sharded = self.source, self.version != "0.4"
        shape = source.without_channels(source.data.shape)
        chunks = None if source.chunks is None else source.without_channels(source.chunks)
        shards = source.without_channels(source.shards) if source.shards and sharded else None
        grids = [cutting.finest(shape, chunks, shards, source.pixel_bytes)]
        for steps in self.steps:
            shape = shape_of_level(shape, steps)
            grids.append(cutting.coarser(grids[-1], shape, steps, source.pixel_bytes))
        return grids

    def with_channels(self, values: Sequence[Any], channels: Any) -> tuple[Any, ...]:
        """Return what belongs to the axes of the painted image, of those of the labels."""
        at = self.channels_to
        return tuple(values) if at is None else (*values[:at], channels, *values[at:])

    @property
    def n_channels(self) -> int:
        """Channels of the source, alpha among them."""
        at = self.source.channels_at
        return 1 if at is None else int(self.source.data.shape[at])

    @property
    def channel_chunk(self) -> int:
        """Channels that are stored together: as in the source."""
        source, at = self.source, self.source.channels_at
        return 1 if at is None or source.chunks is None else min(source.chunks[at], self.n_channels)
