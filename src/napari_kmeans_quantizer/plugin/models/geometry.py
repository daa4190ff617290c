"""Where layers lie: maps between their data and napari's world, units, and who has which shape.

Maps are homogeneous matrices: the last row is 0 ... 0 1, the last column where the origin goes.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from napari.utils.transforms import Affine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from napari.layers import Image, Labels, Layer
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]

OWN = ("scale", "translate", "rotate", "shear")
PLACE = (*OWN, "affine", "units", "axis_labels")
"""The attributes that say where a layer lies."""


def levels_of(layer: Image | Labels) -> Sequence[Any]:
    """Return a layer's data, not loaded yet if it is lazy: of a pyramid level by level."""
    levels: Sequence[Any] = layer.data if layer.multiscale else (layer.data,)
    return levels


def full_data(layer: Image | Labels) -> Any:
    """Return a layer's data, at full resolution, not loaded yet if it is lazy."""
    return levels_of(layer)[0]


def spatial_shape(layer: Image | Labels) -> tuple[int, ...]:
    """Return the shape of a layer's data without its colors."""
    return tuple(int(size) for size in full_data(layer).shape[: layer.ndim])


def place_of(layer: Layer) -> dict[str, Any]:
    """Return what puts another layer of the same shape exactly on this one."""
    return {name: getattr(layer, name) for name in PLACE}


def own_transform(layer: Layer) -> Matrix:
    """Return the map by scale, shear, rotation and translation, before the layer's affine."""
    own = Affine(ndim=layer.ndim, **{name: getattr(layer, name) for name in OWN})
    return np.asarray(own.affine_matrix)


def data_to_world(layer: Layer) -> Matrix:
    """Return the map from data to world; unlike the layer's method, the same in grid mode."""
    return np.asarray(layer.affine.affine_matrix @ own_transform(layer))


def last_axes(matrix: Matrix, n_axes: int) -> Matrix:
    """Return a map's part within the last axes."""
    return matrix[-n_axes - 1 :, -n_axes - 1 :]


def is_physical(unit: Any) -> bool:
    """Tell whether a unit measures something: neither pixels nor a mere number."""
    return str(unit) != "dimensionless" and "[printing_unit]" not in dict(unit.dimensionality)


def has_areas(units: Sequence[Any]) -> bool:
    """Tell whether areas of the last two axes have a unit."""
    return all(map(is_physical, units[-2:]))


def n_alike(units: Sequence[Any]) -> int:
    """Return how many of the last axes are measured in one kind of unit, at most 3."""
    kind = units[-1].dimensionality
    alike = [is_physical(unit) and unit.dimensionality == kind for unit in units[:-4:-1]]
    return [*alike, False].index(False)


def scale_of(matrix: Matrix) -> float:
    """Return by how much a (3, 3) map enlarges lengths, on average."""
    return math.sqrt(abs(float(np.linalg.det(matrix[:-1, :-1]))))


def unit_factors(units: Sequence[Any], wanted: Sequence[Any]) -> Matrix:
    """Return factors from units to others; ones if any differ in kind: napari then drops all."""
    pairs = list(zip(units, wanted, strict=True))
    if any(unit.dimensionality != other.dimensionality for unit, other in pairs):
        return np.ones(len(pairs))
    return np.array([_factor(unit, other) for unit, other in pairs])


def _factor(unit: Any, other: Any) -> float:
    """Return how many of another unit a step of one is: degrees do not all begin at one point."""
    quantity = type(1 * unit)
    return (
        1.0
        if unit == other
        else float(quantity(1.0, unit).m_as(other) - quantity(0.0, unit).m_as(other))
    )
