"""What can be asked on the command line, and what does not go together."""

from __future__ import annotations

import argparse
import math
import os
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NoReturn

from napari_kmeans_quantizer.core.arguments import COLOR_SPACES
from napari_kmeans_quantizer.core.request import DITHERS
from napari_kmeans_quantizer.core.search.efforts import EFFORTS
from napari_kmeans_quantizer.core.threads import n_threads

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

PROGRAM = "napari-kmeans-quantizer"
STANDARD = "-"
"""How standard input and output are named."""
N_COLORS = 16
METHODS = tuple(method for method in DITHERS if method is not None)

EXAMPLES = f"""\
examples:
  {PROGRAM} photo.jpg                    photo-16-colors.png
  {PROGRAM} -k 8 --dither *.jpg --out-dir small
  {PROGRAM} --palette nord.gpl photo.jpg -o nord.png
  {PROGRAM} --shared-palette --save-palette all.ase pictures/

exit status: 0 all done, 1 some files failed, 2 nothing begun, 130 interrupted
"""


@dataclass(frozen=True)
class Options:
    """What was asked for; each value for itself is right."""

    pictures: list[str]
    n_colors: int | Literal["auto"] | None
    min_psnr: float | None
    color_space: str
    effort: str
    seed: int
    dither: str | None
    dither_strength: float | None
    palette: Path | None
    choose_from: Path | None
    shared_palette: bool
    save_palette: Path | None
    indexed: bool | None
    """None: indexed if that can hold the result."""
    output: str | None
    out_dir: Path | None
    suffix: str | None
    format: str | None
    report: Path | None
    force: bool
    recursive: bool
    jobs: int
    max_pixels: int | None
    quiet: bool

    @property
    def fit(self) -> dict[str, Any]:
        """How `quantize` is to find colors."""
        auto = "auto" if self.min_psnr is not None else N_COLORS
        return {
            "n_colors": auto if self.n_colors is None else self.n_colors,
            "min_psnr": self.min_psnr,
            "effort": self.effort,
            "random_state": self.seed,
        }

    @property
    def painting(self) -> dict[str, Any]:
        """How `quantize` is to paint, and to measure distances."""
        strength = 1.0 if self.dither_strength is None else self.dither_strength
        return {
            "color_space": self.color_space,
            "dither": self.dither,
            "dither_strength": strength,
        }


class _Parser(argparse.ArgumentParser):
    """Says in one line what is wrong."""

    def error(self, message: str) -> NoReturn:
        kind, _, words = message.partition("unrecognized arguments: ")
        text = message if kind or not words else self._unknown(words)
        self.exit(2, f"{self.prog}: {text.removeprefix('argument ')}\n")

    def _unknown(self, words: str) -> str:
        """Return what helps with options that there are not; pictures may be among the words."""
        from difflib import get_close_matches

        option = next((word for word in words.split(" ") if word.startswith("-")), words)
        if os.path.exists(option):
            return f"{option}: is no option; the picture of this name is ./{option}."
        option = option.partition("=")[0]
        near = get_close_matches(option, self._option_string_actions, 1)
        return f"{option}: is no option. {f'Is {near[0]} meant?' if near else 'See --help.'}"


def parsed(arguments: Sequence[str]) -> Options:
    """Return what the arguments say; exit with status 2 if that is nothing."""
    parser = _parser()
    words, pictures = _parted(arguments)
    options = Options(**vars(parser.parse_intermixed_args(_joined(words))))
    options.pictures.extend(pictures)
    for is_wrong, message in _wrong(options):
        if is_wrong:
            parser.error(message)
    return options


def _parted(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return what comes before and after ``--``: after it, all are pictures, whatever the name."""
    words = list(arguments)
    at = words.index("--") if "--" in words else len(words)
    return words[:at], words[at + 1 :]


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
    stdin = STANDARD in options.pictures
    return [
        (not options.pictures, "name a PICTURE: a file, a pattern or a folder. See --help."),
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
            options.indexed is True and many,
            f"--indexed: an indexed picture has at most 256 colors, -k is {options.n_colors}.",
        ),
        (
            stdin and len(options.pictures) > 1,
            f"{STANDARD}: standard input can not be mixed with other pictures.",
        ),
    ]


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog=PROGRAM,
        usage=f"{PROGRAM} [options] PICTURE [PICTURE ...]",
        description="Reduce pictures to a few colors by K-means clustering. Defaults are in "
        "parentheses.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"{PROGRAM} {_version()}")
    _add_pictures(parser.add_argument_group("pictures"))
    _add_colors(parser.add_argument_group("colors"))
    _add_palettes(parser.add_argument_group("palettes"))
    _add_results(parser.add_argument_group("results"))
    return parser


def _add_pictures(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "pictures", nargs="*", metavar="PICTURE", help="file, pattern, folder; - for standard input"
    )
    group.add_argument("-r", "--recursive", action="store_true", help="also pictures in subfolders")
    group.add_argument(
        "--max-pixels", type=_at_least_one, metavar="N", help="refuse larger pictures"
    )


def _add_colors(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "-k", "--n-colors", type=_n_colors, metavar="K",
        help=f"number of colors, 1..65535 or auto ({N_COLORS}); with --min-psnr the most",
    )  # fmt: skip
    group.add_argument(
        "--min-psnr",
        type=_decibels,
        metavar="DB",
        help="as few colors as give at least so many dB of PSNR",
    )
    group.add_argument(
        "--color-space", choices=COLOR_SPACES, default="rgb", metavar="SPACE",
        help=f"where distances are measured: {', '.join(COLOR_SPACES)} (rgb)",
    )  # fmt: skip
    group.add_argument(
        "--effort", choices=tuple(EFFORTS), default="balanced", metavar="EFFORT",
        help=f"how hard to search, and to compress: {', '.join(EFFORTS)} (balanced)",
    )  # fmt: skip
    group.add_argument(
        "--seed", type=_seed, default=0, metavar="N", help="seed of random numbers (0)"
    )
    group.add_argument(
        "--dither", nargs="?", const=METHODS[0], choices=METHODS, metavar="METHOD",
        help=f"mix colors: {', '.join(METHODS)} ({METHODS[0]})",
    )  # fmt: skip
    group.add_argument(
        "--dither-strength", type=_strength, metavar="S", help="how much to dither, 0..1 (1)"
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
    group.add_argument(
        "--save-palette", type=Path, metavar="FILE",
        help="write the palette: .gpl, .ase, .aco, .act, .pal, .hex, .json, .csv, .png",
    )  # fmt: skip


def _add_results(group: argparse._ArgumentGroup) -> None:
    group.add_argument("-o", "--output", metavar="FILE", help="the result; - for standard output")
    group.add_argument(
        "--out-dir",
        type=Path,
        metavar="DIR",
        help="folder for results; made if needed (beside the picture)",
    )
    group.add_argument("--suffix", type=_suffix, help="end of the names of results (-K-colors)")
    group.add_argument(
        "--format", type=_format, metavar="FORMAT", help="format of results: png, tif, gif, ..."
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
        "--report", type=_report, metavar="FILE", help="write what came out, as .json or .csv"
    )
    group.add_argument("-f", "--force", action="store_true", help="replace files that exist")
    group.add_argument(
        "-j", "--jobs", type=_at_least_one, default=n_threads(), metavar="N",
        help="number of pictures at a time (one per processor)",
    )  # fmt: skip
    group.add_argument("-q", "--quiet", action="store_true", help="only say what went wrong")


def _version() -> str:
    try:
        return version(PROGRAM)
    except PackageNotFoundError:
        return "(not installed)"


# -- single values; what is said of them begins with the option's name


def _number(
    kind: Callable[[str], float], text: str, is_right: Callable[[float], bool], wanted: str
) -> Any:
    try:
        value = kind(text)
    except ValueError:
        value = math.nan
    if not is_right(value):
        raise argparse.ArgumentTypeError(f"must be {wanted}, got {text!r}.")
    return value


def _n_colors(text: str) -> int | str:
    if text == "auto":
        return text
    return int(_number(int, text, lambda n: 1 <= n <= 65535, "an integer in 1..65535 or auto"))


def _decibels(text: str) -> float:
    return float(_number(float, text, lambda x: 0 < x < math.inf, "a number of dB above 0"))


def _strength(text: str) -> float:
    return float(_number(float, text, lambda x: 0 <= x <= 1, "a number in 0..1"))


def _seed(text: str) -> int:
    return int(_number(int, text, lambda n: n >= 0, "an integer, not negative"))


def _at_least_one(text: str) -> int:
    return int(_number(int, text, lambda n: n >= 1, "an integer of at least 1"))


def _suffix(text: str) -> str:
    if any(sign in text for sign in '/\\\0:*?"<>|'):
        raise argparse.ArgumentTypeError(f"must be a part of a file's name, got {text!r}.")
    return text


def _format(text: str) -> str:
    return "." + text.lower().removeprefix(".")


def _report(text: str) -> Path:
    if Path(text).suffix.lower() not in (".json", ".csv"):
        raise argparse.ArgumentTypeError(f"must end in .json or .csv, got {text!r}.")
    return Path(text)
