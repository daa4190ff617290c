"""The share of every color in frames or layers, as a plot and as a table."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import numpy as np
import pandas as pd
from qtpy.QtCore import (  # type: ignore[attr-defined]
    QAbstractTableModel,
    QModelIndex,
    Qt,
    Signal,
)
from qtpy.QtGui import QColor, QIcon, QPainter, QPixmap
from qtpy.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QSplitter,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)
from superqt import QElidingLabel

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Sequence

    from matplotlib.axes import Axes
    from matplotlib.backend_bases import Event
    from matplotlib.figure import Figure
    from numpy.typing import ArrayLike, NDArray

    from .plot import Theme

KINDS = ("frames", "layers")
BAR = 0.5  # height of a bar; the rest of its row is for the name above it
ROW = 3.0  # height of a row of bars, in heights of text
MAX_HEIGHT = 30_000  # pixels; pictures cannot be much higher
SWATCH = 12  # pixels


class Shares(NamedTuple):
    """What is shown: (n, K) shares, their rows' names and their columns' colors."""

    kind: str
    names: list[str]
    colors: list[str]
    shares: NDArray[np.float64]
    counts: NDArray[np.int64] | None
    positions: NDArray[np.float64] | None
    position_label: str

    @property
    def columns(self) -> list[str]:
        """Names of the colors: their hex values, numbered where two are displayed alike."""
        seen: dict[str, int] = {}
        names = []
        for color in self.colors:
            seen[color] = number = seen.get(color, 0) + 1
            names.append(color if number == 1 else f"{color} ({number})")
        return names

    @property
    def x(self) -> NDArray[np.float64]:
        """Where the frames lie."""
        return np.arange(len(self.names), dtype=float) if self.positions is None else self.positions


class SharesView(QWidget):
    """Show how the shares of the colors differ between frames or layers.

    Parameters
    ----------
    parent : QWidget, optional
        What the view belongs to.

    Attributes
    ----------
    frame_clicked : Signal(int)
        A frame was clicked in the plot, or activated in the table: its row.
    save, save_picture, copy : QPushButton
        "Save CSV ...", "Save plot ..." and "Copy".
    """

    frame_clicked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._data = Shares("frames", [], [], np.zeros((0, 0)), None, None, "frame")
        self._make_controls()
        self._make_plot()
        self._make_table()
        self._arrange()
        self._connect()

    def _make_controls(self) -> None:
        self.save = QPushButton("Save CSV ...")
        self.save_picture = QPushButton("Save plot ...")
        self.copy = QPushButton("Copy")
        for button, name, tooltip in (
            (self.save, "Save CSV", "Save the shares as a table"),
            (self.save_picture, "Save plot", "Save the plot as a picture, PNG or SVG"),
            (self.copy, "Copy", "Copy the shares, to paste them into a spreadsheet"),
        ):
            button.setAccessibleName(name)
            button.setToolTip(tooltip)
            button.setEnabled(False)

    def _make_plot(self) -> None:
        from .plot import PlotCanvas  # matplotlib takes a while: not before it is needed

        self._title = QElidingLabel()
        self._title.setAccessibleName("Title")
        self._canvas = PlotCanvas(self)
        self._canvas.setAccessibleName("Plot of the shares")
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the table below tells the same
        self._scroll.setWidget(self._canvas)
        self._scroll.setMinimumHeight(140)
        self._status = QElidingLabel()
        self._status.setAccessibleName("Share under the mouse")

    def _make_table(self) -> None:
        self._model = SharesModel(self)
        self._table = cast("Any", QTableView())  # by its stubs it may lack headers
        self._table.setModel(self._model)
        self._table.setAccessibleName("Table of the shares")
        self._table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self._table.setTabKeyNavigation(False)  # Tab leads on to the buttons
        self._table.setMinimumHeight(80)
        self._table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignCenter)
        # The one part of a table that napari's themes leave as it is.
        self._table.setStyleSheet("QTableCornerButton::section {background: transparent;}")
        names = self._table.verticalHeader()
        names.setMaximumWidth(110)
        names.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        names.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)

    def _arrange(self) -> None:
        self._splitter = QSplitter(Qt.Orientation.Vertical)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.addWidget(self._scroll)
        self._splitter.addWidget(self._table)
        self._splitter.setStretchFactor(0, 3)
        self._splitter.setStretchFactor(1, 2)
        hint = QLabel("No shares to show yet.")
        hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._pages = QStackedWidget()
        self._pages.addWidget(hint)
        self._pages.addWidget(self._splitter)
        buttons = QHBoxLayout()
        for button in (self.save, self.save_picture, self.copy):
            buttons.addWidget(button)
        # Else napari adds empty room below.
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 6, 6, 6)
        layout.addWidget(self._title)
        layout.addWidget(self._pages, 1)
        layout.addWidget(self._status)
        layout.addLayout(buttons)

    def _connect(self) -> None:
        self.save.clicked.connect(self._on_save)
        self.save_picture.clicked.connect(self._on_save_picture)
        self.copy.clicked.connect(self._on_copy)
        self._table.activated.connect(self._on_activated)
        self._canvas.restyled.connect(self._draw)
        self._canvas.mpl_connect("button_press_event", self._on_press)
        self._canvas.mpl_connect("motion_notify_event", self._on_move)
        self._canvas.mpl_connect("figure_leave_event", self._on_leave)
        self._canvas.mpl_connect("resize_event", self._on_resize)

    # -- what is told

    def show_shares(
        self,
        title: str,
        kind: str,
        names: Sequence[str],
        palette_hex: Sequence[str],
        shares: ArrayLike,
        counts: ArrayLike | None = None,
        positions: ArrayLike | None = None,
        position_label: str = "frame",
    ) -> None:
        """Show the shares of K colors in n frames or layers.

        Parameters
        ----------
        title : str
            What is shown, in a few words.
        kind : {"frames", "layers"}
            Whether rows are frames, drawn as areas, or layers, drawn as bars.
        names : (n,) sequence of str
            Names of the rows.
        palette_hex : (K,) sequence of str
            The colors, as ``#rrggbb``.
        shares : (n, K) array_like
            Shares in 0..1; the rows sum to 1.
        counts : (n, K) array_like of int, optional
            The same in pixels.
        positions : (n,) array_like, optional
            Where the frames lie on the plot's axis, increasing; by default 0, 1, 2, ...
        position_label : str
            What the axis measures.

        Raises
        ------
        ValueError
            If `kind` is another, there are no rows, or the shapes do not fit each other.
        """
        data = Shares(
            kind,
            [str(name) for name in names],
            [str(color) for color in palette_hex],
            np.asarray(shares, np.float64),
            None if counts is None else np.asarray(counts),
            None if positions is None else np.asarray(positions, np.float64),
            position_label,
        )
        _check(data)
        self._data = data
        self._title.setText(title)
        self._title.setToolTip(title)
        self._status.setText("")
        self._model.set_data(data)
        self._fit_table()
        for button in (self.save, self.save_picture, self.copy):
            button.setEnabled(True)
        self._pages.setCurrentWidget(self._splitter)
        self._draw()

    def table(self) -> pd.DataFrame:
        """Return the shares, one named row per frame or layer and one column per color.

        The columns are the hex values; of colors displayed alike, the second is
        ``#rrggbb (2)``.
        """
        index = pd.Index(self._data.names, name=self._data.kind[:-1], dtype=str)
        return pd.DataFrame(self._data.shares, index=index, columns=self._data.columns)

    def save_csv(self, path: str | os.PathLike[str]) -> None:
        """Save all numbers as a table: wholly, or leave the file that was there.

        The file is UTF-8 text with commas, one line per frame or layer below a line of column
        names, numbers with a point and in full precision; ``pandas.read_csv(path, index_col=0)``
        reads it:

        ``frame`` or ``layer``
            Name of the row.
        the label of the positions
            Position of the frame; only if positions were given.
        ``#rrggbb share``, one for each color
            Share of the pixels, 0..1.
        ``#rrggbb pixels``, one for each color
            Number of pixels; only if counts were given.
        """
        from .plot import replace_file

        replace_file(path, self._full_table().to_csv(lineterminator="\n").encode())

    def save_plot(self, path: str | os.PathLike[str]) -> None:
        """Save the plot, dark on white, as .png or .svg: wholly, or leave what was there."""
        from .plot import picture_bytes, replace_file

        replace_file(path, picture_bytes(self._draw_into, Path(path).suffix))

    def _full_table(self) -> pd.DataFrame:
        data, table = self._data, self.table()
        parts = [table.add_suffix(" share")]
        if data.positions is not None:
            # A column called like the index would be taken for it.
            label = data.position_label
            label = f"{label} position" if label == table.index.name else label
            parts.insert(0, pd.DataFrame({label: data.positions}, index=table.index))
        if data.counts is not None:
            counts = pd.DataFrame(data.counts, index=table.index, columns=table.columns)
            parts.append(counts.add_suffix(" pixels"))
        return pd.concat(parts, axis=1)

    # -- drawing

    def _draw(self) -> None:
        height = self._canvas.fontMetrics().height() * ROW * (len(self._data.names) + 1)
        height = min(height, MAX_HEIGHT) if self._data.kind == "layers" else 0
        self._canvas.setMinimumHeight(max(120, round(height)))
        self._draw_into(self._canvas.axes(), self._canvas.theme())
        self._canvas.draw_idle()

    def _draw_into(self, axes: Axes, theme: Theme) -> None:
        axes.set_axisbelow(False)  # the ticks must not vanish under the colors
        if self._data.kind == "frames":
            _draw_areas(axes, self._data)
        else:
            # The figure's width in pixels, if its font were the canvas's.
            width = cast("Figure", axes.figure).get_figwidth() * 72
            width *= self._canvas.theme().font_size / theme.font_size
            _draw_bars(axes, self._data, theme, partial(self._elided, round(0.85 * width)))

    def _elided(self, width: int, name: str) -> str:
        return self._canvas.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, width)

    def _fit_table(self) -> None:
        """Make all columns as wide as the widest header: asking each cell would take long."""
        metrics = self._table.horizontalHeader().fontMetrics()
        widest = max(self._data.columns, key=len).replace("1", "d")
        width = metrics.horizontalAdvance(widest) + SWATCH + 26
        self._table.horizontalHeader().setDefaultSectionSize(width)
        self._table.verticalHeader().setDefaultSectionSize(metrics.height() + 8)

    # -- what the user does

    def _on_press(self, event: Any) -> None:
        row, _ = self._pointed(event)
        if event.button != 1 or row is None:
            return
        self._table.selectRow(row)
        self._table.scrollTo(self._model.index(row, 0))
        if self._data.kind == "frames":
            self.frame_clicked.emit(row)

    def _on_activated(self, index: QModelIndex) -> None:
        if self._data.kind == "frames":
            self.frame_clicked.emit(index.row())

    def _on_move(self, event: Any) -> None:
        row, column = self._pointed(event)
        known = row is not None and column is not None
        self._status.setText(self._model.describe(row, column) if known else "")

    def _on_leave(self, _: Event) -> None:
        self._status.setText("")

    def _on_resize(self, _: Event) -> None:
        if self._data.names and self._data.kind == "layers":
            self._draw()  # longer names fit now, or no longer do

    def _pointed(self, event: Any) -> tuple[Any, Any]:
        """Return row and column under the mouse, each None if there is none."""
        if not event.inaxes or not self._data.names:
            return None, None
        row = round(event.ydata)
        across, along = event.ydata - row, event.xdata
        if self._data.kind == "frames":
            row = int(np.abs(self._data.x - event.xdata).argmin())
            across, along = 0, event.ydata
        if not 0 <= row < len(self._data.names):
            return None, None
        column = int(np.searchsorted(np.cumsum(self._data.shares[row]), along))
        inside = abs(across) <= BAR / 2 and along >= 0 and column < len(self._data.colors)
        return row, column if inside else None

    def _on_save(self) -> None:
        self._save_as(self.save_csv, "Save the shares", "shares.csv", ["Table (*.csv)"])

    def _on_save_picture(self) -> None:
        filters = ["PNG picture (*.png)", "SVG picture (*.svg)"]
        self._save_as(self.save_plot, "Save the plot", "shares.png", filters)

    def _save_as(
        self, save: Callable[[Path], None], caption: str, name: str, filters: list[str]
    ) -> None:
        from .plot import ask_path

        path = ask_path(self, caption, name, filters)
        if path is None:
            return
        try:
            save(path)
        except (OSError, ValueError) as error:
            self._status.setText(f"Not saved: {getattr(error, 'strerror', None) or error}")
        else:
            self._status.setText(f"Saved {path.name}")

    def _on_copy(self) -> None:
        text = self._full_table().to_csv(sep="\t", lineterminator="\n")
        clipboard = cast("Any", QApplication.clipboard())
        clipboard.setText(text)
        self._status.setText("Copied the table.")


class SharesModel(QAbstractTableModel):
    """Shares in per cent, made into text only where the table shows them."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._shown: Shares | None = None
        self._columns: list[str] = []
        self._icons: list[QIcon] = []

    def set_data(self, shown: Shares) -> None:
        """Show other shares."""
        self.beginResetModel()
        self._shown = shown
        self._columns = shown.columns
        self._icons = [_swatch(color) for color in shown.colors]
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | None = None) -> int:  # noqa: N802
        """Return the number of frames or layers."""
        nested = parent is not None and parent.isValid()
        return 0 if self._shown is None or nested else len(self._shown.names)

    def columnCount(self, parent: QModelIndex | None = None) -> int:  # noqa: N802
        """Return the number of colors."""
        return 0 if parent is not None and parent.isValid() else len(self._columns)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a cell's text, alignment or tooltip."""
        if self._shown is None or not index.isValid():
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{self._shown.shares[index.row(), index.column()]:.1%}"
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return self.describe(index.row(), index.column())
        return None

    def headerData(  # noqa: N802
        self, section: int, orientation: Any, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Return a row's name, or a column's swatch and hex value."""
        if self._shown is None:
            return None
        across = orientation == Qt.Orientation.Horizontal
        if role == Qt.ItemDataRole.DecorationRole and across:
            return self._icons[section]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return self._columns[section] if across else self._shown.names[section]
        return None

    def describe(self, row: int, column: int) -> str:
        """Return all that is known of a cell, in one line."""
        if self._shown is None:
            return ""
        share = f"{self._columns[column]} {self._shown.shares[row, column]:.1%}"
        counts = self._shown.counts
        pixels = "" if counts is None else f", {counts[row, column]:,} pixels"
        return f"{self._shown.names[row]}: {share}{pixels}"


def _check(data: Shares) -> None:
    if data.kind not in KINDS:
        raise ValueError(f"`kind` must be one of {', '.join(KINDS)}, got {data.kind!r}.")
    shape = (len(data.names), len(data.colors))
    if not all(shape):
        raise ValueError(f"`names` and `palette_hex` must not be empty, got lengths {shape}.")
    for name, array, wanted in (
        ("shares", data.shares, shape),
        ("counts", data.counts, shape),
        ("positions", data.positions, shape[:1]),
    ):
        if array is not None and array.shape != wanted:
            raise ValueError(f"`{name}` must have shape {wanted}, got {array.shape}.")


def _draw_areas(axes: Axes, data: Shares) -> None:
    """Draw the areas from zero up, the topmost first: side by side, seams would show."""
    from matplotlib.collections import PolyCollection
    from matplotlib.ticker import MaxNLocator, PercentFormatter

    x, tops = data.x, np.cumsum(data.shares, axis=1)
    if len(x) == 1:  # an area needs a width
        x, tops = x[0] + np.array([-0.5, 0.5]), np.repeat(tops, 2, axis=0)
    corners: Any = np.zeros((len(data.colors), len(x) + 2, 2))
    corners[:, :-2, 0], corners[:, :-2, 1] = x, tops.T[::-1]
    corners[:, -2:, 0] = x[-1], x[0]
    axes.add_collection(
        PolyCollection(corners, facecolors=data.colors[::-1], linewidths=0), autolim=False
    )
    axes.set_xlim(x[0], x[-1])
    axes.set_ylim(0, 1)
    whole = bool((data.x == np.rint(data.x)).all())
    axes.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=whole, min_n_ticks=1))
    axes.yaxis.set_major_formatter(PercentFormatter(1))
    axes.set_xlabel(data.position_label)


def _draw_bars(axes: Axes, data: Shares, theme: Theme, elided: Callable[[str], str]) -> None:
    """Draw a bar per layer, its name above it: beside it, names would take half of a dock."""
    from matplotlib.collections import PolyCollection
    from matplotlib.ticker import PercentFormatter

    n_rows, n_colors = data.shares.shape
    corners: Any = np.zeros((n_colors, n_rows, 4, 2))
    corners[:, :, 1:3, 0] = np.cumsum(data.shares, axis=1).T[::-1, :, None]
    corners[..., 1] = np.arange(n_rows)[:, None] + BAR / 2 * np.array([-1, -1, 1, 1])
    colors = np.repeat(data.colors[::-1], n_rows)
    axes.add_collection(
        PolyCollection(corners.reshape(-1, 4, 2), facecolors=colors.tolist(), linewidths=0),
        autolim=False,
    )
    # On a background of the same color, a bar keeps its outline.
    axes.add_collection(
        PolyCollection(corners[0], facecolors="none", edgecolors=theme.faded(0.5), linewidths=1),
        autolim=False,
    )
    for row, name in enumerate(data.names):
        _write_name(axes, theme, row, elided(name))
    axes.set_xlim(0, 1)
    axes.set_ylim(n_rows - 1 + BAR / 2 + 0.1, -BAR / 2 - 0.45)
    axes.xaxis.set_major_formatter(PercentFormatter(1))
    axes.yaxis.set_visible(False)
    axes.spines[["left", "top", "right"]].set_visible(False)


def _write_name(axes: Axes, theme: Theme, row: int, name: str) -> None:
    axes.annotate(
        name,
        (0, row - BAR / 2),
        (0, 2),
        textcoords="offset points",
        verticalalignment="bottom",
        color=theme.text,
        fontsize=theme.font_size,
        parse_math=False,  # a "$" in a name is only that
    )


def _swatch(color: str) -> QIcon:
    pixmap = QPixmap(SWATCH, SWATCH)
    pixmap.fill(QColor(color))
    painter = QPainter(pixmap)
    painter.setPen(QColor("#808080"))  # on any theme, black and white keep an outline
    painter.drawRect(0, 0, SWATCH - 1, SWATCH - 1)
    painter.end()
    return QIcon(pixmap)
