"""The first use, by itself: everything is compiled once, counted, and found on disk later."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import napari_kmeans_quantizer
from napari_kmeans_quantizer.core import warm_up

TYPICAL = """
import numpy as np
from numba.core.event import Listener, install_listener
import dask.array as da
from napari_kmeans_quantizer import KMeans, fit_palette, quantize
class Compilation(Listener):
    def on_start(self, event): print(event.data["dispatcher"])
    def on_end(self, event): pass
rng = np.random.default_rng(1)
photo = rng.integers(0, 256, (500, 500, 3)).astype(np.uint8)
with install_listener("numba:compile", Compilation()):
    for image in (photo, photo[..., 0], photo / 255, photo.astype(np.uint16) * 9, photo[:, ::2]):
        for n_colors in (2, 16, 300):
            quantize(image, n_colors)
        quantize(image, sample=0.1, effort="best")
        quantize(image, mask=photo[: len(image), : image.shape[1], 0] > 99)
        quantize(image, "auto")
        quantize(image, "auto", min_psnr=20)
        fit_palette([image, image])
    for space in ("rgb", "lab", "oklab"):
        fit_palette([photo, photo[::2]], color_space=space)
        quantize(photo, 9, color_space=space, fixed_colors=[[0, 0, 0]])
        quantize(photo, palette=[[0, 0, 0], [255, 255, 255]], color_space=space)
        quantize(photo, 9, color_space=space, choose_from=photo[0])
        quantize(photo, "auto", color_space=space, min_psnr=20)
    large = np.tile(photo, (3, 2, 1))
    for image in (large, large[..., 0], large / np.float32(255), large[..., [0, 1, 2, 1]] * 1.0):
        for axis in ("auto", -1 if image.ndim > 2 else None):
            q = quantize(da.from_array(image, 700), 9, channel_axis=axis)
            q.image.compute()
            quantize(image, 9, channel_axis=axis)
    quantize(photo[..., 0] / 255, 9, choose_from=photo[0, :, :1] / 255)
    for method in ("floyd-steinberg", "ordered", "blue-noise"):
        for image in (photo, photo[..., 0], photo / 255, photo[..., [0, 1, 2, 1]]):
            quantize(image, 9, dither=method)
        quantize(photo, 9, dither=method, color_space="lab", mask=photo[..., 0] > 99)
"""


FEW = (
    "from napari_kmeans_quantizer.core.search.line import optimal_1d\n"
    "optimal_1d([1, 3, 9], [1, 1, 1], 2)"
)


def run(*arguments, cache):
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(cache)}
    return subprocess.run(
        [sys.executable, *arguments],
        capture_output=True, text=True, timeout=1200, env=environment, check=True,
    )  # fmt: skip


def python(*arguments, cache):
    return run(*arguments, cache=cache).stdout


def test_scripts_are_told_once_why_they_wait(tmp_path):
    assert run("-c", FEW, cache=tmp_path).stderr == (
        "Compiling kernels for this machine, once; this takes some seconds.\n"
    )
    assert run("-c", FEW, cache=tmp_path).stderr == ""


def test_a_new_version_with_the_same_kernels_starts_warm(tmp_path):
    package = Path(napari_kmeans_quantizer.__file__).parent
    shutil.copytree(package, tmp_path / package.name)
    kernels = tmp_path / package.name / "core" / "kernels" / "line.py"
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n{FEW}"
    for installed, is_told in ((1e9, True), (2e9, False)):
        os.utime(kernels, (installed, installed))
        assert bool(run("-c", code, cache=tmp_path / "cache").stderr) == is_told


def test_everything_is_compiled_once_and_counted(tmp_path):
    module = warm_up.__name__
    lines = python("-m", module, cache=tmp_path).splitlines()
    told = [line.split(maxsplit=2) for line in lines]
    counts = [int(done) for done, _, _ in told]
    assert {int(total) for _, total, _ in told} == {len(warm_up.kernels())}
    assert counts == sorted(counts)
    assert counts[0] == 0
    assert counts[-1] == len(warm_up.kernels()), "some are never used; see PIECES"
    assert list(dict.fromkeys(name for _, _, name in told)) == list(warm_up.PIECES)
    assert python("-c", TYPICAL, cache=tmp_path) == "", "compiled later; see PIECES"
    ask = f"from {module} import is_done; print(is_done(), is_done(about='another'))"
    assert python("-c", ask, cache=tmp_path) == "True False\n"


def test_it_is_not_done_where_nothing_was_compiled(tmp_path):
    ask = f"from {warm_up.__name__} import is_done; print(is_done())"
    assert python("-c", ask, cache=tmp_path) == "False\n"


def test_where_nothing_can_be_kept():
    ask = (
        "import numba.core.caching as caching\n"
        "for locator in caching.CacheImpl._locator_classes:\n"
        "    locator.from_function = classmethod(lambda cls, *args: None)\n"
        f"from {warm_up.__name__} import is_done; print(is_done())"
    )
    assert python("-c", ask, cache="") == "None\n"
