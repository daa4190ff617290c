"""One member of a zip that anybody may have made, and of it no more than a palette may have."""

from __future__ import annotations

import io

from .damage import blamed_on_the_file
from .source import LARGEST_FILE

ZIP = b"PK"


def member_of(content: bytes, name: str, kind: str) -> bytes:
    """Return what a zip holds under a name; nothing else is unpacked.

    Parameters
    ----------
    content : bytes
        The zip.
    name : str
        Of the member.
    kind : str
        What the file is read as, such as "a Krita palette".

    Raises
    ------
    ValueError
        If it is no zip, damaged, or what comes out is too large, whatever the zip says.
    """
    import zipfile

    if not content.startswith(ZIP):
        raise ValueError(f"byte 0: {kind} is a zip, this is none.")
    with blamed_on_the_file(kind), zipfile.ZipFile(io.BytesIO(content)) as archive:
        if name not in archive.namelist():
            raise ValueError(f"holds no {name}; is it {kind}?")
        member = archive.getinfo(name)
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise ValueError(f"{name} is packed in an unusual way ({member.compress_type}).")
        with archive.open(member) as file:
            # What is declared may be less than what comes out.
            text = b"" if member.file_size > LARGEST_FILE else file.read(LARGEST_FILE + 1)
        if not 0 < len(text) <= LARGEST_FILE:
            raise ValueError(f"{name} must have 1 to {LARGEST_FILE:,} bytes unpacked.")
        return text
