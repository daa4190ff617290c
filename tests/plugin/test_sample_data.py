from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from napari.plugins import _initialize_plugins
from npe2 import PluginManifest
from PIL import Image
from skimage import data
from sklearn.datasets import load_sample_image

from napari_kmeans_quantizer import quantize
from napari_kmeans_quantizer.plugin import sample_data

NAME = "napari-kmeans-quantizer"


KEYS = ["from_scratch", "how_many", "coffee", "tissue", "retina", "hubble"]


@pytest.mark.parametrize("key", KEYS)
def test_sample_opens_from_the_menu_and_can_be_quantized(make_napari_viewer, key):
    viewer = make_napari_viewer()
    _initialize_plugins()
    viewer.open_sample(NAME, key)
    (layer,) = viewer.layers
    assert layer.rgb
    assert layer.data.dtype == np.uint8
    assert len(quantize(layer.data[::8, ::8], 4).palette) == 4


@pytest.mark.parametrize(
    ("sample", "function"),
    [
        (sample_data.from_scratch, "astronaut"),
        *((sample_data.coffee, "coffee"), (sample_data.tissue, "immunohistochemistry")),
        *((sample_data.retina, "retina"), (sample_data.hubble, "hubble_deep_field")),
    ],
)
@pytest.mark.parametrize("shipped", [True, False])
def test_they_are_those_of_scikit_image(sample, function, shipped, monkeypatch):
    if not shipped:
        monkeypatch.setattr(sample_data, "find_spec", lambda _: None)
    [(pixels, _, _)] = sample()
    expected = getattr(data, function)()
    assert pixels.dtype == expected.dtype
    assert np.array_equal(pixels, expected)


HEAVY = ("scipy", "skimage", "pandas", "matplotlib", "numba", "dask", "vispy", "imageio")


def new_modules(before, what):
    """Return the heavy modules that a fresh process imports for something."""
    code = (
        f"import os, sys\n{before}\nbefore = set(sys.modules)\n{what}\n"
        f"print(*(m for m in set(sys.modules) - before if m.startswith({HEAVY})), flush=True)\n"
        "os._exit(0)"  # how Qt ends with a viewer that nobody has closed is another question
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


@pytest.mark.parametrize("sample", ["coffee", "from_scratch", "how_many"])
def test_a_sample_opens_without_what_it_does_not_need(sample):
    module = "napari_kmeans_quantizer.plugin.sample_data"
    assert new_modules("", f"from {module} import {sample}; {sample}()") == []


def test_the_flower_is_that_of_scikit_learn_at_half_its_size():
    reduced = Image.fromarray(load_sample_image("flower.jpg")).reduce(2)
    [(pixels, about, _)] = sample_data.how_many()
    assert pixels.shape == (214, 320, 3)
    assert about["name"] == "flower"
    assert np.abs(pixels - np.asarray(reduced, float)).mean() < 2  # JPEG


def test_the_widget_opens_without_what_it_does_not_need_yet():
    viewer = """
import napari, numpy
viewer = napari.Viewer(show=False)
viewer.add_image(numpy.zeros((40, 40, 3), numpy.uint8))
"""
    widget = f"""
from napari_kmeans_quantizer.plugin.first_use import FIRST_USE
FIRST_USE.over = True
viewer.window.add_plugin_dock_widget({NAME!r})
"""
    assert new_modules(viewer, widget) == []


def test_all_samples_of_the_manifest_are_tested():
    manifest = PluginManifest.from_distribution(NAME)
    assert [s.key for s in manifest.contributions.sample_data] == KEYS
