"""How all kernels are compiled, and who is told of it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, TypeVar, cast

import numba
from numba.core.event import Event, Listener, register

if TYPE_CHECKING:
    from collections.abc import Callable

    Function = TypeVar("Function", bound=Callable[..., Any])

OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy"}
KERNELS: list[Any] = []
"""What Python calls, as far as the modules are imported."""

_log = logging.getLogger("napari_kmeans_quantizer")


def jit(function: Function) -> Function:
    """Compile at first call, without the GIL; cache on disk where a folder can be written."""
    try:
        kernel = numba.njit(cache=True, **OPTIONS)(function)
    except RuntimeError:  # no writable folder: read-only installations, containers
        kernel = numba.njit(**OPTIONS)(function)
    KERNELS.append(kernel)
    return cast("Function", kernel)


def inner(function: Function) -> Function:
    """Compile a function that only kernels call: what Python would need of it costs time."""
    options = OPTIONS | {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    return cast("Function", numba.njit(**options)(function))


class _FirstCompilation(Listener):
    """Tells once why a first result takes its time."""

    told = False

    def on_start(self, event: Event) -> None:
        if self.told or event.data.get("dispatcher") not in KERNELS:
            return
        self.told = True
        kept = event.data["dispatcher"].stats.cache_path is not None
        often = "once" if kept else "each time, for no folder can be written to keep them"
        _log.warning("Compiling kernels for this machine, %s; this takes some seconds.", often)

    def on_end(self, event: Event) -> None:
        pass


register("numba:compile", _FirstCompilation())
