"""The sampled pixels of a State as a table: where they lie, what they hold, which cluster."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from napari_kmeans_quantizer.core.pixel_table import axis_names
from napari_kmeans_quantizer.core.report import rgb_texts

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import ArrayLike, NDArray

    from .source import Source
    from .state import State

CLUSTER, NAME, RGB = "cluster", "name", "rgb"


class Column(NamedTuple):
    """A column of the table.

    Attributes
    ----------
    name : str
        What it is called.
    numbers : (m,) ndarray
        What is sorted by; what is shown, if there are no `texts`.
    texts : list of str or None
        What is shown of each cluster instead.
    """

    name: str
    numbers: NDArray[Any]
    texts: list[str] | None = None


class PixelRows:
    """One row for each pixel of a state's sample, in its order; worked out when it is asked for.

    Parameters
    ----------
    state : State
        Of which the sample is.
    """

    def __init__(self, state: State) -> None:
        self.state = state

    def __len__(self) -> int:
        return len(self.state.sample.places)

    def same_pixels(self, other: PixelRows | None) -> bool:
        """Tell whether the rows of another table are the same pixels of the same image."""
        if other is None or self.state.source.key != other.state.source.key:
            return False
        mine, theirs = self.state, other.state
        as_before = _part(mine.source) == _part(theirs.source)
        return as_before and (
            mine.sample is theirs.sample or np.array_equal(mine.sample.places, theirs.sample.places)
        )

    @property
    def title(self) -> str:
        """How many of how many pixels these are."""
        n = int(self.state.result.palette.counts.sum())
        told = f"{self.state.source.name}: {len(self):,} of {n:,} pixels"
        return f"{told}, from {self.state.held_part}" if self.state.held_part else told

    @cached_property
    def labels(self) -> NDArray[Any]:
        """The cluster of each, from 0."""
        return self.state.sampled_labels()

    @cached_property
    def indices(self) -> NDArray[np.intp]:
        """Where each lies in the array that was quantized, (m, n_axes)."""
        shape = self.state.result.labels.shape
        return np.stack(np.unravel_index(self.state.sample.places, shape), axis=1)

    @cached_property
    def positions(self) -> NDArray[np.intp]:
        """Where each lies in the image's layer, (m, n_axes): parts of it keep their places."""
        source = self.state.source
        return np.rint(self.indices * source.reduction + source.origin).astype(np.intp)

    @cached_property
    def columns(self) -> list[Column]:
        """All columns, from left to right."""
        places = map(Column, axis_names(self.positions.shape[1]), self.positions.T)
        values = map(Column, self._channel_names(), self.state.sample.values.T)
        return [*places, *values, *self._of_clusters()]

    def _of_clusters(self) -> list[Column]:
        names, labels = self.state.result.palette.names, self.labels
        columns = [Column(CLUSTER, labels)]
        if names is not None and any(names):
            columns.append(Column(NAME, _ranks(names)[labels], list(names)))
        colors = list(map(tuple, np.rint(self.state.shown * 255).astype(int).tolist()))
        return [*columns, Column(RGB, _ranks(colors)[labels], rgb_texts(self.state.shown))]

    def _channel_names(self) -> list[str]:
        names = [channel.name for channel in self.state.display.channels]
        if self.state.display.rgb:
            return [name.lower() for name in names]
        return names if len(names) > 1 else ["value"]

    def text(self, row: int, column: int) -> str:
        """Return what is shown of a pixel."""
        _, numbers, texts = self.columns[column]
        if texts is not None:
            return texts[self.labels[row]]
        value = numbers[row]
        return f"{value:.6g}" if numbers.dtype.kind == "f" else str(int(value))

    def described(self, row: int) -> str:
        """Return all that is known of a pixel's cluster, in one line."""
        cluster, palette = int(self.labels[row]), self.state.result.palette
        name = palette.names[cluster] if palette.names else ""
        return f"Cluster {cluster}" + f" · {name}" * bool(name) + f" · {self.state.hex[cluster]}"

    def order(self, column: int | None, descending: bool = False) -> NDArray[np.intp]:
        """Return the rows sorted by a column; by None, as they lie in the image."""
        places = np.argsort(self.state.sample.places, kind="stable")
        if column is None:
            return places
        numbers = self.columns[column].numbers[places]
        if descending:  # pixels that are alike stay as they lie in the image
            return places[::-1][np.argsort(numbers[::-1], kind="stable")][::-1]
        return places[np.argsort(numbers, kind="stable")]

    def frame(self, rows: ArrayLike | None = None) -> pd.DataFrame:
        """Return some rows, by default all as they lie in the image, as `pixel_table` does."""
        import pandas as pd

        chosen = self.order(None) if rows is None else np.asarray(rows, np.intp)
        columns: dict[str, Any] = {}
        for name, numbers, texts in self.columns:
            if texts is None:
                columns[name] = numbers[chosen]
            else:
                columns[name] = np.array(texts, object)[self.labels[chosen]]
        return pd.DataFrame(columns)

    def nearest(self, position: ArrayLike, displayed: Sequence[int]) -> int | None:
        """Return the pixel that lies nearest to a place of the layer, in the plane that is shown.

        Parameters
        ----------
        position : (n_axes,) array_like
            In the layer.
        displayed : sequence of int
            The axes that are shown.

        Returns
        -------
        int or None
            None if no pixel of the sample lies in that plane.
        """
        away = self.positions - np.asarray(position, np.float64)
        step = self.state.source.reduction
        hidden = [axis for axis in range(away.shape[1]) if axis not in displayed]
        there = (np.abs(away[:, hidden]) <= step[hidden] / 2).all(axis=1)
        if not there.any():
            return None
        squares = (away[:, list(displayed)] ** 2).sum(axis=1)
        return int(np.argmin(np.where(there, squares, np.inf)))


def _part(source: Source) -> tuple[Any, ...]:
    """Return what tells which part of its layers a source is."""
    return source.level, source.index


def _ranks(texts: Sequence[Any]) -> NDArray[np.intp]:
    """Return the place of each among all of them, in order; what is alike has one."""
    known = {text: rank for rank, text in enumerate(sorted(set(texts)))}
    return np.array([known[text] for text in texts], np.intp)
