"""
For illustrators: eight colors, edited, dithered, saved
=======================================================

A photograph becomes a picture of eight flat colors, as for a poster or a screen print. We change
two of them, try two ways of dithering, and write files that any drawing program opens.
"""

# %%
# Eight colors
# ------------
# The photograph is one that scikit-image ships. ``color_space="oklab"`` measures distances as the
# eye sees them.

import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from PIL import Image
from skimage.data import rocket

from napari_kmeans_quantizer import (
    convert_colors,
    quantize,
    read_palette,
    write_indexed,
    write_palette,
)

photo = rocket()
eight = quantize(photo, 8, color_space="oklab")
print(eight.summary)

# %%
# Edit two of them
# ----------------
# The sky is blue, from dark to light. The two lightest blues become purple and orange: a sunset.
# ``recolored`` takes the number of a color, and its new value. Nothing is fitted again.
#
# Usually you look at the swatches for these numbers. Here a rule finds them: blue has a negative
# *b* in Oklab.

lightness, _, b = convert_colors(eight.palette.rgb, "oklab").T
blues = np.flatnonzero(b < -0.02)
purple, orange = blues[np.argsort(lightness[blues])][-2:].tolist()
sunset = {purple: (122, 72, 112), orange: (226, 140, 98)}
names = {purple: "purple sky", orange: "orange sky"}

edited = eight.recolored(sunset).renamed(names)
for k, name in names.items():
    before, after = eight.palette.hex[k], edited.palette.hex[k]
    print(f"cluster {k}: {before} -> {after}, {name}")

# %%
# The swatches, before and after. Numbers go from the most frequent color to the rarest.

figure, rows = plt.subplots(2, 8, figsize=(9, 3.1), layout="constrained")
for row, q in zip(rows, (eight, edited), strict=True):
    row[0].set_ylabel("8 colors" if q is eight else "2 edited")
    for k, swatch in enumerate(row):
        swatch.imshow(q.palette.rgb[k].reshape(1, 1, 3))
        swatch.set(xticks=[], yticks=[])
        swatch.set_xlabel(q.palette.hex[k], fontsize=9)
        swatch.set_title(f"Cluster {k}" if q is eight else "", fontsize=10)
        swatch.spines[:].set_linewidth(3 if k in sunset else 0.8)

# %%
# The photograph, eight colors, and two of these edited; below, what is in the frame, enlarged.

TOP, LEFT, HEIGHT, WIDTH = 300, 285, 66, 99  # of the frame


def show(pictures):
    """Draw pictures in a row, and a detail of each below it."""
    figure = plt.figure(figsize=(9, 4.3), layout="constrained")
    rows = figure.subplots(2, len(pictures))
    for (whole, detail), title in zip(rows.T, pictures, strict=True):
        picture = pictures[title]
        whole.imshow(picture)
        whole.set_title(title)
        frame = plt.Rectangle((LEFT, TOP), WIDTH, HEIGHT, fill=False, ec="w")
        whole.add_patch(frame)
        enlarged = picture[TOP : TOP + HEIGHT, LEFT : LEFT + WIDTH]
        detail.imshow(enlarged, interpolation="nearest")
        for panel in (whole, detail):
            panel.set(xticks=[], yticks=[])


show({"Original": photo, "8 colors": eight.image, "2 edited": edited.image})

# %%
# Dither
# ------
# Eight flat colors show steps where the photograph is smooth. Dithering mixes dots of two colors
# where the eye should see one between them.
#
# Dither first, in the colors that were fitted, and edit the result: the blue pixels of the
# photograph are not near to orange.

dithered = {}
for method in ("blue-noise", "floyd-steinberg"):
    q = quantize(photo, palette=eight.palette, color_space="oklab", dither=method)
    dithered[method] = q.recolored(sunset).renamed(names)

# %%
# "blue-noise" looks at each pixel by itself: grain without a pattern, and films do not flicker.
# "floyd-steinberg" hands the error of a pixel on to its neighbors: finer, for still pictures.

results = {"not-dithered": edited} | dithered
show({name: q.image for name, q in results.items()})

# %%
# Save
# ----
# ``write_indexed`` writes picture and palette in one file. ``write_palette`` writes the colors with
# their names: ``.gpl`` for GIMP, Krita and Inkscape, ``.ase`` for Illustrator and Affinity. The
# suffix says which.

folder = tempfile.TemporaryDirectory()
here = Path(folder.name)

for name, q in results.items():
    write_indexed(here / f"{name}.png", q)
write_palette(here / "sunset.gpl", edited.palette)
write_palette(here / "sunset.ase", edited.palette)
print((here / "sunset.gpl").read_text(encoding="utf-8"))

# %%
# Read back, and compare
# ----------------------
# Every pixel of the file is the pixel of the result.

for name, q in results.items():
    with Image.open(here / f"{name}.png") as file:
        mode, decoded = file.mode, np.asarray(file.convert("RGB"))
    assert (decoded == q.image).all()
    n_colors = len(np.unique(decoded.reshape(-1, 3), axis=0))
    print(f"{name}.png: mode {mode}, {n_colors} colors, equal to the result")

# %%
# The palettes come back with their names, in their order. A ``.gpl`` holds whole numbers: those
# that are painted.

for suffix in (".gpl", ".ase"):
    again = read_palette(here / f"sunset{suffix}")
    assert (again.values == edited.palette.values).all()
    assert again.names == edited.palette.names
    print(f"sunset{suffix}:", *again.hex)
print("names:", [name for name in again.names if name])

# %%
# How large are the files?
# ------------------------
# We compare with the photograph as a PNG of full color. Flat colors compress best. Dots do not:
# dithering costs bytes.

Image.fromarray(photo).save(here / "photograph.png", optimize=True)
n_bytes = {file.name: file.stat().st_size for file in here.glob("*.png")}
sizes = pd.Series(n_bytes, name="bytes").sort_values().to_frame()
sizes["share"] = (sizes.bytes / n_bytes["photograph.png"]).map("{:.0%}".format)
print(sizes)
folder.cleanup()

# %%
# In napari
# ---------
# 1. Open the photograph. Set *Colors* to 8 and *Measured in* to Oklab; click *Quantize*.
# 2. Double-click a color of the palette and choose another. *Undo* goes back.
# 3. Choose *Dithering*: nothing is fitted again, and your edits stay.
# 4. *Export* has *Indexed PNG* and *Palette*. To bring colors in, drop a palette file on the
#    window.
#
# More: :doc:`/widget` and :doc:`/palettes`.

# %%
# On the command line
# -------------------
# Save the palette, edit it in your drawing program, and paint pictures in it. Here every pixel gets
# the nearest of the colors as they are then, so keep them near to those of the picture.
#
# .. code-block:: sh
#
#    napari-kmeans-quantizer -k 8 --color-space oklab rocket.jpg -o eight.png \
#        --save-palette eight.gpl
#    napari-kmeans-quantizer --palette eight.gpl --dither=blue-noise rocket.jpg -o dithered.png
#
# All options: :doc:`/command-line`.

# sphinx_gallery_thumbnail_number = 3
