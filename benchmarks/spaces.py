"""Color spaces: what distances in Lab and Oklab cost over those in RGB."""

from __future__ import annotations

from typing import TYPE_CHECKING

import measure
import numpy as np
import pictures
from tables import Table, in_process, megapixels

import napari_kmeans_quantizer as ours

if TYPE_CHECKING:
    from tables import Rows, Scene

SPACES = ("lab", "oklab")


def table(scene: Scene) -> Table:
    run = {"picture": scene.picture, "repeats": scene.repeats}
    cases = [
        in_process(f"{space}, K={k}", "spaces.over_rgb", space=space, k=k, **run)
        for k in ([16] if scene.quick else [16, 64, 256])
        for space in SPACES
    ]
    cases += [
        in_process(f"convert_colors, {space}", "spaces.conversion", space=space, **run)
        for space in SPACES
    ]
    return Table(f"Color spaces, {megapixels(scene.n_pixels)}", cases, values=values)


def values(rows: Rows) -> dict[str, str]:
    ratios = [row["over RGB"] for row in rows.values() if "over RGB" in row]
    return {"spaces-over-rgb": f"{min(ratios):.1f} to {max(ratios):.1f} times"}


def over_rgb(picture: str, space: str, k: int, repeats: int) -> Rows:
    image = pictures.named(picture)
    runs = {
        name: lambda name=name: ours.quantize(image, k, color_space=name) for name in ("rgb", space)
    }
    found = measure.side_by_side(runs, repeats)
    rgb, other = found["rgb"].seconds, found[space].seconds
    figures = {"CPU ms": 1e3 * other, "RGB, CPU ms": 1e3 * rgb, "over RGB": other / rgb}
    return {f"{space}, K={k}": figures}


def conversion(picture: str, space: str, repeats: int) -> Rows:
    colors = pictures.resized(pictures.named(picture), 1.0).reshape(-1, 3)[:1_000_000]
    colors = np.resize(colors, (1_000_000, 3))
    found = measure.side_by_side({"": lambda: ours.convert_colors(colors, space)}, repeats)
    return {f"`convert_colors`, {space}, 1 M colors": {"CPU ms": 1e3 * found[""].seconds}}
