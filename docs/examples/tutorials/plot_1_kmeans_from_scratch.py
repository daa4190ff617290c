"""
K-means from scratch, and then fast
===================================

A photograph holds thousands of colors. Sixteen of them, well chosen, still show what is on it. This
tutorial finds them twice: first with a class of a few lines of NumPy that hides nothing, then with
:func:`~napari_kmeans_quantizer.quantize`. At the end both are compared: colors, error, time and
memory.

You need some NumPy, and no knowledge of clustering.
"""

# sphinx_gallery_thumbnail_number = 4

import math
import time
import tracemalloc
import warnings
from contextlib import contextmanager

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patheffects import withStroke
from PIL import Image
from skimage import data

from napari_kmeans_quantizer import KMeans, euclidean_distances, quantize

plt.rc("figure.constrained_layout", use=True)
plt.rc("font", size=11)
rng = np.random.default_rng(seed=4)

# %%
# The photograph
# --------------
#
# scikit-image ships this portrait. We enlarge it to three megapixels, as many as a small camera
# has.

small = Image.fromarray(data.astronaut())
photo = np.asarray(small.resize((1732, 1732), Image.Resampling.BICUBIC))


def show(axes, picture, title):
    """Draw a picture with its title, without numbers at its edges."""
    axes.imshow(picture)
    axes.set_title(title)
    axes.set_axis_off()


figure, axes = plt.subplots(figsize=(5, 5.3))
show(axes, photo, f"{photo.shape[1]} x {photo.shape[0]} pixels")
plt.show()

# %%
# Each pixel is three numbers from 0 to 255: red, green and blue. Many formulas are simpler from 0
# to 1, so we divide by 255.

image = photo / 255
print(f"before: {photo.dtype}, {photo.min()} to {photo.max()}")
print(f"after:  {image.dtype}, {image.min()} to {image.max()}")

# %%
# How large is it? Each number of the photograph takes one byte. After the division it takes eight.

height, width, channels = photo.shape
print(f"width:    {width} pixels")
print(f"height:   {height} pixels")
print(f"channels: {channels}")
print(f"size:     {photo.nbytes:,} bytes")
print(f"          {image.nbytes:,} bytes after the division")

# %%
# What could be saved?
# --------------------
#
# A pixel takes three bytes, which are 24 bits. With only 16 colors it is enough to store the number
# of its color. Numbers from 0 to 15 fit into 4 bits.

N_COLORS = 16

bits_before = 8 * photo.itemsize * channels
bits_after = math.ceil(math.log2(N_COLORS))
saved = 1 - bits_after / bits_before
print(f"{bits_before} -> {bits_after} bits per pixel: {saved:.0%} saved")
print(f"The {N_COLORS} colors themselves take {N_COLORS * channels} bytes.")

# %%
# Pixels are points
# -----------------
#
# For K-means the place of a pixel does not matter, only its color. So we put all pixels below each
# other: a table with one row per pixel and the columns red, green and blue. Each row is a point in
# space.

pixels = image.reshape(-1, channels)
print(f"{image.shape} -> {pixels.shape}")

# %%
# Millions of points are too many to plot, and more than a first try needs. So chance decides: each
# pixel stays with a probability of 0.1 %. The result is a mask, an array of booleans that is True
# where a pixel stays.

mask = rng.random(len(pixels)) < 0.001
sample = pixels[mask]
print(f"the mask: {mask.dtype}, {mask.shape}, True {mask.sum():,} times")
reduction = 1 - len(sample) / len(pixels)
print(f"{len(pixels):,} -> {len(sample):,} points: {reduction:.2%} less")

# %%
# Here they are, each in its own color. Similar colors are neighbors. The greys lie on the diagonal
# from black to white. The orange of the suit and the blue of the flag are arms of their own.

TICKS = [0.2, 0.5, 0.8]


def color_space(title):
    """Return axes for points in red, green and blue."""
    figure = plt.figure(figsize=(7, 5.5))
    axes = figure.add_subplot(projection="3d", computed_zorder=False)
    axes.set(xlabel="red", ylabel="green", zlabel="blue", title=title)
    axes.set(xlim=(0, 1), ylim=(0, 1), zlim=(0, 1))
    axes.set(xticks=TICKS, yticks=TICKS, zticks=TICKS)
    axes.view_init(elev=20, azim=-55)
    axes.set_box_aspect(None, zoom=1.1)
    return axes


def stars(axes, centers):
    """Draw centers as stars in their colors."""
    axes.scatter(
        *centers.T,
        c=centers,
        marker="*",
        s=400,
        edgecolor="black",
        depthshade=False,
        path_effects=[withStroke(linewidth=4, foreground="white")],
    )


axes = color_space(f"{len(sample):,} pixels in their own colors")
axes.scatter(*sample.T, c=sample, s=8)
plt.show()

# %%
# How far apart are two colors?
# -----------------------------
#
# K-means needs distances, nothing else. The distance of two points is the root of the sum of the
# squared differences. Let us take one pixel at random and measure the distances of all others from
# it.

chosen = rng.choice(sample)
distances = np.sqrt(((sample - chosen) ** 2).sum(axis=1))

axes = color_space("Distances from one pixel")
points = axes.scatter(*sample.T, c=distances, s=8, cmap="viridis")
stars(axes, chosen[np.newaxis])
plt.colorbar(points, label="distance to the star", shrink=0.7, pad=0.1)
plt.show()

# %%
# :func:`~napari_kmeans_quantizer.euclidean_distances` gives the distances of all pairs at once. We
# check it by hand. On a line, 0 and 1 are 1 apart. In the cube of colors, black and white are the
# root of three apart.

line = euclidean_distances([[0]], [[1]])
diagonal = euclidean_distances([[0, 0, 0]], [[1, 1, 1]])
print(f"0 and 1:         {line.item()}")
print(f"black and white: {diagonal.item()}")
print(f"the root of 3:   {math.sqrt(3)}")

# %%
# A third check with more points: ten random ones against ten others, in four dimensions. Courses on
# K-means like to draw them with NumPy's old generator and the seed 0; so do we. By hand it is a
# loop over all pairs.

old_generator = np.random.RandomState(0)
first, second = old_generator.rand(10, 4), old_generator.rand(10, 4)
by_hand = [math.dist(a, b) for a in first for b in second]
mean_distance = euclidean_distances(first, second).mean()
print(f"{len(by_hand)} pairs")
print(f"mean by hand: {sum(by_hand) / len(by_hand):.10f}")
print(f"mean of ours: {mean_distance:.10f}")

# %%
# K-means in a few lines
# ----------------------
#
# K-means looks for K centers, and repeats two steps:
#
# 1. Each point goes to its nearest center. All points of one center are a cluster.
# 2. Each center moves to the mean of its cluster.
#
# That is all. To find the nearest center the squares of the distances will do: the root would not
# change their order.


class NaiveKMeans:
    """K-means as on a blackboard."""

    def __init__(self, start, n_iterations=30):
        self.centers = np.array(start)
        self.n_iterations = n_iterations

    def fit(self, points):
        """Move the centers to the means of their clusters."""
        for _ in range(self.n_iterations):
            labels = self.predict(points)
            for k in range(len(self.centers)):
                self.centers[k] = points[labels == k].mean(axis=0)
        return self

    def predict(self, points):
        """Return the number of the nearest center of each point."""
        squares = np.empty((len(points), len(self.centers)))
        for k, center in enumerate(self.centers):
            squares[:, k] = ((points - center) ** 2).sum(axis=1)
        return squares.argmin(axis=1)


# %%
# Later we want to know what each step costs. This stopwatch notes its time, and the most memory
# that its arrays take beside those that are there before.

costs = {}


@contextmanager
def measured(step):
    """Note seconds and megabytes of a step."""
    tracemalloc.start()
    begin = time.perf_counter()
    yield
    seconds = time.perf_counter() - begin
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    costs[step] = seconds, peak / 1e6


# %%
# The centers start at 16 pixels of the sample. Thirty iterations follow.

start = rng.choice(sample, N_COLORS, replace=False)
with measured("naive: fit the sample"):
    naive = NaiveKMeans(start).fit(sample)
print(naive.centers.round(3))

# %%
# :class:`~napari_kmeans_quantizer.KMeans` does the same with the interface of scikit-learn. It gets
# the same sample, the same start and as many iterations. With ``tol=0`` it stops early only if
# nothing moves any more. It must find the same centers.

model = KMeans(N_COLORS, init=start, n_init=1, max_iter=30, tol=0)
model.fit(sample)
difference = np.abs(model.cluster_centers_ - naive.centers).max()
print(f"iterations: {model.n_iter_}")
print(f"largest difference of all coordinates: {difference:.1e}")
assert np.allclose(model.cluster_centers_, naive.centers)

# %%
# The centers among the points, as stars in their colors. There are more of them where there are
# more points.

axes = color_space(f"{N_COLORS} centers")
axes.scatter(*sample.T, c=sample, s=8, alpha=0.35, depthshade=False)
stars(axes, naive.centers)
plt.show()

# %%
# From centers to a picture
# -------------------------
#
# So far only the sample has labels. Now each of the three million pixels goes to its nearest
# center.

with measured("naive: label all pixels"):
    labels = naive.predict(pixels)
print(f"labels: {labels.shape}, from {labels.min()} to {labels.max()}")

# %%
# The centers are the means of the sample. The means over the full image are better, as they come
# from all pixels. They are our palette.

with measured("naive: mean colors"):
    means = [pixels[labels == k].mean(axis=0) for k in range(N_COLORS)]
    palette = np.array(means)
shift = np.abs(palette - naive.centers).max()
print(f"largest step from a center to its mean: {shift:.4f}")

figure, cells = plt.subplots(2, N_COLORS // 2, figsize=(9, 2.9))
for k, axes in enumerate(cells.flat):
    show(axes, palette[k].reshape(1, 1, channels), f"Cluster {k}")
plt.show()

# %%
# The labels are still one long row. In the shape of the photograph they are an image again. The
# palette turns each label into its color.

with measured("naive: paint"):
    label_image = labels.reshape(height, width)
    compressed = np.rint(255 * palette[label_image]).astype(np.uint8)
print(f"{labels.shape} -> {label_image.shape} -> {compressed.shape}")

figure, axes = plt.subplots(figsize=(6, 5.3))
one_each = plt.get_cmap("tab20", N_COLORS)
drawn = axes.imshow(label_image, cmap=one_each)
drawn.set_clim(-0.5, N_COLORS - 0.5)
axes.set_title("Labels, in colors that only tell them apart")
axes.set_axis_off()
plt.colorbar(drawn, label="cluster", ticks=range(N_COLORS))
plt.show()

# %%
# The original beside the compressed picture. Edges stay sharp. In smooth areas bands appear,
# because the colors between are missing.

figure, (left, right) = plt.subplots(1, 2, figsize=(9, 4.9))
show(left, photo, f"Original: {bits_before} bits a pixel")
show(right, compressed, f"{N_COLORS} colors: {bits_after} bits a pixel")
plt.show()

# %%
# And then fast
# -------------
#
# :func:`~napari_kmeans_quantizer.quantize` does all of this in one call: palette, labels and
# picture. It does not need a sample, as it looks at all pixels.
#
# An honest word on the first call: on a new machine the inner loops are compiled then, which takes
# a while. They are kept on disk, and later sessions only load them. So we call it once, and do not
# count this call.

begin = time.perf_counter()
quantize(photo, N_COLORS)
print(f"first call: {time.perf_counter() - begin:.2f} s")

# %%
# Now we measure. All steps beside each other, ours in the last line:

with measured("quantize: all steps"):
    q = quantize(photo, N_COLORS)

for step, (seconds, megabytes) in costs.items():
    print(f"{step:<24} {seconds:8.3f} s {megabytes:8.1f} MB")

# %%
# The times of the naive steps add up. Their memory does not: each step gives most of it back when
# it ends, so the largest one counts. The naive way also needs the pixels as floats, which were
# there before and are not counted here.

seconds, megabytes = zip(*costs.values(), strict=True)
ways, colors = ["naive", "quantize"], ["tab:gray", "tab:blue"]
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 2.2))
left.barh(ways, [sum(seconds[:-1]), seconds[-1]], color=colors)
left.set(title="Time", xlabel="seconds")
right.barh(ways, [max(megabytes[:-1]), megabytes[-1]], color=colors)
right.set(title="Most memory", xlabel="megabytes")
for axes in (left, right):
    axes.invert_yaxis()
    axes.bar_label(axes.containers[0], fmt=" {:.3g}")
    axes.margins(x=0.2)
plt.show()

# %%
# Is it as good? We compare both pictures with the photograph. The error is the mean of the squared
# differences: the lower, the better.

naive_error = ((compressed.astype(float) - photo) ** 2).mean()
print(f"naive:    {naive_error:.1f}")
print(f"quantize: {q.mse:.1f}, {1 - q.mse / naive_error:.0%} less")
print(q.summary)

figure, (left, right) = plt.subplots(1, 2, figsize=(9, 4.9))
show(left, compressed, f"Naive, error {naive_error:.1f}")
show(right, q.image, f"quantize, error {q.mse:.1f}")
plt.show()

# %%
# Look at the flag. A start that is drawn at random can miss a color: here no center came near the
# blue, and several share the orange. ``quantize`` also searches for a good start, and it sees all
# pixels.

# %%
# What goes wrong
# ---------------
#
# Our class has a trap: a center that no point is nearest to. Photographs hold many equal pixels, so
# two centers may well start at the same color. Then the one with the lower number gets all points
# of both, and the other cluster is empty.
#
# Six points in three groups are enough to see it. Centers 0 and 1 start at the same point.

x = [0.1, 0.2, 0.5, 0.6, 0.8, 0.9]
y = [0.2, 0.1, 0.8, 0.9, 0.3, 0.2]
few = np.column_stack([x, y])
twins = few[[0, 0, 4]]
print("labels:", NaiveKMeans(twins).predict(few))

# %%
# The mean of nothing is 0 / 0. NumPy warns and writes NaN, "not a number". That is one iteration:

with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    broken = NaiveKMeans(twins, n_iterations=1).fit(few)
for warning in caught:
    print(f"{warning.category.__name__}: {warning.message}")
print(broken.centers)

# %%
# It gets worse. All distances from NaN are NaN, and ``argmin`` treats NaN as the smallest number.
# So in the next iteration the broken center gets all points, and the others have none.

with np.errstate(invalid="ignore"), warnings.catch_warnings():
    warnings.filterwarnings("ignore", "Mean of empty slice")
    broken = NaiveKMeans(twins, n_iterations=2).fit(few)
print(broken.centers)

# %%
# Our :class:`~napari_kmeans_quantizer.KMeans` gives an empty cluster the point that is farthest
# from its center, as scikit-learn does. Then all goes on as usual.

healed = KMeans(3, init=twins, n_init=1).fit(few)
print(healed.cluster_centers_)
print("labels:", healed.labels_)

# %%
# The same start, two ends:

figure, both = plt.subplots(1, 2, figsize=(9, 4.2), sharey=True)
ends = {"Naive": broken.centers, "KMeans": healed.cluster_centers_}
for axes, (name, centers) in zip(both, ends.items(), strict=True):
    n_left = np.isfinite(centers).all(axis=1).sum()
    axes.scatter(x, y, s=60, label="points")
    axes.scatter(*centers.T, s=400, marker="*", ec="black", label="centers")
    axes.set(title=f"{name}: {n_left} of {len(centers)} centers left")
    axes.set(xlim=(0, 1), ylim=(0, 1), aspect="equal")
    axes.set(xlabel="x", ylabel="y")
axes.legend(loc="upper left")
plt.show()

# %%
# The same in napari
# ------------------
#
# Open **File > Open Sample > K-means Color Quantizer > Tutorial 1: K-means from scratch, and then
# fast**. The photograph opens beside the panel, and a guided tour leads you through these steps
# with the mouse.
#
# Next
# ----
#
# - :doc:`/gallery/tutorials/plot_2_how_many_colors` asks how large K should be.
# - :doc:`/engine` tells why ``quantize`` is that fast.
# - :doc:`/scripting` shows what else a script can do.
