"""How the panel is put together: one column of names, one of controls, and all of it scrolls."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from qtpy.compat import isalive
from qtpy.QtCore import QEvent, QObject, QSize, Qt, QTimer
from qtpy.QtWidgets import (
    QAbstractSpinBox,
    QComboBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from .buttons import two_lines
from .folding import Fold, one_at_a_time

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from magicgui.widgets import CheckBox, PushButton

    from napari_kmeans_quantizer.plugin.views.palette.view import PaletteView

    from .busy import Busy
    from .buttons import Buttons
    from .form import Form, Row

SPACING, MARGIN = 4, 6
WIDTH = 312  # pixels; more only where the letters are large


def upper(form: Form, live: CheckBox, start: PushButton, busy: Busy) -> list[Any]:
    """Return the controls that the widget holds, as magicgui wants them."""
    rows = [*form.basic(), *form.parts(), *form.advanced(), *form.legends()]
    controls = [control for row in rows for control in row.controls]
    return [*controls, live, start, busy.row, busy.status]


def arrange(
    panel: QWidget,
    form: Form,
    live: CheckBox,
    start: PushButton,
    busy: Busy,
    palette_view: PaletteView,
    buttons: Buttons,
) -> QWidget:
    """Put everything in its place; return what scrolls, in which all of it lies."""
    rows = Rows()
    rows.add(form.basic())
    parts = rows.add_folded("Region, stack, channels", "What of the image takes part", form.parts())
    seldom = "Seldom needed: effort, seed, sample, layers to add"
    advanced = rows.add_folded("Advanced", seldom, form.advanced())
    legend = rows.add_folded(
        "Legend", "The palette on the canvas: where, and what it tells", form.legends()
    )
    one_at_a_time(parts, advanced, legend)
    _let_progress_take_its_place(start, busy)
    start.native.setObjectName("start")
    for control in (live, start, busy.cancel):
        control.native.setAccessibleName(control.text)
    rows.add_line(live.native, in_line([start.native, busy.row.native]))
    status, notice = busy.status.native, busy.notice
    status.setObjectName("status")
    status.installEventFilter(TwoLines(status))
    notice.shown.connect(status.setHidden)
    lower = [status, notice, palette_view, buttons]
    scroll = _fill(panel, rows, lower, stretched=palette_view)
    notice.shown.connect(lambda _: QTimer.singleShot(0, partial(scroll.bring_to_view, notice)))
    last = [live.native, start.native, busy.cancel.native, notice, palette_view, buttons]
    in_tab_order([*rows.natives, *last])
    _name(rows.natives)
    return scroll.content


def _fill(panel: QWidget, rows: QWidget, lower: list[QWidget], stretched: QWidget) -> Scroll:
    content = QWidget()
    content.setObjectName("panel")
    column = QVBoxLayout(content)
    column.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
    column.setSpacing(SPACING)
    for widget in (rows, *lower):
        column.addWidget(widget, int(widget is stretched))
    scroll = Scroll(content)
    outer: Any = panel.layout()
    outer.setContentsMargins(0, 0, 0, 0)
    outer.addWidget(scroll)
    return scroll


class Rows(QWidget):
    """Rows of names and controls; all names begin, and all controls begin and end, in one line."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("rows")
        self.natives: list[QWidget] = []
        self._lines: list[tuple[QWidget, QWidget]] = []
        self._grid = grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(2 * SPACING)
        grid.setVerticalSpacing(SPACING)
        grid.setColumnStretch(1, 1)

    def add(self, rows: Iterable[Row]) -> list[QWidget]:
        """Add rows; return all that lies in them."""
        added: list[QWidget] = []
        for row in rows:
            natives = [control.native for control in row.controls]
            name = QLabel(row.name)
            field = in_line(natives)
            name.setBuddy(natives[-1])
            name.setVisible(not field.isHidden())
            field.installEventFilter(ShownWith(field, name))
            self.natives += natives
            self.add_line(name, field)
            added += [name, field]
        return added

    def add_line(self, left: QWidget, right: QWidget) -> None:
        """Add something in both columns."""
        line = self._grid.rowCount()
        self._grid.addWidget(left, line, 0)
        self._grid.addWidget(right, line, 1)
        self._lines.append((left, right))

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Return room for all lines: the panel does not grow broader when a group is unfolded."""
        names = max(left.minimumSizeHint().width() for left, _ in self._lines)
        fields = max(right.minimumSizeHint().width() for _, right in self._lines)
        return QSize(names + 2 * SPACING + fields, super().minimumSizeHint().height())

    def add_folded(self, title: str, tooltip: str, rows: Iterable[Row]) -> Fold:
        """Add rows below a title that folds them."""
        fold = Fold(title, tooltip)
        self._grid.addWidget(fold, self._grid.rowCount(), 0, 1, 2)
        self.natives.append(fold)
        fold.hold(self.add(rows))
        return fold


def in_line(natives: Sequence[QWidget]) -> QWidget:
    """Return some widgets beside each other as one; a single one as it is."""
    if len(natives) == 1:
        return natives[0]
    made = QWidget()
    line = QHBoxLayout(made)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(SPACING)
    for native in natives:
        line.addWidget(native, int(native is natives[0]))
    return made


class Scroll(QScrollArea):
    """Lets a panel scroll up and down where it finds no room; never sideways."""

    def __init__(self, content: QWidget) -> None:
        super().__init__()
        self.content = content
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self.setWidget(content)
        self._wheel = QuietWheel(self)
        for kind in (QComboBox, QAbstractSpinBox, QSlider):
            for control in content.findChildren(kind):
                self._wheel.watch(control)

    def bring_to_view(self, part: QWidget) -> None:
        """Scroll to a part, if it is still there."""
        if isalive(self) and isalive(part) and part.isVisible():
            self.ensureWidgetVisible(part)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802
        """See other texts and fonts come: the width that is needed changes."""
        if event is not None and event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Return what no dock may go below: all of the width, and a few lines."""
        bar: Any = self.verticalScrollBar()
        width = self.content.minimumSizeHint().width() + bar.sizeHint().width()
        width += 2 * self.frameWidth()
        return QSize(width, 8 * self.fontMetrics().lineSpacing())

    def sizeHint(self) -> QSize:  # noqa: N802
        """Return what looks well."""
        least = self.minimumSizeHint()
        return QSize(
            max(least.width(), WIDTH), max(least.height(), self.content.sizeHint().height())
        )


class QuietWheel(QObject):
    """Keeps the wheel from changing values that are merely scrolled by."""

    def watch(self, control: QWidget) -> None:
        """Let a control heed the wheel only while it has the focus."""
        control.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        control.installEventFilter(self)

    def eventFilter(self, watched: Any, event: QEvent | None) -> bool:  # noqa: N802
        """Hand the wheel on to what scrolls."""
        if event is None or event.type() != QEvent.Type.Wheel or watched.hasFocus():
            return False
        event.ignore()
        return True


def _let_progress_take_its_place(start: PushButton, busy: Busy) -> None:
    """Show progress where the button was: nothing else moves."""
    busy.row.visible = False
    row, bar = busy.row.native, busy.bar.native
    bar.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
    bar.setMinimumWidth(1)
    row.setObjectName("progress")
    row.installEventFilter(InsteadOf(row, start.native, busy.cancel.native))


class InsteadOf(QObject):
    """Hides a button while something else is shown in its place; the focus goes along."""

    def __init__(self, shown: QWidget, hidden: QWidget, inside: QWidget) -> None:
        super().__init__(shown)
        self._shown, self._hidden, self._inside = shown, hidden, inside
        self._takes_back = False
        inside.installEventFilter(self)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802
        """See what is shown come and go."""
        kind = None if event is None else event.type()
        if watched is self._inside:
            if kind == QEvent.Type.FocusOut:
                self._takes_back = self._shown.isHidden()  # it lost the focus by being hidden
        elif kind == QEvent.Type.ShowToParent:
            had_focus = self._hidden.hasFocus()
            self._hidden.hide()
            if had_focus:
                self._inside.setFocus()
        elif kind == QEvent.Type.HideToParent:
            self._hidden.show()
            if self._takes_back:  # as soon as it is enabled again
                QTimer.singleShot(0, self._take_back)
        return False

    def _take_back(self) -> None:
        self._takes_back = False
        if isalive(self._hidden):
            self._hidden.setFocus()


class ShownWith(QObject):
    """Shows a name only as long as its control is there."""

    def __init__(self, control: QWidget, name: QWidget) -> None:
        super().__init__(control)
        self._name = name

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802
        """See the control come and go."""
        kind = None if event is None else event.type()
        if kind in (QEvent.Type.ShowToParent, QEvent.Type.HideToParent):
            self._name.setVisible(kind == QEvent.Type.ShowToParent)
        return False


class TwoLines(QObject):
    """Gives a label room for two lines, also of another font."""

    def eventFilter(self, watched: Any, event: QEvent | None) -> bool:  # noqa: N802
        """See fonts come."""
        fonts = (QEvent.Type.FontChange, QEvent.Type.StyleChange, QEvent.Type.Polish)
        if event is not None and event.type() in fonts:
            two_lines(watched)
        return False


def in_tab_order(widgets: Sequence[QWidget]) -> None:
    """Let the tab key go through these one after the other."""
    for before, after in pairwise(widgets):
        QWidget.setTabOrder(before, after)


def _name(natives: Iterable[QWidget]) -> None:
    """Tell screen readers what the parts of spin boxes are."""
    for native in natives:
        for part in native.findChildren(QWidget):
            if not part.accessibleName():
                part.setAccessibleName(native.accessibleName())
