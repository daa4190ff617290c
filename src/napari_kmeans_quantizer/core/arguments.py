"""What the arguments of `quantize` must be; each message says what was required and what came."""

from __future__ import annotations

import numbers

import numpy as np


def check_n_colors(n_colors: int) -> None:
    """Refuse what is no number of colors."""
    if isinstance(n_colors, bool | np.bool_) or not isinstance(n_colors, numbers.Integral):
        raise TypeError(f"`n_colors` must be an integer, got {n_colors!r}.")
    if not 1 <= n_colors <= 65535:
        raise ValueError(f"`n_colors` must lie in 1..65535, got {n_colors}.")


def check_sample(sample: float | None) -> None:
    """Refuse what is neither a fraction nor a number of pixels."""
    if sample is None:
        return
    if isinstance(sample, bool | np.bool_) or not isinstance(sample, numbers.Real):
        raise TypeError(f"`sample` must be None, a float or an integer, got {sample!r}.")
    if isinstance(sample, numbers.Integral):
        if sample < 1:
            raise ValueError(f"`sample` as a number of pixels must be at least 1, got {sample}.")
    elif not 0 < sample <= 1:
        raise ValueError(
            f"`sample` as a fraction must lie in 0 < sample <= 1, got {sample}. "
            "Pass an integer for a number of pixels."
        )


def check_fitted(palette: object, fixed_colors: object) -> None:
    """Refuse colors to fit others around in a palette in which nothing is fitted."""
    if palette is not None and fixed_colors is not None:
        raise ValueError(
            "`fixed_colors` and `palette` contradict each other: a given palette is not fitted. "
            "Pass one of them."
        )


def check_choice(name: str, value: object, choices: tuple[object, ...]) -> None:
    """Refuse what is not among the choices."""
    if value not in choices:
        listed = " or ".join(map(repr, choices))
        raise ValueError(f"`{name}` must be {listed}, got {value!r}.")


def as_generator(
    random_state: int | np.random.RandomState | np.random.Generator | None,
) -> np.random.Generator:
    """Return a generator for any kind of random state; None draws fresh entropy."""
    if isinstance(random_state, np.random.RandomState):
        return np.random.default_rng(random_state.randint(2**31))
    if isinstance(random_state, bool) or not isinstance(
        random_state, numbers.Integral | np.random.Generator | None
    ):
        raise TypeError(
            "`random_state` must be an integer, RandomState, Generator or None, "
            f"got {random_state!r}."
        )
    if isinstance(random_state, numbers.Integral) and random_state < 0:
        raise ValueError(f"`random_state` must not be negative, got {random_state}.")
    return np.random.default_rng(random_state)
