"""What people paint by hand on a Labels layer of ours: it stays when the palette changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np

from .contents import label_ids

if TYPE_CHECKING:
    from napari.layers import Labels
    from numpy.typing import NDArray

    from napari_kmeans_quantizer.plugin.models.state import State


def painted_pixels(data: Any, state: State) -> NDArray[np.bool_] | None:
    """Return where a layer's labels are not those of a state, None if they are nowhere.

    Labels that are painted as they are looked at cannot be painted on.
    """
    if state.painter is not None:
        return None
    ids = label_ids(state)
    if np.shape(data) != ids.shape:
        return None  # other data, from somebody who replaced them
    differ: NDArray[np.bool_] = np.asarray(data) != ids
    return differ if differ.any() else None


def carried(data: Any, old: State, new: State) -> NDArray[Any]:
    """Return the labels of a state, with what was painted over those of another of the same fit.

    Clusters keep their pixels, whatever their new labels; labels that no cluster has stay such.
    """
    ids, where = label_ids(new), painted_pixels(data, old)
    if where is None:
        return ids
    painted = np.asarray(data)[where].astype(np.intp)
    table = np.array([0, *(new.place_of(old, k) + 1 for k in range(len(old.result.palette)))])
    beyond = painted >= len(table)
    labels = np.where(beyond, painted - len(table), 0) + len(new.result.palette) + 1
    labels[~beyond] = table[painted[~beyond]]
    if labels.max() > np.iinfo(ids.dtype).max:
        ids = ids.astype(np.uint16 if labels.max() < 65536 else np.int32)
    ids[where] = labels
    return ids


class Strokes:
    """Counts strokes of the brush, so that Ctrl+Z knows whether there is one to take back."""

    def __init__(self) -> None:
        self._done: WeakKeyDictionary[Labels, int] = WeakKeyDictionary()
        self._undone: WeakKeyDictionary[Labels, int] = WeakKeyDictionary()

    def watch(self, layer: Labels) -> None:
        """Count the strokes in a layer; to do so twice changes nothing."""
        layer.events.paint.connect(self._count)

    def _count(self, event: Any) -> None:
        self._done[event.source] = self._done.get(event.source, 0) + 1
        self._undone.pop(event.source, None)

    def forget(self, layer: Labels) -> None:
        """Begin anew: the layer has other labels, and no history."""
        self._done.pop(layer, None)
        self._undone.pop(layer, None)

    def undo(self, layer: Labels) -> bool:
        """Take a stroke back; return whether there was one."""
        if not _move(self._done, self._undone, layer):
            return False
        layer.undo()
        return True

    def redo(self, layer: Labels) -> bool:
        """Make a stroke again that was taken back; return whether there was one."""
        if not _move(self._undone, self._done, layer):
            return False
        layer.redo()
        return True


def _move(
    source: WeakKeyDictionary[Labels, int], target: WeakKeyDictionary[Labels, int], layer: Labels
) -> bool:
    if not source.get(layer):
        return False
    source[layer] -= 1
    target[layer] = target.get(layer, 0) + 1
    return True
