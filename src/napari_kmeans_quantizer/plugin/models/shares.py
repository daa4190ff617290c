"""Shares of the colors: in the frames of one image, or in several images of the same colors."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from .state import State

KINDS = ("frames", "layers")
FEW = 1_000_000  # pixels; they are counted within milliseconds


class Shares(NamedTuple):
    """(n, K) shares, their rows' names and their columns' colors.

    Attributes
    ----------
    title : str
        What is shown, in a few words.
    kind : {"frames", "layers"}
        Whether rows are frames of one image, or images.
    names : list of str
        Names of the rows.
    colors : list of str
        The colors, as ``#rrggbb`` as they are shown.
    shares : (n, K) ndarray
        In 0..1; the rows sum to 1.
    counts : (n, K) ndarray of int or None
        The same in pixels.
    positions : (n,) ndarray or None
        Where frames lie along their axis, increasing; None for 0, 1, 2, ...
    position_label : str
        What that axis measures.
    source : str
        Name of the image, "" of several.
    called : sequence of str or None
        What the colors are called, "" for those that have no name.
    """

    title: str
    kind: str
    names: list[str]
    colors: list[str]
    shares: NDArray[np.float64]
    counts: NDArray[np.int64] | None = None
    positions: NDArray[np.float64] | None = None
    position_label: str = "frame"
    source: str = ""
    called: Sequence[str] | None = None

    @property
    def overall(self) -> NDArray[np.float64]:
        """The share of every color in all rows together, (K,)."""
        if self.counts is None:
            mean: NDArray[np.float64] = self.shares.mean(axis=0)
            return mean
        counts = self.counts.sum(axis=0)
        overall: NDArray[np.float64] = counts / max(counts.sum(), 1)
        return overall

    @property
    def columns(self) -> list[str]:
        """What tells the colors from each other: hex, and what they are called."""
        called = self.called or [""] * len(self.colors)
        return [f"{color} {name}".rstrip() for color, name in zip(self.hex, called, strict=True)]

    @property
    def hex(self) -> list[str]:
        """Hex of the colors, numbered where two are displayed alike."""
        seen: dict[str, int] = {}
        names = []
        for color in self.colors:
            seen[color] = number = seen.get(color, 0) + 1
            names.append(color if number == 1 else f"{color} ({number})")
        return names

    @property
    def x(self) -> NDArray[np.float64]:
        """Where the frames lie."""
        return np.arange(len(self.names), dtype=float) if self.positions is None else self.positions

    def frame(self) -> pd.DataFrame:
        """Return the shares, one named row per frame or layer and one column per color."""
        import pandas as pd

        index = pd.Index(self.names, name=self.kind[:-1], dtype=str)
        return pd.DataFrame(self.shares, index=index, columns=self.columns)

    def full_frame(self) -> pd.DataFrame:
        """Return all that is known: positions, shares and pixels."""
        import pandas as pd

        table = self.frame()
        parts = [table.add_suffix(" share")]
        if self.positions is not None:
            # A column called like the index would be taken for it.
            label = self.position_label
            label = f"{label} position" if label == table.index.name else label
            parts.insert(0, pd.DataFrame({label: self.positions}, index=table.index))
        if self.counts is not None:
            counts = pd.DataFrame(self.counts, index=table.index, columns=table.columns)
            parts.append(counts.add_suffix(" pixels"))
        return pd.concat(parts, axis=1)


def check(data: Shares) -> None:
    """Raise an error unless there is something to show, and its parts fit each other."""
    if data.kind not in KINDS:
        raise ValueError(f"`kind` must be one of {', '.join(KINDS)}, got {data.kind!r}.")
    shape = (len(data.names), len(data.colors))
    if not all(shape):
        raise ValueError(f"`names` and `colors` must not be empty, got lengths {shape}.")
    for name, array, wanted in (
        ("shares", data.shares, shape),
        ("counts", data.counts, shape),
        ("positions", data.positions, shape[:1]),
    ):
        if array is not None and array.shape != wanted:
            raise ValueError(f"`{name}` must have shape {wanted}, got {array.shape}.")


def is_counted(state: State) -> bool:
    """Tell whether `shares_of_state` returns at once, or has to count many pixels first."""
    labels = state.result.labels
    return labels.ndim <= 2 or labels.size <= FEW or state.frames.is_known


def shares_of_state(state: State) -> Shares:
    """Return the shares in the frames of a stack or series, else in the image as a whole."""
    if state.result.labels.ndim <= 2:
        return shares_of_images([state])
    counts, source = state.frame_counts(), state.source
    positions, label = _frame_axis(state, len(counts))
    first = source.index[0].start  # frames have the numbers that napari's slider shows
    return Shares(
        f"{source.name}: shares over {label}",
        "frames",
        [str(first + t) for t in range(len(counts))],
        state.hex,
        counts / np.maximum(counts.sum(axis=1, keepdims=True), 1),
        counts,
        positions,
        label,
        source.name,
        state.result.palette.names,
    )


def _frame_axis(state: State, n_frames: int) -> tuple[NDArray[np.float64] | None, str]:
    """Return where the frames lie, None for 0, 1, 2 ..., and what that measures: "t (s)"."""
    placed = state.placement.whole
    name, unit = placed["axis_labels"][0], placed["units"][0]
    in_pixels = f"{unit:~P}" == "pixel"
    if name.lstrip("-").isdigit():  # napari's name for one that has none
        name = "frame" if in_pixels else "position"
    positions = state.placement.frame_positions(n_frames)
    if np.array_equal(positions, np.arange(n_frames)):
        return None, name
    return positions, name if in_pixels else f"{name} ({unit:~P})"


def shares_of_images(states: list[State]) -> Shares:
    """Return the shares of the same colors in several images."""
    names = [state.source.name for state in states]
    palettes = [state.result.palette for state in states]
    return Shares(
        "The same colors in several layers" if len(names) > 1 else f"{names[0]}: shares",
        "layers",
        names,
        states[0].hex,
        np.stack([palette.share for palette in palettes]),
        np.stack([palette.counts for palette in palettes]),
        source=names[0] if len(names) == 1 else "",
        called=palettes[0].names,
    )
