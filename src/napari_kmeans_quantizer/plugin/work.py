"""What takes time, step by step, so that it can run in a thread, tell its progress and be ended."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from napari_kmeans_quantizer import Palette, Progress, Quantization, quantize_steps

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable

    from numpy.typing import NDArray

    from .models.settings import Settings
    from .models.source import Source

    Steps = Generator[Progress, None, Quantization]

MAX_SAMPLE = 100_000


class Sample(NamedTuple):
    """Pixels drawn at random: their places in the flat image, and their values (m, C)."""

    places: NDArray[np.int64]
    values: NDArray[Any]


class Outcome(NamedTuple):
    """A result, with a sample of the pixels that it was made from."""

    result: Quantization
    sample: Sample


def quantize_source(source: Source, settings: Settings) -> Generator[Progress, None, Outcome]:
    """Read, fit and paint; the edits of `settings` are not made."""
    yield Progress("Reading the image", 0.0)
    array, mask = source.array(), source.mask()
    options = settings.options() | {"channel_axis": source.channel_axis}
    result = yield from fit_and_paint(array, mask, options, settings.apply_everywhere)
    return Outcome(result, draw_sample(array, result, settings.random_state))


def fit_and_paint(
    array: NDArray[Any],
    mask: NDArray[np.bool_] | None,
    options: dict[str, Any],
    apply_everywhere: bool = False,
) -> Steps:
    """Quantize what `mask` selects, and with `apply_everywhere` paint all in the same palette."""
    steps = quantize_steps(array, mask=mask, **options)
    if mask is None or not apply_everywhere:
        return (yield from steps)
    result = yield from _as_part(steps, 0, 2)
    kept = {name: options[name] for name in ("channel_axis", "color_space") if name in options}
    steps = quantize_steps(array, palette=result.palette, **kept)
    return (yield from _as_part(steps, 1, 2))


def quantize_range(
    source: Source, settings: Settings, numbers: Iterable[int]
) -> Generator[Progress, None, dict[int, Quantization]]:
    """Quantize with several numbers of colors; return the results by number.

    A given palette is not used; numbers below that of the fixed colors count as that.
    """
    yield Progress("Reading the image", 0.0)
    array, mask = source.array(), source.mask()
    numbers = sorted({max(n_colors, len(settings.fixed_colors)) for n_colors in numbers})
    results = {}
    for done, n_colors in enumerate(numbers):
        options = replace(settings, n_colors=n_colors, palette=None).options()
        options["channel_axis"] = source.channel_axis
        steps = fit_and_paint(array, mask, options, settings.apply_everywhere)
        results[n_colors] = yield from _as_part(steps, done, len(numbers), f"{n_colors} colors")
    return results


def assign_palette(
    sources: list[Source], palette: Palette, color_space: str
) -> Generator[Progress, None, list[Outcome]]:
    """Paint several sources in the same palette; nothing is fitted."""
    outcomes = []
    for done, source in enumerate(sources):
        array = source.array()
        options: dict[str, Any] = {"channel_axis": source.channel_axis, "color_space": color_space}
        steps = quantize_steps(array, palette=palette, mask=source.mask(), **options)
        result = yield from _as_part(steps, done, len(sources), source.name)
        outcomes.append(Outcome(result, draw_sample(array, result, 0)))
    return outcomes


def _as_part(steps: Steps, done: int, of: int, name: str = "") -> Steps:
    """Run one of several pieces of work; its progress counts as a part of the whole."""
    while True:
        try:
            step = next(steps)
        except StopIteration as stop:
            result: Quantization = stop.value
            return result
        stage = f"{name}: {step.stage.lower()}" if name else step.stage
        yield Progress(stage, (done + step.fraction) / of)


def drained(steps: Steps) -> Quantization:
    """Run all steps at once."""
    while True:
        try:
            next(steps)
        except StopIteration as stop:
            result: Quantization = stop.value
            return result


def draw_sample(array: NDArray[Any], result: Quantization, seed: int) -> Sample:
    """Draw pixels at random, at most `MAX_SAMPLE`, of those that took part."""
    rng = np.random.default_rng(seed)
    index = rng.integers(0, result.labels.size, min(MAX_SAMPLE, result.labels.size))
    if result.mask is not None:
        index = index[result.mask.reshape(-1)[index]]
        if len(index) == 0:  # a tiny region in a large image
            index = np.flatnonzero(result.mask)
    if result.channel_axis is None:
        values = array[np.unravel_index(index, array.shape)][:, np.newaxis]
    else:
        channels_last = np.moveaxis(array, result.channel_axis, -1)
        places = np.unravel_index(index, result.labels.shape)
        values = channels_last[places][:, : result.palette.n_channels]
    return Sample(index, values)


def frame_shares(result: Quantization) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return the shares of the colors in every frame (n, K), and their pixels (n, K).

    Frames are what lies along the first axis of a stack or time series.
    """
    K, labels = len(result.palette), result.labels
    frames = labels.reshape(len(labels), -1)
    masks = None if result.mask is None else result.mask.reshape(frames.shape)
    counts = np.empty((len(frames), K), np.int64)
    for t in range(len(frames)):
        counts[t] = np.bincount(frames[t] if masks is None else frames[t][masks[t]], minlength=K)
    return counts / np.maximum(counts.sum(axis=1, keepdims=True), 1), counts
