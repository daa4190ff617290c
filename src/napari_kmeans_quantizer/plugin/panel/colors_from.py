"""Where colors come from: a fit, another result, or a palette file; all of them, or the best."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from magicgui.widgets import ComboBox
from napari.layers import Points
from qtpy.QtCore import QTimer
from superqt.utils import signals_blocked as qt_signals_blocked

from napari_kmeans_quantizer.plugin.layers.palette_file import palette_of_layer
from napari_kmeans_quantizer.plugin.models.palette_file import PaletteFile

from .fixed_choices import FixedChoices

if TYPE_CHECKING:
    from collections.abc import Callable

    from napari.components import LayerList

    from napari_kmeans_quantizer import Palette

FIT_PALETTE, ASK_FILE = "a fit to the image", "file ..."
USES = [("all, as they are", "all"), ("the best of them", "best")]
MAX_FILES = 5  # that are offered again


class ColorsFrom(ComboBox):
    """Chooses a palette, or none; the last choice, "file ...", asks for one.

    Parameters
    ----------
    layers : napari.components.LayerList
        Those that are palettes are offered.
    **options
        As of any widget of magicgui.

    Attributes
    ----------
    ask : callable
        Called when somebody chooses "file ..."; what was chosen before stays so.
    """

    ask: Callable[[], object] | None = None

    def __init__(self, layers: LayerList, **options: Any) -> None:
        self._layers = layers
        self._files: list[PaletteFile] = []
        self._before: Any = None
        super().__init__(choices=self._offered, **options)

    def _offered(self, _: Any) -> list[tuple[str, Any]]:
        layers = [layer for layer in self._layers if palette_of(layer) is not None]
        offered = [(one.name, one) for one in (*layers, *self._files)]
        return [(FIT_PALETTE, None), *offered, (ASK_FILE, ASK_FILE)]

    def offer_file(self, file: PaletteFile) -> None:
        """Offer the colors of a file, instead of those of an earlier one of its name."""
        others = [other for other in self._files if other.name != file.name]
        self._files = [file, *others][:MAX_FILES]
        self.reset_choices()

    def reset_choices(self, *_: Any) -> None:
        """Look at the layers anew; "file ..." stays last, where magicgui would add new ones."""
        with qt_signals_blocked(self.native):
            last = self.native.findText(ASK_FILE)
            if last >= 0 and last != self.native.currentIndex():
                self.native.removeItem(last)
        super().reset_choices()

    @property
    def palette(self) -> Palette | None:
        """The palette that is chosen, in its own units; None for a fit."""
        return palette_of(self.value)

    @property
    def palettes(self) -> dict[Any, Palette]:
        """All that can be chosen, by layer or file."""
        found = {one: palette_of(one) for one in self.choices}
        return {one: palette for one, palette in found.items() if palette is not None}

    def _on_value_change(self, value: Any = None) -> None:
        if value != ASK_FILE:
            self._before = value
            self.changed.emit(value)  # None, too, which magicgui takes for no choice at all
            return
        with self.changed.blocked():
            self.value = self._before if self._before in self.choices else None
        if self.ask is not None:
            QTimer.singleShot(0, self.ask)  # not before the list has closed


def palette_of(chosen: Any) -> Palette | None:
    """Return the colors of a palette layer, or of a file; None of all else."""
    if isinstance(chosen, PaletteFile):
        return chosen.palette
    return palette_of_layer(chosen) if isinstance(chosen, Points) else None


class Use(FixedChoices):
    """Chooses whether all colors of a palette are taken, or the best of them; tells how many."""

    def __init__(self, **options: Any) -> None:
        super().__init__(choices=USES, value="all", **options)

    def look(self, palette: Palette | None, n_colors: int | None) -> None:
        """Be there only if there is a palette; None: the number of colors is to be found."""
        self.visible = palette is not None
        if palette is not None:
            n_given = len(palette)
            n_best = "" if n_colors is None else f"{min(n_colors, n_given):,} "
            self.call(0, f"all {n_given:,}, as they are")
            self.call(1, f"the best {n_best}of {n_given:,}")
