"""numba stores compiled kernels; whether they are stale, their own file alone tells it."""

from __future__ import annotations

import ast
import hashlib
import importlib
from pathlib import Path

import pytest

from napari_kmeans_quantizer.core import kernels

FOLDER = Path(kernels.__file__).parent
LIGHT = ("jit",)  # compiles, and is not compiled


def kernels_of_others(path):
    """Return the modules of which a module of kernels imports anything."""
    imports = [n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.ImportFrom)]
    return {n.module for n in imports if n.level == 1} - set(LIGHT)


USES = [
    (path.stem, used)
    for path in sorted(FOLDER.glob("*.py"))
    for used in sorted(kernels_of_others(path))
]


def test_some_kernels_are_shared():
    assert USES


@pytest.mark.parametrize(("user", "used"), USES)
def test_a_change_of_shared_kernels_changes_the_file_that_uses_them(user, used):
    module = importlib.import_module(f"{kernels.__name__}.{user}")
    text = (FOLDER / f"{used}.py").read_text(encoding="utf-8")  # whatever ends its lines
    digest = hashlib.sha256(text.encode()).hexdigest()[:12]
    assert getattr(module, used.upper()) == digest, f"set it in {user}.py to {digest!r}"
