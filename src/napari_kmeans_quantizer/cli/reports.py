"""What came out of all pictures, as a file for other programs."""

from __future__ import annotations

import csv
import io
import json
import math
from typing import TYPE_CHECKING, Any

from napari_kmeans_quantizer.core.files.writing import write_file

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from .job import Outcome

COLUMNS = (
    "source", "result", "error", "n_colors", "psnr", "unchanged", "bytes_before", "bytes_after",
    "pixels_left_out", "hex",
)  # fmt: skip


def save_report(path: Path | None, outcomes: Sequence[Outcome], overwrite: bool) -> None:
    """Write what came out so far, if that is wanted."""
    if path is not None:
        write_file(path, report(path.suffix.lower(), outcomes), overwrite=overwrite)


def report(suffix: str, outcomes: Sequence[Outcome]) -> bytes:
    """Return a report: JSON with all that is known, or CSV with a row for each picture."""
    rows = [_row(outcome) for outcome in outcomes]
    if suffix == ".csv":
        return _table(rows)
    full = [
        row | {"quantization": outcome.report or None}
        for row, outcome in zip(rows, outcomes, strict=True)
    ]
    return json.dumps(full, indent=1, ensure_ascii=False, allow_nan=False).encode(
        errors="backslashreplace"
    )


def _row(outcome: Outcome) -> dict[str, Any]:
    """Return plain values; None for what is not known, or infinite."""
    task, palette, has_failed = outcome.task, outcome.palette, bool(outcome.error)
    values = (
        task.source.name,
        task.name,
        outcome.error or None,
        None if palette is None else len(palette),
        round(outcome.psnr, 3) if math.isfinite(outcome.psnr) else None,
        None if has_failed else outcome.psnr == math.inf,
        None if has_failed else outcome.n_bytes[0],
        None if has_failed else outcome.n_bytes[1],
        None if has_failed else outcome.n_left_out,
        None if palette is None else palette.hex,
    )
    return dict(zip(COLUMNS, values, strict=True))


def _table(rows: Sequence[dict[str, Any]]) -> bytes:
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow(row | {"hex": " ".join(row["hex"] or ())})
    return file.getvalue().encode(errors="backslashreplace")
