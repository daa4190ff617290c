"""Shares of the clusters: in the frames of one image, or in several images of the same colors."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from napari_kmeans_quantizer.core.measurement import table_of_images

from .frames import measured_by_frame

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from napari_kmeans_quantizer.core.measurement import Frames, Measurement

    from .state import State

FEW = 1_000_000  # pixels; they are counted within milliseconds


@dataclass(frozen=True, eq=False)
class Shares:
    """What was measured, as n rows and K columns: frames or images, and clusters.

    Clusters that are background have no share, and no column.

    Attributes
    ----------
    title : str
        What is shown, in a few words.
    measured : tuple of Measurement
        One with frames; or several of the same clusters, a row each. They have one region each.
    """

    title: str
    measured: tuple[Measurement, ...]

    def __post_init__(self) -> None:
        shapes = {(one.counts.shape[0], one.n_clusters) for one in self.measured}
        if len(shapes) > 1 or any(n_regions != 1 for n_regions, _ in shapes):
            raise ValueError(
                "What is shown must be measured in one region, and of as many clusters in each "
                f"image, got these numbers of regions and clusters: {sorted(shapes)}."
            )

    @property
    def frames(self) -> Frames | None:
        """Where the frames lie; None if the rows are images."""
        return self.measured[0].frames if len(self.measured) == 1 else None

    @property
    def source(self) -> str:
        """Name of the image, "" of several."""
        return self.measured[0].image if len(self.measured) == 1 else ""

    # -- rows and columns

    @cached_property
    def names(self) -> list[str]:
        """Numbers of the frames, or names of the images."""
        if self.frames is None:
            return [one.image for one in self.measured]
        return list(map(str, range(self.frames.first, self.frames.first + len(self.x))))

    @cached_property
    def x(self) -> NDArray[np.float64]:
        """Where the rows lie."""
        if self.frames is None:
            return np.arange(len(self.measured), dtype=np.float64)
        return np.asarray(self.frames.positions, np.float64)

    def told_row(self, row: int) -> str:
        """Return what tells a row: "photo", "frame 3", or "frame 3, t = 1.5 s"."""
        frames = self.frames
        if frames is None:
            return self.names[row]
        told, x = f"frame {self.names[row]}", float(self.x[row])
        if frames.label == "frame":
            return told
        return f"{told}, {frames.label} = {x:.6g} {frames.unit}".rstrip()

    @property
    def axis_label(self) -> str:
        """What the positions of frames measure, such as "t (s)"."""
        label, unit = ("", "") if self.frames is None else (self.frames.label, self.frames.unit)
        return f"{label} ({unit})" if unit else label

    @cached_property
    def _places(self) -> list[int]:
        """Which clusters have a column."""
        backgrounds = [one.background for one in self.measured]
        left_out = frozenset.intersection(*backgrounds) if backgrounds else frozenset()
        n_clusters = self.measured[0].n_clusters if self.measured else 0
        return [k for k in range(n_clusters) if k not in left_out]

    @property
    def has_background(self) -> bool:
        """Whether anything was left out."""
        return any(one.background for one in self.measured)

    @property
    def colors(self) -> list[str]:
        """The colors, as ``#rrggbb`` as they are shown."""
        return [self.measured[0].hex[k] for k in self._places]

    @property
    def called(self) -> list[str]:
        """What the clusters are called, "" for those that have no name."""
        return [self.measured[0].names[k] for k in self._places]

    @property
    def hex(self) -> list[str]:
        """Hex of the colors, numbered where two are displayed alike."""
        return _numbered(self.colors)

    @property
    def labels(self) -> list[str]:
        """Names where there are some, else hex; numbered where two are alike."""
        pairs = zip(self.called, self.colors, strict=True)
        return _numbered([name or color for name, color in pairs])

    @property
    def columns(self) -> list[str]:
        """All that tells the clusters from each other: hex, and what they are called."""
        return [f"{hex_} {name}".rstrip() for hex_, name in zip(self.hex, self.called, strict=True)]

    # -- numbers

    @cached_property
    def shares(self) -> NDArray[np.float64]:
        """Shares in 0..1, (n, K); the rows sum to 1, or are NaN: nothing was counted."""
        return self._rows([one.shares for one in self.measured])

    @cached_property
    def counts(self) -> NDArray[np.int64]:
        """The same in pixels."""
        return self._rows([one.counts for one in self.measured])

    def _rows(self, parts: list[NDArray[Any]]) -> NDArray[Any]:
        rows = np.concatenate([part[0] for part in parts]) if parts else np.zeros((0, 0))
        return rows[:, self._places]

    def area(self, row: int, column: int) -> tuple[float, str] | None:
        """Return the area or volume of a cluster in a row, and its unit; None if not known."""
        one, t = (self.measured[row], 0) if self.frames is None else (self.measured[0], row)
        if one.areas is None:
            return None
        return float(one.areas[0, t, self._places[column]]), one.unit

    @cached_property
    def overall(self) -> NDArray[np.float64]:
        """The share of every cluster in all rows together, (K,)."""
        counts = np.concatenate([one.counts for one in self.measured], axis=1)
        together = replace(self.measured[0], counts=counts, frames=None).overall
        overall: NDArray[np.float64] = together.shares[0, 0, self._places]
        return overall

    # -- names that are summed up

    @property
    def has_shared_names(self) -> bool:
        """Whether clusters of one name can be summed up."""
        named = [name for name in self.called if name]
        return len(set(named)) < len(named)

    def grouped(self) -> Shares:
        """Return clusters of one name summed up."""
        return replace(self, measured=tuple(one.grouped() for one in self.measured))

    # -- tables

    def wide(self) -> pd.DataFrame:
        """Return the shares, one named row per frame or layer and one column per cluster."""
        import pandas as pd

        name = "layer" if self.frames is None else "frame"
        index = pd.Index(self.names, name=name, dtype=str)
        return pd.DataFrame(self.shares, index=index, columns=self.columns)

    def tidy(self) -> pd.DataFrame:
        """Return all that was measured, one row per frame or image and cluster."""
        if len(self.measured) == 1:
            return self.measured[0].to_frame()
        return table_of_images(self.measured)


def _numbered(texts: list[str]) -> list[str]:
    """Return texts with a number behind each that came before: "leaf", "leaf (2)"."""
    seen: dict[str, int] = {}
    numbered = []
    for text in texts:
        seen[text] = number = seen.get(text, 0) + 1
        numbered.append(text if number == 1 else f"{text} ({number})")
    return numbered


def is_counted(state: State) -> bool:
    """Tell whether `shares_of_state` returns at once, or has to count many pixels first."""
    labels = state.result.labels
    return labels.ndim <= 2 or labels.size <= FEW or state.frames.is_known


def shares_of_state(state: State) -> Shares:
    """Return the shares in the frames of a stack or series, else in the image as a whole."""
    if state.result.labels.ndim <= 2:
        return shares_of_images([state])
    data = Shares("", (measured_by_frame(state),))
    title = f"{data.source}: shares over {data.axis_label}"
    return replace(data, title=f"{title}, of {state.held_part}" if state.held_part else title)


def shares_of_images(states: list[State]) -> Shares:
    """Return the shares of the same colors in several images."""
    measured = tuple(state.measured for state in states)
    several = "The same colors in several layers"
    return Shares(several if len(measured) > 1 else f"{measured[0].image}: shares", measured)
