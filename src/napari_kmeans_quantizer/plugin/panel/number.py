"""A line for a number that need not be there."""

from __future__ import annotations

import math
from typing import Any

from magicgui.widgets import LineEdit


class OptionalNumber(LineEdit):
    """A line for a number; empty stands for None.

    Parameters
    ----------
    hint : str
        Shown as long as it is empty.
    **options
        As of any widget of magicgui.
    """

    def __init__(self, hint: str, **options: Any) -> None:
        super().__init__(**options)
        self.native.setPlaceholderText(hint)

    def get_value(self) -> float | None:  # type: ignore[override]
        """Return the number, None for an empty line.

        Raises
        ------
        ValueError
            If it is something else.
        """
        text = str(self.native.text()).strip()
        if not text:
            return None
        try:
            number = float(text)
        except ValueError:
            raise ValueError(
                f'"{self.label}" must be a number such as -9999, or empty; it is "{text}".'
            ) from None
        return number if math.isfinite(number) else None

    def set_value(self, value: float | str | None) -> None:
        """Set it to a number, or what people would type, or to nothing."""
        self.native.setText("" if value is None else str(value).removesuffix(".0"))
