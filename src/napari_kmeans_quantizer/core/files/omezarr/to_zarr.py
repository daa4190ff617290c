"""quantize_to_zarr(): from an image on disk to labels and a painted image on disk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .failing import check_nothing_left
from .needed import check_installed
from .plan import Plan
from .request import as_plain, as_target, check_apart, check_mask, check_options, check_same
from .showing import check_progress, shown
from .source import name_of, opened
from .unfinished import Unfinished, check_target
from .work import Work

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Generator
    from typing import Literal

    from napari_kmeans_quantizer.core.progress import Progress

    from .written import ZarrResult

    Steps = Generator[Progress, None, ZarrResult]


def quantize_to_zarr(
    source: Any,
    target: str | os.PathLike[str],
    n_colors: int | Literal["auto"] = 16,
    *,
    overwrite: bool = False,
    resume: bool = False,
    painted: bool = True,
    version: Literal["0.4", "0.5"] | None = None,
    progress: Literal["tqdm"] | Callable[[Progress], object] | None = None,
    **options: Any,
) -> ZarrResult:
    """Quantize an image of any size, and write the result as OME-Zarr, chunk by chunk.

    The target is an OME-Zarr image: the painted image, and ``labels/clusters``, whose labels are
    1 for the first color of the palette, and 0 where a pixel takes no part. Their colors, names,
    shares and pixels are told in ``image-label``; viewers such as napari show them so. Both have
    the axes, scale, translation, units and chunks of the source, and coarser levels, each of every
    second pixel of the one above.

    Whatever ends the work, what is written so far is kept beside the target, in
    ``.<name>.partial``, and the same call with ``resume=True`` goes on with it: to the same result,
    bit for bit. Colors are not fitted again, and no finished chunk is read again. Only a result
    that is whole gets the target's name.

    Parameters
    ----------
    source : path, zarr.Group, zarr.Array, zarr store or array_like
        An OME-Zarr image (0.4 or 0.5), of which the finest level is used; a plain zarr array; or an
        array of dask, xarray or NumPy. It may lie anywhere that zarr reads. Axes t, c, z, y, x are
        told by OME-Zarr, by names of dimensions, or by their order: (..., z, y, x), and as in
        `quantize` a last axis of 3 or 4 is RGB(A).
    target : path
        The folder to write, such as ``"slide.ome.zarr"``, on a file system.
    n_colors : int or "auto", optional
        As of `quantize`.
    overwrite : bool, optional
        Replace a target that exists, which is whole until the new one is; and begin anew what was
        not finished, unless `resume` is set.
    resume : bool, optional
        Go on with what was not finished, if there is something.
    painted : bool, optional
        Write the painted image, too. True by default: labels belong to an image in OME-Zarr, and
        all viewers show it, with labels or without. False: labels alone, and the image is that of
        their numbers; it takes no more space, for its arrays are those of the labels.
    version : {"0.4", "0.5"}, optional
        Of OME-Zarr; by default that of the source, "0.5" if that has none.
    progress : "tqdm" or callable, optional
        A bar, or what gets a `Progress` now and then. Bars of dask and the dashboard of its client
        show the tasks, too.
    **options
        As of `quantize`: `channel_axis` ("auto": the channels that the source names), `mask` of
        the source's spatial shape, `color_space`, `palette`, `fixed_colors`, `choose_from`,
        `min_psnr`, `sample`, `effort`, `dither` ("ordered" or "blue-noise"), `dither_strength`,
        `random_state`.

    Returns
    -------
    ZarrResult
        Path, palette, and the lazy `Quantization` that reads what was written.

    Raises
    ------
    ImportError
        If dask, zarr or yaozarrs is missing: ``pip install "napari-kmeans-quantizer[big]"``.
    FileExistsError
        Before any work, if the target exists, or something that was not finished.
    OSError
        If something cannot be read or written, or there is no space left. What is written is kept.
    TypeError, ValueError
        As `quantize`; if the source is no image; or if what was begun was begun otherwise.

    Notes
    -----
    The work is run by dask, as it is set up: in threads, in processes by
    ``dask.config.set(scheduler="processes")``, or by a ``distributed.Client``, whose workers must
    see the same file systems. Each chunk of the source is read once to be painted; chunks that are
    not alike, of a dask array, may be read by each region that they touch. A task writes whole
    chunks, or shards, that no other task writes. Chunks are compressed by zstd.

    Examples
    --------
    >>> import tempfile
    >>> from skimage.data import coffee
    >>> folder = tempfile.mkdtemp()
    >>> result = quantize_to_zarr(coffee(), f"{folder}/coffee.ome.zarr", 8)
    >>> result.quantization.labels.shape, len(result.palette)
    ((400, 600), 8)
    """
    check_progress(progress)
    steps = quantize_to_zarr_steps(
        source, target, n_colors, overwrite=overwrite, resume=resume, painted=painted,
        version=version, **options,
    )  # fmt: skip
    return shown(steps, progress)


def quantize_to_zarr_steps(
    source: Any,
    target: str | os.PathLike[str],
    n_colors: int | Literal["auto"] = 16,
    *,
    overwrite: bool = False,
    resume: bool = False,
    painted: bool = True,
    version: Literal["0.4", "0.5"] | None = None,
    **options: Any,
) -> Steps:
    """Do what `quantize_to_zarr` does step by step, for progress bars and cancelling.

    Yields
    ------
    Progress
        Between batches of chunks. If the generator is closed, what is written is kept.

    Returns
    -------
    ZarrResult
        The value of the `StopIteration` that ends it.
    """
    check_installed()
    path = as_target(target)
    options = {"n_colors": n_colors, **options}
    check_options(options, version)
    image = opened(source, options.pop("channel_axis", "auto"))
    plan = Plan(image, version or image.version or "0.5", painted, image.name or name_of(path))
    if len(plan.label_space.spatial) < 2:
        raise ValueError(
            f"`channel_axis` must leave two axes of space, got {image.channels_at} for axes "
            f"{', '.join(axis.name for axis in image.space.axes)}."
        )
    check_apart(image, path)
    check_mask(options.get("mask"), plan.grids[0].shape)
    unfinished = Unfinished(path)
    unfinished.put_back()
    check_target(path, overwrite=overwrite)
    asked = as_plain(plan, {**options, "channel_axis": image.channel_axis})
    is_resumed = resume and unfinished.is_begun
    if is_resumed:
        check_same(unfinished.noted("request"), asked, unfinished.folder)
    elif not overwrite:
        check_nothing_left(unfinished)
    return Work(plan, options, asked, unfinished, is_resumed, overwrite).steps()
