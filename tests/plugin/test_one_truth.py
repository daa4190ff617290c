"""One truth in all places: views, tables, layers and the status line tell the same result.

Whatever shows colors or shares shows those of the chosen image's present state, in the colors
that the image has on the canvas; or it shows nothing.
"""

from __future__ import annotations

import csv

import numpy as np
import pandas as pd
import pytest
from person import Person
from skimage import data
from vispy.scene.visuals import Text

PHOTO = data.coffee()[::10, ::10]
GREY = PHOTO[..., 1]
SERIES = np.stack([PHOTO, PHOTO[::-1] // 2, PHOTO // 3])
SHARES, COLOR_SPACE, PIXELS = "Shares", "Color space", "Pixels"
CHANNELS = {"DAPI": "blue", "FITC": "green", "Cy3": "red"}


@pytest.fixture
def viewer(make_napari_viewer):
    return make_napari_viewer()


def view(viewer, title):
    """Return the view in this dock; None if it is closed."""
    return viewer.window.dock_widgets.get(title)


def counts_of(result):
    """Return the pixels of each color in each frame; of a picture in one row."""
    labels = result.labels
    frames = labels.reshape(len(labels) if labels.ndim > 2 else 1, -1)
    return np.array([np.bincount(frame, minlength=len(result.palette)) for frame in frames])


def assert_shares_are_of(person, path):
    """The view of shares, and the file that it saves, tell the present state."""
    shown, counts = view(person.viewer, SHARES), counts_of(person.widget.result)
    table = shown.table()
    assert [name[:7] for name in table.columns] == person.hexes()
    assert table.shape == counts.shape
    assert np.allclose(table, counts / counts.sum(axis=1, keepdims=True))
    shown.save_csv(path)
    saved = pd.read_csv(path)
    assert saved["hex"].tolist() == person.hexes() * len(counts)
    assert np.array_equal(saved["pixels"], counts.ravel())


def assert_layers_agree(person, name):
    """The layers' tables tell what the panel and the result tell."""
    palette, layers = person.widget.result.palette, person.viewer.layers
    for role in ("palette", "clusters"):
        features = layers[f"{name} · {role}"].features
        assert list(features["hex"]) == person.hexes()
        assert np.allclose(features["share"], palette.share)
    colors = layers[f"{name} · palette"].face_color[:, :3]
    assert ["#" + np.rint(c * 255).astype(np.uint8).tobytes().hex() for c in colors] == (
        person.hexes()
    )


def assert_pixels_are_of(person):
    """The table of the pixels, of which there are few, tells the present state."""
    widget, table = person.widget, view(person.viewer, PIXELS).frame()
    colors = ["#" + bytes(map(int, text[4:-1].split(","))).hex() for text in table["rgb"]]
    assert [widget.state.hex[k] for k in table["cluster"]] == colors
    counts = np.bincount(table["cluster"], minlength=len(widget.result.palette))
    assert np.array_equal(counts, widget.result.palette.counts)


def is_empty(shown):
    """Whether a view is closed, or tells nothing."""
    return shown is None or shown.table().empty


def assert_rows_are_true(viewer):
    """What is told of each layer, of whichever there are, is what its palette tells."""
    shown = view(viewer, SHARES)
    for name, row in () if is_empty(shown) else shown.table().iterrows():
        features = viewer.layers[f"{name} · palette"].features
        wanted = {hex_: share for hex_, share in features[["hex", "share"]].to_numpy() if share}
        assert {column[:7]: share for column, share in row.items() if share} == wanted


# -- shares


@pytest.mark.parametrize("image", [PHOTO, SERIES], ids=["photo", "series"])
def test_shares_follow_the_result(viewer, person, tmp_path, image):
    viewer.add_image(image, name="photo", rgb=True)
    person.run(n_colors=5)
    person.widget.open_pixels()
    person.widget.open_shares()
    for change in (
        lambda: None,
        lambda: person.widget.merge(3, 1),
        lambda: person.widget.recolor(0, (255, 0, 0)),
        lambda: person.widget.reset_colors(),
        lambda: person.run(n_colors=3),
    ):
        change()
        assert_shares_are_of(person, tmp_path / "shares.csv")
        assert_layers_agree(person, "photo")
        assert_pixels_are_of(person)


@pytest.mark.parametrize("gone", ["outputs", "source"])
def test_shares_of_what_is_gone_are_not_shown(viewer, person, gone):
    photo = viewer.add_image(PHOTO, name="photo")
    person.run(photo, 4)
    person.widget.open_shares()
    for layer in [photo] if gone == "source" else list(viewer.layers)[1:]:
        viewer.layers.remove(layer)
    assert is_empty(view(viewer, SHARES))
    assert person.hexes() == []


def test_shares_of_several_layers_are_not_kept_beyond_their_results(viewer, person):
    photo = viewer.add_image(PHOTO, name="photo")
    other = viewer.add_image(PHOTO // 2, name="other")
    person.run(photo, 4)
    viewer.layers.selection = {photo, other}
    person.widget.image.value = photo
    person.widget.apply_to_selected()
    person.settled()
    person.widget.open_shares()
    assert set(view(viewer, SHARES).table().index) == {"photo", "other"}

    assert_rows_are_true(viewer)
    person.widget.image.value = photo
    person.widget.merge(3, 1)
    assert_rows_are_true(viewer)
    person.run(other, 3)
    assert_rows_are_true(viewer)
    viewer.layers.remove(other)
    shown = view(viewer, SHARES)
    assert is_empty(shown) or "other" not in shown.table().index


# -- the colors that are displayed


def add_channels(viewer):
    for (name, colormap), channel in zip(CHANNELS.items(), np.moveaxis(PHOTO, -1, 0), strict=True):
        options = {"blending": "additive", "contrast_limits": (0, 200)}
        viewer.add_image(channel, name=name, colormap=colormap, **options)
    viewer.layers.selection = set(viewer.layers)


@pytest.mark.parametrize("scaled", [False, True], ids=["as they are", "scaled"])
def test_channels_have_their_display_colors_in_the_shares(viewer, person, tmp_path, scaled):
    add_channels(viewer)
    person.widget.channels.value = True
    person.widget.scaled.value = scaled
    person.run(n_colors=4)
    assert_layers_agree(person, "DAPI + FITC + Cy3")
    person.widget.open_shares()
    assert_shares_are_of(person, tmp_path / "shares.csv")


def test_a_colormap_s_colors_in_the_shares(viewer, person, tmp_path):
    viewer.add_image(GREY, name="photo", colormap="viridis", gamma=0.7)
    person.run(n_colors=4)
    assert_layers_agree(person, "photo")
    person.widget.open_shares()
    assert_shares_are_of(person, tmp_path / "shares.csv")


def texts(node):
    """Return all texts of a scene."""
    own = [node.text] if isinstance(node, Text) else []
    own = [text for texts in own for text in ([texts] if isinstance(texts, str) else texts)]
    return own + [text for child in node.children for text in texts(child)]


def test_channels_in_the_color_space(make_napari_viewer, qtbot):
    viewer = make_napari_viewer(show=True)  # what is hidden is not drawn
    person = Person(viewer, qtbot)
    add_channels(viewer)
    person.widget.channels.value = True
    person.run(n_colors=4)
    person.widget.open_color_space()
    shown = view(viewer, COLOR_SPACE)
    qtbot.waitUntil(lambda: shown.scene.stars._data is not None, timeout=60_000)
    told = texts(shown.scene.canvas.scene)
    for name in CHANNELS:
        assert any(name in text for text in told), told
    stars = np.rint(shown.scene.stars._data["a_bg_color"][:, :3] * 255).astype(np.uint8)
    assert {"#" + star.tobytes().hex() for star in stars} == set(person.hexes())


# -- the status line


def test_the_summary_is_of_the_chosen_image(viewer, person):
    photo, other = viewer.add_image(PHOTO, name="photo"), viewer.add_image(GREY, name="other")
    widget = person.widget
    person.run(photo, 4)
    widget.image.value = other
    assert person.status == ""
    person.run(other, 3)
    for _ in range(2):
        widget.image.value = photo
        assert person.status.startswith(widget.result.summary)
        widget.image.value = other
        assert person.status.startswith(widget.result.summary)
    widget.image.value = photo
    widget.merge(0, 1)
    widget.image.value = other
    widget.image.value = photo
    assert person.status.startswith(widget.result.summary)
    assert "3 colors" in person.status
    assert "edited" in person.status


@pytest.mark.parametrize("gone", ["outputs", "source"])
def test_no_summary_of_what_is_gone(viewer, person, gone):
    photo = viewer.add_image(PHOTO, name="photo")
    person.run(photo, 4)
    assert "4 colors" in person.status
    for layer in [photo] if gone == "source" else list(viewer.layers)[1:]:
        viewer.layers.remove(layer)
    assert person.widget.result is None
    assert person.status == ""


# -- tables in files


def test_ids_in_the_table_of_the_palette(viewer, person, tmp_path):
    viewer.add_image(PHOTO, name="photo")
    person.run(n_colors=4)
    path = tmp_path / "palette.csv"
    assert viewer.layers["photo · palette"].save(str(path))
    with path.open(newline="") as file:
        header, *rows = csv.reader(file)
    assert header.count("index") == 1  # napari's own, from 0
    ids = [name for name, *column in zip(header, *rows, strict=True) if column == list("1234")]
    assert ids
    clusters = viewer.layers["photo · clusters"].features
    assert list(clusters["index"]) == [1, 2, 3, 4]
    person.widget.merge(0, 1)
    assert list(viewer.layers["photo · clusters"].features["index"]) == [1, 2, 3]
