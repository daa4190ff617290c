"""Make the tile of blue noise that dithering uses: ``python scripts/blue_noise.py``.

Void and cluster, by R. Ulichney, "The void-and-cluster method for dither array generation",
Proceedings of SPIE 1913, 332-343, 1993. Energies are whole numbers, so the tile is the same, bit
for bit, on every machine.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

FILE = Path(__file__).resolve().parents[1] / "src/napari_kmeans_quantizer/core/blue_noise.npy"
SIZE = 64
SIGMA = 1.5
SHARE = 0.1  # of points in the first pattern
SEED = 0


def main() -> None:
    np.save(FILE, blue_noise())
    print(f"Wrote {FILE.name}, {FILE.stat().st_size} bytes.")


def blue_noise(size: int = SIZE) -> np.ndarray:
    """Return the ranks 0 .. size * size - 1, (size, size) uint16."""
    kernel = bump(size)
    first = spread_out(first_pattern(size), kernel)
    ranks = np.zeros(size * size, np.uint16)
    n_first = int(first.sum())
    pattern, energy = first.copy(), energy_of(first, kernel)
    for rank in range(n_first - 1, -1, -1):  # points are taken out of the tightest clusters
        spot = tightest(pattern, energy)
        toggle(pattern, energy, kernel, spot)
        ranks[spot] = rank
    pattern, energy = first.copy(), energy_of(first, kernel)
    for rank in range(n_first, size * size):  # and put into the largest voids
        spot = emptiest(pattern, energy)
        toggle(pattern, energy, kernel, spot)
        ranks[spot] = rank
    return ranks.reshape(size, size)


def bump(size: int) -> np.ndarray:
    """Return a Gaussian around the first pixel of a tile that is a torus, in whole numbers."""
    away = np.minimum(np.arange(size), size - np.arange(size))
    squares = away[:, np.newaxis] ** 2 + away**2
    return np.rint(np.exp(-squares / (2 * SIGMA**2)) * 2**40).astype(np.int64)


def first_pattern(size: int) -> np.ndarray:
    # The stream of RandomState is frozen for good.
    spots = np.random.RandomState(SEED).permutation(size * size)
    pattern = np.zeros(size * size, bool)
    pattern[spots[: round(SHARE * size * size)]] = True
    return pattern


def spread_out(pattern: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """Move points from the tightest cluster to the largest void until that is the same spot."""
    energy = energy_of(pattern, kernel)
    while True:
        cluster = tightest(pattern, energy)
        toggle(pattern, energy, kernel, cluster)
        void = emptiest(pattern, energy)
        toggle(pattern, energy, kernel, void)
        if void == cluster:
            return pattern


def energy_of(pattern: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """Return at every spot how near the points of a pattern are."""
    energy = np.zeros(pattern.size, np.int64)
    for spot in np.flatnonzero(pattern):
        energy += around(spot, kernel)
    return energy


def toggle(pattern: np.ndarray, energy: np.ndarray, kernel: np.ndarray, spot: int) -> None:
    """Put a point in, or take it out."""
    energy += -around(spot, kernel) if pattern[spot] else around(spot, kernel)
    pattern[spot] = not pattern[spot]


def around(spot: int, kernel: np.ndarray) -> np.ndarray:
    return np.roll(kernel, divmod(int(spot), len(kernel)), (0, 1)).reshape(-1)


def tightest(pattern: np.ndarray, energy: np.ndarray) -> int:
    return int(np.argmax(np.where(pattern, energy, -1)))


def emptiest(pattern: np.ndarray, energy: np.ndarray) -> int:
    return int(np.argmin(np.where(pattern, np.iinfo(np.int64).max, energy)))


if __name__ == "__main__":
    main()
