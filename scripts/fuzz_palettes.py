"""Change palette files at random: each must still be a palette, or a ValueError.

    python scripts/fuzz_palettes.py --files 100000 [FOLDER of palette files]

Prints for every kind of file how many were read and refused, and the slowest; exits with 1 and the
bytes of the file if anything else was raised. Files of the folder are changed, too.
"""

from __future__ import annotations

import argparse
import collections
import io
import sys
import tempfile
import time
import warnings
import zipfile
from pathlib import Path

import numpy as np

from napari_kmeans_quantizer import Palette, write_palette
from napari_kmeans_quantizer.core.files.palettes.formats import FORMATS, WRITABLE
from napari_kmeans_quantizer.core.files.palettes.swatches import to_palette

EXTREMES = (b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\x80\0\0\0", b"\x7f\xc0\0\0")
WORDS = (b"-1", b"1e999", b"NaN", b"999999999", b"[", b"{", b"(", b'"', b"\0", b"\r", b"#fff", b";")

KRITA = (
    b'<ColorSet><ColorSetEntry name="a"><Lab L=".5" a=".4" b=".9"/></ColorSetEntry>'
    b'<ColorSetEntry name="b"><RGB r="1" g="0" b=".5"/></ColorSetEntry></ColorSet>'
)


def zipped(text: bytes) -> bytes:
    """Return a Krita palette."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("colorset.xml", text)
    return archive.getvalue()


def seeds(folder: Path | None) -> list[tuple[str, bytes]]:
    """Return suffix and bytes of whole files: those we can write, a few by hand, the folder's."""
    colors = np.random.default_rng(0).integers(0, 256, (12, 3))
    palette = Palette(colors, counts=np.arange(12), names=[f"name {i}" for i in range(12)])
    found = list(by_hand())
    with tempfile.TemporaryDirectory() as written:
        for suffix in WRITABLE:
            write_palette(Path(written) / f"a{suffix}", palette)
        given = folder.iterdir() if folder else ()
        for path in (*Path(written).iterdir(), *given):
            if path.suffix in FORMATS:
                found.append((path.suffix, path.read_bytes()))
    return sorted(found)


def by_hand():
    """Yield files of the kinds that are only read."""
    from PIL import Image

    yield ".txt", b"; paint.net Palette File\nFF000000\nFF404040\nFFFF0000\n"
    yield ".css", b":root { --rust: #782800; /* */ --sea: hsl(200 50% 40%); --c: oklch(.6 .1 50) }"
    yield ".scss", b"$rust: #782800 !default; // old\n.a { .b { $sea: rgb(1, 2, 3); } }"
    yield ".pal", b'"Deep Blue" 100 84 0 0\n"Sun" 0 10 90 0\n'
    entries = bytes([1, 2, 3, 0, 4, 5, 6, 0])
    yield ".pal", b"RIFF\x18\0\0\0PAL data\x0c\0\0\0\0\3\2\0" + entries
    yield ".kpl", zipped(KRITA)
    yield ".aco", b"\0\2\0\2" + b"\0\1\x2a\x2a\xa8\xa8\xe3\xe3\0\0\0\0\0\2\0a\0\0" * 2
    picture = Image.fromarray(np.arange(64, dtype=np.uint8).reshape(8, 8)).convert("P")
    picture.putpalette(np.random.default_rng(1).integers(0, 256, 192).astype(np.uint8).tobytes())
    for suffix in (".gif", ".bmp", ".tif", ".png"):
        saved = io.BytesIO()
        picture.save(saved, {".tif": "TIFF"}.get(suffix, suffix[1:].upper()))
        yield suffix, saved.getvalue()


def changed(content: bytes, random: np.random.Generator) -> bytes:
    """Return bytes with one to four changes."""
    changing = bytearray(content)
    for _ in range(random.integers(1, 5)):
        kind, at = random.integers(7), int(random.integers(len(changing) + 1))
        size = int(random.integers(1, 20))
        if kind == 0:
            del changing[at : at + size]
        elif kind == 1:
            changing[at:at] = random.bytes(size)
        elif kind == 2:
            changing[at : at + 4] = EXTREMES[random.integers(len(EXTREMES))]
        elif kind == 3:
            changing[at:at] = WORDS[random.integers(len(WORDS))]
        elif kind == 4:
            changing[at:at] = changing[at : at + size] * int(random.integers(1, 30))
        elif kind == 5 and at < len(changing):
            changing[at] ^= 1 << int(random.integers(8))
        else:
            del changing[at if random.random() < 0.2 else len(changing) :]
    return bytes(changing)


def main() -> int:
    """Change and read files; return 1 after the first that fails."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    warnings.simplefilter("ignore")  # of libraries, over broken files
    random, files = np.random.default_rng(options.seed), seeds(options.folder)
    told: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    slowest: dict[str, float] = collections.defaultdict(float)
    for i in range(options.files):
        suffix, content = files[i % len(files)]
        inside = suffix == ".kpl" and random.random() < 0.5  # else sums would tell each change
        broken = zipped(changed(KRITA, random)) if inside else changed(content, random)
        before = time.perf_counter()
        try:
            to_palette(FORMATS[suffix].read(broken))
            told[suffix]["read"] += 1
        except ValueError:
            told[suffix]["refused"] += 1
        except BaseException:
            print(f"{suffix}, file {i}: {broken!r}", file=sys.stderr)
            raise
        slowest[suffix] = max(slowest[suffix], time.perf_counter() - before)
    for suffix, counts in sorted(told.items()):
        print(
            f"{suffix:6} {counts['read']:8,} read {counts['refused']:8,} refused "
            f"{1000 * slowest[suffix]:8.1f} ms"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
