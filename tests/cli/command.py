from __future__ import annotations

import os
import subprocess
import sys
from typing import NamedTuple

import numpy as np
from PIL import Image
from skimage import data

PHOTO = np.ascontiguousarray(data.coffee()[::8, ::8])
CALL = "import sys; from napari_kmeans_quantizer.cli import main; sys.exit(main())"
COMMAND = [sys.executable, "-c", CALL]


class Said(NamedTuple):
    status: int
    out: str
    err: str


def run_alone(*arguments, **options):
    """Run the command in a process of its own."""
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "timeout": 600} | options
    command = [*COMMAND, *map(str, arguments)]
    env = {**os.environ, **options.pop("env", {})}
    return subprocess.run(command, env=env, **options)


def opened(path):
    """Return a picture as Pillow reads it, its file closed."""
    with Image.open(path) as image:
        image.load()
        return image


def rgb(path):
    return np.asarray(opened(path).convert("RGB"))


def names(folder):
    return sorted(path.name for path in folder.iterdir())
