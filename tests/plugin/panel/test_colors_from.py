"""Colors from a fit, another result or a palette file: all of them, or the best."""

from __future__ import annotations

import numpy as np
import pytest
from napari.layers import Image
from pictures import COFFEE, GREY, PHOTO
from qtpy.QtWidgets import QFileDialog, QLabel

from napari_kmeans_quantizer import Palette, quantize, write_palette
from napari_kmeans_quantizer.plugin.panel.colors_from import ASK_FILE
from napari_kmeans_quantizer.plugin.widget import QuantizerWidget

COLORS = np.array(
    [[250, 240, 230], [200, 120, 60], [30, 10, 5], [0, 255, 0], [120, 40, 20], [0, 0, 255]],
    np.uint8,
)
NAMES = ("cream", "rust", "night", "leaf", "brick", "sea")


@pytest.fixture
def gpl(tmp_path):
    write_palette(tmp_path / "threads.gpl", Palette(COLORS, names=NAMES))
    return tmp_path / "threads.gpl"


@pytest.fixture
def answer(monkeypatch):
    """Let the person choose a file in the next dialog, or none."""
    shown = []

    def answer(path):
        def run(dialog):
            shown.append(dialog.nameFilters())
            if path is not None:
                dialog.setDirectory(str(path.parent))
            return int(path is not None)

        chosen = [str(path)]
        monkeypatch.setattr(QFileDialog, "exec", run)
        monkeypatch.setattr(QFileDialog, "selectedFiles", lambda _: chosen)
        return shown

    return answer


@pytest.fixture
def pick(qtbot, widget):
    """Choose an entry of the list by the keyboard, as people do."""

    def pick(text):
        combo = widget.palette_from.native
        combo.setCurrentIndex(combo.findText(text))
        qtbot.wait(5)

    return pick


def texts(control):
    return [control.native.itemText(i) for i in range(control.native.count())]


# -- files


def test_a_file_is_asked_for_read_and_offered_again(viewer, widget, photo, answer, pick, gpl):
    shown = answer(gpl)
    pick(ASK_FILE)
    assert "*.gpl" in shown[0][0]
    assert widget.palette_from.native.currentText() == "threads.gpl"
    assert texts(widget.palette_from) == [
        "a fit to the image",
        "photo · palette",
        "threads.gpl",
        ASK_FILE,
    ]
    widget.palette_from.value = None
    viewer.add_image(GREY, name="other")
    pick("threads.gpl")
    assert widget._form.given_palette().names == NAMES


def test_thinking_better_of_it_leaves_what_was_chosen(viewer, widget, photo, answer, pick):
    told = []
    widget.palette_from.changed.connect(told.append)
    answer(None)
    pick(ASK_FILE)
    assert widget.palette_from.value is None
    assert told == []  # with Live on, it would run again
    widget.palette_from.value = viewer.layers["photo · palette"]
    pick(ASK_FILE)
    assert widget.palette_from.value == viewer.layers["photo · palette"]


def test_file_is_the_last_choice_whatever_comes(viewer, widget, photo, gpl, tmp_path):
    widget.open_palette_file(gpl)
    viewer.add_image(PHOTO, name="another", rgb=True)
    write_palette(tmp_path / "more.hex", Palette(COLORS))
    widget.open_palette_file(tmp_path / "more.hex")
    assert texts(widget.palette_from)[-1] == ASK_FILE
    assert texts(widget.palette_from)[0] == "a fit to the image"


def test_read_again_a_file_is_offered_once(widget, gpl, tmp_path):
    widget.open_palette_file(gpl)
    write_palette(gpl, Palette(COLORS[:2]), overwrite=True)
    assert len(widget.open_palette_file(gpl)) == 2
    assert texts(widget.palette_from).count("threads.gpl") == 1
    assert len(widget._form.given_palette()) == 2


@pytest.mark.parametrize("content", [b"GIMP Palette\n1 2\n", None])
def test_what_is_wrong_with_a_file_is_told(widget, tmp_path, content):
    path = tmp_path / "broken.gpl"
    if content is not None:
        path.write_bytes(content)
    assert widget.open_palette_file(path) is None
    assert "The palette cannot be read." in widget.message
    assert "broken.gpl" in widget.message
    assert widget.palette_from.value is None
    write_palette(path, Palette(COLORS), overwrite=True)
    widget.open_palette_file(path)
    assert widget.message == ""


# -- all of them, or the best


def test_the_choice_is_there_only_with_a_palette(widget, photo, gpl, qtbot):
    window = widget.native
    window.resize(340, 900)
    with qtbot.waitExposed(window):
        window.show()
    use = widget.palette_use
    [name] = [label for label in window.findChildren(QLabel) if label.text() == "Of these"]
    assert not use.native.isVisible()
    assert not name.isVisible()
    widget.open_palette_file(gpl)
    assert use.native.isVisible()
    assert name.isVisible()
    assert texts(use) == ["all 6, as they are", "the best 6 of 6"]
    widget.n_colors.value = 4
    assert texts(use)[1] == "the best 4 of 6"
    widget.palette_from.value = None
    assert not use.native.isVisible()
    assert not name.isVisible()


def test_all_of_them_as_they_are(widget, photo, run, gpl):
    widget.open_palette_file(gpl)
    run(widget)
    assert widget.result.palette.hex == Palette(COLORS).hex
    assert widget.result.palette.names == NAMES
    assert np.array_equal(widget.result.image, quantize(COFFEE, palette=COLORS).image)
    assert not widget.n_colors.enabled


def test_the_best_of_them_with_their_names(viewer, widget, photo, run, gpl):
    widget.open_palette_file(gpl)
    widget.palette_use.value = "best"
    assert widget.n_colors.enabled
    widget.n_colors.value = 3
    run(widget)
    expected = quantize(COFFEE, 3, choose_from=Palette(COLORS, names=NAMES))
    assert widget.result.palette.hex == expected.palette.hex
    assert widget.result.palette.names == expected.palette.names
    assert list(viewer.layers["photo · palette"].features["name"]) == [*expected.palette.names]
    assert widget.state.settings.choose_from is not None


def test_the_best_of_a_palette_layer(viewer, widget, photo, run):
    viewer.add_image(COFFEE[::-1], name="other")
    widget.palette_from.value = viewer.layers["photo · palette"]
    widget.palette_use.value = "best"
    widget.n_colors.value = 2
    run(widget)
    assert set(widget.state.hex) < set(viewer.layers["photo · palette"].features["hex"])


def test_a_locked_color_does_not_make_it_run_for_ever(widget, photo, run, gpl):
    widget.lock(0)
    widget.open_palette_file(gpl)
    widget.palette_use.value = "best"
    widget.n_colors.value = 2
    run(widget)
    assert len(widget.result.palette) == 2


def test_settings_come_back(viewer, widget, photo, run, gpl):
    widget.open_palette_file(gpl)
    widget.palette_use.value, widget.n_colors.value = "best", 3
    run(widget)
    widget.palette_from.value = None
    widget.palette_use.value = "all"
    viewer.layers.selection.active = viewer.layers["photo · quantized"]
    widget.restore_settings()
    assert widget.palette_from.native.currentText() == "threads.gpl"
    assert widget.palette_use.value == "best"


@pytest.mark.parametrize("use", ["all", "best"])
@pytest.mark.parametrize("scale", [np.uint8(1), np.float32(1 / 255), np.uint16(257)])
def test_colors_whose_file_is_gone_are_restored_all_the_same(
    viewer, widget, run, gpl, qtbot, use, scale
):
    photo = viewer.add_image(COFFEE * scale, name="coffee", rgb=True)
    widget.open_palette_file(gpl)
    widget.palette_use.value, widget.n_colors.value = use, 3
    run(widget)
    made = np.array(viewer.layers["coffee · quantized"].data)
    later = QuantizerWidget(viewer)  # the panel was closed, and opened again
    qtbot.addWidget(later.native)
    later.n_colors.value = 9
    del viewer.layers["coffee · palette"]
    assert later.palette_from.value is None
    viewer.layers.selection.active = viewer.layers["coffee · quantized"]
    later.restore_settings()
    assert later.palette_from.native.currentText() == "those of coffee"
    assert later.palette_use.value == use
    photo.data = photo.data[::-1]
    run(later)
    assert later.result.palette.names == widget.result.palette.names
    if use == "all":
        assert np.array_equal(later.result.image, made[::-1])


def test_a_script_makes_it_again(viewer, widget, photo, run, gpl):
    widget.open_palette_file(gpl)
    widget.palette_use.value, widget.n_colors.value = "best", 3
    run(widget)
    before = widget.result
    script = widget.copy_as_python()
    exec(script, {"viewer": viewer})
    assert widget.result.palette.names == before.palette.names
    assert np.array_equal(widget.result.image, before.image)


# -- units


@pytest.mark.parametrize("scale", [np.float32(1 / 255), np.uint16(257)])
def test_a_file_is_in_0_to_255_whatever_the_image_counts_in(viewer, widget, run, gpl, scale):
    viewer.add_image(COFFEE * scale, name="photo", rgb=True)
    widget.open_palette_file(gpl)
    run(widget)
    assert widget.state.hex == Palette(COLORS).hex
    assert np.allclose(widget.result.palette.colors, COLORS * float(scale))


def test_grey_images_have_no_such_colors_and_say_so(viewer, widget, run, gpl, notices):
    viewer.add_layer(Image(GREY, name="cells"))
    widget.open_palette_file(gpl)
    for use in ("all", "best"):
        widget.palette_use.value = use
        run(widget)
        assert "have 3 channels" in widget.message
        assert '"cells" has 1 channel' in widget.message
        assert widget._busy.notice.remedy.text() == "Fit to the image"
    widget._busy.notice.remedy.click()
    assert widget.palette_from.value is None


@pytest.mark.parametrize(
    ("pixels", "limits"),
    [
        (GREY, (0, 255)),
        (GREY.astype(np.uint16) * 16, (0, 4080)),
        (GREY / 7, (0, 36)),
        (GREY.astype(np.int32) - 100, (-100, 155)),
    ],
)
def test_greys_of_a_file_are_shown_as_such_in_grey_images(
    viewer, widget, run, tmp_path, pixels, limits
):
    viewer.add_layer(Image(pixels, name="cells", contrast_limits=limits))
    greys = Palette(np.repeat([[10], [90], [180]], 3, axis=1))
    write_palette(tmp_path / "greys.hex", greys)
    widget.open_palette_file(tmp_path / "greys.hex")
    run(widget)
    assert widget.state.hex == greys.hex
    assert widget.result.palette.n_channels == 1


def test_the_best_of_a_palette_stays_chosen_when_layers_come_and_go(viewer, widget, gpl):
    viewer.add_image(COFFEE, name="photo")
    widget.open_palette_file(gpl)
    widget.n_colors.value, widget.palette_use.value = 3, "best"
    before, heard = texts(widget.palette_use), []
    widget.palette_use.changed.connect(heard.append)
    widget.reset_choices()  # as napari does with every docked widget
    assert widget.palette_use.value == "best"
    assert texts(widget.palette_use) == before == ["all 6, as they are", "the best 3 of 6"]
    assert heard == []
