"""Libraries that warn, log and have limits of their own, silenced while they work for us."""

from __future__ import annotations

import logging
import threading
import warnings
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

LIBRARIES = r"(PIL|tifffile|imagecodecs|napari_kmeans_quantizer\.core\.files\.pictures)\b"
"""Modules whose warnings are about the file, of which we say ourselves what is wrong."""

_lock = threading.Lock()
_n_inside = 0
_silence = ExitStack()


@contextmanager
def quietly() -> Iterator[None]:
    """Silence the libraries until the last of all threads is out again."""
    global _n_inside
    with _lock:
        if not _n_inside:
            _silence_all(_silence)
        _n_inside += 1
    try:
        yield
    finally:
        with _lock:
            _n_inside -= 1
            if not _n_inside:
                _silence.close()


def _silence_all(silence: ExitStack) -> None:
    from PIL import Image

    silence.enter_context(warnings.catch_warnings())
    warnings.filterwarnings("ignore", module=LIBRARIES)
    logger = logging.getLogger("tifffile")
    silence.callback(setattr, logger, "disabled", logger.disabled)
    logger.disabled = True
    # The number of pixels is checked by us, and told in our words.
    silence.callback(setattr, Image, "MAX_IMAGE_PIXELS", Image.MAX_IMAGE_PIXELS)
    Image.MAX_IMAGE_PIXELS = None
