"""
Stained tissue: how much is brown?
==================================

A section of tissue was stained with two dyes. DAB, which is brown, marks a protein; hematoxylin,
which is blue, marks the nuclei. We ask how much of each gland is brown: as a share, and as an area
in µm².
"""

# %%
# The image
# ---------
# scikit-image ships the section. The size of its pixels is not known, so we **assume** 0.5 µm. In
# your own work, take the number that the microscope has written into the file.

import matplotlib.pyplot as plt
import numpy as np
from skimage.data import immunohistochemistry
from skimage.draw import polygon2mask

from napari_kmeans_quantizer import (
    convert_colors,
    fit_palette,
    measure,
    quantize,
)

PIXEL_SIZE = 0.5  # µm; an assumption

slide = immunohistochemistry()
rows, columns, channels = slide.shape
print(f"{rows} x {columns} pixels, {channels} channels, {slide.dtype}")
print(f"{rows * PIXEL_SIZE:g} x {columns * PIXEL_SIZE:g} µm")

# %%
# The regions
# -----------
# Four glands and a part of the tissue between them, each drawn as a polygon. Corners are (row,
# column). In the label image each region has its number, and 0 is outside of all.

outlines = {
    "gland A": [
        (25, 3), (4, 60), (3, 262), (60, 285), (170, 270), (225, 255),
        (255, 215), (258, 170), (228, 120), (195, 70), (165, 35), (140, 3),
    ],
    "gland B": [
        (3, 300), (3, 440), (80, 457), (170, 450), (230, 440), (292, 415),
        (280, 370), (235, 325), (170, 295), (60, 292),
    ],
    "gland C": [
        (165, 3), (188, 40), (228, 90), (280, 130), (350, 152), (508, 156),
        (508, 45), (420, 52), (345, 55), (300, 30), (270, 3),
    ],
    "gland D": [
        (312, 290), (325, 335), (350, 375), (410, 382), (470, 372),
        (500, 345), (500, 305), (455, 278), (410, 258), (350, 254),
    ],
    "stroma": [
        (150, 478), (150, 508), (380, 508), (400, 420), (330, 400), (290, 450),
    ],
}  # fmt: skip
regions = np.zeros((rows, columns), np.uint8)
for number, corners in enumerate(outlines.values(), start=1):
    regions[polygon2mask(regions.shape, corners)] = number
region_names = dict(enumerate(outlines, start=1))

# %%
# The colors, found in the regions only
# -------------------------------------
# ``mask`` says which pixels count: nothing outside of the regions has a say in the palette. We take
# eight colors, for brown comes in many shades. Distances are measured in CIELAB, where brown and
# blue lie far apart.

palette = fit_palette([slide], 8, mask=regions > 0, color_space="lab")

# %%
# Names
# -----
# Usually you look at the colors and type their names. Here a rule does it, so that you see what is
# meant: in CIELAB *L* is lightness, and *b* goes from blue (negative) to yellow and brown
# (positive). Colors that share a name are summed up later.


def name_of(lightness, b):
    """Return what a color stands for."""
    if lightness > 80:
        return "unstained"
    if b < -3:
        return "nuclei"
    return "DAB" if b > 12 else "both"


lab = convert_colors(palette.rgb, "lab")
palette = palette.named([name_of(lightness, b) for lightness, _, b in lab])
for k, (lightness, _, b) in enumerate(lab):
    name, color = palette.names[k], palette.hex[k]
    print(f"{k}  {color}  L {lightness:5.1f}  b {b:5.1f}  {name}")

# %%
# "both" is a dull brown: nuclei that are seen through DAB. "unstained" is all that took no dye: the
# glass in the opening of a gland, and pale tissue.

figure, swatches = plt.subplots(1, 8, figsize=(9, 1.9), layout="constrained")
for k, swatch in enumerate(swatches):
    swatch.imshow(palette.rgb[k].reshape(1, 1, 3))
    swatch.set_title(f"Cluster {k}", fontsize=10)
    swatch.set_xlabel(f"{palette.names[k]}\n{palette.share[k]:.1%}")
    swatch.set(xticks=[], yticks=[])

# %%
# Paint, and measure
# ------------------
# Every pixel gets the nearest of these colors. ``measure`` counts them, region by region. What is
# unstained is the **background**: its pixels are told, but shares are of what is stained.

q = quantize(slide, palette=palette, color_space="lab")
table = measure(
    q,
    image="section 1",
    regions=regions,
    region_names=region_names,
    pixel_size=PIXEL_SIZE,
    unit="µm",
    background=["unstained"],
    group=True,
)
told = ["region", "name", "pixels", "area", "unit", "share"]
print(table[told].to_string(index=False))

# %%
# The table is tidy: one row for each region and name. ``pivot`` makes it wide.

shares = table.pivot(index="region", columns="name", values="share")
print(shares.drop(columns="unstained").map("{:.1%}".format))

# %%
# Count by hand
# -------------
# The label image holds the number of a color at each pixel. We count the brown ones in gland B, and
# multiply by the area of a pixel. The share is of all pixels in the gland that are stained.

names = np.array(palette.names)
in_gland = names[q.labels[regions == 2]]
n_brown = np.sum(in_gland == "DAB")
n_stained = np.sum(in_gland != "unstained")
area, share = n_brown * PIXEL_SIZE**2, n_brown / n_stained
print(f"{n_brown} pixels x {PIXEL_SIZE} µm x {PIXEL_SIZE} µm = {area:g} µm²")
print(f"{n_brown} / {n_stained} = {share:.4f}")

row = table.set_index(["region", "name"]).loc[("gland B", "DAB")]
assert (row.pixels, row.area, row.share) == (n_brown, area, share)

# %%
# See what was measured
# ---------------------
# A number is worth what its picture is worth. On the right, only what counts as brown has a color.

is_brown = (names == "DAB")[q.labels]
brown_only = np.where(is_brown[..., np.newaxis], q.image, np.uint8(245))

figure, axes = plt.subplots(1, 3, figsize=(9, 3.4), layout="constrained")
pictures = {
    "Original": slide,
    f"Painted in {len(palette)} colors": q.image,
    "Brown only (DAB)": brown_only,
}
for panel, (title, picture) in zip(axes, pictures.items(), strict=True):
    panel.imshow(picture)
    panel.set_title(title)
    panel.set(xticks=[], yticks=[])
    for number, corners in enumerate(outlines.values(), start=1):
        y, x = np.transpose([*corners, corners[0]])
        panel.plot(x, y, color="black", linewidth=1)
        middle = np.argwhere(regions == number).mean(axis=0)
        panel.text(
            *middle[::-1],
            str(number),
            ha="center",
            va="center",
            fontsize=9,
            bbox={"boxstyle": "circle", "facecolor": "white"},
        )

# %%
# The answer
# ----------
# Share and area say different things: a small gland can be as brown as a large one.

brown = table[table.name == "DAB"]
color = brown.hex.iloc[0]
labels = [f"{number}  {name}" for number, name in region_names.items()]

figure = plt.figure(figsize=(9, 3), layout="constrained")
left, right = figure.subplots(1, 2, sharey=True, gridspec_kw={"wspace": 0.1})
bars = left.barh(labels, 100 * brown.share, color=color)
left.bar_label(bars, fmt="{:.0f} %", padding=3)
left.set(title="Share of brown", xlabel="% of what is stained", xlim=(0, 100))
bars = right.barh(labels, brown.area, color=color)
right.bar_label(bars, fmt="{:,.0f}", padding=3)
right.set(title="Area of brown", xlabel="µm²", xlim=(0, 1.25 * max(brown.area)))
left.invert_yaxis()
for panel in (left, right):
    panel.spines[["top", "right"]].set_visible(False)

# %%
# How brown a pixel is does not tell how much protein is there: the two do not grow in proportion.
# Compare areas and shares, and only of slides that were stained and scanned in the same way.
#
# Several slides get one palette, so that "DAB" means the same in all of them: give them all to
# ``fit_palette``, measure one after another, and join the tables with ``pandas.concat``.

# %%
# In napari
# ---------
# 1. Open the slide. Set scale and units of its layer, if the file did not tell them.
# 2. Draw the regions into a Shapes layer. Choose it as *Region*, set *Measured in* to CIELAB, and
#    click *Quantize*.
# 3. Press N to name the colors; colors of one name are a group. Press B on what is unstained.
# 4. Click *Measure*, and tick *each region* and *sum up names*. *Save table* writes it.
#
# *Many images* does this for all slides at once, in one palette: see :doc:`/measuring`.

# %%
# On the command line
# -------------------
# Save the regions as label pictures, one for each slide, of the same name, in a folder. Find the
# palette, name its colors in a text editor or a program for palettes, and measure with it:
#
# .. code-block:: sh
#
#    napari-kmeans-quantizer measure "slide*.tif" -k 8 --color-space lab \
#        --regions regions --fit-regions --pixel-size 0.5 --unit um \
#        --save-palette stains.gpl -o first.csv
#    # now name the colors in stains.gpl
#    napari-kmeans-quantizer measure "slide*.tif" --palette stains.gpl --color-space lab \
#        --regions regions --pixel-size 0.5 --unit um --background unstained --group -o areas.csv
#
# All options: :doc:`/command-line`.

# sphinx_gallery_thumbnail_number = 2
