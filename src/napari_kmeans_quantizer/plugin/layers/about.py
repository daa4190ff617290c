"""What an output layer's metadata says of it: for people, files and other programs.

It proves nothing: napari copies metadata to duplicates, keeps it when layers are converted, and
lets it spread through links. Whose layer it is, `ours` knows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from napari_kmeans_quantizer import Palette
from napari_kmeans_quantizer.plugin.models.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from napari.layers import Layer

    from napari_kmeans_quantizer.plugin.models.source import Key, Source

METADATA_KEY = "napari-kmeans-quantizer"


@dataclass(frozen=True, eq=False)
class About:
    """What an output layer is, and where it comes from.

    Attributes
    ----------
    role : str
        "image", "labels" or "palette"; "explored" or "titles" of several results; "palette file".
    source : str
        Name of what was quantized.
    source_ids : tuple of str
        Identities of its layers.
    layers : tuple of str
        Their names.
    region : str or None
        Name of the region.
    window : tuple of slice or None
        Which part of the layers.
    settings : Settings
        How it was made.
    palette : Palette or None
        The colors, of a palette layer.
    region_id : str or None
        Identity of the region, which stays when it is renamed.
    """

    role: str
    source: str
    source_ids: Key
    layers: tuple[str, ...]
    region: str | None
    window: tuple[slice, ...] | None
    settings: Settings
    palette: Palette | None = None
    region_id: str | None = None

    @classmethod
    def of_output(
        cls, role: str, source: Source, settings: Settings, palette: Palette | None = None
    ) -> About:
        """Return what is to be told of an output of a source."""
        return cls(
            role,
            source.name,
            source.key,
            tuple(layer.name for layer in source.layers),
            source.region_name,
            source.window,
            settings,
            palette,
            source.region_id,
        )

    @classmethod
    def of_layer(cls, layer: Layer) -> About | None:
        """Return what a layer's metadata says, None if it says nothing of this plugin's."""
        return cls.of_metadata(layer.metadata)

    @classmethod
    def of_metadata(cls, metadata: Mapping[str, Any]) -> About | None:
        """Return what a layer's ``metadata`` says, None if that is nothing of this plugin's."""
        told = metadata.get(METADATA_KEY)
        try:
            return None if told is None else cls._of_plain(told)
        except (AttributeError, KeyError, TypeError, ValueError):
            return None  # somebody else's, or changed by hand

    @classmethod
    def _of_plain(cls, told: dict[str, Any]) -> About:
        window, palette = told["window"], told.get("palette")
        return cls(
            told["role"],
            told["source"],
            tuple(told["source_ids"]),
            tuple(told["layers"]),
            told["region"],
            None if window is None else tuple(slice(*part) for part in window),
            Settings.from_dict(told["settings"]),
            None if palette is None else _palette_of(palette),
            None if told.get("region_id") is None else str(told["region_id"]),
        )

    def to_metadata(self) -> dict[str, Any]:
        """Return the same as a layer's ``metadata``: plain values, fit for JSON."""
        told: dict[str, Any] = {
            "role": self.role,
            "source": self.source,
            "source_ids": list(self.source_ids),
            "layers": list(self.layers),
            "region": self.region,
            "region_id": self.region_id,
            "window": None if self.window is None else list(map(_plain_slice, self.window)),
            "settings": self.settings.to_dict(),
        }
        if self.palette is not None:
            told["palette"] = _plain_palette(self.palette)
        return {METADATA_KEY: told}


def _plain_slice(part: slice) -> list[int | None]:
    return [None if end is None else int(end) for end in (part.start, part.stop)]


def _plain_palette(palette: Palette) -> dict[str, Any]:
    return {
        "colors": palette.colors.tolist(),
        "counts": palette.counts.tolist(),
        "dtype": palette.dtype.name,
        "value_range": list(palette.value_range),
        **({} if palette.names is None else {"names": list(palette.names)}),
    }


def _palette_of(told: dict[str, Any]) -> Palette:
    low, high = told["value_range"]
    colors = np.asarray(told["colors"], np.float64)
    dtype = np.dtype(told["dtype"])
    return Palette(colors, told["counts"], told.get("names"), dtype, (low, high))
