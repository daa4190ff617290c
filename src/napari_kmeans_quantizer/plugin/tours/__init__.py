"""The tutorials inside napari: a photograph, and a tour through the panel that does things.

What is here opens a sample's tour, and imports no more than a sample picture needs.
"""

from __future__ import annotations

import sys
from functools import partial

from napari_kmeans_quantizer.core.version import PROGRAM

FROM_SCRATCH, HOW_MANY = "from_scratch", "how_many"
"""The tutorials' names, which are those of their photographs in the manifest, too."""


def open_soon(name: str) -> None:
    """Open a tutorial in napari's window once the event loop has come round.

    A sample picture does not know for which viewer it is read. Where there is no window, or the
    photograph has not come into it, nothing is done.

    Parameters
    ----------
    name : str
        Of the tutorial.
    """
    if "napari._qt.qt_main_window" in sys.modules:  # else nobody has made a window
        from qtpy.QtCore import QTimer

        QTimer.singleShot(0, partial(_open, name))


def _open(name: str) -> None:
    import napari

    from .opening import photograph_in

    viewer = napari.current_viewer()
    if viewer is not None and photograph_in(viewer, name) is not None:
        dock, widget = viewer.window.add_plugin_dock_widget(PROGRAM)
        dock.show()
        dock.raise_()
        widget.open_tutorial(name)
