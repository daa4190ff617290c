"""Instructions for which numba has no name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

if TYPE_CHECKING:
    from collections.abc import Callable


def instruction(build_for: Callable[..., Any]) -> Callable[..., Any]:
    """Make it callable in kernels."""
    return cast("Callable[..., Any]", intrinsic(build_for))


@instruction
def trailing_zeros(typing_context: Any, word: Any) -> Any:
    """Index of the lowest bit set of a word that is not 0."""

    def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.cttz(args[0], ir.Constant(ir.IntType(1), 0))

    return types.uint64(types.uint64), build


@instruction
def float_bits(typing_context: Any, x: Any) -> Any:
    """The bits of a float; numba reads them of arrays only."""

    def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.bitcast(args[0], ir.IntType(64))

    return types.uint64(types.float64), build


@instruction
def bits_float(typing_context: Any, bits: Any) -> Any:
    """The float that has these bits."""

    def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.bitcast(args[0], ir.DoubleType())

    return types.float64(types.uint64), build
