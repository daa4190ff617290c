"""Choices that are always the same, though they may be called otherwise."""

from __future__ import annotations

from typing import Any

from magicgui.widgets import ComboBox


class FixedChoices(ComboBox):
    """Chooses among what does not depend on layers.

    napari has all choices looked at anew whenever a layer comes or goes. magicgui goes by what they
    are called: it would throw out those that are called otherwise now, and choose the first one.
    """

    def reset_choices(self, *_: Any) -> None:
        """Offer them once, and then let them, and what is chosen, be as they are."""
        if not len(self):
            super().reset_choices()

    def call(self, index: int, text: str) -> None:
        """Show a choice as this text; what it means stays."""
        native: Any = self.native
        native.setItemText(index, text)
