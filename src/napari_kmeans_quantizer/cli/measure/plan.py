"""What is measured: all of it is settled, and checked, before any picture is read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from napari_kmeans_quantizer.cli.inputs import find_sources
from napari_kmeans_quantizer.cli.palettes import read_colors
from napari_kmeans_quantizer.cli.parsing import N_COLORS, STANDARD
from napari_kmeans_quantizer.cli.replacing import (
    check_folder,
    check_palette_file,
    inputs_of,
    place,
    refusal,
)
from napari_kmeans_quantizer.cli.targets import Task, are_earlier_results

from .clusters import check_clusters, named
from .regions import find_regions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from napari_kmeans_quantizer import Palette
    from napari_kmeans_quantizer.cli.inputs import Source

    from .options import Options
    from .regions import Regions


@dataclass(frozen=True)
class Plan:
    """What is to be done."""

    tasks: list[Task]
    palette: Palette | None
    """That was given, with its names."""
    regions: Regions
    is_shared: bool
    """Whether one palette is to be found for all pictures."""


def planned(options: Options) -> Plan:
    """Return what is to be done.

    Raises
    ------
    ValueError
        If an option is wrong for these pictures.
    OSError
        If something that an option names can not be looked at.
    """
    palette = read_colors("--palette", options.palette)
    check_clusters(options, palette)
    if palette is not None:
        palette = named(palette, options.names)
    sources = _sources(options)
    is_shared = palette is None and not options.own_palettes and len(sources) > 1
    if options.save_palette is not None:
        _check_saved_palette(options, len(sources))
    regions = find_regions(options.regions, sources, options.max_pixels)
    _check_written(options, sources, regions)
    tasks = [Task(one, None, None, regions.refusals.get(one, "")) for one in sources]
    return Plan(tasks, palette, regions, is_shared)


def _sources(options: Options) -> list[Source]:
    """Return the pictures; of those that are found, none that is read as something else.

    Results of quantizing are no pictures to measure, unless they are named.
    """
    sources = find_sources(options.pictures, options.recursive, options.regions)
    others = {place(path) for path in (options.palette, options.regions) if path is not None}
    pictures = [
        source
        for source, is_result in zip(sources, are_earlier_results(sources), strict=True)
        if not is_result and (source.was_named or _place(source) not in others)
    ]
    if not pictures:
        raise ValueError("nothing to do: all pictures that are found are read as something else.")
    return pictures


def _place(source: Source) -> str | None:
    return None if source.path is None else place(source.path)


def _check_saved_palette(options: Options, n_pictures: int) -> None:
    if options.own_palettes and n_pictures > 1:
        raise ValueError(
            f"--save-palette writes one palette, {n_pictures} pictures have one each: leave out "
            "--own-palettes."
        )
    path, n_colors = options.save_palette, options.n_colors
    if path is not None:
        check_palette_file(path, N_COLORS if n_colors in (None, "auto") else int(n_colors or 0))


def _check_written(options: Options, sources: Sequence[Source], regions: Regions) -> None:
    """Refuse to replace what is read, and unasked what is there."""
    given = [] if options.palette is None else [options.palette]
    inputs = inputs_of(sources, [*given, *regions.files.values()])
    output = None if options.output == STANDARD else Path(options.output)
    written = {"-o": output, "--save-palette": options.save_palette}
    for option, path in written.items():
        if path is None:
            continue
        check_folder(option, path.parent)
        if reason := refusal(path, inputs, options.force, option):
            raise ValueError(f"{option}: {reason}")
    if output and options.save_palette and place(output) == place(options.save_palette):
        raise ValueError(f"{output} would be written twice, for -o and for --save-palette.")
