"""Very small and very large pictures."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import measure
import pictures
from sources import fresh
from tables import Case, Table, in_process, megapixels

from napari_kmeans_quantizer import quantize

if TYPE_CHECKING:
    from collections.abc import Callable

    from sources import Source
    from tables import Rows, Scene

K = 16


def table(scene: Scene) -> Table:
    run = {"picture": scene.picture, "repeats": scene.repeats}
    size = 3 if scene.quick else 24
    cases = [
        in_process("32 x 32", "sizes.icon", **run),
        in_process(f"{size} MP, K=256", "sizes.large", size=size, k=256, **run),
    ]
    return Table("Small and large", cases)


def icon(picture: str, repeats: int) -> Rows:
    image = pictures.named(picture)[:32, :32].copy()
    found = measure.side_by_side({"": lambda: quantize(image, K)}, 20 * repeats)
    return {f"32 x 32, K={K}": {"CPU ms": 1e3 * found[""].seconds}}


def large(picture: str, size: float, k: int, repeats: int) -> Rows:
    image = pictures.tiled(pictures.named(picture), size)
    found = measure.side_by_side({"": lambda: quantize(image, k)}, repeats)
    name = f"{megapixels(image[..., 0].size)}, K={k}"
    return {name: {"CPU ms": 1e3 * found[""].seconds}}


def scaling(scene: Scene) -> Table:
    cases = [Case(f"{size} MP", all_threads(scene, size)) for size in sizes(scene)]
    return Table(f"Scaling (K={K}, tiles of the picture)", cases)


def sizes(scene: Scene) -> tuple[int, ...]:
    return (3, 12) if scene.quick else (3, 24, 100)


def all_threads(scene: Scene, size: float) -> Callable[[Source], Rows]:
    def rows(source: Source) -> Rows:
        run = {"picture": scene.picture, "size": size, "repeats": scene.repeats}
        one = fresh(source, "sizes.wall", **run)
        every = fresh(source, "sizes.wall", n_threads=None, **run)
        return {
            megapixels(one["pixels"]): {
                "1 thread, wall ms": 1e3 * one["seconds"],
                "ns per pixel": 1e9 * one["seconds"] / one["pixels"],
                "all threads, wall ms": 1e3 * every["seconds"],
            }
        }

    return rows


def wall(picture: str, size: float, repeats: int) -> dict[str, float]:
    """Return the least wall time: other programs can only lengthen it."""
    image = pictures.tiled(pictures.named(picture), size)
    times = []
    for _ in range(1 + repeats):
        start = time.perf_counter()
        quantize(image, K)
        times.append(time.perf_counter() - start)
    return {"seconds": min(times[1:]), "pixels": image[..., 0].size}
