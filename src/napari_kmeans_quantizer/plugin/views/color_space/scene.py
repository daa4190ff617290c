"""The vispy scene of the 3-D color view: points, stars, axes, camera."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from qtpy.compat import isalive
from qtpy.QtGui import QOpenGLContext
from vispy.color import get_colormap  # type: ignore[import-untyped,unused-ignore]
from vispy.scene import SceneCanvas  # type: ignore[import-untyped,unused-ignore]
from vispy.scene.cameras import TurntableCamera  # type: ignore[import-untyped,unused-ignore]
from vispy.scene.visuals import (  # type: ignore[import-untyped,unused-ignore]
    Line,
    Markers,
    Text,
)

from .axes import GREY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from qtpy.QtWidgets import QWidget

    from .axes import Stage

    Floats = NDArray[np.floating[Any]]

HOME = {"azimuth": 32.0, "elevation": 22.0, "roll": 0.0}
FIELD_OF_VIEW = 28.0
POINT_SIZE, SMALL_POINT_SIZE = 4.0, 3.0
MANY_POINTS = 20_000  # more are drawn smaller
FILL = 0.9  # of the view that the box takes up
STAR_SIZES = (20.0, 30.0)
BESIDE_STAR = "     "  # room for half of it
RING_SIZE = 22.0
MARK_SIZE = 12.0
RIM, WHITE = (0.0, 0.0, 0.0, 0.8), (1.0, 1.0, 1.0, 1.0)
NOWHERE = np.full((1, 3), np.nan, np.float32)


def viridis() -> NDArray[np.float32]:
    """Return the colormap of distances as a table, (256, 4) float32."""
    table: NDArray[np.float32] = get_colormap("viridis").map(np.linspace(0, 1, 256))
    return table.astype(np.float32)


def gl_is_available() -> bool:
    """Return whether Qt can make an OpenGL context here."""
    return bool(QOpenGLContext().create())


def star_sizes(share: Floats) -> Floats:
    """Return sizes in pixels, the area growing with the share of the image's pixels."""
    low, high = STAR_SIZES
    largest = float(share.max()) if len(share) else 0.0
    sizes: Floats = low + (high - low) * np.sqrt(share / largest if largest else share)
    return sizes


class ColorSpaceScene:
    """Points, stars, a ring and axes in a canvas; it draws what it is given.

    All positions are in the scene's units, see `Stage`.

    Parameters
    ----------
    parent : QWidget
        The widget that the canvas becomes a child of.
    """

    def __init__(self, parent: QWidget) -> None:
        self.canvas = SceneCanvas(keys=None, show=False, parent=parent)
        self._view = self.canvas.central_widget.add_view()
        self.camera = TurntableCamera(fov=FIELD_OF_VIEW, scale_factor=1.0, **HOME)
        self._view.camera = self.camera
        self._fitted: tuple[Any, ...] = ()
        self._stage: Stage | None = None
        self._foreground: Floats = np.ones(3)
        self._dark = True
        self._make_visuals()
        # Last: after the view box has learned its new size.
        self.canvas.events.resize.connect(self._refit, position="last")

    def _make_visuals(self) -> None:
        scene = self._view.scene
        self._box = Line(method="gl", connect="segments", antialias=True, parent=scene)
        self._axes = Line(method="gl", connect="segments", antialias=True, parent=scene)
        self.points = Markers(scaling="fixed", antialias=0, parent=scene)
        self._ticks = Text(font_size=8, depth_test=True, parent=scene)
        self._names = Text(font_size=12, bold=True, depth_test=True, parent=scene)
        self.stars = Markers(scaling="fixed", antialias=1, parent=scene)
        self._star_names = Text(font_size=9, bold=True, anchor_x="left", parent=scene)
        self._ring = Markers(scaling="fixed", antialias=1, parent=scene)
        self.marks = Markers(scaling="fixed", antialias=1, parent=scene)
        # Centers lie inside the cloud: without a depth test, and drawn last, they are still seen.
        above = (self.stars, self._star_names, self._ring, self.marks)
        for visual in above:
            visual.set_gl_state(depth_test=False)
        # What has soft edges comes after what it blends with; axes before the box, which runs
        # along them.
        drawn = (self.points, self._axes, self._box, self._ticks, self._names)
        for order, visual in enumerate((*drawn, *above)):
            visual.order = order
        self.set_ring(None)
        self.marks.visible = False

    @property
    def is_alive(self) -> bool:
        """Whether Qt still has the canvas."""
        return bool(isalive(self.canvas.native))

    # -- what is drawn

    def set_theme(self, background: Floats, foreground: Floats) -> None:
        """Take the colors (3,) in 0..1 of the surrounding window."""
        self.canvas.bgcolor = (*background, 1.0)
        self._foreground = np.asarray(foreground)
        self._dark = bool(np.mean(background) < 0.5)
        if self._stage is not None:
            self._draw_stage(self._stage)

    def set_stage(self, stage: Stage) -> None:
        """Draw these axes; a view that the user chose is left only if the box is another one."""
        before, self._stage = self._stage, stage
        if stage is before:
            return
        self._draw_stage(stage)
        same_box = before is not None and np.array_equal(before.limits, stage.limits)
        self._refit() if same_box else self.fit()

    def _draw_stage(self, stage: Stage) -> None:
        self._box.set_data(stage.box, color=(*self._foreground, 0.22), width=1)
        self._draw_axes(stage)
        self._ticks.text = stage.tick_texts
        if stage.tick_texts:
            self._ticks.pos = stage.tick_places
        self._ticks.color = (*self._foreground, 0.85)
        self._star_names.color = (*self._foreground, 1.0)
        self._names.text = [axis.name for axis in stage.axes]
        self._names.pos = np.array([stage.tip(axis) for axis in stage.axes])
        hues = [axis.stop if np.ptp(axis.stop) else self._foreground for axis in stage.axes]
        self._names.color = np.array([(*hue, 1.0) for hue in hues])

    def _draw_axes(self, stage: Stage) -> None:
        """Draw each axis; a and b in two pieces, to pass through grey where they are 0."""
        places, colors = [], []
        for axis in stage.axes:
            begin, end = axis.ends
            if begin[axis.direction] < 0 < end[axis.direction]:
                places += [begin, np.zeros(3), np.zeros(3), end]
                colors += [axis.start, GREY, GREY, axis.stop]
            else:
                places += [begin, end]
                colors += [axis.start, axis.stop]
        shades = np.array([(*self._visible(color), 1.0) for color in colors])
        self._axes.set_data(np.array(places), color=shades, width=2.5)

    def _visible(self, color: Any) -> Floats:
        """Return a color that stands out from the background: greys are moved away from it."""
        shade = np.asarray(color, dtype=float)
        if np.ptp(shade) > 0.05:
            return shade
        return 0.3 + 0.7 * shade if self._dark else 0.72 * shade

    def set_points(self, places: Floats, rgb: Floats) -> None:
        """Draw pixels at (n, 3) in colors (n, 3 or 4)."""
        self.points.visible = bool(len(places))
        if self.points.visible:  # vispy cannot take an empty table
            size = POINT_SIZE if len(places) <= MANY_POINTS else SMALL_POINT_SIZE
            self.points.set_data(places, size=size, edge_width=0, face_color=rgb)

    def set_stars(self, places: Floats, rgb: Floats, sizes: Floats) -> None:
        """Draw cluster centers, the smallest last: none may vanish below a larger one."""
        self.stars.visible = bool(len(places))
        if not self.stars.visible:
            return
        order = np.repeat(np.argsort(-sizes, kind="stable"), 2)
        is_rim = np.arange(len(order)) % 2 == 0
        # Each twice: a white outline stands out from dark colors, its black rim from light ones.
        self.stars.set_data(
            places[order],
            size=sizes[order],
            edge_width=np.where(is_rim, 3.6, 1.4),
            edge_color=np.where(is_rim[:, None], RIM, WHITE),
            face_color=rgb[order],
            symbol="star",
        )

    def set_star_names(self, places: Floats, names: Sequence[str]) -> None:
        """Write names beside cluster centers at (n, 3); "" is none."""
        named = [i for i, name in enumerate(names) if name]
        self._star_names.visible = bool(named)
        if named:
            self._star_names.text = [BESIDE_STAR + names[i] for i in named]
            self._star_names.pos = np.asarray(places, np.float32)[named]

    def set_ring(self, place: Floats | None) -> None:
        """Mark a place (3,), or none: a light ring in a dark one, to be seen on every color."""
        self._ring.visible = place is not None
        at = NOWHERE if place is None else np.asarray(place, np.float32)[None]
        self._ring.set_data(
            np.repeat(at, 2, axis=0),
            size=RING_SIZE,
            edge_width=np.array([5.0, 2.0], np.float32),
            edge_color=np.array([RIM, WHITE]),
            face_color=(0.0, 0.0, 0.0, 0.0),
            symbol="disc",
        )

    def set_marks(self, places: Floats, rgb: Floats) -> None:
        """Mark pixels at (n, 3) in colors (n, 3): squares, light in dark ones as the ring is."""
        self.marks.visible = bool(len(places))
        if self.marks.visible:
            self.marks.set_data(
                np.repeat(places, 2, axis=0),
                size=MARK_SIZE,
                edge_width=np.tile(np.array([4.0, 1.6], np.float32), len(places)),
                edge_color=np.tile(np.array([RIM, WHITE]), (len(places), 1)),
                face_color=np.repeat(rgb, 2, axis=0),
                symbol="square",
            )

    # -- the camera

    def fit(self) -> None:
        """Let the box fill the view, from wherever it is looked at."""
        if self._stage is None:
            return
        self.camera.center = tuple(self._stage.center)
        # A sphere around the box first: it fits however the box is turned, but is too large.
        self.camera.scale_factor = self._stage.diagonal / np.cos(np.radians(FIELD_OF_VIEW / 2))
        self._tighten(self._stage)
        self._fitted = self._camera_place()

    def _tighten(self, stage: Stage) -> None:
        tips = [stage.tip(axis) for axis in stage.axes]
        frame = np.concatenate([stage.box, tips, stage.tick_places])
        half = np.array(self.canvas.size) / 2
        for _ in range(3):  # perspective: coming closer, the near corners grow faster
            seen, _depth = self.project(frame)
            filled = float((np.abs(seen - half) / half).max()) if half.all() else np.nan
            if not filled > 0:
                return
            self.camera.scale_factor *= filled / FILL

    def _camera_place(self) -> tuple[Any, ...]:
        return (self.camera.scale_factor, *self.camera.center)

    def _refit(self, _: object = None) -> None:
        if self._fitted == self._camera_place():  # the user did not choose another view
            self.fit()

    def go_home(self) -> None:
        """Look at the whole box from where it was first seen."""
        self.camera.fov = FIELD_OF_VIEW
        for name, value in HOME.items():
            setattr(self.camera, name, value)
        self.fit()

    def project(self, places: Floats) -> tuple[Floats, Floats]:
        """Return where (n, 3) is seen: (n, 2) in pixels of the canvas, and depths (n,).

        What lies behind the camera is nowhere: NaN. The nearest has the least depth.
        """
        seen = self.points.get_transform("visual", "canvas").map(np.asarray(places, float))
        w = seen[:, 3:]
        with np.errstate(divide="ignore", invalid="ignore"):
            seen = np.where(w > 0, seen[:, :3] / w, np.nan)
        return seen[:, :2], seen[:, 2]

    # -- pictures

    def render(self, scale: int = 1) -> NDArray[np.uint8]:
        """Return the view as drawn, (height, width, 4), `scale` times as large as on screen."""
        native, physical = self.canvas.native, self.canvas.physical_size
        self._scale_lines(scale)
        # SceneCanvas.render(size=...) enlarges the picture, but not what is drawn in it. So the
        # canvas is told for a moment that its screen has smaller pixels.
        native._vispy_set_physical_size(physical[0] * scale, physical[1] * scale)
        try:
            picture: NDArray[np.uint8] = self.canvas.render()
        finally:
            native._vispy_set_physical_size(*physical)
            self.canvas.events.resize(size=self.canvas.size, physical_size=physical)
            self._scale_lines(1 / scale)
        return picture

    def _scale_lines(self, factor: float) -> None:
        # Unlike markers and text, lines have a width in pixels of whatever they are drawn into.
        for line in (self._box, self._axes):
            line.set_data(width=line.width * factor)
