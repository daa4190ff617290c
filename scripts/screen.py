"""Run a script that opens napari; without a display it takes a screenshot under a virtual one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def show(script: str, *arguments: str, screenshot: Path) -> None:
    """Run a script of this folder, which takes ``-o FILE`` for a screenshot instead of a window."""
    window = [sys.executable, str(Path(__file__).with_name(script)), *arguments]
    has_display = sys.platform != "linux" or any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY")
    )
    if has_display:
        print("Opening napari; close its window to end.", flush=True)
        subprocess.run(window, check=True)
    elif shutil.which("xvfb-run"):
        virtual = ["xvfb-run", "-a", "-s", "-screen 0 1400x900x24"]
        subprocess.run([*virtual, *window, "-o", str(screenshot)], check=True)
        shown = screenshot.relative_to(ROOT) if screenshot.is_relative_to(ROOT) else screenshot
        print(f"There is no display: a screenshot of napari is in {shown}.")
    else:
        print("There is no display, and no xvfb-run to take a screenshot of napari with.")
