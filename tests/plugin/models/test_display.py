"""How an image is shown: from its units to colors, and back."""

from __future__ import annotations

import numpy as np
import pytest
from napari.layers import Image
from pictures import GREY, PHOTO, RGBA, rgb

from napari_kmeans_quantizer import Palette
from napari_kmeans_quantizer.plugin.models.display import (
    Channel,
    Display,
    dtype_limits,
    fractions,
    hex_of,
    opaque_alpha,
)
from napari_kmeans_quantizer.plugin.models.source import Source

RNG = np.random.default_rng(3)
TWELVE_BITS = (PHOTO.astype(np.uint16) * 16 + 5).clip(160, 4000)


def display_of(*layers, **parts):
    return Source(layers, **parts).display()


def as_napari_shows(layer, values):
    """Return what napari's own colormap makes of values, by its contrast limits and its gamma."""
    low, high = layer.contrast_limits
    levels = np.clip((np.asarray(values, float) - low) / (high - low), 0, 1) ** layer.gamma
    return layer.colormap.map(levels)[:, :3]


def column(values):
    return np.asarray(values, float)[:, np.newaxis]


# -- shown


def test_color_pictures_are_shown_as_they_are():
    palette = Palette([[255, 0, 0], [0, 128, 255]], dtype=np.uint8)
    display = display_of(rgb())
    assert np.array_equal(display.shown(palette.colors), palette.rgb)
    assert display.hex(palette.colors) == ["#ff0000", "#0080ff"] == palette.hex


def test_color_pictures_have_contrast_limits_and_gamma_too():
    layer = rgb(TWELVE_BITS, contrast_limits=(100, 4100), gamma=0.5)
    shown = display_of(layer).shown([[100, 1100, 4100], [0, 65535, 2100]])
    assert np.allclose(shown, [[0, 0.5, 1], [0, 1, np.sqrt(0.5)]])


@pytest.mark.parametrize("colormap", ["gray", "viridis", "gray_r", "red", "HiLo"])
@pytest.mark.parametrize(
    "pixels",
    [GREY, GREY.astype(np.uint16) * 20, GREY.astype(np.int16) - 100, GREY / 199, GREY > 100],
    ids=["uint8", "uint16", "int16", "float", "bool"],
)
def test_grey_is_shown_as_napari_does(pixels, colormap):
    layer = Image(pixels, colormap=colormap, gamma=1.0 if colormap == "HiLo" else 0.7)
    values = np.linspace(float(pixels.min()), float(pixels.max()), 7)
    shown = display_of(layer).shown(column(values))
    assert np.allclose(shown, as_napari_shows(layer, values))


def test_channels_add_up():
    layers = (
        Image(GREY, colormap="red", contrast_limits=(0, 100)),
        Image(GREY, colormap="green", contrast_limits=(50, 150)),
        Image(GREY, colormap="yellow", contrast_limits=(0, 200)),
    )
    expected = [[0.5, 0, 0], [1, 1, 0]]
    assert np.allclose(display_of(*layers).shown([[50, 50, 0], [100, 100, 100]]), expected)
    scaled = display_of(*layers, scaled=True)
    assert np.allclose(scaled.shown([[0.5, 0, 0], [1, 0.5, 0.5]]), expected)


def test_gamma_of_channels_counts_whether_scaled_or_not():
    layers = (
        Image(GREY, colormap="red", contrast_limits=(0, 100), gamma=2),
        Image(GREY, colormap="blue", contrast_limits=(0, 100), gamma=0.5),
    )
    expected = [[0.25, 0, 0.5]]
    assert np.allclose(display_of(*layers).shown([[50, 25]]), expected)
    assert np.allclose(display_of(*layers, scaled=True).shown([[0.5, 0.25]]), expected)


def test_alpha_is_not_seen():
    display = display_of(rgb(RGBA), alpha="channel")
    assert [channel.name for channel in display.channels] == ["R", "G", "B", "A"]
    colors = np.array([[1, 2, 3, 4], [1, 2, 3, 200]])
    assert np.array_equal(*display.shown(colors))
    assert len(display_of(rgb(RGBA)).channels) == 3


def test_no_colors_at_all():
    for display in (display_of(rgb()), display_of(Image(GREY)), display_of(*[Image(GREY)] * 2)):
        none = np.zeros((0, len(display.channels)))
        assert display.shown(none).shape == (0, 3)
        assert display.hex(none) == []


def test_what_is_known_of_a_palette_alone():
    for palette in (
        Palette([[255, 0, 0], [0, 128, 255]], dtype=np.uint8),
        Palette([[10], [200]], dtype=np.uint8),
        Palette([[0.25, 1, 0], [0, 0, 0.5]]),
    ):
        display = Display.of_palette(palette)
        assert np.allclose(display.shown(palette.colors), palette.rgb)
        assert display.hex(palette.colors) == palette.hex
        assert len(display.channels) == palette.n_channels


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        ([[0, 0, 0], [1, 1, 1]], ["#000000", "#ffffff"]),
        ([[-1, 0.5, 2]], ["#0080ff"]),
        ([[1 / 255, 1.4 / 255, 1.6 / 255]], ["#010102"]),
        (np.zeros((0, 3)), []),
    ],
)
def test_hex(shown, expected):
    assert hex_of(shown) == expected


def test_levels_lie_between_the_limits_and_know_no_gamma():
    layer = Image(GREY, contrast_limits=(50, 150), gamma=0.3)
    levels = display_of(layer).levels([[0], [50], [100], [150], [200]])
    assert levels[:, 0].tolist() == [0, 0, 0.5, 1, 1]


def test_fractions():
    assert fractions([5, 10, 15, 20, 30], (10, 20)).tolist() == [0, 0, 0.5, 1, 1]
    assert fractions([4, 5, 6], (5, 5)).tolist() == [0, 0, 1]  # and no division by nothing
    assert fractions(np.array([0, 200], np.uint8), (100, 200)).tolist() == [0, 1]


def test_a_display_stays_what_it_was():
    layer = Image(GREY, contrast_limits=(0, 100), colormap="red")
    display = display_of(layer)
    layer.contrast_limits, layer.gamma, layer.colormap = (0, 200), 2, "blue"
    assert np.allclose(display.shown([[50]]), [[0.5, 0, 0]])


# -- values: the way back

COLORED = {
    "uint8": (PHOTO, {}),
    "uint8, limits": (PHOTO, {"contrast_limits": (10, 240), "gamma": 0.8}),
    "uint16, 12 bits": (TWELVE_BITS, {"contrast_limits": (0, 4095)}),
    "uint16": (PHOTO.astype(np.uint16) * 257, {}),
    "int16": (PHOTO.astype(np.int16) - 128, {"contrast_limits": (-128, 127)}),
    "float": (PHOTO / 255, {}),
    "float32, gamma": ((PHOTO / 255).astype(np.float32), {"gamma": 1.7}),
}
GREYS = {
    "uint8": (GREY, {}),
    "uint8, gamma": (GREY, {"gamma": 0.6, "contrast_limits": (20, 180)}),
    "uint16, 12 bits": (GREY.astype(np.uint16) * 20, {"contrast_limits": (0, 4095)}),
    "int16": (GREY.astype(np.int16) - 100, {"contrast_limits": (-100, 99)}),
    "float": (GREY / 199, {"contrast_limits": (0, 1)}),
    "float, negative": (GREY / 100 - 1, {"contrast_limits": (-1, 1), "colormap": "viridis"}),
    "colormap": (GREY, {"colormap": "viridis", "gamma": 1.5}),
    "inverted": (GREY, {"colormap": "gray_r"}),
}


@pytest.mark.parametrize("which", COLORED)
def test_round_trip_of_color_pictures(which):
    pixels, looks = COLORED[which]
    layer = rgb(pixels, **looks)
    display = display_of(layer)
    low, high = layer.contrast_limits
    before = np.full(3, low)
    whole = pixels.dtype.kind in "ui"
    for _ in range(20):
        color = RNG.uniform(low, high, 3)
        color = np.rint(color) if whole else color
        back = display.values(display.shown(color[np.newaxis])[0], before)
        assert all(type(value) is float for value in back)
        # what cannot be told from before on a screen stays as it was
        told = np.abs(display.shown([color, before])[0] - display.shown([before])[0]) > 0.4 / 255
        expected = np.where(told, color, before)
        assert back == pytest.approx(expected, abs=0 if whole else 1e-6 * (high - low))


@pytest.mark.parametrize("which", GREYS)
def test_round_trip_of_grey_pictures(which):
    pixels, looks = GREYS[which]
    layer = Image(pixels, **looks)
    display = display_of(layer)
    low, high = layer.contrast_limits
    for value in np.linspace(low, high, 9):
        back = display.values(display.shown([[value]])[0], [low])
        assert len(back) == 1
        assert back[0] == pytest.approx(value, abs=(high - low) / 500 + 0.5 * (high - low > 2))
        # and it looks the same
        assert np.allclose(display.shown([back]), display.shown([[value]]), atol=0.02)


def test_integers_stay_whole_and_in_their_range():
    display = display_of(rgb(contrast_limits=(0, 300)))
    assert display.values((1, 0.5, 0.123), (0, 0, 0)) == (255, 150, 37)
    signed = display_of(rgb(PHOTO.astype(np.int16), contrast_limits=(-50, 50)))
    assert signed.values((0, 0.25, 1), (9, 9, 9)) == (-50, -25, 50)


def test_bool_pictures_are_none_or_full():
    display = display_of(Image(GREY > 100))
    assert display.values((0.9, 0.9, 0.9), (0,)) == (1,)
    assert display.values((0.1, 0.1, 0.1), (1,)) == (0,)


def test_channels_that_look_as_before_are_exact():
    display = display_of(rgb(PHOTO / 255))
    before = (0.123456789, 0.5, 0.987654321)
    shown = display.shown([before])[0].astype(np.float32)  # as napari keeps it
    assert display.values(shown, before) == before
    shown[1] = 0.75
    red, green, blue = display.values(shown, before)
    assert (red, blue) == (before[0], before[2])
    assert green == 0.75


def test_alpha_stays():
    display = display_of(rgb(RGBA), alpha="channel")
    assert display.values((0, 1, 0), (10, 20, 30, 99)) == (0, 255, 0, 99)


def test_what_can_be_told():
    layers = Image(GREY, name="a"), Image(GREY, name="b")
    assert display_of(rgb()).can_be_told
    assert display_of(layers[0]).can_be_told
    assert not display_of(*layers).can_be_told


# -- none and full


@pytest.mark.parametrize(
    ("pixels", "limits", "expected"),
    [
        (GREY, (0, 255), (0, 255)),
        (GREY, (17, 180), (0, 255)),
        (TWELVE_BITS, (160, 4000), (0, 4095)),
        (TWELVE_BITS, (0, 1023), (0, 1023)),
        (TWELVE_BITS, (0, 200), (0, 255)),
        (TWELVE_BITS, (0, 65535), (0, 65535)),
        (GREY.astype(np.int32), (0, 10**6), (0, 10**6)),
        (GREY.astype(np.int16) - 100, (-90, 50), (-90, 50)),
        (GREY / 255, (0.2, 0.9), (0, 1)),
        (GREY.astype(float), (0, 180), (0, 255)),
        (GREY / 255 - 1, (-1, 0), (-1, 0)),
    ],
)
def test_value_range(pixels, limits, expected):
    layer = rgb(pixels) if pixels.ndim == 3 else Image(pixels)
    layer.contrast_limits = limits
    assert display_of(layer).value_range == expected


def test_value_range_of_channels_holds_all_of_them():
    layers = (
        Image(GREY.astype(np.uint16), contrast_limits=(0, 200)),
        Image(GREY.astype(np.uint16), contrast_limits=(10, 3000)),
    )
    assert display_of(*layers).value_range == (0, 4095)
    assert display_of(*layers, scaled=True).value_range == (0, 1)


@pytest.mark.parametrize(
    ("dtype", "limits", "opaque"),
    [
        (bool, (0, 1), 1),
        (np.uint8, (0, 255), 255),
        (np.uint16, (0, 65535), 65535),
        (np.int16, (-32768, 32767), 32767),
        (np.float16, (-65504, 65504), 1),
        (np.float64, (-1.7e308, 1.7e308), 1),
    ],
)
def test_what_a_dtype_holds(dtype, limits, opaque):
    assert dtype_limits(np.dtype(dtype)) == limits
    assert opaque_alpha(np.dtype(dtype)) == opaque


# -- for layers


def test_look_of_color_pictures():
    layer = rgb(TWELVE_BITS, contrast_limits=(100, 4100), gamma=0.5)
    assert display_of(layer).look() == {
        "rgb": True,
        "contrast_limits": (100, 4100),
        "gamma": 0.5,
    }


def test_look_of_grey_pictures():
    layer = Image(GREY, contrast_limits=(10, 150), gamma=0.5, colormap="viridis")
    assert display_of(layer).look() == {
        "rgb": False,
        "contrast_limits": (10, 150),
        "gamma": 0.5,
        "colormap": layer.colormap,
    }


def test_channels_are_painted_in_the_colors_in_which_they_are_shown():
    layers = Image(GREY, contrast_limits=(3, 9), gamma=2), Image(GREY)
    assert display_of(*layers).look() == {
        "rgb": True,
        "contrast_limits": (0, 255),
        "gamma": 1,
    }


@pytest.mark.parametrize(
    ("name", "value"),
    [("contrast_limits", (0, 99)), ("gamma", 0.4), ("colormap", "magma")],
)
def test_looks_like(name, value):
    layer = Image(GREY, contrast_limits=(0, 200))
    before = display_of(layer)
    assert before.looks_like(display_of(layer))
    layer.name, layer.opacity = "other", 0.5
    assert before.looks_like(display_of(layer))
    setattr(layer, name, value)
    assert not before.looks_like(display_of(layer))
    assert not before.looks_like(display_of(rgb()))


def test_is_color():
    assert display_of(rgb()).is_color
    assert not display_of(Image(GREY)).is_color
    assert display_of(Image(GREY), Image(GREY)).is_color


def test_a_channel_both_ways():
    channel = Channel("cells", (10, 30), gamma=2)
    assert channel.levels([10, 20, 30]).tolist() == [0, 0.5, 1]
    assert channel.intensities([10, 20, 30, 99]).tolist() == [0, 0.25, 1, 1]
    assert channel.value_of([0, 0.25, 1]).tolist() == [10, 20, 30]
