"""A look at a file: whether there is a picture in it, without reading all of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .picture import UnreadableError
from .quiet import quietly
from .raster import FORMATS
from .reading import TIFF_STARTS, _opened

if TYPE_CHECKING:
    import os


def why_unreadable(path: str | os.PathLike[str]) -> str:
    """Return why a file is no picture, as its beginning tells; "" if it seems to be one.

    Examples
    --------
    >>> path = getfixture("tmp_path") / "notes.txt"
    >>> path.write_text("no picture") and why_unreadable(path)
    'It is no picture that can be read.'
    """
    try:
        with _opened(path, "It") as stream, quietly():
            start = stream.read(4)
            stream.seek(0)
            if not start:
                raise UnreadableError("is empty.")
            if start in TIFF_STARTS:
                import tifffile

                tifffile.TiffFile(stream)
            else:
                from PIL import Image

                Image.open(stream, formats=FORMATS)
    except UnreadableError as error:
        return f"It {error}"
    except OSError as error:
        told = str(error)
        return told.replace("It: ", "It ") if told.startswith("It: ") else NO_PICTURE
    except Exception:  # whatever a decoder says of bytes that anybody may have written
        return NO_PICTURE
    return ""


NO_PICTURE = "It is no picture that can be read."
