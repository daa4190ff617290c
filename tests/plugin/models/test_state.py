from __future__ import annotations

from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest
from napari.layers import Image

from napari_kmeans_quantizer import quantize
from napari_kmeans_quantizer.plugin.models.kept import Kept
from napari_kmeans_quantizer.plugin.models.settings import Settings, edited
from napari_kmeans_quantizer.plugin.models.source import Source
from napari_kmeans_quantizer.plugin.models.state import State

RED, GREEN, BLUE = (200.0, 0.0, 0.0), (0.0, 200.0, 0.0), (0.0, 0.0, 200.0)
WHITE = (255.0, 255.0, 255.0)
# Pixels of the clusters: 8 black, 6 red, 5 green, 4 blue, 1 white
PIXELS = np.repeat([(0, 0, 0), RED, GREEN, BLUE, WHITE], [8, 6, 5, 4, 1], axis=0)
IMAGE = PIXELS.astype(np.uint8).reshape(4, 6, 3)


def make(image=IMAGE, n_colors=5):
    source = Source((Image(image, rgb=image.ndim == 3),))
    fitted = quantize(image, n_colors, channel_axis=source.channel_axis)
    return State.of_fit(source, Settings(n_colors=n_colors), image, fitted, 1.25)


@pytest.fixture
def state():
    return make()


def locked_colors(state):
    return {state.color(k) for k in state.locked}


def kept_centers(state):
    return {one.centers for one in state.kept}


def test_colors_are_plain_numbers(state):
    assert [state.color(k) for k in range(5)] == [(0, 0, 0), RED, GREEN, BLUE, WHITE]
    assert all(type(value) is float for value in state.color(1))


def test_frozen(state):
    with pytest.raises(FrozenInstanceError):
        state.hidden = frozenset({1})


# -- after a fit


def test_edits_and_locks_of_the_settings_are_taken():
    source = Source((Image(IMAGE, rgb=True),))
    settings = Settings(5, fixed_colors=(RED,), edits=(("recolor", 2, (1.0, 2.0, 3.0)),))
    fitted = quantize(IMAGE, 5, fixed_colors=[RED])
    state = State.of_fit(source, settings, IMAGE, fitted)
    assert state.fitted is fitted
    assert state.color(2) == (1, 2, 3)
    assert state.is_edited
    assert state.kept == (
        Kept.locked(RED),
        Kept((tuple(fitted.palette.colors[2].tolist()),), (1, 2, 3)),
    )
    assert state.hidden == frozenset()
    assert state.seconds == 0


def test_the_sample_is_drawn_by_the_seed():
    source, fitted = Source((Image(IMAGE, rgb=True),)), quantize(IMAGE, 5)
    first, again, other = (
        State.of_fit(source, Settings(5, random_state=seed), IMAGE, fitted).sample.places
        for seed in (1, 1, 2)
    )
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


# -- what is shown


def test_colors_are_shown_as_the_source_is():
    layer = Image(IMAGE[..., 0], colormap="viridis", contrast_limits=(0, 200), gamma=0.5)
    source = Source((layer,))
    state = State.of_fit(source, Settings(3), source.array(), quantize(source.array(), 3))
    values = state.result.palette.colors[:, 0]
    assert values.tolist() == [0, 200, 255]
    expected = layer.colormap.map(np.array([0.0, 1.0, 1.0]))[:, :3]
    assert np.allclose(state.shown, expected)
    assert state.hex == ["#440154", "#fde725", "#fde725"]
    layer.colormap, layer.contrast_limits = "gray", (0, 255)
    assert np.allclose(state.shown, expected)  # as it was when it was quantized
    edited_state = state.recolored(1, (0.0,))
    assert edited_state.hex[1] == "#440154"
    assert state.hex[1] == "#fde725"


@pytest.mark.parametrize(
    ("scale", "limits", "expected"),
    [(1, (0, 255), (0, 255)), (16, (50, 3900), (0, 4095)), (257, (0, 65535), (0, 65535))],
)
def test_the_palette_for_other_images_tells_the_range_that_is_shown(scale, limits, expected):
    image = IMAGE.astype(np.uint16) * scale
    source = Source((Image(image, rgb=True, contrast_limits=limits),))
    state = State.of_fit(source, Settings(5), image, quantize(image, 5))
    assert state.palette.value_range == expected
    assert state.palette.dtype == np.uint16
    assert np.array_equal(state.palette.colors, state.result.palette.colors)
    assert np.array_equal(state.palette.counts, state.result.palette.counts)


def test_summary(state):
    assert state.summary == f"{state.result.summary}, 1.25 s"
    after = state.recolored(0, RED)
    assert after.summary == after.result.summary
    assert "edited" in after.summary
    assert after.reset().summary == state.summary


@pytest.mark.parametrize("masked", [False, True])
def test_frame_counts_follow_merges(masked):
    stack = np.stack([IMAGE, IMAGE[::-1], IMAGE // 2, np.zeros_like(IMAGE)])
    mask = np.random.default_rng(0).random(stack.shape[:3]) < 0.6 if masked else None
    source = Source((Image(stack, rgb=True),), mask)
    state = State.of_fit(source, Settings(6), stack, quantize(stack, 6, mask=mask))
    for after in (
        state,
        state.recolored(3, WHITE),
        state.merged(5, 0),
        state.merged(0, 5).recolored(1, RED).merged(1, 3),
        state.merged(2, 4).reset(),
    ):
        counts = after.frame_counts()
        for t, labels in enumerate(after.result.labels):
            inside = labels if mask is None else labels[mask[t]]
            expected = np.bincount(inside.ravel(), minlength=len(after.result.palette))
            assert counts[t].tolist() == expected.tolist()
        assert np.array_equal(counts.sum(axis=0), after.result.palette.counts)


def test_frames_are_counted_once(state):
    assert state.frames.counts is state.recolored(0, RED).merged(1, 2).frames.counts


# -- recolored


def test_recolored_changes_only_this_color(state):
    after = state.recolored(2, (1, 2, 3))
    assert after.color(2) == (1, 2, 3)
    assert [after.color(k) for k in (0, 1, 3, 4)] == [state.color(k) for k in (0, 1, 3, 4)]
    assert (after.result.image[state.result.labels == 2] == (1, 2, 3)).all()
    assert after.settings.edits == (("recolor", 2, (1.0, 2.0, 3.0)),)
    assert after.is_edited


def test_recolored_shares_labels_and_modifies_nothing(state):
    colors, image = state.result.palette.colors.copy(), state.result.image.copy()
    after = state.recolored(2, np.array([1, 2, 3]))
    assert after.result.labels is state.result.labels
    assert after.fitted is state.fitted is state.result
    assert np.array_equal(state.result.palette.colors, colors)
    assert np.array_equal(state.result.image, image)
    assert not state.is_edited
    assert state.settings.edits == ()


def test_wrong_edits_are_refused(state):
    for wrong in (
        lambda: state.recolored(5, RED),
        lambda: state.recolored(0, (0, 0, 256)),
        lambda: state.recolored(0, (0, 0)),
        lambda: state.merged(1, 1),
        lambda: state.merged(0, 5),
    ):
        with pytest.raises(ValueError, match="must"):
            wrong()


def test_locks_follow_colors(state):
    state = state.with_lock(1, True).with_lock(4, True)
    assert state.kept == (Kept.locked(RED), Kept.locked(WHITE))
    after = state.recolored(1, (9.0, 9.0, 9.0))
    assert kept_centers(after) == {(RED,), (WHITE,)}
    assert after.locked == {1, 4}
    assert state.kept == (Kept.locked(RED), Kept.locked(WHITE))


def test_what_was_colored_is_locked_by_its_center(state):
    after = state.recolored(2, (9.0, 9.0, 9.0))
    assert after.locked == {2}
    assert after.kept == (Kept((GREEN,), (9.0, 9.0, 9.0)),)
    assert after.with_lock(2, True).kept == (Kept((GREEN,), (9.0, 9.0, 9.0), by_hand=True),)
    again = after.recolored(2, (8.0, 8.0, 8.0))
    assert again.kept == (Kept((GREEN,), (8.0, 8.0, 8.0)),)


def test_unlocking(state):
    state = state.with_lock(1, True).with_lock(1, True).with_lock(2, True)
    assert kept_centers(state) == {(RED,), (GREEN,)}
    assert kept_centers(state.with_lock(1, False)) == {(GREEN,)}
    assert kept_centers(state.with_lock(3, False)) == {(RED,), (GREEN,)}
    assert state.recolored(1, BLUE).with_lock(1, False).locked == {2}


def test_several_at_once(state):
    state = state.with_lock([1, 3, 4], True)
    assert state.locked == {1, 3, 4}
    assert state.with_lock({4, 1}, False).locked == {3}
    merged = state.merged([1, 2, 4], into=3)
    assert merged.result.palette.counts.tolist() == [16, 8]
    assert merged.color(0) == BLUE
    assert {*merged.centers(0)} == {RED, GREEN, BLUE, WHITE}
    assert merged.centers(0)[0] == BLUE


def test_clusters_of_one_color_are_told_apart(state):
    state = state.with_lock(1, True).recolored(2, RED)
    assert kept_centers(state) == {(RED,), (GREEN,)}
    assert state.with_lock(1, False).locked == {2}
    assert kept_centers(state.merged(2, 1)) == {(RED, GREEN)}


# -- a new fit


def again(state, n_colors, image=IMAGE):
    """Fit anew, around what is kept, as a run does."""
    fixed = [center for one in state.kept for center in one.centers]
    fitted = quantize(image, n_colors, fixed_colors=fixed or None)
    settings = Settings(n_colors, fixed_colors=tuple(fixed))
    return State.of_fit(state.source, settings, image, fitted).keeping(state)


@pytest.mark.parametrize("n_colors", [3, 4, 5])
def test_a_new_fit_keeps_what_was_colored(state, n_colors):
    pixels = (IMAGE == GREEN).all(axis=2)
    after = again(state.recolored(2, (9.0, 8.0, 7.0)), n_colors)
    (index,) = after.locked
    assert after.color(index) == (9, 8, 7)
    assert after.centers(index) == (GREEN,)
    assert (after.result.labels[pixels] == index).all()
    assert (after.result.image[pixels] == (9, 8, 7)).all()
    assert len(after.result.palette) == n_colors
    assert after.is_edited
    third = again(after, n_colors)
    assert (third.color(*third.locked), third.centers(*third.locked)) == ((9, 8, 7), (GREEN,))


def test_a_new_fit_keeps_what_was_merged_and_the_color_it_was_given(state):
    state = state.merged(3, 2).recolored(0, WHITE)
    assert state.centers(0) == (GREEN, BLUE)
    after = again(state, 4)
    (index,) = after.locked
    assert after.color(index) == WHITE
    assert after.centers(index) == (GREEN, BLUE)
    both = (IMAGE == GREEN).all(axis=2) | (IMAGE == BLUE).all(axis=2)
    assert (after.result.labels[both] == index).all()
    assert len(after.result.palette) == 3


def test_a_new_fit_keeps_hidden_what_is_kept(state):
    state = replace(state.recolored(2, WHITE).with_lock(4, True), hidden=frozenset({0, 2, 4}))
    after = again(state, 4)
    assert {after.centers(k) for k in after.hidden} >= {(GREEN,), (WHITE,)}
    assert after.hidden <= {k for k in range(4) if after.centers(k)[0] in ((0, 0, 0), GREEN, WHITE)}


def test_what_a_fit_has_no_center_of_waits_for_the_next(state):
    state = state.recolored(2, WHITE).merged(3, 1)
    given = quantize(IMAGE, palette=[[7, 7, 7], [250, 250, 250]])
    settings = Settings(palette=((7, 7, 7), (250, 250, 250)))
    between = State.of_fit(state.source, settings, IMAGE, given).keeping(state)
    assert between.locked == frozenset()
    assert not between.is_edited
    assert between.kept == state.kept
    after = again(between, 5)
    assert {after.centers(k) for k in after.locked} == {(GREEN,), (RED, BLUE)}
    assert {after.color(k) for k in after.locked} == {WHITE, RED}


def test_what_has_other_channels_waits(state):
    state = state.recolored(2, WHITE)
    grey = make(IMAGE[..., 1], 2).keeping(state)
    assert (grey.locked, grey.hidden, grey.is_edited) == (frozenset(), frozenset(), False)
    assert grey.kept == state.kept


# -- merged


def test_merged_gives_its_pixels_to_the_other(state):
    after = state.merged(4, 3)
    assert after.settings.edits == (("merge", 4, 3),)
    assert [after.color(k) for k in range(4)] == [(0, 0, 0), RED, GREEN, BLUE]
    assert after.result.palette.counts.tolist() == [8, 6, 5, 5]
    assert (after.result.image[state.result.labels == 4] == BLUE).all()
    assert state.result.palette.counts.tolist() == [8, 6, 5, 4, 1]
    assert (state.result.labels == quantize(IMAGE, 5).labels).all()


def test_what_was_merged_is_locked_by_all_its_centers(state):
    state = state.with_lock(3, True)
    assert kept_centers(state.merged(3, 1)) == {(RED, BLUE)}
    assert kept_centers(state.merged(1, 3)) == {(BLUE, RED)}
    assert kept_centers(state.merged(0, 2)) == {(BLUE,), (GREEN, (0.0, 0.0, 0.0))}


@pytest.mark.parametrize(("index", "into"), [(0, 4), (4, 0), (1, 3), (3, 2), (2, 3)])
@pytest.mark.parametrize("hidden", [{0}, {3, 4}, {1, 2, 3}, {0, 1, 2, 3, 4}, set()])
def test_hidden_follows_merges(state, index, into, hidden):
    after = replace(state, hidden=frozenset(hidden)).merged(index, into)
    was = np.where(state.result.labels == index, into, state.result.labels)
    expected = np.isin(was, list(hidden))
    assert np.array_equal(np.isin(after.result.labels, list(after.hidden)), expected)
    assert all(0 <= k < 4 for k in after.hidden)


def test_hidden_follows_merges_whatever_the_colors(state):
    state = replace(state.recolored(4, RED), hidden=frozenset({4}))
    after = state.merged(3, 2)
    assert {after.color(k) for k in after.hidden} == {RED}
    assert after.result.palette.counts[list(after.hidden)].tolist() == [1]


# -- reset


def test_reset_takes_all_edits_back(state):
    after = replace(state.recolored(0, WHITE).merged(1, 2), hidden=frozenset({2})).reset()
    assert after.result is state.fitted
    assert after.settings == state.settings
    assert after.hidden == frozenset()
    assert not after.is_edited


def test_locks_go_back_with_their_colors(state):
    """What was locked by hand stays so; what was only edited is free again."""
    state = state.with_lock(1, True).with_lock(2, True)
    after = state.merged(4, 0).recolored(1, (9.0, 9.0, 9.0)).reset()
    assert locked_colors(after) == {RED, GREEN}
    assert after.kept == (Kept.locked(GREEN), Kept.locked(RED))
    swapped = state.merged(0, 3)  # blue comes first now
    assert swapped.color(0) == BLUE
    assert locked_colors(swapped.with_lock(0, True).reset()) == {RED, GREEN, BLUE, (0, 0, 0)}


def test_reset_takes_back_what_earlier_fits_kept(state):
    after = again(state.recolored(2, WHITE).merged(3, 1), 4).reset()
    assert after.result is after.fitted
    assert after.kept == ()
    assert not after.is_edited


def test_reset_keeps_locks_for_the_next_fit_that_have_no_color_yet(state):
    state = replace(state, kept=(Kept.locked((7.0, 7.0, 7.0)),)).with_lock(2, True)
    after = state.recolored(2, (8, 8, 8)).reset()
    assert kept_centers(after) == {((7.0, 7.0, 7.0),), (GREEN,)}


# -- all together


def test_edits_make_the_result_of_what_was_fitted(state):
    after = state.recolored(3, WHITE).merged(4, 1).recolored(0, (3, 3, 3)).merged(2, 0)
    again = edited(after.fitted, after.settings.edits)
    assert np.array_equal(again.image, after.result.image)
    assert np.array_equal(again.labels, after.result.labels)
    assert np.array_equal(again.palette.colors, after.result.palette.colors)


def test_clusters_of_the_sample(state):
    for edited_state in (state, state.merged(1, 4)):
        labels, values = edited_state.sampled_labels(), state.sample.values
        assert len(labels) == len(values)
        expected = edited_state.result.palette.values[labels]
        moved = (values == RED).all(axis=1) & edited_state.is_edited
        assert np.array_equal(expected[~moved], values[~moved])
        assert (expected[moved] == WHITE).all()
