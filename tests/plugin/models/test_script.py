"""Scripts are run: what they add must be to the bit what they describe."""

from __future__ import annotations

import ast
from dataclasses import replace

import numpy as np
import pytest
from napari.components import ViewerModel
from napari.layers import Image, Labels, Shapes

from napari_kmeans_quantizer import completed, quantize
from napari_kmeans_quantizer.plugin import quantize_layer
from napari_kmeans_quantizer.plugin.layers.about import About
from napari_kmeans_quantizer.plugin.layers.contents import state_contents
from napari_kmeans_quantizer.plugin.layers.make import make_layers
from napari_kmeans_quantizer.plugin.models.script import WIDTH, python_script
from napari_kmeans_quantizer.plugin.models.settings import Settings
from napari_kmeans_quantizer.plugin.models.source import Source
from napari_kmeans_quantizer.plugin.pipeline import quantized

RNG = np.random.default_rng(0)
PHOTO = RNG.integers(0, 256, (20, 30, 3)).astype(np.uint8)
FLOATS = RNG.random((20, 30, 3))
RGBA = np.concatenate([PHOTO, RNG.integers(0, 3, (20, 30, 1), np.uint8) * 100], axis=-1)
GREY = RNG.integers(0, 200, (20, 30)).astype(np.uint8)
STACK = RNG.normal(size=(4, 20, 30)).astype(np.float32)
INSIDE = np.zeros((20, 30), int)
INSIDE[3:12, 4:20] = 1
BOX = np.array([[2.2, 3.1], [2.2, 21.0], [15.7, 25.0], [12.0, 3.1]])
PLANE = (slice(2, 3), slice(None), slice(5, 25))
THIRD = 1 / 3


def rgb(pixels=PHOTO, name="photo", **options):
    return Image(pixels, rgb=True, name=name, **options)


def region(name="region"):
    return Labels(INSIDE, name=name)


def shapes():
    return Shapes([BOX], shape_type="polygon", name="Shapes")


def channels(**options):
    limits = [(10, 150), (30, 190), (0, 90)]
    return tuple(
        Image(np.roll(GREY, 7 * i, axis=1), name=f"c{i}", contrast_limits=limits[i], **options)
        for i in range(3)
    )


EDITS = (("recolor", 1, (7.0, 8.0, 9.25)), ("merge", 4, 1), ("recolor", 0, (0.0, 255.0, 100.5)))

CASES = {
    "plain": lambda: (Source((rgb(),)), Settings()),
    "lab": lambda: (Source((rgb(),)), Settings(5, "lab")),
    "oklab, best": lambda: (Source((rgb(FLOATS),)), Settings(5, "oklab", "best")),
    "seed, sample": lambda: (Source((rgb(),)), Settings(9, random_state=2**31 - 1, sample=0.07)),
    "sample of all": lambda: (Source((rgb(),)), Settings(9, random_state=5, sample=1.0)),
    "number as sample": lambda: (Source((rgb(),)), Settings(9, random_state=5, sample=100)),
    "fixed": lambda: (Source((rgb(),)), Settings(4, fixed_colors=((255.0, 0.0, 9.7), (1, 2, 3)))),
    "fixed floats": lambda: (
        Source((rgb(FLOATS),)),
        Settings(4, fixed_colors=((0.1 + 0.2, THIRD, 1.0), (1e-17, 0.0, 1.0))),
    ),
    "more fixed than colors": lambda: (
        Source((rgb(),)),
        Settings(1, fixed_colors=((255.0, 0.0, 9.0), (1.0, 2.0, 3.0))),
    ),
    "one fixed grey": lambda: (Source((Image(GREY),)), Settings(3, fixed_colors=((17.0,),))),
    "palette": lambda: (
        Source((rgb(FLOATS),)),
        Settings(3, palette=tuple(map(tuple, quantize(FLOATS, 7).palette.colors.tolist()))),
    ),
    "palette of NumPy's numbers": lambda: (
        Source((rgb(FLOATS),)),
        Settings(3, "lab", palette=tuple(map(tuple, quantize(FLOATS, 7).palette.colors))),
    ),
    "palette before fixed": lambda: (
        Source((rgb(),)),
        Settings(3, palette=((1.0, 2.0, 3.0), (200.5, 99.0, 0.0)), fixed_colors=((4.0, 5.0, 6.0),)),
    ),
    "auto": lambda: (Source((rgb(),)), Settings("auto")),
    "auto, quality": lambda: (Source((rgb(),)), Settings("auto", min_psnr=17.25)),
    "quality": lambda: (Source((rgb(),)), Settings(30, min_psnr=17.25)),
    "auto, fixed, edits": lambda: (
        Source((rgb(),)),
        Settings(
            "auto",
            fixed_colors=((255.0, 0.0, 9.7), (1.0, 2.0, 3.0)),
            edits=(("merge", 1, 0),),
        ),
    ),
    "Floyd-Steinberg": lambda: (Source((rgb(),)), Settings(5, dither="floyd-steinberg")),
    "ordered": lambda: (
        Source((rgb(FLOATS),)),
        Settings(5, "lab", dither="ordered", dither_strength=0.7),
    ),
    "blue noise, edits": lambda: (
        Source((rgb(),)),
        Settings(6, dither="blue-noise", dither_strength=THIRD, edits=EDITS),
    ),
    "blue noise everywhere": lambda: (
        Source((rgb(),), region()),
        Settings(5, dither="blue-noise", apply_everywhere=True),
    ),
    "named palette": lambda: (
        Source((rgb(FLOATS),)),
        Settings(2, palette=((0.1, 0.2, 0.3), (0.7, THIRD, 0.0)), names=("it's", "")),
    ),
    "best of named colors": lambda: (
        Source((rgb(),)),
        Settings(
            2,
            choose_from=((0.0, 0.0, 0.0), (99.0, 9.0, 9.0), (255.0, 250.0, 200.5)),
            names=("night", "Größe µm", 'the "sun"'),
            dither="ordered",
        ),
    ),
    "edits": lambda: (Source((rgb(),)), Settings(6, edits=EDITS)),
    "edits of floats": lambda: (
        Source((Image(STACK),)),
        Settings(4, edits=(("recolor", 2, (-0.1 * 3,)), ("merge", 0, 3), ("recolor", 0, (-0.0,)))),
    ),
    "huge and tiny": lambda: (
        Source((Image(STACK.astype(np.float64)),)),
        Settings(3, edits=(("recolor", 0, (1.2345e300,)), ("recolor", 1, (5e-324,)))),
    ),
    "labels inside": lambda: (Source((rgb(),), region()), Settings(4)),
    "labels everywhere": lambda: (Source((rgb(),), region()), Settings(4, apply_everywhere=True)),
    "shapes inside": lambda: (Source((rgb(),), shapes()), Settings(4, edits=(("merge", 3, 1),))),
    "shapes everywhere": lambda: (
        Source((Image(GREY, scale=(2, 0.5)),), shapes()),
        Settings(4, apply_everywhere=True, edits=(("merge", 3, 1),)),
    ),
    "window": lambda: (Source((Image(STACK, scale=(3, 1, 2)),), window=PLANE), Settings(5)),
    "window to the end": lambda: (
        Source((Image(STACK),), window=(slice(1, None), slice(None, -3), slice(-9, None))),
        Settings(5),
    ),
    "window of NumPy's numbers": lambda: (
        Source((Image(STACK),), window=(slice(np.int64(1), np.int64(2)), *[slice(None)] * 2)),
        Settings(5),
    ),
    "window and region": lambda: (Source((Image(STACK),), region(), PLANE), Settings(3)),
    "channels": lambda: (Source(channels()), Settings(5)),
    "channels scaled": lambda: (Source(channels(), scaled=True), Settings(5, scaled=True)),
    "channels scaled, edits": lambda: (
        Source(channels(gamma=0.7), scaled=True),
        Settings(5, scaled=True, edits=(("recolor", 0, (THIRD, 0.0, 1.0)), ("merge", 2, 0))),
    ),
    "alpha": lambda: (Source((rgb(RGBA),), alpha="channel"), Settings(5, alpha="channel")),
    "transparent": lambda: (Source((rgb(RGBA),)), Settings(5)),
    "everything": lambda: (
        Source(channels(), region("Bereich"), (slice(2, None), slice(None, 28)), scaled=True),
        Settings(
            5,
            "rgb",
            "fast",
            7,
            0.5,
            scaled=True,
            apply_everywhere=True,
            fixed_colors=((0.25, THIRD, 1.0), (0.0, 1.0, 0.5)),
            edits=(("merge", 1, 3), ("recolor", 3, (0.9, 0.1, THIRD))),
        ),
    ),
}
for name in ("it's", 'the "photo"', "both ' and \"", "back\\slash\n", "Größe µm 細胞 🔬", "{x} %s"):
    CASES[f"named {name!r}"] = lambda name=name: (
        Source((rgb(name=name),), region(f"{name} region")),
        Settings(2),
    )


def described(source, settings):
    """The layers that the widget makes."""
    return make_layers(state_contents(completed(quantized(source, settings))))


def run(script, source):
    """Run a script in a viewer with these layers, and others; return what it adds."""
    viewer = ViewerModel()
    viewer.add_image(GREY[::-1], name="another")
    for layer in source.layers:
        viewer.add_layer(layer)
    if source.region is not None:
        viewer.add_layer(source.region)
    n_before = len(viewer.layers)
    exec(script, {"viewer": viewer})
    return viewer.layers[n_before:]


def same_bits(one, other):
    one, other = np.asarray(one), np.asarray(other)
    assert one.dtype == other.dtype
    assert one.shape == other.shape
    assert one.tobytes() == other.tobytes()


@pytest.mark.parametrize("case", CASES)
def test_scripts_make_the_same_layers(case):
    source, settings = CASES[case]()
    expected = described(source, settings)
    image, labels, palette = run(python_script(source, settings), source)
    same_bits(image.data, expected.image.data)
    same_bits(labels.data, expected.labels.data)
    same_bits(palette.data, expected.palette.data)
    same_bits(palette.face_color, expected.palette.face_color)
    told, expected_told = (About.of_layer(layer).palette for layer in (palette, expected.palette))
    same_bits(told.colors, expected_told.colors)
    assert told.value_range == expected_told.value_range
    assert palette.features.equals(expected.palette.features)
    for layer, other in zip((image, labels, palette), expected, strict=True):
        assert layer.name == other.name
        assert np.array_equal(layer.affine.affine_matrix, other.affine.affine_matrix)
        assert np.array_equal(layer.scale, other.scale)
        assert np.array_equal(layer.translate, other.translate)
    made, told = About.of_layer(image), About.of_layer(expected.image)
    for name in ("source", "source_ids", "layers", "region", "window"):
        assert getattr(made, name) == getattr(told, name)
    if case == "more fixed than colors":  # those that there are
        settings = replace(settings, n_colors=2)
    if case == "palette before fixed":  # which are not used
        settings = replace(settings, fixed_colors=())
    assert made.settings == settings


def test_a_short_script_is_short():
    assert python_script(Source((rgb(),)), Settings(8)) == (
        "from napari_kmeans_quantizer.plugin import quantize_layer, show_layers\n"
        "\n"
        "layers = quantize_layer(viewer.layers['photo'], n_colors=8)\n"
        "show_layers(viewer, layers)\n"
    )


@pytest.mark.parametrize("case", CASES)
def test_scripts_are_readable(case):
    source, settings = CASES[case]()
    script = python_script(source, settings)
    ast.parse(script)
    assert "np." not in script
    call = [line for line in script.splitlines() if line.startswith("layers = ")]
    assert len(call) == 1
    assert len(call[0]) <= WIDTH
    assert ".0," not in script.replace("-0.0", "")  # colors of whole numbers without points
    defaults = Settings()
    for name in ("effort", "sample", "alpha", "scaled", "color_space", "random_state", "edits"):
        told = f"{name}=" in script
        assert told == (getattr(settings, name) != getattr(defaults, name)), name


def test_one_setting_more_makes_another_script():
    source = Source((rgb(),))
    plain = python_script(source, Settings())
    for changed in (
        {"n_colors": 3},
        {"color_space": "lab"},
        {"effort": "fast"},
        {"random_state": 1},
        {"sample": 0.5},
        {"alpha": "channel"},
        {"scaled": True},
        {"apply_everywhere": True},
        {"fixed_colors": ((1.0, 2.0, 3.0),)},
        {"palette": ((1.0, 2.0, 3.0),)},
        {"edits": (("merge", 0, 1),)},
    ):
        assert python_script(source, replace(Settings(), **changed)) != plain


def test_scripts_leave_the_sources_alone():
    source, settings = CASES["everything"]()
    before = [layer.data.copy() for layer in (*source.layers, source.region)]
    run(python_script(source, settings), source)
    for layer, data in zip((*source.layers, source.region), before, strict=True):
        assert np.array_equal(layer.data, data)


def test_quantize_layer_is_what_scripts_call():
    source, settings = CASES["edits"]()
    expected = quantize_layer(source.main, 6, edits=EDITS)
    image, labels, _ = run(python_script(source, settings), source)
    same_bits(image.data, expected.image.data)
    same_bits(labels.data, expected.labels.data)
