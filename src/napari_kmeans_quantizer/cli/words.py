"""The core's messages in the words of the command line."""

from __future__ import annotations

import re

OPTIONS = {
    "n_colors": "-k",
    "random_state": "--seed",
    "overwrite": "--force",
    "resume": "--resume",
    "source": "the picture",
    "target": "the result",
    "image": "the picture",
} | {
    name: "--" + name.replace("_", "-")
    for name in (
        "min_psnr", "max_pixels", "color_space", "effort", "dither", "dither_strength", "palette",
        "choose_from", "background", "pixel_size", "regions",
    )
}  # fmt: skip
"""Names of arguments, and what they are called here."""
ARGUMENT = re.compile(r'`(\w+)(?:=([^`]*))?`|\b(\w+)="(\w+)"')
QUOTES = "\"'"
SENTENCES = re.compile(r"(?<=\.) (?=[A-Z])")


def in_words(error: BaseException) -> str:
    """Return what went wrong, on one line, for people who know no Python."""
    if isinstance(error, OSError) and error.strerror:
        name = error.filename if error.filename is not None else ""
        reason = ARGUMENT.sub(_option, str(error.strerror))
        return f"{name}: {reason}." if name else f"{reason}."
    if isinstance(error, MemoryError):
        return "takes more memory than there is."
    if not isinstance(error, OSError | ValueError | TypeError):
        return f"{type(error).__name__}: {error}"
    text = ARGUMENT.sub(_option, " ".join(str(error).split())).replace("Pass --", "Use --")
    first, *others = SENTENCES.split(text)
    # What is still code helps only in Python.
    return " ".join([first, *(sentence for sentence in others if "`" not in sentence)])


def _option(match: re.Match[str]) -> str:
    name, value = match[1] or match[3], match[2] or match[4]
    if name not in OPTIONS:
        return match[0]
    option = OPTIONS[name]
    return option if value in (None, "True") else f"{option} {value.strip(QUOTES)}"


def channels_left_out(n_channels: int) -> str:
    """Return that a picture has channels of which nobody says what they are, if it has."""
    if not n_channels:
        return ""
    return f"; {n_channels} channel{'s' * (n_channels != 1)} beside the colors left out"


def size(n_bytes: int) -> str:
    """Return a number of bytes to three digits: 72 KB is 72,000."""
    if n_bytes < 1000:
        return f"{n_bytes} bytes"
    for unit in ("KB", "MB", "GB"):
        value = n_bytes / 1000
        if value < 999.5 or unit == "GB":
            return f"{value:.{1 if value < 9.95 else 0}f} {unit}"
        n_bytes //= 1000
    raise AssertionError


def change(before: int, after: int) -> str:
    """Return how a size has changed."""
    text = f"{size(before)} -> {size(after)}"
    if before == 0 or before == after:
        return text
    percent = abs(100 * (1 - after / before))
    shown = f"{percent:.0f}" if percent >= 1 else f"{percent:.1g}"
    if after and shown == "100" and after < before:
        shown = "99.9" if percent < 99.95 else "more than 99.9"
    return f"{text}, {shown} % {'smaller' if after < before else 'larger'}"
