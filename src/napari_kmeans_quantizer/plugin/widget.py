"""The quantizer's widget: controls and threads, nothing else."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, Any

import napari.viewer
import numpy as np
from magicgui.widgets import (
    CheckBox,
    ComboBox,
    Container,
    Label,
    ProgressBar,
    PushButton,
    Slider,
    SpinBox,
)
from napari.layers import Image
from napari.utils import progress
from napari.utils.notifications import show_error
from qtpy.compat import isalive
from superqt.utils import create_worker

from napari_kmeans_quantizer import Quantization, quantize_steps

from .layers import (
    QuantizedLayers,
    find_output,
    is_output,
    quantize_layer,
    result_layers,
    source_array,
    update_layer,
)

if TYPE_CHECKING:
    from collections.abc import Generator

    from magicgui.widgets import Widget
    from superqt.utils import GeneratorWorker

    from napari_kmeans_quantizer import Progress

MAX_WIDTH = 320
PREPARING = "Preparing for the first use ..."
SHOW_PROGRESS_AFTER = 0.3  # seconds; a bar that flashes up and vanishes only disturbs


class QuantizerWidget(Container):
    """Quantize the active image layer from napari's menus, or from code.

    Parameters
    ----------
    napari_viewer : napari.viewer.Viewer
        Where layers are taken from and added to.

    Attributes
    ----------
    image, n_colors, seed, add_image, add_labels, add_palette : magicgui widgets
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
        self._worker: GeneratorWorker | None = None
        self._run = 0
        self._bar: progress | None = None
        self._make_controls()
        super().__init__(widgets=self._arranged(), labels=False)
        self.native.setMaximumWidth(MAX_WIDTH)
        self.n_colors.max_width = 90
        self._status.native.setWordWrap(True)
        self._running(False)
        self._connect()
        self.follow_active_layer()
        self._prepare()

    def _make_controls(self) -> None:
        self.image = ComboBox(
            label="Image",
            choices=self._image_choices,
            tooltip="The image layer to quantize; follows the active layer",
        )
        self.n_colors = SpinBox(value=16, min=1, max=256, tooltip="Number of colors, 1 to 256")
        self._slider = Slider(
            value=16, min=2, max=64, readout=False, tooltip="Number of colors, 2 to 64"
        )
        self.seed = SpinBox(
            label="Seed",
            value=0,
            min=0,
            max=2**31 - 1,
            tooltip="Same seed, same result; another one may find slightly other colors",
        )
        self.add_image = CheckBox(text="image", value=True, tooltip="Add the painted image")
        self.add_labels = CheckBox(
            text="labels", value=True, tooltip="Add a Labels layer, one label per color"
        )
        self.add_palette = CheckBox(
            text="palette", value=True, tooltip="Add the colors as points beside the picture"
        )
        self._start = PushButton(text="Quantize", tooltip="Reduce the image to these colors")
        self._cancel = PushButton(text="Cancel", tooltip="Stop, and leave all layers as they are")
        self._progress = ProgressBar(min=0, max=100, value=0)
        self._running_row = _box(self._progress, self._cancel, layout="horizontal")
        self._status = Label(value="")

    def _arranged(self) -> list[Widget]:
        return [
            _box(
                self.image,
                _box(self._slider, self.n_colors, label="Colors", layout="horizontal"),
                self.seed,
                _box(
                    self.add_image,
                    self.add_labels,
                    self.add_palette,
                    label="Add",
                    layout="horizontal",
                ),
                labels=True,
            ),
            self._start,
            self._running_row,
            self._status,
        ]

    def _connect(self) -> None:
        self._slider.changed.connect(self._on_slider)
        self.n_colors.changed.connect(self._on_n_colors)
        self._start.clicked.connect(self.run)
        self._cancel.clicked.connect(self.cancel)
        self.native.destroyed.connect(self.cancel)
        self._viewer.layers.selection.events.active.connect(self.follow_active_layer)

    # -- layers

    def _image_choices(self, _: Any) -> list[Image]:
        layers = self._viewer.layers
        return [layer for layer in layers if isinstance(layer, Image) and not is_output(layer)]

    def follow_active_layer(self) -> None:
        """Choose the viewer's active layer, if it is an image that can be quantized."""
        self.image.reset_choices()
        active = self._viewer.layers.selection.active
        if active is not None and active in self.image.choices:
            self.image.value = active

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
        if self.image.value is None:
            show_error("There is no image to quantize: open one, or use File > Open Sample.")
            return None
        source = getattr(self.image.value, "__wrapped__", self.image.value)
        settings = {"n_colors": self.n_colors.value, "random_state": self.seed.value}
        # superqt's, not napari's: that one keeps every worker for the window's list of tasks.
        worker = create_worker(
            _quantize, source, settings, _start_thread=False, _ignore_errors=True
        )
        # Callbacks know the run by its number: holding the worker would keep it, and its result,
        # alive for ever.
        self._run = run = self._run + 1
        worker.yielded.connect(partial(self._on_progress, run))
        worker.returned.connect(partial(self._on_result, run, source))
        worker.errored.connect(partial(self._on_error, run))
        self._worker = worker
        self._running(True)
        worker.start()
        return worker

    def cancel(self) -> None:
        """Stop a run that is under way; all layers stay as they are."""
        if self._worker is not None:
            self._worker.quit()
            self._finish("Cancelled.")

    def _is_stale(self, run: int) -> bool:
        return self._worker is None or run != self._run

    def _prepare(self) -> None:
        """Compile in the background what the first run needs; later sessions find it on disk."""
        self._status.value = PREPARING
        worker = create_worker(_warm_up, _start_thread=False, _ignore_errors=True)
        worker.finished.connect(self._on_prepared)
        worker.start()

    def _on_prepared(self, _: object = None) -> None:
        if isalive(self.native) and self._status.value == PREPARING:
            self._status.value = ""

    def _on_progress(self, run: int, step: Progress) -> None:
        if self._is_stale(run):
            return
        percent = round(100 * step.fraction)
        self._progress.value = percent
        self._status.value = f"{step.stage} ..."
        if self._bar is None and time.perf_counter() - self._started > SHOW_PROGRESS_AFTER:
            self._bar = progress(total=100, desc="K-means")
        if self._bar is not None:
            self._bar.update(percent - self._bar.n)

    def _on_result(
        self, run: int, source: Image, made: tuple[Quantization, QuantizedLayers]
    ) -> None:
        if self._is_stale(run):
            return
        result, layers = made
        if source not in self._viewer.layers:
            self._finish("The image was removed; its result is dropped.")
            return
        self._show(source, layers)
        seconds = time.perf_counter() - self._started
        self._finish(f"{result.summary}, {seconds:.2f} s")

    def _on_error(self, run: int, error: Exception) -> None:
        if self._is_stale(run):
            return
        self._finish("Failed; see the notification.")
        if not isinstance(error, TypeError | ValueError | MemoryError):
            raise error  # a fault of ours: napari shows it with its traceback
        show_error(str(error) or "Not enough memory for this image.")

    def _finish(self, message: str) -> None:
        self._worker = None
        if self._bar is not None:
            self._bar.close()
            self._bar = None
        if isalive(self.native):
            self._running(False)
            self._status.value = message

    def _running(self, running: bool) -> None:
        self._started = time.perf_counter()
        self._start.enabled = not running
        self._running_row.visible = running
        self._progress.value = 0

    def _show(self, source: Image, new: QuantizedLayers) -> None:
        """Add the wanted layers, or update those of the last run."""
        wanted = (self.add_image.value, self.add_labels.value, self.add_palette.value)
        layers = self._viewer.layers
        added = []
        for role, layer, want in zip(QuantizedLayers._fields, new, wanted, strict=True):
            if not want:
                continue
            shown = find_output(layers, source, role)
            if shown is None:
                added.append(self._viewer.add_layer(layer))
            else:
                update_layer(shown, layer)
        if new.palette in added and self._viewer.dims.ndisplay == 2:
            self._viewer.reset_view()  # the palette lies beside the picture, often out of sight
        if new.labels in added:
            layers.selection.active = new.labels  # hovering then tells hex and share

    # -- colors

    def _on_slider(self, value: int) -> None:
        self.n_colors.value = value

    def _on_n_colors(self, value: int) -> None:
        with self._slider.changed.blocked():
            self._slider.value = int(min(max(value, self._slider.min), self._slider.max))


def _box(*widgets: Widget, labels: bool = False, **options: Any) -> Container:
    box = Container(widgets=widgets, labels=labels, **options)
    box.margins = (0, 0, 0, 0)
    return box


def _warm_up() -> None:
    """Compile the kernels for photographs, and napari's own for Labels layers."""
    noise = np.random.default_rng(0).integers(0, 256, (40, 40, 3)).astype(np.uint8)
    quantize_layer(Image(noise, rgb=True), n_colors=3)


def _quantize(
    source: Image, settings: dict[str, Any]
) -> Generator[Progress, None, tuple[Quantization, QuantizedLayers]]:
    """Quantize and make the layers; runs in the worker's thread."""
    channel_axis: Any = "auto" if source.rgb else None
    result = yield from quantize_steps(source_array(source), channel_axis=channel_axis, **settings)
    # napari compiles code for the first Labels layer: better here than on the GUI thread.
    return result, result_layers(source, result, settings)
