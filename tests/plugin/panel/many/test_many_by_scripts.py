"""Many images by scripts."""

from __future__ import annotations

import numpy as np
import pytest
from asking import SLIDES, inside, labels
from pictures import COFFEE
from PIL import Image as Pillow

from napari_kmeans_quantizer import fit_palette, quantize


def test_scripts_name_layers_and_files(viewer, widget, slides, done, tmp_path, measured):
    path = tmp_path / "extra.png"
    Pillow.fromarray(SLIDES[1]).save(path)
    region = viewer.add_labels(inside(SLIDES[0].shape).astype(int), name="cells")
    out = tmp_path / "out"
    assert widget.run_many([slides[0], path], [region, None], n_colors=4, folder=out) is not None
    done()
    palette = fit_palette([SLIDES[0], SLIDES[1]], 4, mask=[inside(SLIDES[0].shape), None])
    expected = quantize(SLIDES[0], palette=palette, mask=inside(SLIDES[0].shape))
    assert np.array_equal(labels(viewer, "slide 1") > 0, inside(SLIDES[0].shape))
    counts = measured.table["slide 1"].counts[0, 0]
    assert counts.tolist() == expected.palette.counts.tolist()
    assert sorted(path.name for path in out.iterdir()) == [
        "extra-4-colors.png", "palette.gpl", "slide 1-4-colors.png", "table.csv"
    ]  # fmt: skip
    assert widget.run_many([slides[0], path], folder=out) is None
    assert "exists already" in widget.message


def test_regions_are_as_many_as_images(widget, slides):
    with pytest.raises(ValueError, match="as many as `images`, 3, got 1"):
        widget.run_many(slides, [None])


# -- those of a result, by scripts


def test_if_none_can_be_painted_nothing_is_shown(viewer, widget, photo, done, notices):
    greys = [viewer.add_image(COFFEE[..., c], name=f"grey {c}") for c in range(2)]
    before = list(viewer.layers)
    widget.image.value = photo
    widget.apply_palette_to(greys)
    done()
    (notice,) = notices
    for name in ("grey 0", "grey 1"):
        assert f'"{name}": ' in notice.message
    assert "`" not in notice.message
    assert widget._busy.status.value == "0 images in the same colors, 2 not."
    assert widget._busy.notice.text.text() == notice.message
    assert list(viewer.layers) == before
    assert widget._start.enabled


def test_without_another_image_selected_it_says_so(viewer, widget, photo, notices):
    viewer.layers.selection = {photo}
    assert widget.apply_to_selected() is None
    assert "no other image" in widget.message


def test_no_image_at_all_is_told(widget, photo):
    assert widget.run_many([]) is None
    assert "no other image" in widget.message


def test_edited_colors_are_a_matter_of_paint(viewer, widget, photo, done):
    """Other images are told apart by what was fitted, whatever color a cluster was given."""
    fitted = widget.result.palette
    widget.recolor(1, (255, 0, 255))
    widget.rename(1, "cup")
    widget.merge(5, into=2)
    widget.set_background([0])
    other = viewer.add_image(COFFEE[:, ::-1].copy(), name="other")
    widget.image.value = photo
    origin = widget.state
    widget.apply_palette_to([other])
    done()
    expected = quantize(COFFEE[:, ::-1], palette=fitted).palette.counts.tolist()
    made = widget._session.state((str(other.unique_id),))
    joined = [expected[k] + (expected[5] if k == 2 else 0) for k in range(8) if k != 5]
    assert sorted(made.result.palette.counts.tolist()) == sorted(joined)
    told = made.result.palette
    cup = told.names.index("cup")
    assert (told.colors[cup].tolist(), told.counts[cup]) == ([255, 0, 255], expected[1])
    assert {made.hex[k] for k in made.background} == {origin.hex[k] for k in origin.background}
