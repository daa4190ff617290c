"""What a fresh process pays first, by CPU time: imports, compiling, the first result.

Run by `first_use.py`. Nothing heavy is imported here, for imports are measured, too.
"""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


def first_result(picture: str, k: int) -> dict[str, float]:
    """Return the time of the import, of the first result, and how much had to be compiled."""
    start = time.process_time(), time.perf_counter()
    from napari_kmeans_quantizer import quantize

    imported = time.process_time(), time.perf_counter()
    image = _loaded(picture)
    begun = time.process_time(), time.perf_counter()
    with compilations() as names:
        quantize(image, k)
    return {
        "import, CPU s": imported[0] - start[0],
        "first result, CPU s": time.process_time() - begun[0],
        "import, wall s": imported[1] - start[1],
        "first result, wall s": time.perf_counter() - begun[1],
        "compilations": len(names),
    }


def pieces() -> dict[str, dict[str, float]]:
    """Compile everything, in the order of ``python -m napari_kmeans_quantizer.core.warm_up``."""
    start = time.process_time()
    from napari_kmeans_quantizer.core import warm_up

    rows = {"import": {"CPU s": time.process_time() - start, "compilations": 0.0}}
    for name, work in warm_up.PIECES.items():
        begun = time.process_time()
        with compilations() as names:
            work()
        rows[name] = {"CPU s": time.process_time() - begun, "compilations": len(names)}
    total = sum(row["compilations"] for row in rows.values())
    return rows | {"together": {"CPU s": time.process_time() - start, "compilations": total}}


@contextlib.contextmanager
def compilations() -> Iterator[list[str]]:
    """Give a list that what is compiled is added to; not what is read from disk."""
    from numba.core.event import Listener, install_listener

    class Compilation(Listener):
        def on_start(self, event: Any) -> None:
            pass

        def on_end(self, event: Any) -> None:
            names.append(str(event.data["dispatcher"]))

    names: list[str] = []
    with install_listener("numba:compile", Compilation()):
        yield names


def _loaded(picture: str) -> Any:
    import numpy as np

    return np.load(picture)
