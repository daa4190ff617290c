"""Slides, and somebody who chooses among them."""

from __future__ import annotations

import threading

import pytest
from asking import SLIDES, Asked, Measured
from PIL import Image as Pillow

from napari_kmeans_quantizer.plugin import batch


@pytest.fixture
def done(settled, widget):
    return lambda: settled(widget)


@pytest.fixture
def slides(viewer, widget):
    """Three slides, one of which is chosen."""
    layers = [viewer.add_image(x, name=f"slide {n}") for n, x in enumerate(SLIDES, start=1)]
    widget.image.value = layers[0]
    widget.n_colors.value = 5
    return layers


@pytest.fixture
def asked(widget, qtbot):
    return lambda: Asked(widget, qtbot)


@pytest.fixture
def pictures(tmp_path):
    """A folder with pictures, one below, one that is none, and notes."""
    folder = tmp_path / "study"
    (folder / "below").mkdir(parents=True)
    for n, pixels in enumerate(SLIDES):
        Pillow.fromarray(pixels).save(folder / f"slide {n}.png")
    Pillow.fromarray(SLIDES[0][::-1]).save(folder / "below" / "slide 0.png")
    (folder / "broken.png").write_text("no picture")
    (folder / "notes.txt").write_text("notes")
    return folder


@pytest.fixture
def measured(widget):
    return Measured(widget)


@pytest.fixture(autouse=True)
def no_dock(request, widget, viewer):
    """Let nothing open in a dock where there is no window for it."""
    if not hasattr(viewer, "window"):
        request.getfixturevalue("measured")


@pytest.fixture
def begun(widget, slides, asked, measured, qtbot):
    """Run, until the first slide is shown."""

    def begun():
        shown = []
        show = widget._session.show

        def noted(*args):
            assert threading.current_thread() is threading.main_thread()
            show(*args)
            shown.append(args)

        widget._session.show = noted
        asked().run()
        qtbot.waitUntil(lambda: len(shown) == 1, timeout=60_000)

    return begun


@pytest.fixture
def hold_second(monkeypatch):
    """Let the second slide wait, once it has begun, until the event is set."""
    go, begun, n = threading.Event(), threading.Event(), []
    quantized = batch.quantized

    def waiting(*args, **options):
        n.append(1)
        inner = quantized(*args, **options)
        if len(n) == 2:
            yield next(inner)
            begun.set()
            go.wait(30)
        return (yield from inner)

    monkeypatch.setattr(batch, "quantized", waiting)
    go.begun = begun
    yield go
    go.set()
