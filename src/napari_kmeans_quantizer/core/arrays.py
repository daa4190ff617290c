"""The one door for anything array-like: it becomes an array, or is told what to become.

Whatever NumPy would take for something else is refused: masks that it drops, lists of different
lengths, paths, sparse matrices, pictures that are indices into a palette.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

PIL_MODES = ("1", "L", "I", "I;16", "I;16L", "I;16B", "I;16N", "F", "RGB", "RGBA")
"""Pictures of Pillow that are what their numbers say: grey, RGB or RGBA."""


def as_array(given: object, name: str, unmasked: str) -> NDArray[Any]:
    """Return anything array-like as an array: NumPy's, dask's, torch's, xarray's, Pillow's, lists.

    Parameters
    ----------
    given : object
        What was passed.
    name : str
        As which argument, for messages.
    unmasked : str
        What to pass instead of a masked array, for messages.

    Raises
    ------
    TypeError
        If it is no array, or not one of numbers alone.
    ValueError
        If it is made of lists of different lengths.
    """
    if not isinstance(given, np.ndarray):
        _refuse_other_things(given, name)
    if hasattr(given, "compute") and hasattr(given, "dask"):
        given = given.compute()  # dask's own way to an array drops the masks of its chunks
    if _holds_masks(given):
        raise TypeError(f"`{name}` is a masked array, whose mask would be lost. Pass {unmasked}.")
    plain = _read(given, name)
    if plain.ndim == 0 and plain.dtype == object:
        raise TypeError(f"`{name}` must be an array of numbers, got {_kind(given)}.")
    return plain


def _read(given: Any, name: str) -> NDArray[Any]:
    try:
        return np.asarray(given)
    except ValueError as error:
        if isinstance(given, list | tuple):
            raise ValueError(
                f"`{name}` must be an array of one shape, got lists of different lengths: {error} "
                "Make them equally long."
            ) from error
        raise
    except (TypeError, RuntimeError) as error:  # torch, of tensors on a GPU or with gradients
        raise TypeError(
            f"`{name}` must be an array that NumPy can read, got {_kind(given)}: {error} "
            f"Pass a NumPy array."
        ) from error


def _refuse_other_things(given: Any, name: str) -> None:
    if given is None:
        raise TypeError(f"`{name}` must be an array, got None.")
    if isinstance(given, str | bytes | os.PathLike):
        raise TypeError(
            f"`{name}` must be an array, got {given!r}. If that is a file, read it first, pictures "
            "for example with `skimage.io.imread`."
        )
    if hasattr(given, "toarray"):
        raise TypeError(
            f"`{name}` is sparse ({_kind(given)}), but dense data is required. "
            f"Pass `{name}.toarray()`."
        )
    if type(given).__module__.startswith("PIL.") and hasattr(given, "mode"):
        _check_pil(given, name)


def _check_pil(picture: Any, name: str) -> None:
    if picture.mode in PIL_MODES:
        return
    opaque = picture.mode in ("P", "CMYK", "YCbCr", "HSV", "RGBX")
    wanted = "RGB" if opaque and "transparency" not in picture.info else "RGBA"
    raise TypeError(
        f'`{name}` is a picture of mode "{picture.mode}", whose numbers are not grey, RGB or RGBA. '
        f'Pass `{name}.convert("{wanted}")`, or `np.asarray({name})` for the numbers as they are.'
    )


def _holds_masks(given: object) -> bool:
    """Tell whether something is masked, or a list that holds what is masked."""
    if isinstance(given, list | tuple):
        return any(_holds_masks(part) for part in given)
    return isinstance(given, np.ma.MaskedArray) and bool(np.ma.is_masked(given))


def _kind(given: object) -> str:
    return f"{type(given).__module__}.{type(given).__qualname__}".removeprefix("builtins.")
