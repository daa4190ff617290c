"""Dithering beside others in the same palette: time, and what the eye still sees of the error."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

import measure
import numpy as np
import pictures
from scipy import ndimage
from tables import Table, crossed, digits, in_process, megapixels

from napari_kmeans_quantizer import quantize

if TYPE_CHECKING:
    from collections.abc import Callable

    from tables import Rows, Scene

KS = (4, 16, 64)
METHODS = ("floyd-steinberg", "ordered", "blue-noise")
SIGMA = 1.5  # pixels of the blur
PILLOW, LIBIMAGEQUANT = "Pillow, Floyd-Steinberg", "libimagequant, its own palette"


def table(scene: Scene) -> Table:
    cases = [
        in_process(
            f"dithering, K={k}", "dithering.all_of_it",
            picture=scene.picture, k=k, repeats=scene.repeats,
        )
        for k in KS
    ]  # fmt: skip
    title = f"Dithering, {megapixels(scene.n_pixels)}, error once blurred by {SIGMA}"
    return Table(title, cases, ("Pillow", "imagequant"), more=in_pages)


def in_pages(rows: Rows) -> dict[str, list[str]]:
    """Return what is left of the error without dithering, a row per K and a column per way."""
    cells = {}
    for name, row in rows.items():
        way, _, k = name.rpartition(", ")
        if way != "none":
            cells[k, way] = digits(row["over none"])
    return {"dither": crossed(cells)}


def all_of_it(picture: str, k: int, repeats: int) -> Rows:
    """Measure everybody: ours and Pillow in our palette, libimagequant with its search."""
    image = pictures.named(picture)
    palette = quantize(image, k).palette
    plain = quantize(image, palette=palette)
    runs: dict[str, Callable[[], object]] = {"none": lambda: quantize(image, palette=palette)}
    for method in METHODS:
        runs[method] = lambda method=method: quantize(image, palette=palette, dither=method)
    runs[PILLOW] = in_pillow(image, palette.values)
    if find_spec("imagequant") is not None:
        runs[LIBIMAGEQUANT] = lambda: in_libimagequant(image, k, 1.0)
        runs["its palette alone"] = lambda: in_libimagequant(image, k, 0.0)
    found = measure.side_by_side(runs, repeats)
    base = dict.fromkeys(METHODS, found["none"].seconds)
    if LIBIMAGEQUANT in runs:
        base[LIBIMAGEQUANT] = found.pop("its palette alone").seconds
    blurred = blur(image)
    none = float(((blur(plain.image) - blurred) ** 2).mean())
    rows: Rows = {}
    for name, measured in found.items():
        painted = getattr(measured.result, "image", measured.result)
        error = float(((blur(painted) - blurred) ** 2).mean())
        rows[f"{name}, K={k}"] = {
            "CPU ms": 1e3 * measured.seconds,
            "of it dithering ms": 1e3 * (measured.seconds - base.get(name, 0.0)),
            "blurred error": error,
            "over none": error / none,
        }
    rows[f"none, K={k}"]["of it dithering ms"] = "-"
    return rows


def blur(image: np.ndarray) -> np.ndarray:
    return ndimage.gaussian_filter(image.astype(np.float64), (SIGMA, SIGMA, 0))


def in_pillow(image: np.ndarray, colors: np.ndarray) -> Callable[[], np.ndarray]:
    from PIL import Image

    picture, indexed = Image.fromarray(image), Image.new("P", (1, 1))
    indexed.putpalette(colors.ravel().tolist())

    def run() -> np.ndarray:
        dithered = picture.quantize(palette=indexed, dither=Image.Dither.FLOYDSTEINBERG)
        return colors[np.asarray(dithered)]

    return run


def in_libimagequant(image: np.ndarray, k: int, level: float) -> np.ndarray:
    import imagequant

    rows, columns = image.shape[:2]
    rgba = np.full((rows, columns, 4), 255, np.uint8)
    rgba[..., :3] = image
    labels, palette = imagequant.quantize_raw_rgba_bytes(
        rgba.tobytes(), columns, rows, dithering_level=level, max_colors=k
    )
    colors = np.reshape(palette, (-1, 4))[:, :3].astype(np.uint8)
    return colors[np.frombuffer(labels, np.uint8).reshape(rows, columns)]
