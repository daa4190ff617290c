from __future__ import annotations

import napari.settings
import pytest


@pytest.fixture(autouse=True, scope="session")
def own_settings(tmp_path_factory):
    """Let no test depend on, or change, what the user has set in napari itself."""
    settings = napari.settings.get_settings()
    before = settings.config_path
    settings.config_path = tmp_path_factory.mktemp("napari") / "settings.yaml"
    settings.reset()
    yield
    settings.config_path = before


@pytest.fixture(autouse=True)
def own_preferences(tmp_path, monkeypatch):
    """Let no test read or write what the user has set of plugins; nor any process it starts."""
    path = str(tmp_path / "settings.yaml")
    monkeypatch.setattr(napari.settings, "_CFG_PATH", path)
    monkeypatch.setenv("NAPARI_CONFIG", path)
    napari.settings._clear_plugin_settings_cache()
    yield
    napari.settings._clear_plugin_settings_cache()
