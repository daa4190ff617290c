"""fit_palette(): one palette over many images."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Iterator, Sequence, Sized
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeVar

import numpy as np

from .arguments import as_generator, as_most_colors, check_color_space
from .color_space import color_space_for
from .color_table import matching_rows
from .files.omezarr.source import is_zarr, lazily
from .how_many import FIRST_GUESS, fewest_that_reach
from .joint_fit import Joint, at_elbow, fitting
from .joint_table import counted, joined, together
from .large import Held
from .lazy.arrays import is_lazy
from .lazy.image import LazyImage
from .lazy.steps import surveyed
from .painting import MOST_WHOLE_SWEEPS
from .palette import Palette
from .progress import Progress, completed, retold
from .quantize import quantize
from .request import check_options, requested
from .search.centers import Sought
from .stand_in import sweeper_of
from .units import peak

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from numpy.typing import ArrayLike, NDArray

    from .joint_fit import Fit
    from .joint_table import Counted
    from .request import Request
    from .search.efforts import Effort
    from .sweeps.base import Sweeper
    from .totals import Sweep, Totals
    from .units import Units

    Floats = NDArray[np.float64]
    Images = Iterable[ArrayLike | str | os.PathLike[str]]
    Masks = ArrayLike | Sequence[ArrayLike | None]

Result = TypeVar("Result")

MOST_SWEPT = 1 << 22
"""So many pixels of tables that stand for all are swept one by one."""
MOST_HELD = 1 << 22
"""Values of all images up to which they may be seen any number of times."""
MOST_SWEEPS = 30
"""Over few pixels; never needed."""
FITTING = Progress("Fitting the colors", 1.0)


class Readout(NamedTuple):
    """An image in memory, and how to take it: see `quantize`."""

    image: Any
    channel_axis: int | Literal["auto"] | None = "auto"
    mask: Any = None


class Pending(NamedTuple):
    """An image that is read step by step, whenever it is wanted."""

    name: str
    read: Callable[[], Generator[Progress, None, Readout]]


def fit_palette(
    images: Images,
    n_colors: int | Literal["auto"] = 16,
    *,
    channel_axis: int | Literal["auto"] | None = "auto",
    color_space: Literal["rgb", "lab", "oklab"] = "rgb",
    fixed_colors: ArrayLike | None = None,
    choose_from: Palette | ArrayLike | None = None,
    min_psnr: float | None = None,
    mask: Masks | None = None,
    sample: float | None = None,
    effort: Literal["fast", "balanced", "best"] = "balanced",
    random_state: int | np.random.RandomState | np.random.Generator | None = 0,
) -> Palette:
    """Find one palette for many images, as if they were one.

    Images are looked at one after another, and only one is held at a time: what is kept are at most
    some 100,000 weighted colors. Paint each in the palette by ``quantize(image, palette=palette)``.

    Parameters
    ----------
    images : iterable of array_like or of paths
        Images as of `quantize`, or picture files, which are read as they are meant: upright,
        palettes looked up, transparent pixels left out. They may differ in shape, but not in
        channels or units: images of 8 and of 16 bits do not go together. Every pixel counts the
        same. A generator will do. Lazy arrays, and OME-Zarr or other images in zarr, of which the
        finest level counts, are read chunk by chunk, by dask.
    n_colors : int or "auto", optional
        As of `quantize`; of all images together.
    channel_axis : int, "auto" or None, optional
        As of `quantize`, for all images. "auto": of a picture file what the file says.
    color_space : {"rgb", "lab", "oklab"}, optional
        Where distances are measured and means taken.
    fixed_colors : (F, C) array_like, optional
        Colors that stay in the palette exactly as they are.
    choose_from : Palette or (N, C) array_like, optional
        Colors of which the best are taken.
    min_psnr : float, optional
        dB that all images together are to reach when painted in the palette: the fewest colors are
        taken that do, at most `n_colors`. The images are read some times more, hence they must be
        a list or tuple.
    mask : array_like of bool, or list or tuple of them, optional
        An array: for every image. A list or tuple: one, or None, for each image.
    sample : float or int, optional
        The search sees only this fraction (0 < float <= 1) or number (int) of the pixels of each
        image, drawn at random.
    effort : {"fast", "balanced", "best"}, optional
        How hard the search for the optimum is.
    random_state : int, RandomState, Generator or None, optional
        Source of the random draws; the same number gives the same palette.

    Returns
    -------
    Palette
        Most frequent color first; `dtype` and `value_range` are the images'. The counts are of all
        images together; of cells of a few similar colors all are counted for the color that is
        nearest to their mean.

    Raises
    ------
    OSError
        If a file cannot be read.
    TypeError, ValueError
        As of `quantize`; also if there is no image, or if one differs in channels or units from
        those before. The message tells which one.

    See Also
    --------
    quantize : One image, which may be a stack or a time series.

    Notes
    -----
    One image is held at a time, of a lazy one a few chunks. Up to 65,536 distinct grey values the
    palette is the optimum. Of 8-bit RGB the colors are the means of cells of at most 4 x 4 x 4
    colors. Of other images pixels are drawn at random; if `images` is a list or tuple, the palette
    colors are then brought to the means of all pixels, for which images are read once or twice
    more, and small ones of fewer than 4 million values together some times more.

    Examples
    --------
    >>> import numpy as np
    >>> night, day = np.full((4, 4), 10, np.uint8), np.full((2, 4), 200, np.uint8)
    >>> palette = fit_palette([night, day], 2)
    >>> palette.colors.tolist(), palette.counts.tolist()
    ([[10.0], [200.0]], [16, 8])
    """
    options = {
        "n_colors": n_colors, "color_space": color_space, "fixed_colors": fixed_colors,
        "choose_from": choose_from, "min_psnr": min_psnr, "sample": sample, "effort": effort,
        "random_state": random_state,
    }  # fmt: skip
    return completed(fit_palette_steps(images, mask, channel_axis, None, **options))


def fit_palette_steps(
    images: Iterable[Any],
    masks: Any = None,
    channel_axis: int | Literal["auto"] | None = "auto",
    leave_out: Callable[[int, Exception], object] | None = None,
    **options: Any,
) -> Generator[Progress, None, Palette]:
    """Do what `fit_palette` does, step by step.

    Parameters
    ----------
    images, masks, channel_axis
        As of `fit_palette`; images may be `Pending`, too.
    leave_out : callable, optional
        Gets the number of an image that cannot be taken, and why; the others are fitted to. Without
        it the error is raised.
    **options
        As of `fit_palette`.

    Yields
    ------
    Progress
        The generator returns the palette.
    """
    min_psnr = options.setdefault("min_psnr", None)
    as_most_colors(options["n_colors"], min_psnr)
    given = {name: options.get(name) for name in ("fixed_colors", "choose_from")}
    check_options(min_psnr, options.get("sample"), options.get("effort", "balanced"), **given)
    check_color_space(options.setdefault("color_space", "rgb"))
    options["random_state"] = as_generator(options.get("random_state", 0))
    source = _Source(images, masks, channel_axis, options, leave_out)
    if min_psnr is not None and not source.is_lasting:
        raise TypeError(
            "`min_psnr` needs `images` that can be read more than once: pass a list or tuple, got "
            f"{type(images).__name__}."
        )
    return (yield from _fitted(source, options["color_space"], min_psnr))


def _fitted(
    source: _Source, color_space: str, min_psnr: float | None
) -> Generator[Progress, None, Palette]:
    wanted, count = yield from source.counting()
    if count is None:  # nothing can be seen in any image
        return Palette(wanted.fixed, dtype=wanted.dtype)
    joint = _joint(source, wanted, count, color_space)
    n_colors = wanted.n_colors
    yield FITTING
    if min_psnr is not None:
        return (yield from _fewest(source, wanted, joint, min_psnr))
    if wanted.is_auto:
        n_colors = at_elbow(joint, n_colors)
    fit = yield from retold(fitting(joint, n_colors), lambda _: FITTING)
    return _palette(fit, wanted, joint)


@dataclass(frozen=True, eq=False)
class _Wanted:
    """What is asked for, in the units of the first image in which something can be seen."""

    n_colors: int
    is_auto: bool
    fixed: Floats
    choices: Palette | None
    offered: Floats
    effort: Effort
    units: Units
    dtype: np.dtype[Any]

    @classmethod
    def of(cls, request: Request) -> _Wanted:
        """Keep what is wanted of a request; not its image."""
        return cls(
            n_colors=request.n_colors,
            is_auto=request.is_auto,
            fixed=request.given,
            choices=request.choose_from,
            offered=request.offered,
            effort=request.effort,
            units=request.pixels.units,
            dtype=request.pixels.image.dtype,
        )


@dataclass(frozen=True, eq=False)
class _Image:
    """An image, and how to take it."""

    name: str
    image: Any
    channel_axis: int | Literal["auto"] | None
    mask: Any
    is_clear: bool = False
    """Whether a mask of its own leaves nothing."""

    def held(self) -> Generator[Progress, None, tuple[Any, Any]]:
        """Read a lazy image."""
        lazy = LazyImage.of(self.image, self.mask, self.channel_axis)
        return (yield from retold(lazy.read(), lambda _: Progress("Reading", 0.0)))

    def lazily(self) -> LazyImage | None:
        """Return a lazy image that is too large to be read; None if it is read."""
        if not is_lazy(self.image):
            return None
        lazy = LazyImage.of(self.image, self.mask, self.channel_axis)
        return lazy if lazy.is_large else None


class _Source:
    """The images, one after another."""

    def __init__(
        self,
        images: Iterable[Any],
        masks: Any,
        channel_axis: Any,
        options: dict[str, Any],
        leave_out: Callable[[int, Exception], object] | None,
    ) -> None:
        self._images, self._channel_axis, self._options = images, channel_axis, options
        self._leave_out, self._left_out = leave_out, set[int]()
        self._masks = list(masks) if isinstance(masks, list | tuple) else None
        self._mask = masks if self._masks is None else None
        self.rng: np.random.Generator = options["random_state"]
        self.is_lasting = isinstance(images, list | tuple)
        """Whether they can be read again."""
        self.n_values = 0
        """Values that were counted, whether they take part or not."""
        self._held: dict[int, _Image] = {}
        _check_images(images)
        if isinstance(images, list | tuple):
            self._check_number(len(images))

    def _reading(self, number: int, given: Any) -> Generator[Progress, None, _Image]:
        mask = self._mask
        if self._masks is not None:
            mask = self._masks[number] if number < len(self._masks) else None
        if number in self._held:
            return self._held[number]
        if isinstance(given, Pending):
            return _Image(given.name, *(yield from given.read()))
        image = _read(number, given, self._channel_axis, mask)
        return (yield from self._read_lazy(number, image))

    def _read_lazy(self, number: int, image: _Image) -> Generator[Progress, None, _Image]:
        """Return an image in memory if it was a small lazy one; the first ones are kept."""
        if not is_lazy(image.image) or image.lazily() is not None:
            return image
        array, mask = yield from image.held()
        whole = replace(image, image=array, mask=mask)
        if self.n_values + array.size <= MOST_HELD:
            self._held[number] = whole
        return whole

    def _check_number(self, n_images: int) -> None:
        if n_images == 0:
            raise ValueError("`images` must be at least one image, got none.")
        if self._masks is not None and len(self._masks) != n_images:
            raise ValueError(
                f"`mask` must be one array, or a list of one for each of the {n_images} images, "
                f"got {len(self._masks)}."
            )

    def counting(self) -> Generator[Progress, None, tuple[_Wanted, Counted | None]]:
        """Count the colors of all images; None if nothing can be seen in them.

        Only one is held at a time.
        """
        wanted, count, number = None, None, -1
        for number, given in enumerate(self._images):
            steps = self._with(number, given, wanted, count)
            try:
                wanted, count = yield from self._told(number, steps)
            except (OSError, TypeError, ValueError, MemoryError) as error:
                if self._leave_out is None:
                    raise
                self._leave_out(number, error)
                self._left_out.add(number)
        self._check_number(number + 1)
        if wanted is None:
            raise ValueError("`images` must be at least one that can be fitted to, got none.")
        return wanted, count

    def _with(
        self, number: int, given: Any, wanted: _Wanted | None, count: Counted | None
    ) -> Generator[Progress, None, tuple[_Wanted, Counted | None]]:
        """Return what is wanted, and what was counted, with one image more."""
        image = yield from self._reading(number, given)
        with nullcontext() if self._leave_out else _named(image.name):
            request, sweeper = yield from self._surveyed(image)
            self.n_values += math.prod(np.shape(image.image))
            if wanted is None or count is None:
                wanted = _Wanted.of(request)
            if not (image.is_clear or request.pixels.is_empty):
                one = counted(request, sweeper)
                count = one if count is None else together(count, one, wanted.n_colors)
        return wanted, count

    def _told(
        self, number: int, steps: Generator[Progress, None, Result]
    ) -> Generator[Progress, None, Result]:
        """Tell the steps of one image as a part of the whole."""
        of = len(self._images) if isinstance(self._images, Sized) else number + 1

        def told(step: Progress) -> Progress:
            return Progress(step.stage, (number + step.fraction) / of)

        yield Progress("Counting colors", number / of)
        return (yield from retold(steps, told))

    def _requested(self, image: _Image) -> Request:
        axis, mask = image.channel_axis, image.mask
        return requested(image.image, channel_axis=axis, mask=mask, **self._options)

    def _seen(self) -> Iterator[_Image]:
        """Read them again; none is held longer than the caller does."""
        for number, given in enumerate(self._images):
            if number not in self._left_out:
                image = completed(self._reading(number, given))
                if not image.is_clear:
                    yield image

    def _surveyed(self, image: _Image) -> Generator[Progress, None, tuple[Request, Sweeper | None]]:
        """Return what is asked of an image; of a lazy one a sweeper, too."""
        lazy = image.lazily()
        if lazy is None:
            return self._requested(image), None
        survey, pixels, request = yield from surveyed(lazy, self._options)
        sweeper = None if pixels.is_empty else sweeper_of(survey, pixels, request.space, lazy)
        return request, sweeper

    def totals(self, sweep: Sweep) -> Generator[None, None, Totals]:
        """Sweep over all pixels of all images; see `sweeps.sampled.Whole`."""
        found = sweep.no_totals()
        for image in self._seen():
            with _named(image.name):
                whole = image.lazily() or Held(self._requested(image).pixels)
                found = found.joined((yield from whole.totals(sweep)))
        return found

    def psnr(self, palette: Palette, white: float) -> float:
        """Return what all images together reach when they are painted."""
        error, n_pixels = 0.0, 0
        for image in self._seen():
            q = quantize(
                image.image, palette=palette, channel_axis=image.channel_axis, mask=image.mask,
                color_space=self._options["color_space"],
            )  # fmt: skip
            n = int(q.palette.counts.sum())
            error, n_pixels = error + (q.rmse / white) ** 2 * n, n_pixels + n
        return math.inf if error == 0 else -10 * math.log10(error / n_pixels)


def _check_images(images: object) -> None:
    if isinstance(images, str | bytes | os.PathLike) or not isinstance(images, Iterable):
        raise TypeError(
            f"`images` must be several arrays or paths, such as a list, got {images!r}. Pass "
            "`[image]` for one."
        )
    if hasattr(images, "dtype"):
        raise TypeError(
            "`images` must be several arrays or paths, such as a list, got one array. Pass "
            "`[image]`, which may be a stack, or `list(stack)`."
        )


def _read(number: int, given: Any, channel_axis: Any, mask: Any) -> _Image:
    """Return an image with its own mask; a file is read."""
    name = f"images[{number}]"
    if not isinstance(given, str | os.PathLike):
        return _Image(name, given, channel_axis, mask)
    from .files.pictures import read_picture

    name = f"{name}, {os.fspath(given)!r}"
    if is_zarr(os.fspath(given)):
        array, axis = lazily(os.fspath(given))
        return _Image(name, array, axis if channel_axis == "auto" else channel_axis, mask)
    picture = read_picture(given)
    meant = picture.arguments
    axis = meant["channel_axis"] if channel_axis == "auto" else channel_axis
    own = meant["mask"]
    if own is None or np.shape(mask) not in ((), own.shape):  # `quantize` sees to that
        return _Image(name, picture.image, axis, mask)
    seen = own if mask is None else np.logical_and(own, mask)
    is_clear = not seen.any()
    return _Image(name, picture.image, axis, None if is_clear else seen, is_clear)


@contextmanager
def _named(name: str) -> Iterator[None]:
    """Say which image it is that is refused."""
    try:
        yield
    except (TypeError, ValueError) as error:
        raise type(error)(f"{name}: {error}") from error


def _joint(source: _Source, wanted: _Wanted, count: Counted, color_space: str) -> Joint:
    """Return all images as one."""
    space = None
    if color_space != "rgb":
        space = color_space_for(color_space, count.dtype, count.extent)
    units = count.units
    # A table of cells is nearly as good as all their pixels: these pay where there are few.
    are_cells = count.n_channels > 1 and count.n_pixels <= MOST_SWEPT
    is_small = source.n_values <= MOST_HELD  # then what is lazy was read for good
    return Joint(
        table=joined(count.tables),
        distinct=count.distinct,
        whole=source if source.is_lasting and (count.is_drawn or are_cells) else None,
        most_sweeps=MOST_SWEEPS if is_small else MOST_WHOLE_SWEEPS,
        sought=Sought(
            space,
            wanted.units.converted(wanted.fixed, units),
            wanted.units.converted(wanted.offered, units),
        ),
        effort=wanted.effort,
        rng=source.rng,
        units=units,
        dtype=count.dtype,
        value_range=count.value_range,
        largest=count.largest,
        n_pixels=count.n_pixels,
    )


def _palette(fit: Fit, wanted: _Wanted, joint: Joint) -> Palette:
    """Return the colors in the images' units; chosen ones as they were given."""
    colors, names, value_range = joint.units.to_values(fit.centers), None, joint.value_range
    counts = _whole(fit.counts, joint.n_pixels)
    if wanted.choices is not None:
        rows = matching_rows(fit.centers, joint.sought.offered)
        chosen = wanted.choices._at(rows, counts)
        colors, names, value_range = chosen.colors, chosen.names, chosen.value_range
    values = joint.shown(fit.centers)
    return Palette._of_values(colors, values, counts, names, joint.dtype, value_range)


def _whole(weights: Floats, total: int) -> NDArray[np.int64]:
    """Round weights, most first, so that they add up to the total."""
    counts = np.floor(weights).astype(np.int64)
    largest = np.argsort(counts - weights, kind="stable")
    rest = total - int(counts.sum())
    counts[largest[:rest]] += 1
    return -np.sort(-counts)


def _fewest(
    source: _Source, wanted: _Wanted, joint: Joint, min_psnr: float
) -> Generator[Progress, None, Palette]:
    """Return the palette of the fewest colors with which all images reach a PSNR."""
    white = peak(joint.value_range)

    def trial(n_colors: int) -> Generator[Progress, None, tuple[Palette, float]]:
        yield Progress(f"Trying {n_colors} colors", 0.0)
        fit = yield from retold(fitting(joint, n_colors), lambda _: FITTING)
        palette = _palette(fit, wanted, joint)
        return palette, source.psnr(palette, white)

    numbers = range(max(len(wanted.fixed), 1), wanted.n_colors + 1)
    return (yield from fewest_that_reach(min_psnr, trial, numbers, FIRST_GUESS))
