"""The line below the list: what there is, as far as there is room."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qtpy.QtWidgets import QSizePolicy, QWidget
from superqt import QElidingLabel

if TYPE_CHECKING:
    from collections.abc import Sequence


class Summary(QElidingLabel):
    """Tells the first of several texts that fits; if none does, it elides the last."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._texts: Sequence[str] = ("",)
        self.setAccessibleName("Summary of the palette")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def tell(self, texts: Sequence[str]) -> None:
        """Tell one of these texts, which are ever shorter."""
        self._texts = texts
        self._choose()

    def resizeEvent(self, event: Any) -> None:  # noqa: N802
        """Look anew for which there is room."""
        super().resizeEvent(event)
        self._choose()

    def showEvent(self, event: Any) -> None:  # noqa: N802
        """Look for it once there is any."""
        super().showEvent(event)
        self._choose()

    def _choose(self) -> None:
        if not self.isVisible():
            self.setText(self._texts[0])
            return
        width, metrics = self.contentsRect().width(), self.fontMetrics()
        fitting = (text for text in self._texts if metrics.horizontalAdvance(text) <= width)
        self.setText(next(fitting, self._texts[-1]))
