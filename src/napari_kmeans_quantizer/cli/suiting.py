"""Grey pictures in color palettes, and the other way round."""

from napari_kmeans_quantizer.core.files.pictures.suiting import as_rgb, in_channels_of

__all__ = ["as_rgb", "in_channels_of"]
