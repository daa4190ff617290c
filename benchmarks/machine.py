"""What figures were measured with: machine, versions, commit, day."""

from __future__ import annotations

import datetime
import importlib.metadata
import os
import platform
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGES = (
    "napari-kmeans-quantizer",
    "numpy",
    "numba",
    "Pillow",
    "imagecodecs",
    "pyoxipng",
    "imagequant",
    "faiss-cpu",
    "scikit-learn",
    "opencv-python-headless",
)


def caption(title: str, command: str, beside: tuple[str, ...]) -> str:
    """Return the line below a table of a page; `beside` names packages whose figures it has."""
    day = datetime.datetime.now(datetime.UTC).date().isoformat()
    shown = ", ".join([machine(), *versions(("numpy", "numba", *beside))])
    return f"*{title}. Measured by `{command}` on {day}: {commit()}; {shown}.*"


def machine() -> str:
    return (
        f"{processor()}, {os.cpu_count()} CPUs, {platform.system()}, "
        f"Python {platform.python_version()}"
    )


def processor() -> str:
    info = Path("/proc/cpuinfo")  # Linux, where `platform` knows the architecture only
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def versions(packages: tuple[str, ...] = PACKAGES) -> list[str]:
    installed = []
    for package in packages:
        try:
            installed.append(f"{package} {importlib.metadata.version(package)}")
        except importlib.metadata.PackageNotFoundError:
            continue
    return installed


def commit() -> str:
    """Return which state of the code this is; its version where git does not know."""
    try:
        name = git("rev-parse", "--short", "HEAD")
        changed = git("status", "--porcelain", "--", "src", "benchmarks")
    except (OSError, subprocess.CalledProcessError):
        return ", ".join(versions(PACKAGES[:1]))
    return f"commit {name}{', with changes' if changed else ''}"


def git(*arguments: str) -> str:
    command = ["git", "-C", str(ROOT), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
