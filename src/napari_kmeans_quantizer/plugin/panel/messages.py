"""What went wrong, in the words of the panel: its controls, not the parameters of functions.

What can be seen from the controls is seen here before any work. What only the core can find, such
as a NaN among the pixels, comes as an error that speaks of parameters, and is put into these words.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from napari_kmeans_quantizer.plugin.models.levels import is_too_large

if TYPE_CHECKING:
    from collections.abc import Sequence

    from napari_kmeans_quantizer.plugin.models.settings import Settings
    from napari_kmeans_quantizer.plugin.models.source import Source

USE_RGB, OPEN_SAMPLE, USE_EVERYTHING = "Use RGB", "Open a sample", "Use everything"
FIT, UNLOCK, ONLY_THIS = "Fit to the image", "Unlock all colors", "Only this image"
NO_AUTO, EXPLORE = "Without auto", "Explore K"
NO_DITHERING = "Without dithering"
ADD_ALL, CLUSTER_ALPHA, QUANTIZE = "Add all three", "Cluster alpha, too", "Quantize"


class Trouble(NamedTuple):
    """Why something cannot be done.

    Attributes
    ----------
    text : str
        For people.
    remedy : str
        What helps, as the panel's button says it; "" if nothing does.
    """

    text: str
    remedy: str = ""


NO_IMAGE = Trouble("There is no image to quantize: open one, or begin with a sample.", OPEN_SAMPLE)
NO_RESULT = Trouble("There is no result yet: quantize an image first.", QUANTIZE)
NOTHING_TO_ADD = Trouble(
    "Nothing would be seen of the result: tick at least one of image, labels and palette "
    "beside Add, in Advanced.",
    ADD_ALL,
)
NOT_DITHERED = (
    '"{}" is painted as it is looked at, piece by piece, which cannot be dithered. '
    "Set Dithering to none."
)
NO_MEMORY = Trouble("Not enough memory for this image.")

# What the core says, and what the panel says instead. In a text, {0}, {1} ... are the groups.
NUMBER = r"(\S+?)"
RULES = [
    (
        rf"`color_space=\S+` needs an RGB image .* got {NUMBER} channels of {NUMBER}\.",
        "CIELAB and Oklab measure RGB images of unsigned whole numbers, or of values from 0 to 1; "
        "this one has channels of {1}. Set Measured in to RGB.",
        USE_RGB,
    ),
    (
        rf"`color_space=\S+` needs floats in 0..1, got values from {NUMBER} to {NUMBER}\. ",
        "CIELAB and Oklab need values from 0 to 1, and those of the image go from {0} to {1}. "
        "Set Measured in to RGB, or divide the image by its white first.",
        USE_RGB,
    ),
    (
        rf"`color_space=\S+` needs `fixed_colors` in 0..1 .* got {NUMBER} to {NUMBER}\.$",
        "CIELAB and Oklab need locked colors from 0 to 1, and yours go from {0} to {1}. "
        "Unlock them, or set Measured in to RGB.",
        UNLOCK,
    ),
    (
        r"`image` has (.*); K-means needs finite numbers",
        "The image has {0}, which belong to no color. Choose a Region that leaves them out.",
        "",
    ),
    (
        rf"`image` has {NUMBER} values beyond {NUMBER}, ",
        "The image has {0} values beyond {1}, too large to be squared. Divide it by its largest "
        "value first.",
        "",
    ),
    (
        rf"`image` must hold bools, .* got dtype {NUMBER}\. ",
        "The image holds {0}, and real numbers are needed. Convert it first.",
        "",
    ),
    (r"`image` must have at least one pixel", "The image is empty: it has no pixel.", ""),
    (
        r"`mask` is True nowhere",
        "The region holds no pixel. Choose another Region.",
        USE_EVERYTHING,
    ),
    (
        r"^Nothing to quantize: all pixels of the region",
        "All pixels of the region are transparent. Choose another Region.",
        USE_EVERYTHING,
    ),
    (
        r"^Nothing to quantize: all pixels are transparent",
        "All pixels are transparent, and those are left out: nothing remains. See Transparent, in "
        "Advanced.",
        CLUSTER_ALPHA,
    ),
    (
        rf"`(?:palette|choose_from)` must have the image's {NUMBER} channels, got {NUMBER}\. ",
        "The colors chosen at Colors from have {1} channels, and the image has {0}. "
        "Fit new ones to it.",
        FIT,
    ),
    (
        r"`(?:palette|choose_from)` must",
        "The colors chosen at Colors from cannot be used. Fit new ones to the image.",
        FIT,
    ),
    (
        r"`color_space=\S+` needs `(?:palette|choose_from)` in 0..1 ",
        "The colors chosen at Colors from go beyond 0 to 1, which CIELAB and Oklab need. Fit new "
        "ones to the image.",
        FIT,
    ),
    (
        rf"`fixed_colors` must have the image's {NUMBER} channels, got {NUMBER}\. ",
        "The locked colors have {1} channels, and the image has {0}. Unlock them.",
        UNLOCK,
    ),
    (
        rf"`fixed_colors` must lie in {NUMBER} for {NUMBER}, got (.*?)\. Colors",
        "The locked colors must lie in {0}, as the values of the image do, and yours are {2}. "
        "Unlock them.",
        UNLOCK,
    ),
    (
        r"`fixed_colors` must differ .* both are (.*)\. ",
        "Two locked colors are the same in this image: {0}. Unlock one of them.",
        UNLOCK,
    ),
    (
        rf"`fixed_colors` must be at most `n_colors`=(32|256) colors, got {NUMBER}\. ",
        "At most {0} colors are found by auto, and {1} are locked. Choose the number of Colors, or "
        "unlock some.",
        NO_AUTO,
    ),
    (r"`fixed_colors`", "The locked colors cannot be kept in this image. Unlock them.", UNLOCK),
    (r'^(The region ".*" (?:encloses|holds|must lie).*)', "{0}", USE_EVERYTHING),
    (r"^(Several layers must .*)", "{0}", ONLY_THIS),
]

WORDS = {
    "image": "the image",
    "n_colors": "Colors",
    "min_psnr": "Quality",
    "dither": "Dithering",
    "dither_strength": "the strength of Dithering",
    "choose_from": "Colors from",
    "color_space": "Measured in",
    "palette": "Colors from",
    "fixed_colors": "locked colors",
    "mask": "the region",
    "region": "Region",
    "sample": "Fit on (%)",
    "effort": "Effort",
    "random_state": "Seed",
    "alpha": "Transparent",
    "window": "Of stacks",
    "channel_axis": "selected as channels",
    "colors": "the colors",
    "color": "the color",
    "index": "the color",
    "into": "the color to merge into",
    "labels": "the labels",
    "layers": "the layers",
    "counts": "the pixels of the colors",
}


def told(error: Exception) -> Trouble:
    """Return what to say of an error, in the words of the panel.

    Examples
    --------
    >>> told(ValueError("`n_colors` must lie in 1..65535, got 0.")).text
    'Colors must lie in 1..65535, got 0.'
    """
    if isinstance(error, MemoryError):
        return NO_MEMORY
    text = str(error)
    for pattern, words, remedy in RULES:
        if found := re.search(pattern, text, re.DOTALL):
            return Trouble(words.format(*found.groups()), remedy)
    return Trouble(_in_words(text))


def _in_words(text: str) -> str:
    """Name controls instead of parameters, and leave out what only helps who writes code."""
    sentences = re.split(r"(?<=[.:]) (?=[A-Z])", text)
    kept = [s for s in sentences if not re.match(r"(Pass|See|Use) .*[`=]", s)] or sentences
    named = re.sub(r"`([^`]*)`", _word, " ".join(kept))
    named = re.sub(r"\b([a-z]+(?:_[a-z]+)+)\b=?", _word, named)
    return named[:1].upper() + named[1:]


def _word(found: re.Match[str]) -> str:
    name = re.split(r"\W", found[1])[0]
    return WORDS.get(name, name.replace("_", " "))


# -- what the controls tell, before any work


def obstacle(source: Source, settings: Settings, seen: Sequence[str]) -> Trouble | None:
    """Return why a source cannot be quantized so, None if nothing speaks against it.

    Parameters
    ----------
    source : Source
        What is to be quantized.
    settings : Settings
        How.
    seen : sequence of str
        Roles of the layers that would show the result.
    """
    if not seen:
        return NOTHING_TO_ADD
    if settings.dither is not None and is_too_large(source):
        return Trouble(NOT_DITHERED.format(source.name), NO_DITHERING)
    n = source.n_clustered
    given = settings.palette or settings.choose_from
    if given is not None and len(given[0]) != n:
        return _unfit("colors chosen at Colors from", len(given[0]), source, FIT)
    if settings.fixed_colors and len(settings.fixed_colors[0]) != n:
        return _unfit("locked colors", len(settings.fixed_colors[0]), source, UNLOCK)
    return None


def _unfit(what: str, n: int, source: Source, remedy: str) -> Trouble:
    return Trouble(
        f'The {what} have {channels(n)}, and "{source.name}" has {channels(source.n_clustered)}. '
        f"{'Fit new ones to it' if remedy == FIT else 'Unlock them'}.",
        remedy,
    )


def channels(n: int) -> str:
    """Return a number of channels in words."""
    return "1 channel" if n == 1 else f"{n} channels"
