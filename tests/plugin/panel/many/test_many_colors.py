"""Many images in one palette: fitted over all, or that of a result."""

from __future__ import annotations

import numpy as np
from asking import SLIDES, SQUARE, inside, labels

from napari_kmeans_quantizer import fit_palette, quantize
from napari_kmeans_quantizer.plugin.views.many.model import REGION


class TestOnePalette:
    def test_three_slides_in_one_palette_within_what_is_drawn_take_three_clicks(
        self, viewer, slides, asked, done
    ):
        viewer.add_shapes([SQUARE], shape_type="polygon", name="tumor")
        person = asked()
        assert person.names == {"slide 1": True, "slide 2": True, "slide 3": True}
        person.click(person.dialog.drawn)
        person.run()
        done()
        assert person.clicks == 3
        masks = [inside(x.shape) for x in SLIDES]
        palette = fit_palette(SLIDES, 5, mask=masks)
        for n, (pixels, mask) in enumerate(zip(SLIDES, masks, strict=True), start=1):
            expected = quantize(pixels, palette=palette, mask=mask).labels + 1
            assert np.array_equal(labels(viewer, f"slide {n}"), np.where(mask, expected, 0))

    def test_a_name_given_later_holds_in_all_of_them(self, viewer, widget, slides, asked, done):
        person = asked()
        person.run()
        done()
        widget.rename(2, "DAB")
        widget.set_background({0})
        for layer in slides:
            widget.image.value = layer
            assert widget.state.name(2) == "DAB"
            assert widget.state.background == {0}
            names = viewer.layers[f"{layer.name} · clusters"].features["name"].tolist()
            assert names.count("DAB") == 1

    def test_each_image_has_its_own_region(self, viewer, slides, asked, done):
        mask = np.zeros((60, 60), int)
        mask[4:30, 4:40] = 1
        viewer.add_labels(mask, name="cells")
        person = asked()
        person.choose_region("slide 2", "cells")
        assert person.dialog.region.currentIndex() == -1
        person.run()
        done()
        where = mask[: SLIDES[1].shape[0], : SLIDES[1].shape[1]] > 0
        found = labels(viewer, "slide 2")
        assert (found[: len(where)][~where[: len(found)]] == 0).all()
        assert (labels(viewer, "slide 1") > 0).all()

    def test_the_region_of_all_is_that_of_the_ticked_ones_that_are_seen(
        self, viewer, slides, asked
    ):
        viewer.add_labels(np.ones((60, 60), int), name="cells")
        person = asked()
        person.tick("slide 2")
        person.dialog.filter.setText("slide")
        person.pick(person.dialog.region, "cells")
        regions = {name: person.place(name, REGION).data() for name in person.names}
        assert regions == {"slide 1": "cells", "slide 2": "everything", "slide 3": "cells"}
        person.dialog.reject()

    def test_regions_are_those_of_the_last_results_or_the_panel(
        self, viewer, widget, slides, asked, run
    ):
        cells = viewer.add_labels(np.ones((60, 60), int), name="cells")
        tumor = viewer.add_labels(np.ones((60, 60), int), name="tumor")
        widget.image.value, widget.region.value = slides[1], cells
        run(widget)
        widget.region.value = tumor
        person = asked()
        regions = {name: person.place(name, REGION).data() for name in person.names}
        assert regions == {"slide 1": "tumor", "slide 2": "cells", "slide 3": "tumor"}
        person.dialog.reject()

    def test_each_slide_gets_the_shapes_that_lie_on_it(self, viewer, widget, asked):
        for n in range(2):
            viewer.add_image(SLIDES[0], name=f"slide {n}", translate=(0, 200 * n))
            viewer.add_shapes(
                [SQUARE], shape_type="polygon", name=f"tumor {n}", translate=(0, 200 * n)
            )
        viewer.add_image(SLIDES[0], name="apart", translate=(500, 0))
        person = asked()
        person.click(person.dialog.drawn)
        regions = {name: person.place(name, REGION).data() for name in person.names}
        assert regions == {"slide 0": "tumor 0", "slide 1": "tumor 1", "apart": "everything"}
        assert "On 1 image there is not exactly one" in person.dialog.trouble.text()
        person.dialog.reject()

    def test_a_slide_between_two_that_are_drawn_on_has_nothing_drawn_on_it(
        self, viewer, widget, asked
    ):
        for n in range(3):
            viewer.add_image(SLIDES[0], name=f"slide {n}", translate=(0, 200 * n))
        apart = [SQUARE, SQUARE + np.array([0, 400])]
        drawn = viewer.add_shapes(apart, shape_type="polygon", name="drawn")
        drawn.add_paths([[[5, 205], [9, 220]]])  # encloses nothing
        person = asked()
        person.click(person.dialog.drawn)
        regions = {name: person.place(name, REGION).data() for name in person.names}
        assert regions == {"slide 0": "drawn", "slide 1": "everything", "slide 2": "drawn"}
        person.dialog.reject()

    def test_settings_are_those_of_the_panel_but_for_the_number(
        self, viewer, widget, slides, asked, done, qtbot
    ):
        widget.color_space.value = "lab"
        person = asked()
        number = person.dialog.colors.number
        assert number.value() == 5
        number.selectAll()
        qtbot.keyClicks(number, "3")
        person.run()
        done()
        palette = fit_palette(SLIDES, 3, color_space="lab")
        expected = quantize(SLIDES[2], palette=palette, color_space="lab").labels + 1
        assert np.array_equal(labels(viewer, "slide 3"), expected)
        assert widget.n_colors.value == 5

    def test_images_of_another_kind_cannot_be_ticked(self, viewer, slides, asked):
        viewer.add_image(SLIDES[0][..., 0], name="grey")
        viewer.add_image(SLIDES[0] / 255, rgb=True, name="floats")
        person = asked()
        assert person.names["grey"] is False
        why = {name: person.place(name, 2).data() for name in person.names}
        assert why["grey"] == "It has 1 channel, and most images have 3."
        assert why["floats"] == "It holds float64, and most images uint8."
        person.tick("grey")
        assert person.names["grey"] is False
        person.dialog.reject()

    def test_what_fails_is_a_row_with_its_error(
        self, viewer, widget, slides, asked, done, measured, notices
    ):
        empty = viewer.add_labels(np.zeros((60, 60), int), name="nothing")
        person = asked()
        person.choose_region("slide 2", empty.name)
        person.run()
        done()
        assert widget._busy.status.value == "2 images in the same colors, 1 not."
        assert list(measured.table) == ["slide 1", "slide 3"]
        assert 'region "nothing" holds no pixel' in measured.done[0].errors["slide 2"]
        assert "slide 2 · clusters" not in viewer.layers


class TestColorsOfAResult:
    def test_they_are_chosen_if_there_is_a_result(self, viewer, widget, slides, asked, run, done):
        run(widget)
        before = labels(viewer, "slide 1").copy()
        person = asked()
        assert person.dialog.colors.offers[0].isChecked()
        assert person.dialog.colors.offers[0].text() == "those of slide 1"
        assert person.names == {"slide 1": False, "slide 2": True, "slide 3": True}
        person.run()
        done()
        palette = quantize(SLIDES[0], 5).palette
        for n in (2, 3):
            expected = quantize(SLIDES[n - 1], palette=palette).labels + 1
            assert np.array_equal(labels(viewer, f"slide {n}"), expected)
        assert np.array_equal(labels(viewer, "slide 1"), before)
        assert widget.message == "2 images in the same colors."

    def test_names_and_background_go_along(
        self, viewer, widget, slides, asked, run, done, measured
    ):
        run(widget)
        widget.rename(1, "DAB")
        widget.set_background({0})
        asked().run()
        done()
        widget.image.value = slides[2]
        assert widget.state.name(1) == "DAB"
        assert widget.state.background == {0}
        assert list(measured.table) == ["slide 1", "slide 2", "slide 3"]
        assert {one.background for one in measured.table.values()} == {frozenset({0})}

    def test_a_fit_over_all_takes_the_image_itself_along(self, viewer, widget, slides, asked, run):
        run(widget)
        person = asked()
        person.click(person.dialog.colors.offers[1])
        assert all(person.names.values())
        assert person.dialog.colors.number.isEnabled()
        person.click(person.dialog.colors.offers[0])
        assert person.names == {"slide 1": False, "slide 2": True, "slide 3": True}
        person.dialog.reject()

    def test_apply_palette_asks_with_them(self, viewer, widget, slides, run):
        assert widget.open_apply_palette() is None
        assert "no result yet" in widget.message
        run(widget)
        dialog = widget.open_apply_palette()
        assert dialog.colors.offers[0].isChecked()
        dialog.reject()
