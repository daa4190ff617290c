"""Lazy arrays on two worker processes: the bits of NumPy, whatever happens to a worker."""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import dask
import dask.array as da
import numpy as np
import pytest
from skimage import data

from napari_kmeans_quantizer import Quantization, completed, quantize, quantize_steps

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

distributed = pytest.importorskip("distributed")
zarr = pytest.importorskip("zarr")

ROWS, COLUMNS = 1030, 1040  # more pixels than are read into memory as a whole
CHUNKS = (260, 400)  # uneven


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every chunk be a part of the work; small ones are done together otherwise."""
    monkeypatch.setattr("napari_kmeans_quantizer.core.lazy.image.TARGET_PIXELS", 1)


def rgb() -> np.ndarray:
    return np.tile(data.astronaut(), (3, 3, 1))[:ROWS, :COLUMNS]


def disk() -> np.ndarray:
    rows, columns = np.ogrid[:ROWS, :COLUMNS]
    return (rows - 500) ** 2 + (columns - 400) ** 2 < 390**2


@dataclass(frozen=True)
class Kind:
    """An image and how it is quantized."""

    make: Callable[[], np.ndarray]
    options: dict[str, Any] = field(default_factory=dict)
    mask: Callable[[], np.ndarray] | None = None


KINDS = {
    "grey": Kind(lambda: rgb()[..., 1]),
    "grey, 16 bits": Kind(lambda: rgb()[..., 1].astype(np.uint16) * 250),
    "RGB": Kind(rgb),
    "RGB, 16 bits": Kind(lambda: rgb().astype(np.uint16) * 211 + 9),
    "float": Kind(lambda: np.sqrt(rgb() / np.float32(255))),
    "Lab": Kind(rgb, {"color_space": "lab"}),
    "mask": Kind(rgb, mask=disk),
}


@pytest.fixture(scope="module")
def cluster() -> Iterator[distributed.LocalCluster]:
    """Start two worker processes that nobody else can see; they share this process's kernels."""
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address="127.0.0.1:0"
    ) as started:
        yield started


@pytest.fixture
def client(cluster: distributed.LocalCluster) -> Iterator[distributed.Client]:
    connected = distributed.Client(cluster)
    connected.wait_for_workers(2)
    yield connected
    connected.close()


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Callable[[np.ndarray], da.Array]:
    """Give a function that writes an image as a zarr, and reads it lazily."""

    def stored(image: np.ndarray) -> da.Array:
        path = tmp_path_factory.mktemp("images") / "image.zarr"
        chunks = CHUNKS + image.shape[2:]
        zarr.create_array(path, data=image, chunks=chunks)
        return da.from_zarr(path)

    return stored


def assert_same(lazy: Quantization, expected: Quantization) -> None:
    for name in ("colors", "counts"):
        found, wanted = getattr(lazy.palette, name), getattr(expected.palette, name)
        np.testing.assert_array_equal(found, wanted)
    for name in ("inertia", "mse", "n_iter"):
        assert getattr(lazy, name) == getattr(expected, name)
    labels, image = da.compute(lazy.labels, lazy.image)
    np.testing.assert_array_equal(labels, expected.labels)
    np.testing.assert_array_equal(image, expected.image)


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_two_processes_find_the_bits_of_numpy(kind: Kind, stores, client) -> None:
    image = kind.make()
    mask = None if kind.mask is None else kind.mask()
    expected = quantize(image, 6, mask=mask, **kind.options)
    lazy_mask = None if mask is None else da.from_array(mask, chunks=(300, 300))
    lazy = stores(image)
    q = quantize(lazy, 6, mask=lazy_mask, **kind.options)
    assert q.labels.chunks == lazy.chunks[:2]
    assert_same(q, expected)


@pytest.mark.parametrize("n_workers", [1, 3])
def test_the_number_of_workers_changes_nothing(n_workers: int, stores) -> None:
    image = KINDS["float"].make()
    expected, lazy = quantize(image, 6), stores(image)
    with dask.config.set(scheduler="threads", num_workers=n_workers):
        assert_same(quantize(lazy, 6), expected)


@dataclass(frozen=True)
class Trouble:
    """An array of which reading one chunk is trouble as long as there are files that say so."""

    array: Any
    happens: Callable[[], None]
    folder: Path
    place: tuple[int, int] = (2 * CHUNKS[0], CHUNKS[1])  # chunk (2, 1)

    @property
    def shape(self) -> tuple[int, ...]:
        return self.array.shape

    @property
    def dtype(self) -> np.dtype:
        return self.array.dtype

    @property
    def ndim(self) -> int:
        return self.array.ndim

    def __getitem__(self, key: tuple[slice, ...]) -> np.ndarray:
        if tuple(part.start for part in key[:2]) == self.place:
            for file in self.folder.glob("trouble-*"):
                file.unlink()
                self.happens()
                break
        return self.array[key]

    def soon(self, times: int) -> None:
        for number in range(times):
            (self.folder / f"trouble-{number}").touch()

    def is_over(self) -> bool:
        return not list(self.folder.glob("trouble-*"))

    def lazy(self) -> da.Array:
        meta = np.empty((0,) * self.ndim, self.dtype)
        return da.from_array(self, chunks=self.array.chunks, meta=meta, name=False)


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def fail() -> None:
    raise OSError("the store is away")


@pytest.fixture
def troubled(tmp_path: Path) -> Callable[..., Trouble]:
    """Give a function that makes an image of which something may happen to one chunk."""

    def stored(image: np.ndarray, happens: Callable[[], None]) -> Trouble:
        chunks = CHUNKS + image.shape[2:]
        array = zarr.create_array(tmp_path / "image.zarr", data=image, chunks=chunks)
        return Trouble(array, happens, tmp_path)

    return stored


killing = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no such signal")


@killing
@pytest.mark.parametrize("kind", ["RGB", "float"])
def test_a_worker_killed_during_the_fit_changes_nothing(kind: str, troubled, client) -> None:
    image = KINDS[kind].make()
    expected, trouble = quantize(image, 6), troubled(image, die)
    trouble.soon(times=1)
    assert_same(quantize(trouble.lazy(), 6), expected)
    assert trouble.is_over()


@killing
def test_a_worker_killed_while_it_paints_changes_nothing(troubled, client) -> None:
    image = rgb()
    expected, trouble = quantize(image, 6), troubled(image, die)
    q = quantize(trouble.lazy(), 6)
    trouble.soon(times=1)
    assert_same(q, expected)
    assert trouble.is_over()


def test_a_store_that_comes_back_is_read_again(troubled, client) -> None:
    image = rgb()
    expected, trouble = quantize(image, 6), troubled(image, fail)
    trouble.soon(times=2)
    q = quantize(trouble.lazy(), 6)
    assert trouble.is_over()
    assert_same(q, expected)


def test_a_store_that_stays_away_is_told_with_the_chunk(troubled, client) -> None:
    trouble = troubled(rgb(), fail)
    trouble.soon(times=100)
    with pytest.raises(OSError, match=r"\[520:780, 400:800\].*the store is away"):
        quantize(trouble.lazy(), 6)


def test_a_client_that_closes_in_the_middle_is_told(stores, cluster) -> None:
    steps = quantize_steps(stores(rgb()), 6)
    # A client closed within its own block leaves itself in dask's configuration.
    with dask.config.set(scheduler=None), distributed.Client(cluster) as client:
        next(steps)
        next(steps)
        client.close()
        with pytest.raises((OSError, RuntimeError), match=r"(?i)client"):
            completed(steps)


def test_nobody_else_goes_on_for_a_client_that_was_closed(stores, cluster) -> None:
    client = distributed.Client(cluster)
    steps = quantize_steps(stores(rgb()), 6)
    next(steps)
    next(steps)
    client.close()
    with pytest.raises((OSError, RuntimeError), match=r"(?i)client.* closed: connect to a new one"):
        completed(steps)


def test_without_its_client_a_result_is_painted_here(stores, client) -> None:
    image = rgb()
    q = quantize(stores(image), 6)
    client.close()
    assert_same(q, quantize(image, 6))
