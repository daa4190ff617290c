"""Quantize a photograph that scikit-image ships, and show the result in napari.

Writes into ``demo/``: the photograph, the quantized picture, the palette, a one-page summary and,
where there is no display, a screenshot of the napari window.
"""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path

import numpy as np
from PIL import Image
from screen import show
from skimage.data import coffee

from napari_kmeans_quantizer import Quantization, quantize, write_indexed, write_palette

FOLDER = Path(__file__).resolve().parents[1] / "demo"
N_COLORS = 16

PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Coffee in {n} colors</title>
<style>
 body {{ font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 1240px; }}
 figure {{ margin: 0; }} .pair {{ display: flex; gap: 1rem; }} .pair img {{ width: 100%; }}
 table {{ border-collapse: collapse; margin-top: 1.5rem; font-variant-numeric: tabular-nums; }}
 td {{ padding: .15rem .8rem; text-align: right; }}
 .swatch {{ width: 3rem; border-radius: 4px; }}
 .bar {{ background: #888; height: .7rem; border-radius: 3px; }}
</style>
<h1>Coffee in {n} colors</h1>
<p>{summary}. Inertia {inertia:.4g} after {n_iter} sweeps, mean squared error {mse:.2f}.</p>
<div class="pair">
 <figure><img src="{original}" alt="photograph"><figcaption>Original, {bits} bits per pixel
 </figcaption></figure>
 <figure><img src="{painted}" alt="quantized"><figcaption>{n} colors, {label_bits} bits per pixel
 </figcaption></figure>
</div>
<table>{rows}</table>
</html>
"""


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    image = coffee()
    result = quantize(image, N_COLORS)
    Image.fromarray(image).save(FOLDER / "coffee.png")
    write_indexed(FOLDER / "coffee-16-colors.png", result, overwrite=True)
    write_palette(FOLDER / "palette.png", result.palette, overwrite=True)
    (FOLDER / "summary.html").write_text(page(image, result), encoding="utf-8")
    print(f"coffee, {image.shape[1]} x {image.shape[0]} pixels: {result.summary}")
    for hex_, share in zip(result.palette.hex, result.palette.share, strict=True):
        print(f"  {hex_}  {share:6.1%}")
    print("Wrote demo/coffee.png, coffee-16-colors.png, palette.png and summary.html.")
    show("napari_window.py", screenshot=FOLDER / "napari.png")


def page(image: np.ndarray, result: Quantization) -> str:
    palette = result.palette
    rows = "".join(
        f'<tr><td class="swatch" style="background:{hex_}"><td>{hex_}<td>{share:.1%}'
        f"<td>{count:,} pixels"
        f'<td style="width:20rem"><div class="bar" style="width:{100 * share / top:.1f}%"></div>'
        for top in [palette.share[0]]
        for hex_, share, count in zip(palette.hex, palette.share, palette.counts, strict=True)
    )
    return PAGE.format(
        n=len(palette),
        summary=result.summary,
        inertia=result.inertia,
        n_iter=result.n_iter,
        mse=result.mse,
        bits=result.source_bits,
        label_bits=result.bits_per_pixel,
        original=data_uri(FOLDER / "coffee.png"),
        painted=data_uri(FOLDER / "coffee-16-colors.png"),
        rows=rows,
    )


def data_uri(path: Path) -> str:
    return "data:image/png;base64," + b64encode(path.read_bytes()).decode()


if __name__ == "__main__":
    main()
