"""How progress is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from napari_kmeans_quantizer.core.progress import completed

if TYPE_CHECKING:
    from collections.abc import Generator

    from napari_kmeans_quantizer.core.progress import Progress

Result = TypeVar("Result")


def check_progress(progress: Any) -> None:
    """Refuse what cannot show any."""
    if progress not in (None, "tqdm") and not callable(progress):
        raise ValueError(f'`progress` must be None, "tqdm" or a callable, got {progress!r}.')


def shown(steps: Generator[Progress, None, Result], progress: Any) -> Result:
    """Run work that is done in steps to its end, and show how far it is."""
    if progress is None:
        return completed(steps)
    if progress == "tqdm":
        return _in_bar(steps)
    return completed(_told(steps, progress))


def _told(steps: Generator[Progress, None, Result], tell: Any) -> Generator[None, None, Result]:
    while True:
        try:
            step = next(steps)
        except StopIteration as end:
            result: Result = end.value
            return result
        tell(step)
        yield


def _in_bar(steps: Generator[Progress, None, Result]) -> Result:
    from tqdm.auto import tqdm  # type: ignore[import-untyped]

    with tqdm(total=100, unit="%", bar_format="{desc}: {percentage:3.0f}%|{bar}| {elapsed}") as bar:

        def tell(step: Progress) -> None:
            bar.set_description_str(step.stage, refresh=False)
            bar.n = round(100 * step.fraction, 1)
            bar.refresh()

        result = completed(_told(steps, tell))
        bar.n = 100
        bar.refresh()
        return result
