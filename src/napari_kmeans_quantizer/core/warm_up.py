"""The first use: every kernel is compiled once, and kept on disk.

``python -m napari_kmeans_quantizer.core.warm_up`` compiles them all, and prints after each how many
there are by now, of how many, and what the next ones are for.
"""

from __future__ import annotations

import hashlib
import logging
import pkgutil
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .color_counts import Accumulated, counted_colors, together
from .distances import euclidean_distances
from .kmeans import KMeans
from .progress import completed
from .quantize import quantize
from .survey import MOST_PIXELS
from .sweeps.base import Canvas
from .sweeps.counted_grid import CountedGrid
from .sweeps.few import MAX_PIXELS

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping
    from contextlib import AbstractContextManager

    from numpy.typing import NDArray

    Pieces = Mapping[str, Callable[[], object]]
    """What to do, in this order, and what for."""


def _noise(*shape: int) -> NDArray[Any]:
    return np.random.default_rng(0).integers(0, 256, shape).astype(np.uint8)


def _photographs() -> None:
    for size, n_colors in ((120, 3), (120, 64), (400, 3)):  # the last one: in several threads
        quantize(_noise(size, size, 3), n_colors)


def _other_images() -> None:
    for image in (_noise(90, 90), _noise(90, 90, 3) / 255, _noise(90, 90) / np.float32(255)):
        quantize(image, 8)
    quantize(_noise(90, 90, 3) / 255, 40)
    quantize(_noise(32, 32, 3), 3)
    quantize(_noise(40, 40, 13), 8, channel_axis=-1)


def _fixed_colors() -> None:
    for image in (_noise(90, 90, 3), _noise(90, 90, 3) / 255):
        quantize(image, 8, fixed_colors=[[0, 0, 0]])


def _color_spaces() -> None:
    for size in (120, 400):  # pixel by pixel; by colors, in several threads
        quantize(_noise(size, size, 3), 8, color_space="lab")


def _many_colors() -> None:
    for color_space in ("rgb", "lab"):
        for size in (120, 400):
            quantize(_noise(size, size, 3), 300, color_space=color_space)


def _dithering() -> None:
    for method in ("floyd-steinberg", "ordered"):
        for n_channels in (3, 5):
            quantize(_noise(40, 40, n_channels), 4, channel_axis=-1, dither=method)


def _points() -> None:
    points = KMeans(3, random_state=0).fit(_noise(90, 3) / 255)
    euclidean_distances(points.cluster_centers_, points.cluster_centers_)


def _given_colors() -> None:
    quantize(_noise(90, 90, 3), 3, choose_from=_noise(9, 3))


def _large_images() -> None:
    quantize(_noise(MOST_PIXELS // 1000 + 1, 1000, 3) / np.float32(255), 3)
    parts = [counted_colors(_noise(n, 3)) for n in (99, 99_999)]
    everything = Accumulated()
    for part in (*parts, together(*parts)):
        everything.add(part)
    grid, nowhere = CountedGrid(everything.result()), Canvas(np.empty(0), np.empty(0))
    completed(grid.sweep(np.eye(3), nowhere))


PHOTOGRAPHS, OTHER_IMAGES = "photographs", "other images"
FIXED_COLORS, COLOR_SPACES, MANY_COLORS = "fixed colors", "color spaces", "many colors"
DITHERING, POINTS, GIVEN_COLORS = "dithering", "points", "given colors"
LARGE_IMAGES = "large images"

PIECES: Pieces = {
    PHOTOGRAPHS: _photographs,
    OTHER_IMAGES: _other_images,
    FIXED_COLORS: _fixed_colors,
    COLOR_SPACES: _color_spaces,
    MANY_COLORS: _many_colors,
    DITHERING: _dithering,
    POINTS: _points,
    GIVEN_COLORS: _given_colors,
    LARGE_IMAGES: _large_images,
}


def piece_of(is_rgb8: bool, n_pixels: int) -> str:
    """Return the name of the piece that an image needs, 8-bit RGB or not, of so many pixels."""
    return PHOTOGRAPHS if is_rgb8 and n_pixels > MAX_PIXELS else OTHER_IMAGES


def kernels() -> list[Any]:
    """Return every kernel of the package that Python calls."""
    from . import kernels as package
    from .kernels.jit import KERNELS

    for found in pkgutil.iter_modules(package.__path__):
        import_module(f"{package.__name__}.{found.name}")
    return KERNELS


# -- what is on disk


def is_done(pieces: Pieces = PIECES, about: str = "") -> bool | None:
    """Tell whether all has been compiled and is on disk; None if nothing can be kept.

    Parameters
    ----------
    pieces, about
        As `compile_steps`.
    """
    note = _note(pieces, about)
    return None if note is None else note.exists()


def _note(pieces: Pieces, about: str) -> Path | None:
    """Return the file that says it, beside what was compiled; None if nothing can be kept."""
    folder = _folder()
    if folder is None:
        return None
    import numba
    from llvmlite.binding import get_host_cpu_features, get_host_cpu_name

    # As numba does: by content, for a new version may leave all kernels as they were.
    files = sorted(Path(__file__).with_name("kernels").glob("*.py"))
    contents = [(file.name, hashlib.sha256(file.read_bytes()).hexdigest()) for file in files]
    machine = get_host_cpu_name(), get_host_cpu_features().flatten()
    facts = sys.version, numba.__version__, np.__version__, *machine, contents, [*pieces], about
    digest = hashlib.sha256(repr(facts).encode()).hexdigest()[:16]
    return folder / f"all-compiled-{digest}"


def _folder() -> Path | None:
    """Return where numba keeps what it has compiled; None if no folder is writable."""
    paths = [kernel.stats.cache_path for kernel in kernels()]  # none if numba is told to do nothing
    return Path(paths[0]) if paths and paths[0] is not None else None


def compile_steps(
    tell: Callable[[int, int, str], object], pieces: Pieces = PIECES, about: str = ""
) -> Generator[str, None, None]:
    """Compile everything that is not on disk yet, and note that it is there.

    Parameters
    ----------
    tell : callable
        Gets how many kernels there are by now, of how many, and the name of the piece.
    pieces : mapping of str to callable, optional
        What to do, in this order, and what for; what is not of `PIECES` counts as one kernel.
    about : str, optional
        What else it depends on, such as the version of another package.

    Yields
    ------
    str
        The name of a piece that is done.
    """
    ours, n_others = kernels(), len(pieces.keys() - PIECES.keys())
    done = 0
    for name, work in pieces.items():

        def told(name: str = name, done: int = done) -> None:
            n_compiled = sum(bool(kernel.signatures) for kernel in ours)
            tell(n_compiled + done, len(ours) + n_others, name)

        told()
        with _listening(told):
            work()
        done += name not in PIECES
        yield name
    if (note := _note(pieces, about)) is not None:
        with suppress(OSError):
            note.touch()


def _listening(tell: Callable[[], object]) -> AbstractContextManager[object]:
    """Call a function after every compilation."""
    from numba.core.event import Event, Listener, install_listener

    class Compilation(Listener):
        def on_start(self, event: Event) -> None:
            pass

        def on_end(self, event: Event) -> None:
            tell()

    return install_listener("numba:compile", Compilation())


def main(pieces: Pieces = PIECES, about: str = "") -> None:
    """Compile everything, and print how far it is."""
    logging.getLogger("napari_kmeans_quantizer").setLevel(logging.ERROR)  # that is told here
    for _ in compile_steps(lambda *told: print(*told, flush=True), pieces, about):
        pass


if __name__ == "__main__":
    main()
