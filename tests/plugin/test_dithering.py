"""Dithering is painting: no colors are fitted for it, and all that was done to them stays."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from napari.layers import Image, Labels
from pictures import COFFEE, GREY, in_colors, rgb, run_steps, same_result, state_of

from napari_kmeans_quantizer import Palette, completed, quantize
from napari_kmeans_quantizer.plugin.layers.contents import state_contents
from napari_kmeans_quantizer.plugin.models.settings import Settings
from napari_kmeans_quantizer.plugin.models.source import Source
from napari_kmeans_quantizer.plugin.pipeline import explored, produced, quantized

KINDS = [None, "floyd-steinberg", "ordered", "blue-noise"]
LEFT = np.zeros(COFFEE.shape[:2], bool)
LEFT[:, :60] = True


def coffee(region=None, pixels=COFFEE):
    return Source((rgb(pixels),), None if region is None else Labels(region.astype(int)))


def product(settings, before=None, source=None):
    return completed(produced(source or coffee(), settings, before))


def is_searched(told):
    return any("centers" in step.stage or "numbers" in step.stage for step in told)


# -- the same as from scratch


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("color_space", ["rgb", "oklab"])
def test_a_dithered_result_is_that_of_quantize(kind, color_space):
    settings = Settings(6, color_space, dither=kind, dither_strength=0.8)
    made = state_of(rgb(COFFEE), settings)
    expected = quantize(COFFEE, **settings.options())
    same_result(made.result, expected)
    assert made.result.settings == expected.settings


@pytest.mark.parametrize("first", KINDS)
@pytest.mark.parametrize("then", KINDS)
def test_another_dithering_searches_nothing_and_ends_as_if_it_had(first, then):
    before = product(Settings(9, dither=first)).state
    settings = Settings(9, dither=then, dither_strength=0.5)
    told, made = run_steps(produced(coffee(), settings, before))
    same_result(made.state.result, quantize(COFFEE, **settings.options()))
    assert made.state.settings == settings
    assert not is_searched(told)
    assert made.is_only_painted


@pytest.mark.parametrize(
    "settings",
    [
        Settings("auto"),
        Settings(40, min_psnr=28.0),
        Settings(3, choose_from=tuple(map(tuple, COFFEE[::20, ::20].reshape(-1, 3).tolist()))),
        Settings(5, fixed_colors=((0.0, 0.0, 0.0),)),
        Settings(5, sample=0.2, random_state=7, effort="fast"),
    ],
    ids=["auto", "quality", "choose", "fixed", "sample"],
)
def test_whatever_was_fitted_stays(settings):
    before = product(settings).state
    dithered = replace(settings, dither="ordered")
    told, made = run_steps(produced(coffee(), dithered, before))
    assert not is_searched(told)
    same_result(made.state.result, quantize(COFFEE, **dithered.options()))
    assert made.state.settings == dithered


def test_grey_and_stacks():
    for pixels in (GREY, np.stack([GREY, GREY[::-1]]).astype(np.uint16) * 7, GREY / 255):
        source = Source((Image(pixels),))
        before = product(Settings(4), source=source).state
        settings = Settings(4, dither="floyd-steinberg")
        made = product(settings, before, source)
        assert made.is_only_painted
        expected = quantize(pixels, channel_axis=None, **settings.options())
        same_result(made.state.result, expected)


def test_colors_that_count_the_same_keep_the_order_of_the_fit():
    image = np.repeat(np.array([[0, 40, 90, 150, 210, 255]], np.uint8), 8, axis=0)
    image = np.concatenate([image, image // 2, image + 3 * (image < 100)], axis=1)
    source, settings = Source((Image(image),)), Settings(7)
    state = product(settings, source=source).state
    for kind in ("ordered", "floyd-steinberg", None, "blue-noise", None):
        settings = replace(settings, dither=kind)
        state = product(settings, state, source).state
        same_result(state.result, quantize(image, channel_axis=None, **settings.options()))


def test_quality_that_is_not_reached_is_told_of_the_colors_and_not_of_the_dithering():
    for kind in KINDS:
        settings = Settings(5, min_psnr=40.0, dither=kind)
        assert state_of(rgb(COFFEE), settings).summary.endswith("; 40 dB are not reached")
        reached = replace(settings, n_colors="auto", min_psnr=26.5)
        assert "not reached" not in state_of(rgb(COFFEE), reached).summary


def test_what_the_colors_reach_without_dithering_is_told_beside_what_is_seen():
    plain = state_of(rgb(COFFEE), Settings(5))
    told = f"; undithered {plain.result.psnr:.1f} dB"
    assert "undithered" not in plain.summary
    for kind in KINDS:
        state = state_of(rgb(COFFEE), Settings(5, dither=kind))
        assert f", {state.result.psnr:.1f} dB, " in state.summary
        assert (told in state.summary) == (kind is not None)
        assert "undithered" not in state.recolored(0, (1, 2, 3)).summary
    given = Settings(palette=((0, 0, 0), (255, 255, 255)), dither="ordered")  # nothing was fitted
    assert "undithered" not in state_of(rgb(COFFEE), given).summary
    assert (
        "undithered"
        not in state_of(rgb(COFFEE), Settings(5, dither="ordered", dither_strength=0)).summary
    )


# -- when colors must be fitted anew


def test_other_pixels_are_fitted_anew():
    pixels = COFFEE.copy()
    source = coffee(pixels=pixels)
    before = product(Settings(5), source=source).state
    pixels[:40] = 255 - pixels[:40]  # in place: nobody is told
    settings = Settings(5, dither="ordered")
    told, made = run_steps(produced(source, settings, before))
    assert is_searched(told)
    same_result(made.state.result, quantize(pixels, **settings.options()))


def test_another_region_is_fitted_anew():
    region = Labels(LEFT.astype(int))
    source = Source((rgb(COFFEE),), region)
    before = product(Settings(5), source=source).state
    region.data[:50] = 1
    settings = Settings(5, dither="ordered")
    told, made = run_steps(produced(source, settings, before))
    assert is_searched(told)
    same_result(made.state.result, quantize(COFFEE, mask=region.data > 0, **settings.options()))


@pytest.mark.parametrize(
    "change",
    [{"n_colors": 6}, {"random_state": 1}, {"color_space": "lab"}, {"fixed_colors": ((1.0,) * 3,)}],
)
def test_other_settings_are_fitted_anew(change):
    before = product(Settings(5)).state
    settings = replace(Settings(5, dither="ordered"), **change)
    told, _ = run_steps(produced(coffee(), settings, before))
    assert is_searched(told)


def test_the_same_again_is_fitted_anew():
    settings = Settings(5, dither="ordered")
    told, _ = run_steps(produced(coffee(), settings, product(settings).state))
    assert is_searched(told)


# -- regions, and other ways


@pytest.mark.parametrize("everywhere", [False, True])
def test_inside_a_region(everywhere):
    source, settings = coffee(LEFT), Settings(5, apply_everywhere=everywhere)
    before = product(settings, source=source).state
    dithered = replace(settings, dither="floyd-steinberg")
    told, made = run_steps(produced(source, dithered, before))
    assert not is_searched(told)
    result = made.state.result
    if everywhere:
        palette = quantize(COFFEE, 5, mask=LEFT).palette
        same_result(result, quantize(COFFEE, palette=palette, dither="floyd-steinberg"))
        assert result.mask is None
    else:
        same_result(result, quantize(COFFEE, mask=LEFT, **dithered.options()))
        assert np.array_equal(result.image[~LEFT], COFFEE[~LEFT])
    same_result(result, completed(quantized(source, dithered)).result)


def test_given_colors_keep_their_order():
    colors = ((200.0, 150.0, 100.0), (0.0, 0.0, 0.0), (255.0, 255.0, 255.0))
    settings = Settings(3, palette=colors, dither="blue-noise")
    made = product(settings, product(replace(settings, dither=None)).state)
    same_result(made.state.result, quantize(COFFEE, palette=colors, dither="blue-noise"))
    assert made.state.result.palette.colors.tolist() == list(map(list, colors))


def test_other_images_are_painted_in_the_same_way():
    settings = Settings(4, "lab", dither="ordered", dither_strength=0.6)
    state = state_of(rgb(COFFEE), settings)
    other = COFFEE[::-1, :, ::-1].copy()
    ([made], _) = in_colors([coffee(pixels=other)], state.palette, settings)
    expected = {"color_space": "lab", "dither": "ordered", "dither_strength": 0.6}
    same_result(made.state.result, quantize(other, palette=state.palette, **expected))


def test_numbers_of_colors_are_compared_without():
    settings = Settings(dither="ordered", min_psnr=20.0)
    found = completed(explored(coffee(), settings, [2, 3], "stack"))
    same_result(found.results[3], quantize(COFFEE, 3))


def test_pictures_without_error_have_nothing_to_mix():
    few = np.array([[0.0, -0.0, 1.5, 2.5]] * 3)
    settings = Settings(5, dither="floyd-steinberg")
    source = Source((Image(few),))
    made = product(settings, product(Settings(5), source=source).state, source).state
    expected = quantize(few, channel_axis=None, **settings.options())
    same_result(made.result, expected)
    assert np.array_equal(np.signbit(made.result.image), np.signbit(few))
    assert made.result.settings == expected.settings


# -- what was done to the colors


def test_edits_stay_with_their_clusters():
    state = product(Settings(6)).state
    state = state.recolored(2, (1.0, 2.0, 3.0)).merged(4, 0).with_lock(1, True)
    center, locked = state.centers(0), state.color(1)
    kept = tuple(c for one in state.kept for c in one.centers)
    settings = Settings(6, fixed_colors=kept, joined=1, dither="floyd-steinberg")
    told, made = run_steps(produced(coffee(), settings, state))
    assert not is_searched(told)
    after = made.state
    assert len(after.result.palette) == 5
    assert (1.0, 2.0, 3.0) in map(tuple, after.result.palette.colors)
    assert center in {after.centers(k) for k in range(5)}
    assert locked in {after.color(k) for k in after.locked}
    plain = quantize(COFFEE, 6, dither="floyd-steinberg")
    assert np.array_equal(after.fitted.image, plain.image)
    painted = {tuple(color) for color in after.result.image.reshape(-1, 3).tolist()}
    assert painted == set(map(tuple, after.result.palette.values.tolist()))
    # A script that makes it again finds the same.
    again = completed(quantized(coffee(), after.settings))
    same_edited(again.result, after.result)


def same_edited(one, other):
    """Both are the same, but for errors, which edited results do not know."""
    assert np.array_equal(one.labels, other.labels)
    assert np.array_equal(one.image, other.image)
    assert np.array_equal(one.palette.colors, other.palette.colors)


def test_edits_made_before_and_after_dithering_are_the_same():
    first = product(Settings(6)).state.recolored(3, (9.0, 8.0, 7.0))
    settings = Settings(6, fixed_colors=first.centers(3), dither="ordered")
    first = product(settings, first).state
    second = product(Settings(6), None).state
    center = second.centers(3)
    second = product(Settings(6, dither="ordered"), second).state
    place = next(k for k in range(6) if second.centers(k) == center)
    same_edited(first.result, second.recolored(place, (9.0, 8.0, 7.0)).result)


def test_a_new_fit_around_what_is_kept_is_dithered_too():
    before = product(Settings(6, dither="ordered")).state.recolored(0, (1.0, 2.0, 3.0))
    settings = Settings(4, fixed_colors=before.centers(0), dither="ordered")
    after = product(settings, before).state
    assert (1.0, 2.0, 3.0) in map(tuple, after.result.palette.colors)
    same_result(after.fitted, quantize(COFFEE, **settings.options()))


def test_hidden_clusters_stay_hidden():
    before = replace(product(Settings(6)).state, hidden=frozenset({2}))
    after = product(Settings(6, dither="floyd-steinberg"), before).state
    (hidden,) = after.hidden
    assert after.centers(hidden) == before.centers(2)


def test_layers_show_it_and_know_how_it_was_made():
    settings = Settings(4, dither="ordered", dither_strength=0.3)
    made = product(settings)
    assert np.array_equal(made.contents.labels["data"], made.state.result.labels + 1)
    told = state_contents(made.state).palette["metadata"]["napari-kmeans-quantizer"]
    assert Settings.from_dict(told["settings"]) == settings


# -- names


NAMES = ("sand", "", "night", "snow")
COLORS = ((200.0, 150.0, 100.0), (9.0, 9.0, 9.0), (0.0, 0.0, 0.0), (255.0, 255.0, 255.0))


@pytest.mark.parametrize("kind", [None, "ordered"])
def test_given_colors_keep_their_names(kind):
    settings = Settings(4, palette=COLORS, names=NAMES, dither=kind)
    made = product(settings)
    assert made.state.result.palette.names == NAMES
    assert made.state.palette.names == NAMES
    told = made.contents.palette["metadata"]["napari-kmeans-quantizer"]
    assert tuple(told["palette"]["names"]) == NAMES


@pytest.mark.parametrize("scale", [1, 1 / 255])
def test_chosen_colors_keep_their_names_however_they_are_painted(scale):
    source = coffee(pixels=COFFEE if scale == 1 else COFFEE * scale)
    colors = tuple(tuple(value * scale for value in color) for color in COLORS)
    settings = Settings(2, choose_from=colors, names=NAMES)
    state = product(settings, source=source).state
    known = dict(zip(colors, NAMES, strict=True))
    for kind in (None, "floyd-steinberg", "ordered", None):
        state = product(replace(settings, dither=kind), state, source).state
        palette = state.result.palette
        assert len(palette) == 2
        assert list(palette.names) == [known[tuple(color)] for color in palette.colors.tolist()]
    joined = state.merged(1, 0).result.palette
    assert joined.names == (state.result.palette.names[0],)


def test_a_palette_brings_its_names_to_other_images():
    palette = Palette(COLORS, names=NAMES, dtype=np.uint8)
    ([made], _) = in_colors([coffee()], palette)
    assert made.state.settings.names == made.state.result.palette.names == NAMES
