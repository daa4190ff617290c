"""One reader for all picture files: the content says what it is, the suffix does not."""

from __future__ import annotations

import io
import os
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from .limits import MAX_PIXELS
from .picture import UnreadableError
from .quiet import quietly
from .raster import read_raster
from .tiff import read_tiff

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from .picture import Picture

TIFF_STARTS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")


def read_picture(
    file: str | os.PathLike[str] | bytes,
    *,
    name: str | None = None,
    max_pixels: int = MAX_PIXELS,
) -> Picture:
    """Read a picture file as it is meant.

    Turned upright (EXIF, TIFF), palettes looked up, transparent colors made alpha, inks (CMYK) and
    Lab converted to sRGB, min-is-white inverted, frames of animations composed. What has 16 bits or
    is floating point stays so.

    Parameters
    ----------
    file : str, path-like or bytes
        PNG, APNG, JPEG, TIFF, GIF, WebP, AVIF, BMP, PPM, PGM, PNM, TGA, PCX, QOI; or the bytes
        of such a file.
    name : str, optional
        What errors call it; the path, if there is one.
    max_pixels : int, optional
        Most pixels, of all pages or frames together.

    Returns
    -------
    Picture

    Raises
    ------
    OSError
        If the file cannot be read.
    ValueError
        If it holds no picture that can be read: damaged, larger than `max_pixels` or than memory,
        with pages of unequal size, or in colors of a kind that is not supported.

    Notes
    -----
    Extra channels of an RGB TIFF that are not said to be alpha are left out; colors that were
    multiplied by alpha are divided by it again. Pages that are thumbnails or masks of others are no
    pages. Of a JPEG with several pictures the first is read. AVIF is read with 8 bits a channel.

    Examples
    --------
    >>> import io
    >>> from PIL import Image
    >>> file = io.BytesIO()
    >>> Image.new("RGBA", (30, 20), (200, 0, 0, 255)).save(file, "PNG")
    >>> picture = read_picture(file.getvalue(), name="red.png")
    >>> picture.format, picture.mode, picture.image.shape
    ('PNG', 'RGBA', (20, 30, 4))
    """
    return _read_as(file, name, max_pixels, as_numbers=False)


def read_regions(
    file: str | os.PathLike[str] | bytes,
    *,
    name: str | None = None,
    max_pixels: int = MAX_PIXELS,
) -> NDArray[Any]:
    """Read a label or mask picture: the numbers as they are stored, in which 0 is no region.

    Parameters
    ----------
    file : str, path-like or bytes
        PNG, TIFF, GIF or BMP, grey or indexed; or the bytes of such a file. What its palette looks
        like, and whether the least number is black or white, does not matter.
    name, max_pixels
        As of `read_picture`.

    Returns
    -------
    (H, W) ndarray
        Bools or integers, upright; of several pages of a TIFF ``(T, H, W)``.

    Raises
    ------
    OSError, ValueError
        As of `read_picture`; also if the file holds colors, alpha or floats, or in a format that
        does not keep numbers, such as JPEG.

    Examples
    --------
    >>> import io
    >>> from PIL import Image
    >>> file = io.BytesIO()
    >>> Image.frombytes("L", (3, 1), bytes([0, 1, 2])).save(file, "PNG")
    >>> read_regions(file.getvalue())
    array([[0, 1, 2]], dtype=uint8)
    """
    return _read_as(file, name, max_pixels, as_numbers=True).image


def _read_as(
    file: str | os.PathLike[str] | bytes, name: str | None, max_pixels: int, as_numbers: bool
) -> Picture:
    told = name or ("picture" if isinstance(file, bytes) else os.fspath(file))
    with _opened(file, told) as stream, quietly():
        try:
            return _read(stream, max_pixels, as_numbers)
        except UnreadableError as error:
            raise ValueError(f"{told}: {error}") from error.__cause__
        except MemoryError as error:
            raise ValueError(f"{told}: takes more memory than there is.") from error
        except Exception as error:  # whatever a decoder says of bytes that anybody may have written
            raise ValueError(
                f"{told}: is damaged, or of a kind that cannot be read ({_words(error)})."
            ) from error


@contextmanager
def _opened(file: str | os.PathLike[str] | bytes, name: str) -> Iterator[IO[bytes]]:
    """Give a file as a stream in which one can go back and forth."""
    if isinstance(file, bytes):
        yield io.BytesIO(file)
        return
    try:
        stream = _seekable(Path(file).open("rb"))  # noqa: SIM115 - closed below
    except FileNotFoundError:
        raise FileNotFoundError(f"{name}: there is no such file.") from None
    except IsADirectoryError:
        raise IsADirectoryError(f"{name}: is a folder.") from None
    except PermissionError as error:
        if os.path.isdir(file):  # as Windows says
            raise IsADirectoryError(f"{name}: is a folder.") from None
        raise PermissionError(f"{name}: may not be read ({error.strerror}).") from error
    except (OSError, ValueError) as error:  # ValueError: a name with a null character
        raise OSError(f"{name}: cannot be read ({_words(error)}).") from error
    with stream:
        yield stream


def _seekable(stream: IO[bytes]) -> IO[bytes]:
    if stream.seekable():
        return stream
    with stream:  # a pipe
        return io.BytesIO(stream.read())


def _read(stream: IO[bytes], max_pixels: int, as_numbers: bool) -> Picture:
    n_bytes = stream.seek(0, os.SEEK_END)
    stream.seek(0)
    start = stream.read(4)
    stream.seek(0)
    if not n_bytes:
        raise UnreadableError("is empty.")
    if start in TIFF_STARTS:
        return read_tiff(stream, n_bytes, max_pixels, as_numbers)
    return read_raster(stream, n_bytes, max_pixels, as_numbers)


def _words(error: Exception) -> str:
    """Return what a library says, on one line."""
    words = " ".join(str(error).split())
    kind = type(error).__name__
    return (words if len(words) < 200 else f"{words[:200]} …") or kind
