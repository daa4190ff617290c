"""The core stands alone: no napari, no Qt, and nothing heavy until it is needed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import napari_kmeans_quantizer

PACKAGE = Path(napari_kmeans_quantizer.__file__).parent
QUANTIZE = (
    "import numpy as np\n"
    "from napari_kmeans_quantizer import quantize\n"
    "image = np.random.default_rng(0).integers(0, 256, (90, 90, 3)).astype(np.uint8)\n"
    "print(len(quantize(image, 7).palette))\n"
)


def run(code, **options):
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        capture_output=True,
        text=True,
        timeout=600,  # compiling everything takes a minute, and others may be at work
        **options,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def modules_after(code):
    loaded = run(f"{code}\nimport sys\nprint('MODULES', *sys.modules)")
    return {name.partition(".")[0] for name in loaded.partition("MODULES")[2].split()}


def test_import_is_light():
    heavy = {"napari", "qtpy", "PyQt6", "PySide6", "magicgui", "vispy", "numba", "skimage", "dask"}
    heavy |= {"PIL", "imagecodecs", "matplotlib", "pandas", "tifffile"}
    assert not heavy & modules_after("import napari_kmeans_quantizer")


def test_quantizing_needs_neither_napari_nor_qt():
    loaded = modules_after(QUANTIZE)
    assert not {"napari", "qtpy", "PyQt6", "PySide6", "magicgui", "vispy"} & loaded
    assert "numba" in loaded


def test_layers_are_made_where_no_qt_binding_is():
    """As on a server: napari's layers need none, and so do scripts that show nothing."""
    code = (
        "import sys\n"
        "class Refused:\n"
        "    def find_spec(self, name, path, target=None):\n"
        "        if name.partition('.')[0] in {'PyQt5', 'PyQt6', 'PySide2', 'PySide6'}:\n"
        "            raise ModuleNotFoundError(name, name=name)\n"
        "sys.meta_path.insert(0, Refused())\n"
        "import warnings\n"
        "with warnings.catch_warnings(action='ignore'):\n"  # napari's own
        "    from napari.layers import Image\n"
        "import numpy as np\n"
        "from napari_kmeans_quantizer.plugin import measure_layer, quantize_layer\n"
        "made = quantize_layer(Image(np.arange(64).reshape(8, 8)), 3)\n"
        "print(len(made), len(measure_layer(made)))\n"
    )
    assert run(code).split() == ["3", "3"]


def test_public_names():
    for name in napari_kmeans_quantizer.__all__:
        assert getattr(napari_kmeans_quantizer, name).__doc__
    assert list(napari_kmeans_quantizer.__all__) == sorted(napari_kmeans_quantizer.__all__)


def test_works_where_no_folder_is_writable(tmp_path):
    """As in read-only installations and containers, where numba has nowhere to keep its cache."""
    copy = tmp_path / "site"
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(PACKAGE, copy / "napari_kmeans_quantizer", ignore=ignore)
    # Root may write anywhere, whatever the permissions: numba's own look for a folder fails here.
    code = (
        "import numba.core.caching as caching\n"
        "for locator in caching.CacheImpl._locator_classes:\n"
        "    locator.from_function = classmethod(lambda cls, *args: None)\n"
        "import napari_kmeans_quantizer\n"
        "assert 'site' in napari_kmeans_quantizer.__file__\n"
    ) + QUANTIZE
    env = {**os.environ, "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    assert run(code, env=env).strip() == "7"
    assert not list(copy.rglob("*.nbi"))
