"""Many images in one palette: what is asked, begun, shown as it comes, and told at the end."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import ref

from napari.layers import Image, Shapes
from qtpy.compat import isalive
from qtpy.QtCore import QObject, Signal  # type: ignore[attr-defined, unused-ignore]

from napari_kmeans_quantizer.plugin.batch import Batch, Item, Order
from napari_kmeans_quantizer.plugin.layers.ours import bare
from napari_kmeans_quantizer.plugin.models.picture_file import PictureFile
from napari_kmeans_quantizer.plugin.models.targets import targets, those_that_exist
from napari_kmeans_quantizer.plugin.views.many.dialog import Chosen, Helpers, ManyDialog

from .candidates import Candidates, Colors
from .messages import NO_RESULT, NOTHING_TO_ADD, Trouble, told

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Sequence

    import napari.viewer
    from napari.layers import Labels
    from qtpy.QtWidgets import QWidget

    from napari_kmeans_quantizer.core.measurement import Measurement
    from napari_kmeans_quantizer.plugin.batch import Outcome
    from napari_kmeans_quantizer.plugin.jobs import Worker
    from napari_kmeans_quantizer.plugin.models.state import State
    from napari_kmeans_quantizer.plugin.pipeline import Product
    from napari_kmeans_quantizer.plugin.session import Session

    from .choice import Choice
    from .form import Form
    from .work import Work

    Region = Labels | Shapes | None

NOBODY = Trouble("There is no other image to paint in these colors: open one, or select some.")
REMOVED = "The image was removed."
MOST_TOLD = 8
"""Images that failed, in a message; the table tells all."""


class Done(NamedTuple):
    """What came out of many images, for a table of all of them.

    Attributes
    ----------
    states : list of State
        Of those that layers show, that whose colors they are first.
    regions : list of (Labels, Shapes or None)
        The region of each.
    measured : list of Measurement
        Of all, also of files.
    unshown : list of Measurement
        Those among them that no layer shows.
    errors : dict of str to str
        Those that failed, and why.
    """

    states: list[State]
    regions: list[Any]
    measured: list[Measurement]
    unshown: list[Measurement]
    errors: dict[str, str]


class _Relay(QObject):
    """Hands products from the thread in which they are made to that of the window."""

    made = Signal(object)


class Many:
    """Asks for many images, and does what is asked.

    Parameters
    ----------
    viewer : napari.viewer.Viewer
        Whose layers are meant.
    choice, form, work, session
        The widget's parts.

    Attributes
    ----------
    show_measured : callable
        Gets what is `Done`, and shows it as a table.
    """

    def __init__(
        self,
        viewer: napari.viewer.Viewer,
        choice: Choice,
        form: Form,
        work: Work,
        session: Session,
        show_measured: Any,
    ) -> None:
        self._viewer, self._choice, self._form = viewer, choice, form
        self._work, self._session = work, session
        self.show_measured = show_measured
        self._candidates = Candidates(viewer, choice, form, session)
        self._relay: _Relay | None = None
        self._dialog: ref[ManyDialog] | None = None
        self._is_over = False

    # -- asking

    def open(self, parent: QWidget, of_result: bool = False) -> ManyDialog | None:
        """Ask which images, where in each, in which colors, and where to.

        Parameters
        ----------
        parent : QWidget
            The window asking.
        of_result : bool, optional
            Whether there must be a result, whose colors are taken.
        """
        state, before = self._choice.state, self._asked
        if before is not None and before.isVisible() and not of_result:
            before.raise_()
            before.activateWindow()
            return before
        if of_result and state is None:
            self._work.complain(NO_RESULT)
            return None
        offers = self._candidates.offers()
        rows, n_colors = self._candidates.rows(state), self._candidates.settings().n_colors
        known = self._candidates
        helpers = Helpers(known.refusals, known.drawn_on, known.file_rows)
        asked = ManyDialog(rows, self._candidates.regions(), offers, n_colors, helpers, parent)
        asked.wanted.connect(partial(self._on_wanted, ref(asked)))
        asked.files_added.connect(partial(known.look_at_files, ref(asked)))
        self._dialog = ref(asked)
        asked.show()
        return asked

    @property
    def _asked(self) -> ManyDialog | None:
        """The dialog that was opened last, if it is still there."""
        dialog = None if self._dialog is None else self._dialog()
        return dialog if dialog is not None and isalive(dialog) else None

    def on_layers(self, _: object = None) -> None:
        """Follow layers that come and go while somebody is being asked."""
        if (dialog := self._asked) is not None:
            dialog.keep(self._candidates.rows(self._choice.state), self._candidates.regions())

    # -- from what is asked to an order

    def _on_wanted(self, asked: ref[ManyDialog]) -> None:
        dialog = asked()
        assert dialog is not None
        chosen = dialog.chosen()
        there = [(x, r) for x, r in chosen.images if not isinstance(x, Image) or self._has(x)]
        order = self._order(chosen._replace(images=there))
        if chosen.as_layers and not self._form.wanted():
            dialog.complain(NOTHING_TO_ADD.text)
            return
        if not order.overwrite and (existing := those_that_exist(order.written)):
            assert chosen.folder is not None
            names = [path.relative_to(chosen.folder).as_posix() for path in existing]
            dialog.ask_to_replace(names, chosen.folder.name)
            return
        dialog.accept()
        self.begin(order)

    def _has(self, layer: Any) -> bool:
        return layer in self._viewer.layers

    def _order(self, chosen: Chosen) -> Order:
        colors: Colors | None = chosen.colors
        settings = self._candidates.settings() if colors is None else colors.settings
        n_colors: Any = chosen.n_colors if colors is None else len(colors.palette)
        if colors is None:
            settings = replace(settings, n_colors=n_colors)
            n_colors = n_colors if settings.min_psnr is None else "auto"
        images = [image for image, _ in chosen.images]
        folder, paths = chosen.folder, [None] * len(images)
        written: Any = paths if folder is None else targets(images, folder, n_colors)
        items = [
            Item(image, region, target, self._before(image))
            for (image, region), target in zip(chosen.images, written, strict=True)
        ]
        origin = None if colors is None else colors.origin
        return Order(
            tuple(items),
            settings,
            None if colors is None else colors.palette,
            origin=None if origin is None or origin.source.main in images else origin,
            edited=origin if origin is not None and origin.is_edited else None,
            background=frozenset() if origin is None else origin.background,
            as_layers=chosen.as_layers,
            folder=folder,
            overwrite=chosen.overwrite,
        )

    def _before(self, image: Any) -> State | None:
        is_layer = isinstance(image, Image)
        return self._session.settled((str(image.unique_id),)) if is_layer else None

    # -- doing it

    def begin(self, order: Order) -> Worker:
        """Do it beside all else; layers come as they are done."""
        self._work.cancel()
        relay, shown = _Relay(), dict[Any, Item]()
        batch = Batch(order, relay.made.emit, lambda error: told(error).text)
        by_layer = {id(item.image): item for item in order.items}

        def show(product: Product) -> None:
            source = product.state.source
            if self._session.holds(source) and self._is_there:
                self._session.show(product, self._form.wanted())
                shown[source.key] = by_layer[id(source.main)]

        relay.made.connect(show)
        self._relay = relay
        return self._work.begin(
            lambda outcome: self._finish(order, outcome, shown),
            batch.steps,
            on_cancel=lambda: self._on_cancel(order, batch.outcome, shown),
        )

    @property
    def _is_there(self) -> bool:
        return not self._is_over and isalive(self._form.image.native)

    def end(self) -> None:
        """Show nothing any more: the panel is gone, and perhaps its window."""
        self._is_over = True

    def _on_cancel(self, order: Order, outcome: Outcome, shown: dict[Any, Item]) -> str:
        n, of = len(outcome.measured), len(order.items)
        if not (n and self._is_there):
            return "Cancelled."
        self._tell(order, outcome, shown)
        return f"Cancelled: {n} of {of} images were done."

    def _finish(self, order: Order, outcome: Outcome, shown: dict[Any, Item]) -> str:
        for item in order.items:
            gone = isinstance(item.image, Image) and not self._has(item.image)
            if gone and item.name not in outcome.errors:
                outcome.errors[item.name] = REMOVED
                outcome.measured.pop(item.name, None)
        self._tell(order, outcome, shown)
        failed = [_told_errors(outcome.errors)] if outcome.errors else []
        if troubles := [*failed, *filter(None, [outcome.unwritten])]:
            self._work.complain(Trouble("\n".join(troubles)))
        n = sum(item.name in outcome.measured for item in order.items)
        missing = f", {len(outcome.errors)} not" if outcome.errors else ""
        text = f"{n} {'image' if n == 1 else 'images'} in the same colors{missing}."
        if order.folder is not None and outcome.palette is not None and not outcome.unwritten:
            text += f" Written to {order.folder.name}."
        return text

    def _tell(self, order: Order, outcome: Outcome, shown: dict[Any, Item]) -> None:
        """Hand all on to a table; what is under way may add to the outcome meanwhile."""
        measured, errors = dict(outcome.measured), dict(outcome.errors)
        if not (measured or errors):
            return
        regions = {key: item.region for key, item in shown.items()}
        if order.origin is not None and shown:
            source = order.origin.source
            regions = {source.key: source.region if source.region_id else None, **regions}
        states = {key: self._session.state(key) for key in regions}
        known = {key: state for key, state in states.items() if state is not None}
        names = {state.source.name for state in known.values()}
        self.show_measured(
            Done(
                [*known.values()],
                [regions[key] for key in known],
                [*measured.values()],
                [one for name, one in measured.items() if name not in names],
                errors,
            )
        )

    # -- for scripts

    def apply_to_selected(self) -> Worker | None:
        """Paint all selected images but its own in the palette of the result."""
        state, selection = self._choice.state, self._viewer.layers.selection
        own = () if state is None else state.source.layers
        selected = [image for image in self._candidates.images() if image in selection]
        return self.apply_palette_to([image for image in selected if image not in own])

    def apply_palette_to(
        self, images: Sequence[Image], regions: Sequence[Any] | None = None
    ) -> Worker | None:
        """Paint images in the palette of the result, and compare the shares of its colors."""
        state = self._choice.state
        if state is None or not images:
            self._work.complain(NO_RESULT if state is None else NOBODY)
            return None
        colors = Colors(state.palette, state.settings, state)
        return self._run(images, regions, colors, None, None, False)

    def run(
        self,
        images: Sequence[Image | str | os.PathLike[str]],
        regions: Sequence[Any] | None,
        n_colors: Any,
        folder: str | os.PathLike[str] | None,
        overwrite: bool,
    ) -> Worker | None:
        """Fit one palette over layers and files, and paint all of them in it."""
        return self._run(images, regions, None, n_colors, folder, overwrite)

    def _run(
        self,
        images: Sequence[Any],
        regions: Sequence[Any] | None,
        colors: Colors | None,
        n_colors: Any,
        folder: str | os.PathLike[str] | None,
        overwrite: bool,
    ) -> Worker | None:
        if not images:
            self._work.complain(NOBODY)
            return None
        if regions is not None and len(regions) != len(images):
            raise ValueError(
                f"`regions` must be as many as `images`, {len(images)}, got {len(regions)}. "
                "Give None for images that are painted everywhere."
            )
        inside = [None if x is None else bare(x) for x in regions or [None] * len(images)]
        layers = {id(x): bare(x) for x in images if isinstance(x, Image)}
        names = {str(layer.name) for layer in layers.values()}
        others = _named_apart([Path(x) for x in images if id(x) not in layers], names)
        found = [layers[id(x)] if id(x) in layers else next(others) for x in images]
        wanted = self._candidates.settings().n_colors if n_colors is None else n_colors
        where = None if folder is None else Path(folder)
        pairs = list(zip(found, inside, strict=True))
        order = self._order(Chosen(pairs, colors, wanted, True, where, overwrite))
        if not overwrite and (existing := those_that_exist(order.written)):
            self._work.complain(Trouble(f"{existing[0]} exists already: pass `overwrite=True`."))
            return None
        return self.begin(order)


def _named_apart(paths: Sequence[Path], names: set[str]) -> Iterator[PictureFile]:
    """Yield files, whose names are none of these and differ."""
    for path in paths:
        file = PictureFile(path).named_apart(names)
        names.add(file.name)
        yield file


def _told_errors(errors: dict[str, str]) -> str:
    lines = [f'"{name}": {why}' for name, why in errors.items()]
    more = [f"and {len(lines) - MOST_TOLD} more: see the table"] if len(lines) > MOST_TOLD else []
    return "\n".join(["Not painted in these colors:", *lines[:MOST_TOLD], *more])
