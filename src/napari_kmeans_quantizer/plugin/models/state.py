"""What is known of one quantized image: its settings, its result, and what was done to it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from napari_kmeans_quantizer import Palette
from napari_kmeans_quantizer.core.measurement import Measurement

from .display import Color, Display, hex_of
from .fit import Fit
from .frames import FrameCounts
from .kept import Kept, alike, edits_for, groups_of, places_of, without
from .levels import named
from .named import Named, names_given, renames_for, without_name
from .placement import Placement
from .sample import draw_sample
from .settings import Edit, Settings, edited

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from napari_kmeans_quantizer import Quantization

    from .painter import Painter
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
    kept : tuple of Kept
        What the next fit keeps: what was locked, colored or merged.
    hidden : frozenset of int
        Clusters that are not shown.
    named : tuple of Named
        What people call clusters; those that a fit has not keep their names for the next one.
    background : frozenset of int
        Clusters that are left out of the shares.
    waiting : tuple of tuple of float
        Centers of the background that this fit has not: they are left out of the next that has.
    frames : FrameCounts
        What `frame_counts` starts from.
    n_without_data : int
        Pixels that were left out because they have none.
    fit : Fit
        The colors that were fitted, for `fitted` may be dithered.
    fingerprint : int or None
        Of the pixels, and of which took part: see `Pixels`.
    painter : Painter or None
        Of a source that is too large to be held: paints all of it, as it is looked at. Then
        `source` is what was read of it, and `result` what came out for that.
    """

    source: Source
    settings: Settings
    fitted: Quantization
    result: Quantization
    sample: Sample
    display: Display
    placement: Placement
    seconds: float = 0.0
    kept: tuple[Kept, ...] = ()
    hidden: frozenset[int] = frozenset()
    named: tuple[Named, ...] = ()
    background: frozenset[int] = frozenset()
    waiting: tuple[Color, ...] = ()
    frames: FrameCounts = None  # type: ignore[assignment]
    n_without_data: int = 0
    fit: Fit = None  # type: ignore[assignment]
    fingerprint: int | None = None
    painter: Painter | None = None

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
        fit: Fit | None = None,
        fingerprint: int | None = None,
        painter: Painter | None = None,
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
        fit : Fit, optional
            What was painted in; by default what `fitted` has.
        fingerprint : int, optional
            Of the pixels that took part.
        painter : Painter, optional
            What paints all of a source that is too large to be held.
        """
        looks = appearance or Appearance.of_source(source)
        result = edited(fitted, settings.edits)
        return cls(
            source,
            settings,
            fitted,
            result,
            draw_sample(array, fitted, settings.random_state),
            looks.display,
            looks.placement,
            seconds,
            _kept_by(settings, fitted.palette, result.palette),
            named=names_given(fitted.palette, result.palette, settings.edits),
            frames=FrameCounts(fitted),
            n_without_data=n_without_data,
            fit=fit or Fit.of_result(fitted),
            fingerprint=fingerprint,
            painter=painter,
        )

    def fit_for(self, settings: Settings, fingerprint: int) -> Fit | None:
        """Return the fit if the same pixels are only to be painted otherwise, else None.

        Colors that were locked, colored or merged since are among those that were fitted.
        """
        before = self.settings
        dithering = (settings.dither, settings.dither_strength)
        if dithering == (before.dither, before.dither_strength) or settings.palette is not None:
            return None
        if fingerprint != self.fingerprint or not settings.fits_like(before):
            return None
        if self.fitted.rmse == 0:  # it is quicker than to paint
            return None
        fitted = places_of(self.fit.palette)
        kept = alike(settings.fixed_colors, self.fit.palette.dtype)
        return self.fit if all(color in fitted for color in kept) else None

    def keeping(self, before: State | None) -> State:
        """Return this new fit with what people did to the image's last state.

        Clusters that were locked, colored, merged or named are found again by their centers, and
        those that are hidden or background, too. What this fit has no center of is kept for the
        next one.
        """
        if before is None:
            return self
        edits = edits_for(before.kept, self.fitted.palette)
        state = replace(self, kept=before.kept, named=before.named)._with_edits(edits)
        background = [*before._all_centers(before.background), *before.waiting]
        return replace(
            state,
            hidden=state._having(before._all_centers(before.hidden)),
            background=state._having(background),
            waiting=tuple(center for center in background if not state._having([center])),
        )

    def _with_edits(self, edits: tuple[Edit, ...]) -> State:
        """Return the fit with these edits and no others, and with its names."""
        renames = renames_for(self.named, self.fitted.palette, edits)
        settings = replace(self.settings, edits=(*edits, *renames))
        return replace(self, settings=settings, result=edited(self.fitted, settings.edits))

    def _all_centers(self, indices: Iterable[int]) -> list[Color]:
        return [*chain.from_iterable(self.centers(k) for k in indices)]

    # -- what is shown

    @cached_property
    def shown(self) -> NDArray[np.float64]:
        """The palette's colors as they are shown, (K, 3) in 0..1."""
        return self.display.shown(self.result.palette.colors)

    @cached_property
    def hex(self) -> list[str]:
        """The same as ``#rrggbb``."""
        return hex_of(self.shown)

    @property
    def measured(self) -> Measurement:
        """Pixels, areas and shares of the clusters in all that takes part."""
        name = self.source.name  # people may call the layer otherwise any time
        return (
            self._measured if self._measured.image == name else replace(self._measured, image=name)
        )

    @cached_property
    def _measured(self) -> Measurement:
        palette, painter = self.result.palette, self.painter
        area = self.placement.pixel_area if painter is None else painter.pixel_area
        return Measurement(
            self.source.name,
            palette.counts.reshape(1, 1, -1),
            tuple(self.hex),
            palette.names or ("",) * len(palette),
            pixel_size=None if area is None else area[0],
            unit="" if area is None else area[1],
            background=self.background,
        )

    @property
    def measured_pixels(self) -> Measurement:
        """The same, with the size of the pixels that are held: what is counted among these."""
        area = self.placement.pixel_area
        return replace(self.measured, pixel_size=None if area is None else area[0])

    @property
    def shares(self) -> NDArray[np.float64]:
        """Shares of the clusters, (K,); NaN of the background."""
        return self.measured.shares[0, 0]

    @cached_property
    def palette(self) -> Palette:
        """The palette in the range of values in which the source is shown: for other images."""
        made = self.result.palette
        return Palette(made.colors, made.counts, made.names, made.dtype, self.display.value_range)

    @property
    def summary(self) -> str:
        """One line for people; of what was not edited also how long it took."""
        told, wanted = self.result.summary, self.settings.min_psnr
        if not self.is_edited:
            told = f"{told}, {self.seconds:.2f} s"
            if wanted is not None and self.fit.psnr < wanted:
                told = f"{told}; {wanted:g} dB are not reached"
            elif self._is_dithered:
                told = f"{told}; undithered {self.fit.psnr:.1f} dB"
        if self.painter is not None:
            told = f"{told}; on {self.painter.told}"
        n, s = self.n_without_data, "s" * (self.n_without_data != 1)
        return f"{told}; {n:,} pixel{s} without data left out" if n else told

    @property
    def is_preview(self) -> bool:
        """Whether it is of every n-th pixel only until nobody drags a slider any more."""
        return self.source.step > 1 and self.painter is None

    @property
    def held_part(self) -> str:
        """Which pixels are in memory, such as "level 2", "" if all are."""
        return "" if self.painter is None else named(self.source)

    @property
    def whole(self) -> dict[str, Any]:
        """What puts the layers of the result on those of the image."""
        return self.placement.whole if self.painter is None else self.painter.whole

    @property
    def fitted_places(self) -> list[int]:
        """Which color of the result each fitted one has become, or has joined."""
        return [self._places[k] for k in range(len(self.fitted.palette))]

    @property
    def _is_dithered(self) -> bool:
        """Whether the picture differs from that of the fit by its dithering alone."""
        if self.settings.dither is None or self.settings.apply_everywhere:
            return False
        return self.fit.psnr != self.fitted.psnr

    @property
    def fitted_names(self) -> tuple[str, ...]:
        """What the fitted clusters are called: merged ones as what they joined."""
        return tuple(map(self.name, self.fitted_places))

    @property
    def fitted_background(self) -> frozenset[int]:
        """Which of the fitted clusters are left out of the shares."""
        return frozenset(k for k, place in self._places.items() if place in self.background)

    # -- changes

    def color(self, index: int) -> Color:
        """Return a color of the palette, in the image's units."""
        return tuple(map(float, self.result.palette.colors[index]))

    def centers(self, index: int) -> tuple[Color, ...]:
        """Return the fitted colors of the clusters that make up one of the result."""
        fitted = self.fitted.palette.colors
        return tuple(tuple(fitted[k].tolist()) for k in self._groups[index])

    @property
    def locked(self) -> frozenset[int]:
        """The colors of the palette whose centers stay in the next fit, as indices."""
        return self._having(chain.from_iterable(one.centers for one in self.kept))

    @property
    def n_channels(self) -> int:
        """Number of values of a color."""
        return self.result.palette.n_channels

    def _having(self, centers: Iterable[Color]) -> frozenset[int]:
        """Return the clusters that have any of these centers."""
        fitted = self.fitted.palette
        own = [center for center in centers if len(center) == self.n_channels]
        known = places_of(fitted) if own else {}
        found = [known[value] for value in alike(own, fitted.dtype) if value in known]
        return frozenset(self._places[k] for k in found)

    @property
    def n_found(self) -> int:
        """How many colors were fitted, without those that are joined to others."""
        return len(self.fit.palette) - self.settings.joined

    @property
    def is_edited(self) -> bool:
        """Whether anything was done to the colors that can be taken back."""
        return any(kind != "rename" for kind, *_ in self.settings.edits)

    def recolored(self, index: int, color: Color) -> State:
        """Give a cluster another color; a new fit keeps its center."""
        state = self._edited(("recolor", index, tuple(map(float, color))))
        return state._keeping(index, self._is_by_hand(self.centers(index)))

    def merged(self, indices: int | Iterable[int], into: int) -> State:
        """Let clusters join another one; a new fit keeps all their centers.

        Parameters
        ----------
        indices : int or iterable of int
            Those that join.
        into : int
            The one that they join, and whose color they take.

        Raises
        ------
        TypeError, ValueError
            As `Palette.merge_order`.
        """
        wanted = [indices] if isinstance(indices, int | np.integer) else list(indices)
        for index in wanted:
            self.result.palette.merge_order(index, into)  # raises what is wrong with them
        groups, goal = [self._groups[k][0] for k in wanted], self._groups[into][0]
        state = self
        for first in groups:
            state = state._merged(state._places[first], state._places[goal])
        return state

    def _merged(self, index: int, into: int) -> State:
        state = self._edited(("merge", index, into))
        order = self.result.palette.merge_order(index, into).tolist()
        by_hand = self._is_by_hand((*self.centers(index), *self.centers(into)))
        state = replace(
            state,
            hidden=frozenset(new for new, old in enumerate(order) if old in self.hidden),
            background=frozenset(new for new, old in enumerate(order) if old in self.background),
        )
        state = state._keeping(order.index(into), by_hand)
        if self.name(index) and not self.name(into):  # a name is not lost
            state = state.renamed(order.index(into), self.name(index))
        return state

    def name(self, index: int) -> str:
        """Return what a cluster is called, "" if it has no name."""
        names = self.result.palette.names
        return "" if names is None else names[index]

    def renamed(self, indices: int | Iterable[int], name: str) -> State:
        """Give clusters a name, "" for none; several of one name can be summed up."""
        wanted = [indices] if isinstance(indices, int | np.integer) else list(indices)
        for index in wanted:
            self.result.palette.renamed({index: name})  # raises what is wrong with them
        state, name = self, " ".join(name.split())
        for index in wanted:
            centers = state.centers(index)
            others = without_name(state.named, centers, state.fitted.palette)
            state = state._edited(("rename", int(index), name))
            state = replace(state, named=(*others, Named(centers[0], name)))
        return state

    def renamed_as_in(self, other: State, indices: Iterable[int], name: str) -> State:
        """Give a name to what are clusters of another state; without them, to those of a next fit.

        Parameters
        ----------
        other : State
            Such as one before this fit.
        indices : iterable of int
            Its clusters.
        name : str
            What they are called.
        """
        wanted = list(indices)
        if places := other.places_in(self, wanted):
            return self.renamed(places, name)
        centers, name = other._all_centers(wanted), " ".join(name.split())
        others = without_name(self.named, centers, self.fitted.palette)
        return replace(self, named=(*others, *(Named(center, name) for center in centers)))

    def with_background(self, indices: int | Iterable[int], is_background: bool) -> State:
        """Leave clusters out of the shares, or no longer."""
        wanted = {indices} if isinstance(indices, int | np.integer) else set(indices)
        for index in wanted:
            self.result.palette.renamed({index: ""})  # raises what is wrong with it
        now = self.background | wanted if is_background else self.background - wanted
        return replace(self, background=frozenset(now))

    def places_in(self, other: State, indices: Iterable[int]) -> list[int]:
        """Return which clusters of another state are those of this one.

        They are of the same centers; or the ones have the colors that edits have made of others.
        """
        wanted, fitted = list(indices), other.fitted.palette
        centers = self._all_centers(wanted)
        if not _are_alike(self.fitted.palette, fitted):
            if _are_alike(self.result.palette, fitted):
                return sorted(other._having(map(self.color, wanted)))
            if _are_alike(self.fitted.palette, other.result.palette):
                known = set(alike(centers, fitted.dtype))
                return [k for color, k in places_of(other.result.palette).items() if color in known]
        return sorted(other._having(centers))

    def has_colors_of(self, other: State) -> bool:
        """Tell whether both were painted in the same colors.

        Those were fitted for both; or one is painted in what edits have made of the other's.
        """
        own, others = self.fitted.palette, other.fitted.palette
        return (
            _are_alike(own, others)
            or _are_alike(self.result.palette, others)
            or _are_alike(own, other.result.palette)
        )

    def place_of(self, other: State, index: int) -> int:
        """Return which color has become of one of another state of the same fit."""
        return self._places[other._groups[index][0]]

    def _edited(self, edit: Edit) -> State:
        settings = replace(self.settings, edits=(*self.settings.edits, edit))
        return replace(self, settings=settings, result=edited(self.result, (edit,)))

    def with_lock(self, indices: int | Iterable[int], locked: bool) -> State:
        """Keep the centers of some colors in the next fit, as they are shown, or no longer."""
        wanted = [indices] if isinstance(indices, int | np.integer) else list(indices)
        state = self
        for index in wanted:
            if locked:
                state = state._keeping(index, by_hand=True)
            else:
                others = without(state.kept, state.centers(index), state.fitted.palette.dtype)
                state = replace(state, kept=tuple(others))
        return state

    def _keeping(self, index: int, by_hand: bool) -> State:
        """Keep a cluster as it is shown now."""
        centers = self.centers(index)
        others = without(self.kept, centers, self.fitted.palette.dtype)
        return replace(self, kept=(*others, Kept(centers, self.color(index), by_hand)))

    def _is_by_hand(self, centers: tuple[Color, ...]) -> bool:
        by_hand = [one for one in self.kept if one.by_hand]
        return len(without(by_hand, centers, self.fitted.palette.dtype)) < len(by_hand)

    def reset(self) -> State:
        """Take all changes of colors back, also those of earlier fits, and show all clusters."""
        kept = tuple(Kept.locked(c) for one in self.kept if one.by_hand for c in one.centers)
        background = self._all_centers(self.background)
        state = replace(self, hidden=frozenset(), kept=kept)._with_edits(())
        return replace(state, background=state._having(background))

    @cached_property
    def _groups(self) -> list[list[int]]:
        return groups_of(self.fitted.palette, self.settings.edits)

    @cached_property
    def _places(self) -> dict[int, int]:
        """Which color of the result each fitted one belongs to."""
        return {k: place for place, group in enumerate(self._groups) for k in group}

    def frame_counts(self) -> NDArray[np.int64]:
        """Return the pixels of the colors in every frame, (n, K)."""
        counts = self.frames.counts
        return np.stack([counts[:, group].sum(axis=1) for group in self._groups], axis=1)

    def sampled_labels(self) -> NDArray[Any]:
        """Return the clusters of the sample's pixels."""
        labels: NDArray[Any] = self.result.labels.reshape(-1)
        return labels[self.sample.places]


def _are_alike(one: Palette, other: Palette) -> bool:
    return places_of(one).keys() == places_of(other).keys()


def _kept_by(settings: Settings, fitted: Palette, made: Palette) -> tuple[Kept, ...]:
    """Return what some settings keep: clusters that their edits changed, and fixed colors."""
    before = list(map(tuple, fitted.colors.tolist()))
    kept = [Kept.locked(color) for color in settings.fixed_colors]
    groups = groups_of(fitted, settings.edits)
    for group, color in zip(groups, map(tuple, made.colors.tolist()), strict=True):
        centers = tuple(before[k] for k in group)
        if centers != (color,):
            kept = [*without(kept, centers, fitted.dtype), Kept(centers, color)]
    return tuple(kept)
