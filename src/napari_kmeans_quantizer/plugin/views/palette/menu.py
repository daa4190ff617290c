"""The menu of one color of the palette, or of several."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qtpy.QtGui import QKeySequence
from qtpy.QtWidgets import QMenu, QWidget

from napari_kmeans_quantizer.plugin.views.parts import swatch_icon

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .content import Content

    Do = Callable[..., object]

ICON = 14  # pixels


def color_menu(
    parent: QWidget, content: Content, chosen: Sequence[int], do: dict[str, Do]
) -> QMenu:
    """Return a new menu for some colors.

    Parameters
    ----------
    parent : QWidget
        The menu becomes its child; whoever asks for it deletes it.
    content : Content
        The palette.
    chosen : sequence of int
        The colors.
    do : dict of str to callable
        "edit", "name", "lock", "merge", "hide", "background" and "copy" get the colors; "merge
        into" gets them and another one; "hidden" gets the set of all that shall be hidden; "copy
        all" gets "hex", "CSS" or "Python".
    """
    menu = QMenu(parent)
    many = len(chosen) > 1
    menu.setToolTipsVisible(True)
    named = f"{len(chosen)} colors" if many else content.title(chosen[0])
    menu.setAccessibleName(f"Actions for {named}")
    if not many:
        _add(menu, "Edit color ...", lambda: do["edit"](chosen), "F2")
    name = _add(menu, f"{_of('Name', chosen)} ...", lambda: do["name"](chosen), "N")
    name.setToolTip("Colors of one name are summed up in tables and plots")
    text = "Unlock" if content.locked.issuperset(chosen) else "Lock"
    _add(menu, _of(text, chosen), lambda: do["lock"](chosen), "L")
    _add_merging(menu, content, chosen, do)
    menu.addSeparator()
    _add_hiding(menu, content, chosen, do)
    _add_background(menu, content, chosen, do)
    menu.addSeparator()
    _add(menu, "Copy hex", lambda: do["copy"](chosen), QKeySequence.StandardKey.Copy)
    copy: Any = menu.addMenu("Copy all as")
    for form in ("hex", "CSS", "Python"):
        _add(copy, form, lambda form=form: do["copy all"](form))
    return menu


def _add_merging(menu: QMenu, content: Content, chosen: Sequence[int], do: dict[str, Do]) -> None:
    if len(chosen) > 1:
        into = content.largest(chosen)
        text = f"Merge into {_plain(content.title(into))}"
        action = _add(menu, text, lambda: do["merge"](chosen), "M")
        action.setIcon(swatch_icon(content.color(into), ICON))
        return
    merge: Any = menu.addMenu("Merge into")
    for other in content.nearest(chosen[0]):
        text = _plain(content.title(other))
        into_other = _add(merge, text, lambda other=other: do["merge into"](chosen, other))
        into_other.setIcon(swatch_icon(content.color(other), ICON))
    merge.setEnabled(len(content) > 1)


def _add_hiding(menu: QMenu, content: Content, chosen: Sequence[int], do: dict[str, Do]) -> None:
    others = frozenset(range(len(content))) - set(chosen)
    text = "Show" if content.hidden.issuperset(chosen) else "Hide"
    _add(menu, _of(text, chosen), lambda: do["hide"](chosen), "H")
    if content.hidden:
        _add(menu, "Show all", lambda: do["hidden"](frozenset()))
    text = "Show only these" if len(chosen) > 1 else "Show only this"
    only = _add(menu, text, lambda: do["hidden"](others))
    only.setEnabled(content.hidden != others)


def _add_background(
    menu: QMenu, content: Content, chosen: Sequence[int], do: dict[str, Do]
) -> None:
    is_background = content.background.issuperset(chosen)
    verb, place = ("Count", "in") if is_background else ("Leave", "out of")
    text = f"{_of(verb, chosen)} {place} shares"
    entry = _add(menu, text, lambda: do["background"](chosen), "B")
    entry.setToolTip("Background counts in no share; its pixels and area are still told")


def _plain(text: str) -> str:
    """Return a text for a menu, which would take "&" for a sign."""
    return text.replace("&", "&&")


def _of(text: str, chosen: Sequence[int]) -> str:
    return f"{text} {len(chosen)} colors" if len(chosen) > 1 else text


def _add(menu: QMenu, text: str, do: Do, key: Any = None) -> Any:
    action: Any = menu.addAction(text)
    action.triggered.connect(lambda _=False: do())
    if key is not None:
        action.setShortcut(QKeySequence(key))
    return action
