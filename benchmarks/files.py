"""Indexed PNG files of one result: bytes and time, ours beside Pillow's and oxipng's."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import measure
import pictures
from PIL import Image
from tables import Table, crossed, in_process, megapixels, shown

import napari_kmeans_quantizer as ours

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from tables import Rows, Scene

OXIPNG_LEVELS = (2, 4)


def table(scene: Scene) -> Table:
    run = {"picture": scene.picture, "repeats": scene.repeats}
    ks = [16] if scene.quick else scene.ks
    cases = [in_process(f"indexed PNG, K={k}", "files.written", k=k, **run) for k in ks]
    title = f"Indexed PNG, {megapixels(scene.n_pixels)}, bytes (CPU ms)"
    return Table(title, cases, ("Pillow", "pyoxipng"), more=in_pages)


def in_pages(rows: Rows) -> dict[str, list[str]]:
    """Return a row per way and a column per K."""
    cells = {}
    for name, row in rows.items():
        k, _, way = name.partition(", ")
        cells[way, k] = f"{row['bytes']:,} ({shown(row['CPU ms'], 'CPU ms')})"
    return {"files": crossed(cells)}


def written(picture: str, k: int, repeats: int) -> Rows:
    found = measure.side_by_side(writers(pictures.named(picture), k), repeats)
    least = len(found["ours"].result)
    return {
        f"K={k}, {name}": {
            "CPU ms": 1e3 * run.seconds,
            "bytes": len(run.result),
            "over ours": len(run.result) / least,
        }
        for name, run in found.items()
    }


def writers(image: np.ndarray, k: int) -> dict[str, Callable[[], bytes]]:
    """Return ways to write one result, but for the last: Pillow's own quantizer."""
    from napari_kmeans_quantizer.core.files.indexed import encode_indexed

    q = ours.quantize(image, k)
    indexed = Image.fromarray(q.labels)
    indexed.putpalette(q.palette.values.tobytes())
    source = Image.fromarray(image)
    return {
        "ours": lambda: encode_indexed(".png", q),
        "ours, order kept": lambda: encode_indexed(".png", q, keep_order=True),
        "Pillow": lambda: saved(indexed),
        "Pillow, optimize": lambda: saved(indexed, optimize=True),
        **over_pillow(saved(indexed)),
        "full color, Pillow, optimize": lambda: saved(Image.fromarray(q.image), optimize=True),
        "Pillow, quantize and optimize": lambda: saved(source.quantize(k), optimize=True),
    }


def over_pillow(content: bytes) -> dict[str, Callable[[], bytes]]:
    """Return what oxipng makes of a file, if it is there."""
    try:
        import oxipng
    except ImportError:
        return {}
    return {
        f"oxipng, level {level}": lambda level=level: oxipng.optimize_from_memory(
            content, level=level
        )
        for level in OXIPNG_LEVELS
    }


def saved(picture: Image.Image, **options: bool) -> bytes:
    file = io.BytesIO()
    picture.save(file, "png", **options)
    return file.getvalue()
