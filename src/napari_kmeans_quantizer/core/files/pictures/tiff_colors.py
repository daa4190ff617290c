"""What the samples of a TIFF page mean (TIFF 6.0, PhotometricInterpretation and ExtraSamples)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .alpha import largest, straight, with_alpha
from .color_profiles import cmyk_to_rgb, lab_to_rgb
from .picture import UnreadableError
from .region_numbers import IN_COLORS, WANTED

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from tifffile import TiffPage

    from .picture import Pixels

MIN_IS_WHITE, MIN_IS_BLACK, RGB, PALETTE, MASK, CMYK, YCBCR, CIE_LAB, ICC_LAB = (*range(7), 8, 9)
GREY = (MIN_IS_WHITE, MIN_IS_BLACK, MASK)
N_COLORS = {
    MIN_IS_WHITE: 1, MIN_IS_BLACK: 1, RGB: 3, PALETTE: 1, MASK: 1, CMYK: 4, YCBCR: 3,
    CIE_LAB: 3, ICC_LAB: 3,
}  # fmt: skip
ASSOCIATED, UNASSOCIATED = 1, 2
"""Extra samples that are alpha: colors were multiplied by it, or not."""
JPEG = (6, 7, 99, 33007, 34892)
PROFILE = 34675


def is_plain_ycbcr(page: TiffPage) -> bool:
    """Tell whether it is YCbCr that no JPEG decoder turns into RGB."""
    return page.photometric == YCBCR and int(page.compression) not in JPEG


def samples_last(plane: NDArray[Any]) -> NDArray[Any]:
    """Return ``(H, W, n)`` of tifffile's ``(planes, 1, H, W, n)``: samples may lie in planes."""
    flat = plane[:, 0]
    return flat[0] if len(flat) == 1 else np.moveaxis(flat[..., 0], 0, -1)


def colors_of(page: TiffPage, samples: NDArray[Any]) -> Pixels:
    """Return what the samples ``(H, W, n)`` of a page mean."""
    photometric = int(page.photometric)
    if photometric not in N_COLORS:
        name = getattr(page.photometric, "name", photometric)
        raise UnreadableError(f"has colors of the kind {name}, which is not supported.")
    if samples.dtype.kind not in "buif":
        raise UnreadableError(f"has values of the type {samples.dtype}, which is not supported.")
    n_colors = N_COLORS[photometric]
    if samples.shape[-1] < n_colors:
        raise UnreadableError(f"is damaged: has {samples.shape[-1]} of {n_colors} samples a pixel.")
    samples = samples.astype(samples.dtype.newbyteorder("="), copy=False)
    if samples.dtype == np.bool_ and samples.shape[-1] > 1 and photometric != PALETTE:
        samples = samples * np.uint8(255)  # bits of colors, which nothing else can hold
    elif photometric != PALETTE:
        samples = _spread(samples, page.bitspersample)
    colors, alpha = samples[..., :n_colors], None
    extras = _extras(page, samples.shape[-1] - n_colors)
    if n_colors == 1 and samples.shape[-1] > 1 and (len(extras) > 1 or not _is_alpha(extras[0])):
        return _inverted(page, np.ascontiguousarray(samples)), "channels", None
    kinds = [index for index, kind in enumerate(extras) if _is_alpha(kind)]
    if kinds:
        alpha = np.ascontiguousarray(samples[..., n_colors + kinds[0]])
        if extras[kinds[0]] == ASSOCIATED:
            colors = straight(colors, alpha)
    return _pixels(page, np.ascontiguousarray(colors), alpha)


def numbers_of(page: TiffPage, samples: NDArray[Any]) -> Pixels:
    """Return the samples ``(H, W, 1)`` of a page as they are stored: each number is a region."""
    if samples.shape[-1] != 1 or int(page.photometric) not in (*GREY, PALETTE):
        raise UnreadableError(IN_COLORS)
    if samples.dtype.kind not in "bui":
        raise UnreadableError(f"has values of {samples.dtype}. {WANTED}")
    numbers = samples[..., 0].astype(samples.dtype.newbyteorder("="))
    return numbers, "grey", None


def _pixels(page: TiffPage, colors: NDArray[Any], alpha: NDArray[Any] | None) -> Pixels:
    photometric = int(page.photometric)
    if photometric in GREY:
        return _inverted(page, colors[..., 0]), "grey", alpha
    rgb = _rgb(page, colors)
    if alpha is None:
        return rgb, "RGB", None
    if alpha.dtype == np.bool_:
        alpha = alpha * np.uint8(255)
    if alpha.dtype != rgb.dtype:
        raise UnreadableError(f"has {rgb.dtype} colors with {alpha.dtype} alpha; not supported.")
    return with_alpha(rgb, alpha), "RGBA", None


def _rgb(page: TiffPage, colors: NDArray[Any]) -> NDArray[Any]:
    photometric = int(page.photometric)
    if photometric == PALETTE:
        return _looked_up(page, colors[..., 0])
    if photometric in (RGB, YCBCR):
        return colors
    if colors.dtype != np.uint8:
        name = "CMYK" if photometric == CMYK else "Lab"
        raise UnreadableError(
            f"has {name} colors of {colors.dtype}; of these only uint8 is supported."
        )
    return _converted(page, colors)


def _converted(page: TiffPage, colors: NDArray[Any]) -> NDArray[Any]:
    """Return inks or Lab of 8 bits as sRGB."""
    from PIL import Image

    height, width = colors.shape[:2]
    if page.photometric == CMYK:
        image = Image.frombuffer("CMYK", (width, height), colors, "raw", "CMYK", 0, 1)
        return np.array(cmyk_to_rgb(image, page.tags.valueof(PROFILE)))
    if page.photometric == CIE_LAB:  # a and b with a sign; Pillow counts from -128, as ICC does
        colors = colors ^ np.array([0, 128, 128], np.uint8)
    layers = [Image.fromarray(np.ascontiguousarray(colors[..., index])) for index in range(3)]
    return np.array(lab_to_rgb(Image.merge("LAB", layers)))


def _looked_up(page: TiffPage, indices: NDArray[Any]) -> NDArray[Any]:
    colormap = page.colormap
    if colormap is None or indices.dtype.kind not in "ub":
        raise UnreadableError("is damaged: has a palette's indices without their palette.")
    palette: NDArray[Any] = np.asarray(colormap).T
    if palette.max() > 255:  # as it should be: 16 bits, of which programs write 8
        palette = palette >> 8
    indices = indices.astype(np.intp, copy=False)
    if indices.max() >= len(palette):
        raise UnreadableError(
            f"is damaged: has {len(palette)} colors, and a pixel of a higher number."
        )
    colors: NDArray[Any] = palette.astype(np.uint8)[indices]
    return colors


def _inverted(page: TiffPage, grey: NDArray[Any]) -> NDArray[Any]:
    if page.photometric != MIN_IS_WHITE:
        return np.ascontiguousarray(grey)
    if grey.dtype.kind == "f":
        raise UnreadableError(
            "is floating point with min-is-white, of which nobody knows what white is."
        )
    inverted: NDArray[Any] = np.invert(
        grey
    )  # of integers with a sign, too: the least becomes the largest
    return inverted


def _spread(samples: NDArray[Any], bits: object) -> NDArray[Any]:
    """Spread 2, 4 or 12 bits over the 8 or 16 that hold them, so that white is the largest."""
    whole = 8 * samples.dtype.itemsize
    if samples.dtype.kind != "u" or not isinstance(bits, int) or bits >= whole:
        return samples
    white = largest(samples.dtype)
    spread: NDArray[Any] = np.rint(samples * (white / (2**bits - 1))).astype(samples.dtype)
    return spread


def _extras(page: TiffPage, n_extras: int) -> list[int]:
    """Return what the samples beyond the colors are, as far as told."""
    told = [int(kind) for kind in page.extrasamples][:n_extras]
    return told + [0] * (n_extras - len(told))


def _is_alpha(kind: int) -> bool:
    return kind in (ASSOCIATED, UNASSOCIATED)
