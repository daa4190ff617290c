"""Command line: quantize picture files."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from napari_kmeans_quantizer import quantize

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

LOSSLESS = (".png", ".tif", ".tiff", ".bmp", ".ppm")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return 0, or 1 after telling on stderr what went wrong."""
    options = _parser().parse_args(arguments)
    try:
        print(_run(options))
    except (OSError, ValueError, TypeError) as error:
        print(f"napari-kmeans-quantizer: {error}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="napari-kmeans-quantizer",
        description="Reduce a picture to a few colors by K-means clustering.",
    )
    parser.add_argument("image", type=Path, help="picture file: PNG, JPEG, TIFF, ...")
    parser.add_argument(
        "-k", "--n-colors", type=int, default=16, metavar="K", help="number of colors (16)"
    )
    parser.add_argument(
        "-o", "--output", type=Path, metavar="FILE",
        help="the painted picture (<image>-<K>-colors.png); " + ", ".join(LOSSLESS),
    )  # fmt: skip
    parser.add_argument("-p", "--palette", type=Path, metavar="FILE", help="picture of the palette")
    parser.add_argument("-f", "--force", action="store_true", help="replace files that exist")
    parser.add_argument("--seed", type=int, default=0, help="seed of the random draws (0)")
    return parser


def _run(options: argparse.Namespace) -> str:
    output = options.output or options.image.with_name(
        f"{options.image.stem}-{options.n_colors}-colors.png"
    )
    targets = [path for path in (output, options.palette) if path is not None]
    for path in targets:
        _check_target(path, options)
    result = quantize(read_image(options.image), options.n_colors, random_state=options.seed)
    write_image(output, result.image)
    if options.palette is not None:
        write_image(options.palette, palette_picture(result.palette.rgb))
    lines = [result.summary]
    lines += [
        f"  {hex_}  {share:6.1%}"
        for hex_, share in zip(result.palette.hex[:16], result.palette.share[:16], strict=True)
    ]
    if len(result.palette) > 16:
        lines.append(f"  and {len(result.palette) - 16} more")
    return "\n".join([*lines, *(f"wrote {path}" for path in targets)])


def _check_target(path: Path, options: argparse.Namespace) -> None:
    """Refuse before any work what would fail or destroy something after it."""
    if path.suffix.lower() not in LOSSLESS:
        raise ValueError(
            f"{path}: must end in {', '.join(LOSSLESS)}, which keep the colors exactly."
        )
    if not path.parent.is_dir():
        raise ValueError(f"{path}: there is no folder {path.parent}.")
    if path.exists() and options.image.exists() and path.samefile(options.image):
        raise ValueError(f"{path}: is the picture itself; choose another name with -o.")
    if path.exists() and not options.force:
        raise ValueError(f"{path}: exists; pass --force to replace it, or another name with -o.")


def read_image(path: Path) -> NDArray[Any]:
    """Read a picture file as an array; a palette or orientation in the file is applied."""
    from imageio import v3 as iio

    if not path.is_file():
        raise ValueError(f"{path}: there is no such file.")
    try:
        image: NDArray[Any] = iio.imread(path, **_reader_options(path))
    except (OSError, SyntaxError, ValueError) as error:
        raise ValueError(f"{path}: cannot be read as a picture ({error}).") from error
    return image


def _reader_options(path: Path) -> dict[str, Any]:
    # Pillow turns the picture upright; TIFFs may hold what Pillow cannot (16-bit color, stacks).
    if path.suffix.lower() in (".tif", ".tiff"):
        return {"plugin": "tifffile"}
    return {"plugin": "pillow", "index": 0, "rotate": True}


def write_image(path: Path, image: NDArray[Any]) -> None:
    """Write a picture file: wholly, or not at all."""
    from imageio import v3 as iio

    temporary = path.with_name(f".{path.stem}-{os.getpid()}{path.suffix}")
    try:
        plugin = "tifffile" if path.suffix.lower() in (".tif", ".tiff") else "pillow"
        iio.imwrite(temporary, image, plugin=plugin)
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def palette_picture(rgb: NDArray[Any], size: int = 48) -> NDArray[Any]:
    """Return swatches side by side, up to 16 in a row, as an RGBA picture."""
    import numpy as np

    n_columns = min(16, len(rgb))
    n_rows = -(-len(rgb) // n_columns)
    grid = np.zeros((n_rows * n_columns, 4), np.uint8)
    grid[: len(rgb), :3] = np.rint(rgb * 255)
    grid[: len(rgb), 3] = 255
    return np.kron(grid.reshape(n_rows, n_columns, 4), np.ones((size, size, 1), np.uint8))
