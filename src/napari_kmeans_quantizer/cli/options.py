"""What can be asked on the command line, and what does not go together."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from napari_kmeans_quantizer.core.request import DITHERS
from napari_kmeans_quantizer.core.version import PROGRAM

from . import MEASURE, single_values
from .parsing import (
    Common,
    add_fit,
    add_pictures,
    add_running,
    add_saved_palette,
    parser_of,
    parted,
    wrong_with_all,
)
from .zarr.kinds import is_about_zarr

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from .parsing import Parser

METHODS = tuple(method for method in DITHERS if method is not None)

EXAMPLES = f"""\
examples:
  {PROGRAM} photo.jpg                    photo-16-colors.png
  {PROGRAM} -k 8 --dither *.jpg --out-dir small
  {PROGRAM} --palette nord.gpl photo.jpg -o nord.png
  {PROGRAM} --shared-palette --save-palette all.ase pictures/
  {PROGRAM} slide.ome.zarr               slide-16-colors.ome.zarr

areas and shares of colors as a table: {PROGRAM} {MEASURE} --help
exit status: 0 all done, 1 some files failed, 2 nothing begun, 130 interrupted
"""


@dataclass(frozen=True, kw_only=True)
class Options(Common):
    """What was asked for; each value for itself is right."""

    dither: str | None
    dither_strength: float | None
    choose_from: Path | None
    shared_palette: bool
    indexed: bool | None
    """None: indexed if that can hold the result."""
    out_dir: Path | None
    suffix: str | None
    format: str | None
    report: Path | None
    resume: bool
    labels_only: bool
    workers: int | None
    scheduler: str | None

    @property
    def painting(self) -> dict[str, Any]:
        """How `quantize` is to paint, and to measure distances."""
        strength = 1.0 if self.dither_strength is None else self.dither_strength
        return super().painting | {"dither": self.dither, "dither_strength": strength}


def parsed(arguments: Sequence[str]) -> Options:
    """Return what the arguments say; exit with status 2 if that is nothing."""
    parser = _parser()
    words, pictures = parted(arguments)
    options = Options(**vars(parser.parse_intermixed_args(_joined(words))))
    options.pictures.extend(pictures)
    for is_wrong, message in [*wrong_with_all(options), *_wrong(options)]:
        if is_wrong:
            parser.error(message)
    return options


def _joined(arguments: Sequence[str]) -> list[str]:
    """Write two options together with their values, which argparse would not take for such.

    The next picture is no method of dithering, and a suffix such as ``-small`` is no option.
    """
    written: list[str] = []
    rest = list(arguments)
    while rest:
        word = rest.pop(0)
        if word == "--dither":
            word += "=" + (rest.pop(0) if rest and rest[0] in METHODS else METHODS[0])
        elif word == "--suffix" and rest:
            word += "=" + rest.pop(0)
        written.append(word)
    return written


def _wrong(options: Options) -> list[tuple[bool, str]]:
    """Return what does not go together, and whether it was asked for."""
    fits = options.n_colors is not None or options.min_psnr is not None
    many = options.n_colors not in (None, "auto") and options.n_colors > 256  # type: ignore[operator]
    return [
        (
            MEASURE in options.pictures and not os.path.lexists(MEASURE),
            f"{MEASURE}: there is no such picture; the command comes first: {PROGRAM} {MEASURE}.",
        ),
        (
            options.palette is not None and options.choose_from is not None,
            "not both --palette, to paint in all colors of a file, and --choose-from, to paint in "
            "the best -k of them.",
        ),
        (
            options.palette is not None and (fits or options.shared_palette),
            "--palette says which colors to paint in: leave out -k, --min-psnr and "
            "--shared-palette. The best -k of them: --choose-from.",
        ),
        (
            options.dither_strength is not None and options.dither is None,
            "--dither-strength needs --dither.",
        ),
        (
            options.output is not None
            and (options.out_dir is not None or options.suffix is not None),
            "-o names the result: leave out --out-dir and --suffix.",
        ),
        (
            _is_for_zarr(options) and not is_about_zarr(options),
            "--resume, --labels-only, --workers and --scheduler are for zarr: name a PICTURE in "
            "zarr, or -o NAME.zarr.",
        ),
        (
            options.indexed is True and many,
            f"--indexed: an indexed picture has at most 256 colors, -k is {options.n_colors}.",
        ),
    ]


def _is_for_zarr(options: Options) -> bool:
    given = options.workers is not None or options.scheduler is not None
    return given or options.resume or options.labels_only


def _parser() -> Parser:
    parser = parser_of(PROGRAM, "Reduce pictures to a few colors by K-means clustering.", EXAMPLES)
    add_pictures(parser.add_argument_group("pictures"))
    _add_colors(parser.add_argument_group("colors"))
    _add_palettes(parser.add_argument_group("palettes"))
    _add_results(parser.add_argument_group("results"))
    _add_zarr(parser.add_argument_group("zarr (a PICTURE in zarr, or -o NAME.zarr)"))
    return parser


def _add_colors(group: argparse._ArgumentGroup) -> None:
    add_fit(group, "how hard to search, and to compress")
    group.add_argument(
        "--dither", nargs="?", const=METHODS[0], choices=METHODS, metavar="METHOD",
        help=f"mix colors: {', '.join(METHODS)} ({METHODS[0]})",
    )  # fmt: skip
    group.add_argument(
        "--dither-strength",
        type=single_values.strength,
        metavar="S",
        help="how much to dither, 0..1 (1)",
    )


def _add_palettes(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "-p", "--palette", type=Path, metavar="FILE", help="paint in the colors of a palette file"
    )
    group.add_argument(
        "--choose-from",
        type=Path,
        metavar="FILE",
        help="paint in the best K colors of a palette file",
    )
    group.add_argument("--shared-palette", action="store_true", help="one palette for all pictures")
    add_saved_palette(group)


def _add_results(group: argparse._ArgumentGroup) -> None:
    group.add_argument("-o", "--output", metavar="FILE", help="the result; - for standard output")
    group.add_argument(
        "--out-dir",
        type=Path,
        metavar="DIR",
        help="folder for results; made if needed (beside the picture)",
    )
    group.add_argument(
        "--suffix", type=single_values.suffix, help="end of the names of results (-K-colors)"
    )
    group.add_argument(
        "--format",
        type=single_values.picture_format,
        metavar="FORMAT",
        help="format of results: png, tif, gif, ...",
    )
    kind = group.add_mutually_exclusive_group()
    kind.add_argument(
        "--indexed", action="store_true", default=None,
        help="a palette and an index per pixel (default where it can hold the result)",
    )  # fmt: skip
    kind.add_argument(
        "--rgb", action="store_false", dest="indexed", default=None, help="a color per pixel"
    )
    group.add_argument(
        "--report",
        type=single_values.report,
        metavar="FILE",
        help="write what came out, as .json or .csv",
    )
    add_running(group)


def _add_zarr(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--resume", action="store_true", help="go on with what was not finished, if there is any"
    )
    group.add_argument(
        "--labels-only", action="store_true", help="write labels without the painted image"
    )
    who = group.add_mutually_exclusive_group()
    who.add_argument(
        "--workers", type=single_values.at_least_one, metavar="N",
        help="number of worker processes (threads of this one)",
    )  # fmt: skip
    who.add_argument(
        "--scheduler", metavar="ADDRESS", help="let the workers of a scheduler of dask do it"
    )
