from __future__ import annotations

import gc
import warnings

import numpy as np
import pytest
from napari import layers as napari_layers
from PIL import Image
from qtpy.QtCore import QPoint, Qt
from qtpy.QtGui import QColor, QPalette
from qtpy.QtWidgets import QLabel
from skimage.color import rgb2lab

from napari_kmeans_quantizer import Palette, convert_colors
from napari_kmeans_quantizer.plugin.models.display import Channel, Display
from napari_kmeans_quantizer.plugin.models.source import Source
from napari_kmeans_quantizer.plugin.views import files
from napari_kmeans_quantizer.plugin.views.color_space import view as module
from napari_kmeans_quantizer.plugin.views.color_space.axes import place
from napari_kmeans_quantizer.plugin.views.color_space.view import ColorSpaceView

CENTERS = np.array([[230, 40, 30], [20, 160, 60], [40, 70, 220], [240, 230, 200]], np.uint8)
PALETTE = Palette(CENTERS, counts=[10, 50, 30, 10])
SHOWN = Display.of_palette(PALETTE)


def pixels(n=2000, seed=0):
    """Pixels scattered around the centers, and their labels."""
    generator = np.random.default_rng(seed)
    labels = generator.integers(0, 4, n)
    noise = generator.normal(0, 15, (n, 3))
    return np.clip(CENTERS[labels] + noise, 0, 255).astype(np.uint8), labels


@pytest.fixture
def view(qtbot):
    view = ColorSpaceView()
    qtbot.addWidget(view)
    view.resize(500, 520)
    with qtbot.waitExposed(view):
        view.show()
    view.show_result(*pixels(), PALETTE)
    return view


def choose(qtbot, combo, text):
    """Choose an item as a user does: with the keyboard."""
    combo.setFocus()
    qtbot.keyClick(combo, Qt.Key.Key_Home)
    while combo.currentText() != text:
        before = combo.currentIndex()
        qtbot.keyClick(combo, Qt.Key.Key_Down)
        assert combo.currentIndex() != before, f"{text} cannot be chosen"


def camera_projection(view, places):
    """Project points as the camera is documented to: no vispy transforms."""
    camera, size = view.scene.camera, np.array(view.scene.canvas.size, float)
    azimuth, elevation = np.radians([camera.azimuth, camera.elevation])
    right = np.array([np.cos(azimuth), np.sin(azimuth), 0])
    ahead = np.array([-np.sin(azimuth), np.cos(azimuth), 0])
    forward = np.cos(elevation) * ahead - np.sin(elevation) * np.array([0, 0, 1])
    up = np.cross(right, forward)
    height = camera.scale_factor * max(size[1] / size[0], 1)
    distance = height / (2 * np.tan(np.radians(camera.fov) / 2))
    away = np.asarray(places, float) - camera.center
    scale = size[1] / height * distance / (distance + away @ forward)
    return size / 2 + np.stack([away @ right, -(away @ up)], axis=1) * scale[:, None]


def click(qtbot, view, pos, **kwargs):
    native = view.scene.canvas.native
    qtbot.mouseClick(native, Qt.MouseButton.LeftButton, pos=QPoint(*np.rint(pos).astype(int)))


def drawn(view):
    return view.scene.render()[..., :3].astype(int)


def star_colors(view):
    """The pixel in the middle of each star."""
    seen, _ = view.scene.project(place(SHOWN, PALETTE.colors, view.space.currentText()))
    picture = drawn(view)
    return np.array([picture[y, x] for x, y in np.rint(seen).astype(int)])


# -- where things are


@pytest.mark.parametrize("space", ["RGB", "Lab", "Oklab"])
def test_points_are_projected_as_plain_arithmetic_says(view, qtbot, space):
    choose(qtbot, view.space, space)
    rgb = pixels()[0] / 255
    if space == "Lab":
        places = rgb2lab(rgb)[:, [1, 2, 0]]
    else:
        places = rgb if space == "RGB" else convert_colors(rgb, "oklab")[:, [1, 2, 0]]
    seen, _ = view.scene.project(places)
    assert np.allclose(seen, camera_projection(view, places), atol=0.01)
    assert np.allclose(view._placed[2], places, atol=1e-4)


@pytest.mark.parametrize("size", [(500, 520), (900, 300), (310, 700)])
def test_the_box_fills_the_view_and_fits_it(view, qtbot, size):
    view.resize(*size)
    native = view.scene.canvas.native
    qtbot.waitUntil(lambda: 0 <= size[0] - native.width() < 20, timeout=60_000)
    for space in ("RGB", "Lab", "Oklab"):
        choose(qtbot, view.space, space)
        stage = view._stages[space]
        seen, _ = view.scene.project(stage.box)
        canvas = np.array(view.scene.canvas.size)
        assert (seen >= 0).all()
        assert (seen <= canvas).all()
        assert (np.ptp(seen, axis=0) / canvas).max() > 0.6


def test_stars_have_the_palettes_colors_where_the_centers_are(view, qtbot):
    for space in ("RGB", "Lab", "Oklab"):
        choose(qtbot, view.space, space)
        assert np.abs(star_colors(view) - CENTERS).max() <= 3


def test_a_new_palette_moves_the_stars_and_nothing_else(view):
    colors, labels = pixels()
    stage, state = view._stages["RGB"], view.scene.camera.get_state()
    moved = Palette(CENTERS[::-1] // 2, counts=[1, 1, 1, 1])
    view.show_result(colors, labels, moved)
    assert np.allclose(np.unique(view.scene.stars._data["a_position"], axis=0).shape, (4, 3))
    assert view._stages["RGB"] is stage
    assert view.scene.camera.get_state() == state


# -- what is drawn


def test_how_the_points_are_colored(view, qtbot):
    rgb, labels = pixels()[0] / 255, pixels()[1]
    pictures = [drawn(view)]
    assert np.allclose(view.scene.points._data["a_bg_color"][:, :3], rgb, atol=1e-6)
    assert view.bar.isHidden()
    choose(qtbot, view.color_by, "cluster color")
    pictures.append(drawn(view))
    assert np.allclose(view.scene.points._data["a_bg_color"][:, :3], PALETTE.rgb[labels])
    choose(qtbot, view.color_by, "distance to a color")
    assert view.bar.isVisible()
    assert view.bar.label == "distance in RGB"
    away = np.linalg.norm(pixels()[0] - PALETTE.colors[1], axis=1)  # the most frequent color
    assert view.bar.largest == pytest.approx(away.max(), rel=1e-5)
    colors = view.scene.points._data["a_bg_color"]
    assert np.allclose(colors[away.argmax(), :3], [0.993, 0.906, 0.144], atol=0.01)
    assert np.allclose(colors[away.argmin(), :3], [0.267, 0.005, 0.329], atol=0.06)
    assert (pictures[0] != pictures[1]).any()


def test_distances_are_measured_in_the_space_that_is_shown(view, qtbot):
    choose(qtbot, view.space, "Lab")
    choose(qtbot, view.color_by, "distance to a color")
    view.set_reference([128, 128, 128])
    expected = np.linalg.norm(rgb2lab(pixels()[0] / 255) - rgb2lab([128 / 255] * 3), axis=1)
    assert view.bar.largest == pytest.approx(expected.max(), rel=1e-4)
    assert view.bar.label == view.bar.accessibleName().split(",")[0] == "distance in Lab"
    assert 0 <= view.width() - view.bar.grab().toImage().width() <= 20


def test_the_reference_is_ringed(view):
    before = drawn(view)
    view.set_reference([130, 10, 130])
    changed = np.argwhere((drawn(view) != before).any(axis=-1))
    seen, _ = view.scene.project(np.array([[130, 10, 130]]) / 255)
    assert np.allclose(changed.mean(axis=0)[::-1], seen[0], atol=2)
    assert 15 < np.ptp(changed[:, 0]) < 35


def test_pixels_are_marked_where_their_colors_are(view, qtbot):
    before, colors = drawn(view), pixels()[0]
    view.mark([1500])
    changed = np.argwhere((drawn(view) != before).any(axis=-1))
    seen, _ = view.scene.project(colors[1500:1501] / 255)
    assert np.allclose(changed.mean(axis=0)[::-1], seen[0], atol=2)
    assert 8 < np.ptp(changed[:, 0]) < 25
    y, x = np.rint(seen[0][::-1]).astype(int)
    assert np.abs(drawn(view)[y, x] - colors[1500]).max() <= 3
    view.n_points.setValue(100)  # it is not among those that are drawn, and marked all the same
    view.space.setCurrentText("Lab")
    assert np.allclose(view.scene.marks._data["a_position"][0], view_place(colors[1500]), atol=1e-3)
    view.mark([])
    assert not view.scene.marks.visible


def view_place(color):
    return place(SHOWN, color[None], "Lab")[0]


def test_marks_of_pixels_that_are_gone_are_left_out(view):
    view.mark([3, 1999])
    colors, labels = pixels(50)
    view.show_result(colors, labels, PALETTE)
    assert len(view.scene.marks._data) == 2  # the one that is left, light in dark
    view.clear()
    assert not view.scene.marks.visible


def test_marks_that_come_while_it_is_hidden_are_seen_later(view):
    view.hide()
    view.mark([3])
    assert not view.scene.marks.visible
    view.show()
    assert view.scene.marks.visible


def test_names_are_written_beside_their_stars(view):
    before, colors, labels = drawn(view), *pixels()
    view.show_result(colors, labels, PALETTE.named(["DAB", "", "nuclei", ""]))
    assert [text.strip() for text in view.scene._star_names.text] == ["DAB", "nuclei"]
    assert np.allclose(view.scene._star_names.pos, CENTERS[[0, 2]] / 255)
    assert (drawn(view) != before).any()
    for palette in (PALETTE, PALETTE.named([""] * 4)):
        view.show_result(colors, labels, palette)
        assert np.array_equal(drawn(view), before)
    many = Palette(np.tile(CENTERS, (10, 1)), names=[f"color {i}" for i in range(40)])
    view.show_result(colors, labels, many)
    assert not view.scene._star_names.visible


def test_the_number_of_points(view, qtbot):
    assert view.n_points.value() == 3000
    assert (view.n_points.minimum(), view.n_points.maximum()) == (100, 100_000)
    view.n_points.setFocus()
    view.n_points.selectAll()
    qtbot.keyClicks(view.n_points, "250")
    qtbot.keyClick(view.n_points, Qt.Key.Key_Return)
    assert len(view.scene.points._data) == 250
    assert np.allclose(view.scene.points._data["a_position"], pixels()[0][:250] / 255)


def test_pixels_changed_in_place_are_seen(view):
    colors, labels = pixels()
    view.show_result(colors, labels, PALETTE)
    colors[:] = 7
    view.show_result(colors, labels, PALETTE)
    assert np.allclose(view.scene.points._data["a_position"], 7 / 255)


def test_a_larger_share_is_a_larger_star(view):
    sizes = view._star_sizes
    assert sizes.argmax() == 1
    assert sizes.min() >= 18
    assert sizes.max() <= 30
    assert sizes[0] == sizes[3]


def test_without_counts_all_stars_are_alike(view):
    view.show_result(*pixels(), Palette(CENTERS))
    assert len(set(view._star_sizes)) == 1


def test_clear(view, qtbot):
    view.set_reference([1, 2, 3])
    view.clear()
    picture = drawn(view)
    for color in CENTERS:
        assert not (np.abs(picture - color).max(axis=-1) < 8).sum() > 40
    controls = (view.space, view.color_by, view.n_points, view.home, view.save)
    assert not any(control.isEnabled() for control in controls)
    click(qtbot, view, (100, 100))
    view.show_result(*pixels(), PALETTE)
    assert np.abs(star_colors(view)[[0, 2, 3]] - CENTERS[[0, 2, 3]]).max() <= 3
    assert all(control.isEnabled() for control in controls)


def test_no_pixels_at_all(view):
    view.show_result(np.zeros((0, 3), np.uint8), np.zeros(0, int), PALETTE)
    assert np.abs(star_colors(view) - CENTERS).max() <= 3


# -- other images


@pytest.mark.parametrize(
    ("n_channels", "names"),
    [
        (1, ["R", "G", "B"]),
        (2, ["first", "second"]),
        (3, ["first", "second", "third"]),
        (5, ["first", "second", "third"]),
    ],
)
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_images_of_any_channels(view, qtbot, n_channels, names, dtype):
    choose(qtbot, view.space, "Lab")
    top = 1.0 if dtype == np.float32 else np.iinfo(dtype).max
    colors = (np.random.default_rng(1).random((500, n_channels)) * top).astype(dtype)
    palette = Palette(colors[:3], counts=[1, 2, 3])
    labels = np.zeros(500, int)
    channels = ("first", "second", "third", "fourth", "fifth")[:n_channels]
    limits = (0.0, float(top))
    display = Display(tuple(Channel(name, limits) for name in channels), False, np.dtype(dtype))
    view.show_result(colors, labels, palette, display)
    assert view.space.currentText() == "RGB"  # in Lab plain greys would lie as they do here
    assert not view.space.isEnabled()
    assert [axis.name for axis in view._stages["RGB"].axes] == names
    places = view.scene.points._data["a_position"]
    expected = np.zeros((500, 3))
    expected[:, : min(n_channels, 3)] = (colors / top)[:, :3]
    if n_channels == 1:
        expected = np.repeat(expected[:, :1], 3, axis=1)
    assert np.allclose(places, expected, atol=1e-6)
    for mode in range(3):
        view.color_by.setCurrentIndex(mode)
        drawn(view)


def test_grey_with_a_colormap_has_spaces(view):
    layer = napari_layers.Image(np.arange(9).reshape(3, 3), colormap="viridis")
    display = Source((layer,)).display()
    palette = Palette([[2.0], [7.0]], counts=[1, 1])
    view.show_result(np.arange(9)[:, None], np.zeros(9, int), palette, display)
    assert view.space.isEnabled()


def test_channels_that_cannot_be_told_from_black(view):
    palette = Palette([[5.0], [5.0]], value_range=(5, 5))
    view.show_result(np.full((200, 1), 5.0), np.zeros(200, int), palette)
    view.color_by.setCurrentText("distance to a color")
    assert np.isfinite(view.scene.points._data["a_position"]).all()


@pytest.mark.parametrize("n_channels", [1, 2, 3, 4])
def test_palettes_of_which_nothing_else_is_known(view, n_channels):
    colors = np.random.default_rng(1).integers(0, 256, (50, n_channels)).astype(np.uint8)
    palette = Palette(colors[:3], counts=[1, 2, 3])
    view.show_result(colors, np.zeros(50, int), palette)
    bars = np.repeat(palette.rgb[:1], 50, axis=0)
    view.color_by.setCurrentText("cluster color")
    assert np.allclose(view.scene.points._data["a_bg_color"][:, :3], bars, atol=1e-6)
    drawn(view)


def test_colors_are_shown_as_the_image_is(view):
    pixels = np.linspace(0, 200, 500).astype(np.uint8).reshape(20, 25)
    layer = napari_layers.Image(pixels, colormap="viridis", contrast_limits=(50, 150), gamma=0.5)
    display, palette = Source((layer,)).display(), Palette([[60], [120]], [1, 1], dtype=np.uint8)
    colors = pixels.reshape(-1, 1)
    view.show_result(colors, colors[:, 0] > 90, palette, display)
    levels = np.clip((colors[:, 0] - 50.0) / 100, 0, 1)
    assert np.allclose(view.scene.points._data["a_position"], levels[:, None], atol=1e-6)
    shown = layer.colormap.map(levels**0.5)[:, :3]
    assert np.allclose(view.scene.points._data["a_bg_color"][:, :3], shown, atol=1e-6)
    layer.contrast_limits = (0, 255)
    view.show_result(colors, colors[:, 0] > 90, palette, Source((layer,)).display())
    assert np.allclose(view.scene.points._data["a_position"], colors / 255, atol=1e-6)


# -- the mouse, the keyboard


def test_clicking_a_point_measures_from_it(view, qtbot):
    rgb = pixels()[0] / 255
    seen, _ = view.scene.project(rgb)
    stars, _ = view.scene.project(PALETTE.rgb)
    apart = np.linalg.norm(seen[:, None] - seen[None], axis=2) + 99 * np.eye(len(seen))
    apart = np.minimum(apart.min(axis=1), np.linalg.norm(seen[:, None] - stars, axis=2).min(1) - 20)
    loneliest = int(apart.argmax())
    with qtbot.waitSignal(view.reference_picked) as signal:
        click(qtbot, view, seen[loneliest] + [3, 0])
    assert signal.args[0].tolist() == pixels()[0][loneliest].tolist()
    assert view.color_by.currentText() == "distance to a color"
    assert np.allclose(view.scene._ring._data["a_position"], rgb[loneliest], atol=1e-5)


def test_clicking_a_star_measures_from_the_center(view, qtbot):
    seen, _ = view.scene.project(PALETTE.rgb)
    with qtbot.waitSignal(view.reference_picked) as signal:
        click(qtbot, view, seen[2] + [2, 3])
    assert signal.args[0].tolist() == CENTERS[2].tolist()


def test_of_points_one_behind_the_other_the_nearest_is_picked(view, qtbot):
    line = np.array([view.scene.camera.center] * 2)
    camera = view.scene.camera
    azimuth, elevation = np.radians([camera.azimuth, camera.elevation])
    to_camera = np.array(
        [
            np.sin(azimuth) * np.cos(elevation),
            -np.cos(azimuth) * np.cos(elevation),
            np.sin(elevation),
        ]
    )
    line[1] += 0.2 * to_camera
    for order in ([0, 1], [1, 0]):
        view.show_result(line[order], np.zeros(2, int), Palette([[0.0, 0, 0]], value_range=(0, 1)))
        seen, _ = view.scene.project(line[order])
        assert np.allclose(seen[0], seen[1], atol=0.1)
        with qtbot.waitSignal(view.reference_picked) as signal:
            click(qtbot, view, seen[0])
        assert signal.args[0] == pytest.approx(line[1])


def test_clicking_nothing_picks_nothing(view, qtbot):
    with qtbot.assertNotEmitted(view.reference_picked):
        click(qtbot, view, (4, 4))
    assert view.color_by.currentText() == "own color"


def test_dragging_turns_the_view_and_picks_nothing(view, qtbot):
    native = view.scene.canvas.native
    seen, _ = view.scene.project(PALETTE.rgb)
    start = QPoint(*np.rint(seen[1]).astype(int))
    azimuth = view.scene.camera.azimuth
    with qtbot.assertNotEmitted(view.reference_picked):
        qtbot.mousePress(native, Qt.MouseButton.LeftButton, pos=start)
        for step in range(1, 6):
            qtbot.mouseMove(native, start + QPoint(8 * step, 0))
        qtbot.mouseRelease(native, Qt.MouseButton.LeftButton, pos=start + QPoint(40, 0))
    view.scene.camera.azimuth = azimuth + 20
    view.scene.camera.scale_factor *= 0.5
    qtbot.mouseClick(view.home, Qt.MouseButton.LeftButton)
    assert view.scene.camera.azimuth == pytest.approx(azimuth)


def test_hovering_over_a_star_tells_its_color_and_share(view, qtbot):
    native = view.scene.canvas.native
    seen, _ = view.scene.project(PALETTE.rgb)
    qtbot.mouseMove(native, QPoint(*np.rint(seen[1]).astype(int)))
    qtbot.waitUntil(lambda: native.toolTip() == "#14a03c · 50.0%", timeout=60_000)
    qtbot.wait(30)  # vispy drops moves that follow each other within 10 ms
    qtbot.mouseMove(native, QPoint(4, 4))
    qtbot.waitUntil(lambda: native.toolTip() == "", timeout=60_000)


def test_hovering_over_a_star_tells_its_name(view, qtbot):
    names = [f"no. {k}" for k in range(len(PALETTE))]
    view.show_result(*pixels(), PALETTE.named(names))
    native = view.scene.canvas.native
    seen, _ = view.scene.project(PALETTE.rgb)
    qtbot.mouseMove(native, QPoint(*np.rint(seen[1]).astype(int)))
    qtbot.waitUntil(lambda: native.toolTip() == "no. 1 · #14a03c · 50.0%", timeout=60_000)


def test_keys_turn_and_zoom(view, qtbot):
    native, camera = view.scene.canvas.native, view.scene.camera
    native.setFocus()
    before = camera.get_state()
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Up, Qt.Key.Key_Plus):
        qtbot.keyClick(native, key)
    assert camera.azimuth == before["azimuth"] + 5
    assert camera.elevation == before["elevation"] + 5
    assert camera.scale_factor < before["scale_factor"]
    qtbot.keyClick(native, Qt.Key.Key_A)
    qtbot.mouseClick(view.home, Qt.MouseButton.LeftButton)
    assert camera.scale_factor == pytest.approx(before["scale_factor"])


def test_a_view_that_the_user_chose_survives_a_resize(view, qtbot):
    view.scene.camera.scale_factor *= 0.5
    chosen = view.scene.camera.scale_factor
    view.resize(400, 400)
    native = view.scene.canvas.native
    qtbot.waitUntil(lambda: 0 <= 400 - native.width() < 20, timeout=60_000)
    assert view.scene.camera.scale_factor == chosen


def test_every_control_says_what_it_is(view):
    for control in (view.space, view.color_by, view.n_points, view.home, view.save):
        assert control.accessibleName()
        assert control.toolTip()
        assert control.focusPolicy() & Qt.FocusPolicy.TabFocus
    assert [view.space.itemText(i) for i in range(3)] == ["RGB", "Lab", "Oklab"]
    view.resize(300, 220)
    assert (view.width(), view.height()) == (300, 220)


# -- the theme


def test_the_background_follows_the_theme(view, qtbot):
    for shade, ink in ((20, 230), (235, 20)):
        palette = QPalette()
        palette.setColor(QPalette.ColorRole.Window, QColor(shade, shade, shade))
        palette.setColor(QPalette.ColorRole.WindowText, QColor(ink, ink, ink))
        view.setPalette(palette)
        assert np.abs(drawn(view)[2, 2] - shade).max() <= 1


# -- pictures


def test_saving_a_picture(view, tmp_path):
    path = tmp_path / "colors.png"
    view.save_picture(path)
    with Image.open(path) as picture:
        assert picture.format == "PNG"
        assert picture.size == tuple(2 * n for n in view.scene.canvas.physical_size)
        saved = np.asarray(picture.convert("RGB")).astype(int)
    seen, _ = view.scene.project(PALETTE.rgb)
    for color, (x, y) in zip(CENTERS, np.rint(2 * seen).astype(int), strict=True):
        assert np.abs(saved[y, x] - color).max() <= 3
    assert [child.name for child in tmp_path.iterdir()] == ["colors.png"]


def test_saving_leaves_the_view_as_it_was(view, tmp_path):
    before = drawn(view)
    view.save_picture(tmp_path / "colors.png")
    assert np.array_equal(drawn(view), before)


def test_the_color_bar_is_saved_as_well(view, tmp_path):
    view.color_by.setCurrentText("distance to a color")
    view.save_picture(tmp_path / "colors.png")
    with Image.open(tmp_path / "colors.png") as picture:
        height = picture.size[1]
        saved = np.asarray(picture.convert("RGB")).astype(int)
    assert height == 2 * (view.scene.canvas.size[1] + view.bar.height())
    yellow = np.abs(saved[-2 * view.bar.height() :] - [253, 231, 37]).max(axis=-1) < 12
    assert yellow.sum() > 20


def test_a_picture_that_cannot_be_written(view, tmp_path):
    (tmp_path / "taken.png").mkdir()
    for path in (tmp_path / "missing" / "colors.png", tmp_path / "taken.png"):
        with pytest.raises(OSError, match=r"missing|taken"):
            view.save_picture(path)
    assert [child.name for child in tmp_path.iterdir()] == ["taken.png"]


def test_the_save_button(view, qtbot, tmp_path, monkeypatch):
    told = []
    assert view._status.isHidden()
    for path in (None, tmp_path / "colors.png", tmp_path / "missing" / "colors.png"):
        monkeypatch.setattr(files, "ask_path", lambda *_, path=path: path)
        qtbot.mouseClick(view.save, Qt.MouseButton.LeftButton)
        told.append(view._status.text())
    assert [child.name for child in tmp_path.iterdir()] == ["colors.png"]
    assert told[:2] == ["", "Saved colors.png"]
    assert told[2].startswith("Not saved: ")
    assert view._status.isVisible()


# -- docks


def test_a_hidden_view_draws_when_it_is_shown(view):
    view.hide()
    colors, labels = pixels(300, seed=5)
    view.show_result(colors, labels, PALETTE)
    assert len(view.scene.points._data) == 2000
    view.show()
    assert np.allclose(view.scene.points._data["a_position"], colors / 255)


def test_without_opengl_it_says_so(qtbot, monkeypatch, tmp_path):
    monkeypatch.setattr(module, "gl_is_available", lambda: False)
    view = ColorSpaceView()
    qtbot.addWidget(view)
    view.show()
    assert any("OpenGL" in label.text() for label in view.findChildren(QLabel))
    view.show_result(*pixels(), PALETTE)
    view.set_reference([1, 2, 3])
    view.color_by.setCurrentIndex(2)
    view.clear()
    assert not view.save.isEnabled()
    with pytest.raises(RuntimeError, match="OpenGL"):
        view.save_picture(tmp_path / "colors.png")


def test_a_scene_that_cannot_be_made_is_no_crash(qtbot, monkeypatch):
    def fail(parent):
        raise RuntimeError("no driver")

    monkeypatch.setattr(module, "ColorSpaceScene", fail)
    view = ColorSpaceView()
    qtbot.addWidget(view)
    assert view.scene is None


def test_a_deleted_canvas_is_no_crash(view, qtbot):
    view.scene.canvas.native.deleteLater()
    qtbot.waitUntil(lambda: view.scene is None, timeout=60_000)
    view.show_result(*pixels(), PALETTE)
    view.set_reference([1, 2, 3])
    view.home.click()
    view.clear()


def test_docked_closed_reopened_and_torn_off(make_napari_viewer, qtbot):
    viewer = make_napari_viewer(show=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        view = ColorSpaceView()
        dock = viewer.window.add_dock_widget(view, name="Colors in 3-D")
    view.show_result(*pixels(), PALETTE)
    qtbot.waitUntil(lambda: view.scene.canvas.native.isValid(), timeout=60_000)
    dock.close()
    view.show_result(*pixels(), PALETTE)
    dock.show()
    qtbot.waitUntil(view.isVisible, timeout=60_000)
    assert np.abs(star_colors(view) - CENTERS).max() <= 3
    view.scene.camera.azimuth = 50
    for floating in (True, False):
        native = view.scene.canvas.native
        dock.setFloating(floating)
        qtbot.waitUntil(
            lambda old=native: view.scene and view.scene.canvas.native is not old, timeout=60_000
        )
        qtbot.waitUntil(lambda: view.scene.canvas.native.isValid(), timeout=60_000)
        assert np.abs(star_colors(view) - CENTERS).max() <= 3
        assert view.scene.camera.azimuth == 50
    viewer.window.remove_dock_widget(dock)
    view.close()
    view.deleteLater()
    qtbot.wait(10)
    gc.collect()


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_it_takes_naparis_theme(make_napari_viewer, qtbot, theme):
    viewer = make_napari_viewer(show=True)
    view = ColorSpaceView()
    viewer.window.add_dock_widget(view, name="Colors in 3-D")
    viewer.theme = theme
    view.show_result(*pixels(), PALETTE)
    qtbot.waitUntil(lambda: view.scene.canvas.native.isValid(), timeout=60_000)
    assert (drawn(view)[2, 2].mean() < 128) == (theme == "dark")


def test_other_kinds_of_pictures_are_refused(view, tmp_path):
    with pytest.raises(ValueError, match=r"must end in \.png, got 'colors.jpg'"):
        view.save_picture(tmp_path / "colors.jpg")
    assert list(tmp_path.iterdir()) == []


def test_the_file_is_called_as_the_image(view, qtbot, monkeypatch):
    asked = []
    monkeypatch.setattr(files, "ask_path", lambda *given: asked.append(given[1:3]))
    view.name = "coffee"
    qtbot.mouseClick(view.save, Qt.MouseButton.LeftButton)
    assert asked == [("Save picture", "coffee colors.png")]
