"""Make the photograph of the second tutorial: ``python scripts/flower.py``; needs scikit-learn.

What it is, and whose, is told in the README.md beside it.
"""

from __future__ import annotations

from pathlib import Path

import sklearn.datasets
from PIL import Image

SOURCE = Path(sklearn.datasets.__file__).parent / "images" / "flower.jpg"
FILE = Path(__file__).resolve().parents[1] / (
    "src/napari_kmeans_quantizer/plugin/photographs/flower.jpg"
)
QUALITY = 95


def main() -> None:
    with Image.open(SOURCE) as photograph:
        reduced = photograph.reduce(2)
    reduced.save(FILE, quality=QUALITY, subsampling=0, optimize=True)
    width, height = reduced.size
    print(f"Wrote {FILE.name}, {width} x {height} pixels, {FILE.stat().st_size} bytes.")


if __name__ == "__main__":
    main()
