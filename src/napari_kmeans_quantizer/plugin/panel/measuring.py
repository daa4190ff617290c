"""What is measured, and when: the chosen image in the regions of a layer, or several images."""

from __future__ import annotations

import time
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from napari.layers import Labels, Shapes

from napari_kmeans_quantizer import completed
from napari_kmeans_quantizer.core.measurement import one_table
from napari_kmeans_quantizer.plugin.jobs import LatestJob
from napari_kmeans_quantizer.plugin.layers.make import set_visible
from napari_kmeans_quantizer.plugin.layers.numbers import numbers_content
from napari_kmeans_quantizer.plugin.layers.ours import bare
from napari_kmeans_quantizer.plugin.measuring import measuring_images
from napari_kmeans_quantizer.plugin.models.geometry import full_data
from napari_kmeans_quantizer.plugin.models.inner_points import numbers_of
from napari_kmeans_quantizer.plugin.models.reading import is_lazy

from .form import NO_REGION
from .messages import NO_RESULT, Trouble, told
from .regions_watch import RegionsWatch

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence
    from typing import TypeAlias

    import napari.viewer
    import pandas as pd
    from qtpy.QtCore import QObject

    from napari_kmeans_quantizer import Progress
    from napari_kmeans_quantizer.core.measurement import Measurement
    from napari_kmeans_quantizer.plugin.measuring import Measured
    from napari_kmeans_quantizer.plugin.models.inner_points import Numbers
    from napari_kmeans_quantizer.plugin.models.source import Key
    from napari_kmeans_quantizer.plugin.models.state import State
    from napari_kmeans_quantizer.plugin.session import Session
    from napari_kmeans_quantizer.plugin.views.measure.view import MeasureView
    from napari_kmeans_quantizer.plugin.views.views import Views

    from .choice import Choice
    from .form import Form

    Region: TypeAlias = Labels | Shapes | None
    Image: TypeAlias = tuple[State, Region]
    Named: TypeAlias = tuple[Labels | Shapes, int]
    """Regions that have names, and how often they had changed."""

FEW = 1_000_000  # pixels; they are measured within milliseconds
SHOW_AFTER = 0.3  # seconds; a bar that flashes up and vanishes only disturbs
OWN = "own"
SEVERAL = "each image's own"
NO_LABELS = "The region holds no labels: paint some, or choose another."
CANCELLED = "Cancelled. Choose again where to measure."


class Several(NamedTuple):
    """Images that are shown together."""

    images: list[tuple[Key, Region]]
    """The keys and regions of those that layers show."""
    unshown: list[Measurement]
    """What was measured of others."""
    errors: dict[str, str]
    """What could not be painted, and why."""
    chosen: Key
    """The image that was looked at: once another one is, it alone is measured."""
    like: State | None = None
    """In whose fitted colors those were painted that no layer shows: they are called as these."""


class Wish(NamedTuple):
    """What is to be measured, under which names; of regions also how often they have changed."""

    images: list[Image]
    names: list[str]
    changes: list[int]
    each: bool
    by_frame: bool


class Measuring:
    """Measures, and shows it: as a table, and as names of the regions on the canvas.

    Parameters
    ----------
    panel : QObject
        As long as it lives, anything is done.
    viewer : napari.viewer.Viewer
        Whose layers are the regions, and whose slider is moved to frames.
    choice, form, session, views
        The widget's parts.
    select : callable
        Selects a color of the chosen image.
    complain : callable
        Tells what cannot be.
    """

    def __init__(
        self,
        panel: QObject,
        viewer: napari.viewer.Viewer,
        choice: Choice,
        form: Form,
        session: Session,
        views: Views,
        select: Callable[[int], None],
        complain: Callable[[Trouble], None],
    ) -> None:
        self._viewer, self._choice, self._form = viewer, choice, form
        self._session, self._views = session, views
        self._select, self._complain = select, complain
        self._within: dict[Key, str] = {}  # where people chose to measure each image
        self._several: Several | None = None
        self._wish: Wish | None = None
        self._shown: Measured | None = None
        self._named: Named | None = None  # what is written on the canvas
        self._began = 0.0
        self._watch = RegionsWatch(panel, viewer, self.draw, self._follow_visible)
        self._job = LatestJob(self._on_progress, self._on_error)
        views.on_measure_closed = self._on_closed

    # -- opening

    def open(self) -> MeasureView | None:
        """Open the table of the chosen image."""
        if self._choice.state is None:
            self._complain(NO_RESULT)
            return None
        self._several = None
        return self._open()

    def show_images(
        self,
        states: Sequence[State],
        regions: Sequence[Region],
        errors: dict[str, str],
        unshown: Sequence[Measurement] = (),
    ) -> MeasureView:
        """Open the table of several images, until another image or region is chosen.

        Parameters
        ----------
        states : sequence of State
            Their results; newer ones of the same images are shown once there are any.
        regions : sequence of napari.layers.Labels, Shapes or None
            Where each is measured.
        errors : dict of str to str
            Images that have no result, and why.
        unshown : sequence of Measurement, optional
            Of images in the same colors that no layer shows: their clusters are called as those of
            the states.
        """
        pairs = zip(states, regions, strict=True)
        images = [(state.source.key, bare(x) if x is not None else None) for state, x in pairs]
        like = states[-1] if states else None
        self._several = Several(images, list(unshown), errors, self._choice.key, like)
        self._wish = None  # of the same states others may be shown, too
        return self._open()

    def _open(self) -> MeasureView:
        view = self._views.measure(self._connect)
        self.draw()
        return view

    def _connect(self, view: MeasureView) -> None:
        view.wish_changed.connect(self._on_wish)
        view.cancelled.connect(self._on_cancelled)
        view.cluster_chosen.connect(self._on_cluster)
        view.frame_activated.connect(self._on_frame)

    def _on_closed(self) -> None:
        self._watch.end()
        self._wish = self._several = None
        self._forget()

    # -- what is wanted

    def _images(self) -> list[Image]:
        several = self._several
        if several is not None and several.chosen != self._choice.key:
            several = self._several = None
        if several is None:
            state = self._choice.state
            return [] if state is None else [(state, self._region_of(state))]
        states = [(self._session.state(key), region) for key, region in several.images]
        there = [bare(layer) for layer in self._viewer.layers]
        return [(s, r if r in there else None) for s, r in states if s is not None]

    def _regions(self) -> dict[str, Labels | Shapes]:
        """Return the layers that can be regions, by their identities."""
        found: list[Any] = [bare(x) for x in self._form.region.choices if x is not None]
        return {str(layer.unique_id): layer for layer in found}

    def _region_of(self, state: State) -> Region:
        """Return where an image is measured: where people said so, or where it was quantized."""
        regions = self._regions()
        chosen = self._within.get(state.source.key)
        if chosen is None or (chosen and chosen not in regions):
            chosen = state.source.region_id or ""
        return regions.get(chosen)

    def _offer(self, view: MeasureView, images: list[Image]) -> None:
        regions = self._regions()
        offered = [(NO_REGION, ""), *((layer.name, key) for key, layer in regions.items())]
        chosen = "" if not images or images[0][1] is None else str(images[0][1].unique_id)
        if self._several is not None:
            offered.insert(0, (SEVERAL, OWN))
            chosen = OWN
        view.offer(offered, chosen)
        view.allow(
            each=any(region is not None for _, region in images),
            by_frame=any(state.result.labels.ndim > 2 for state, _ in images),
            group=any(_shares_names(state) for state, _ in images),
        )

    # -- measuring

    def draw(self, _: object = None) -> None:
        """Measure, if the view is open and anything has changed."""
        view = self._views.measure_view
        if view is None:
            return
        images = self._images()
        if any(state.is_preview for state, _ in images):
            return  # a preview while a slider is dragged: all pixels are measured after it
        self._offer(view, images)
        regions = [region for _, region in images if region is not None]
        self._watch.follow(regions)
        wish = Wish(
            images,
            [state.source.name for state, _ in images],
            [self._watch.changes(region) for region in regions],
            view.each.isChecked(),
            view.by_frame.isChecked(),
        )
        if self._wish == wish:  # states are the same only if they are the very same
            return
        self._wish = wish
        if images or self._several is not None:
            self._begin(wish)
        else:
            self._forget()
            view.clear()

    def _begin(self, wish: Wish) -> None:
        self._began = time.perf_counter()
        region = self._numbered(wish)
        named = None if region is None else (region, self._watch.changes(region))
        # What is written on the regions is the same, whatever becomes of the image.
        steps = partial(_steps, wish, None if named == self._named else region)
        take = partial(self._take, named)
        if sum(map(_effort, wish.images)) <= FEW:
            self._job.cancel()
            take(completed(steps()))
        else:
            self._job.start(take, steps)

    def _numbered(self, wish: Wish) -> Region:
        """Return the layer whose regions have their names on the canvas."""
        own = [region for state, region in wish.images if state is self._choice.state]
        return own[0] if own and wish.each else None

    def _take(self, named: Named | None, made: tuple[Measured, Numbers | None]) -> None:
        self._shown, numbers = made
        self._show()
        if named != self._named:
            self._named = named
            self._write(None if named is None else named[0], numbers)

    def _write(self, region: Region, numbers: Numbers | None) -> None:
        """Write names on regions; of shapes also if there are none yet.

        A layer that came while somebody draws the first one would disturb.
        """
        state = self._choice.state
        if numbers is None or not (numbers.names or isinstance(region, Shapes)) or state is None:
            self._session.remove_numbers()
        else:
            assert region is not None
            content = numbers_content(region, numbers, state.placement.extent)
            self._session.show_numbers(content)

    def _forget(self) -> None:
        """Show nothing that was measured."""
        self._job.cancel()
        self._shown = self._named = None
        self._session.remove_numbers()

    def _show(self) -> None:
        """Show what was measured, perhaps with the clusters of one name summed up."""
        view, made = self._views.measure_view, self._shown
        if view is None or made is None:
            return
        view.end_progress()
        assert self._wish is not None
        measured, errors = self._told(made, self._wish.images, view.group.isChecked())
        if errors and self._several is None:
            view.clear(*errors.values())
        elif self._several is None and not measured[0].regions:
            view.clear(NO_LABELS)
        else:
            view.show_measured(measured, errors, _counted(made))

    def _told(
        self, made: Measured, images: list[Image], group: bool
    ) -> tuple[list[Measurement], dict[str, str]]:
        """Return what a table tells, and why images have no numbers, by their names."""
        measured = [one.grouped() if group else one for one in self._with_unshown(made)]
        errors = {} if self._several is None else dict(self._several.errors)
        for place, error in made.errors.items():
            errors[images[place][0].source.name] = told(error).text
        return measured, errors

    def _with_unshown(self, made: Measured) -> list[Measurement]:
        """Return also what no layer shows, named as what layers show."""
        several = self._several
        if several is None:
            return made.measured
        like = several.like
        now = None if like is None else next(filter(like.has_colors_of, made.states), None)
        if now is not None:  # else names stay as they were told last
            unshown = [_named_as(one, now) for one in several.unshown]
            self._several = several = several._replace(unshown=unshown)
        return [*(one.present() for one in made.measured), *several.unshown]

    def measured(self) -> pd.DataFrame | None:
        """Return the table that the view shows, or would show if it were open."""
        images, view = self._images(), self._views.measure_view
        if not images and self._several is None:
            self._complain(NO_RESULT)
            return None
        each, by_frame, group = (True, False, False)
        if view is not None:
            each, by_frame = view.each.isChecked(), view.by_frame.isChecked()
            group = view.group.isChecked()
        made = completed(measuring_images(images, each=each, by_frame=by_frame))
        if self._several is None:
            for error in made.errors.values():
                raise error
        return one_table(*self._told(made, images, group))

    # -- under way

    def _on_progress(self, step: Progress) -> None:
        view = self._views.measure_view
        if view is not None and time.perf_counter() - self._began > SHOW_AFTER:
            view.tell_progress(step)

    def _on_error(self, error: Exception) -> None:
        view = self._views.measure_view
        if view is not None:
            view.end_progress()
            view.clear(told(error).text)
        if not isinstance(error, MemoryError):
            raise error  # napari shows it with its traceback

    def _on_cancelled(self) -> None:
        self._forget()
        view = self._views.measure_view
        if view is not None:
            view.end_progress()
            view.clear(CANCELLED)

    # -- what the user does

    def _on_wish(self) -> None:
        view = self._views.measure_view
        if view is None:
            return
        chosen = view.region.currentData()
        if chosen != OWN:
            was_one = self._several is None
            state = self._choice.state
            now = "" if state is None else _identity(self._region_of(state))
            if not was_one or chosen != now:
                self._within[self._choice.key] = chosen
            self._several = None
        before = self._wish
        self.draw()
        if self._wish is before:  # sums of names are made of the same numbers
            self._show()

    def _follow_visible(self, region: Any) -> None:
        numbers, wish = self._session.numbers, self._wish
        if numbers is not None and wish is not None and self._numbered(wish) == region:
            set_visible(numbers, region.visible)

    def _on_cluster(self, owner: int, cluster: int) -> None:
        own, shown = self._choice.state, self._shown
        if own is None or shown is None:
            return
        state = shown.states[owner]
        places = [cluster] if state is own else state.places_in(own, [cluster])
        if places:
            self._select(places[0])

    def _on_frame(self, owner: int, frame: int) -> None:
        if self._shown is not None:
            state = self._shown.states[owner]
            first = state.source.index[0].start
            state.placement.show_frame(self._viewer.dims, frame - first)


def _steps(
    wish: Wish, numbered: Region
) -> Generator[Progress, None, tuple[Measured, Numbers | None]]:
    steps = measuring_images(wish.images, each=wish.each, by_frame=wish.by_frame)
    made = yield from steps
    return made, None if numbered is None else numbers_of(numbered)


def _counted(made: Measured) -> str:
    """Return among which pixels of images that are too large to be held was counted, in words."""
    told = []
    for state, one in zip(made.states, made.measured, strict=True):
        if state.painter is not None:
            parted = one.regions != ("",) or one.frames is not None
            told.append(state.held_part if parted else state.painter.told)
    return ", ".join(dict.fromkeys(told))


def _effort(image: Image) -> int:
    """Return how many pixels are looked at; more than few if they must be read first."""
    state, region = image
    if isinstance(region, Labels):
        data = full_data(region)
        return FEW + 1 if is_lazy(data) else max(int(data.size), state.result.labels.size)
    return int(state.result.labels.size)


def _named_as(one: Measurement, now: State) -> Measurement:
    """Return what was measured in the fitted colors of a state, called as they are there."""
    names, background = now.fitted_names, now.fitted_background
    return replace(one, names=names, background=background) if len(names) == len(one.names) else one


def _shares_names(state: State) -> bool:
    """Tell whether two clusters have one name."""
    names = [name for name in state.result.palette.names or () if name]
    return len(set(names)) < len(names)


def _identity(region: Region) -> str:
    return "" if region is None else str(region.unique_id)
