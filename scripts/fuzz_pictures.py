"""Damage small picture files of every kind and read them: each is a picture, which can be
written and read again, or one clear error.

    python scripts/fuzz_pictures.py [number of files] [seed]

The file that is read is written to `last.bin` in the temporary folder before, so that a crash of a
C library can be looked into. Ends with figures, and with 1 if anything else came out.
"""

from __future__ import annotations

import collections
import faulthandler
import os
import random
import sys
import tempfile
import time
import warnings
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "core" / "files" / "pictures"))

import numpy as np
from picture_files import samples

from napari_kmeans_quantizer.core.files.pictures import (
    Picture,
    default_suffix,
    encode_picture,
    read_picture,
)

MAX_PIXELS = 1_000_000
EXTREMES = (b"\0", b"\xff", b"\x7f", b"\x80", b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff")


def damaged(content: bytes, draw: random.Random) -> bytes:
    """Return a file with some bytes changed, removed, doubled or cut off."""
    changed = bytearray(content)
    for _ in range(draw.choice((1, 1, 2, 4, 16))):
        # Headers and directories, at both ends, decide most.
        at = draw.choice((draw.randrange(len(changed)), draw.randrange(min(len(changed), 200))))
        kind = draw.randrange(6)
        if kind == 0:
            changed[at] ^= 1 << draw.randrange(8)
        elif kind == 1:
            changed[at] = draw.randrange(256)
        elif kind == 2:
            extreme = draw.choice(EXTREMES)
            changed[at : at + len(extreme)] = extreme
        elif kind == 3:
            del changed[at : at + draw.randrange(1, 20)]
        elif kind == 4:
            changed[at:at] = changed[at : at + draw.randrange(1, 20)]
        else:
            del changed[max(at, 4) :]
        if not changed:
            break
    return bytes(changed)


def is_written_as_read(picture: Picture) -> bool:
    """Tell whether a picture comes back from the format that is chosen for it."""
    suffix = default_suffix(picture)
    if suffix == ".gif":  # may hold more than 256 colors
        suffix = ".png"
    again = read_picture(encode_picture(suffix, picture, picture.image))
    same = np.array_equal(again.image, picture.image, equal_nan=picture.image.dtype.kind == "f")
    return same and (again.mode, again.loop) == (picture.mode, picture.loop)


def main(n_files: int = 10_000, seed: int = 0) -> int:
    faulthandler.enable()
    warnings.simplefilter("error")
    files, draw = samples(), random.Random(seed)
    names = sorted(files)
    last = Path(tempfile.gettempdir()) / f"last-{os.getpid()}.bin"
    outcomes: collections.Counter[str] = collections.Counter()
    wrong, slowest = [], (0.0, "")
    for index in range(n_files):
        name = names[index % len(names)]
        content = damaged(files[name], draw)
        last.write_bytes(content)
        start = time.perf_counter()
        try:
            picture = read_picture(content, name=name, max_pixels=MAX_PIXELS)
            outcome = "written" if is_written_as_read(picture) else "written otherwise"
            if outcome != "written":
                wrong.append(f"{index} {name}: {outcome}")
        except (ValueError, OSError) as error:
            outcome = "told" if str(error).startswith(f"{name}: ") else "unnamed"
            if "\n" in str(error) or outcome != "told":
                wrong.append(f"{index} {name}: {error!r}")
        except BaseException as error:
            outcome = type(error).__name__
            wrong.append(f"{index} {name}: {error!r}")
        outcomes[outcome] += 1
        slowest = max(slowest, (time.perf_counter() - start, f"{index} {name}"))
    last.unlink()
    print(f"{n_files} files of {len(names)} kinds, seed {seed}: {dict(outcomes)}")
    print(f"slowest {slowest[0]:.2f} s: {slowest[1]}")
    print("\n".join(wrong[:20]))
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main(*(int(argument) for argument in sys.argv[1:])))
