"""The figure of several results: their pictures in rows, such as K = 2 to 10."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from napari_kmeans_quantizer.core.arguments import check_count
from napari_kmeans_quantizer.core.quantization import Quantization
from napari_kmeans_quantizer.core.report import quality_text

from .page import GAP, GREY, MARGIN, WIDTH, new_page
from .pictures import (
    ORIGINAL,
    TITLE,
    Picture,
    draw_picture,
    height_of,
    middle_plane,
    shown,
    shown_original,
    told_plane,
)
from .result import cell_width

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure
    from numpy.typing import ArrayLike

NARROWEST = 1.9
"""Inches, of a picture: room for its title. More than five columns make the page wider."""
PLACE = 0.25
"""Inches, at the bottom, for which plane is shown."""


def plot_grid(
    image: ArrayLike | None,
    results: Mapping[int, Quantization] | Iterable[Quantization],
    *,
    columns: int = 3,
) -> Figure:
    """Return a figure of several results of one image, such as K = 2 to 10 as 3 x 3 pictures.

    Of a stack the middle plane is shown. Parts without color are transparent. Of lazy pictures as
    little is read as by `Quantization.plot`.

    Parameters
    ----------
    image : array_like or None
        The image that was quantized, which then comes first.
    results : mapping of int to Quantization, or iterable of Quantization
        What came out, in this order.
    columns : int, optional
        Pictures in a row.

    Returns
    -------
    matplotlib.figure.Figure
        Pictures with titles such as "K = 4, 31.2 dB". Nothing is opened or kept by matplotlib:
        ``figure.savefig("grid.png")`` writes it, and notebooks show it.

    Raises
    ------
    TypeError
        If `results` are none of `quantize`.
    ValueError
        If there are no results, they or `image` differ in shape, or `columns` is no number of them.

    See Also
    --------
    Quantization.plot : A figure of one result, with its colors.

    Examples
    --------
    >>> from skimage.data import coffee
    >>> from napari_kmeans_quantizer import quantize
    >>> image = coffee()[::4, ::4]
    >>> figure = plot_grid(None, {k: quantize(image, k) for k in range(2, 5)})
    >>> [axes.get_title() for axes in figure.axes]
    ['K = 2, 16.3 dB', 'K = 3, 19.5 dB', 'K = 4, 22.2 dB']
    """
    found = _checked(results)
    check_count("columns", columns)
    width = _cell_width(len(found) + (image is not None), int(columns))
    pictures = []
    if image is not None:
        pictures.append(Picture(ORIGINAL, shown_original(image, found[0], width)))
    for q in found:
        title = f"K = {len(q.palette)}, {quality_text(q)}"
        pictures.append(Picture(title, shown(q.image, q, width)))
    shape = found[0].labels.shape
    return grid_figure(pictures, int(columns), told_plane(middle_plane(shape), shape))


def _checked(results: Mapping[int, Quantization] | Iterable[Quantization]) -> list[Quantization]:
    """Return the results in their order, or say why they are none of one image."""
    if isinstance(results, Quantization) or not isinstance(results, Iterable):
        raise TypeError(
            "`results` must be a mapping such as {4: quantize(image, 4)}, or a sequence of "
            f"Quantization, got {type(results).__name__}. Of one result, see its `plot`."
        )
    named = dict(results) if isinstance(results, Mapping) else dict(enumerate(results))
    if not named:
        raise ValueError("`results` must hold at least one Quantization, and is empty.")
    for key, q in named.items():
        if not isinstance(q, Quantization):
            raise TypeError(f"`results[{key!r}]` must be a Quantization, got {type(q).__name__}.")
    found = list(named.values())
    for key, q in named.items():
        if q.image.shape != found[0].image.shape:
            raise ValueError(
                f"`results` must be of one image: `results[{key!r}]` has the shape "
                f"{q.image.shape}, and the first one {found[0].image.shape}."
            )
    return found


def _cell_width(n_pictures: int, columns: int) -> float:
    columns = min(columns, n_pictures)
    return max(cell_width(columns), NARROWEST)


def grid_figure(pictures: Sequence[Picture], columns: int, place: str = "") -> Figure:
    """Return a figure of pictures in rows; at the bottom it tells the `place` in a stack."""
    columns = min(columns, len(pictures))
    rows = -(-len(pictures) // columns)
    width = _cell_width(len(pictures), columns)
    tall = height_of(pictures, width)
    bottom = MARGIN + bool(place) * PLACE
    step = TITLE + tall
    page = new_page(
        max(WIDTH, 2 * MARGIN + columns * (width + GAP) - GAP), bottom + rows * step + MARGIN
    )
    for index, picture in enumerate(pictures):
        row, column = divmod(index, columns)
        left = MARGIN + column * (width + GAP)
        draw_picture(page, picture, left, bottom + (rows - 1 - row) * step, width, tall)
    if place:
        across, up = page.get_size_inches()
        page.text(MARGIN / across, MARGIN / up, place.capitalize(), fontsize=9, color=GREY)
    return page
