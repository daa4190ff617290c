"""K-means color quantization: the core, without napari and without Qt.

The napari side lives in :mod:`napari_kmeans_quantizer.plugin`.
"""

from .core.color_space import convert_colors
from .core.distances import euclidean_distances
from .core.elbow import suggest_n_colors
from .core.figures import plot_grid
from .core.files.indexed import write_indexed
from .core.files.omezarr import ZarrResult, quantize_to_zarr
from .core.files.palettes import read_palette, write_palette
from .core.fit_palette import fit_palette
from .core.kmeans import ConvergenceWarning, KMeans, NotFittedError
from .core.lazy.like import painted_like
from .core.measure import measure
from .core.palette import Palette
from .core.pixel_table import pixel_table
from .core.progress import Progress, completed, retold
from .core.quantization import Quantization
from .core.quantize import quantize, quantize_steps

__all__ = [
    "ConvergenceWarning",
    "KMeans",
    "NotFittedError",
    "Palette",
    "Progress",
    "Quantization",
    "ZarrResult",
    "completed",
    "convert_colors",
    "euclidean_distances",
    "fit_palette",
    "measure",
    "painted_like",
    "pixel_table",
    "plot_grid",
    "quantize",
    "quantize_steps",
    "quantize_to_zarr",
    "read_palette",
    "retold",
    "suggest_n_colors",
    "write_indexed",
    "write_palette",
]
