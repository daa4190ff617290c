"""Tables as files and texts: comma- and tab-separated, and JSON."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

from .writing import write_file

if TYPE_CHECKING:
    import pandas as pd

SUFFIXES = (".csv", ".tsv", ".json")
SEPARATORS = {".csv": ",", ".tsv": "\t"}


def write_table(
    path: str | os.PathLike[str], frame: pd.DataFrame, *, overwrite: bool = False
) -> int:
    """Write a table without its index, wholly or not at all; the suffix says how.

    Parameters
    ----------
    path : str or path-like
        Ends in ``.csv``, ``.tsv`` or ``.json``.
    frame : pandas.DataFrame
        The table.
    overwrite : bool, optional
        Replace a file that exists.

    Returns
    -------
    int
        Number of bytes.

    Raises
    ------
    ValueError
        If the suffix is another one.
    FileExistsError
        If the file exists and `overwrite` is not set.
    OSError
        If it cannot be written.
    """
    suffix = Path(path).suffix.lower()
    if suffix not in SUFFIXES:
        raise ValueError(f"{os.fspath(path)}: must end in {', '.join(SUFFIXES)}, got {suffix!r}.")
    return write_file(path, as_bytes(table_text(frame, suffix)), overwrite=overwrite)


def table_text(frame: pd.DataFrame, suffix: str = ".csv") -> str:
    r"""Return a table without its index as text.

    Parameters
    ----------
    frame : pandas.DataFrame
        The table.
    suffix : {".csv", ".tsv", ".json"}, optional
        How: separated by commas or tabs, what is missing is empty; or a list of records, what is
        missing is null. Numbers are written so that they are read as the same.

    Returns
    -------
    str
        Lines that end in a line feed.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"name": ["DAB", "background"], "share": [1.0, float("nan")]})
    >>> table_text(frame)
    'name,share\nDAB,1.0\nbackground,\n'
    >>> print(table_text(frame, ".json"))
    [
    {"name": "DAB", "share": 1.0},
    {"name": "background", "share": null}
    ]
    """
    if suffix in SEPARATORS:
        text: str = frame.to_csv(sep=SEPARATORS[suffix], index=False, lineterminator="\n")
        return text
    plain = frame.astype(object).where(frame.notna(), None).to_dict("records")
    records = [json.dumps(record, ensure_ascii=False, allow_nan=False) for record in plain]
    return "[\n" + ",\n".join(records) + "\n]\n"


def as_bytes(text: str) -> bytes:
    """Return UTF-8; of names that are no text, as some files have, what was read."""
    return text.encode(errors="backslashreplace")
