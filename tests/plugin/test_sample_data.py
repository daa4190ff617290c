from __future__ import annotations

import numpy as np
import pytest
from napari.plugins import _initialize_plugins
from npe2 import PluginManager

from napari_kmeans_quantizer import quantize

NAME = "napari-kmeans-quantizer"


@pytest.mark.parametrize("key", ["coffee", "tissue", "retina", "hubble"])
def test_sample_opens_from_the_menu_and_can_be_quantized(make_napari_viewer, key):
    viewer = make_napari_viewer()
    _initialize_plugins()
    viewer.open_sample(NAME, key)
    (layer,) = viewer.layers
    assert layer.rgb
    assert layer.data.dtype == np.uint8
    assert len(quantize(layer.data[::8, ::8], 4).palette) == 4


def test_all_samples_of_the_manifest_are_tested():
    manifest = PluginManager.instance().get_manifest(NAME)
    assert {s.key for s in manifest.contributions.sample_data} == {
        "coffee",
        "tissue",
        "retina",
        "hubble",
    }
