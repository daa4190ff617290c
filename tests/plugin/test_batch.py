"""Many images in one palette: layers and files, one after the other."""

from __future__ import annotations

import warnings

import dask.array as da
import numpy as np
import pandas as pd
import pytest
import tifffile
from napari.layers import Image, Labels
from pictures import COFFEE, GREY, PHOTO, in_colors, rgb, run_steps, same_result, state_of
from PIL import Image as Pillow

from napari_kmeans_quantizer import (
    Palette,
    Progress,
    completed,
    fit_palette,
    quantize,
    read_palette,
)
from napari_kmeans_quantizer.plugin import pipeline
from napari_kmeans_quantizer.plugin.batch import Batch, Item, Order
from napari_kmeans_quantizer.plugin.first_use import FirstUse
from napari_kmeans_quantizer.plugin.models.picture_file import PictureFile
from napari_kmeans_quantizer.plugin.models.settings import Settings
from napari_kmeans_quantizer.plugin.models.source import Source
from napari_kmeans_quantizer.plugin.models.targets import targets

INSIDE = np.zeros((20, 30), bool)
INSIDE[3:9, 4:20] = True
REGION = Labels(INSIDE.astype(int), name="region")
RNG = np.random.default_rng(1)
OTHERS = [RNG.integers(0, 256, (20, 30, 3)).astype(np.uint8) // n for n in (1, 2, 3)]


def photo(*args, **options):
    return Source((rgb(*args, **options),))


def items(sources):
    return tuple(Item(source.main, source.region) for source in sources)


def batch(order):
    made = []
    return made, completed(Batch(order, made.append).steps())


@pytest.fixture
def saved(tmp_path):
    """Write pictures, and return them as files."""

    def saved(name, pixels):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".tif":
            tifffile.imwrite(path, pixels)
        else:
            Pillow.fromarray(pixels).save(path)
        return PictureFile(path)

    return saved


# -- one palette, fitted over all


def test_it_is_fitted_over_exactly_the_pixels_in_the_regions():
    layers = [rgb(pixels, name=f"photo {n}") for n, pixels in enumerate(OTHERS)]
    order = Order(tuple(Item(layer, REGION) for layer in layers), Settings(5))
    made, outcome = batch(order)
    palette = fit_palette(OTHERS, 5, mask=INSIDE)
    assert np.array_equal(outcome.palette.colors, palette.colors)
    assert np.array_equal(outcome.palette.counts, palette.counts)
    for product, pixels in zip(made, OTHERS, strict=True):
        same_result(product.state.result, quantize(pixels, palette=palette, mask=INSIDE))
    shares = np.array([one.shares[0, 0] for one in outcome.measured.values()])
    assert np.allclose(shares.sum(axis=1), 1)
    assert list(outcome.measured) == ["photo 0", "photo 1", "photo 2"]


def test_it_has_no_part_in_pixels_without_data():
    holes = PHOTO.astype(float) / 255
    holes[INSIDE] = np.nan
    layers = [rgb(holes, name="holes"), rgb(OTHERS[1] / 255, name="whole")]
    _, outcome = batch(Order(items(Source((x,)) for x in layers), Settings(4)))
    palette = fit_palette([holes, OTHERS[1] / 255], 4, mask=[~INSIDE, None])
    assert np.array_equal(outcome.palette.colors, palette.colors)
    assert outcome.errors == {}


def test_numbers_of_one_kind_mean_the_same_whatever_the_contrast_limits_are():
    deep = [(pixels[..., 0].astype(np.uint16) * 20) for pixels in OTHERS]
    layers = [
        Image(pixels, name=str(high), contrast_limits=(0, high))
        for pixels, high in zip(deep, (4095, 9000, 65535), strict=True)
    ]
    made, outcome = batch(Order(tuple(map(Item, layers)), Settings(4)))
    palette = fit_palette(deep, 4)
    assert np.array_equal(outcome.palette.colors, palette.colors)
    for product, pixels in zip(made, deep, strict=True):
        same_result(product.state.result, quantize(pixels, palette=palette))


def test_names_hold_in_all_of_them():
    layers = [rgb(pixels, name=f"photo {n}") for n, pixels in enumerate(OTHERS)]
    made, _ = batch(Order(tuple(map(Item, layers)), Settings(5)))
    first, *others = (product.state for product in made)
    assert all(first.has_colors_of(other) for other in others)
    assert [first.places_in(other, [2]) for other in others] == [[2], [2]]


def test_what_cannot_be_fitted_to_is_told_and_the_others_are_done(saved, tmp_path):
    (tmp_path / "notes.png").write_text("no picture")
    sources = [
        photo(np.full((9, 9, 3), np.nan), name="bad"),
        photo(name="good"),
        Source((Image(GREY, name="grey"),)),
    ]
    order = Order((*items(sources), Item(PictureFile(tmp_path / "notes.png"))), Settings(3))
    _, outcome = batch(order)
    assert list(outcome.measured) == ["good"]
    assert np.array_equal(outcome.palette.colors, fit_palette([PHOTO], 3).colors)
    assert list(outcome.errors) == ["bad", "grey", "notes.png"]
    assert "no picture" in outcome.errors["notes.png"]


def test_if_none_can_be_fitted_to_there_is_only_the_table_of_errors(tmp_path):
    order = Order(
        items([photo(np.full((9, 9, 3), np.nan), name="bad")]), Settings(3), folder=tmp_path
    )
    made, outcome = batch(order)
    assert (made, outcome.measured, outcome.palette) == ([], {}, None)
    table = pd.read_csv(tmp_path / "table.csv")
    assert table["image"].tolist() == ["bad"]
    assert "has no pixel with data" in table["error"][0]


# -- files


def test_files_are_painted_beside_layers_and_measured(saved, tmp_path):
    files = [saved(f"slide {n}.png", pixels) for n, pixels in enumerate(OTHERS)]
    images = [rgb(PHOTO, name="photo"), *files]
    out = tmp_path / "out"
    where = targets(images, out, 5)
    order = Order(tuple(map(Item, images, [None] * 4, where)), Settings(5), folder=out)
    made, outcome = batch(order)
    pixels = [PHOTO, *OTHERS]
    palette = fit_palette(pixels, 5)
    assert [product.state.source.name for product in made] == ["photo"]
    names = ["photo-5-colors.png", *(f"slide {n}-5-colors.png" for n in range(3))]
    assert sorted(path.name for path in out.iterdir()) == ["palette.gpl", *names, "table.csv"][:6]
    for name, picture in zip(names, pixels, strict=True):
        expected = quantize(picture, palette=palette).image
        with Pillow.open(out / name) as painted:
            assert painted.mode == "P"
            assert np.array_equal(np.asarray(painted.convert("RGB")), expected)
    assert read_palette(out / "palette.gpl").hex == palette.hex
    table = pd.read_csv(out / "table.csv")
    assert table.groupby("image")["pixels"].sum().tolist() == [600] * 4
    expected = quantize(OTHERS[2], palette=palette).palette.counts
    assert table[table["image"] == "slide 2.png"]["pixels"].tolist() == expected.tolist()
    assert outcome.n_written == 4


def test_the_region_of_a_file_counts_in_its_pixels(saved):
    placed = Labels(INSIDE.astype(int), scale=(0.5, 0.5), translate=(7, 3), units=("um", "um"))
    _, outcome = batch(Order((Item(saved("a.png", PHOTO), placed),), Settings(3)))
    expected = quantize(PHOTO, palette=outcome.palette, mask=INSIDE).palette.counts
    assert outcome.measured["a.png"].counts[0, 0].tolist() == expected.tolist()
    assert outcome.measured["a.png"].pixel_size is None


def test_files_of_other_kinds_share_a_palette(saved):
    grey = (GREY.astype(np.uint16) * 257) + 3
    files = [saved("a.png", GREY), saved("b.png", OTHERS[0]), saved("c.tif", grey)]
    _, outcome = batch(Order(tuple(map(Item, files)), Settings(6)))
    as_deep = [np.stack([x] * 3, -1) for x in (GREY.astype(np.uint16) * 257, grey)]
    palette = fit_palette([as_deep[0], OTHERS[0].astype(np.uint16) * 257, as_deep[1]], 6)
    assert np.array_equal(outcome.palette.colors, palette.colors)
    assert outcome.errors == {}
    assert list(outcome.measured) == ["a.png", "b.png", "c.tif"]


def test_grey_files_share_greys(saved):
    files = [saved("a.png", GREY), saved("b.png", GREY // 2)]
    _, outcome = batch(Order(tuple(map(Item, files)), Settings(4, color_space="lab")))
    assert np.array_equal(outcome.palette.colors, fit_palette([GREY, GREY // 2], 4).colors)
    assert outcome.errors == {}


def test_names_are_those_of_the_command_line(tmp_path):
    files = [PictureFile(tmp_path / name) for name in ("a.png", "a.jpg", "b.tif")]
    files.append(PictureFile(tmp_path / "below" / "a.png", below := files[0].folder / "below"))
    (tmp_path / "b.tif").write_bytes(b"II*\0")
    layers = [rgb(name="photo: 1/2"), Image(GREY.astype(float), name="heights")]
    found = targets([*files, *layers], tmp_path / "out", 8)
    assert [path.relative_to(tmp_path / "out").as_posix() for path in found] == [
        "a-png-8-colors.png",
        "a-jpg-8-colors.png",
        "b-8-colors.tif",
        f"{below}/a-8-colors.png",
        "photo_ 1_2-8-colors.png",
        "heights-8-colors.tif",
    ]


def test_a_file_that_appears_meanwhile_is_not_replaced(saved, tmp_path):
    file, target = saved("a.png", PHOTO), tmp_path / "out.png"
    target.write_bytes(b"mine")
    order = Order((Item(file, None, target),), Settings(3))
    _, outcome = batch(order)
    assert outcome.errors["a.png"].startswith("out.png: exists already.")
    assert target.read_bytes() == b"mine"
    _, outcome = batch(Order((Item(file, None, target),), Settings(3), overwrite=True))
    assert outcome.errors == {}
    assert target.read_bytes()[:4] == b"\x89PNG"


def test_what_was_done_before_it_was_ended_stays_and_is_in_the_table(saved, tmp_path):
    files = [saved(f"{n}.png", pixels) for n, pixels in enumerate(OTHERS)]
    out = tmp_path / "out"
    where = targets(files, out, 3)
    order = Order(tuple(map(Item, files, [None] * 3, where)), Settings(3), folder=out)
    steps = Batch(order, print).steps()
    while not next(steps).stage.startswith("2 of 3"):
        pass
    steps.close()
    assert sorted(path.name for path in out.iterdir()) == [
        "0-3-colors.png", "palette.gpl", "table.csv"
    ]  # fmt: skip
    assert set(pd.read_csv(out / "table.csv")["image"]) == {"0.png"}


# -- given colors


def test_names_and_background_go_along_with_the_colors():
    origin = state_of(rgb(PHOTO, name="origin"), Settings(4)).renamed(1, "DAB")
    origin = origin.with_background(0, True)
    order = Order(
        items([photo(OTHERS[0], name="other")]),
        origin.settings,
        origin.palette,
        origin,
        origin.background,
    )
    ([product], outcome) = batch(order)
    assert product.state.background == {0}
    assert product.state.name(1) == "DAB"
    assert list(outcome.measured) == ["origin", "other"]
    assert outcome.measured["other"].background == {0}
    assert outcome.measured["other"].names[1] == "DAB"


# -- progress


def test_images_are_told_by_number_and_name():
    sources = [photo(name=name) for name in "abc"]
    told, _ = run_steps(Batch(Order(items(sources), Settings(3)), print).steps())
    assert all(isinstance(step, Progress) for step in told)
    fractions = [step.fraction for step in told]
    assert fractions == sorted(fractions)
    assert 0 <= fractions[0] < fractions[-1] <= 1
    numbered = [step.stage for step in told if " of 3: " in step.stage]
    assert numbered[0] == "1 of 3: a, 0 %"
    assert {stage.split(",")[0] for stage in numbered} == {"1 of 3: a", "2 of 3: b", "3 of 3: c"}
    looked_at = dict.fromkeys(step.stage for step in told if "One palette" in step.stage)
    assert list(looked_at) == [
        "One palette: 1 of 3, a",
        "One palette: 2 of 3, b",
        "One palette: 3 of 3, c",
        "One palette: fitting the colors",
    ]


def test_lazy_layers_are_read_in_steps_for_the_palette_and_to_be_painted():
    lazy = da.from_array(PHOTO, chunks=(1, 30, 3))
    order = Order((Item(Image(lazy, rgb=True, name="lazy")),), Settings(3))
    told, outcome = run_steps(Batch(order, print).steps())
    assert np.array_equal(outcome.palette.colors, fit_palette([PHOTO], 3).colors)
    read = [step.fraction for step in told if step.stage == "One palette: 1 of 1, lazy"]
    assert len(read) >= 5
    assert read == sorted(read)
    assert len([step for step in told if step.stage.startswith("1 of 1: lazy")]) >= 5


def test_it_waits_for_what_is_compiled(monkeypatch):
    first = FirstUse()
    first._begun, first.progress = True, Progress("Preparing, once: 12 of 40", 0.0)
    monkeypatch.setattr(pipeline, "FIRST_USE", first)
    steps = Batch(Order(items([photo()]), Settings(3)), print).steps()
    assert [next(steps) for _ in range(2)] == [first.progress] * 2


def test_no_thread_sets_warnings_aside_for_the_layer_of_a_file(monkeypatch, saved):
    from napari_kmeans_quantizer.plugin.models.picture_file import source_of

    picture = completed(saved("a.png", COFFEE).reading())

    def refuse(self):
        raise AssertionError("warnings are set aside")

    source_of(picture, "a", REGION)
    monkeypatch.setattr(warnings.catch_warnings, "__enter__", refuse)
    source_of(picture, "a", REGION)


# -- what fails


def test_what_cannot_be_painted_does_not_stop_the_others():
    palette = quantize(PHOTO, 3).palette
    nothing = Labels(np.zeros((20, 30), int), name="nothing")
    sources = [
        photo(np.full((9, 9, 3), np.nan), name="bad"),
        photo(name="good"),
        Source((Image(GREY, name="grey"),)),
        Source((rgb(name="masked"),), nothing),
        photo(PHOTO[::-1], name="better"),
    ]
    products, failures = in_colors(sources, palette)
    assert [product.state.source.name for product in products] == ["good", "better"]
    same_result(products[0].state.result, quantize(PHOTO, palette=palette))
    same_result(products[1].state.result, quantize(PHOTO[::-1], palette=palette))
    assert list(failures) == ["bad", "grey", "masked"]
    assert '"bad" has no pixel with data' in failures["bad"]
    assert 'region "nothing" holds no pixel' in failures["masked"]


def test_lack_of_memory_for_one_does_not_stop_the_others(monkeypatch):
    steps = pipeline.quantize_steps

    def scarce(array, **options):
        if len(array) > 20:
            raise MemoryError
        return (yield from steps(array, **options))

    monkeypatch.setattr(pipeline, "quantize_steps", scarce)
    sources = [photo(np.concatenate([PHOTO, PHOTO]), name="large"), photo()]
    products, failures = in_colors(sources, Palette([[1, 2, 3]]))
    assert [product.state.source.main for product in products] == [sources[1].main]
    assert list(failures) == ["large"]


def test_a_fault_of_ours_is_not_taken_for_one_of_the_image(monkeypatch):
    def steps(*_, **__):
        raise KeyError("fault")
        yield

    monkeypatch.setattr(pipeline, "quantize_steps", steps)
    with pytest.raises(KeyError):
        in_colors([photo()], Palette([[1, 2, 3]]))
