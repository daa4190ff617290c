"""Which code is measured: the one that this process would import, or another commit's."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import measure


class Source(NamedTuple):
    """A folder to import the package from."""

    name: str
    path: Path
    cache: str = ""
    """Where its kernels are kept; where they always are if empty."""


def today() -> Source:
    """Return what this process imports, whatever lies there now."""
    spec = importlib.util.find_spec("napari_kmeans_quantizer")
    return Source("today", Path(spec.origin).parents[1])


def fresh(
    source: Source, task: str, *, n_threads: int | None = 1, cache: str = "", **arguments: Any
) -> Any:
    """Return what a function, ``"module.name"``, returns in a process of its own.

    With one thread the process is held to one CPU; None means as many threads as it likes.
    """
    script = str(Path(__file__).with_name("fresh.py"))
    command = [sys.executable, script, task, json.dumps(arguments)]
    environment = environment_of(source, n_threads, cache)
    with measure.one_cpu() if n_threads == 1 else contextlib.nullcontext():
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError((done.stderr.strip() or "nothing was told").splitlines()[-1])
    return json.loads(done.stdout)


def environment_of(source: Source, n_threads: int | None, cache: str) -> dict[str, str]:
    environment = {
        name: value for name, value in os.environ.items() if name not in measure.ONE_THREAD
    }
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # modules are compiled once, as for users
    if n_threads:
        environment |= dict.fromkeys(measure.ONE_THREAD, str(n_threads))
    if cache or source.cache:
        environment["NUMBA_CACHE_DIR"] = cache or source.cache
    paths = [str(source.path), environment.get("PYTHONPATH", "")]
    return environment | {"PYTHONPATH": os.pathsep.join(filter(None, paths))}
