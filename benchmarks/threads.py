"""Two threads over one: wall time, and whether all bits are the same."""

from __future__ import annotations

import functools
import hashlib
import time
from typing import TYPE_CHECKING, Any

import pictures
from sources import fresh
from tables import Case, Table, megapixels

from napari_kmeans_quantizer import quantize

if TYPE_CHECKING:
    from sources import Source
    from tables import Rows, Scene


def table(scene: Scene) -> Table:
    cases = [Case(f"threads, K={k}", functools.partial(two_over_one, scene, k)) for k in scene.ks]
    return Table(f"Threads, {megapixels(scene.n_pixels)}", cases)


def two_over_one(scene: Scene, k: int, source: Source) -> Rows:
    run = {"picture": scene.picture, "k": k, "repeats": scene.repeats}
    one, two = (fresh(source, "threads.wall", n_threads=n, **run) for n in (1, 2))
    return {
        f"K={k}": {
            "1 thread, wall ms": 1e3 * one["seconds"],
            "2 threads, wall ms": 1e3 * two["seconds"],
            "two over one": two["seconds"] / one["seconds"],
            "same bits": "yes" if one["digest"] == two["digest"] else "**no**",
        }
    }


def wall(picture: str, k: int, repeats: int) -> dict[str, Any]:
    """Return the least wall time, for other programs can only lengthen it, and the bits' digest."""
    image = pictures.named(picture)
    times = []
    for _ in range(1 + repeats):
        start = time.perf_counter()
        result = quantize(image, k)
        times.append(time.perf_counter() - start)
    bits = result.palette.colors.tobytes() + result.labels.tobytes()
    return {"seconds": min(times[1:]), "digest": hashlib.sha256(bits).hexdigest()}
