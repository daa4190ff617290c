"""What only a fresh process can tell: wall time with some threads, memory, time to start.

Run by `figures.py`: the name of a function and its arguments in JSON come in on the command
line, its result goes out in JSON.
"""

from __future__ import annotations

import hashlib
import json
import sys
import time
from pathlib import Path
from typing import Any


def wall(picture: str, k: int, tiles: int, repeats: int) -> dict[str, Any]:
    """Return the least wall time, for other programs can only lengthen it, and the bits' digest."""
    from napari_kmeans_quantizer import quantize

    image = tiled(picture, tiles)
    times = []
    for _ in range(1 + repeats):
        start = time.perf_counter()
        result = quantize(image, k)
        times.append(time.perf_counter() - start)
    bits = result.palette.colors.tobytes() + result.labels.tobytes()
    return {"seconds": min(times[1:]), "digest": hashlib.sha256(bits).hexdigest()}


def memory(picture: str, k: int, tiles: int) -> dict[str, float]:
    """Return the bytes needed at the worst moment, beyond the image and the results."""
    import numpy as np
    from measure import return_free_memory

    from napari_kmeans_quantizer import quantize

    image = tiled(picture, tiles)
    quantize(np.ascontiguousarray(image[:256, :256]), k)  # loads libraries and kernels
    return_free_memory()  # or the call below might live on it unseen
    Path("/proc/self/clear_refs").write_text("5")  # forgets the peak so far
    before = resident("VmRSS")
    result = quantize(image, k)
    peak = resident("VmHWM")
    return {"bytes": peak - before - result.labels.nbytes - result.image.nbytes}


def startup(picture: str, k: int) -> dict[str, float]:
    """Return the wall time of the import and of the first result."""
    start = time.perf_counter()
    from napari_kmeans_quantizer import quantize

    imported = time.perf_counter() - start
    image = tiled(picture, 1)
    start = time.perf_counter()
    quantize(image, k)
    return {"import": imported, "first": time.perf_counter() - start}


def tiled(picture: str, tiles: int) -> Any:
    import numpy as np

    return np.tile(np.load(picture), (tiles, 1, 1))


def resident(field: str) -> int:
    """Return bytes in memory: now (VmRSS) or at the worst moment (VmHWM).

    Not `ru_maxrss`: it starts from the size of the process that started this one.
    """
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(field):
            return 1024 * int(line.split()[1])
    raise LookupError(field)


if __name__ == "__main__":
    task = {"wall": wall, "memory": memory, "startup": startup}[sys.argv[1]]
    print(json.dumps(task(**json.loads(sys.argv[2]))))
