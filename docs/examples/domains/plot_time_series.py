"""
A time series: one palette, shares over time
============================================

Moss grows on a wall, and a camera takes a picture every week. How much of the wall is green, at
every moment? For that, a color must mean the same in all pictures: they share **one palette**.
"""

# %%
# The series
# ----------
# We make it from two textures that scikit-image ships, bricks and grass. So we know the truth: how
# much of the wall the moss covers. The light flickers a little, as it does between two pictures.

import matplotlib.pyplot as plt
import numpy as np
from skimage.data import brick, grass
from skimage.filters import gaussian

from napari_kmeans_quantizer import convert_colors, measure, quantize

N_WEEKS, N_COLORS = 40, 8
rng = np.random.default_rng(0)


def tinted(grey, dark, light):
    """Return a grey texture between two colors, in 0..1."""
    return dark + (grey[..., np.newaxis] / 255) * np.subtract(light, dark)


wall = tinted(brick()[:320], (0.25, 0.10, 0.08), (0.95, 0.66, 0.50))
moss = tinted(grass()[:320], (0.05, 0.14, 0.04), (0.62, 0.82, 0.30))

weeks = np.arange(N_WEEKS)
cover = 0.02 + 0.8 / (1 + np.exp(-(weeks - 20) / 5))  # slow, fast, slow
damp = gaussian(rng.random(wall.shape[:2]), 14)
damp += np.linspace(0, 0.06, len(wall))[:, np.newaxis]  # more at the foot
edge = np.quantile(damp, 1 - cover)[:, np.newaxis, np.newaxis]
thickness = ((damp - edge) / 0.002 + 0.5).clip(0, 1)  # 1: moss, 0: wall
truth = thickness.mean(axis=(1, 2))  # share of the picture, week by week

light = rng.uniform(0.98, 1.02, size=(N_WEEKS, 1, 1, 1))
scenes = light * (wall + thickness[..., np.newaxis] * (moss - wall))
series = np.rint(255 * scenes.clip(0, 1)).astype(np.uint8)
print(f"{series.shape} {series.dtype}: week, row, column, channel")

# %%

figure, axes = plt.subplots(1, 4, figsize=(9, 1.8), layout="constrained")
for panel, week in zip(axes, (4, 14, 24, 34), strict=True):
    panel.imshow(series[week])
    panel.set_title(f"Week {week}")
    panel.set(xticks=[], yticks=[])

# %%
# One palette for all pictures
# ----------------------------
# An array of the shape (weeks, rows, columns, 3) is a stack of RGB pictures. ``quantize`` finds one
# palette for the whole of it. In CIELAB *a* goes from green (negative) to red (positive): it tells
# which colors are moss.

q = quantize(series, N_COLORS, color_space="lab")
greenness = -convert_colors(q.palette.rgb, "lab")[:, 1]
is_green = greenness > 0
q = q.renamed({k: "moss" if is_green[k] else "wall" for k in range(N_COLORS)})
print(q.to_frame()[["hex", "name", "pixels", "share"]])

# %%
# Shares over time
# ----------------
# ``measure`` counts every week by itself; ``frames`` says when the pictures were taken. ``pivot``
# makes a row for each time, and a column for each color.

table = measure(q, frames=weeks, frame_unit="weeks")
shares = table.pivot(index="position", columns="cluster", values="share")
print(shares.iloc[::5].map("{:.1%}".format))

# %%
# In the palette's own colors, the table becomes a picture of what has happened, from the greenest
# color below to the reddest above. The ripples are the light: in a dark week there is more of the
# dark colors.

order = np.argsort(-greenness)
colors = q.palette.rgb[order]
figure, panel = plt.subplots(figsize=(9, 4), layout="constrained")
panel.set(
    title=f"The shares of {N_COLORS} colors, moss below and wall above",
    xlabel="Week",
    ylabel="Share of the picture (%)",
    xlim=(weeks[0], weeks[-1]),
    ylim=(0, 100),
)
panel.stackplot(weeks, 100 * shares[order].T, colors=colors, linewidth=0)
line = panel.plot(weeks, 100 * truth, "w--", linewidth=2)
text = panel.text(1, 10, "truth", color="white", weight="bold")

# %%
# Is it true?
# -----------
# The dashed line is how much moss we have put there. ``group=True`` sums up colors of one name, and
# we compare the sum with it. What remains is the thin edge of the moss, where green and red mix.

grouped = measure(q, frames=weeks, frame_unit="weeks", group=True)
measured = grouped.pivot(index="position", columns="name", values="share")["moss"]
wrong = np.abs(measured - truth)
print(f"wrong by {wrong.mean():.2%} of the picture on average")
print(f"and by {wrong.max():.2%} at most")

# %%
# Why not a palette for each picture?
# -----------------------------------
# Each alone would be painted a little better. But clusters are numbered by how frequent they are,
# and this changes: cluster 0 is red at first, and green in the end.

own = [quantize(picture, N_COLORS, color_space="lab") for picture in series]
own_labels = np.stack([result.labels for result in own])
own_error = np.mean([result.mse for result in own])
print(f"mean squared error: {q.mse:.1f} with one palette")
print(f"and {own_error:.1f} with a palette for each")

# %%
# Take the part of the wall where moss never comes. Nothing happens there but that the light changes
# a little. How many of its pixels have another label than in the week before?

bare = (thickness == 0).all(axis=0)


def jumping(labels):
    """Return the share of labels of the bare wall that change."""
    return (labels[1:, bare] != labels[:-1, bare]).mean()


print(f"with one palette {jumping(q.labels):.1%}")
print(f"with a palette for each {jumping(own_labels):.1%}")

# %%
# Below, each row is a cluster, and each column a week. With one palette a row has one color, and
# its share can be followed. With a palette for each picture it cannot.

strips = {
    "One palette for all": [q.palette.rgb] * N_WEEKS,
    "A palette for each": [result.palette.rgb for result in own],
}
figure, axes = plt.subplots(1, 2, figsize=(9, 3), layout="constrained")
for panel, (title, palettes) in zip(axes, strips.items(), strict=True):
    colors = np.stack(palettes, axis=1)  # (clusters, weeks, 3)
    panel.imshow(colors, aspect="auto", interpolation="nearest")
    panel.set(title=title, xlabel="Week", ylabel="Cluster")
    panel.set(yticks=range(N_COLORS))

# %%
# One palette sees the light, too
# -------------------------------
# A palette for each picture follows the light, and hides it. One palette shows it: if the light
# changed much, dark colors would grow where nothing has grown. Then correct the light first, or
# compare sums of names, as we did for the moss.

# %%
# Pictures in files
# -----------------
# Pictures that lie in files need not be in memory together. ``fit_palette`` takes a list of paths
# and holds one at a time; then ``quantize(picture, palette=palette)`` paints each.

# %%
# In napari
# ---------
# 1. Open the series as one layer. Its scale and unit along the first axis tell the times.
# 2. Leave *Of stacks* as it is, so that the whole series has one palette. Click *Quantize*.
# 3. Click *Shares*: the plot above, with a line where napari is; drag it through time. *Save table*
#    writes a row per frame and color.
# 4. Press N to name colors. *Measure* has *each frame* and *sum up names*.
#
# More: :doc:`/widget` and :doc:`/measuring`.

# %%
# On the command line
# -------------------
# A TIFF of many pages, or an animation, is a series; many pictures have one palette, too:
#
# .. code-block:: sh
#
#    napari-kmeans-quantizer measure wall.tif -k 8 --color-space lab \
#        --frames --frame-step 1 --frame-unit weeks -o shares.csv
#    napari-kmeans-quantizer measure "week*.png" -k 8 --color-space lab -o shares-of-files.csv
#
# All options: :doc:`/command-line`.

# sphinx_gallery_thumbnail_number = 2
