"""How the panel is put together: what lies where, and how wide it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .buttons import folded, one_at_a_time
from .form import box

if TYPE_CHECKING:
    from magicgui.widgets import CheckBox, PushButton
    from qtpy.QtWidgets import QWidget

    from napari_kmeans_quantizer.plugin.views.palette.view import PaletteView

    from .busy import Busy
    from .buttons import Buttons
    from .form import Form

MIN_WIDTH, MAX_WIDTH = 304, 320


def upper(form: Form, live: CheckBox, start: PushButton, busy: Busy) -> list[Any]:
    """Return the controls that are always to be seen, from top to bottom."""
    return [form.basic(), box(live, start, layout="horizontal"), busy.row, busy.status]


def arrange(
    panel: QWidget, form: Form, busy: Busy, palette_view: PaletteView, buttons: Buttons
) -> None:
    """Put what folds between the upper controls, and palette and buttons below them."""
    layout: Any = panel.layout()
    parts = folded("Region, stack, channels", "What of the image takes part", form.parts())
    advanced = folded("Advanced", "Seldom needed: effort, seed, sample", form.advanced())
    one_at_a_time(parts, advanced)
    layout.insertWidget(1, parts)
    layout.insertWidget(2, advanced)
    layout.addWidget(palette_view, 1)
    layout.addWidget(buttons)
    layout.setSpacing(4)
    panel.setMinimumWidth(MIN_WIDTH)
    panel.setMaximumWidth(MAX_WIDTH)
    busy.row.visible = False
