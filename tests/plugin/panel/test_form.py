"""The controls: what they offer, and what they mean."""

from __future__ import annotations

import warnings

import pytest
from napari.components import LayerList
from napari.layers import Image, Labels, Points, Shapes
from napari.layers._layer_actions import _convert_to_image, _duplicate_layer, _split_rgb
from pictures import GREY, rgb
from qtpy.QtCore import Qt

from napari_kmeans_quantizer.plugin import quantize_layer
from napari_kmeans_quantizer.plugin.layers.about import About
from napari_kmeans_quantizer.plugin.models.settings import Settings
from napari_kmeans_quantizer.plugin.models.source import Source
from napari_kmeans_quantizer.plugin.panel.form import Form, connect_all


@pytest.fixture
def layers():
    return LayerList()


@pytest.fixture
def form(layers, qtbot):
    form = Form(layers)
    for row in (*form.basic(), *form.parts(), *form.advanced()):
        for control in row.controls:
            qtbot.addWidget(control.native)
    layers.events.inserted.connect(form.reset_choices)
    layers.events.removed.connect(form.reset_choices)
    return form


def offered(control):
    return [choice.name for choice in control.choices if hasattr(choice, "name")]


def after(layers, command, layer):
    """Return what a command of the layer list's menu adds."""
    before = list(layers)
    layers.selection = {layer}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # napari's own
        command(layers)
    return [layer for layer in layers if layer not in before]


# -- what is offered


def test_nothing_to_choose_from(form):
    assert form.image.value is None
    assert form.region.value is None
    assert form.palette_from.value is None
    assert form.given_palette() is None
    assert form.palette_from.palettes == {}


def test_layers_are_offered_by_their_kind(form, layers):
    layers.extend([rgb(name="photo"), Labels(GREY, name="labels"), Shapes(name="shapes")])
    layers.extend([Points(name="points"), Image(GREY, name="grey")])
    assert offered(form.image) == ["photo", "grey"]
    assert offered(form.region) == ["labels", "shapes"]
    assert offered(form.palette_from) == []


def test_our_own_layers_are_no_images_and_no_regions(form, layers):
    photo = rgb(name="photo")
    made = quantize_layer(photo, 4)
    layers.extend([photo, *made])
    assert offered(form.image) == ["photo"]
    assert offered(form.region) == []
    assert offered(form.palette_from) == ["photo · palette"]
    assert list(form.palette_from.palettes) == [made.palette]
    form.palette_from.value = made.palette
    assert form.given_palette().hex == made.palette.features["hex"].tolist()


def test_duplicates_and_conversions_are_a_persons_and_offered(form, layers):
    photo = rgb(name="photo")
    image, labels, palette = quantize_layer(photo, 4)
    layers.extend([photo, image, labels, palette])
    found = {
        "image": after(layers, _duplicate_layer, image),
        "labels": after(layers, _duplicate_layer, labels),
        "palette": after(layers, _duplicate_layer, palette),
        "converted": after(layers, _convert_to_image, after(layers, _duplicate_layer, labels)[0]),
        "split": after(layers, _split_rgb, image),
    }
    images = [x for name in ("image", "converted", "split") for x in found[name]]
    assert len(images) == 5
    assert set(images) <= set(form.image.choices)
    assert set(found["labels"]) <= set(form.region.choices)
    assert set(found["palette"]) <= set(form.palette_from.choices)
    assert image not in form.image.choices
    assert labels not in form.region.choices


def test_a_renamed_layer_stays_chosen(form, layers):
    layers.extend([rgb(name="first"), rgb(name="second"), Labels(GREY, name="region")])
    form.image.value, form.region.value = layers[1], layers[2]
    told = []
    connect_all([form.image, form.region], told.append)
    layers[1].name, layers[2].name = "renamed", "other"
    form.reset_choices()
    assert form.image.value is layers[1]
    assert form.region.value is layers[2]
    assert told == []


def test_what_was_removed_is_no_longer_chosen(form, layers):
    layers.extend([rgb(name="first"), rgb(name="second"), Labels(GREY, name="region")])
    form.image.value, form.region.value = layers[1], layers[2]
    told = []
    connect_all([form.image, form.region], told.append)
    for layer in layers[1:]:
        layers.remove(layer)
    assert form.image.value is layers[0]
    assert form.region.value is None
    assert told == [layers[0], None]


def test_controls_of_one_row_have_names_of_their_own(form):
    names = {
        form.n_colors: "Colors",
        form.auto: "Colors: auto",
        form.dither: "Dithering",
        form.dither_strength: "Dithering: strength",
        form.min_psnr: "Quality",
    }
    for control, name in names.items():
        assert control.native.accessibleName() == name
        assert control.native.accessibleDescription() == control.tooltip


# -- what they mean


def test_at_first_they_are_the_defaults(form):
    assert form.settings() == Settings()
    assert form.wanted() == ["image", "labels", "palette"]


@pytest.mark.parametrize(
    "settings",
    [
        Settings(),
        Settings(1),
        Settings(256, "lab", "best", 2**31 - 1),
        Settings(7, "oklab", "fast", sample=0.25, alpha="channel"),
        Settings("auto"),
        Settings("auto", min_psnr=31.5),
        Settings(64, min_psnr=40.0),
        Settings(dither="floyd-steinberg"),
        Settings(dither="blue-noise", dither_strength=0.7),
        Settings(dither="ordered", dither_strength=0.0),
    ],
)
def test_settings_are_shown_and_read_back(form, settings):
    form.show(settings)
    assert form.settings() == settings


def test_settings_of_channels_and_regions(form, layers):
    layers.append(Labels(GREY, name="region"))
    settings = Settings(5, scaled=True, apply_everywhere=True)
    form.show(settings)
    assert form.settings() == Settings(5)  # without channels and region they mean nothing
    form.channels.value, form.region.value = True, layers[0]
    assert form.settings() == settings


def test_what_the_controls_cannot_say(form):
    form.show(Settings(1000, sample=500, min_psnr=1e9))
    assert form.settings() == Settings(256, min_psnr=200.0)


def test_locked_colors_and_given_palettes(form):
    locks, palette = ((1.0, 2.0, 3.0),), ((4.0, 5.0, 6.0), (7.0, 8.0, 9.0))
    assert form.settings(locks) == Settings(fixed_colors=locks)
    assert form.settings(locks, palette) == Settings(palette=palette)


def test_with_given_colors_no_number_is_found_but_they_can_be_dithered(form):
    palette = ((4.0, 5.0, 6.0), (7.0, 8.0, 9.0))
    form.show(Settings("auto", min_psnr=30.0, dither="ordered"))
    assert form.settings(palette=palette) == Settings(palette=palette, dither="ordered")


@pytest.mark.parametrize(
    ("image", "labels", "palette"), [(True, False, True), (False, True, False), (False,) * 3]
)
def test_wanted(form, image, labels, palette):
    form.add_image.value, form.add_labels.value, form.add_palette.value = image, labels, palette
    expected = [("image", image), ("labels", labels), ("palette", palette)]
    assert form.wanted() == [role for role, wanted in expected if wanted]


def test_region_and_extent_are_chosen_by_what_was_told(form, layers):
    region, photo = Labels(GREY, name="region"), rgb(name="photo")
    layers.extend([photo, region])
    window = (slice(0, 5), slice(None))
    about = About.of_output("image", Source((photo,), region, window), Settings())
    form.choose(about, None)
    assert (form.region.value, form.extent.value) == (region, "slice")
    form.choose(About.of_output("image", Source((photo,)), Settings()), None)
    assert (form.region.value, form.extent.value) == (None, "all")
    layers.remove(region)
    form.choose(about, None)
    assert form.region.value is None


def test_slider_and_number_go_together(form):
    told = []
    form.n_colors.changed.connect(told.append)
    form.slider.value = 40
    assert form.n_colors.value == 40
    form.n_colors.value = 200
    assert (form.slider.value, form.n_colors.value) == (64, 200)
    form.n_colors.value = 1
    assert (form.slider.value, form.n_colors.value) == (2, 1)
    assert told == [40, 200, 1]


def test_whoever_chooses_a_number_wants_no_other(form):
    form.auto.value = True
    assert form.settings().n_colors == "auto"
    form.n_colors.value = 12
    assert not form.auto.value
    form.auto.value = True
    form.slider.value = 9
    assert form.settings() == Settings(9)


def test_the_number_that_was_found_is_shown_and_not_chosen(form):
    told = []
    connect_all(form.parameters(), told.append)
    form.auto.value = True
    for found, shown in ((12, 12), (1, 1), (300, 256)):
        form.how_many.tell(found)
        assert form.n_colors.value == shown
    assert form.slider.value == 64
    assert told == [True]
    assert form.settings() == Settings("auto")
    form.auto.value = False
    assert form.settings() == Settings(256)


def test_quality_is_a_number_of_db_or_any(form):
    assert form.min_psnr.native.text() == "any"
    form.min_psnr.value = 35.5
    assert form.min_psnr.native.text() == "at least 35.5 dB"
    assert form.settings().min_psnr == 35.5
    form.min_psnr.value = 0
    assert form.settings().min_psnr is None


def test_steps_of_quality_begin_where_it_makes_sense(form, qtbot):
    for expected in (30, 31, 32):
        qtbot.keyClick(form.min_psnr.native, Qt.Key.Key_Up)
        assert form.min_psnr.value == expected


def test_how_much_is_dithered_is_asked_only_if_there_is_any(form):
    assert form.dither_strength.native.isHidden()
    form.dither.value = "ordered"
    assert not form.dither_strength.native.isHidden()
    form.dither_strength.value = 40
    assert form.dither_strength.native.text() == "40 %"
    assert form.settings() == Settings(dither="ordered", dither_strength=0.4)
    form.dither.value = "none"
    assert form.dither_strength.native.isHidden()
    assert form.settings() == Settings()


def test_every_parameter_tells_that_it_changed(form, layers):
    palette = quantize_layer(rgb(name="photo"), 4).palette
    layers.extend([Labels(GREY, name="region"), palette])
    others = {
        form.n_colors: 3,
        form.auto: True,
        form.min_psnr: 30,
        form.dither: "ordered",
        form.dither_strength: 50,
        form.color_space: "lab",
        form.palette_from: palette,
        form.palette_use: "best",
        form.region: layers[0],
        form.apply: "everywhere",
        form.extent: "slice",
        form.channels: True,
        form.scaled: False,
        form.effort: "best",
        form.seed: 3,
        form.sample: 10,
        form.alpha: "channel",
        form.no_data: -9999,
    }
    assert set(form.parameters()) == {*others, form.fit_on}  # which has no choice here
    told = []
    connect_all(form.parameters(), lambda *_: told.append(True))
    for control, value in others.items():
        before = len(told)
        control.value = value
        assert len(told) == before + 1, control.label
