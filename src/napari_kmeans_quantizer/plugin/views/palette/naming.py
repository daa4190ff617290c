"""Typing names into the list: whose name it is stays true, whatever is shown meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from qtpy.QtCore import QObject, Signal  # type: ignore[attr-defined, unused-ignore]

if TYPE_CHECKING:
    from collections.abc import Sequence

    from napari_kmeans_quantizer import Palette

    from .content import Content
    from .list import ColorList, Rows


class Typed(NamedTuple):
    """What is being typed.

    Attributes
    ----------
    chosen : list of int
        The colors that get the name.
    at : int
        That of them in whose row it is typed.
    text : str
        What there is of it.
    cursor : int
        Where it goes on.
    is_modified : bool
        Whether anybody has typed yet.
    """

    chosen: list[int]
    at: int
    text: str
    cursor: int
    is_modified: bool


class Naming(QObject):
    """A name that is being typed, at most one at a time.

    Parameters
    ----------
    colors : ColorList
        Where.
    rows : Rows
        What is shown there.

    Attributes
    ----------
    named : Signal(object, str)
        A list of indices, and their name.
    """

    named = Signal(object, str)

    def __init__(self, colors: ColorList, rows: Rows) -> None:
        super().__init__(colors)
        self._list, self._rows = colors, rows
        self._chosen: list[int] = []
        self._at = -1
        colors.typed.connect(self._take)

    @property
    def is_open(self) -> bool:
        """Whether there is a field for a name."""
        return self._list.field is not None

    def begin(self, chosen: Sequence[int]) -> None:
        """Open the field in the row of a color that gets the name, alone or with others."""
        content = self._rows.content
        if content is None:
            return
        current = self._list.current()
        at = current if current in chosen else chosen[0]
        names = {content.name(index) for index in chosen}
        text = names.pop() if len(names) == 1 else ""
        self._open(Typed([*chosen], at, text, 0, False))
        if self._list.field is not None:
            several = f"{len(chosen)} colors"
            self._list.field.setPlaceholderText(several if len(chosen) > 1 else "name")
            self._list.field.selectAll()

    def finish(self) -> None:
        """Close the field, and take what was typed."""
        field, chosen = self._list.field, self._chosen
        if field is not None:
            text, is_modified = field.text(), field.isModified()
            self._close()
            self._tell(chosen, text, is_modified)

    def goes_on_in(self, palette: Palette | None) -> bool:
        """Tell whether the color whose name is typed is in a palette, too; if none is, it is so."""
        content = self._rows.content
        if not self.is_open:
            return True
        if palette is None or content is None:
            return False
        return became(content.palette, palette, self._at) is not None

    def pause(self, content: Content | None, order: Sequence[int]) -> Typed | None:
        """Close the field before other rows are shown; return what to go on with there.

        A name whose color is not among them is taken at once.
        """
        before, field = self._rows.content, self._list.field
        if field is None or before is None:
            return None
        if content is None or not self.goes_on_in(content.palette):
            self.finish()
            return None
        if _are_same(before.palette, content.palette) and [*order] == [*self._rows.order]:
            return None
        found = {k: became(before.palette, content.palette, k) for k in self._chosen}
        chosen = [new for new in found.values() if new is not None]
        at = found[self._at]
        assert at is not None
        typed = Typed(chosen, at, field.text(), field.cursorPosition(), field.isModified())
        self._close()
        return typed

    def go_on(self, typed: Typed | None) -> None:
        """Open the field again, as it was."""
        if typed is not None:
            self._open(typed)

    def _open(self, typed: Typed) -> None:
        self._chosen, self._at = typed.chosen, typed.at
        self._list.open_field(typed.at)
        if self._list.field is not None:
            self._list.field.setText(typed.text)
            self._list.field.setCursorPosition(typed.cursor)
            self._list.field.setModified(typed.is_modified)

    def _close(self) -> None:
        self._chosen = []
        self._list.close_field()

    def _take(self, text: str, is_modified: bool) -> None:
        self._tell(self._chosen, text, is_modified)

    def _tell(self, chosen: list[int], text: str, is_modified: bool) -> None:
        content, name = self._rows.content, " ".join(text.split())
        if not is_modified or content is None:
            return
        if any(content.name(index) != name for index in chosen):
            self.named.emit([*chosen], name)


def became(before: Palette, after: Palette, index: int) -> int | None:
    """Return which color of another palette one has become: each is nearest to the other."""
    if before.n_channels != after.n_channels:
        return None
    if _are_same(before, after):
        return index
    color = before.colors[index]
    there = np.square(after.colors - color).sum(axis=1)
    nearest = int(there.argmin())
    back = np.square(before.colors - after.colors[nearest]).sum(axis=1)
    return nearest if back.min() >= there[nearest] else None


def _are_same(one: Palette, other: Palette) -> bool:
    return one is other or np.array_equal(one.colors, other.colors)
