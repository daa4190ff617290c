"""The quantizer's widget: what can be asked, and who answers.

Controls say what is wanted (`panel.choice`), threads do it (`pipeline`), and what came out is one
`State` per image (`session`), from which layers and views are drawn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import napari.viewer
from magicgui.widgets import CheckBox, Container, PushButton
from qtpy.compat import isalive
from qtpy.QtCore import QTimer
from qtpy.QtWidgets import QPushButton

from .first_use import PREPARING
from .panel.actions import actions
from .panel.busy import Busy
from .panel.buttons import Buttons, undo_shortcuts
from .panel.choice import Choice
from .panel.comparing import Comparing
from .panel.connections import Connections
from .panel.dragging import Dragging
from .panel.editing import Editing
from .panel.exploring import Exploring
from .panel.exporting import Exporting
from .panel.figures import Figures
from .panel.following import Following
from .panel.form import Form, connect_all
from .panel.layout import arrange, upper
from .panel.look import Look
from .panel.many import Many
from .panel.marking import Marking
from .panel.measuring import Measuring
from .panel.messages import NO_RESULT
from .panel.palette_files import PaletteFiles
from .panel.pointing import Pointing
from .panel.possible import Possible
from .panel.preferences import NAMES, Memory
from .panel.preparation import Preparation
from .panel.remedies import Remedies
from .panel.reuse import Reuse
from .panel.runs import Runs
from .panel.title import ShortTitle
from .panel.work import Work
from .session import Session
from .tours.opening import Tutorials
from .views.palette.view import PaletteView
from .views.views import Views

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Sequence

    import pandas as pd
    from napari.layers import Image, Labels, Points, Shapes
    from qtpy.QtWidgets import QWidget

    from napari_kmeans_quantizer import Palette, Quantization

    from .jobs import Worker
    from .models.display import Color
    from .models.settings import Settings
    from .models.state import State
    from .panel.many import Done
    from .views.many.dialog import ManyDialog


class QuantizerWidget(Container):
    """Quantize the active image layer from napari's menus, or from code.

    Parameters
    ----------
    napari_viewer : napari.viewer.Viewer
        Where layers are taken from and added to.

    Attributes
    ----------
    image, fit_on, n_colors, auto, color_space, palette_from, palette_use, dither, \
    dither_strength, region, apply, extent, channels, scaled, min_psnr, effort, seed, sample, \
    alpha, no_data, add_image, add_labels, add_palette, live, legend_side, legend_name, \
    legend_hex, legend_share, legend_area : magicgui widgets
        The controls; each has a ``value``.

    Examples
    --------
    In napari's console::

        dock, widget = viewer.window.add_plugin_dock_widget("napari-kmeans-quantizer")
        widget.n_colors.value = 8
        widget.run()
    """

    def __init__(self, napari_viewer: napari.viewer.Viewer) -> None:
        self._viewer = napari_viewer
        self._preparation = Preparation(self._on_prepared)
        self._make_controls()
        self._make_parts()
        super().__init__(
            widgets=upper(self._form, self.live, self._start, self._busy), labels=False
        )
        self.buttons = Buttons(actions(self))
        parts = self._form, self.live, self._start, self._busy, self.palette_view, self.buttons
        content = arrange(self.native, *parts)
        self._look = Look(self.native, content, self._viewer)
        self._title = ShortTitle(self.native)
        kept = {name: getattr(self, name) for name in NAMES}
        self._memory = Memory(self.native, kept, self._form.wishes)
        self._tutorials = Tutorials(self, self._viewer, self._views, self._memory)
        self._connect()
        self._choice.begin()
        self._possible.look()
        self._session.take_over()
        self._preparation.begin()
        self._busy.say(self._told())

    def _make_controls(self) -> None:
        self._form = form = Form(self._viewer.layers)
        self.image, self.n_colors, self.auto = form.image, form.n_colors, form.auto
        self.fit_on = form.fit_on
        self.dither, self.dither_strength = form.dither, form.dither_strength
        self.min_psnr, self.color_space = form.min_psnr, form.color_space
        self.palette_from, self.palette_use = form.palette_from, form.palette_use
        self.region, self.apply, self.extent = form.region, form.apply, form.extent
        self.channels, self.scaled = form.channels, form.scaled
        self.effort, self.seed = form.effort, form.seed
        self.sample, self.alpha, self.no_data = form.sample, form.alpha, form.no_data
        self.add_image, self.add_labels = form.add_image, form.add_labels
        self.add_palette = form.add_palette
        legend = form.legend
        self.legend_side, self.legend_area = legend.side, legend.area
        self.legend_name, self.legend_hex, self.legend_share = legend.name, legend.hex, legend.share
        live = "Update the layers while values change"
        self.live = CheckBox(text="Live", value=False, tooltip=live)
        self._start = PushButton(text="Quantize", tooltip="Reduce the image to these colors")
        self._busy = Busy()
        self.palette_view = PaletteView()

    def _make_parts(self) -> None:
        viewer, form = self._viewer, self._form
        self._session = session = Session(viewer, self._draw, self._on_label)
        self._choice = choice = Choice(viewer, form, session)
        self._comparing = Comparing(viewer, choice, session, self._busy.complain)
        self._views = views = Views(viewer, session.state)
        self._marking = Marking(viewer, session)
        views.on_pixels = self._marking.mark
        self._work = work = Work(self._busy, self._start, views.work_ended)
        self._runs = runs = Runs(choice, form, self.live, work, session, self._told)
        self._editing = Editing(viewer, choice, form, runs, session, self._busy.complain)
        remedies = Remedies(viewer, choice, form, session, self.run, self.open_explore)
        self._busy.remedy_of = remedies.of
        self._exploring = Exploring(viewer, choice, form, runs, work, session, views)
        figures = Figures(viewer, choice, session)
        self._exporting = Exporting(choice, work, self._busy, figures)
        parts, select = (viewer, choice, form, session, views), self._editing.select
        self._measuring = Measuring(self.palette_view, *parts, select, self._busy.complain)
        self._reuse = Reuse(viewer, choice, work, session)
        self._many = Many(viewer, choice, form, work, session, self._show_measured)
        self._palette_files = PaletteFiles(form.palette_from, self._busy)

    # -- wires

    def _connect(self) -> None:
        self._possible = Possible(self._viewer, self._choice, self._form)
        parts = self._choice, self._form, self._runs, self._session
        self._following = Following(self.native, *parts, self._draw, self._on_choices)
        self._start.clicked.connect(self.run)
        self._busy.cancel.clicked.connect(self.cancel)
        self.palette_from.ask = self.open_palette_file
        self._busy.notice.dismiss.clicked.connect(self._draw)
        connect_all([*self._form.parameters(), self.live], self._runs.soon)
        self.channels.changed.connect(self._following.on_selection)
        self.image.changed.connect(self._draw)
        self._session.legend = self._form.legend.value
        self._form.legend.connect(self._session.show_legends)
        self._editing.connect(self.palette_view)
        for button in self.native.findChildren(QPushButton):  # not every system gives it the focus
            button.pressed.connect(self.palette_view.finish_naming)
        self._connect_viewer()

    def _connect_viewer(self) -> None:
        keys = {**self._comparing.keys, **self._editing.keys}
        undo_shortcuts(self.native, self.undo, self.redo)
        theme = {self._viewer.events.theme: self._look.follow}
        grid = {self._viewer.canvas.grid.events.enabled: self._marking.draw}
        dims = self._viewer.dims.events
        frame = dict.fromkeys((dims.point, dims.displayed), self._views.follow_frame)
        events = {**self._following.events(self._viewer), **theme, **grid, **frame}
        pointing = Pointing(self.native, self._choice, self._views, self._exploring.take_at)
        on_drags = [pointing.on_drag, Dragging(self._session).on_drag]
        self._connections = Connections(
            self.native, self._viewer, events, keys, on_drags, self._on_leave
        )
        self.native.destroyed.connect(self._on_destroyed)

    def _on_choices(self) -> None:
        self._possible.look()
        self._many.on_layers()

    def _on_destroyed(self, _: object = None) -> None:
        self._many.end()
        self._work.cancel()
        self._connections.disconnect_all()

    def _on_leave(self) -> None:
        """Leave nothing behind that nobody could end: the dock was closed."""
        self.palette_view.finish_naming()
        self._runs.stop()
        self._comparing.leave()
        self._editing.unbind_keys()
        self._views.close()
        QTimer.singleShot(0, self._vanish)

    def _vanish(self) -> None:
        if isalive(self.native) and self.native.parent() is None:
            self.native.deleteLater()  # unless it was docked again at once

    def _on_prepared(self) -> None:
        at_rest = isalive(self.native) and not self._work.running
        if at_rest and (self.message == "" or self.message.startswith(PREPARING)):
            self._busy.say(self._told())

    # -- what is chosen

    def follow_active_layer(self) -> None:
        """Choose the viewer's active layer, if it is an image that can be quantized."""
        self._choice.follow_active()

    @property
    def settings(self) -> Settings:
        """What the controls say, with the colors that are locked."""
        return self._choice.settings(self._choice.source())

    @property
    def state(self) -> State | None:
        """What is known of the chosen image; None before its first result."""
        return self._choice.state

    @property
    def result(self) -> Quantization | None:
        """The result for the chosen image, with all edits; None before the first one."""
        return None if self.state is None else self.state.result

    # -- running

    @property
    def palette_layer(self) -> Points | None:
        """The layer with the palette of the image that is chosen, None if there is none."""
        layer: Points | None = self._session.layer(self._choice.key, "palette")
        return layer

    @property
    def running(self) -> bool:
        """Whether something is under way, or about to start."""
        return self._runs.pending

    @property
    def message(self) -> str:
        """The status line: what is under way, what went wrong, or the result's summary."""
        return self._busy.message

    def _told(self) -> str:
        """Return what is told of the chosen image when nothing is under way."""
        if self.state is not None:
            return self.state.summary
        return self._preparation.told

    def run(self) -> Worker | None:
        """Start quantizing the chosen image, as the "Quantize" button does.

        Returns at once; the layers come when the work is done. A run that is still under way is
        cancelled.

        Returns
        -------
        Worker or None
            The thread's worker, with signals ``returned`` and ``finished``; None without an image.
        """
        return self._runs.run()

    def cancel(self) -> None:
        """Stop a run that is under way; all layers stay as they are."""
        self._work.cancel()

    # -- showing

    def put_legends_back(self) -> None:
        """Put palettes that people moved back to the side of their pictures."""
        self._session.show_legends(self._form.legend.value, docked=True)

    def _draw(self, _: object = None) -> None:
        """Draw what is known of the chosen image into all views."""
        if not isalive(self.native):
            return
        self._editing.bind_keys()
        self._editing.draw(self.palette_view)
        state, choice = self.state, self._choice
        if self.auto.value and state is not None and state.settings.n_colors == "auto":
            self._form.how_many.tell(state.n_found)
        self._exploring.mark()
        self._views.show(state, self._session.curve(choice.key), choice.name, self.n_colors.value)
        self._measuring.draw()
        if not self._work.running:
            self._busy.say(self._told())

    # -- the palette

    def recolor(self, index: int, color: Color) -> None:
        """Give a cluster another color, in the image's units; nothing is fitted again.

        Parameters
        ----------
        index : int
            Into ``result.palette``.
        color : sequence of float
            One value per channel.
        """
        self._editing.recolor(index, color)

    def merge(self, index: int | Iterable[int], into: int) -> None:
        """Let a cluster, or several, join another one, and take its color."""
        self._editing.merge(index, into)

    def lock(self, index: int | Iterable[int], locked: bool = True) -> None:
        """Keep the centers of some clusters exactly in the next fits, or no longer."""
        self._editing.lock(index, locked)

    def hide_colors(self, hidden: frozenset[int]) -> None:
        """Hide these clusters, and no others: they are dimmed."""
        self._editing.hide(hidden)

    def rename(self, index: int | Iterable[int], name: str) -> None:
        """Give a cluster, or several, a name, "" for none, in all images of these colors."""
        self._editing.rename(index, name)

    def set_background(self, background: Iterable[int]) -> None:
        """Leave these clusters, and no others, out of the shares, in all images of these colors."""
        self._editing.set_background(background)

    def reset_colors(self) -> None:
        """Take back all edits of the palette, and show all clusters."""
        self._editing.reset()

    def undo(self) -> None:
        """Go back to the palette before the last change, or the last fit."""
        self._editing.undo()

    def redo(self) -> None:
        """Make the last change again that was undone."""
        self._editing.redo()

    def _on_label(self, state: State, index: int) -> None:
        if isalive(self.native) and state is self.state:
            self.palette_view.select(index)

    # -- several numbers of colors

    def open_explore(self) -> None:
        """Open the curve of errors over the number of colors."""
        self._views.explore(self.explore, self.take)
        self._draw()

    def explore(self, first: int = 2, last: int = 10, arrangement: str = "stack") -> Worker | None:
        """Quantize with ``first`` to ``last`` colors, and show all results.

        Parameters
        ----------
        first, last : int, optional
            Numbers of colors.
        arrangement : {"stack", "grid"}, optional
            One layer with a slider for K, or one sheet with all pictures.

        Returns
        -------
        Worker or None
            As `run`.

        Raises
        ------
        ValueError
            If these are no ascending numbers of colors, or the arrangement is unknown.
        """
        return self._exploring.explore(first, last, arrangement)

    def take(self, n_colors: int) -> None:
        """Quantize with this number of colors, and turn the explored stack to it."""
        self._exploring.take(n_colors)

    # -- views

    def open_color_space(self) -> None:
        """Open the 3-D plot of the pixels' colors; it follows the result."""
        self._views.color_space()
        self._draw()

    def open_pixels(self) -> None:
        """Open the table of the pixels; those that are selected are marked in the picture."""
        self._views.pixels()
        self._draw()

    def open_shares(self) -> None:
        """Open the shares of the colors, of a stack or time series frame by frame."""
        if self.state is None:
            self._busy.complain(NO_RESULT)
        else:
            self._views.shares(self._on_frame)

    def open_measure(self) -> None:
        """Open the table of areas and shares, in all, in each region and in each frame."""
        self._measuring.open()

    def measured(self) -> pd.DataFrame | None:
        """Return what "Measure" shows, or would show if it were open; None before a result.

        Raises
        ------
        ValueError
            If the layer of the regions encloses nothing, or does not lie in the image's plane.
        """
        return self._measuring.measured()

    def open_help(self) -> None:
        """Open the walk with its pictures; it comes with the package."""
        self._views.help()

    def open_tutorial(self, name: str) -> None:
        """Begin a tour through the panel, with its photograph, which is added if need be.

        Parameters
        ----------
        name : {"from_scratch", "how_many"}
            Of the tutorial.
        """
        self._tutorials.open(name)

    def view(self, title: str) -> QWidget | None:
        """Return the view of this title, such as "Color space"; None if it is not open."""
        view: QWidget | None = self._views.find(title)
        return view

    def _on_frame(self, frame: int) -> None:
        state = self.state
        if state is not None and state.result.labels.ndim > 2:
            state.placement.show_frame(self._viewer.dims, frame)

    # -- comparing

    def compare(self) -> None:
        """Show the original beside the result, with one camera for both; or go back."""
        self._comparing.compare()

    def blink(self) -> None:
        """Hide the result, so that the original is seen in its place; or show it again."""
        self._comparing.blink()

    # -- many images

    def open_many(self) -> ManyDialog | None:
        """Ask which images are painted in one palette, where in each, and where the results go."""
        return self._many.open(self.native)

    def open_apply_palette(self) -> ManyDialog | None:
        """Do so with the colors of the result."""
        return self._many.open(self.native, of_result=True)

    def run_many(
        self,
        images: Sequence[Image | str | os.PathLike[str]],
        regions: Sequence[Labels | Shapes | None] | None = None,
        n_colors: int | Literal["auto"] | None = None,
        folder: str | os.PathLike[str] | None = None,
        overwrite: bool = False,
    ) -> Worker | None:
        """Fit one palette over many images, and paint all of them in it.

        Parameters
        ----------
        images : sequence of napari.layers.Image or paths
            Layers, and picture files, which are read one after the other.
        regions : sequence of napari.layers.Labels, Shapes or None, optional
            Where, one for each image, of files in their pixels; None: everywhere.
        n_colors : int or "auto", optional
            How many, of all together; by default as the panel says.
        folder : str or path-like, optional
            Where painted pictures, "palette.gpl" and "table.csv" are written.
        overwrite : bool, optional
            Replace files that exist.

        Returns
        -------
        Worker or None
            As `run`; None if files exist.
        """
        return self._many.run(images, regions, n_colors, folder, overwrite)

    def apply_palette_to(
        self, images: Sequence[Image], regions: Sequence[Labels | Shapes | None] | None = None
    ) -> Worker | None:
        """Paint images in the palette of the result, and compare the shares of its colors.

        Parameters
        ----------
        images : sequence of napari.layers.Image
            Which; its own image need not be among them.
        regions : sequence of napari.layers.Labels, Shapes or None, optional
            Where, one for each image; None: everywhere.
        """
        return self._many.apply_palette_to(images, regions)

    def apply_to_selected(self) -> Worker | None:
        """Do so with all selected images but its own, everywhere."""
        return self._many.apply_to_selected()

    def _show_measured(self, done: Done) -> None:
        """Show a table of all; see `Done`."""
        self._measuring.show_images(done.states, done.regions, done.errors, done.unshown)
        self._views.compare_shares(done.states)

    # -- files

    def export(
        self, what: str, path: str | os.PathLike[str] | None = None, overwrite: bool = False
    ) -> Worker | None:
        """Save what is shown of the chosen image; without a path, ask for one.

        It is written beside whatever is under way, and told in the panel. What cannot be saved so
        is told before anything is asked.

        Parameters
        ----------
        what : {"indexed", "picture", "palette", "table", "figure", "swatches", "grid"}
            The picture with its palette; all values as they are painted; the colors as they are
            shown; a table of them; or as PNG, SVG or PDF: the original beside the result, a swatch
            for each color, the pictures of all K that were explored.
        path : str or path-like, optional
            Where; the suffix says how.
        overwrite : bool, optional
            Replace a file that exists.

        Returns
        -------
        Worker or None
            As `run`; None if nothing is saved.
        """
        return self._exporting.export(self.native, what, path, overwrite)

    def tell_size(self) -> Worker | None:
        """Tell in the panel what is saved in theory, and how large the indexed PNG really is.

        Returns
        -------
        Worker or None
            As `run`; None before the first result.
        """
        return self._exporting.tell_size()

    def copy_palette(self, form: str) -> str | None:
        """Copy all colors as "hex", "css" or "python" text, and return it."""
        return self._exporting.copy_palette(form)

    def open_palette_file(self, path: str | os.PathLike[str] | None = None) -> Palette | None:
        """Choose the colors of a palette file at "Colors from"; without a path, ask for one.

        Returns
        -------
        Palette or None
            None if the file cannot be read, which the panel tells, or nobody has chosen one.
        """
        return self._palette_files.open(self.native, path)

    # -- scripts

    def copy_as_python(self) -> str | None:
        """Copy a script for napari's console that makes the result again; return it, too."""
        return self._reuse.copy_as_python()

    def restore_settings(self) -> None:
        """Set the controls to what made the viewer's active layer."""
        self._reuse.restore_settings()
