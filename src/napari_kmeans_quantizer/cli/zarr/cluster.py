"""Who works: this process, some more on this machine, or those of a scheduler of dask."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING

from napari_kmeans_quantizer.core.lazy.batches import n_workers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from napari_kmeans_quantizer.cli.options import Options

PATIENCE = "10s"
"""How long a scheduler may take to answer."""


@contextmanager
def working(options: Options) -> Iterator[None]:
    """Let dask work where the options say.

    Raises
    ------
    OSError
        If no scheduler answers.
    """
    if options.scheduler is not None:
        with _connected(options.scheduler):
            yield
    elif options.workers is not None:
        with _started(options.workers):
            yield
    else:
        with _threads():
            yield


@contextmanager
def _threads() -> Iterator[None]:
    """Let threads work that are waited for, also when it is interrupted.

    Those of dask go on while Python ends, and print what they then miss.
    """
    import dask

    if dask.config.get("scheduler", None) is not None:  # somebody has chosen
        yield
        return
    with ThreadPoolExecutor(n_workers()) as pool, dask.config.set(pool=pool):
        yield


@contextmanager
def _connected(address: str) -> Iterator[None]:
    from distributed import Client

    try:
        client = Client(address, timeout=PATIENCE)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        raise OSError(f"--scheduler: {address}: no scheduler of dask answers there.") from error
    with client:
        yield


@contextmanager
def _started(n_workers: int) -> Iterator[None]:
    from distributed import Client, LocalCluster

    how = {"n_workers": n_workers, "threads_per_worker": 1, "dashboard_address": ":0"}
    with LocalCluster(**how) as cluster, Client(cluster):  # type: ignore[no-untyped-call]
        yield
