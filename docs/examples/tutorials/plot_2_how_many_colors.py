"""
How many colors?
================

K-means needs to be told K, the number of colors. This tutorial starts with one color, goes on to
three, looks at all from two to ten, and lets a curve tell how many are enough. It ends beside
scikit-learn: the same data must give the same colors.

You need some pandas, and scikit-learn for the comparison: ``pip install scikit-learn``. How K-means
works is told in :doc:`/gallery/tutorials/plot_1_kmeans_from_scratch`.
"""

# sphinx_gallery_thumbnail_number = 6

import time

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.patheffects import withStroke
from PIL import Image
from sklearn.cluster import KMeans as SklearnKMeans
from sklearn.datasets import load_sample_image

from napari_kmeans_quantizer import (
    KMeans,
    euclidean_distances,
    pixel_table,
    quantize,
    suggest_n_colors,
)

plt.rc("figure.constrained_layout", use=True)
plt.rc("font", size=11)
rng = np.random.default_rng(seed=0)

# %%
# The photograph
# --------------
#
# scikit-learn ships a photograph of a flower. We halve its width and height.

large = Image.fromarray(load_sample_image("flower.jpg"))
photo = np.asarray(large.reduce(2))
print("shape:", photo.shape)


def show(axes, picture, title):
    """Draw a picture with its title, without numbers at its edges."""
    axes.imshow(picture)
    axes.set_title(title)
    axes.set_axis_off()


figure, axes = plt.subplots(figsize=(6, 4.3))
show(axes, photo, f"{photo.shape[1]} x {photo.shape[0]} pixels")
plt.show()

# %%
# For K-means only the colors matter. We flatten the picture: all pixels below each other, one row
# each.

pixels = photo.reshape(-1, 3)
print(photo.shape, "->", pixels.shape)

# %%
# As a table, the columns get names.

table = pd.DataFrame(pixels, columns=["r", "g", "b"])
table.head()

# %%
# Each row is a point in the space of red, green and blue. Some thousand of them, drawn at random,
# in their own colors:

TICKS = [0, 100, 200]

drawn = rng.choice(pixels, 3000, replace=False)


def color_space(title):
    """Return axes for points in red, green and blue."""
    figure = plt.figure(figsize=(7, 5.5))
    axes = figure.add_subplot(projection="3d", computed_zorder=False)
    axes.set(xlabel="red", ylabel="green", zlabel="blue", title=title)
    axes.set(xlim=(0, 255), ylim=(0, 255), zlim=(0, 255))
    axes.set(xticks=TICKS, yticks=TICKS, zticks=TICKS)
    axes.view_init(elev=20, azim=-55)
    axes.set_box_aspect(None, zoom=1.1)
    return axes


def stars(axes, centers):
    """Draw centers as stars in their colors."""
    axes.scatter(
        *centers.T,
        c=centers / 255,
        marker="*",
        s=400,
        edgecolor="black",
        depthshade=False,
        path_effects=[withStroke(linewidth=4, foreground="white")],
    )


axes = color_space(f"{len(drawn):,} pixels in their own colors")
axes.scatter(*drawn.T, c=drawn / 255, s=8)
plt.show()

# %%
# One color
# ---------
#
# Which single color stands best for all pixels? For K-means it is their mean: no other point has a
# smaller sum of squared distances. So K = 1 must give the means of the three columns.

one = quantize(photo, 1)
means = table.mean()
print("K = 1:", one.palette.colors[0])
print("means:", means.to_numpy())
assert np.allclose(one.palette.colors[0], means)

# %%
# The mean is called the centroid. It lies in the middle of the cloud. It need not be the color of
# any pixel.

axes = color_space("The centroid of all pixels")
pale = {"alpha": 0.35, "depthshade": False}
axes.scatter(*drawn.T, c=drawn / 255, s=8, **pale)
stars(axes, one.palette.colors)
plt.show()

# %%
# Three colors
# ------------
#
# With K = 3 there are three centers. The palette lists them, the most frequent one first.

three = quantize(photo, 3)
three.to_frame()

# %%
# The labels tell which center each pixel belongs to. They are an image of numbers. A small part of
# them, every twelfth row and every sixth column, already shows the flower.

print("shape: ", three.labels.shape)
print("labels:", np.unique(three.labels))
for row in three.labels[::12, ::6]:
    print(*row, sep="")

# %%
# The colors as swatches:

figure, cells = plt.subplots(1, 3, figsize=(6, 2.4))
for k, axes in enumerate(cells):
    color = three.palette.colors[k] / 255
    show(axes, color.reshape(1, 1, 3), f"Cluster {k}")
plt.show()

# %%
# The labels go into the table, as a column of their own. We look at six rows, drawn at random.

table["cluster"] = three.labels.ravel()
six = sorted(rng.choice(len(table), 6, replace=False))
table.take(six)

# %%
# Web pages write colors as text: ``rgb(r, g, b)``. Three whole numbers make one such text. Each
# pixel gets the text of its cluster.

whole = np.rint(three.palette.colors).astype(int)
texts = [f"rgb({r}, {g}, {b})" for r, g, b in whole]
table["rgb"] = [texts[label] for label in table["cluster"]]
table.take(six)

# %%
# :func:`~napari_kmeans_quantizer.pixel_table` makes this table in one call. It adds where each
# pixel lies.

ready = pixel_table(photo, three)
assert table.equals(ready[table.columns].astype({"rgb": str}))
ready.take(six)

# %%
# The points again, each in the color of its cluster. The clusters are separated by planes: each
# point belongs to the star that is nearest.

some = table.sample(3000, random_state=0)
axes = color_space("Pixels in the color of their cluster")
colors = three.palette.colors[some["cluster"]]
axes.scatter(some["r"], some["g"], some["b"], c=colors / 255, s=8)
stars(axes, three.palette.colors)
plt.show()

# %%
# From two to ten
# ---------------
#
# A function for any K: it returns the picture painted in K colors.

results = {}


def cluster_image(k):
    """Return the photograph in k colors; keep the whole result."""
    results[k] = quantize(photo, k)
    return results[k].image


figure, cells = plt.subplots(3, 3, figsize=(9, 6.9))
for k, axes in zip(range(2, 11), cells.flat, strict=True):
    show(axes, cluster_image(k), f"K = {k}")
plt.show()

# %%
# :func:`~napari_kmeans_quantizer.plot_grid` draws such a grid in one call, with the quality of each
# picture: ``plot_grid(None, results)``.
#
# How many are enough?
# --------------------
#
# Each color more makes the error smaller. The first ones help much, later ones little. The error is
# the mean of the squared differences between picture and photograph.

n_colors = list(results)
errors = [q.mse for q in results.values()]
elbow = suggest_n_colors(n_colors, errors)
for k, error in zip(n_colors, errors, strict=True):
    print(f"K = {k:2}: error {error:5.1f}")
print("elbow: K =", elbow)

# %%
# The curve falls steeply, then it bends like an arm. Its elbow is the point farthest below the line
# from the first point to the last. :func:`~napari_kmeans_quantizer.suggest_n_colors` finds it.

figure, axes = plt.subplots(figsize=(7, 4.5))
axes.plot(n_colors, errors, "o-", label="error")
axes.plot(n_colors[::8], errors[::8], ":k", label="from first to last")
axes.plot(elbow, results[elbow].mse, "*k", ms=16, label="elbow")
axes.set(title=f"The elbow: K = {elbow}", xlabel="number of colors K")
axes.set(ylabel="mean squared error", xticks=n_colors)
axes.set_ylim(bottom=0)
axes.legend()
plt.show()

# %%
# The elbow depends on how far the curve goes: where more colors are tried, a later bend may win.
# ``n_colors="auto"`` looks at 2 to 32 colors.

auto = quantize(photo, "auto")
print("auto:", auto.summary)

# %%
# A rule like this helps to begin. Your eye, or the purpose of the picture, has the last word.
#
# Beside scikit-learn
# -------------------
#
# Most people who cluster in Python use the KMeans of scikit-learn. Ours must find the same centers.
# Both get the same points, and each draws five starts of its own and keeps the best result: a
# single start may lead to worse centers. With ``tol=0`` both go on until nothing moves.


def timed(function):
    """Return the result of a function, and its seconds."""
    begin = time.perf_counter()
    result = function()
    return result, time.perf_counter() - begin


points = pixels.astype(float)
ours = KMeans(3, n_init=5, tol=0, random_state=0)
theirs = SklearnKMeans(3, n_init=5, tol=0, random_state=1)
ours.fit(points)  # compiles, and is not timed
_, our_seconds = timed(lambda: ours.fit(points))
_, their_seconds = timed(lambda: theirs.fit(points))
our_centers = ours.cluster_centers_
their_centers = theirs.cluster_centers_
print("ours:", our_centers.round(2), sep="\n")
print("scikit-learn:", their_centers.round(2), sep="\n")

# %%
# The colors are the same, but not their order: the numbers of clusters mean nothing. So we match
# each of our centers with the nearest one of theirs.

distances = euclidean_distances(our_centers, their_centers)
partners = distances.argmin(axis=1)
difference = np.abs(our_centers - their_centers[partners])
print("partners:", partners)
print(f"largest difference of the centers: {difference.max():.1e}")
n_others = (partners[ours.labels_] != theirs.labels_).sum()
print("pixels in another cluster:", n_others)
assert sorted(partners) == [0, 1, 2]
assert np.allclose(difference, 0)

# %%
# Time and error of these two runs. The error is the mean squared difference as above, but before
# colors are rounded to whole numbers.

for name, model, seconds in (
    ("ours", ours, our_seconds),
    ("scikit-learn", theirs, their_seconds),
):
    error = model.inertia_ / points.size
    print(f"{name:<12} {seconds:6.3f} s, error {error:.3f}")

# %%
# :func:`~napari_kmeans_quantizer.quantize` stops a little earlier. Its colors are the means of
# their pixels up to a small tolerance, here less than one step of 255.

colors = three.palette.colors
nearest = euclidean_distances(colors, our_centers).argmin(axis=1)
step = np.abs(colors - our_centers[nearest]).max()
print(f"largest difference to the palette of quantize: {step:.2f}")

# %%
# In daily use all settings stay at their defaults, and only the number of colors is given. This is
# what each of the three takes then, and how good it is. Our KMeans draws the same start as
# scikit-learn from the same ``random_state``, so these two end alike. Times vary on a busy machine;
# look at their ratios.


def fitted(kind, k):
    """Return the inertia of a model with k clusters."""
    return kind(k, random_state=0).fit(points).inertia_


rows = []
for k in (3, 10, 32):
    ways = {
        "quantize": lambda k=k: quantize(photo, k).inertia,
        "KMeans": lambda k=k: fitted(KMeans, k),
        "scikit-learn": lambda k=k: fitted(SklearnKMeans, k),
    }
    for name, way in ways.items():
        inertia, seconds = timed(way)
        rows.append((k, name, seconds, inertia / points.size))
costs = pd.DataFrame(rows, columns=["K", "by", "seconds", "error"])
costs.set_index(["K", "by"]).round({"seconds": 4, "error": 2})

# %%
# The same in napari
# ------------------
#
# Open **File > Open Sample > K-means Color Quantizer > Tutorial 2: how many colors?**. The flower
# opens beside the panel, and a guided tour leads you from one color to the elbow.
#
# Next
# ----
#
# - :doc:`/gallery/index` has examples from science and illustration.
# - :doc:`/palettes` tells how colors leave as files, and come back.
# - :doc:`/cookbook` has short recipes to copy.
