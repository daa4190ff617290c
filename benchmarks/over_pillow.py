"""A small photograph beside Pillow's quickest quantizer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import known_best
import measure
import pictures
import quantizers
from tables import Table

if TYPE_CHECKING:
    from tables import Rows, Scene

PICTURE = "astronaut"


def table(scene: Scene) -> Table:
    cases = [
        known_best.over_best(
            scene, "over_pillow.over_octree", PICTURE, k, repeats=scene.repeats, effort=effort
        )
        for k in (16, 256)
        for effort in ("fast", "balanced")
    ]
    return Table(f"{PICTURE}, 0.26 MP, over Pillow FASTOCTREE", cases)


def over_octree(picture: str, k: int, repeats: int, effort: str) -> Rows:
    image = pictures.named(picture)
    both = {"ours": quantizers.ours(effort), "theirs": quantizers.pillow("FASTOCTREE")}
    runs = {name: (lambda run=q.run: run(image, k)) for name, q in both.items()}
    found = measure.side_by_side(runs, 2 * repeats)
    ours, theirs = found["ours"], found["theirs"]
    return {
        f'"{effort}", K={k}': {
            "CPU ms": 1e3 * ours.seconds,
            "Pillow, CPU ms": 1e3 * theirs.seconds,
            "over Pillow": ours.seconds / theirs.seconds,
            "error over Pillow": quantizers.painted_mse(image, *ours.result)
            / quantizers.painted_mse(image, *theirs.result),
            "mse": quantizers.painted_mse(image, *ours.result),
        }
    }
