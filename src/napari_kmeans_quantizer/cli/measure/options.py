"""What `measure` can be asked, and what does not go together."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from napari_kmeans_quantizer.cli import MEASURE, single_values
from napari_kmeans_quantizer.cli.parsing import (
    STANDARD,
    Common,
    add_fit,
    add_pictures,
    add_running,
    add_saved_palette,
    parser_of,
    parted,
    wrong_with_all,
)
from napari_kmeans_quantizer.core.version import PROGRAM

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from napari_kmeans_quantizer.cli.parsing import Parser

EXAMPLES = f"""\
examples:
  {PROGRAM} {MEASURE} slide*.png -k 3 --pixel-size 0.5 --unit um -o areas.csv
  {PROGRAM} {MEASURE} slide*.png -p stains.gpl --background glass --regions cells/
  {PROGRAM} {MEASURE} movie.tif --frames --frame-step 30 --frame-unit s

A picture that is called {MEASURE} is ./{MEASURE}.
exit status: 0 all done, 1 some files failed, 2 nothing begun, 130 interrupted
"""


@dataclass(frozen=True, kw_only=True)
class Options(Common):
    """What was asked for; each value for itself is right."""

    own_palettes: bool
    names: tuple[str, ...]
    background: list[str]
    """Names or numbers."""
    group: bool
    regions: Path | None
    fit_regions: bool
    pixel_size: tuple[float, ...] | None
    unit: str | None
    frames: bool
    frame_step: float | None
    frame_unit: str | None
    output: str


def parsed(arguments: Sequence[str]) -> Options:
    """Return what the arguments say; exit with status 2 if that is nothing."""
    parser = _parser()
    words, pictures = parted(arguments)
    options = Options(**vars(parser.parse_intermixed_args(words)))
    options.pictures.extend(pictures)
    if not options.pictures and os.path.lexists(MEASURE):
        parser.error(f"name a PICTURE; the one that is called {MEASURE} is ./{MEASURE}.")
    for is_wrong, message in [*wrong_with_all(options), *_wrong(options)]:
        if is_wrong:
            parser.error(message)
    return options


def _wrong(options: Options) -> list[tuple[bool, str]]:
    """Return what does not go together, and whether it was asked for."""
    return [*_wrong_clusters(options), *_wrong_places(options), *_wrong_units(options)]


def _wrong_clusters(options: Options) -> list[tuple[bool, str]]:
    fits = options.n_colors is not None or options.min_psnr is not None or options.own_palettes
    are_unnamed = options.palette is None and not any(options.names)
    return [
        (
            options.palette is not None and fits,
            "--palette says which colors are measured: leave out -k, --min-psnr and "
            "--own-palettes.",
        ),
        (
            options.own_palettes and bool(options.names),
            "--names are of the colors of all pictures: leave out --own-palettes.",
        ),
        (
            options.group and are_unnamed,
            "--group sums up clusters of one name: name them by --names, or in the file of "
            "--palette.",
        ),
    ]


def _wrong_places(options: Options) -> list[tuple[bool, str]]:
    return [
        (options.fit_regions and options.regions is None, "--fit-regions needs --regions."),
        (
            options.fit_regions and options.palette is not None,
            "--fit-regions is where colors are found: leave it out with --palette.",
        ),
        (
            options.regions is not None
            and STANDARD in options.pictures
            and options.regions.is_dir(),
            f"--regions: {options.regions} is a folder, and standard input has no name to look "
            "for there: name a file.",
        ),
    ]


def _wrong_units(options: Options) -> list[tuple[bool, str]]:
    is_voxel = options.pixel_size is not None and len(options.pixel_size) == 3
    return [
        (options.unit is not None and options.pixel_size is None, "--unit needs --pixel-size."),
        (
            options.frame_step is not None and not options.frames,
            "--frame-step needs --frames.",
        ),
        (
            options.frame_unit is not None and options.frame_step is None,
            "--frame-unit needs --frame-step.",
        ),
        (
            is_voxel and options.frames,
            "--pixel-size: a frame has rows and columns: give two lengths, and the third one as "
            "--frame-step.",
        ),
    ]


def _parser() -> Parser:
    parser = parser_of(
        f"{PROGRAM} {MEASURE}",
        "Measure the areas and shares of clusters of colors in pictures, as one table. Pictures "
        "share a\npalette.",
        EXAMPLES,
    )
    add_pictures(parser.add_argument_group("pictures"))
    _add_clusters(parser.add_argument_group("clusters"))
    _add_places(parser.add_argument_group("where, and in which units"))
    _add_table(parser.add_argument_group("table"))
    return parser


def _add_clusters(group: argparse._ArgumentGroup) -> None:
    add_fit(group, "how hard to search")
    group.add_argument(
        "-p", "--palette", type=Path, metavar="FILE", help="the clusters: colors of a palette file"
    )
    group.add_argument("--own-palettes", action="store_true", help="a palette for each picture")
    add_saved_palette(group)
    group.add_argument(
        "--names",
        type=single_values.names,
        default=(),
        metavar="A,B,...",
        help="names of clusters in their order, most frequent first",
    )
    group.add_argument(
        "--background", action="append", default=[], metavar="NAME",
        help="cluster to leave out of the shares: name or number, from 0; may be repeated",
    )  # fmt: skip
    group.add_argument("--group", action="store_true", help="sum up clusters of one name")


def _add_places(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--regions", type=Path, metavar="PATH",
        help="label or mask picture for all, or folder with one of each picture's name",
    )  # fmt: skip
    group.add_argument("--fit-regions", action="store_true", help="find colors inside regions only")
    group.add_argument(
        "--pixel-size", type=single_values.lengths, metavar="S",
        help="length of a pixel: one, two as Y,X, or Z,Y,X of a voxel (as OME or ImageJ tell)",
    )  # fmt: skip
    group.add_argument("--unit", type=single_values.unit, help="its unit, such as um or mm")
    group.add_argument("--frames", action="store_true", help="each page or frame by itself")
    group.add_argument(
        "--frame-step", type=single_values.length, metavar="D",
        help="from one frame to the next (as the file tells)",
    )  # fmt: skip
    group.add_argument(
        "--frame-unit", type=single_values.unit, metavar="UNIT", help="its unit, such as s or um"
    )


def _add_table(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "-o", "--output", type=single_values.table, default=STANDARD, metavar="FILE",
        help="the table: .csv, .tsv or .json; - for standard output, as CSV (-)",
    )  # fmt: skip
    add_running(group)
