from __future__ import annotations

from pathlib import Path

import napari.settings
import pytest
import yaml
from napari.settings import get_plugin_settings

from napari_kmeans_quantizer.core.version import PROGRAM
from napari_kmeans_quantizer.plugin.panel import preferences
from napari_kmeans_quantizer.plugin.panel.preferences import NAMES, remember, start_values
from napari_kmeans_quantizer.plugin.widget import QuantizerWidget

MANIFEST = Path(__file__).parents[3] / "napari.yaml"
DEFAULTS = {
    "n_colors": 16,
    "auto": False,
    "color_space": "rgb",
    "dither": "none",
    "dither_strength": 100,
    "min_psnr": 0,
    "effort": "balanced",
    "seed": 0,
    "live": False,
    "add_image": True,
    "add_labels": True,
    "add_palette": True,
    "legend_side": "right",
    "legend_name": True,
    "legend_hex": False,
    "legend_share": True,
    "legend_area": False,
}
OTHERS = {
    "n_colors": 5,
    "auto": True,
    "color_space": "lab",
    "dither": "blue-noise",
    "dither_strength": 55,
    "min_psnr": 32.5,
    "effort": "best",
    "seed": 77,
    "live": True,
    "add_image": False,
    "add_labels": False,
    "add_palette": False,
    "legend_side": "below",
    "legend_name": False,
    "legend_hex": True,
    "legend_share": False,
    "legend_area": True,
}


@pytest.fixture
def plugin(plugin_settings, npe2pm):
    """The plugin, known to napari as in a new installation."""
    npe2pm.register(str(MANIFEST))


@pytest.fixture
def written(tmp_path):
    """What the file of the plugin's settings holds."""

    def read():
        path = tmp_path / f"{PROGRAM}.yaml"
        return (yaml.safe_load(path.read_text()) or {}).get("start", {}) if path.exists() else {}

    return read


def restart():
    napari.settings._clear_plugin_settings_cache()


@pytest.mark.usefixtures("plugin")
def test_defaults_come_from_the_manifest():
    assert start_values() == DEFAULTS
    assert tuple(DEFAULTS) == NAMES


@pytest.mark.usefixtures("plugin")
def test_values_come_from_napari():
    group = get_plugin_settings(PROGRAM).start
    group.n_colors, group.color_space, group.live = 9, "oklab", True
    assert start_values() == DEFAULTS | {"n_colors": 9, "color_space": "oklab", "live": True}


@pytest.mark.usefixtures("plugin")
def test_remembered_values_come_back_in_the_next_session(written):
    remember(OTHERS)
    assert written() == OTHERS
    assert start_values() == OTHERS
    restart()
    assert start_values() == OTHERS


@pytest.mark.usefixtures("plugin")
def test_values_that_are_not_told_remain(written):
    remember({"seed": 3})
    remember({"n_colors": 4})
    assert written() == {"seed": 3, "n_colors": 4}


@pytest.mark.usefixtures("plugin")
def test_nothing_is_remembered_against_the_users_will(written):
    remember({"seed": 3})
    get_plugin_settings(PROGRAM).start.remember = False
    remember(OTHERS)
    assert start_values() == DEFAULTS | {"seed": 3}
    assert written() == {"seed": 3, "remember": False}
    restart()
    assert start_values() == DEFAULTS | {"seed": 3}


@pytest.mark.usefixtures("plugin")
def test_the_switch_itself_is_no_value_to_remember(written):
    assert "remember" not in start_values()
    remember({"n_colors": 3, "something": "else"})
    assert written() == {"n_colors": 3}


@pytest.mark.usefixtures("plugin")
def test_nothing_is_written_without_a_change(tmp_path, monkeypatch):
    saved = []
    settings = get_plugin_settings(PROGRAM)
    monkeypatch.setattr(type(settings), "save", lambda *_, **__: saved.append(1))
    remember(DEFAULTS)
    assert saved == []
    remember(DEFAULTS | {"seed": 1})
    assert saved == [1]


@pytest.mark.usefixtures("plugin_settings")
def test_unknown_plugin():
    assert start_values() == {}
    remember(OTHERS)
    assert get_plugin_settings() == {}


def test_plugin_without_these_settings(plugin_settings, npe2pm, tmp_path):
    """An older manifest than the code, as an update in a running napari leaves it."""
    old = tmp_path / "old.yaml"
    old.write_text(f"name: {PROGRAM}\ndisplay_name: Old\n")
    npe2pm.register(str(old))
    assert start_values() == {}
    remember(OTHERS)


@pytest.mark.usefixtures("plugin")
def test_every_name_has_a_title_and_fits_the_widgets_controls():
    manifest = yaml.safe_load(MANIFEST.read_text())
    properties = manifest["contributions"]["configurations"]["start"]["properties"]
    assert set(properties) == {"remember", *NAMES}
    assert all(value["title"] for value in properties.values())


@pytest.mark.usefixtures("plugin")
def test_the_last_values_come_back(viewer, qtbot, monkeypatch, written):
    monkeypatch.setattr(preferences, "REMEMBER_AFTER", 50)

    def opened():
        widget = QuantizerWidget(viewer)
        qtbot.addWidget(widget.native)
        return widget

    widget = opened()
    assert not widget._memory.pending
    widget.n_colors.value, widget.color_space.value = 23, "oklab"
    widget.add_palette.value = False
    assert widget._memory.pending
    assert written() == {}
    qtbot.waitUntil(lambda: not widget._memory.pending, timeout=60_000)
    assert written() == {"n_colors": 23, "color_space": "oklab", "add_palette": False}
    again = opened()
    assert (again.n_colors.value, again.color_space.value) == (23, "oklab")
    assert again.add_palette.value is False
    assert not again._memory.pending  # what comes back is not written again


def test_tests_never_touch_the_users_files(tmp_path):
    settings = napari.settings.get_settings()
    assert Path(napari.settings._CFG_PATH).parent == tmp_path
    assert preferences._group() is not None  # the installed plugin, without other fixtures
    assert get_plugin_settings(PROGRAM).config_path == tmp_path / f"{PROGRAM}.yaml"
    default = type(settings).model_fields["config_path"].default
    assert Path(settings.config_path) != Path(default)


def test_what_is_set_during_a_pause_is_not_remembered_but_what_was_set_before(widget, written):
    widget.n_colors.value = 9
    widget._memory.pause()
    widget.n_colors.value = 20
    assert not widget._memory.pending
    assert written()["n_colors"] == 9
    widget._memory.go_on()
    widget.seed.value = 3
    assert widget._memory.pending
