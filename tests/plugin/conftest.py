from __future__ import annotations

import threading

import dask
import napari.settings
import pytest
from napari.components import ViewerModel
from napari.utils.notifications import notification_manager
from person import Person
from pictures import COFFEE

from napari_kmeans_quantizer.plugin import pipeline
from napari_kmeans_quantizer.plugin.first_use import FIRST_USE
from napari_kmeans_quantizer.plugin.models import levels
from napari_kmeans_quantizer.plugin.widget import QuantizerWidget

NAME = "napari-kmeans-quantizer"


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


@pytest.fixture(autouse=True)
def nothing_is_prepared(monkeypatch):
    """Let tests compile what they need when they need it: no widget starts a process for all."""
    monkeypatch.setattr(FIRST_USE, "over", True)


@pytest.fixture
def held(monkeypatch):
    """Runs that wait, once they have begun, until the event is set."""
    go, begun = threading.Event(), threading.Event()
    steps = pipeline.quantize_steps

    def waiting(*args, **options):
        inner = steps(*args, **options)
        yield next(inner)
        begun.set()
        go.wait(30)
        return (yield from inner)

    monkeypatch.setattr(pipeline, "quantize_steps", waiting)
    go.begun = begun
    yield go
    go.set()


# -- the widget


@pytest.fixture
def viewer():
    """A viewer without a window, which is quick; who clicks docks or the canvas makes another."""
    return ViewerModel()


@pytest.fixture
def person(viewer, qtbot):
    """Somebody with a viewer, who docks the panel and clicks."""
    return Person(viewer, qtbot)


@pytest.fixture
def widget(viewer, qtbot):
    """The widget: docked, or by itself if its viewer has no window."""
    if hasattr(viewer, "window"):
        return viewer.window.add_plugin_dock_widget(NAME)[1]
    widget = QuantizerWidget(viewer)
    qtbot.addWidget(widget.native)
    return widget


@pytest.fixture
def settled(qtbot):
    """Wait until nothing is under way or about to start."""

    def settled(*widgets):
        for widget in widgets:
            qtbot.waitUntil(lambda widget=widget: not widget.running, timeout=300_000)

    return settled


@pytest.fixture
def run(settled):
    """Quantize, and wait for the layers."""

    def run(widget):
        widget.run()
        settled(widget)

    return run


@pytest.fixture
def photo(viewer, widget, run):
    """A photograph with a result of 8 colors."""
    layer = viewer.add_image(COFFEE, name="photo")
    widget.n_colors.value = 8
    run(widget)
    return layer


@pytest.fixture
def notices():
    """What napari tells from now on."""
    notification_manager.records.clear()
    return notification_manager.records


# -- images that are too large to be held


@pytest.fixture
def little_memory(monkeypatch):
    """Let no more than 4,000 pixels be held, so that small pyramids are too large."""
    monkeypatch.setattr(levels, "HELD", 4_000)


@pytest.fixture
def in_this_thread():
    """Let dask compute in whatever thread asks: then it is seen which one that was."""
    with dask.config.set(scheduler="synchronous"):
        yield
