"""Which pixels are fitted of an image that is too large to be held: those of a level, or all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from magicgui.widgets import ComboBox
from superqt.utils import signals_blocked as qt_signals_blocked

from napari_kmeans_quantizer.plugin.models.levels import choices

if TYPE_CHECKING:
    from napari_kmeans_quantizer.plugin.models.source import Source

Offered = list[tuple[str, int | None]]

AT_FIRST: Offered = [("what fits into memory", None)]


class FitOn(ComboBox):
    """Chooses a level; there is nothing to choose for images that are held as a whole."""

    def __init__(self, **options: Any) -> None:
        self._offered: Offered = AT_FIRST
        super().__init__(choices=self._levels, **options)

    def _levels(self, _: Any) -> Offered:
        return self._offered

    def look(self, source: Source | None) -> None:
        """Offer the levels of a source; be there only if it has any that can be fitted."""
        offered = [] if source is None else choices(source)
        self.visible = bool(offered)
        if (offered or AT_FIRST) == self._offered:
            return
        self._offered = offered or AT_FIRST
        wanted = self.value if self.value in [level for _, level in self._offered] else None
        before = self.value
        with self.changed.blocked(), qt_signals_blocked(self.native):
            self.reset_choices()
            self.value = wanted
        if wanted != before:
            self.changed.emit(wanted)

    def _on_value_change(self, value: Any = None) -> None:
        self.changed.emit(value)  # None, too, which magicgui takes for no choice at all
