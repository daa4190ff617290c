"""From options to the exit status, for zarr: one image after the other."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from napari_kmeans_quantizer.cli.interrupting import INTERRUPTED
from napari_kmeans_quantizer.cli.palettes import given_colors, save_palette
from napari_kmeans_quantizer.cli.parsing import N_COLORS
from napari_kmeans_quantizer.cli.words import in_words
from napari_kmeans_quantizer.core.files.omezarr.needed import check_installed

from .plan import check_saved_palette, planned

if TYPE_CHECKING:
    from napari_kmeans_quantizer.cli.job import Colors
    from napari_kmeans_quantizer.cli.options import Options
    from napari_kmeans_quantizer.cli.voice import Voice
    from napari_kmeans_quantizer.core.files.omezarr import ZarrResult

    from .plan import Task

DONE, FAILED, NOTHING_BEGUN = 0, 1, 2


def run(options: Options, voice: Voice) -> int:
    """Do all that was asked for; return the exit status."""
    from .cluster import working

    try:
        check_installed()
        tasks = planned(options)
        check_saved_palette(options, _most_colors(options))
        colors = given_colors(options)
    except (OSError, ValueError, ImportError) as error:
        voice.complain(in_words(error))
        return NOTHING_BEGUN
    try:
        with working(options):
            return _each(tasks, options, colors, voice)
    except OSError as error:  # no scheduler
        voice.complain(in_words(error))
        return NOTHING_BEGUN


def _each(tasks: list[Task], options: Options, colors: Colors, voice: Voice) -> int:
    n_failed = 0
    with voice.progress(len(tasks)):
        for index, task in enumerate(tasks):
            try:
                result = _done(task, options, colors, voice, len(tasks) - index)
                voice.tell(f"{task.source} -> {task.target}: {result.summary}")
                save_palette(result.palette, options, voice)
            except KeyboardInterrupt:
                voice.complain(_interrupted(task))
                return INTERRUPTED
            except Exception as error:  # whatever it is, others are waiting
                voice.complain(_told(task, error))
                n_failed += 1
    return FAILED if n_failed else DONE


def _done(task: Task, options: Options, colors: Colors, voice: Voice, n_left: int) -> ZarrResult:
    """Do one; show how far it is."""
    from napari_kmeans_quantizer.core.files.omezarr import quantize_to_zarr_steps

    from .sources import source_of

    source, told = source_of(task, options)
    if options.out_dir is not None:
        options.out_dir.mkdir(exist_ok=True)
    steps = quantize_to_zarr_steps(
        source, task.target, overwrite=options.force, resume=options.resume,
        painted=not options.labels_only, **_arguments(options, colors), **told,
    )  # fmt: skip
    while True:
        try:
            step = next(steps)
        except StopIteration as end:
            result: ZarrResult = end.value
            return result
        voice.show(n_left, step.fraction)


def _arguments(options: Options, colors: Colors) -> dict[str, Any]:
    """Return what was asked for, in the words of `quantize`."""
    if colors.palette is not None:
        return options.painting | {"palette": colors.palette}
    arguments = options.fit | options.painting
    return arguments if colors.choose_from is None else arguments | {
        "choose_from": colors.choose_from
    }  # fmt: skip


def _most_colors(options: Options) -> int:
    return N_COLORS if options.n_colors in (None, "auto") else int(options.n_colors)


def _told(task: Task, error: Exception) -> str:
    """Return what is said of an image that failed; its name comes first."""
    notes = [in_words(ValueError(note)) for note in getattr(error, "__notes__", ())]
    text = _as_typed(" ".join([in_words(error), *notes]), task)
    begins = text.startswith((task.source, str(task.target)))
    return text if begins else f"{task.source}: {text}"


def _as_typed(text: str, task: Task) -> str:
    """Return a text with the folder of the result as it was typed."""
    folder = task.target.parent
    typed = "" if str(folder) == "." else f"{folder}{os.sep}"
    return text.replace(f"{folder.absolute()}{os.sep}", typed)


def _interrupted(task: Task) -> str:
    from napari_kmeans_quantizer.core.files.omezarr.unfinished import Unfinished

    unfinished = Unfinished(task.target)
    kept = f" What is written so far is kept in {unfinished.folder}: --resume goes on with it."
    return "interrupted." + (kept if unfinished.is_begun else "")
