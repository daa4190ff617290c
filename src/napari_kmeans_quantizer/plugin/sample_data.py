"""File > Open Sample: pictures that scikit-image ships, or this package; none is downloaded.

The first two are those of the tutorials: in a window, a tour through the panel begins with them.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .tours import FROM_SCRATCH, HOW_MANY, open_soon

if TYPE_CHECKING:
    from numpy.typing import NDArray

LayerData = tuple[Any, dict[str, Any], str]


PHOTOGRAPHS = Path(__file__).with_name("photographs")


def from_scratch() -> list[LayerData]:
    """Return a photograph of an astronaut, (512, 512, 3) uint8, and open tutorial 1."""
    open_soon(FROM_SCRATCH)
    return _sample("astronaut", "astronaut.png", "astronaut")


def how_many() -> list[LayerData]:
    """Return a photograph of a flower, (214, 320, 3) uint8, and open tutorial 2."""
    open_soon(HOW_MANY)
    return [(_read(PHOTOGRAPHS / "flower.jpg"), {"name": "flower", "rgb": True}, "image")]


def coffee() -> list[LayerData]:
    """Return a photograph of a cup of coffee, (400, 600, 3) uint8."""
    return _sample("coffee", "coffee.png", "coffee")


def tissue() -> list[LayerData]:
    """Return colonic glands, H-DAB stained, (512, 512, 3) uint8."""
    return _sample("immunohistochemistry", "ihc.png", "tissue")


def retina() -> list[LayerData]:
    """Return a fundus image, (1411, 1411, 3) uint8."""
    return _sample("retina", "retina.jpg", "retina")


def hubble() -> list[LayerData]:
    """Return galaxies of the Hubble deep field, (872, 1000, 3) uint8."""
    return _sample("hubble_deep_field", "hubble_deep_field.jpg", "hubble")


def _sample(function: str, file: str, name: str) -> list[LayerData]:
    return [(_pixels(function, file), {"name": name, "rgb": True}, "image")]


def _pixels(function: str, file: str) -> NDArray[Any]:
    """Return what a function of `skimage.data` does; without its imports, which take a second."""
    package = find_spec("skimage")
    shipped = Path(str(package and package.origin)).with_name("data") / file
    if shipped.is_file():
        return _read(shipped)
    from skimage import data

    pixels: NDArray[Any] = getattr(data, function)()
    return pixels


def _read(path: Path) -> NDArray[Any]:
    import numpy as np
    from PIL import Image

    with Image.open(path) as picture:
        return np.array(picture)
