"""Draw the figures of docs/engine.md; needs the extra `docs`."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
import numpy as np
from skimage.data import astronaut

from napari_kmeans_quantizer import completed
from napari_kmeans_quantizer.core.image import as_pixels
from napari_kmeans_quantizer.core.kernels.grid_count import MIXED
from napari_kmeans_quantizer.core.search.coarse_to_fine import search
from napari_kmeans_quantizer.core.search.efforts import EFFORTS
from napari_kmeans_quantizer.core.search.partition import (
    Partition,
    converge,
    explained,
    move_single_centers,
    on_finer_table,
    partition_of,
    seed_labels,
    weighted_means,
)
from napari_kmeans_quantizer.core.search.pyramid import pyramid, scaled
from napari_kmeans_quantizer.core.sweeps.base import Canvas
from napari_kmeans_quantizer.core.sweeps.grid import Grid, label_cells

mpl.use("Agg")
import matplotlib.pyplot as plt

FOLDER = Path(__file__).parents[1] / "docs" / "images"
IMAGE = astronaut()
N_COLORS = 16
RNG = np.random.default_rng(0)


def main() -> None:
    plt.rcParams.update({"font.size": 9, "savefig.dpi": 130, "figure.constrained_layout.use": True})
    pixels = as_pixels(IMAGE)
    grid = Grid(pixels)
    table = grid.table(N_COLORS, RNG)
    save("grid", draw_grid(table))
    save("seeds", draw_seeds(table))
    save("moves", draw_moves(grid.table(64, RNG)))
    counts = table.counts.astype(float)
    centers, _ = search(table.colors, counts, N_COLORS, EFFORTS["balanced"], RNG)
    save("sweeps", draw_sweeps(pixels, grid))
    save("map", draw_map(grid, centers))


def save(name: str, figure: plt.Figure) -> None:
    figure.savefig(FOLDER / f"engine-{name}.png")
    plt.close(figure)


def plane(axes: plt.Axes, title: str) -> None:
    axes.set(xlim=(0, 255), ylim=(0, 255), aspect="equal", xlabel="red", ylabel="green")
    axes.set_title(title, fontsize=9)


def draw_grid(table) -> plt.Figure:
    figure, (left, right) = plt.subplots(1, 2, figsize=(8, 4))
    some = RNG.choice(IMAGE.reshape(-1, 3), 20_000)
    left.scatter(*some[:, :2].T, s=0.4, c=some / 255)
    plane(left, f"{IMAGE.shape[0] * IMAGE.shape[1]:,} pixels (20,000 shown)")
    area = 40 * np.sqrt(table.counts / table.counts.max())
    right.scatter(*table.colors[:, :2].T, s=0.4 + area, c=table.colors / 255, linewidths=0)
    plane(right, f"{len(table.colors):,} weighted colors")
    return figure


def draw_seeds(table) -> plt.Figure:
    tables = pyramid(table.colors, table.counts.astype(float), N_COLORS, np.inf)
    points = scaled(tables)[0]
    figure, panels = plt.subplots(1, 3, figsize=(9, 3.2))
    for axes, n_clusters in zip(panels, (2, 4, N_COLORS), strict=True):
        labels = seed_labels(points, n_clusters)
        centers = weighted_means(tables[0].colors, tables[0].counts, labels, n_clusters)
        axes.scatter(*tables[0].colors[:, :2].T, s=5, c=labels % 20, cmap="tab20", linewidths=0)
        axes.scatter(*centers[:, :2].T, s=130, marker="*", c=centers / 255, edgecolors="black")
        plane(axes, f"{n_clusters} clusters")
    return figure


def draw_moves(table) -> plt.Figure:
    """Error after ever more trials on one table, K = 64."""
    tables = pyramid(table.colors, table.counts.astype(float), 64, np.inf)
    coarse, points = scaled(tables)[:2]
    partition = partition_of(coarse, seed_labels(coarse, 64), 64)
    converge(coarse, partition, 10)
    partition = on_finer_table(partition, tables[0].lengths)
    converge(points, partition, 30)
    total = float((points.weights * points.points.astype(float) ** 2).sum())
    errors = []
    for n_trials in range(0, 401, 10):
        moved = Partition(*(array.copy() for array in partition))
        move_single_centers(points, moved, EFFORTS["best"], n_trials)
        errors.append(total - explained(moved))
    figure, axes = plt.subplots(figsize=(6, 3))
    axes.plot(10 * np.arange(len(errors)), 100 * np.array(errors) / errors[0])
    axes.set(xlabel="trials", ylabel="error, % of Lloyd's", title="Moving 64 centers one by one")
    axes.grid(alpha=0.3)
    return figure


def draw_sweeps(pixels, grid) -> plt.Figure:
    figure, axes = plt.subplots(figsize=(6, 3))
    for n_colors in (8, 16, 64, 256):
        table = grid.table(n_colors, RNG)
        counts = table.counts.astype(float)
        centers, _ = search(table.colors, counts, n_colors, EFFORTS["balanced"], RNG)
        shifts = []
        for _ in range(8):
            clusters = completed(grid.sweep(centers, Canvas.blank(pixels, n_colors)))
            off = ((clusters.means - centers) ** 2).sum(axis=1)
            shifts.append(np.average(off, weights=clusters.counts) / table.variance)
            centers = clusters.means
        axes.semilogy(np.arange(1, 9), shifts, marker="o", ms=3, label=f"K = {n_colors}")
    axes.axhline(2e-5, color="black", lw=0.8, ls="--")
    axes.text(8, 2.2e-5, "tolerance of balanced", ha="right", va="bottom", fontsize=8)
    axes.set(xlabel="sweep over all pixels", ylabel="mean squared shift\nover variance")
    axes.legend(frameon=False, ncols=2)
    axes.grid(alpha=0.3)
    return figure


def draw_map(grid, centers) -> plt.Figure:
    tree, *_ = label_cells(grid._packed, grid._entries, centers)
    flat = IMAGE.reshape(-1, 3).astype(np.uint32)
    digits = [flat[:, c] >> 2 for c in (1, 0, 2)]  # green, red, blue: lowest digit first
    cells = np.zeros(len(flat), np.uint32)
    for level in range(3):
        for place, digit in enumerate(digits):
            cells |= (digit >> 2 * level & 3) << (6 * level + 2 * place)
    mixed = tree.entries[cells] >= MIXED
    picture = np.where(mixed[:, np.newaxis], [255, 0, 200], (flat * 0.35 + 150).clip(0, 255))
    figure, (left, right) = plt.subplots(1, 2, figsize=(8, 4.2))
    left.imshow(IMAGE)
    left.set_title("the picture", fontsize=9)
    right.imshow(picture.reshape(IMAGE.shape).astype(np.uint8))
    right.set_title(f"pixels of cells with several labels: {mixed.mean():.1%}", fontsize=9)
    for axes in (left, right):
        axes.axis("off")
    return figure


if __name__ == "__main__":
    main()
