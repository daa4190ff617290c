"""See whether a site's search finds every public name: check_search.py FOLDER, once it is built."""

from __future__ import annotations

import inspect
import json
import sys
from pathlib import Path

import napari_kmeans_quantizer
from napari_kmeans_quantizer import plugin

INDEX = Path(sys.argv[1], "searchindex.js")


def found() -> set[str]:
    """Return the full names that the search knows as objects of Python."""
    text = INDEX.read_text(encoding="utf-8")
    index = json.loads(text[text.index("{") : text.rindex("}") + 1])
    return {
        f"{prefix}.{entry[-1]}".lstrip(".")
        for prefix, entries in index["objects"].items()
        for entry in entries
    }


def public() -> set[str]:
    """Return what can be imported, and the public parts of classes."""
    names = set()
    for module in (napari_kmeans_quantizer, plugin):
        for name in module.__all__:
            full = f"{module.__name__}.{name}"
            names |= {full} | {f"{full}.{part}" for part in parts(getattr(module, name))}
    return names


def parts(thing: object) -> list[str]:
    if not inspect.isclass(thing):
        return []
    return [
        name
        for name, value in vars(thing).items()
        if not name.startswith("_") and (callable(value) or isinstance(value, property))
    ]


missing = sorted(public() - found())
sys.exit(f"The search does not find: {', '.join(missing)}" if missing else 0)
