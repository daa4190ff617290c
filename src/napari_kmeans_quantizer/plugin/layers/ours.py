"""Which layers are ours: those that were made here and handed in, and no others.

Known by the layer itself, whatever its name, metadata or place: a duplicate, a converted or split
layer is another one, and a person's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary, WeakSet, ref

import numpy as np

from napari_kmeans_quantizer.plugin.models.history import History

from .contents import ROLES
from .legend import Legend

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from napari.layers import Layer

    from napari_kmeans_quantizer.plugin.models.geometry import Matrix
    from napari_kmeans_quantizer.plugin.models.source import Key
    from napari_kmeans_quantizer.plugin.models.state import State
    from napari_kmeans_quantizer.plugin.session import Session

    from .beside import Beside


class Record:
    """One quantized image: what is known of it, and the layers that show it.

    The layers keep it, so it outlives the panel that made it, and goes with the last of them.

    Parameters
    ----------
    key : tuple of str
        Identity of the image.
    state : State or None
        None if it was only explored, or its result is gone.

    Attributes
    ----------
    history : History
        What can be undone.
    before_preview : State or None
        Where undo leads to while a color is being chosen.
    legend : Legend
        How its palette is shown.
    palette_place : Beside or None
        Where its palette stands, if nobody has moved it.
    palette_map : (3, 3) ndarray or None
        From the data of its palette to the world, as it was set last.
    palette_move : (3, 3) ndarray
        How people moved it since, in the world.
    labels_state : State or None
        That whose labels its Labels layer got, before people painted on it.
    is_passing : bool
        Whether the state is one of many while somebody drags a slider: not worth an undo.
    """

    def __init__(self, key: Key, state: State | None = None) -> None:
        self.key, self.state = key, state
        self.history = History()
        self.labels_state = state
        self.is_passing = False
        self.before_preview: State | None = None
        self.legend = Legend()
        self.palette_place: Beside | None = None
        self.palette_map: Matrix | None = None if state is None else state.placement.plane_to_world
        self.palette_move: Matrix = np.eye(3)
        self._layers: dict[str, ref[Layer]] = {}
        self.sessions: WeakSet[Session] = WeakSet()
        """Who is told when the state is another one."""

    @property
    def is_palette_moved(self) -> bool:
        """Whether people have put the palette somewhere else."""
        return not np.array_equal(self.palette_move, np.eye(3))

    def forget_past(self) -> None:
        """Let go of all states but the present one: napari keeps some layers that were removed."""
        self.history.clear()
        self.before_preview = None

    def own(self, layers: Mapping[str, Layer]) -> None:
        """Take new layers, by their roles."""
        for role, layer in layers.items():
            self._layers[role] = ref(layer)
            _records[layer] = self

    def layer(self, role: str) -> Layer | None:
        """Return the layer of a role; it need not be in any viewer."""
        kept = self._layers.get(role)
        return None if kept is None else kept()

    @property
    def was_shown(self) -> bool:
        """Whether layers show, or have shown, the result."""
        return any(role in ROLES for role in self._layers)


_records: WeakKeyDictionary[Layer, Record] = WeakKeyDictionary()


def bare(layer: Layer) -> Layer:
    """Return the layer itself, not the public face of it that napari gives to plugins."""
    itself: Layer = getattr(layer, "__wrapped__", layer)
    return itself


def is_ours(layer: Layer) -> bool:
    """Tell whether this plugin made the layer."""
    return bare(layer) in _records


def record_of(layer: Layer) -> Record | None:
    """Return the record that a layer shows, None if it is not ours."""
    return _records.get(bare(layer))


def state_shown_by(data: object) -> State | None:
    """Return the state whose layer holds these very data, None if no layer of ours does."""
    for layer, record in list(_records.items()):
        if layer.data is data:
            return record.state
    return None


def records_in(layers: Iterable[Layer]) -> dict[Key, Record]:
    """Return the records that some layers show, by the keys of their images.

    Of several records of one image, such as the widget's and a script's, the first with a state.
    """
    found: dict[Key, Record] = {}
    for layer in layers:
        record = record_of(layer)
        if record is None:
            continue
        known = found.setdefault(record.key, record)
        if known.state is None:
            found[record.key] = record
    return found
