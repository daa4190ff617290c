"""What went wrong is told in the words of the panel, all of it, with what helps."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import numpy as np
import pytest
from napari.layers import Image, Labels
from pictures import GREY, PHOTO
from qtpy.QtCore import Qt

import napari_kmeans_quantizer
from napari_kmeans_quantizer import quantize
from napari_kmeans_quantizer.plugin.models.settings import Settings
from napari_kmeans_quantizer.plugin.models.source import Source
from napari_kmeans_quantizer.plugin.panel import messages
from napari_kmeans_quantizer.plugin.panel.messages import obstacle, told

LEFT = Qt.MouseButton.LeftButton
PACKAGE = Path(napari_kmeans_quantizer.__file__).parent
NOT_FOR_IMAGES = ("kmeans", "data_frames", "lloyd", "weighted_points", "distances", "elbow")
SAYING = [
    *(path for path in (PACKAGE / "core").glob("*.py") if path.stem not in NOT_FOR_IMAGES),
    *(PACKAGE / "plugin" / "models").glob("*.py"),
]
PARAMETERS = r"`|\b\w+_\w+\b|\w+=|np\."


# -- no parameter is named


def raised(path):
    """Yield the texts of all errors that a file raises, with numbers for what is filled in."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            for text in node.exc.args[:1]:
                parts = text.values if isinstance(text, ast.JoinedStr) else [text]
                yield "".join(
                    str(part.value) if isinstance(part, ast.Constant) else "7" for part in parts
                )


@pytest.mark.parametrize("path", SAYING, ids=lambda p: p.stem)
def test_whatever_is_raised_is_told_without_parameters(path):
    for text in raised(path):
        said = told(ValueError(text)).text
        assert not re.search(PARAMETERS, said), (text, said)


CALLS = {
    "grey in lab": ({"image": GREY, "color_space": "lab"}, messages.USE_RGB),
    "values in lab": ({"image": PHOTO * 2.0, "color_space": "oklab"}, messages.USE_RGB),
    "nan": ({"image": np.where(GREY > 9, np.nan, 0.5)}, ""),
    "infinite and nan": ({"image": np.array([[np.inf, np.nan]])}, ""),
    "large": ({"image": np.full((3, 3), 1e200)}, ""),
    "complex": ({"image": GREY * 1j}, ""),
    "empty": ({"image": np.empty((0, 4))}, ""),
    "no mask": ({"image": GREY, "mask": np.zeros(GREY.shape, bool)}, messages.USE_EVERYTHING),
    "palette": ({"image": GREY, "palette": [[1, 2, 3]]}, messages.FIT),
    "palette too high": ({"image": GREY, "palette": [[300]]}, messages.FIT),
    "palette in lab": (
        {"image": PHOTO / 255, "color_space": "lab", "palette": [[3, 3, 3]]},
        messages.FIT,
    ),
    "choices": ({"image": GREY, "choose_from": [[1, 2, 3]]}, messages.FIT),
    "choices too high": ({"image": GREY, "choose_from": [[300]]}, messages.FIT),
    "choices in lab": (
        {"image": PHOTO / 255, "color_space": "lab", "choose_from": [[3, 3, 3]]},
        messages.FIT,
    ),
    "locks for auto": (
        {"image": GREY, "n_colors": "auto", "fixed_colors": [[k] for k in range(40)]},
        messages.NO_AUTO,
    ),
    "quality": ({"image": GREY, "min_psnr": -3}, ""),
    "nan palette": ({"image": GREY, "palette": [[np.nan]]}, messages.FIT),
    "locks": ({"image": GREY, "fixed_colors": [[1, 2, 3]]}, messages.UNLOCK),
    "locks too high": ({"image": GREY, "fixed_colors": [[300]]}, messages.UNLOCK),
    "locks alike": ({"image": GREY, "fixed_colors": [[3], [3.2]]}, messages.UNLOCK),
    "locks too many": ({"image": GREY, "n_colors": 1, "fixed_colors": [[3], [4]]}, messages.UNLOCK),
    "locks in lab": (
        {"image": PHOTO / 255, "color_space": "lab", "fixed_colors": [[3, 3, 3]]},
        messages.UNLOCK,
    ),
}


@pytest.mark.parametrize("name", CALLS)
def test_what_the_core_refuses(name):
    arguments, remedy = CALLS[name]
    with pytest.raises((TypeError, ValueError)) as caught:
        quantize(**arguments)
    trouble = told(caught.value)
    assert trouble.remedy == remedy
    assert not re.search(PARAMETERS, trouble.text), trouble.text
    assert trouble.text.endswith(".")
    assert trouble.text[0].isupper()


@pytest.mark.parametrize("pixels", ["all pixels are", "all pixels of the region are"])
def test_what_is_transparent_is_told(pixels):
    text = f"Nothing to quantize: {pixels} transparent, and those are left out. Pass `alpha`."
    remedy = messages.USE_EVERYTHING if "region" in pixels else messages.CLUSTER_ALPHA
    assert told(ValueError(text)).remedy == remedy
    assert "Pass" not in told(ValueError(text)).text


def test_numbers_are_kept():
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        quantize(np.array([[np.nan, 1.0, np.inf]]))
    assert "1 NaN value and 1 infinite value" in told(caught.value).text


# -- before any work


def test_what_the_controls_tell_beforehand():
    grey, photo = Source((Image(GREY, name="grey"),)), Source((Image(PHOTO, rgb=True),))
    assert obstacle(grey, Settings(), ["image"]) is None
    assert obstacle(grey, Settings(), []) == messages.NOTHING_TO_ADD
    unfit = obstacle(grey, Settings(palette=((1.0, 2.0, 3.0),)), ["image"])
    assert unfit.remedy == messages.FIT
    assert '"grey" has 1 channel' in unfit.text
    assert obstacle(photo, Settings(palette=((1.0, 2.0, 3.0),)), ["image"]) is None
    assert obstacle(photo, Settings(fixed_colors=((1.0,),)), ["image"]).remedy == messages.UNLOCK


# -- in the panel


@pytest.fixture
def notice(widget, qtbot):
    """The panel on the screen, and its notice."""
    widget.native.resize(330, 900)
    with qtbot.waitExposed(widget.native):
        widget.native.show()
    return widget._busy.notice


@pytest.fixture
def click(qtbot):
    return lambda button: qtbot.mouseClick(getattr(button, "native", button), LEFT)


def test_without_an_image_a_sample_is_one_click_away(
    viewer, widget, notice, click, notices, monkeypatch
):
    click(widget._start)
    assert notice.isVisible()
    assert notice.text.text() == messages.NO_IMAGE.text == widget.message == notices[0].message
    assert notice.remedy.text() == "Open a sample"
    opened = lambda self, _, name: self.add_image(PHOTO, name=name, rgb=True)  # noqa: E731
    monkeypatch.setattr(type(viewer), "open_sample", opened)
    click(notice.remedy)
    assert widget.image.value.name == "coffee"
    assert not notice.isVisible()


def test_all_of_it_is_seen_can_be_selected_and_stays(viewer, widget, notice, click, settled, qtbot):
    layer = viewer.add_image(np.where(np.eye(40), 1e200, 0.5), name="bad")
    click(widget._start)
    settled(widget)
    text = notice.text
    assert "40 values beyond" in text.text()
    needed = text.heightForWidth(text.width())
    assert text.height() >= needed > 0
    assert text.textInteractionFlags() & Qt.TextInteractionFlag.TextSelectableByMouse
    assert not widget._busy.status.native.isVisible()
    viewer.add_image(PHOTO, name="photo", rgb=True)
    qtbot.wait(50)
    assert notice.isVisible()
    click(notice.dismiss)
    assert not notice.isVisible()
    assert "beyond" not in widget.message
    widget.image.value = layer
    click(widget._start)
    settled(widget)
    assert notice.isVisible()
    widget.image.value = viewer.layers["photo"]
    click(widget._start)
    assert not notice.isVisible()
    settled(widget)
    assert widget.message == widget.state.summary


def test_a_region_that_holds_nothing_is_left_by_one_click(viewer, widget, notice, click, settled):
    viewer.add_image(PHOTO, name="photo", rgb=True)
    region = viewer.add_layer(Labels(np.zeros_like(GREY), name="region"))
    widget.region.value = region
    click(widget._start)
    settled(widget)
    assert '"region" holds no pixel' in notice.text.text()
    assert notice.remedy.text() == "Use everything"
    click(notice.remedy)
    settled(widget)
    assert widget.region.value is None
    assert widget.state is not None


def test_values_beyond_1_are_measured_in_rgb_by_one_click(viewer, widget, notice, click, settled):
    viewer.add_image(PHOTO * 2.0, name="photo", rgb=True)
    widget.color_space.value = "lab"
    click(widget._start)
    settled(widget)
    assert "CIELAB" in notice.text.text()
    click(notice.remedy)
    settled(widget)
    assert widget.color_space.value == "rgb"
    assert widget.state is not None


def test_colors_of_another_kind_of_image(viewer, widget, notice, click, settled, run):
    viewer.add_image(PHOTO, name="photo", rgb=True)
    run(widget)
    widget.image.value = viewer.add_image(GREY, name="grey")
    widget.palette_from.value = viewer.layers["photo · palette"]
    click(widget._start)
    assert '"grey" has 1 channel' in notice.text.text()
    click(notice.remedy)
    settled(widget)
    assert widget.palette_from.value is None
    assert widget.result.palette.n_channels == 1


def test_with_nothing_to_add_it_says_so(viewer, widget, notice, click, settled):
    viewer.add_image(PHOTO, name="photo", rgb=True)
    for control in (widget.add_image, widget.add_labels, widget.add_palette):
        control.value = False
    click(widget._start)
    assert "tick at least one" in notice.text.text()
    assert list(viewer.layers) == [viewer.layers["photo"]]
    click(notice.remedy)
    settled(widget)
    assert len(viewer.layers) == 4


def test_layers_that_are_no_channels(viewer, widget, notice, click, settled):
    for n in (20, 30):
        viewer.add_image(np.eye(n), name=f"of {n}")
    viewer.layers.selection = set(viewer.layers)
    widget.channels.value = True
    click(widget._start)
    assert "of one shape" in notice.text.text()
    click(notice.remedy)
    settled(widget)
    assert not widget.channels.value
    assert widget.state is not None


def test_what_needs_a_result_offers_to_make_one(viewer, widget, notice, click, settled):
    viewer.add_image(PHOTO, name="photo", rgb=True)
    widget.buttons.menus["Export"].actions()[0].trigger()
    assert notice.text.text() == messages.NO_RESULT.text
    click(notice.remedy)
    settled(widget)
    assert widget.state is not None
    assert not notice.isVisible()


def test_a_fault_of_ours_is_told_as_one(viewer, widget, notice, click, settled, qtbot, monkeypatch):
    def fail(*_):
        raise KeyError("fault")
        yield

    monkeypatch.setattr("napari_kmeans_quantizer.plugin.panel.runs.produced", fail)
    viewer.add_image(PHOTO, name="photo", rgb=True)
    with qtbot.capture_exceptions():
        click(widget._start)
        settled(widget)
    assert "no fault of yours" in notice.text.text()
