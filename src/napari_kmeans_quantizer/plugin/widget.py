"""The quantizer's widget: from what people do to what is shown.

Controls say what is wanted (`form`), threads do it (`jobs`, `work`), and what came out is one
`State` per image, from which layers and views are drawn. Views know nothing of each other.
"""

from __future__ import annotations

import webbrowser
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import napari.viewer
import numpy as np
from magicgui.widgets import CheckBox, Container, PushButton
from napari.layers import Image
from napari.utils.notifications import show_error, show_info
from qtpy.compat import isalive
from qtpy.QtCore import QTimer
from qtpy.QtWidgets import QApplication, QSlider

from napari_kmeans_quantizer import suggest_n_colors

from . import preferences
from .busy import Busy
from .compare import Comparison
from .contents import Contents, result_contents
from .explore import explored_contents
from .form import Form, box, connect_all
from .jobs import LatestJob, in_background
from .layers import (
    QuantizedLayers,
    about,
    find_output,
    is_output,
    make_explored,
    make_layers,
    quantize_layer,
    update_layer,
)
from .palette_view import PaletteView
from .panel import Action, Buttons, folded
from .script import python_script
from .settings import Settings, edited
from .source import Source, current_slice, display_colors, preview_step
from .state import State
from .views import Views
from .watch import Watch, recolored_points
from .work import assign_palette, quantize_range, quantize_source

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from napari.layers import Labels, Points
    from superqt.utils import GeneratorWorker

    from napari_kmeans_quantizer import Progress, Quantization

    from .settings import Color

MAX_WIDTH = 320
PREPARING = "Preparing for the first use ..."
DEBOUNCE = 15  # milliseconds; shorter than what a hand can do twice
REMEMBER_AFTER = 1000  # milliseconds of rest
BLINK_KEY, GRID_KEY = "K", "Shift-K"
HELP = "https://github.com/napari-kmeans-quantizer/napari-kmeans-quantizer/blob/main/docs/widget.md"


class QuantizerWidget(Container):
    """Quantize the active image layer from napari's menus, or from code.

    Parameters
    ----------
    napari_viewer : napari.viewer.Viewer
        Where layers are taken from and added to.

    Attributes
    ----------
    image, n_colors, color_space, palette_from, region, apply, extent, channels, scaled, effort, \
    seed, sample, alpha, add_image, add_labels, add_palette, live : magicgui widgets
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
        self._states: dict[str, State] = {}
        self._job = LatestJob(self._on_progress, self._on_error)
        self._compare = Comparison(napari_viewer)
        self._views = Views(napari_viewer)
        self._watch = Watch(self._on_point_colors, self._on_selected_label)
        self._drawing = False
        self._make_controls()
        super().__init__(widgets=self._upper(), labels=False)
        self._arrange()
        self._make_timers()
        self._begin_with(preferences.start_values())
        self._connect()
        self.follow_active_layer()
        self._prepare()

    def _make_controls(self) -> None:
        self._form = form = Form(self._viewer.layers)
        self.image, self.n_colors = form.image, form.n_colors
        self.color_space, self.palette_from = form.color_space, form.palette_from
        self.region, self.apply, self.extent = form.region, form.apply, form.extent
        self.channels, self.scaled = form.channels, form.scaled
        self.effort, self.seed = form.effort, form.seed
        self.sample, self.alpha = form.sample, form.alpha
        self.add_image, self.add_labels = form.add_image, form.add_labels
        self.add_palette = form.add_palette
        self.live = CheckBox(
            text="Live", value=False, tooltip="Update the layers while values change"
        )
        self._start = PushButton(text="Quantize", tooltip="Reduce the image to these colors")
        self._busy = Busy()
        self._status = self._busy.status
        self.palette_view = PaletteView()

    # -- looks

    def _upper(self) -> list[Any]:
        go = box(self.live, self._start, layout="horizontal")
        return [self._form.basic(), go, self._busy.row, self._status]

    def _arrange(self) -> None:
        """Put the rest, which is Qt's and not magicgui's, between and below the controls."""
        layout = self.native.layout()
        layout.insertWidget(
            1,
            folded("Region, stack, channels", "What of the image takes part", self._form.parts()),
        )
        layout.insertWidget(
            2, folded("Advanced", "Seldom needed: effort, seed, sample", self._form.advanced())
        )
        self.buttons = Buttons(*self._actions())
        layout.addWidget(self.palette_view, 1)
        layout.addWidget(self.buttons)
        layout.setSpacing(4)
        self.native.setMaximumWidth(MAX_WIDTH)
        self._status.native.setWordWrap(True)
        self._busy.row.visible = False

    def _actions(self) -> tuple[list[Action], list[Action]]:
        buttons = [
            Action("Explore K", "Try several numbers of colors", self.open_explore),
            Action("Color space", "Pixels and colors as points in 3-D", self.open_color_space),
            Action(
                "Compare",
                f"Original beside result, and back ({GRID_KEY}); blink: {BLINK_KEY}",
                self.compare,
            ),
            Action("Shares", "Shares of the colors, frame by frame", self.open_shares),
            Action("Copy Python", "Copy a script that makes this result", self.copy_as_python),
        ]
        more = [
            Action(
                "Same colors for selected layers",
                "Paint all selected images in this palette, and compare their shares",
                self.apply_to_selected,
            ),
            Action(
                "Restore settings of selected layer",
                "Set the controls to what made the active layer",
                self.restore_settings,
            ),
            Action("Help", HELP, lambda: webbrowser.open(HELP)),
        ]
        return buttons, more

    def _make_timers(self) -> None:
        self._soon = self._timer(DEBOUNCE, self._run_live)
        self._rest = self._timer(REMEMBER_AFTER, self._remember)

    def _timer(self, milliseconds: int, slot: Callable[[], None]) -> QTimer:
        timer = QTimer(self.native)
        timer.setSingleShot(True)
        timer.setInterval(milliseconds)
        timer.timeout.connect(slot)
        return timer

    def _connect(self) -> None:
        self._start.clicked.connect(self.run)
        self._busy.cancel.clicked.connect(self.cancel)
        connect_all(self._form.parameters(), self._on_parameter)
        connect_all([self.add_image, self.add_labels, self.add_palette], self._remember_soon)
        self.live.changed.connect(self._on_parameter)
        self.image.changed.connect(self._draw)
        self._qt_slider().sliderReleased.connect(self._on_slider_released)
        view = self.palette_view
        view.color_selected.connect(self._select_label)
        view.color_edited.connect(self.recolor)
        view.lock_toggled.connect(self.lock)
        view.merge_requested.connect(self.merge)
        view.hidden_changed.connect(self.hide_colors)
        view.reset_requested.connect(self.reset_colors)
        self._connect_viewer()

    def _connect_viewer(self) -> None:
        viewer = self._viewer
        viewer.layers.selection.events.active.connect(self.follow_active_layer)
        viewer.layers.events.renamed.connect(self._on_renamed)
        viewer.layers.events.removed.connect(self._forget_removed)
        viewer.mouse_drag_callbacks.append(self._on_canvas_click)
        viewer.bind_key(BLINK_KEY, self._on_blink_key, overwrite=True)
        viewer.bind_key(GRID_KEY, self._on_grid_key, overwrite=True)
        self.native.destroyed.connect(self._on_destroyed)

    def _on_destroyed(self, _: object = None) -> None:
        self.cancel()
        self._viewer.bind_key(BLINK_KEY, None)
        self._viewer.bind_key(GRID_KEY, None)
        if self._on_canvas_click in self._viewer.mouse_drag_callbacks:
            self._viewer.mouse_drag_callbacks.remove(self._on_canvas_click)

    def _qt_slider(self) -> QSlider:
        native = self._form.slider.native
        return native if isinstance(native, QSlider) else native.findChild(QSlider)

    # -- start values

    def _begin_with(self, values: dict[str, Any]) -> None:
        for name, value in values.items():
            getattr(self, name).value = value

    def _remember_soon(self, _: object = None) -> None:
        self._rest.start()

    def _remember(self) -> None:
        preferences.remember({name: getattr(self, name).value for name in preferences.NAMES})

    # -- what is chosen

    def follow_active_layer(self) -> None:
        """Choose the viewer's active layer, if it is an image that can be quantized."""
        self._form.reset_choices()
        active = self._viewer.layers.selection.active
        if active is not None and active in self.image.choices:
            self.image.value = active

    def _on_renamed(self, _: object = None) -> None:
        if isalive(self.native):
            self._form.reset_choices()

    @property
    def settings(self) -> Settings:
        """What the controls say, with the colors that are locked."""
        state = self.state
        return self._form.settings(() if state is None else state.locks)

    def source(self, preview: bool = False) -> Source | None:
        """Return what is to be quantized; for a preview a reduced copy of large images."""
        if self.image.value is None:
            return None
        layers = self._chosen_layers()
        window = None
        if self.extent.value == "slice":
            window = current_slice(layers[0], self._viewer.dims)
        source = Source(
            layers, self.region.value, window, bool(self.scaled.value), 1, self.alpha.value
        )
        return replace(source, step=preview_step(source.n_pixels)) if preview else source

    def _chosen_layers(self) -> tuple[Image, ...]:
        chosen = self.image.value
        chosen = getattr(chosen, "__wrapped__", chosen)
        if not self.channels.value:
            return (chosen,)
        selected = set(self._viewer.layers.selection)
        layers = [x for x in self._viewer.layers if x in selected and x in self.image.choices]
        return tuple(layers) if len(layers) > 1 else (chosen,)

    @property
    def state(self) -> State | None:
        """What is known of the chosen image; None before its first result."""
        chosen = self.image.value
        if chosen is None:
            return None
        keys = [Source((layer,)).key for layer in self._chosen_layers()]
        return self._states.get("+".join(keys))

    @property
    def result(self) -> Quantization | None:
        """The result for the chosen image, with all edits; None before the first one."""
        return None if self.state is None else self.state.result

    # -- running

    def run(self) -> GeneratorWorker | None:
        """Start quantizing the chosen image, as the "Quantize" button does.

        Returns at once; the layers come when the work is done. A run that is still under way is
        cancelled.

        Returns
        -------
        GeneratorWorker or None
            The thread's worker, with signals ``returned`` and ``finished``; None without an image.
        """
        self.cancel()
        source = self._source_or_complaint()
        if source is None:
            return None
        self._start.enabled = False
        return self._quantize(source, at_once=True)

    def _source_or_complaint(self, preview: bool = False) -> Source | None:
        """Return what is to be quantized; if that cannot be, say why and return None."""
        try:
            source = self.source(preview)
        except (TypeError, ValueError) as error:
            self._on_error(error)
            return None
        if source is None:
            show_error("There is no image to quantize: open one, or use File > Open Sample.")
        return source

    def _quantize(self, source: Source, at_once: bool) -> GeneratorWorker:
        missing = any(
            find_output(self._viewer.layers, source, role) is None for role in self._wanted()
        )
        self._busy.begin(at_once)
        return self._job.start(self._on_made, _produce, source, self.settings, missing)

    def _wanted(self) -> list[str]:
        wanted = (self.add_image.value, self.add_labels.value, self.add_palette.value)
        return [role for role, want in zip(Contents._fields, wanted, strict=True) if want]

    def cancel(self) -> None:
        """Stop a run that is under way; all layers stay as they are."""
        if self._job.cancel():
            self._finish("Cancelled.")

    def _on_parameter(self, _: object = None) -> None:
        self._remember_soon()
        if self.live.value:
            self._soon.start()

    def _run_live(self) -> None:
        if self.image.value is None or not self.live.value:
            return
        source = self._source_or_complaint(preview=self._qt_slider().isSliderDown())
        if source is not None:
            self._quantize(source, at_once=False)

    def _on_slider_released(self) -> None:
        state = self.state
        if self._job.running or (state is not None and state.source.step > 1):
            self._on_parameter()

    def _prepare(self) -> None:
        """Compile in the background what the first run needs; later sessions find it on disk."""
        self._status.value = PREPARING
        in_background(_warm_up, self._on_prepared)

    def _on_prepared(self) -> None:
        if isalive(self.native) and self._status.value == PREPARING:
            self._status.value = ""

    def _on_progress(self, step: Progress) -> None:
        self._busy.step(step)

    def _on_made(self, made: _Made) -> None:
        state, contents, layers = made
        if not all(layer in self._viewer.layers for layer in state.source.layers):
            self._finish("The image was removed; its result is dropped.")
            return
        self._show(state, contents, layers)
        self._finish(f"{state.result.summary}, {self._busy.seconds:.2f} s")

    def _on_error(self, error: Exception) -> None:
        self._finish("Failed; see the notification.")
        if not isinstance(error, TypeError | ValueError | MemoryError):
            raise error  # a fault of ours: napari shows it with its traceback
        show_error(str(error) or "Not enough memory for this image.")

    def _finish(self, message: str) -> None:
        self._busy.end(message)
        if isalive(self.native):
            self._start.enabled = True

    # -- showing

    def _show(self, state: State, contents: Contents, made: QuantizedLayers | None) -> None:
        """Add the wanted layers, or update those of the last run."""
        old = self._states.get(state.source.key)
        locks = state.settings.fixed_colors if old is None else old.locks
        self._states[state.source.key] = replace(state, locks=locks)
        added = []
        for role in self._wanted():
            shown = find_output(self._viewer.layers, state.source, role)
            if shown is not None:
                update_layer(shown, getattr(contents, role))
            elif made is not None:
                added.append(self._viewer.add_layer(getattr(made, role)))
        self._watch_outputs(state)
        self._draw()
        if made is not None and made.palette in added and self._viewer.dims.ndisplay == 2:
            self._viewer.reset_view()  # the palette lies beside the picture, often out of sight
        if made is not None and made.labels in added:
            self._viewer.layers.selection.active = made.labels  # hovering then tells the share

    def _watch_outputs(self, state: State) -> None:
        labels, palette = (
            find_output(self._viewer.layers, state.source, role) for role in ("labels", "palette")
        )
        self._watch.add(labels, palette)

    def _replace(self, state: State) -> None:
        """Show a state that was made of the last one, in the layers that are there."""
        old, self._states[state.source.key] = self._states[state.source.key], state
        if state.result is not old.result or state.hidden != old.hidden:
            contents = result_contents(state.source, state.result, state.settings, state.hidden)
            for role, content in zip(Contents._fields, contents, strict=True):
                shown = find_output(self._viewer.layers, state.source, role)
                if shown is not None:
                    update_layer(shown, content)
            self._status.value = state.result.summary
        self._draw()

    def _draw(self, _: object = None) -> None:
        """Draw the state of the chosen image into all views."""
        state = self.state
        if state is None:
            self.palette_view.show_palette(None)
        else:
            self.palette_view.show_palette(
                state.result.palette,
                rgb=display_colors(state.source, state.result.palette),
                locked=state.locked,
                hidden=state.hidden,
                pixel_area=state.source.pixel_area(),
                edited=state.is_edited,
            )
        self._views.show(state)

    def _forget_removed(self, _: object = None) -> None:
        """Let go of results whose image, or all of whose layers, were removed."""
        there = {about(layer).get("source_id") for layer in self._viewer.layers}
        for key, state in list(self._states.items()):
            sources = all(layer in self._viewer.layers for layer in state.source.layers)
            if not sources or key not in there:
                del self._states[key]
        if isalive(self.native):
            self._draw()

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
        self._edit(lambda state: state.recolored(index, color))

    def merge(self, index: int, into: int) -> None:
        """Let a cluster join another one, and take its color."""
        self._edit(lambda state: state.merged(index, into))

    def lock(self, index: int, locked: bool = True) -> None:
        """Keep a color exactly in the next fits, or no longer."""
        self._edit(lambda state: state.with_lock(index, locked))

    def hide_colors(self, hidden: frozenset[int]) -> None:
        """Make these clusters, and no others, transparent."""
        self._edit(lambda state: replace(state, hidden=frozenset(hidden)))

    def reset_colors(self) -> None:
        """Take back all edits of the palette, and show all clusters."""
        self._edit(State.reset)

    def _edit(self, change: Callable[[State], State]) -> None:
        if self.state is None:
            show_error("There is no result to change: quantize an image first.")
            return
        try:
            self._replace(change(self.state))
        except ValueError as error:
            show_error(str(error))

    def _select_label(self, index: int) -> None:
        if index < 0 or self.state is None:
            return
        labels = find_output(self._viewer.layers, self.state.source, "labels")
        if labels is not None:
            labels.selected_label = index + 1
            self._viewer.layers.selection.active = labels

    def _on_selected_label(self, labels: Labels) -> None:
        state = self.state if isalive(self.native) else None
        if state is not None and about(labels).get("source_id") == state.source.key:
            self.palette_view.select(int(labels.selected_label) - 1)

    def _on_point_colors(self, points: Points) -> None:
        """Take over what was done to the palette's points in napari's own controls."""
        state = self.state if isalive(self.native) else None
        if state is None or about(points).get("source_id") != state.source.key:
            return
        for index, color in recolored_points(state, points).items():
            self.recolor(index, color)

    # -- several numbers of colors

    def open_explore(self) -> None:
        """Open the curve of errors over the number of colors."""
        self._views.explore(self.explore, self.take)

    def explore(
        self, first: int = 2, last: int = 10, arrangement: str = "stack"
    ) -> GeneratorWorker | None:
        """Quantize with ``first`` to ``last`` colors, and show all results.

        Parameters
        ----------
        first, last : int, optional
            Numbers of colors.
        arrangement : {"stack", "grid"}, optional
            One layer with a slider for K, or one sheet with all pictures.

        Returns
        -------
        GeneratorWorker or None
            As `run`.
        """
        self.cancel()
        source = self._source_or_complaint()
        if source is None:
            return None
        self._busy.begin(at_once=True)
        numbers = range(first, last + 1)
        view = self._views.explored
        if view is not None:
            view.set_busy(True)

        def show(results: dict[int, Quantization]) -> None:
            self._show_explored(source, results, arrangement)

        return self._job.start(show, quantize_range, source, self.settings, numbers)

    def _show_explored(
        self, source: Source, results: dict[int, Quantization], arrangement: str
    ) -> None:
        layers = self._viewer.layers
        for role in ("explored", "titles"):
            if (old := find_output(layers, source, role)) is not None:
                layers.remove(old)
        for layer in make_explored(explored_contents(source, results, arrangement)):
            self._viewer.add_layer(layer)
        self._viewer.reset_view()
        numbers = list(results)
        errors = [result.mse for result in results.values()]
        suggested = suggest_n_colors(numbers, errors)
        view = self._views.explored
        if view is not None:
            psnr = [result.psnr for result in results.values()]
            view.set_busy(False)
            view.show_errors(numbers, errors, suggested, self.n_colors.value, psnr=psnr)
        self._finish(f"{len(numbers)} results; the elbow is at {suggested} colors.")

    def take(self, n_colors: int) -> None:
        """Quantize with this number of colors, and turn the explored stack to it."""
        self.n_colors.value = n_colors
        self._turn_to(n_colors)
        if not self.live.value:
            self.run()

    def _turn_to(self, n_colors: int) -> None:
        state = self.state
        if state is None:
            return
        stack = find_output(self._viewer.layers, state.source, "explored")
        if stack is not None and about(stack)["arrangement"] == "stack":
            axis = self._viewer.dims.ndim - stack.ndim
            self._viewer.dims.set_point(axis, n_colors)

    # -- views

    def open_color_space(self) -> None:
        """Open the 3-D plot of the pixels' colors; it follows the result."""
        self._views.color_space(self.state)

    def open_shares(self) -> None:
        """Open the shares of the colors, of a stack or time series frame by frame."""
        state = self.state
        if state is None:
            show_error("There are no shares yet: quantize an image first.")
        elif state.result.labels.ndim > 2:
            self._views.frame_shares(state, self._on_frame)
        else:
            self._views.layer_shares([state.source.name], [state.result], self._on_frame)

    def _on_frame(self, frame: int) -> None:
        state = self.state
        if state is not None and state.result.labels.ndim > 2:
            self._viewer.dims.set_current_step(self._viewer.dims.ndim - state.source.ndim, frame)

    def _on_canvas_click(self, _: object, event: Any) -> Generator[None, None, None]:
        """Measure distances in the color space view from the pixel that was clicked."""
        dragged = False
        yield
        while event.type == "mouse_move":
            dragged = True
            yield
        if dragged or not isalive(self.native) or self.state is None:
            return
        values = [_value_at(layer, event) for layer in self.state.source.layers]
        if all(value is not None for value in values):
            color = np.concatenate([np.ravel(value) for value in values])
            self._views.set_reference(color[: self.state.result.palette.n_channels])

    # -- comparing

    def compare(self) -> None:
        """Show the original beside the result, with one camera for both; or go back."""
        if self._compare.side_by_side:
            self._compare.leave()
            return
        state = self.state
        shown = find_output(self._viewer.layers, state.source, "image") if state else None
        if state is None or shown is None:
            show_error("There is nothing to compare: quantize an image first.")
            return
        self._compare.toggle_grid(list(state.source.layers), shown)

    def blink(self) -> None:
        """Hide the result, so that the original is seen in its place; or show it again."""
        if self.state is not None:
            found = (
                find_output(self._viewer.layers, self.state.source, role)
                for role in ("image", "labels")
            )
            self._compare.blink([layer for layer in found if layer is not None])

    def _on_blink_key(self, _: object) -> None:
        self.blink()

    def _on_grid_key(self, _: object) -> None:
        self.compare()

    # -- reuse

    def apply_to_selected(self) -> GeneratorWorker | None:
        """Paint all selected images in the palette of the result, and compare their shares."""
        state = self.state
        layers = self._viewer.layers
        chosen = [x for x in layers if x in layers.selection and x in self.image.choices]
        if state is None or not chosen:
            show_error(
                "There is nothing to apply: quantize an image first, then select the images "
                "that shall get its colors."
            )
            return None
        self.cancel()
        self._busy.begin(at_once=True)
        settings = Settings(
            n_colors=len(state.result.palette),
            color_space=state.settings.color_space,
            palette=tuple(state.color(k) for k in range(len(state.result.palette))),
        )
        sources = [Source((layer,)) for layer in chosen]
        return self._job.start(
            self._on_applied, _produce_all, sources, settings, state.result.palette
        )

    def _on_applied(self, made: list[_Made]) -> None:
        for state, contents, layers in made:
            if state.source.main in self._viewer.layers:
                self._show(state, contents, layers)
        names = [state.source.name for state, _, _ in made]
        self._views.layer_shares(names, [state.result for state, _, _ in made], self._on_frame)
        self._finish(f"{len(made)} images in the same colors.")

    def copy_as_python(self) -> str | None:
        """Copy a script for napari's console that makes the result again; return it, too."""
        state = self.state
        if state is None:
            show_error("There is no result to copy: quantize an image first.")
            return None
        script = python_script(replace(state.source, step=1), state.settings)
        clipboard = QApplication.clipboard()
        if clipboard is not None:
            clipboard.setText(script)
        show_info("Copied: paste it into napari's console.")
        return script

    def restore_settings(self) -> None:
        """Set the controls to what made the viewer's active layer."""
        layer = self._viewer.layers.selection.active
        if layer is None or not is_output(layer):
            show_error("Select a layer that this widget made; its settings are restored.")
            return
        made = about(layer)
        settings = Settings.from_dict(made.get("settings", {}))
        for image in self.image.choices:
            if Source((image,)).key == made["source_id"]:
                self.image.value = image
        self._form.show(settings)
        self._form.choose(region=made.get("region"), window=made.get("window"))
        state = self.state
        if state is not None:
            self._replace(replace(state, locks=settings.fixed_colors))


_Made = tuple[State, Contents, "QuantizedLayers | None"]


def _produce(source: Source, settings: Settings, missing: bool) -> Generator[Progress, None, _Made]:
    """Quantize, and make what the layers need; runs in a thread."""
    outcome = yield from quantize_source(source, settings)
    result = edited(outcome.result, settings.edits)
    return _made(State(source, settings, outcome.result, result, outcome.sample), missing)


def _produce_all(
    sources: list[Source], settings: Settings, palette: Any
) -> Generator[Progress, None, list[_Made]]:
    """Paint several images in one palette, and make what their layers need."""
    outcomes = yield from assign_palette(sources, palette, settings.color_space)
    return [
        _made(State(source, settings, outcome.result, outcome.result, outcome.sample), True)
        for source, outcome in zip(sources, outcomes, strict=True)
    ]


def _made(state: State, missing: bool) -> _Made:
    contents = result_contents(state.source, state.result, state.settings)
    # napari compiles code for the first Labels layer: better here than on the GUI thread.
    return state, contents, make_layers(contents) if missing else None


def _warm_up() -> None:
    """Compile the kernels for photographs, and napari's own for Labels layers."""
    noise = np.random.default_rng(0).integers(0, 256, (40, 40, 3)).astype(np.uint8)
    quantize_layer(Image(noise, rgb=True), n_colors=3)


def _value_at(layer: Image, event: Any) -> Any:
    value = layer.get_value(
        event.position,
        view_direction=event.view_direction,
        dims_displayed=list(event.dims_displayed),
        world=True,
    )
    return value[-1] if isinstance(value, tuple) else value  # multiscale: (level, value)
