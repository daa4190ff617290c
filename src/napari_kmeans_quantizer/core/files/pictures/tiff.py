"""TIFF: tifffile reads the samples; what they mean is told here, by the tags."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any, cast

import numpy as np

from .calibration import calibration_of
from .color_profiles import fitting
from .limits import check_pixels, possible_dpi
from .orientation import upright, upright_dpi
from .picture import Picture, UnreadableError
from .tiff_colors import N_COLORS, colors_of, is_plain_ycbcr, numbers_of, samples_last
from .tiff_parts import check_parts
from .tiff_ycbcr import ycbcr_to_rgb

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray
    from tifffile import TiffFile, TiffPage

    from .picture import Mode, Pixels

    Meaning = Callable[[TiffPage, NDArray[Any]], Pixels]

ORIENTATION, X_RESOLUTION, Y_RESOLUTION, RESOLUTION_UNIT, PROFILE = 274, 282, 283, 296, 34675
PER_INCH = {2: 1.0, 3: 2.54}
"""By ResolutionUnit: how many pixels an inch is one pixel a unit."""


def read_tiff(
    stream: IO[bytes], n_bytes: int, max_pixels: int, as_numbers: bool = False
) -> Picture:
    """Read a TIFF; see `read_picture`, and `read_regions` of numbers."""
    import tifffile

    meant = numbers_of if as_numbers else colors_of
    with tifffile.TiffFile(stream, name="") as tiff:
        pages = _pages_of(tiff)
        _check_whole(tiff, pages, n_bytes)
        _check_sizes(pages)
        first = pages[0]
        n_frames = max(len(pages), _n_contiguous(tiff, pages))
        check_pixels(first.imagewidth, first.imagelength, n_frames, max_pixels)
        _check_channels(pages, max_pixels)
        for page in pages:
            check_parts(page, stream)
        if n_frames > len(pages):
            array, mode, alpha = _contiguous(tiff, first, n_frames, meant)
        else:
            pixels = (_pixels_of(page, stream, meant) for page in pages)
            array, mode, alpha = _stacked(pixels, n_frames)
        orientation = first.tags.valueof(ORIENTATION)
        axis = int(n_frames > 1)
        return Picture(
            upright(array, orientation, axis),
            mode,
            "TIFF",
            n_bytes,
            None if alpha is None else upright(alpha, orientation, axis),
            icc_profile=fitting(first.tags.valueof(PROFILE), mode),
            dpi=upright_dpi(_dpi(first), orientation),
            n_channels_left_out=_n_left_out(first, mode, alpha),
            calibration=calibration_of(tiff, n_frames),
        )


def _pages_of(tiff: TiffFile) -> list[TiffPage]:
    """Return the pages that are pictures themselves, not thumbnails or masks of others."""
    pages: dict[int, TiffPage] = {}
    for page in tiff.pages:
        if page.offset in pages:  # tifffile would go on for ever
            raise UnreadableError(f"is damaged: page {len(pages)} is followed by an earlier one.")
        pages[page.offset] = cast("TiffPage", page)  # frames are made only if asked for
    return [page for page in pages.values() if not (page.is_reduced or page.is_mask)]


def _check_whole(tiff: TiffFile, pages: Sequence[TiffPage], n_bytes: int) -> None:
    """Refuse what was cut off: tifffile ends at the last page found, decoders fill with black."""
    at = tiff.pages.next_page_offset
    if pages and at is not None:
        tiff.filehandle.seek(at)
        following = tiff.filehandle.read(tiff.tiff.offsetsize)
        if any(following) or len(following) < tiff.tiff.offsetsize:
            raise UnreadableError(
                f"is cut off or damaged: nothing is found after page {len(pages)}."
            )
    for number, page in enumerate(pages, 1):
        parts = zip(page.dataoffsets, page.databytecounts, strict=False)
        if any(start + length > n_bytes for start, length in parts):
            raise UnreadableError(f"is cut off or damaged: its end lacks pixels of page {number}.")


def _check_sizes(pages: Sequence[TiffPage]) -> None:
    if not pages:
        raise UnreadableError("holds no page.")
    for number, page in enumerate(pages, 1):
        if page.imagedepth != 1:
            raise UnreadableError(f"holds a volume ({page.imagedepth} deep) on page {number}.")
        if _size(page) != _size(pages[0]):
            raise _unequal(_size(pages[0]), number, _size(page))


def _check_channels(pages: Sequence[TiffPage], max_pixels: int) -> None:
    """Let more than four channels take no more room than so many pixels of four."""
    for page in pages:
        n_values = page.imagewidth * page.imagelength * page.samplesperpixel
        if n_values > 4 * max_pixels:
            raise UnreadableError(
                f"has {page.samplesperpixel} channels of {_size(page)}, which take more room than "
                f"{max_pixels} pixels. Pass `max_pixels={-(-n_values // 4)}` to read it."
            )


def _size(page: TiffPage) -> str:
    return f"{page.imagewidth} x {page.imagelength} pixels"


def _unequal(first: str, number: int, other: str) -> UnreadableError:
    return UnreadableError(
        f"holds pages that differ: page 1 has {first}, page {number} {other}. "
        "Save them as files of their own."
    )


def _n_contiguous(tiff: TiffFile, pages: Sequence[TiffPage]) -> int:
    """Return how many pages follow the only one that is described, as ImageJ writes large files."""
    if len(pages) > 1 or not (tiff.is_imagej or tiff.is_shaped):
        return 1
    series, page = tiff.series[0], pages[0]
    return int(series.size // page.size) if series.keyframe is page else 1


def _contiguous(tiff: TiffFile, page: TiffPage, n_frames: int, meant: Meaning) -> Pixels:
    frames: NDArray[Any] = tiff.series[0].asarray(maxworkers=1)
    planes = frames.reshape(n_frames, *page.shaped)
    return _stacked((meant(page, samples_last(plane)) for plane in planes), n_frames)


def _pixels_of(page: TiffPage, stream: IO[bytes], meant: Meaning) -> Pixels:
    if is_plain_ycbcr(page) and meant is colors_of:
        return ycbcr_to_rgb(page, stream), "RGB", None
    return meant(page, samples_last(page.asarray(squeeze=False, maxworkers=1)))


def _stacked(pages: Iterator[Pixels], n_frames: int) -> Pixels:
    """Return pages of one kind as one array, and their alpha as another."""
    image, mode, alpha = next(pages)
    if n_frames == 1:
        return image, mode, alpha
    images = np.empty((n_frames, *image.shape), image.dtype)
    alphas = None if alpha is None else np.empty((n_frames, *alpha.shape), alpha.dtype)
    kind = _kind(image, mode, alpha)
    images[0] = image
    if alphas is not None:
        alphas[0] = alpha
    for index, (page, page_mode, page_alpha) in enumerate(pages, 1):
        if (other := _kind(page, page_mode, page_alpha)) != kind:
            raise _unequal(kind, index + 1, other)
        images[index] = page
        if alphas is not None:
            alphas[index] = page_alpha
    return images, mode, alphas


def _n_left_out(page: TiffPage, mode: Mode, alpha: NDArray[Any] | None) -> int:
    if mode == "channels":
        return 0
    has_alpha = mode == "RGBA" or alpha is not None
    return int(page.samplesperpixel) - N_COLORS[int(page.photometric)] - has_alpha


def _kind(image: NDArray[Any], mode: Mode, alpha: NDArray[Any] | None) -> str:
    name = f"{image.shape[-1]} channels" if mode == "channels" else mode
    return f"{name}{' with alpha' if alpha is not None else ''} of {image.dtype}"


def _dpi(page: TiffPage) -> tuple[float, float] | None:
    per_inch = PER_INCH.get(page.tags.valueof(RESOLUTION_UNIT, default=2))
    across, down = (page.tags.valueof(tag) for tag in (X_RESOLUTION, Y_RESOLUTION))
    try:
        dpi = [per_inch * above / below for above, below in (across, down)]
    except (TypeError, ValueError, ZeroDivisionError):
        return None  # not told, no length, or broken
    return possible_dpi(*dpi)
