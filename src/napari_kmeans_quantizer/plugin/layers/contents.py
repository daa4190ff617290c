"""From a State to what napari layers hold: plain arguments, quick to make in any thread."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from napari.utils.colormaps import DirectLabelColormap
from napari.utils.colormaps.standardize_color import transform_color

from napari_kmeans_quantizer.plugin.models.display import opaque_alpha

from .about import About
from .beside import beside
from .ink import FAINT, ON_BOTH, inks
from .lazy import lazy_ids, lazy_picture
from .legend import Legend, legend_texts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from napari_kmeans_quantizer import Quantization
    from napari_kmeans_quantizer.plugin.models.display import Display
    from napari_kmeans_quantizer.plugin.models.state import State

    from .beside import Beside

GREY = "#808080"  # of outlines: seen on napari's black and on its white canvas
VEIL, VEIL_OPACITY = 0.3, 0.7  # a grey over what is hidden: the original may lie beneath
NEW = (1.0, 0.0, 1.0, 1.0)  # of labels that people painted and that no cluster has

Attributes = dict[str, Any]


class Contents(NamedTuple):
    """What the three layers of a result hold: the arguments that make them, and update them."""

    image: Attributes
    labels: Attributes
    palette: Attributes


ROLES = Contents._fields


def state_contents(state: State) -> Contents:
    """Return what the three layers of a state hold; hidden clusters are dimmed."""
    return Contents(**{role: state_content(state, role) for role in ROLES})


def state_content(state: State, role: str, colors_only: bool = False) -> Attributes:
    """Return what the layer of a role holds; of clusters perhaps only how they are shown."""
    if role == "labels":
        content = _label_colors(state)
        if not colors_only:
            content |= _labels_data(state)
    else:
        content = _image_contents(state) if role == "image" else _palette_contents(state)
    palette = state.palette if role == "palette" else None
    about = About.of_output(role, state.source, state.settings, palette)
    content["metadata"] = about.to_metadata()
    return content


def picture(result: Quantization, display: Display) -> NDArray[Any]:
    """Return the painted image; several channels in the colors in which napari shows them."""
    if display.rgb or not display.is_color:
        return result.image
    painted = np.take(_as_shown(result, display), result.labels, axis=0)
    if result.mask is not None:
        painted[~result.mask] = 0
    return painted


def with_alpha(shown: NDArray[Any]) -> NDArray[Any]:
    """Return a color picture with alpha: opaque, but where it was transparent before."""
    if shown.dtype == np.bool_:  # a True of alpha would be one of 255
        shown = shown.astype(np.uint8) * 255
    if shown.shape[-1] == 4:
        return shown.copy()
    with_room = np.empty((*shown.shape[:-1], 4), shown.dtype)
    with_room[..., :3], with_room[..., 3] = shown, opaque_alpha(shown.dtype)
    return with_room


def _image_contents(state: State) -> Attributes:
    return {
        **_image_data(state),
        "name": f"{state.source.name} · quantized",
        **state.display.look(),
        **state.whole,
    }


def _image_data(state: State) -> Attributes:
    if state.painter is not None:
        veil = Veil.of_display(state.display).over if state.hidden else None
        return lazy_picture(state, _table(state), veil)
    data = picture(state.result, state.display)
    if state.hidden:
        data = Veil.of_display(state.display).over(data, _hidden_pixels(state))
    return {"data": data}


def _labels_data(state: State) -> Attributes:
    return lazy_ids(state) if state.painter is not None else {"data": label_ids(state)}


def _table(state: State) -> NDArray[Any]:
    """Return how each cluster is painted, (K, C); of grey pictures (K,)."""
    if state.result.channel_axis is None:
        return state.result.palette.values[:, 0]
    shown = not state.display.rgb
    return _as_shown(state.result, state.display) if shown else state.result.palette.values


def _as_shown(result: Quantization, display: Display) -> NDArray[Any]:
    return np.rint(display.shown(result.palette.colors) * 255).astype(np.uint8)


class Veil(NamedTuple):
    """A grey over what is hidden; plain values, which other processes understand, too.

    Attributes
    ----------
    value : float
        In the units in which a picture is shown.
    is_color : bool
        Whether it is a color picture, which is seen through it; grey ones become one shade.
    """

    value: float
    is_color: bool

    @classmethod
    def of_display(cls, display: Display) -> Veil:
        """Return the veil over pictures that are shown so."""
        if not display.is_color:
            return cls(display.values((VEIL,) * 3, (0.0,))[0], False)
        look = display.look()
        low, high = look["contrast_limits"]
        return cls(low + VEIL ** (1 / look["gamma"]) * (high - low), True)

    def over(self, shown: NDArray[Any], where: NDArray[np.bool_]) -> NDArray[Any]:
        """Return a picture with the veil over some of its pixels."""
        if not self.is_color:
            shaded = shown.copy()
            shaded[where] = self.value
            return shaded
        rgba = with_alpha(shown)
        veil = (*(self.value,) * 3, VEIL_OPACITY * opaque_alpha(rgba.dtype))
        rgba[where] = np.asarray(veil).astype(rgba.dtype)
        return rgba


def hidden_clusters(state: State) -> NDArray[np.bool_]:
    """Tell of each cluster whether it is hidden, (K,)."""
    hidden = np.zeros(len(state.result.palette), np.bool_)
    hidden[list(state.hidden)] = True
    return hidden


def _hidden_pixels(state: State) -> NDArray[np.bool_]:
    pixels: NDArray[np.bool_] = np.take(hidden_clusters(state), state.result.labels)
    return pixels if state.result.mask is None else pixels & state.result.mask


def label_ids(state: State) -> NDArray[Any]:
    """Return the clusters as labels: 1..K, and 0 where nothing took part."""
    n_colors = len(state.result.palette)
    # uint16 refreshes ten times faster in napari than wider integers, uint8 faster still.
    ids: NDArray[Any] = state.result.labels.astype(np.uint8 if n_colors <= 255 else np.uint16)
    np.add(ids, 1, out=ids)
    if state.result.mask is not None:
        ids[~state.result.mask] = 0
    return ids


def _label_colors(state: State) -> Attributes:
    n_colors = len(state.result.palette)
    rgba = np.column_stack([state.shown, np.ones(n_colors)])
    rgba[list(state.hidden)] = (VEIL, VEIL, VEIL, VEIL_OPACITY)
    color_of: dict[int | None, Any] = {None: NEW, 0: "transparent"}
    color_of.update(enumerate(rgba, start=1))
    return {
        "name": f"{state.source.name} · clusters",
        "colormap": DirectLabelColormap(color_dict=color_of),
        "features": _label_features(state),
        **state.whole,
    }


def _palette_contents(state: State) -> Attributes:
    n_colors = len(state.shown)
    faint = hidden_clusters(state)
    placed = beside(legend_of(state, Legend()), state.placement).attributes()
    alpha = np.where(faint, FAINT, 1)
    border = transform_color([GREY] * n_colors)
    border[:, -1] *= alpha
    return {
        **placed,
        "name": f"{state.source.name} · palette",
        "symbol": "square",
        # As napari keeps them, so that what is the same is seen to be.
        "face_color": np.column_stack([state.shown, alpha]).astype(np.float32),
        "border_color": border,
        "border_width": 0.04,
        # Not called "index": napari's CSV of points has a column of that name, counted from 0.
        "features": {"cluster": np.arange(1, n_colors + 1), **_features(state)},
        "text": {**placed["text"], "color": inks(ON_BOTH, faint)},
        **state.placement.plane,
    }


def legend_of(state: State, legend: Legend) -> tuple[str, ...]:
    """Return what the palette's layer tells of each color."""
    return legend_texts(state.measured, legend)


def as_legend(content: Attributes, place: Beside, color: Any) -> Attributes:
    """Return a palette's content at another place, with texts of another color."""
    placed = place.attributes()
    return {**content, **placed, "text": {**placed["text"], "color": color}}


def _label_features(state: State) -> Attributes:
    """Return what napari tells of a label on hovering, in this order; None is not told."""
    features = _features(state)
    if "name" in features:
        features["name"] = [name or None for name in features["name"]]
    # napari looks ids up in a column of this name.
    return {"index": np.arange(1, len(state.hex) + 1), **features}


def _features(state: State) -> Attributes:
    palette = state.result.palette
    named = {} if palette.names is None else {"name": list(palette.names)}
    areas, unit = state.measured.areas, state.measured.unit
    sizes = {} if areas is None else {f"area ({unit})": areas[0, 0]}
    return {**named, "hex": state.hex, "share": state.shares, "pixels": palette.counts, **sizes}
