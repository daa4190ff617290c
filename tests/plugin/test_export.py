"""What goes out of a State: colors and pictures as they are shown, in files that can hold them."""

from __future__ import annotations

import re

import numpy as np
import pytest
from napari.layers import Image
from pictures import GREY, PHOTO, RGBA, STACK, rgb, state_of
from PIL import Image as Pillow

from napari_kmeans_quantizer import read_palette
from napari_kmeans_quantizer.core.files.pictures import read_picture
from napari_kmeans_quantizer.plugin import export
from napari_kmeans_quantizer.plugin.models.settings import Settings


def grey(pixels=GREY, **options):
    return Image(pixels, rgb=False, name="cells", **options)


# -- colors


def test_colors_go_out_as_they_are_shown(tmp_path):
    layer = rgb(PHOTO, contrast_limits=(20, 150), gamma=0.7)
    state = state_of(layer).recolored(1, (20, 100, 100))
    palette = export.shown_palette(state)
    assert palette.hex == state.hex
    assert np.array_equal(palette.counts, state.result.palette.counts)
    export.write_shown_palette(tmp_path / "x.gpl", state, overwrite=False)
    assert read_palette(tmp_path / "x.gpl").hex == state.hex


def test_grey_goes_out_in_the_colors_of_its_colormap():
    state = state_of(grey(colormap="magma"))
    assert export.shown_palette(state).n_channels == 3
    assert export.shown_palette(state).hex == state.hex


def test_names_go_along(tmp_path):
    given = ((250.0, 0.0, 0.0), (0.0, 0.0, 250.0))
    state = state_of(rgb(), Settings(palette=given, names=("a", "b")))
    export.write_shown_palette(tmp_path / "x.gpl", state, overwrite=False)
    assert read_palette(tmp_path / "x.gpl").names == ("a", "b")


def test_texts():
    state = state_of(rgb())
    assert export.palette_text(state, "hex").split() == state.hex
    assert all(color in export.palette_text(state, "css") for color in state.hex)
    colors = eval(export.palette_text(state, "python"))
    assert colors == [tuple(bytes.fromhex(color[1:])) for color in state.hex]
    with pytest.raises(ValueError, match="'css'"):
        export.palette_text(state, "xml")


def test_a_table_is_no_picture_and_no_palette(tmp_path):
    for name in ("x.png", "x.gpl", "x"):
        with pytest.raises(ValueError, match=r"must end in \.csv"):
            export.write_colors(tmp_path / name, state_of(rgb()), overwrite=False)
    assert list(tmp_path.iterdir()) == []


def test_the_table_tells_what_is_shown_and_what_it_measures():
    state = state_of(rgb(PHOTO, contrast_limits=(20, 150), scale=(2, 2), units=("um", "um")))
    table = export.table(state)
    assert list(table["hex"]) == state.hex
    assert table["rgb"][0] == "rgb({}, {}, {})".format(*bytes.fromhex(state.hex[0][1:]))
    assert list(table["pixels"]) == state.result.palette.counts.tolist()
    assert np.allclose(table["area (µm²)"], 4 * table["pixels"])


# -- pictures


def test_an_indexed_picture_decodes_to_what_is_painted(tmp_path):
    state = state_of(rgb())
    n_bytes = export.write_indexed_picture(tmp_path / "x.png", state, overwrite=False)
    with Pillow.open(tmp_path / "x.png") as made:
        assert made.mode == "P"
        assert np.array_equal(np.array(made.convert("RGB")), state.result.image)
    export.write_painted_picture(tmp_path / "full.png", state, overwrite=False)
    assert n_bytes == (tmp_path / "full.png").stat().st_size


def test_several_channels_go_out_as_they_are_shown(tmp_path):
    layers = [
        Image(PHOTO[..., c].astype(np.uint16) * 9, name=f"c{c}", colormap=colormap)
        for c, colormap in enumerate(("red", "cyan"))
    ]
    state = state_of(layers)
    assert export.no_indexed(state) == ""
    assert export.picture_suffixes(state) == [".png", ".tif"]
    export.write_indexed_picture(tmp_path / "x.png", state, overwrite=False)
    shown = export.shown_palette(state).paint(state.result.labels)
    with Pillow.open(tmp_path / "x.png") as made:
        assert np.array_equal(np.array(made.convert("RGB")), shown)


@pytest.mark.parametrize(
    ("pixels", "suffixes"),
    [
        (PHOTO, [".png", ".tif"]),
        (PHOTO.astype(np.uint16) * 257, [".png", ".tif"]),
        (PHOTO / np.float32(255), [".tif"]),
        (RGBA, [".png", ".tif"]),
    ],
)
def test_painted_pictures_keep_all_bits(tmp_path, pixels, suffixes):
    state = state_of(rgb(pixels))
    assert export.picture_suffixes(state) == suffixes
    for suffix in suffixes:
        path = tmp_path / f"x{suffix}"
        export.write_painted_picture(path, state, overwrite=False)
        read = read_picture(path).image
        assert read.dtype == pixels.dtype
        assert np.array_equal(read, state.result.image)


def test_stacks_are_pages(tmp_path):
    state = state_of(grey(STACK))
    assert export.picture_suffixes(state) == [".tif"]
    export.write_painted_picture(tmp_path / "x.tif", state, overwrite=False)
    assert np.array_equal(read_picture(tmp_path / "x.tif").image, state.result.image)
    assert export.indexed_suffixes(state)[0] == ".tif"
    export.write_indexed_picture(tmp_path / "i.tif", state, overwrite=False)
    with Pillow.open(tmp_path / "i.tif") as made:
        assert made.n_frames == len(STACK)


def test_what_takes_no_part_needs_a_file_that_can_be_transparent(tmp_path):
    state = state_of(rgb(), region=np.arange(600).reshape(20, 30) % 7 > 0)
    assert ".tif" not in export.indexed_suffixes(state)
    export.write_indexed_picture(tmp_path / "x.png", state, overwrite=False)
    with Pillow.open(tmp_path / "x.png") as made:
        alpha = np.array(made.convert("RGBA"))[..., 3]
    assert np.array_equal(alpha > 0, state.result.mask)


@pytest.mark.parametrize(
    ("layer", "settings", "reason"),
    [
        (rgb(PHOTO.astype(np.uint16)), Settings(4), "8 bits a channel, .* holds uint16. Save the"),
        (grey(GREY / 255), Settings(4), "holds float64. Save the painted picture"),
        (rgb(), Settings(300), "at most 256 colors, and these are 300. Save the"),
        (grey(np.stack([STACK, STACK])), Settings(4), "has 4 dimensions. .*current slice"),
    ],
)
def test_what_no_indexed_picture_holds_is_told_before(layer, settings, reason):
    assert re.search(reason, export.no_indexed(state_of(layer, settings)))


def test_alpha_is_no_channel_of_an_indexed_picture():
    state = state_of(rgb(RGBA), Settings(4, alpha="channel"), alpha="channel")
    assert "is grey or RGB, and these colors have 4 channels" in export.no_indexed(state)


def test_what_takes_no_part_is_a_color_more(tmp_path):
    there = np.arange(600).reshape(20, 30) > 0
    state = state_of(rgb(), Settings(256), region=there)
    assert "at most 255 colors besides what is transparent" in export.no_indexed(state)
    state = state_of(rgb(), Settings(255), region=there)
    assert export.no_indexed(state) == ""
    export.write_indexed_picture(tmp_path / "x.png", state, overwrite=False)


@pytest.mark.parametrize("pixels", [PHOTO, GREY, RGBA], ids=["rgb", "grey", "rgba"])
def test_the_same_without_a_palette_has_nothing_outside_the_region_either(pixels, tmp_path):
    there = np.zeros(pixels.shape[:2], bool)
    there[2:9, 3:12] = True
    alone = pixels.copy()
    alone[~there] = 0
    told = []
    for k, image in enumerate((pixels, alone)):
        state = state_of(Image(image, rgb=image.ndim == 3), Settings(4), region=there)
        path = tmp_path / f"{k}.png"
        told.append(export.write_indexed_picture(path, state, overwrite=False))
    assert told[0] == told[1]


def test_a_preview_is_no_picture():
    state = state_of(rgb(), step=2)
    assert "preview" in export.no_indexed(state)
    assert "preview" in export.no_picture(state)


# -- clusters that people painted on


def test_labels_are_a_picture_in_their_colors():
    colors = {1: "#ff0000", 2: "#00ff00", 3: "#0000ff"}
    result = export.labels_in(np.array([[0, 1], [3, 9]], np.uint8), colors)
    assert result.palette.hex == ["#ff0000", "#00ff00", "#0000ff", "#ff00ff"]
    assert result.image.tolist() == [[[0, 0, 0], [255, 0, 0]], [[0, 0, 255], [255, 0, 255]]]
    assert result.mask.tolist() == [[False, True], [True, True]]
    assert export.labels_in(np.array([[1, 3]]), colors).mask is None
