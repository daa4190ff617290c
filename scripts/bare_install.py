"""What must work wherever the package was installed without extras.

    python scripts/bare_install.py

Neither Qt nor a display nor the tests' packages are needed. Runs in a folder of its own, so that
what is tried is what was installed, not a checkout.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

import numpy as np

NAME = "napari-kmeans-quantizer"
COMMAND = str(Path(sys.executable).with_name(NAME))


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try_python()
        try_command_line()
        try_manifest()
        os.chdir(Path(folder).parent)  # Windows removes no folder that one is in
    print(f"{NAME} {version(NAME)}: Python, command line and manifest work")


def try_python() -> None:
    import napari_kmeans_quantizer
    from napari_kmeans_quantizer import quantize, read_palette, write_indexed, write_palette

    checkout = Path(__file__).parents[1]
    assert checkout not in Path(napari_kmeans_quantizer.__file__).parents, "not what was installed"
    image = np.random.default_rng(0).integers(0, 256, (60, 80, 3)).astype(np.uint8)
    q = quantize(image, 8)
    assert (q.image == q.palette.paint(q.labels)).all()
    write_indexed("photo.png", q)
    write_palette("photo.gpl", q.palette)
    assert len(read_palette("photo.gpl")) == 8


def try_command_line() -> None:
    told = run(COMMAND, "--version")
    assert told.split() == [NAME, version(NAME)], told
    run(COMMAND, "photo.png", "-k", "4", "-o", "four.png")
    run(COMMAND, "measure", "photo.png", "-k", "3", "-o", "shares.csv")
    assert Path("four.png").stat().st_size > 0
    assert Path("shares.csv").read_text(encoding="utf-8").count("\n") == 4


def try_manifest() -> None:
    run(sys.executable, "-m", "npe2", "validate", NAME)


def run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True)
    assert not done.returncode, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout


if __name__ == "__main__":
    main()
