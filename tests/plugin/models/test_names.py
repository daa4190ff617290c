"""Names of clusters, and which of them are background: what a State keeps of them."""

from __future__ import annotations

import numpy as np
import pytest
from napari.layers import Image
from pictures import in_colors

from napari_kmeans_quantizer import completed
from napari_kmeans_quantizer.plugin.models.settings import Settings
from napari_kmeans_quantizer.plugin.models.source import Source
from napari_kmeans_quantizer.plugin.pipeline import quantized


def picture():
    """Return five colors: 60, 30, 20, 10 and 4 pixels."""
    colors = [(250, 250, 250), (120, 80, 40), (200, 190, 180), (20, 20, 120), (30, 160, 30)]
    flat = np.repeat(np.array(colors, np.uint8), [60, 30, 20, 10, 4], axis=0)
    return flat.reshape(4, 31, 3)


@pytest.fixture
def source():
    return Source((Image(picture(), name="slide", rgb=True),))


def fitted(source, n_colors=5, before=None, **how):
    return completed(quantized(source, Settings(n_colors, **how))).keeping(before)


def test_a_name_is_in_the_palette_and_can_be_taken_away(source):
    state = fitted(source).renamed(1, "  DAB  ")
    assert state.result.palette.names == ("", "DAB", "", "", "")
    assert state.settings.edits == (("rename", 1, "DAB"),)
    assert state.renamed(1, "").result.palette.names is None


def test_several_get_the_same_name(source):
    state = fitted(source).renamed([1, 2], "tissue")
    assert state.measured.grouped().counts.tolist() == [[[60, 50, 10, 4]]]


def test_a_name_is_no_change_of_colors(source):
    state = fitted(source).renamed(1, "DAB")
    assert not state.is_edited
    assert not state.kept
    assert state.recolored(0, (0, 0, 0)).reset().result.palette.names == ("", "DAB", "", "", "")


def test_a_new_fit_with_the_same_centers_has_the_names(source):
    named = fitted(source).renamed(1, "DAB")
    assert fitted(source, before=named).name(1) == "DAB"


def test_a_name_waits_for_a_fit_that_has_its_center(source):
    named = fitted(source).renamed(4, "leaf")
    fewer = fitted(source, 2, before=named)
    assert "leaf" not in (fewer.result.palette.names or ())
    assert fitted(source, before=fewer).name(4) == "leaf"


def test_a_locked_center_keeps_its_name(source):
    named = fitted(source).renamed(3, "nuclei").with_lock(3, True)
    center = named.color(3)
    fewer = fitted(source, 2, before=named, fixed_colors=(center,))
    assert fewer.name(fewer.result.palette.colors.tolist().index(list(center))) == "nuclei"


def test_a_merged_cluster_keeps_a_name(source):
    state = fitted(source).renamed(4, "leaf")
    assert state.merged(4, into=3).result.palette.names == ("", "", "", "leaf")
    both = state.renamed(3, "nuclei").merged(4, into=3)
    assert both.name(3) == "nuclei"


def test_a_name_that_came_with_a_palette_can_be_changed(source):
    palette = fitted(source).result.palette.named(list("abcde"))
    [product], _ = in_colors([source], palette)
    state = product.state.renamed(0, "paper")
    assert state.result.palette.names == ("paper", "b", "c", "d", "e")
    assert fitted(source, before=state).name(0) == "paper"


def test_names_go_along_to_other_images(source):
    state = fitted(source).renamed(1, "DAB")
    other = Source((Image(picture()[::-1], name="other", rgb=True),))
    [product], _ = in_colors([other], state.palette)
    assert product.state.name(1) == "DAB"
    assert product.state.has_colors_of(state)
    assert state.places_in(product.state, [1]) == [1]


def test_edits_of_a_script_name_clusters(source):
    state = completed(quantized(source, Settings(5, edits=(("rename", 0, "paper"),))))
    assert state.name(0) == "paper"
    assert fitted(source, before=state).name(0) == "paper"


def test_the_background_has_no_share(source):
    state = fitted(source).with_background(0, True)
    assert np.isnan(state.shares[0])
    assert state.shares[1:].tolist() == [30 / 64, 20 / 64, 10 / 64, 4 / 64]
    assert state.with_background(0, False).shares.sum() == pytest.approx(1)


def test_the_background_stays_so_in_a_new_fit_and_after_merging(source):
    state = fitted(source).with_background(3, True)
    assert fitted(source, before=state).background == {3}
    assert state.reset().background == {3}
    assert state.merged(4, into=1).background == {3}
    with pytest.raises(ValueError, match=r"0\.\.4"):
        state.with_background(5, True)
