"""What the plots share: a canvas in napari's colors, and pictures of what is drawn on it.

Importing this module imports matplotlib: views do so when they are built, not before.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

from matplotlib import rc_context
from matplotlib.backends.backend_qtagg import FigureCanvasQTAgg
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure
from qtpy.QtCore import QEvent, QSize, Signal  # type: ignore[attr-defined]
from qtpy.QtGui import QPalette
from qtpy.QtWidgets import QLabel, QSizePolicy, QWidget

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.axes import Axes

DATES: dict[str, tuple[str, ...]] = {"png": (), "svg": ("Date",), "pdf": ("CreationDate",)}
"""Kinds of pictures, and where in them matplotlib writes when they were made."""

RESTYLING = (QEvent.Type.PaletteChange, QEvent.Type.StyleChange, QEvent.Type.FontChange)


@dataclass(frozen=True)
class Theme:
    """Colors and size of text that a plot is drawn with; by default those of paper.

    Parameters
    ----------
    text, background : str
        As ``#rrggbb``.
    font_size : float
        In points of the figure.
    """

    text: str = "#000000"
    background: str = "#ffffff"
    font_size: float = 10.0

    @property
    def is_dark(self) -> bool:
        """Whether text is lighter than what it is written on."""
        return sum(to_rgb(self.text)) > sum(to_rgb(self.background))

    @property
    def line(self) -> str:
        """Color of curves; stands out from the background at least 4.5 : 1."""
        return "#7db4ff" if self.is_dark else "#1d5fae"

    @property
    def accent(self) -> str:
        """Color of what is chosen."""
        return "#ffb347" if self.is_dark else "#a8480c"

    def faded(self, strength: float) -> str:
        """Return the text's color mixed into the background, 0..1."""
        pairs = zip(to_rgb(self.text), to_rgb(self.background), strict=True)
        red, green, blue = (strength * text + (1 - strength) * back for text, back in pairs)
        return to_hex((red, green, blue))


class PlotCanvas(FigureCanvasQTAgg):
    """A matplotlib canvas that looks like the widgets around it.

    Parameters
    ----------
    parent : QWidget
        What the canvas belongs to, and is deleted with.

    Attributes
    ----------
    restyled : Signal
        Colors or font have changed: draw again.
    """

    restyled = Signal()
    _shown_theme: Theme | None = None

    def __init__(self, parent: QWidget) -> None:
        # At 72 dots per inch a point is one of Qt's pixels: text gets as large as Qt's.
        super().__init__(Figure(dpi=72, layout="constrained"))
        self.setParent(parent)
        self.setPalette(QPalette())  # matplotlib's own is white whatever the theme
        # napari's style sheet gives labels a font size, and widgets of unknown kinds none.
        self._example = QLabel(self)
        self._example.hide()
        self._example.installEventFilter(self)
        self.setMinimumWidth(120)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def theme(self) -> Theme:
        """Return colors and font as the style sheet in force has them."""
        self.ensurePolished()  # before that, the palette knows of no style sheet
        self._example.ensurePolished()
        color, role = self.palette().color, QPalette.ColorRole
        active = QPalette.ColorGroup.Active  # a plot need not fade while controls are disabled
        return Theme(
            color(active, role.WindowText).name(),
            color(active, role.Window).name(),
            float(self._example.fontInfo().pixelSize()),
        )

    def axes(self) -> Axes:
        """Clear the figure and return new axes in the theme of now."""
        self._shown_theme = self.theme()
        return new_axes(self.figure, self._shown_theme)

    def sizeHint(self) -> QSize:  # noqa: N802
        """Return a fixed size: matplotlib's is the present one, and docks would only grow."""
        return QSize(280, 220)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Return room for three lines of text, and for something to be seen between them."""
        return QSize(120, max(120, 6 * self._example.fontMetrics().height()))

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        """Tell when the look has changed; a change of napari's theme comes as several events."""
        super().changeEvent(event)
        if event.type() in RESTYLING:
            self._look_again()

    def eventFilter(self, _: Any, event: QEvent) -> bool:  # noqa: N802
        """See the font of labels change, too."""
        if event.type() in RESTYLING:
            self._look_again()
        return False

    def _look_again(self) -> None:
        if self._shown_theme is not None and self._shown_theme != self.theme():
            self.updateGeometry()
            self.restyled.emit()

    def wheelEvent(self, event: Any) -> None:  # noqa: N802
        """Leave the wheel to a scroll area around the canvas."""
        event.ignore()


def new_axes(figure: Figure, theme: Theme) -> Axes:
    """Clear a figure and return its only axes, in the colors of a theme."""
    figure.clear()
    figure.set_facecolor(theme.background)
    axes = figure.add_subplot()
    axes.set_facecolor(theme.background)
    axes.tick_params(
        color=theme.faded(0.5), labelcolor=theme.text, labelsize=theme.font_size, length=3
    )
    for axis in (axes.xaxis, axes.yaxis):
        axis.label.set(color=theme.text, fontsize=theme.font_size)
    for spine in axes.spines.values():
        spine.set_edgecolor(theme.faded(0.5))
    return axes


def picture_bytes(
    draw: Callable[[Axes, Theme], object], suffix: str, further_width: float = 0.0
) -> bytes:
    """Return a plot as the content of a picture file, dark on white whatever napari's theme.

    Parameters
    ----------
    draw : callable
        Draws into the axes it is given.
    suffix : {".png", ".svg", ".pdf"}
        The kind of file.
    further_width : float, optional
        Inches beside the plot, for a legend.

    Raises
    ------
    ValueError
        If it is another kind.
    """
    kind = suffix[1:].lower()
    if kind not in DATES:
        raise ValueError(
            f"The name of a plot's file must end in .png, .svg or .pdf, got {suffix!r}."
        )
    figure = Figure(figsize=(6 + further_width, 4), layout="constrained")
    theme, file = Theme(), BytesIO()
    draw(new_axes(figure, theme), theme)
    # Without a date, and with ids that are not drawn by lot, the same plot gives the same file.
    with rc_context({"svg.hashsalt": "plot"}):
        figure.savefig(file, format=kind, dpi=200, metadata=dict.fromkeys(DATES[kind]))
    return file.getvalue()
