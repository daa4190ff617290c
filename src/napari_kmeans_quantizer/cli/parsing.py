"""What all commands can be asked, and how they refuse what they cannot."""

from __future__ import annotations

import argparse
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NoReturn

from napari_kmeans_quantizer.core.arguments import COLOR_SPACES
from napari_kmeans_quantizer.core.search.efforts import EFFORTS
from napari_kmeans_quantizer.core.threads import n_threads
from napari_kmeans_quantizer.core.version import PROGRAM, version

from . import single_values

if TYPE_CHECKING:
    from collections.abc import Sequence

STANDARD = "-"
"""How standard input and output are named."""
N_COLORS = 16


@dataclass(frozen=True, kw_only=True)
class Common:
    """What every command is asked; each value for itself is right."""

    pictures: list[str]
    recursive: bool
    max_pixels: int | None
    n_colors: int | Literal["auto"] | None
    min_psnr: float | None
    color_space: str
    effort: str
    seed: int
    palette: Path | None
    save_palette: Path | None
    output: str | None
    force: bool
    jobs: int
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
        return {"color_space": self.color_space}


class Parser(argparse.ArgumentParser):
    """Says in one line what is wrong."""

    def error(self, message: str) -> NoReturn:
        """Exit with status 2."""
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


def parser_of(prog: str, description: str, epilog: str) -> Parser:
    """Return a parser that knows how it is called, and its version."""
    parser = Parser(
        prog=prog,
        usage=f"{prog} [options] PICTURE [PICTURE ...]",
        description=f"{description} Defaults are in parentheses.",
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"{PROGRAM} {version()}")
    return parser


def parted(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return what comes before and after ``--``: after it, all are pictures, whatever the name."""
    words = list(arguments)
    at = words.index("--") if "--" in words else len(words)
    return words[:at], words[at + 1 :]


def wrong_with_all(options: Common) -> list[tuple[bool, str]]:
    """Return what no command can be asked together, and whether it was asked for."""
    is_mixed = STANDARD in options.pictures and len(options.pictures) > 1
    return [
        (not options.pictures, "name a PICTURE: a file, a pattern or a folder. See --help."),
        (is_mixed, f"{STANDARD}: standard input can not be mixed with other pictures."),
    ]


def add_pictures(group: argparse._ArgumentGroup) -> None:
    """Add which pictures."""
    group.add_argument(
        "pictures", nargs="*", metavar="PICTURE", help="file, pattern, folder; - for standard input"
    )
    group.add_argument("-r", "--recursive", action="store_true", help="also pictures in subfolders")
    group.add_argument(
        "--max-pixels",
        type=single_values.at_least_one,
        metavar="N",
        help="refuse larger pictures",
    )


def add_fit(group: argparse._ArgumentGroup, effort: str) -> None:
    """Add how colors are found; `effort` is what takes more or less of it."""
    group.add_argument(
        "-k", "--n-colors", type=single_values.n_colors, metavar="K",
        help=f"number of colors, 1..65535 or auto ({N_COLORS}); with --min-psnr the most",
    )  # fmt: skip
    group.add_argument(
        "--min-psnr",
        type=single_values.decibels,
        metavar="DB",
        help="as few colors as give at least so many dB of PSNR",
    )
    group.add_argument(
        "--color-space", choices=COLOR_SPACES, default="rgb", metavar="SPACE",
        help=f"where distances are measured: {', '.join(COLOR_SPACES)} (rgb)",
    )  # fmt: skip
    group.add_argument(
        "--effort", choices=tuple(EFFORTS), default="balanced", metavar="EFFORT",
        help=f"{effort}: {', '.join(EFFORTS)} (balanced)",
    )  # fmt: skip
    group.add_argument(
        "--seed", type=single_values.seed, default=0, metavar="N", help="seed of random numbers (0)"
    )


def add_saved_palette(group: argparse._ArgumentGroup) -> None:
    """Add where the palette goes."""
    group.add_argument(
        "--save-palette", type=Path, metavar="FILE",
        help="write the palette: .gpl, .ase, .aco, .act, .pal, .hex, .json, .csv, .png",
    )  # fmt: skip


def add_running(group: argparse._ArgumentGroup) -> None:
    """Add how it is done."""
    group.add_argument("-f", "--force", action="store_true", help="replace files that exist")
    group.add_argument(
        "-j", "--jobs", type=single_values.at_least_one, default=n_threads(), metavar="N",
        help="number of pictures at a time (one per processor)",
    )  # fmt: skip
    group.add_argument("-q", "--quiet", action="store_true", help="only say what went wrong")
