"""The 3-D color view: an image's pixels and its palette as points in a color space."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from qtpy.QtCore import QEvent, Qt, QTimer, Signal  # type: ignore[attr-defined]
from qtpy.QtWidgets import QWidget
from superqt import QElidingLabel

from napari_kmeans_quantizer import Palette
from napari_kmeans_quantizer.core.files.writing import write_file
from napari_kmeans_quantizer.core.report import percent
from napari_kmeans_quantizer.plugin.models.display import Display
from napari_kmeans_quantizer.plugin.views.files import PNG, proposed_name, save_as
from napari_kmeans_quantizer.plugin.views.parts import arrange, describe

from .axes import Stage, distance_label, make_stage, place, spaces_differ, units
from .controls import (
    CLUSTER,
    DISTANCE,
    OWN,
    ColorBar,
    Controls,
    Place,
    encoded,
    message,
    theme_colors,
    with_bar,
)
from .picking import is_click, point_at, star_at, turn_by_key
from .scene import ColorSpaceScene, gl_is_available, star_sizes, viridis

if TYPE_CHECKING:
    import os

    from numpy.typing import ArrayLike, NDArray
    from qtpy.QtGui import QImage, QShowEvent

    Floats = NDArray[Any]

PICTURE_SCALE = 2
MOST_NAMED = 24  # of stars whose names are written beside them: more would hide each other
NO_GL = "This view needs OpenGL, which is not available here."


class ColorSpaceView(QWidget):
    """Pixels of an image as points in a color space, and the cluster centers as stars.

    It draws what it is told and says what the user wants.

    Parameters
    ----------
    parent : QWidget, optional
        The widget that this becomes a child of.

    Attributes
    ----------
    space, color_by : QComboBox
        In which space, and in which colors, the points are drawn.
    n_points : QSpinBox
        How many points are drawn: the first so many of those given.
    home, save : QPushButton
        Reset the view, and save it as a picture.
    name : str
        Of the image: files are called as it is.
    reference_picked : Signal
        Emitted with a color (C,), in the image's units, when a point or a star is clicked.
    point_picked : Signal(int)
        A point was clicked: which of the pixels.

    Examples
    --------
    >>> view = ColorSpaceView()  # doctest: +SKIP
    >>> view.show_result(colors, labels, palette)  # doctest: +SKIP
    """

    reference_picked = Signal(object)
    point_picked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name = ""
        self._colors: NDArray[Any] = np.zeros((0, 3))
        self._labels: NDArray[np.intp] = np.zeros(0, np.intp)
        self._palette: Palette | None = None
        self._display: Display | None = None
        self._reference: Floats | None = None
        self._marked: NDArray[np.intp] = np.zeros(0, np.intp)
        self._stages: dict[str, Stage] = {}
        self._placed: tuple[Any, NDArray[Any], Floats, Floats] | None = None
        self._star_places: Floats = np.zeros((0, 3))
        self._star_sizes: Floats = np.zeros(0)
        self._is_stale = False
        self._viridis = viridis()
        self._controls = Controls()
        self.space, self.color_by = self._controls.space, self._controls.color_by
        self.n_points = self._controls.n_points
        self.home, self.save = self._controls.home, self._controls.save
        self.bar = ColorBar(self._viridis)
        self.bar.hide()
        self._arrange()
        self._scene: ColorSpaceScene | None = None
        self._make_scene()
        self._connect()

    # -- controls

    def _arrange(self) -> None:
        self._place = Place()
        self._status = QElidingLabel()
        self._status.setAccessibleName("What was saved")
        self._status.hide()
        arrange(self, self._controls, self._place, self.bar, self._status)

    def _connect(self) -> None:
        self.space.currentIndexChanged.connect(self._refresh)
        self.color_by.currentIndexChanged.connect(self._refresh)
        self.n_points.valueChanged.connect(self._refresh)
        self.home.clicked.connect(self._go_home)
        self.save.clicked.connect(self._ask_and_save)

    def _make_scene(self) -> None:
        """Make the canvas, or say why there is none."""
        try:
            self._scene = ColorSpaceScene(self) if gl_is_available() else None
        except Exception:  # whatever a driver or a binding lacks, the rest of the window works
            self._scene = None
        if self._scene is None:
            self._place.put(message(NO_GL))
            return
        canvas = self._scene.canvas
        canvas.native.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        describe(canvas.native, "Colors in 3-D", "")
        self._place.put(canvas.native)
        self._n_contexts = 0
        # vispy holds methods weakly: these connections keep nothing alive.
        canvas.events.initialize.connect(self._on_context)
        canvas.events.mouse_release.connect(self._on_release)
        canvas.events.mouse_move.connect(self._on_move)
        canvas.events.key_press.connect(self._on_key)
        self._take_theme()
        self._draw()

    def _on_context(self, _: object) -> None:
        """Draw anew in a new context: Qt makes one when the dock is torn off, or put back."""
        self._n_contexts += 1
        if self._n_contexts == 2 and self._scene is not None:
            self._scene.canvas.events.draw.block()  # its buffers are gone with the old context
            QTimer.singleShot(0, self._remake_scene)

    def _remake_scene(self) -> None:
        scene = self.scene
        if scene is None:
            return
        looks = scene.camera.get_state()
        native = scene.canvas.native
        had_focus = native.hasFocus()
        scene.canvas.close()
        native.deleteLater()
        self._make_scene()
        if self._scene is not None:
            self._scene.camera.set_state(looks)
            if had_focus:
                self._scene.canvas.native.setFocus()

    @property
    def scene(self) -> ColorSpaceScene | None:
        """The vispy scene; None without OpenGL, or if Qt has deleted the canvas."""
        return self._scene if self._scene is not None and self._scene.is_alive else None

    # -- what the view is told

    def show_result(
        self,
        colors: ArrayLike,
        labels: ArrayLike,
        palette: Palette,
        display: Display | None = None,
    ) -> None:
        """Draw pixels and cluster centers.

        Parameters
        ----------
        colors : (m, C) array_like
            Pixels in the image's units, in random order: the first `n_points` are drawn.
        labels : (m,) array_like of int
            The cluster of each, from 0.
        palette : Palette
            The cluster centers.
        display : Display, optional
            How the image is shown, and what its channels are called; by default ``palette.rgb``.
        """
        self._colors = np.asarray(colors)
        self._labels = np.asarray(labels)
        display = Display.of_palette(palette) if display is None else display
        self._display = display
        self._palette = palette
        if self._reference is not None and len(self._reference) != palette.n_channels:
            self._reference = None
        self._allow(spaces_differ(display))
        self._refresh()

    def set_reference(self, color: ArrayLike) -> None:
        """Measure distances from this color (C,), in the image's units, and mark it."""
        self._reference = np.asarray(color, dtype=np.float64).ravel()
        self._refresh()

    def mark(self, pixels: ArrayLike) -> None:
        """Mark some of the pixels, also of those that are not drawn for want of room."""
        self._marked = np.asarray(pixels, np.intp)
        if self.isVisible():
            self._draw_marks()
        else:
            self._is_stale = True

    def clear(self) -> None:
        """Draw nothing but the axes, and forget the reference."""
        self._colors, self._labels, self._marked = (
            part[:0] for part in (self._colors, self._labels, self._marked)
        )
        self._palette = self._display = self._reference = self._placed = None
        self._allow(False)
        self._refresh()

    def _allow(self, spaces: bool) -> None:
        self._controls.allow(self._scene is not None and self._palette is not None, spaces)
        if self._palette is not None and not spaces:
            self.space.setCurrentIndex(0)

    # -- drawing

    def _refresh(self, _: object = None) -> None:
        """Draw, or leave that to the moment when the view is seen again."""
        self._is_stale = not self.isVisible()
        if not self._is_stale:
            self._draw()

    def _draw(self) -> None:
        scene, palette, display = self.scene, self._palette, self._display
        if scene is None:
            return
        if palette is None or display is None:
            self._draw_nothing(scene)
            return
        space = self.space.currentText()
        places, rgb = self._place_points(space, display)
        stage = make_stage(space, places, display, self._stages.get(space))
        self._stages[space] = stage
        scene.set_stage(stage)
        scene.set_points(places, self._point_colors(places, rgb, palette, display))
        self._star_places = place(display, palette.colors, space)
        self._star_sizes = star_sizes(palette.share)
        scene.set_stars(self._star_places, display.shown(palette.colors), self._star_sizes)
        names = palette.names if len(palette) <= MOST_NAMED else None
        scene.set_star_names(self._star_places, names or ())
        marked = self._reference is not None or self.color_by.currentText() == DISTANCE
        scene.set_ring(self._reference_place(space, palette, display) if marked else None)
        self._draw_marks()

    def _draw_marks(self) -> None:
        if self.scene is None or self._display is None:
            return
        colors = self._colors[self._marked[self._marked < len(self._colors)]]
        places = place(self._display, colors, self.space.currentText())
        self.scene.set_marks(places.astype(np.float32), self._display.shown(colors))

    def _draw_nothing(self, scene: ColorSpaceScene) -> None:
        none = np.zeros((0, 3), np.float32)
        blank = Display.of_palette(Palette(np.zeros((1, 3)), value_range=(0.0, 1.0)))
        scene.set_stage(make_stage(self.space.currentText(), np.zeros((0, 3)), blank, None))
        self._star_places, self._star_sizes = none, np.zeros(0)
        scene.set_points(none, none)
        scene.set_stars(none, none, self._star_sizes)
        scene.set_star_names(none, ())
        scene.set_ring(None)
        scene.set_marks(none, none)
        self.bar.hide()

    def _place_points(self, space: str, display: Display) -> tuple[Floats, Floats]:
        """Return places and shown colors; while only the palette changes, those from before."""
        colors = self._colors[: self.n_points.value()]
        if self._placed is not None:
            (space_before, display_before), same, places, rgb = self._placed
            as_before = space == space_before and display.looks_like(display_before)
            if as_before and same.dtype == colors.dtype and np.array_equal(same, colors):
                return places, rgb
        places = place(display, colors, space).astype(np.float32)
        rgb = display.shown(colors).astype(np.float32)
        self._placed = ((space, display), colors.copy(), places, rgb)
        return places, rgb

    def _point_colors(
        self, places: Floats, rgb: Floats, palette: Palette, display: Display
    ) -> Floats:
        mode = self.color_by.currentText()
        self.bar.setVisible(mode == DISTANCE)
        if mode == OWN:
            return rgb
        if mode == CLUSTER:
            return display.shown(palette.colors).astype(np.float32)[self._labels[: len(rgb)]]
        space = self.space.currentText()
        away = places - self._reference_place(space, palette, display).astype(np.float32)
        distance = np.sqrt(np.einsum("ij,ij->i", away, away))
        largest = float(distance.max(initial=0.0)) or 1.0
        self.bar.show_range(largest * units(space, display), distance_label(space, display))
        table: Floats = self._viridis[np.rint(distance * (255 / largest)).astype(np.intp)]
        return table

    def _reference_place(self, space: str, palette: Palette, display: Display) -> Floats:
        color = self._reference
        if color is None:
            color = palette.colors[int(np.argmax(palette.counts))]
        return place(display, color[None], space)[0]

    # -- mouse and keys

    def _on_release(self, event: Any) -> None:
        if not is_click(event) or self._palette is None:
            return
        star = self._star_at(event.pos)
        point = self._point_at(event.pos) if star is None else None
        if star is None and point is None:
            return
        color = self._colors[point] if star is None else self._palette.colors[star]
        self._reference = np.array(color, dtype=np.float64)
        self.color_by.setCurrentText(DISTANCE)
        self._refresh()
        self.reference_picked.emit(color.copy())
        if point is not None:
            self.point_picked.emit(point)

    def _point_at(self, pos: Floats) -> int | None:
        if self.scene is None or self._placed is None:
            return None
        return point_at(self.scene, self._placed[2], pos)

    def _star_at(self, pos: Floats) -> int | None:
        if self.scene is None:
            return None
        return star_at(self.scene, self._star_places, self._star_sizes, pos)

    def _on_move(self, event: Any) -> None:
        palette, display = self._palette, self._display
        if self.scene is None or event.press_event is not None:
            return
        star = self._star_at(event.pos)
        text = ""
        if star is not None and palette is not None and display is not None:
            share = palette.share[star]
            name = palette.names[star] if palette.names else ""
            text = f"{name} · " if name else ""
            text += display.hex(palette.colors[star : star + 1])[0]
            text += f" · {percent(share)}" if share else ""
        if self.scene.canvas.native.toolTip() != text:
            self.scene.canvas.native.setToolTip(text)

    def _on_key(self, event: Any) -> None:
        if self.scene is not None and event.key is not None and not event.modifiers:
            # Else napari would step through its sliders as well.
            event.handled = turn_by_key(self.scene.camera, event.key.name) or event.handled

    def _go_home(self) -> None:
        if self.scene is not None:
            self.scene.go_home()

    # -- Qt

    def showEvent(self, event: QShowEvent | None) -> None:  # noqa: N802
        """Draw what came while the view was hidden."""
        super().showEvent(event)
        if self._is_stale:
            self._refresh()

    def changeEvent(self, event: QEvent | None) -> None:  # noqa: N802
        """Follow the window's theme."""
        super().changeEvent(event)
        changes = (QEvent.Type.PaletteChange, QEvent.Type.StyleChange)
        if event is not None and event.type() in changes:
            self._take_theme()

    def _take_theme(self) -> None:
        if getattr(self, "_scene", None) is None or self.scene is None:
            return  # Qt sends events while the widget is still being made
        self.scene.set_theme(*theme_colors(self))

    # -- pictures

    def save_picture(self, path: str | os.PathLike[str]) -> None:
        """Save the view, with the color bar if there is one, as a PNG.

        Parameters
        ----------
        path : str or path-like
            The file; one that exists is replaced, but only by a complete picture.

        Raises
        ------
        OSError
            If the file cannot be written.
        ValueError
            If the name does not end in ``.png``.
        RuntimeError
            If there is nothing to save: OpenGL is missing, or the view was never shown.
        """
        if Path(path).suffix.lower() != ".png":
            raise ValueError(
                f"The name of the picture's file must end in .png, got {Path(path).name!r}."
            )
        write_file(path, encoded(self._picture()), overwrite=True)

    def _picture(self) -> QImage:
        if self.scene is None or not self.scene.canvas.native.isValid():
            raise RuntimeError("There is no picture to save: show the view first, with OpenGL.")
        bar = None if self.bar.isHidden() else self.bar
        return with_bar(self.scene.render(PICTURE_SCALE), bar, self.scene.canvas.native.width())

    def _ask_and_save(self) -> None:
        name = proposed_name(self.name, "colors.png")
        save_as(self, self.save_picture, "Save picture", name, [PNG], self._tell)

    def _tell(self, message: str) -> None:
        self._status.setText(message)
        self._status.setVisible(bool(message))
