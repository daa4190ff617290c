"""Whatever ends the work, what is written is kept, and gone on with to the same bits."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import dask
import numpy as np
import pytest
import zarr

from napari_kmeans_quantizer import quantize, quantize_to_zarr
from napari_kmeans_quantizer.core.files.omezarr import quantize_to_zarr_steps

from . import noticing
from .noticing import N_CHUNKS, SHAPE, lines, noticed, reads
from .stores import files_in, names, pixels, scene, write_ome

TESTS = Path(__file__).parents[1]
DYING = """
import sys
from pathlib import Path
import dask
from napari_kmeans_quantizer import quantize_to_zarr
from omezarr.noticing import noticed
target = Path(sys.argv[1])
with dask.config.set(scheduler="synchronous"):
    folder = target.with_name(f".{target.name}.partial")
    source = noticed(target.parent / "log", n=int(sys.argv[2]), how="die", folder=folder)
    quantize_to_zarr(source, target, 5)
"""


@pytest.fixture(autouse=True)
def one_after_the_other():
    with dask.config.set(scheduler="synchronous"):
        yield


@pytest.fixture
def target(tmp_path):
    return tmp_path / "my.slide.ome.zarr"


@pytest.fixture
def partial(target):
    return target.with_name(".my.slide.ome.zarr.partial")


@pytest.fixture
def whole(tmp_path, target):
    """What comes out if nothing ends the work."""
    (tmp_path / "whole").mkdir()
    return quantize_to_zarr(noticed(tmp_path / "ignored"), tmp_path / "whole" / target.name, 5)


def die(target, n):
    """Begin in a process that is killed while it reads the n-th block to be painted."""
    env = os.environ | {"PYTHONPATH": os.pathsep.join([str(TESTS), *sys.path])}
    done = subprocess.run([sys.executable, "-c", DYING, target, str(n)], env=env, timeout=600)
    assert done.returncode == 9


def begin(target, partial, n):
    """Begin, and fail for good at the n-th block to be painted."""
    source = noticed(target.parent / "log", n=n, how=MemoryError(), folder=partial)
    with pytest.raises(MemoryError):
        quantize_to_zarr(source, target, 5)


def test_each_block_is_read_once_to_be_painted(tmp_path, target):
    fit = tmp_path / "fit"
    quantize(noticed(fit), 5)
    quantize_to_zarr(noticed(tmp_path / "log"), target, 5)
    n_of_fit = reads(fit)
    assert len(n_of_fit) == N_CHUNKS
    assert reads(tmp_path / "log") == {block: n + 1 for block, n in n_of_fit.items()}


def test_a_killed_process(tmp_path, target, partial, whole):
    n = 9
    die(target, n)
    assert not target.exists()
    assert partial.is_dir()
    result = quantize_to_zarr(noticed(tmp_path / "again"), target, 5, resume=True)
    assert len(lines(tmp_path / "again")) == N_CHUNKS - (n - 1)
    assert result.n_resumed == n - 1
    assert files_in(target) == files_in(whole.path)
    assert not partial.exists()
    assert result.palette.hex == whole.palette.hex
    assert result.quantization.mse == whole.quantization.mse


def test_killed_again_and_again(tmp_path, target, whole):
    """Nothing is done twice, however often."""
    die(target, 6)
    painted = tmp_path / "painted"
    painted.unlink()
    code = DYING.replace("target, 5)", "target, 5, resume=True)")
    env = os.environ | {"PYTHONPATH": os.pathsep.join([str(TESTS), *sys.path])}
    subprocess.run([sys.executable, "-c", code, target, "4"], env=env, timeout=600)
    result = quantize_to_zarr(noticed(tmp_path / "again"), target, 5, resume=True)
    assert result.n_resumed == 5 + 3
    assert len(lines(tmp_path / "again")) == N_CHUNKS - 8
    assert files_in(target) == files_in(whole.path)


@pytest.mark.parametrize("n", [1, N_CHUNKS])
def test_nothing_but_colors_and_all_but_one_block(tmp_path, target, partial, whole, n):
    begin(target, partial, n)
    result = quantize_to_zarr(noticed(tmp_path / "again"), target, 5, resume=True)
    assert len(lines(tmp_path / "again")) == N_CHUNKS - (n - 1)
    assert result.n_resumed == n - 1
    assert files_in(target) == files_in(whole.path)


def test_a_process_killed_among_coarser_levels(tmp_path, target, partial, monkeypatch):
    """Nothing of the source is read again."""
    image = scene(1100, 60)
    (tmp_path / "whole").mkdir()
    whole = quantize_to_zarr(image, tmp_path / "whole" / target.name, 5)
    steps = quantize_to_zarr_steps(image, target, 5)
    while next(steps).stage != "Writing coarser levels":
        pass
    next(steps)
    steps.close()
    assert partial.is_dir()
    from napari_kmeans_quantizer.core.files.omezarr import painting

    def fail(*_, **__):
        raise AssertionError("painted again")

    monkeypatch.setattr(painting, "_write", fail)
    result = quantize_to_zarr(image, target, 5, resume=True)
    assert result.n_resumed > 0
    assert files_in(target) == files_in(whole.path)


def test_a_chunk_that_was_half_written_is_no_chunk(tmp_path, target, partial, whole):
    begin(target, partial, 9)
    chunk = next((partial / "0" / "c").glob("*/*"))
    chunk.with_suffix(".5f3a.partial").write_bytes(b"half")
    quantize_to_zarr(noticed(tmp_path / "again"), target, 5, resume=True)
    assert files_in(target) == files_in(whole.path)


def test_closed_steps_are_gone_on_with(tmp_path, target, partial, whole):
    steps = quantize_to_zarr_steps(noticed(tmp_path / "log"), target, 5)
    while next(steps).stage != "Painting" or not (partial / "labels").exists():
        pass
    steps.close()
    assert partial.is_dir()
    quantize_to_zarr(noticed(tmp_path / "again"), target, 5, resume=True)
    assert files_in(target) == files_in(whole.path)


def test_closed_while_colors_are_fitted_nothing_is_left(tmp_path, target):
    steps = quantize_to_zarr_steps(scene(50, 60), target, 5)
    next(steps)
    steps.close()
    assert names(tmp_path) == []


def test_resuming_what_was_not_begun_begins(target):
    assert quantize_to_zarr(scene(50, 60), target, 5, resume=True).n_resumed == 0


def test_errors_are_not_passed_on_through_chunks(target):
    with pytest.raises(ValueError, match="from pixel to pixel"):
        quantize_to_zarr(scene(50, 60), target, 5, dither="floyd-steinberg")


# -- what is left over


def test_what_is_left_is_told(tmp_path, target, partial):
    begin(target, partial, 9)
    before = files_in(partial)
    with pytest.raises(FileExistsError, match="left of a run that was not finished") as caught:
        quantize_to_zarr(noticed(tmp_path / "again"), target, 5)
    assert "`resume=True`" in str(caught.value)
    assert str(partial) in str(caught.value)
    assert files_in(partial) == before
    assert not (tmp_path / "again").exists()


def test_overwriting_begins_anew(tmp_path, target, partial, whole):
    begin(target, partial, 9)
    result = quantize_to_zarr(noticed(tmp_path / "again"), target, 5, overwrite=True)
    assert result.n_resumed == 0
    assert files_in(target) == files_in(whole.path)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n_colors": 6}, "other options (n_colors: 5, now 6)"),
        ({"effort": "best"}, "other options (effort: None, now 'best')"),
        ({"painted": False}, "painted: True, now False"),
        ({"mask": np.ones(SHAPE, bool)}, "mask: None"),
    ],
)
def test_other_options(tmp_path, target, partial, options, message):
    begin(target, partial, 9)
    before = files_in(partial)
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        quantize_to_zarr(
            noticed(tmp_path / "again"), target, options.pop("n_colors", 5), resume=True, **options
        )
    assert message in str(caught.value)
    assert "remove it to begin anew" in str(caught.value)
    assert files_in(partial) == before


def test_another_source(tmp_path, target, partial):
    begin(target, partial, 9)
    with pytest.raises(ValueError, match="another source"):
        quantize_to_zarr(noticed(tmp_path / "again", scene(64, 64)), target, 5, resume=True)
    before = files_in(partial)
    with pytest.raises(ValueError, match="has changed since its colors were fitted"):
        quantize_to_zarr(noticed(tmp_path / "a", scene(*SHAPE, seed=1)), target, 5, resume=True)
    assert files_in(partial) == before


def test_another_path(tmp_path, target, monkeypatch):
    image = scene(300, 200)
    first = write_ome(tmp_path / "a.zarr", image, "yx", chunks=(64, 64))
    second = write_ome(tmp_path / "b.zarr", image, "yx", chunks=(64, 64))
    steps = quantize_to_zarr_steps(first, target, 5)
    while next(steps).fraction < 0.5:
        pass
    steps.close()
    with pytest.raises(ValueError, match=r"another source \(source: .*a.zarr.*b.zarr"):
        quantize_to_zarr(second, target, 5, resume=True)
    quantize_to_zarr(first, target, 5, resume=True)


# -- what exists


def test_an_existing_target_is_not_replaced_unasked(tmp_path, target):
    quantize_to_zarr(scene(50, 60), target, 5)
    before = files_in(target)
    for resume in (False, True):
        with pytest.raises(FileExistsError, match="`overwrite=True`"):
            quantize_to_zarr(noticed(tmp_path / "log"), target, 5, resume=resume)
    assert files_in(target) == before
    assert not (tmp_path / "log").exists()


def test_the_old_one_is_whole_until_the_new_one_is(tmp_path, target, whole):
    quantize_to_zarr(scene(50, 60), target, 5)
    before = files_in(target)
    steps = quantize_to_zarr_steps(noticed(tmp_path / "log"), target, 5, overwrite=True)
    for _ in steps:
        assert files_in(target) == before
    assert files_in(target) == files_in(whole.path)
    assert names(tmp_path) == ["ignored", "log", "my.slide.ome.zarr", "whole"]


def test_killed_between_the_two_names(tmp_path, target, whole):
    """The old one has lost its name, the new one has none yet: the old one gets it back."""
    quantize_to_zarr(scene(50, 60), target, 5)
    before = files_in(target)
    target.rename(target.with_name(f".{target.name}.replaced"))
    with pytest.raises(FileExistsError, match="`overwrite=True`"):
        quantize_to_zarr(noticed(tmp_path / "log"), target, 5)
    assert files_in(target) == before
    quantize_to_zarr(noticed(tmp_path / "log"), target, 5, overwrite=True)
    assert files_in(target) == files_in(whole.path)


def test_what_came_meanwhile_is_not_replaced(tmp_path, target, partial):
    steps = quantize_to_zarr_steps(noticed(tmp_path / "log"), target, 5)
    next(steps)
    target.mkdir()
    (target / "precious").write_text("x")
    with pytest.raises(FileExistsError):
        list(steps)
    assert names(target) == ["precious"]
    assert partial.is_dir()


# -- no room, and stores that fail


def full_after(monkeypatch, n):
    """Let no more than n chunks be written."""
    from zarr.storage import LocalStore

    put, written = LocalStore.set, []

    async def set_(self, key, value):
        if "c/" in key:
            written.append(key)
            if len(written) > n:
                raise OSError(errno.ENOSPC, "No space left on device", key)
        await put(self, key, value)

    monkeypatch.setattr(LocalStore, "set", set_)
    return written


def test_no_space_left(tmp_path, target, partial, whole, monkeypatch):
    with monkeypatch.context() as room:
        written = full_after(room, 9)
        with pytest.raises(OSError, match="No space left on device") as caught:
            quantize_to_zarr(noticed(tmp_path / "log"), target, 5)
    assert len(written) == 10  # it is not tried again
    assert caught.value.errno == errno.ENOSPC
    assert "Make room, then pass `resume=True`" in str(caught.value)
    assert str(partial) in str(caught.value)
    assert not target.exists()
    result = quantize_to_zarr(noticed(tmp_path / "again"), target, 5, resume=True)
    assert result.n_resumed == 4
    assert files_in(target) == files_in(whole.path)


class Failing:
    """A source that fails at some reads, once colors are fitted."""

    def __init__(self, monkeypatch, partial, which):
        self.partial, self.which, self.n = partial, which, 0
        read = noticing._read

        def failing(log, failing, block, block_id=None):
            return self(read, log, failing, block, block_id=block_id)

        monkeypatch.setattr(noticing, "_read", failing)

    def __call__(self, read, *args, **kwargs):
        if (self.partial / ".quantizing" / "arrays.json").exists():
            self.n += 1
            if self.n in self.which:
                raise ConnectionError(f"read {self.n} timed out")
        return read(*args, **kwargs)


def test_a_store_that_fails_now_and_then(tmp_path, target, partial, whole, monkeypatch):
    Failing(monkeypatch, partial, {5, 6, 11, 17})
    quantize_to_zarr(noticed(tmp_path / "log"), target, 5)
    assert files_in(target) == files_in(whole.path)


def test_a_store_that_fails_for_good(tmp_path, target, partial, whole, monkeypatch):
    with monkeypatch.context() as gone:
        source = Failing(gone, partial, range(8, 1000))
        with pytest.raises(OSError, match="timed out") as caught:
            quantize_to_zarr(noticed(tmp_path / "log"), target, 5)
    assert source.n == 7 + 3
    assert "Pass `resume=True` to go on with it" in str(caught.value)
    assert not target.exists()
    result = quantize_to_zarr(noticed(tmp_path / "again"), target, 5, resume=True)
    assert result.n_resumed == 7
    assert files_in(target) == files_in(whole.path)


def test_other_errors_tell_what_is_kept_too(tmp_path, target, partial, monkeypatch):
    broken = noticed(tmp_path / "log", n=5, how=ZeroDivisionError("odd"), folder=partial)
    with pytest.raises(ZeroDivisionError, match="odd") as caught:
        quantize_to_zarr(broken, target, 5)
    assert "`resume=True`" in caught.value.__notes__[0]


def test_a_damaged_chunk_of_a_store(tmp_path, target):
    """The name of a store that cannot be read is told."""
    source = write_ome(tmp_path / "a.zarr", scene(300, 200), "yx", chunks=(64, 64))
    chunk = source / "0" / "c" / "2" / "1"
    chunk.write_bytes(chunk.read_bytes()[:20])
    with pytest.raises(Exception, match=r"."):
        quantize_to_zarr(source, target, 5)
    assert names(tmp_path) == ["a.zarr"]


def test_labels_of_nothing_are_written_too(tmp_path, target):
    """What is there tells what is done: chunks of 0 alone are no gaps."""
    mask = np.zeros(SHAPE, bool)
    mask[:70, :70] = True
    steps = quantize_to_zarr_steps(noticed(tmp_path / "log"), target, 5, mask=mask)
    for step in steps:
        if step.fraction == 1:
            break
    steps.close()
    again = noticed(tmp_path / "again")
    result = quantize_to_zarr(again, target, 5, mask=mask, resume=True)
    assert result.n_resumed == N_CHUNKS
    assert lines(tmp_path / "again") == []
    assert pixels(target / "labels/clusters/0")[70:].max() == 0
    assert isinstance(zarr.open_group(target, mode="r"), zarr.Group)
