"""What was measured of an image: the pixels of its clusters, in regions and frames."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

COLUMNS = (
    "image", "region", "frame", "position", "position_unit",
    "cluster", "name", "hex", "pixels", "area", "unit", "share",
)  # fmt: skip
"""Of the table; one of many images has "error", too."""
POWERS = {2: "²", 3: "³"}
"""What is put after a unit of length: of areas and of volumes."""


class Frames(NamedTuple):
    """Where the frames of a stack or series lie.

    Attributes
    ----------
    first : int
        Number of the first one.
    positions : (T,) ndarray
        Their times or depths.
    unit : str
        Of these, "" for none.
    label : str
        What the axis is called.
    """

    first: int
    positions: Floats
    unit: str = ""
    label: str = "frame"


@dataclass(frozen=True, eq=False)
class Measurement:
    """Pixels of K clusters in R regions and T frames of an image. Tables and plots are drawn of it.

    Attributes
    ----------
    image : str
        What the image is called.
    counts : (R, T, K) ndarray of int64
        Pixels.
    hex, names : tuple of str
        The clusters' colors as they are shown, and what they are called, "" for no name.
    regions : tuple of str
        Names of the regions; ``("",)`` is the image as a whole.
    frames : Frames or None
        None if frames are not told apart: T is 1.
    pixel_size : float or None
        Area of a pixel, or volume; None if that is not known.
    unit : str
        Its unit, such as "µm²".
    background : frozenset of int
        Clusters that are left out of the shares.
    clusters : tuple of int or None
        Which cluster each one is; None for 0..K-1. Of several that are summed up the first.
    n_left_out : int
        Pixels of the regions that are no cluster's: they took no part in the result.
    """

    image: str
    counts: NDArray[np.int64]
    hex: tuple[str, ...]
    names: tuple[str, ...]
    regions: tuple[str, ...] = ("",)
    frames: Frames | None = None
    pixel_size: float | None = None
    unit: str = ""
    background: frozenset[int] = frozenset()
    clusters: tuple[int, ...] | None = None
    n_left_out: int = 0

    @property
    def n_clusters(self) -> int:
        """Number of clusters K."""
        return len(self.hex)

    @cached_property
    def _counted(self) -> NDArray[np.bool_]:
        """Which clusters have shares, (K,)."""
        return np.array([k not in self.background for k in range(self.n_clusters)], np.bool_)

    @cached_property
    def totals(self) -> NDArray[np.int64]:
        """Pixels of which the shares are: without the background, (R, T)."""
        totals: NDArray[np.int64] = self.counts[..., self._counted].sum(axis=-1)
        return totals

    @cached_property
    def shares(self) -> Floats:
        """Shares of the clusters within region and frame, (R, T, K).

        Those that are not background sum to 1; of the background, and of nothing, they are NaN.
        """
        with np.errstate(invalid="ignore", divide="ignore"):
            shares: Floats = self.counts / self.totals[..., np.newaxis]
        shares[..., ~self._counted] = np.nan
        return shares

    @property
    def told(self) -> NDArray[np.bool_]:
        """Which regions and frames have rows in the table, (R, T)."""
        told = np.asarray(self.counts.any(axis=-1), np.bool_)
        return told if self.frames is not None else np.ones_like(told)

    @property
    def areas(self) -> Floats | None:
        """Areas or volumes of the clusters, (R, T, K), None if they are not known."""
        if self.pixel_size is None:
            return None
        return np.asarray(self.counts * self.pixel_size, np.float64)

    @property
    def overall(self) -> Measurement:
        """All regions and frames together; where regions overlap, pixels count several times."""
        counts = self.counts.sum(axis=(0, 1), keepdims=True)
        return replace(self, counts=counts, regions=("",), frames=None)

    def present(self) -> Measurement:
        """Return only the regions that the image has pixels of; all if it has none of any.

        Of many images each has its own, though all regions may be drawn in one layer.
        """
        there = np.asarray(self.counts.any(axis=(1, 2)), np.bool_)
        if there.all() or not there.any():
            return self
        regions = tuple(name for name, known in zip(self.regions, there, strict=True) if known)
        return replace(self, counts=self.counts[there], regions=regions)

    def grouped(self) -> Measurement:
        """Return clusters of one name summed up: as the first of them, in every image the same."""
        groups: dict[object, list[int]] = {}
        for k, name in enumerate(self.names):
            groups.setdefault((name, k in self.background) if name else k, []).append(k)
        if len(groups) == self.n_clusters:
            return self
        first = [group[0] for group in groups.values()]
        known = range(self.n_clusters) if self.clusters is None else self.clusters
        return replace(
            self,
            counts=np.stack([self.counts[..., g].sum(axis=-1) for g in groups.values()], axis=-1),
            hex=tuple(self.hex[k] for k in first),
            names=tuple(self.names[k] for k in first),
            background=frozenset(i for i, k in enumerate(first) if k in self.background),
            clusters=tuple(known[k] for k in first),
        )

    def to_frame(self) -> pd.DataFrame:
        """Return the tidy table: a row for each region, frame and cluster.

        Returns
        -------
        pandas.DataFrame
            As `measure` tells. Regions that a frame has nothing of have no rows there.
        """
        import pandas as pd

        r, t = np.nonzero(self.told)
        n = self.n_clusters
        columns = {
            "image": _texts([self.image], np.zeros(len(r) * n, np.intp)),
            "region": _texts(_told_apart(self.regions), r.repeat(n)),
            **self._frame_columns(t.repeat(n)),
            "cluster": np.tile(np.arange(n) if self.clusters is None else self.clusters, len(r)),
            "name": _texts(self.names, np.tile(np.arange(n), len(r))),
            "hex": _texts(self.hex, np.tile(np.arange(n), len(r))),
            "pixels": self.counts[r, t].reshape(-1),
            "area": self.counts[r, t].reshape(-1) * (self.pixel_size or np.nan),
            "unit": _texts([self.unit], np.zeros(len(r) * n, np.intp)),
            "share": self.shares[r, t].reshape(-1),
        }
        return pd.DataFrame(columns)[list(COLUMNS)]

    def _frame_columns(self, t: NDArray[np.intp]) -> dict[str, object]:
        import pandas as pd

        if self.frames is None:
            none = np.zeros(len(t), np.intp)
            empty = pd.array([pd.NA] * len(t), dtype="Int64")
            unit, positions = _texts([""], none), np.full(len(t), np.nan)
        else:
            empty = pd.array(self.frames.first + t, dtype="Int64")
            positions = self.frames.positions[t]
            unit = _texts([self.frames.unit], np.zeros(len(t), np.intp))
        return {"frame": empty, "position": positions, "position_unit": unit}


def _told_apart(names: Iterable[str]) -> list[str]:
    """Return names, numbered from the second one of each on: rows of two regions are no one's."""
    seen: dict[str, int] = {}
    told = []
    for name in names:
        seen[name] = number = seen.get(name, 0) + 1
        told.append(name if number == 1 else f"{name} ({number})")
    return told


def _texts(texts: Iterable[str], rows: NDArray[np.intp]) -> pd.Series:
    import pandas as pd

    return pd.Series(np.array([*texts], dtype=object)[rows], dtype=str)


def one_table(measured: Sequence[Measurement], errors: Mapping[str, str]) -> pd.DataFrame:
    """Return the table of one image, or of several, or with errors: then it tells these, too."""
    if len(measured) == 1 and not errors:
        return measured[0].to_frame()
    return table_of_images(measured, errors)


def table_of_images(
    measured: Iterable[Measurement], errors: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """Return one tidy table of several images.

    Parameters
    ----------
    measured : iterable of Measurement
        What is known of each.
    errors : mapping of str to str, optional
        Images that could not be measured, and why: a row each.

    Returns
    -------
    pandas.DataFrame
        As `Measurement.to_frame`, with a column ``error``, "" where there is none.
    """
    import pandas as pd

    tables = [one.to_frame().assign(error="") for one in measured]
    blank = Measurement("", np.zeros((1, 1, 1), np.int64), ("",), ("",)).to_frame()
    for image, error in (errors or {}).items():
        row = blank.assign(image=image, error=error, share=np.nan)
        tables.append(row.astype({"cluster": "Int64", "pixels": "Int64"}))
        tables[-1].loc[:, ["cluster", "pixels"]] = pd.NA
    if not tables:
        return blank.assign(error="").iloc[:0]
    if errors:
        whole = {"cluster": "Int64", "pixels": "Int64"}
        tables = [table.astype(whole) for table in tables]
    return pd.concat(tables, ignore_index=True).astype({"error": str})
