"""From options to the exit status: plan, do, and say what was done."""

from __future__ import annotations

import logging
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING

from .batch import Batch
from .inputs import find_sources
from .interrupting import INTERRUPTED, raising
from .job import Colors, Outcome, done
from .palettes import given_colors, save_palette
from .parsing import STANDARD
from .reports import save_report
from .sharing import shared_palette
from .targets import planned
from .voice import Voice
from .words import change, in_words
from .zarr.kinds import is_about_zarr

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from .options import Options
    from .targets import Task

DONE, FAILED, NOTHING_BEGUN = 0, 1, 2


def run(options: Options) -> int:
    """Do all that was asked for; return the exit status."""
    voice = Voice(options.quiet, is_out_taken=_is_out_taken(options))
    return interruptible(lambda: _run(options, voice), voice, options.quiet)


def interruptible(work: Callable[[], int], voice: Voice, is_quiet: bool) -> int:
    """Do some work, which returns the exit status, unless a person ends it."""
    try:
        with raising(), _quietly() if is_quiet else nullcontext():
            return work()
    except KeyboardInterrupt:
        voice.complain("interrupted.")
        return INTERRUPTED


def _run(options: Options, voice: Voice) -> int:
    if is_about_zarr(options):
        from .zarr.running import run as run_zarr

        return run_zarr(options, voice)
    try:
        colors, tasks = _plan(options)
    except (OSError, ValueError) as error:
        voice.complain(in_words(error))
        return NOTHING_BEGUN
    return _done(Batch(tasks, options.jobs, voice), options, colors)


@contextmanager
def _quietly() -> Iterator[None]:
    """Let the core keep to itself that it compiles."""
    logger = logging.getLogger("napari_kmeans_quantizer")
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(before)


def _is_out_taken(options: Options) -> bool:
    """Tell whether standard output gets a picture."""
    is_beside = options.output is None and options.out_dir is None
    return options.output == STANDARD or (is_beside and STANDARD in options.pictures)


def _plan(options: Options) -> tuple[Colors, list[Task]]:
    """Check all that can be checked before any work."""
    colors = given_colors(options)
    sources = find_sources(options.pictures, options.recursive, options.out_dir)
    tasks = planned(options, sources)
    if options.out_dir is not None:
        options.out_dir.mkdir(exist_ok=True)
    return colors, tasks


def _done(batch: Batch, options: Options, colors: Colors) -> int:
    """Do it; whatever happens, write and say what was done."""
    outcomes: dict[Task, Outcome] = {}
    is_interrupted = False

    def take(task: Task, outcome: Outcome) -> None:
        outcomes[task] = outcome
        batch.end(task, outcome.line)

    try:
        if options.shared_palette:
            colors = Colors(shared_palette(batch, options, colors.choose_from))
        batch.each(lambda task, told: done(task, options, colors, told), take)
    except KeyboardInterrupt:
        is_interrupted = True
    except (OSError, ValueError, TypeError, MemoryError) as error:  # such as units that differ
        batch.voice.complain(f"--shared-palette: {in_words(error)}")
        return FAILED
    ended = _ended(batch, outcomes)
    is_written = _write_too(options, ended, colors, batch.voice)
    _sum_up(batch, [outcome for outcome in ended if not outcome.error], is_interrupted)
    if is_interrupted:
        return INTERRUPTED
    return DONE if is_written and not batch.errors else FAILED


def _ended(batch: Batch, outcomes: Mapping[Task, Outcome]) -> list[Outcome]:
    """Return what came out so far, in the order of the tasks."""
    failed = {task: Outcome(task, error=error) for task, error in batch.errors.items()}
    ended = {**outcomes, **failed}
    return [ended[task] for task in batch.tasks if task in ended]


def _write_too(options: Options, ended: Sequence[Outcome], colors: Colors, voice: Voice) -> bool:
    """Write the palette and the report, as far as there are any; tell whether that went well."""
    first = next((outcome.palette for outcome in ended if not outcome.error), None)
    palette = colors.palette if options.shared_palette else first
    ways: dict[str, Callable[[], object]] = {
        "--save-palette": lambda: save_palette(palette, options, voice),
        "--report": lambda: save_report(options.report, ended, options.force),
    }
    is_well = True
    for option, write in ways.items():
        try:
            write()
        except (OSError, ValueError) as error:
            voice.complain(f"{option}: {in_words(error)}")
            is_well = False
    return is_well


def _sum_up(batch: Batch, done: Sequence[Outcome], is_interrupted: bool) -> None:
    n_tasks = len(batch.tasks)
    text = f"{len(done)} of {n_tasks} picture{'s' * (n_tasks != 1)} done"
    if done:
        before, after = (sum(sizes) for sizes in zip(*(o.n_bytes for o in done), strict=True))
        text += f", {change(before, after)}"
    if is_interrupted:
        batch.voice.complain(f"interrupted: {text}.")
    elif n_tasks > 1:
        batch.voice.tell(text)
