"""The quantizers that are compared: an RGB8 array in, palette and labels out."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from napari_kmeans_quantizer import quantize

if TYPE_CHECKING:
    from collections.abc import Callable

    Result = tuple[np.ndarray, np.ndarray]  # (K, 3) colors in 0..255, and one label per pixel

EFFORTS = ("fast", "balanced", "best")


@dataclass(frozen=True)
class Quantizer:
    """A row of the table."""

    name: str
    run: Callable[[np.ndarray, int], Result]
    module: str = "napari_kmeans_quantizer"
    max_k: int = 65535
    slow: bool = False

    @property
    def installed(self) -> bool:
        return importlib.util.find_spec(self.module) is not None


def our_efforts() -> list[str]:
    """Return the efforts that `quantize` knows."""
    return [effort for effort in EFFORTS if _knows(effort)]


def _knows(effort: str) -> bool:
    try:
        quantize(np.eye(2), 2, effort=effort)
    except ValueError:
        return False
    return True


def ours(effort: str, random_state: int = 0) -> Quantizer:
    def run(image: np.ndarray, k: int) -> Result:
        result = quantize(image, k, effort=effort, random_state=random_state)
        return result.palette.colors, result.labels

    return Quantizer(f'**ours, effort="{effort}"**', run)


def pillow(method: str) -> Quantizer:
    def run(image: np.ndarray, k: int) -> Result:
        from PIL import Image

        indexed = Image.fromarray(image).quantize(k, Image.Quantize[method])
        return np.reshape(indexed.getpalette(), (-1, 3)), np.asarray(indexed)

    return Quantizer(f"Pillow {method}", run, "PIL", max_k=256)


def libimagequant(image: np.ndarray, k: int) -> Result:
    import imagequant

    rows, columns = image.shape[:2]
    rgba = np.full((rows, columns, 4), 255, np.uint8)
    rgba[..., :3] = image
    labels, palette = imagequant.quantize_raw_rgba_bytes(
        rgba.tobytes(), columns, rows, dithering_level=0.0, max_colors=k
    )
    return np.reshape(palette, (-1, 4))[:, :3], np.frombuffer(labels, np.uint8)


def faiss_kmeans(image: np.ndarray, k: int) -> Result:
    import faiss

    colors = image.reshape(-1, 3).astype(np.float32)
    kmeans = faiss.Kmeans(3, k)
    kmeans.train(colors)
    _, labels = kmeans.index.search(colors, 1)
    return kmeans.centroids, labels


def sklearn_sample(image: np.ndarray, k: int) -> Result:
    """Fit on 1000 pixels, predict all: scikit-learn's own example of color quantization."""
    from sklearn.cluster import KMeans
    from sklearn.utils import shuffle

    colors = np.array(image.reshape(-1, 3), dtype=np.float64) / 255
    sample = shuffle(colors, random_state=0, n_samples=1000)
    kmeans = KMeans(n_clusters=k, random_state=0).fit(sample)
    return 255 * kmeans.cluster_centers_, kmeans.predict(colors)


def sklearn_all(image: np.ndarray, k: int) -> Result:
    """Fit on every pixel, as most tutorials do."""
    from sklearn.cluster import KMeans

    kmeans = KMeans(n_clusters=k, random_state=0).fit(image.reshape(-1, 3))
    return kmeans.cluster_centers_, kmeans.labels_


def opencv(image: np.ndarray, k: int) -> Result:
    """OpenCV's own tutorial: 10 attempts of 10 iterations."""
    import cv2

    cv2.setNumThreads(1)
    colors = image.reshape(-1, 3).astype(np.float32)
    until = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 10, 1.0)
    _, labels, centers = cv2.kmeans(colors, k, None, until, 10, cv2.KMEANS_RANDOM_CENTERS)
    return centers, labels


RIVALS = (
    pillow("FASTOCTREE"),
    pillow("MEDIANCUT"),
    Quantizer("libimagequant", libimagequant, "imagequant", max_k=256),
    Quantizer("faiss.Kmeans", faiss_kmeans, "faiss"),
    Quantizer("scikit-learn, fit 1000 pixels", sklearn_sample, "sklearn", max_k=1000),
    Quantizer("scikit-learn, all pixels", sklearn_all, "sklearn", slow=True),
    Quantizer("OpenCV, 10 attempts", opencv, "cv2", max_k=16, slow=True),
)
EVERYBODY = (*map(ours, EFFORTS), *RIVALS)


def painted_mse(image: np.ndarray, palette: np.ndarray, labels: np.ndarray) -> float:
    """Return the mean squared error of the 8-bit picture that palette and labels paint."""
    colors = np.clip(np.rint(palette), 0, 255).astype(np.int32)
    return float(np.square(image - colors[labels.reshape(image.shape[:2])]).mean())
