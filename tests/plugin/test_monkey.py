"""A monkey at the widget: whatever is done in whatever order, nothing breaks and nothing is lost.

``MONKEY_SEEDS`` and ``MONKEY_ACTIONS`` in the environment make it play longer.
"""

from __future__ import annotations

import os

import numpy as np
import pytest
from napari._app_model import get_app_model
from napari.experimental import link_layers, unlink_layers
from napari.layers import Image, Labels, Points
from napari.utils.notifications import NotificationSeverity, notification_manager
from person import Person
from qtpy.QtCore import Qt
from qtpy.QtWidgets import (
    QApplication,
    QColorDialog,
    QDialog,
    QFileDialog,
    QInputDialog,
    QLineEdit,
    QPushButton,
)

from napari_kmeans_quantizer.plugin.layers.contents import label_ids
from napari_kmeans_quantizer.plugin.layers.ours import is_ours

SEEDS = int(os.environ.get("MONKEY_SEEDS", "2"))
FIRST_SEED = int(os.environ.get("MONKEY_FIRST_SEED", "0"))
ACTIONS = int(os.environ.get("MONKEY_ACTIONS", "150"))
REST = 10  # actions from one look at everything to the next
MOST_LAYERS = 14

RNG = np.random.default_rng(0)
PICTURES = {
    "photo": RNG.integers(0, 256, (30, 40, 3)).astype(np.uint8),
    "grey": RNG.integers(0, 200, (30, 40)).astype(np.uint8),
    "floats": RNG.random((30, 40)).astype(np.float32),
    "deep": RNG.integers(0, 4000, (30, 40, 3)).astype(np.uint16),
    "stack": RNG.integers(0, 200, (4, 30, 40)).astype(np.uint8),
    "clear": RNG.integers(0, 256, (30, 40, 4)).astype(np.uint8),
}
KEYS = [
    (Qt.Key.Key_K, Qt.KeyboardModifier.NoModifier),
    (Qt.Key.Key_K, Qt.KeyboardModifier.ShiftModifier),
    (Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier),
    (Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier),
]
LEFT_ALONE = ("Save", "Help", "More", "Open", "Copy")
"""Buttons that ask for a file, open a menu or read the clipboard: other tests press them."""

NAPARIS_OWN = ("Status", "status")
"""Errors that napari makes by itself, by the names of the functions where they are raised."""


class Monkey:
    """Does one thing after the other in a real window."""

    def __init__(self, viewer, qtbot, seed):
        self.rng = np.random.default_rng(seed)
        self.viewer, self.qtbot = viewer, qtbot
        self.person = Person(viewer, qtbot)
        self.widget = self.person.widget
        self.pristine: dict[str, np.ndarray] = {}
        self.sources: list[Image] = []
        self.story: list[str] = []
        for name in ("photo", "grey"):
            self.add_picture(name)

    # -- what it does

    def act(self):
        names = sorted(name[3:] for name in dir(self) if name.startswith("do_"))
        name = str(self.rng.choice(names))
        self.story.append(name)
        getattr(self, f"do_{name}")()
        QApplication.processEvents()

    def pick(self, things):
        things = list(things)
        return things[int(self.rng.integers(len(things)))] if things else None

    def add_picture(self, name):
        pixels = PICTURES[name].copy()
        layer = self.viewer.add_image(pixels, rgb=pixels.shape[-1] in (3, 4), name=name)
        self.sources.append(layer)
        self.pristine[str(layer.unique_id)] = pixels.copy()

    def do_add_image(self):
        if len(self.viewer.layers) < MOST_LAYERS:
            self.add_picture(self.pick(PICTURES))

    def do_add_region(self):
        if len(self.viewer.layers) < MOST_LAYERS:
            if self.rng.random() < 0.5:
                labels = np.zeros((30, 40), int)
                labels[5:25, 10:35] = 1
                self.viewer.add_labels(labels, name="region")
            else:
                self.viewer.add_shapes([[[5, 5], [5, 30], [25, 30], [25, 5]]], name="shape")

    def do_remove(self):
        layer = self.pick(self.viewer.layers)
        if layer is not None and len(self.viewer.layers) > 2:
            self.viewer.layers.remove(layer)

    def do_rename(self):
        layer = self.pick(self.viewer.layers)
        if layer is not None:
            layer.name = f"renamed {self.rng.integers(9)}"

    def do_reorder(self):
        if len(self.viewer.layers) > 1:
            a, b = self.rng.integers(len(self.viewer.layers), size=2)
            self.viewer.layers.move(int(a), int(b))

    def do_duplicate(self):
        layer = self.pick(self.viewer.layers)
        if layer is not None and not layer.visible and self.viewer.dims.ndisplay == 3:
            return  # napari fails to add a hidden RGB layer in 3-D, and cannot remove it then
        if layer is not None and len(self.viewer.layers) < MOST_LAYERS:
            self.viewer.layers.selection.active = layer
            get_app_model().commands.execute_command("napari.layer.duplicate").result()

    def do_link(self):
        kind = self.pick((Image, Labels, Points))
        layers = [layer for layer in self.viewer.layers if type(layer) is kind]
        if len(layers) > 1 and self.rng.random() < 0.7:
            link_layers(layers, ("opacity", "visible", "metadata", "gamma")[: 3 + (kind is Image)])
        elif layers:
            unlink_layers(layers)

    def do_select(self):
        layer = self.pick(self.viewer.layers)
        if layer is not None:
            self.viewer.layers.selection.active = layer

    def do_select_several(self):
        for layer in self.viewer.layers:
            if self.rng.random() < 0.5:
                self.viewer.layers.selection.add(layer)

    def do_show_or_hide(self):
        layer = self.pick(self.viewer.layers)
        if layer is not None:
            layer.visible = not layer.visible

    def do_limits(self):
        layer = self.pick(x for x in self.sources if x in self.viewer.layers)
        if layer is not None:
            layer.gamma = float(self.rng.uniform(0.5, 1.5))

    def do_turn(self):
        self.viewer.dims.ndisplay = int(self.rng.integers(2, 4))

    def do_slice(self):
        if self.viewer.dims.ndim > 2:
            self.viewer.dims.set_current_step(0, int(self.rng.integers(4)))

    def do_roll(self):
        if self.rng.random() < 0.5:
            self.viewer.dims.transpose()
        else:
            self.viewer.dims.order = tuple(range(self.viewer.dims.ndim))

    def do_control(self):
        control = self.pick([*self.widget._form.parameters(), self.widget.live])
        if control is self.widget.n_colors:
            control.value = int(self.rng.integers(1, 12))
        elif hasattr(control, "choices"):
            control.value = self.pick(control.choices)
        elif isinstance(control.value, bool):
            control.value = bool(self.rng.random() < 0.5)

    def do_outputs(self):
        control = self.pick(
            (self.widget.add_image, self.widget.add_labels, self.widget.add_palette)
        )
        control.value = bool(self.rng.random() < 0.8)

    def do_run(self):
        self.widget.run()

    def do_run_and_wait(self):
        self.widget.run()
        self.rest()

    def do_cancel(self):
        self.widget.cancel()

    def do_button(self):
        buttons = [
            button
            for button in self.widget.native.findChildren(QPushButton)
            if button.isVisible() and button.isEnabled() and button.text()
            if not button.text().startswith(LEFT_ALONE)
        ]
        button = self.pick(buttons)
        if button is not None:
            self.story[-1] += f" {button.text()}"
            self.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    def do_dialog(self):
        for dialog in self.viewer.window._qt_window.findChildren(QDialog):
            if dialog.isVisible():
                if isinstance(dialog, QColorDialog):
                    dialog.setCurrentColor(Qt.GlobalColor.red)
                elif isinstance(dialog, QInputDialog):
                    dialog.setDoubleValue(7)
                (dialog.accept if self.rng.random() < 0.6 else dialog.reject)()
                return

    def do_row(self):
        rows = self.widget.palette_view._list
        if rows.model().rowCount():
            row = rows.model().index(int(self.rng.integers(rows.model().rowCount())), 0)
            rows.scrollTo(row)
            modifier = self.pick(
                (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier)
            )
            where = rows.visualRect(row).center()
            click = self.pick(
                (self.qtbot.mouseClick, self.qtbot.mouseClick, self.qtbot.mouseDClick)
            )
            click(rows.viewport(), Qt.MouseButton.LeftButton, modifier, where)

    def do_row_key(self):
        rows = self.widget.palette_view._list
        self.qtbot.keyClick(rows, self.pick((*"LHMBN", Qt.Key.Key_Escape)))
        field = rows.findChild(QLineEdit)  # N: a name is typed, perhaps not to its end
        if field is not None:
            self.qtbot.keyClicks(field, str(self.pick(("DAB", "background", ""))))

    def do_edit(self):
        state = self.widget.state
        if state is None:
            return
        n_colors = len(state.result.palette)
        a, b = (int(k) for k in self.rng.integers(n_colors, size=2))
        edits = "recolor", "merge", "lock", "hide", "rename", "background", "undo", "redo", "reset"
        what = self.pick(edits)
        self.story[-1] += f" {what}"
        if what == "recolor":
            self.widget.recolor(a, state.color(b))
        elif what == "merge" and a != b:
            self.widget.merge(a, b)
        elif what == "lock":
            self.widget.lock(a, bool(self.rng.random() < 0.7))
        elif what == "hide":
            self.widget.hide_colors(frozenset({a, b}))
        elif what == "rename":
            self.widget.rename(a, str(self.pick(("DAB", "background", ""))))
        elif what == "background":
            self.widget.set_background(frozenset({a}))
        elif what in ("undo", "redo"):
            getattr(self.widget, what)()
        elif what == "reset":
            self.widget.reset_colors()

    def do_paint(self):
        dims = self.viewer.dims
        if dims.ndisplay == 3 or list(dims.order) != sorted(dims.order):
            return  # there napari raises an IndexError of its own
        # As in hidden layers, which it does not slice: people cannot paint these anyway.
        labels = self.pick(
            x
            for x in self.viewer.layers
            if isinstance(x, Labels) and is_ours(x) and x.ndim == 2 and x.visible
        )
        if labels is not None:
            top = int(self.rng.integers(20))
            where = np.nonzero(np.indices(labels.data.shape)[0] // 4 == top // 4)
            labels.data_setitem(where, int(self.rng.integers(12)))

    def do_label(self):
        labels = self.pick(x for x in self.viewer.layers if isinstance(x, Labels))
        if labels is not None:
            labels.selected_label = int(self.rng.integers(14))

    def do_point_color(self):
        points = self.pick(x for x in self.viewer.layers if isinstance(x, Points) and len(x.data))
        if points is not None:
            points.selected_data = {int(self.rng.integers(len(points.data)))}
            points.current_face_color = self.pick(("#ff0000", "#00ff00", "#123456"))

    def do_key(self):
        key, modifiers = self.pick(KEYS)
        self.qtbot.keyClick(self.viewer.window._qt_viewer.canvas.native, key, modifiers)

    def do_view(self):
        views = "open_color_space", "open_explore", "open_pixels", "open_shares", "open_measure"
        view = self.pick((*views, "compare", "blink"))
        self.story[-1] += f" {view}"
        getattr(self.widget, view)()

    def do_legend(self):
        side = self.pick(("right", "left", "above", "below", "hidden"))
        self.widget.legend_side.value = str(side)

    def do_pixels(self):
        view = self.widget._views._docks.get("Pixels")
        if view is not None and view.rows is not None:
            view.select(int(self.rng.integers(len(view.rows))))

    def do_explore(self):
        self.widget.explore(2, 4, str(self.pick(("stack", "grid"))))
        self.rest()
        if self.rng.random() < 0.7:
            self.widget.take(3)

    def do_close_and_open(self):
        self.person.close_by_x()
        self.widget = self.person.open()

    # -- at rest

    def rest(self):
        self.qtbot.waitUntil(lambda: not self.widget.running, timeout=120_000)
        self.qtbot.wait(10)

    def look(self):
        """Everything is as it should be."""
        self.rest()
        self.person.assert_at_rest()
        for layer in self.sources:
            before = self.pristine[str(layer.unique_id)]
            np.testing.assert_array_equal(layer.data, before, err_msg=f"{layer.name} was changed")
        state = self.widget.state
        hexes = [] if state is None else [state.hex[k] for k in self.widget.palette_view.order()]
        assert self.person.hexes() == hexes
        if state is not None:
            self.look_at_layers(state)

    def look_at_layers(self, state):
        session, key = self.widget._session, state.source.key
        palette, labels = session.layer(key, "palette"), session.layer(key, "labels")
        image = session.layer(key, "image")
        if palette is not None:
            assert list(palette.features["hex"]) == state.hex
            assert len(palette.data) == len(state.hex)
        if labels is not None:
            assert labels.data.shape == state.result.labels.shape
            for k in set(range(len(state.hex))) - state.hidden:
                assert np.allclose(labels.get_color(k + 1)[:3], state.shown[k], atol=1e-5)
            ids = label_ids(state)
            assert labels.data.dtype.kind in "ui"
            assert (labels.data == ids).mean() > 0.2  # but for what was painted
        if image is not None and state.display.rgb:
            seen = ~np.isin(state.result.labels, list(state.hidden))
            shown = image.data[..., :3]
            np.testing.assert_array_equal(shown[seen], state.result.image[..., :3][seen])


def failures(caught):
    """Return the errors that were told as such, or that Qt has met, but for napari's own."""
    told = [x for x in notification_manager.records if x.severity >= NotificationSeverity.ERROR]
    errors = [getattr(notification, "exception", None) for notification in told]
    found = []
    for error in [*filter(None, errors), *(error for _, error, _ in caught)]:
        trace, names = error.__traceback__, []
        while trace is not None:
            names.append(trace.tb_frame.f_code.co_qualname)
            trace = trace.tb_next
        if not any(own in name for own in NAPARIS_OWN for name in names):
            found.append((repr(error), names))
    return found


@pytest.mark.parametrize("seed", range(FIRST_SEED, FIRST_SEED + SEEDS))
def test_nothing_breaks(make_napari_viewer, qtbot, seed, notices, monkeypatch):
    monkeypatch.setattr(QFileDialog, "exec", lambda _: 0)  # whatever asks for a file is told: none
    with qtbot.capture_exceptions() as caught:
        monkey = Monkey(make_napari_viewer(show=True), qtbot, seed)
        try:
            for done in range(ACTIONS):
                monkey.act()
                if done % REST == REST - 1:
                    monkey.look()
                    assert failures(caught) == []
            monkey.look()
        except BaseException:
            print("\n".join(monkey.story[-40:]))
            raise
        finally:
            for dialog in monkey.viewer.window._qt_window.findChildren(QDialog):
                dialog.reject()
            monkey.rest()
    assert failures(caught) == []
