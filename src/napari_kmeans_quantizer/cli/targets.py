"""Where results go: all of it is settled, and checked, before any picture is read."""

from __future__ import annotations

import os
import re
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from napari_kmeans_quantizer.core.files.indexed.write import SUFFIXES as INDEXED
from napari_kmeans_quantizer.core.files.pictures.writing import FORMATS, LOSSY

from .formats import likely_suffix
from .parsing import N_COLORS, STANDARD
from .replacing import check_folder, check_palette_file, inputs_of, place, refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .inputs import Source
    from .options import Options
    from .replacing import Inputs

OUR_NAME = re.compile(r"(.+)-(?:\d+|auto)-colors")
"""The stem of a picture, and what `default_end` puts to it."""
WAYS_OUT = "-o, --out-dir or --suffix"
LONGEST_NAME = 255
"""Bytes of a name, in all usual file systems."""


@dataclass(frozen=True)
class Task:
    """A picture, and where its result goes."""

    source: Source
    target: Path | None
    """None: standard output."""
    suffix: str | None
    """The format; None: whichever can hold the result."""
    refusal: str = ""
    """Why it can not be done."""

    @property
    def name(self) -> str:
        """What people call the result."""
        return "standard output" if self.target is None else str(self.target)


def planned(options: Options, sources: Sequence[Source]) -> list[Task]:
    """Return what is to be done for each picture.

    Raises
    ------
    ValueError
        If an option is wrong for these pictures, or two results would have one name.
    OSError
        If something that an option names can not be looked at.
    """
    _check_number_of_results(options, len(sources))
    _check_formats(options)
    _check_out_dir(options.out_dir)
    targets = _told_apart(sources, [_target(source, options) for source in sources], options)
    if None in targets and sys.stdout.isatty():
        raise ValueError("standard output is a terminal: name a file by -o.")
    are_results = are_earlier_results(sources, targets)
    sources = [one for one, is_result in zip(sources, are_results, strict=True) if not is_result]
    targets = [one for one, is_result in zip(targets, are_results, strict=True) if not is_result]
    inputs = inputs_of(sources, _read_too(options))
    _check_different(options, sources, targets)
    for option, path in (("--save-palette", options.save_palette), ("--report", options.report)):
        if path is not None:
            if path.parent != options.out_dir:
                check_folder(option, path.parent)
            if reason := _refusal(path, None, inputs, options):
                raise ValueError(f"{option}: {reason}")
    return [
        Task(
            source,
            target,
            _suffix(target, options),
            "" if target is None else _refusal(target, source, inputs, options),
        )
        for source, target in zip(sources, targets, strict=True)
    ]


def _check_number_of_results(options: Options, n_sources: int) -> None:
    if n_sources == 1:
        return
    if options.output is not None:
        raise ValueError(f"-o names one result, for {n_sources} pictures: use --out-dir.")
    if options.save_palette is not None and not options.shared_palette:
        raise ValueError(
            f"--save-palette writes one palette, {n_sources} pictures have one each: choose one "
            "picture, or --shared-palette."
        )


def _read_too(options: Options) -> list[Path]:
    return [path for path in (options.palette, options.choose_from) if path is not None]


def _check_formats(options: Options) -> None:
    """Refuse formats that are not known, or cannot hold what is asked for, whatever is read."""
    if options.format is not None:
        _check_format("--format", options.format, options)
    elif options.output not in (None, STANDARD):
        if os.path.isdir(options.output):
            raise ValueError(f"-o: {options.output} is a folder: use --out-dir.")
        _check_format("-o", options.output, options)
    if options.save_palette is not None:
        check_palette_file(options.save_palette, _most_colors(options))


def _check_format(option: str, told: str, options: Options) -> None:
    suffix = told if option == "--format" else Path(told).suffix.lower()
    possible = INDEXED if options.indexed else tuple(FORMATS)
    if suffix in possible:
        return
    if suffix in LOSSY:
        reason = "would blur the colors: choose"
    elif suffix in FORMATS:
        reason = "--indexed needs"
    else:
        reason = "must be one of" if option == "--format" else "must end in"
    raise ValueError(f"{option}: {told}: {reason} {', '.join(possible)}.")


def _most_colors(options: Options) -> int:
    return N_COLORS if options.n_colors in (None, "auto") else int(options.n_colors)


def _check_out_dir(folder: Path | None) -> None:
    """Let it be a folder, or one that can be made; its parents must be there, as typed."""
    if folder is not None:
        check_folder("--out-dir", folder if os.path.lexists(folder) else folder.parent)


# -- names


def _target(source: Source, options: Options, mark: str = "") -> Path | None:
    """Return where the result of a picture goes; None is standard output.

    The mark follows the picture's own name.
    """
    if options.output is not None:
        return None if options.output == STANDARD else _output(options)
    if source.path is None and options.out_dir is None:
        return None
    stem = "stdin" if source.path is None else source.path.stem
    end = mark + (default_end(options) if options.suffix is None else options.suffix)
    suffix = options.format or likely_suffix(source, options)
    name = _shortened(stem, end + suffix)
    if options.out_dir is not None:
        return options.out_dir / source.folder / name
    return source.path.with_name(name) if source.path is not None else Path(name)


def _told_apart(
    sources: Sequence[Source], targets: Sequence[Path | None], options: Options
) -> list[Path | None]:
    """Mark names that would be given twice, as those of ``a.png`` and ``a.jpg``, by the suffix."""
    n_of = Counter(place(target) for target in targets if target is not None)
    return [
        target
        if target is None or source.path is None or n_of[place(target)] == 1
        else _target(source, options, mark=source.path.suffix.replace(".", "-"))
        for source, target in zip(sources, targets, strict=True)
    ]


def _output(options: Options) -> Path:
    path = Path(options.output or "")
    check_folder("-o", path.parent)
    if options.format is not None and path.suffix.lower() != options.format and path.suffix:
        raise ValueError(f"-o: {path} does not end in {options.format}, as --format wants.")
    return path


def default_end(options: Options) -> str:
    """Return what is put to names: of the colors that were asked for."""
    if options.palette is not None:
        return f"-{options.palette.stem}"
    if options.n_colors == "auto" or options.min_psnr is not None:
        return "-auto-colors"
    return f"-{options.n_colors or N_COLORS}-colors"


def _shortened(stem: str, end: str) -> str:
    """Return a name that file systems can hold."""
    while stem and len(os.fsencode(stem + end)) > LONGEST_NAME:
        stem = stem[:-1]
    return stem + end


def _suffix(target: Path | None, options: Options) -> str | None:
    return options.format or (None if target is None else target.suffix.lower())


# -- what must not be


def are_earlier_results(
    sources: Sequence[Source], targets: Sequence[Path | None] = ()
) -> list[bool]:
    """Tell what was found in a folder, and is the result of another picture there."""
    results = {place(target) for target in targets if target is not None}
    found = {source.path for source in sources if source.path is not None}
    origins = found | {path.with_suffix("") for path in found}
    return [
        not source.was_named
        and source.path is not None
        and (place(source.path) in results or bool(_origins(source.path) & origins))
        for source in sources
    ]


def _origins(path: Path) -> set[Path]:
    """Return what a picture may be the result of, by its name: of a run with another ``-k``."""
    match = OUR_NAME.fullmatch(path.stem)
    if match is None:
        return set()
    stem, _, suffix = match[1].rpartition("-")
    return {path.with_name(match[1]), path.with_name(f"{stem}.{suffix}")}


def _check_different(
    options: Options, sources: Sequence[Source], targets: Sequence[Path | None]
) -> None:
    """Refuse to write two things to one file."""
    written: dict[str, str] = {}
    named = [(source.name, target) for source, target in zip(sources, targets, strict=True)]
    named += [("--save-palette", options.save_palette), ("--report", options.report)]
    for name, target in named:
        if target is None:
            continue
        first = written.setdefault(place(target), name)
        if first is not name:
            raise ValueError(
                f"{target} would be written twice, for {first} and for {name}: choose names with "
                f"{WAYS_OUT}."
            )


def _refusal(target: Path, source: Source | None, inputs: Inputs, options: Options) -> str:
    if reason := refusal(target, inputs, options.force, WAYS_OUT, source):
        return reason
    if target.parent.is_dir() and not os.access(target.parent, os.W_OK):
        return f"{target}: nothing can be written in its folder: use --out-dir."
    return ""
