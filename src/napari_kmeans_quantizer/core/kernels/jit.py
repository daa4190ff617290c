"""How all kernels are compiled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

import numba

if TYPE_CHECKING:
    from collections.abc import Callable

    Function = TypeVar("Function", bound=Callable[..., Any])

OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy"}


def jit(function: Function) -> Function:
    """Compile at first call, without the GIL; cache on disk where a folder can be written."""
    try:
        return cast("Function", numba.njit(cache=True, **OPTIONS)(function))
    except RuntimeError:  # no writable folder: read-only installations, containers
        return cast("Function", numba.njit(**OPTIONS)(function))


def inner(function: Function) -> Function:
    """Compile a function that only kernels call: what Python would need of it costs time."""
    options = OPTIONS | {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    return cast("Function", numba.njit(**options)(function))
