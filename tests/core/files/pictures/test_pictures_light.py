"""Libraries that read pictures are loaded by the first picture that needs them."""

from __future__ import annotations

import subprocess
import sys


def test_import_is_light():
    code = (
        "import sys, napari_kmeans_quantizer.core.files.pictures\n"
        "print({'PIL', 'tifffile', 'imagecodecs'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
