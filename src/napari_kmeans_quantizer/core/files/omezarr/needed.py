"""What must be installed."""

from __future__ import annotations

from importlib.util import find_spec

NEEDED = ("dask", "zarr", "yaozarrs")


def check_installed() -> None:
    """Tell how to get what is missing.

    Raises
    ------
    ImportError
        If a package is.
    """
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        raise ImportError(
            f'OME-Zarr needs {" and ".join(missing)}: pip install "napari-kmeans-quantizer[big]"'
        )
