"""
A gigapixel mosaic on a laptop
==============================

A slide scanner takes thousands of pictures and joins them: a billion pixels, three gigabytes. They
need not fit into memory. We find the colors of all of them, chunk by chunk, and paint only what we
look at.

This needs dask and zarr: ``pip install "napari-kmeans-quantizer[big]"``.
"""

# %%
# How large?
# ----------
# One constant says how large the mosaic is: 1.0 is a gigapixel, rounded up to whole chunks. Make it
# smaller if you are in a hurry, or larger: the memory stays about the same. Two threads do the
# work, as on a small laptop.

import math
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import dask
import dask.array as da
import matplotlib.pyplot as plt
import numpy as np
import psutil
import zarr
from skimage.data import immunohistochemistry

from napari_kmeans_quantizer import painted_like, quantize, quantize_to_zarr

GIGAPIXELS = 1.0
CHUNK, FIELD = 2048, 512  # pixels along each side
N_THREADS = 2

# %%
# What stands for the scanner
# ---------------------------
# We have no slide of three gigabytes here, so we make one, from the section of tissue that
# scikit-image ships. Each field of 512 x 512 pixels is that picture, mirrored so that fields join.
# The stain is strong here and weak there. A power of the values makes that: optical density grows
# with the stain. The light changes from field to field. Fields without tissue are empty.
#
# The picture is made once in all strengths and lights. Making a chunk then only copies fields.

rng = np.random.default_rng(0)
tissue = immunohistochemistry()
strengths = np.linspace(0.35, 1.6, 12).reshape(12, 1, 1, 1, 1)
lights = rng.uniform(0.93, 1.0, size=(4, 1, 1, 3))
fields = (255 * lights * (tissue / 255) ** strengths).astype(np.uint8)
empty = (240 + rng.integers(-2, 3, size=tissue.shape)).astype(np.uint8)

n_chunks = max(2, math.ceil((1e9 * GIGAPIXELS) ** 0.5 / CHUNK))  # along each side
side = CHUNK * n_chunks


def field_at(row, column):
    """Return the field of a place; its pixels follow from the place alone."""
    x, y = 2 * (np.array([column, row]) + 0.5) * FIELD / side - 1  # -1..1
    if np.hypot(x, 1.3 * y) > 0.8 + 0.12 * np.sin(3 * np.arctan2(y, x) + 1):
        return empty
    waves = np.sin(5 * x + 2 * y) + np.sin(4 * y - 3 * x + 1)  # -2..2
    strength = round((waves + 2) / 4 * (len(fields) - 1))
    picture = fields[strength, (7 * row + 3 * column) % len(lights)]
    return picture[:: 1 - 2 * (row % 2), :: 1 - 2 * (column % 2)]


made = []  # where chunks were made, to count them


def scanned(block_info=None):
    """Return a chunk of the mosaic."""
    made.append(block_info[None]["chunk-location"])
    (top, bottom), (left, right), _ = block_info[None]["array-location"]
    chunk = np.empty((bottom - top, right - left, 3), np.uint8)
    for y in range(top, bottom, FIELD):
        for x in range(left, right, FIELD):
            here = chunk[y - top :, x - left :][:FIELD, :FIELD]
            here[:] = field_at(y // FIELD, x // FIELD)
    return chunk


mosaic = da.map_blocks(
    scanned,
    chunks=((CHUNK,) * n_chunks, (CHUNK,) * n_chunks, (3,)),
    dtype=np.uint8,
    meta=np.empty((0, 0, 0), np.uint8),
)
print(f"{side} x {side} pixels = {side**2 / 1e9:.2f} gigapixels")
print(f"{mosaic.nbytes / 1e9:.2f} GB, if they were in memory")
print(f"{mosaic.npartitions} chunks; made so far: {len(made)}")

# %%
# With your own data, one line takes the place of all this: ``mosaic = da.from_zarr("slide.zarr")``.

# %%
# Watch the memory
# ----------------
# A thread looks every few milliseconds at how much memory this process has. The total holds more
# than the mosaic needs: Python, the libraries, and the pictures above, too.


@contextmanager
def watched(what):
    """Print how long something takes, and the most memory meanwhile."""
    rss, is_done = psutil.Process().memory_info, threading.Event()
    before = most = rss().rss
    start = time.perf_counter()

    def look():
        nonlocal most
        while not is_done.wait(0.005):
            most = max(most, rss().rss)

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        with dask.config.set(scheduler="threads", num_workers=N_THREADS):
            yield
    finally:
        is_done.set()
        watcher.join()
    print(f"{what}: {time.perf_counter() - start:.1f} s")
    more, in_all = (most - before) / 1e6, most / 1e6
    print(f"memory at most {more:.0f} MB more than before, {in_all:.0f} MB in all")


# %%
# Find the colors
# ---------------
# ``quantize`` takes the lazy mosaic as any other image. It reads each chunk once, counts its
# colors, and lets it go. No pixel is skipped.

quantize(tissue, 8)  # loads the library before anything is measured

with watched("8 colors of the whole mosaic"):
    q = quantize(mosaic, 8)
print(f"the mosaic itself would take {mosaic.nbytes / 1e6:.0f} MB")
print(f"chunks made: {len(made)}, different ones: {len(set(made))}")
assert q.palette.counts.sum() == side**2  # all pixels were counted

# %%
# The palette is known, with the share of each color in the whole slide, and so is the error.

for color, share in zip(q.palette.hex, q.palette.share, strict=True):
    print(f"{color}  {share:6.2%}")
print(f"PSNR {q.psnr:.1f} dB")

# %%
# Nothing is painted yet
# ----------------------
# Labels and painted image are lazy, in the chunks of the mosaic.

print(f"labels {q.labels.shape} {q.labels.dtype}, {q.labels.npartitions} chunks")
print(f"image {q.image.shape} {q.image.dtype}, {q.image.npartitions} chunks")
print(f"chunks made so far: {len(made)}")

# %%
# Take a window of them, and only the chunks that lie under it are made.

row, column = round(0.36 * side), round(0.4 * side)
window = (slice(row, row + 600), slice(column, column + 900))
made.clear()
with watched("a window of 600 x 900 pixels"):
    parts = q.labels[window], q.image[window], mosaic[window]
    labels, painted, original = dask.compute(*parts)
print(f"labels {labels.shape} {labels.dtype}, from {len(set(made))} chunks")

# %%
# For an overview, every 64th pixel is enough. ``painted_like`` paints any other image in the same
# colors, such as this one.

with watched("the overview"):
    small = mosaic[::64, ::64].compute()
    overview = painted_like(da.from_array(small), q)[1].compute()

# %%
figure, axes = plt.subplot_mosaic(
    [["whole", "original"], ["whole", "painted"]],
    figsize=(9, 5.4),
    width_ratios=[1.45, 1],
    layout="constrained",
)
axes["whole"].imshow(overview)
axes["whole"].set_title(f"{side**2 / 1e9:.2f} gigapixels, every 64th pixel")
frame = plt.Rectangle((column / 64, row / 64), 900 / 64, 600 / 64, fill=False)
frame.set(edgecolor="red", linewidth=1.5)
axes["whole"].add_patch(frame)
axes["original"].imshow(original)
axes["original"].set_title("The window in red: original")
axes["painted"].imshow(painted)
axes["painted"].set_title("The window in red: 8 colors")
for panel in axes.values():
    panel.set(xticks=[], yticks=[])

# %%
# Write it as OME-Zarr
# --------------------
# ``quantize_to_zarr`` writes labels and painted image, chunk by chunk, with coarser levels for
# viewers. Here we write a part, in the palette of the whole. The whole is the same line with
# ``mosaic``.

first = (n_chunks // 2 - 1) * CHUNK  # a chunk begins there
part = mosaic[first : first + 2 * CHUNK, first : first + 2 * CHUNK]
folder = tempfile.TemporaryDirectory()
target = Path(folder.name) / "part.ome.zarr"
with watched(f"a part of {part.shape[0]} x {part.shape[1]} pixels, written"):
    written = quantize_to_zarr(part, target, palette=q.palette)
n_bytes = sum(f.stat().st_size for f in target.rglob("*") if f.is_file())
print(written.summary)
print(f"{n_bytes / 1e6:.1f} MB on disk, of {part.nbytes / 1e6:.1f} MB")

# %%
# Read the levels back
# --------------------
# The file tells its levels. In it, label 1 is the first color, and channels stand before rows and
# columns, as OME-Zarr wants it.

group = zarr.open_group(target, mode="r")
paths = [d["path"] for d in group.attrs["ome"]["multiscales"][0]["datasets"]]
levels = [da.from_zarr(group[path]) for path in paths]
stored = [da.from_zarr(group["labels/clusters"][path]) for path in paths]
for level, numbers in zip(levels, stored, strict=True):
    print(f"image {level.shape}, labels {numbers.shape} {numbers.dtype}")

# %%
# ``written.quantization`` reads them as ``quantize`` has them: labels from 0 on. What is written is
# what ``q.labels`` shows at the same place of the mosaic.

again = written.quantization.labels[:500, :500].compute()
assert (again == q.labels[first:, first:][:500, :500].compute()).all()
assert (again + 1 == stored[0][:500, :500].compute()).all()
print(f"{again.size} labels are equal")

# %%
# A viewer takes the level that fits the screen. Here is one corner of the part, in all levels.

n_levels = len(levels)
figure, axes = plt.subplots(1, n_levels, figsize=(9, 2.6), layout="constrained")
for number, (panel, level) in enumerate(zip(axes, levels, strict=True)):
    pixels = level.shape[1] // 8
    corner = level[:, :pixels, :pixels].compute()
    panel.imshow(np.moveaxis(corner, 0, -1), interpolation="nearest")
    panel.set_title(f"Level {number}: {pixels} x {pixels}", fontsize=10)
    panel.set(xticks=[], yticks=[])
folder.cleanup()

# %%
# In napari
# ---------
# 1. Drop ``part.ome.zarr`` onto napari, with napari-ome-zarr installed: the labels are in their
#    colors.
# 2. Or open the slide itself, a zarr or a pyramid. Its layer stays lazy. *Fit on* says where colors
#    are found: on a level of the pyramid, or on all pixels. Click *Quantize*: what you look at is
#    painted.
#
# More: :doc:`/big-data`.

# %%
# On the command line
# -------------------
# A zarr is read and painted chunk by chunk. If it is ended before it is done, ``--resume`` goes on:
#
# .. code-block:: sh
#
#    napari-kmeans-quantizer slide.ome.zarr -k 8
#    napari-kmeans-quantizer slide.ome.zarr -k 8 --resume
#
# All options: :doc:`/command-line`. More than one machine: :doc:`/big-data`.
