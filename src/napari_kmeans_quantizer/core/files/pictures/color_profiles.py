"""Color profiles (ICC): which fit a picture, and colors that must be converted by one."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

    from .picture import Mode

SPACES = {"grey": b"GRAY", "RGB": b"RGB ", "RGBA": b"RGB "}
"""By mode: the color space that bytes 16 to 19 of a fitting profile name."""


def fitting(profile: object, mode: Mode) -> bytes | None:
    """Return the profile if it describes the numbers of this mode, and None if there is none."""
    if not isinstance(profile, bytes) or len(profile) < 128:
        return None
    return profile if profile[16:20] == SPACES.get(mode) else None


def is_srgb(profile: bytes) -> bool:
    """Tell whether a profile says what is taken for granted without one."""
    from PIL import ImageCms

    try:
        opened = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return "srgb" in ImageCms.getProfileDescription(opened).lower()
    except (OSError, ValueError, ImageCms.PyCMSError):
        return False


def cmyk_to_rgb(cmyk: Image, profile: object) -> Image:
    """Return inks as sRGB: by their profile, or without (or by a broken) one as Pillow does."""
    from PIL import ImageCms

    if isinstance(profile, bytes) and profile[16:20] == b"CMYK":
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            target = ImageCms.createProfile("sRGB")
            converted = ImageCms.profileToProfile(cmyk, source, target, outputMode="RGB")
            if converted is not None:
                return converted
        except (OSError, ValueError, ImageCms.PyCMSError):
            pass
    return cmyk.convert("RGB")


def lab_to_rgb(lab: Image) -> Image:
    """Return an image of Pillow's mode LAB as sRGB."""
    from PIL import ImageCms

    transform = ImageCms.buildTransform(
        ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB"), "LAB", "RGB"
    )
    converted = ImageCms.applyTransform(lab, transform)
    assert converted is not None  # only with inPlace=True
    return converted
