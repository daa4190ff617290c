"""What the package is called, and its version, as the installed package says."""

from __future__ import annotations

PROGRAM = "napari-kmeans-quantizer"


def version() -> str:
    """Return the version; "(not installed)" of sources that are only on the path."""
    from importlib import metadata

    try:
        return metadata.version(PROGRAM)
    except metadata.PackageNotFoundError:
        return "(not installed)"
