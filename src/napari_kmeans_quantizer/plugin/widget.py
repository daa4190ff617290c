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
from napari_kmeans_quantizer.plugin.panel import preferences

from .jobs import LatestJob, in_background
from .layers.comparison import Comparison
from .layers.contents import Contents
from .layers.make import about, is_output
from .models.script import python_script
from .models.settings import Settings
from .models.source import Source, current_slice, display_colors, preview_step
from .models.state import State
from .panel.busy import Busy
from .panel.buttons import Action, Buttons, folded, in_tab_order, one_at_a_time
from .panel.connections import Ties
from .panel.form import Form, box, connect_all
from .produce import Product, produce, produce_alike, warm_up
from .session import Session, value_at
from .views.palette.view import PaletteView
from .views.views import Views
from .work import quantize_range

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from superqt.utils import GeneratorWorker

    from napari_kmeans_quantizer import Progress, Quantization

    from .models.settings import Color

MIN_WIDTH, MAX_WIDTH = 304, 320
PREPARING = "Preparing for the first use ..."
DEBOUNCE = 5  # milliseconds: changes that come in one go count as one
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
        self._session = Session(napari_viewer, self._draw, self._on_label)
        self._job = LatestJob(self._on_progress, self._on_error)
        self._channels: tuple[Image, ...] = ()
        self._asked = True  # by a click, not by a change with Live on
        self._compare = Comparison(napari_viewer)
        self._views = Views(napari_viewer)
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
        parts = folded(
            "Region, stack, channels", "What of the image takes part", self._form.parts()
        )
        advanced = folded("Advanced", "Seldom needed: effort, seed, sample", self._form.advanced())
        one_at_a_time(parts, advanced)
        layout.insertWidget(1, parts)
        layout.insertWidget(2, advanced)
        self.buttons = Buttons(*self._actions())
        layout.addWidget(self.palette_view, 1)
        layout.addWidget(self.buttons)
        layout.setSpacing(4)
        in_tab_order(self.add_palette, self.live, self._start, self._busy.cancel)
        self.native.setMinimumWidth(MIN_WIDTH)
        self.native.setMaximumWidth(MAX_WIDTH)
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
        self._tie()

    def _tie(self) -> None:
        layers = self._viewer.layers
        events = {
            layers.selection.events.active: self.follow_active_layer,
            layers.events.inserted: self._on_layers,
            layers.events.reordered: self._on_layers,
            layers.events.renamed: self._on_layers,
            layers.events.removed: self._on_removed,
            self._viewer.dims.events.current_step: self._on_step,
        }
        keys = {BLINK_KEY: self._on_blink_key, GRID_KEY: self._on_grid_key}
        self._ties = Ties(
            self.native, self._viewer, events, keys, self._on_canvas_click, self._on_leave
        )
        self.native.destroyed.connect(self._on_destroyed)

    def _on_destroyed(self, _: object = None) -> None:
        self._job.cancel()
        self._ties.loosen()

    def _on_leave(self) -> None:
        """Leave nothing behind that nobody could end: the dock was closed."""
        self.cancel()
        self._soon.stop()
        self._compare.leave()
        self._compare.show_results()
        self._views.close()
        self._session.forget()
        QTimer.singleShot(0, self._vanish)

    def _vanish(self) -> None:
        if isalive(self.native) and self.native.parent() is None:
            self.native.deleteLater()  # unless it was docked again at once

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

    def _on_layers(self, _: object = None) -> None:
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
        selected = self._viewer.layers.selection
        layers = tuple(x for x in self.image.choices if x in selected)
        if len(layers) > 1:
            self._channels = layers  # remembered: a result of theirs is selected next
        there = all(layer in self._viewer.layers for layer in self._channels)
        return self._channels if there and chosen in self._channels else (chosen,)

    @property
    def state(self) -> State | None:
        """What is known of the chosen image; None before its first result."""
        chosen = self.image.value
        if chosen is None:
            return None
        keys = [Source((layer,)).key for layer in self._chosen_layers()]
        return self._session.state("+".join(keys))

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
        self._soon.stop()
        self.cancel()
        source = self._source_or_complaint()
        if source is None:
            return None
        self._start.enabled = False
        return self._quantize(source)

    def _source_or_complaint(self, asked: bool = True, preview: bool = False) -> Source | None:
        """Return what is to be quantized; if that cannot be, say why and return None."""
        self._asked = asked
        try:
            source = self.source(preview)
        except (TypeError, ValueError) as error:
            self._on_error(error)
            return None
        if source is None:
            show_error("There is no image to quantize: open one, or use File > Open Sample.")
        return source

    def _quantize(self, source: Source) -> GeneratorWorker:
        missing = self._session.is_missing(source, self._wanted())
        self._busy.begin(at_once=self._asked)
        return self._job.start(self._on_made, produce, source, self.settings, missing)

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

    def _on_step(self, _: object = None) -> None:
        """Follow the slice that is shown, if it alone is quantized."""
        state = self.state if self.live.value and self.extent.value == "slice" else None
        # New layers move the viewer's dims, too: only another slice of the image counts.
        if state and current_slice(state.source.main, self._viewer.dims) != state.source.window:
            self._soon.start()

    def _run_live(self) -> None:
        if self.image.value is None or not self.live.value:
            return
        dragging = self._qt_slider().isSliderDown()
        source = self._source_or_complaint(asked=False, preview=dragging)
        if source is not None:
            self._quantize(source)

    def _on_slider_released(self) -> None:
        state = self.state
        if self._job.running or (state is not None and state.source.step > 1):
            self._on_parameter()

    def _prepare(self) -> None:
        """Compile in the background what the first run needs; later sessions find it on disk."""
        self._busy.say(PREPARING)
        # The first layer makes napari's register of units, which two threads cannot do at once.
        Image(np.zeros((1, 1)))
        in_background(warm_up, self._on_prepared)

    def _on_prepared(self) -> None:
        if isalive(self.native) and self._status.value == PREPARING:
            self._busy.say("")

    def _on_progress(self, step: Progress) -> None:
        self._busy.step(step)

    def _on_made(self, product: Product) -> None:
        if not self._session.holds(product.state.source):
            self._finish("The image was removed; its result is dropped.")
            return
        self._session.show(product, self._wanted())
        self._finish(f"{product.state.result.summary}, {self._busy.seconds:.2f} s")

    def _on_error(self, error: Exception) -> None:
        message = str(error) or "Not enough memory for this image."
        # What nobody has asked for by a click is no reason to interrupt: that would come with
        # every step of a slider.
        self._finish("Failed; see the notification." if self._asked else message)
        if not isinstance(error, TypeError | ValueError | MemoryError):
            raise error  # a fault of ours: napari shows it with its traceback
        if self._asked:
            show_error(message)

    def _finish(self, message: str) -> None:
        self._busy.end(message)
        if (view := self._views.explored) is not None:
            view.set_busy(False)
        if isalive(self.native):
            self._start.enabled = True

    # -- showing

    def _draw(self, _: object = None) -> None:
        """Draw the state of the chosen image into all views."""
        if not isalive(self.native):
            return
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
                edited=state.is_edited or bool(state.hidden),
            )
        self._views.show(state)

    def _on_removed(self, _: object = None) -> None:
        self._on_layers()
        self._session.forget_removed()

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
            self._session.change(change(self.state))
        except ValueError as error:
            show_error(str(error))
            return
        self._busy.say(self.state.result.summary)

    def _select_label(self, index: int) -> None:
        if index < 0 or self.state is None:
            return
        labels: Any = self._session.output(self.state.source, "labels")
        if labels is not None:
            labels.selected_label = index + 1
            self._viewer.layers.selection.active = labels

    def _on_label(self, state: State, index: int) -> None:
        if isalive(self.native) and state is self.state:
            self.palette_view.select(index)

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

        Raises
        ------
        ValueError
            If these are no ascending numbers of colors, or the arrangement is unknown.
        """
        if not 1 <= first <= last or arrangement not in ("stack", "grid"):
            raise ValueError(
                'Explore needs 1 <= first <= last, and "stack" or "grid"; '
                f"got {first}, {last}, {arrangement!r}."
            )
        self.cancel()
        source = self._source_or_complaint()
        if source is None:
            return None
        self._busy.begin(at_once=True)
        self._views.exploring(first, last, arrangement)
        settings = replace(self.settings, palette=None)  # with one there is nothing to explore

        def show(results: dict[int, Quantization]) -> None:
            self._show_explored(source, settings, results, arrangement)

        least = len(settings.fixed_colors)
        numbers = range(max(first, least), max(last, least) + 1)
        return self._job.start(show, quantize_range, source, settings, numbers)

    def _show_explored(
        self,
        source: Source,
        settings: Settings,
        results: dict[int, Quantization],
        arrangement: str,
    ) -> None:
        if not self._session.holds(source):
            self._finish("The image was removed; its results are dropped.")
            return
        self._session.show_explored(source, settings, results, arrangement)
        numbers = list(results)
        errors = [result.mse for result in results.values()]
        suggested = suggest_n_colors(numbers, errors)
        view = self._views.explored
        if view is not None:
            psnr = [result.psnr for result in results.values()]
            view.show_errors(numbers, errors, suggested, self.n_colors.value, psnr=psnr)
        self._turn_to(source, self.n_colors.value if self.n_colors.value in results else suggested)
        self._finish(f"{len(numbers)} results; the elbow is at {suggested} colors.")

    def take(self, n_colors: int) -> None:
        """Quantize with this number of colors, and turn the explored stack to it."""
        self.n_colors.value = n_colors
        if self.state is not None:
            self._turn_to(self.state.source, n_colors)
        if not self.live.value:
            self.run()

    def _turn_to(self, source: Source, n_colors: int) -> None:
        stack = self._session.output(source, "explored")
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
        values = value_at(self.state.source, event)
        if values is not None:
            self._views.set_reference(values[: self.state.result.palette.n_channels])

    # -- comparing

    def compare(self) -> None:
        """Show the original beside the result, with one camera for both; or go back."""
        if self._compare.side_by_side:
            self._compare.leave()
            return
        state = self.state
        shown = self._session.output(state.source, "image") if state else None
        if state is None or shown is None:
            show_error("There is nothing to compare: quantize an image first.")
            return
        self._compare.toggle_grid(list(state.source.layers), shown)

    def blink(self) -> None:
        """Hide the result, so that the original is seen in its place; or show it again."""
        if self.state is not None:
            roles = ("image", "labels")
            found = [self._session.output(self.state.source, role) for role in roles]
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
        sources = [Source((layer,)) for layer in chosen]
        color_space = state.settings.color_space
        return self._job.start(
            self._on_applied, produce_alike, sources, state.result.palette, color_space
        )

    def _on_applied(self, products: list[Product]) -> None:
        kept = [product for product in products if self._session.holds(product.state.source)]
        for product in kept:
            self._session.show(product, self._wanted())
        states = [product.state for product in kept]
        if states:
            names = [state.source.name for state in states]
            self._views.layer_shares(names, [state.result for state in states], self._on_frame)
        self._finish(f"{len(states)} images in the same colors.")

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
        keys = made["source_id"].split("+")
        images = [image for image in self.image.choices if Source((image,)).key in keys]
        if images:
            self.image.value = images[0]
        self.channels.value = len(keys) > 1
        self._channels = tuple(images) if len(images) == len(keys) > 1 else ()
        self._form.show(settings)
        self._form.choose(made, settings)
        state = self.state
        if state is not None:
            self._session.change(replace(state, locks=settings.fixed_colors))
