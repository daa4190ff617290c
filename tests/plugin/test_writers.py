"""File > Save of our layers, and of a person's, which are saved as before."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from napari.layers import Labels, Points, Shapes
from napari.plugins._npe2 import file_extensions_string_for_layers
from npe2 import PluginManager, PluginManifest
from pictures import COFFEE, GREY, PHOTO
from PIL import Image as Pillow
from qtpy.QtWidgets import QFileDialog

from napari_kmeans_quantizer import Palette, read_palette, write_palette
from napari_kmeans_quantizer.core.files.indexed.write import SUFFIXES
from napari_kmeans_quantizer.core.files.palettes import WRITABLE

ROOT = Path(__file__).parents[2]
NAME = "napari-kmeans-quantizer"


@pytest.fixture
def viewer(make_napari_viewer):
    """A window: with it, napari looks for plugins."""
    return make_napari_viewer()


@pytest.fixture
def save(viewer):
    """Save one layer, as by File > Save Selected Layers."""

    def save(name, path, **options):
        viewer.layers.selection = {viewer.layers[name]}
        return viewer.layers.save(str(path), selected=True, **options)

    return save


def decoded(path, mode="RGB"):
    with Pillow.open(path) as made:
        return np.array(made.convert(mode))


# -- ours


def test_the_palette_is_saved_as_it_is_shown(viewer, widget, photo, save, tmp_path):
    widget.recolor(2, (1, 2, 3))
    for suffix in (".gpl", ".ase", ".hex", ".json"):
        path = tmp_path / f"mine{suffix}"
        assert save("photo · palette", path) == [str(path)]
        assert read_palette(path).hex == widget.state.hex


def test_a_palette_files_layer_is_saved_with_its_names(viewer, widget, save, tmp_path):
    write_palette(tmp_path / "in.gpl", Palette([[255, 0, 0], [0, 0, 255]], names=["a", "b"]))
    viewer.open(tmp_path / "in.gpl", plugin=NAME)
    save("in", tmp_path / "out.ase")
    assert read_palette(tmp_path / "out.ase").names == ("a", "b")


def test_the_clusters_are_saved_in_their_colors_with_what_was_painted(
    viewer, widget, photo, save, tmp_path
):
    clusters = viewer.layers["photo · clusters"]
    assert save("photo · clusters", tmp_path / "x.png") == [str(tmp_path / "x.png")]
    assert np.array_equal(decoded(tmp_path / "x.png"), widget.result.image)
    clusters.data[:5, :5], clusters.data[5:9, :9] = 1, 0
    save("photo · clusters", tmp_path / "x.png")
    after = decoded(tmp_path / "x.png", "RGBA")
    assert (after[:5, :5, :3] == widget.result.palette.values[0]).all()
    assert (after[5:9, :9, 3] == 0).all()


def test_hidden_clusters_are_saved_in_their_colors(viewer, widget, photo, save, tmp_path):
    widget.hide_colors(frozenset({0}))
    save("photo · clusters", tmp_path / "x.png")
    assert np.array_equal(decoded(tmp_path / "x.png"), widget.result.image)


def test_the_painted_layer_is_saved_with_its_palette_if_that_is_chosen(
    viewer, widget, photo, save, tmp_path
):
    path = tmp_path / "x.png"
    assert save("photo · quantized", path, plugin=NAME) == [str(path)]
    with Pillow.open(path) as made:
        assert made.mode == "P"
    assert np.array_equal(decoded(path), viewer.layers["photo · quantized"].data)


@pytest.mark.parametrize(
    ("layer", "title", "name"),
    [
        ("photo · palette", "palette", "x.ase"),
        ("photo · clusters", "indexed picture", "x.png"),
        ("photo · quantized", "indexed picture", "x.png"),
        ("photo", "indexed picture", None),
    ],
)
def test_by_the_dialog_of_file_save(
    viewer, widget, photo, tmp_path, monkeypatch, layer, title, name
):
    def choose(*_, filter, **__):  # as Qt calls it
        ours = next(
            x for x in filter.split(";;") if x.startswith(f"K-means Color Quantizer {title}")
        )
        return str(tmp_path / (name or "x.png")), ours

    monkeypatch.setattr(QFileDialog, "getSaveFileName", staticmethod(choose))
    viewer.layers.selection.active = viewer.layers[layer]
    if name is None:
        with pytest.raises(OSError, match='"photo" was not made by the K-means'):
            viewer.window._qt_window._qt_viewer._save_layers_dialog(selected=True)
        return
    viewer.window._qt_window._qt_viewer._save_layers_dialog(selected=True)
    if name.endswith("ase"):
        assert read_palette(tmp_path / name).hex == widget.state.hex
    else:
        assert np.array_equal(decoded(tmp_path / name), widget.result.image)


def test_without_a_suffix_the_usual_one_is_added_and_nothing_replaced(
    viewer, widget, photo, save, tmp_path
):
    layers = [viewer.layers["photo · palette"]]
    _, writers = file_extensions_string_for_layers(layers)
    (ours,) = [writer for writer in writers if writer.plugin_name == NAME]
    assert save("photo · palette", tmp_path / "x", _writer=ours) == [str(tmp_path / "x.gpl")]
    with pytest.raises(OSError, match="exists already"):
        save("photo · palette", tmp_path / "x", _writer=ours)


def test_what_cannot_be_is_told(viewer, widget, run, save, tmp_path):
    viewer.add_image(PHOTO.astype(np.uint16) * 200, name="photo", rgb=True)
    run(widget)
    with pytest.raises(OSError, match="8 bits a channel"):
        save("photo · quantized", tmp_path / "x.png", plugin=NAME)
    assert list(tmp_path.glob("*.png")) == []


# -- a person's


def test_pictures_are_saved_as_before(viewer, widget, save, tmp_path):
    viewer.add_image(COFFEE, name="photo")
    save("photo", tmp_path / "x.png")
    with Pillow.open(tmp_path / "x.png") as made:
        assert made.mode == "RGB"
    assert np.array_equal(decoded(tmp_path / "x.png"), COFFEE)


@pytest.mark.parametrize(
    ("kind", "name", "writes"),
    [
        ("image", "x.png", "napari"),
        ("image", "x.gif", "napari"),
        ("image", "x", "napari"),
        ("labels", "x.tif", "napari"),
        ("labels", "x", "napari"),
        ("labels", "x.png", NAME),  # of which napari knows nothing
        ("points", "x.csv", "napari"),
        ("points", "x", "napari"),
        ("points", "x.gpl", NAME),
    ],
)
def test_napari_comes_first_in_whatever_order_plugins_are_installed(viewer, kind, name, writes):
    manifests = [PluginManager.instance().get_manifest(plugin) for plugin in (NAME, "napari")]
    for ordered in (manifests, manifests[::-1]):
        manager = PluginManager()
        for manifest in ordered:
            manager.register(manifest)
        writer, _ = manager.get_writer(name, [kind])
        assert writer.plugin_name == writes, ordered[0].name


def test_labels_and_points_are_saved_as_before(viewer, widget, save, tmp_path):
    viewer.add_layer(Labels(GREY, name="cells"))
    viewer.add_layer(Points(np.eye(2), name="spots"))
    for name, path in (("cells", tmp_path / "x.tif"), ("spots", tmp_path / "x.csv")):
        viewer.layers.selection = {viewer.layers[name]}
        assert save(name, path) == [str(path)]


@pytest.mark.parametrize(
    ("layer", "path"),
    [(Labels(GREY, name="cells"), "x.png"), (Points(np.eye(2), name="cells"), "x.gpl")],
)
def test_others_layers_are_refused_in_words(viewer, widget, save, tmp_path, layer, path):
    viewer.add_layer(layer)
    with pytest.raises(OSError, match='"cells" was not made by the K-means'):
        save("cells", tmp_path / path)
    assert list(tmp_path.glob("x.*")) == []


def test_several_layers_are_no_file(viewer, widget, photo, tmp_path):
    viewer.add_layer(Shapes(name="shapes"))
    viewer.layers.selection = {viewer.layers["photo · palette"], viewer.layers["shapes"]}
    with pytest.raises(OSError, match="select one alone"):
        viewer.layers.save(str(tmp_path / "x.gpl"), selected=True)


def test_the_manifest_claims_what_can_be_written():
    manifest = PluginManifest.from_file(ROOT / "napari.yaml")
    palette, *pictures = manifest.contributions.writers
    assert set(palette.filename_extensions) == set(WRITABLE) - {".csv"}  # a table of points
    assert all(set(writer.filename_extensions) <= set(SUFFIXES) for writer in pictures)
