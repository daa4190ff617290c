"""From options to the exit status: plan, measure, and write the table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from napari_kmeans_quantizer.cli.batch import Batch
from napari_kmeans_quantizer.cli.interrupting import INTERRUPTED
from napari_kmeans_quantizer.cli.palettes import save_palette
from napari_kmeans_quantizer.cli.parsing import STANDARD
from napari_kmeans_quantizer.cli.running import DONE, FAILED, NOTHING_BEGUN, interruptible
from napari_kmeans_quantizer.cli.sharing import shared_palette
from napari_kmeans_quantizer.cli.voice import Voice, send_lines
from napari_kmeans_quantizer.cli.words import in_words
from napari_kmeans_quantizer.core.files.tables import as_bytes, table_text, write_table
from napari_kmeans_quantizer.core.measurement import table_of_images

from .clusters import background_of, named
from .job import done, image_name
from .plan import planned

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd

    from napari_kmeans_quantizer import Palette
    from napari_kmeans_quantizer.cli.targets import Task

    from .job import Outcome
    from .options import Options
    from .plan import Plan


def run(options: Options) -> int:
    """Do all that was asked for; return the exit status."""
    voice = Voice(options.quiet, is_out_taken=options.output == STANDARD)
    return interruptible(lambda: _run(options, voice), voice, options.quiet)


def _run(options: Options, voice: Voice) -> int:
    try:
        plan = planned(options)
    except (OSError, ValueError) as error:
        voice.complain(in_words(error))
        return NOTHING_BEGUN
    return _done(Batch(plan.tasks, options.jobs, voice), options, plan)


def _done(batch: Batch, options: Options, plan: Plan) -> int:
    """Do it; write and say what was measured, if anything was."""
    outcomes: dict[Task, Outcome] = {}
    palette, is_interrupted = plan.palette, False

    def take(task: Task, outcome: Outcome) -> None:
        outcomes[task] = outcome
        batch.end(task, outcome.line)

    try:
        if plan.is_shared:
            palette = _shared(batch, options, plan)
        batch.each(lambda task, told: done(task, options, plan, palette, told), take)
    except KeyboardInterrupt:
        is_interrupted = True
    except (OSError, ValueError, TypeError, MemoryError) as error:  # such as units that differ
        batch.voice.complain(in_words(error))
        return FAILED
    is_written = True
    if outcomes or not is_interrupted:
        is_written = _write(batch, options, palette, outcomes)
    _sum_up(batch, len(outcomes), is_interrupted)
    if is_interrupted:
        return INTERRUPTED
    return DONE if is_written and not batch.errors else FAILED


def _shared(batch: Batch, options: Options, plan: Plan) -> Palette | None:
    """Return one palette for all pictures; None if nothing can be seen in them."""
    inside = plan.regions.inside if options.fit_regions else None
    palette = shared_palette(batch, options, inside=inside)
    if palette is None:
        return None
    palette = named(palette, options.names)
    background_of(options.background, palette.names or (), len(palette))
    return palette


def _write(
    batch: Batch, options: Options, palette: Palette | None, outcomes: Mapping[Task, Outcome]
) -> bool:
    """Write the table and the palette; tell whether that went well."""
    first = next((outcome.palette for outcome in outcomes.values()), None)
    found = first if palette is None else palette
    ways: dict[str, Callable[[], object]] = {
        "-o": lambda: _write_table(_table(batch, outcomes), options, batch.voice),
        "--save-palette": lambda: save_palette(found, options, batch.voice),
    }
    is_well = True
    for option, write in ways.items():
        try:
            write()
        except (OSError, ValueError) as error:
            batch.voice.complain(f"{option}: {in_words(error)}")
            is_well = False
    return is_well


def _write_table(table: pd.DataFrame, options: Options, voice: Voice) -> None:
    if options.output == STANDARD:
        send_lines(as_bytes(table_text(table)))
    else:
        write_table(Path(options.output), table, overwrite=options.force)
        voice.tell(f"{len(table)} row{'s' * (len(table) != 1)} -> {options.output}")


def _table(batch: Batch, outcomes: Mapping[Task, Outcome]) -> pd.DataFrame:
    """Return what was measured, and why the others were not: a row for each."""
    errors = {task: batch.errors.get(task, "interrupted.") for task in batch.tasks}
    return table_of_images(
        [outcomes[task].measurement for task in batch.tasks if task in outcomes],
        {
            image_name(task): error.removeprefix(f"{task.source.name}: ")
            for task, error in errors.items()
            if task not in outcomes
        },
    )


def _sum_up(batch: Batch, n_measured: int, is_interrupted: bool) -> None:
    n_tasks = len(batch.tasks)
    text = f"{n_measured} of {n_tasks} picture{'s' * (n_tasks != 1)} measured"
    if is_interrupted:
        batch.voice.complain(f"interrupted: {text}.")
    elif n_tasks > 1:
        batch.voice.tell(text)
