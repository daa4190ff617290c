"""File > Open Sample: pictures that scikit-image ships, none of them downloaded."""

from __future__ import annotations

from typing import Any

LayerData = tuple[Any, dict[str, Any], str]


def coffee() -> list[LayerData]:
    """Return a photograph of a cup of coffee, (400, 600, 3) uint8."""
    return _sample("coffee", "coffee")


def tissue() -> list[LayerData]:
    """Return colonic glands, H-DAB stained, (512, 512, 3) uint8."""
    return _sample("immunohistochemistry", "tissue")


def retina() -> list[LayerData]:
    """Return a fundus image, (1411, 1411, 3) uint8."""
    return _sample("retina", "retina")


def hubble() -> list[LayerData]:
    """Return galaxies of the Hubble deep field, (872, 1000, 3) uint8."""
    return _sample("hubble_deep_field", "hubble")


def _sample(function: str, name: str) -> list[LayerData]:
    from skimage import data

    return [(getattr(data, function)(), {"name": name, "rgb": True}, "image")]
