"""What is said, in the words of the command line."""

from __future__ import annotations

import pytest

from napari_kmeans_quantizer.cli.words import change, in_words, size


@pytest.mark.parametrize(
    ("n_bytes", "text"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1000, "1.0 KB"),
        (9_949, "9.9 KB"),
        (72_400, "72 KB"),
        (999_499, "999 KB"),
        (999_999, "1.0 MB"),
        (1_400_000, "1.4 MB"),
        (3_200_000_000, "3.2 GB"),
        (5_000_000_000_000, "5000 GB"),
    ],
)
def test_sizes(n_bytes, text):
    assert size(n_bytes) == text


@pytest.mark.parametrize(
    ("before", "after", "text"),
    [
        (72_000, 50_000, "72 KB -> 50 KB, 31 % smaller"),
        (72_000, 96_000, "72 KB -> 96 KB, 33 % larger"),
        (100_000, 99_600, "100 KB -> 100 KB, 0.4 % smaller"),
        (425_000, 531, "425 KB -> 531 bytes, 99.9 % smaller"),
        (11_000_000, 531, "11 MB -> 531 bytes, more than 99.9 % smaller"),
        (500, 500, "500 bytes -> 500 bytes"),
        (0, 50, "0 bytes -> 50 bytes"),
    ],
)
def test_changes_are_told_in_bytes(before, after, text):
    assert change(before, after) == text


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (ValueError("`n_colors` must lie in 1..65535, got 0."), "-k must lie in 1..65535, got 0."),
        (ValueError("`random_state` must not be negative."), "--seed must not be negative."),
        (
            ValueError("a.png: too large. Pass `max_pixels=300` to read it."),
            "a.png: too large. Use --max-pixels 300 to read it.",
        ),
        (
            FileExistsError("a.png: exists already. Pass `overwrite=True` to replace it."),
            "a.png: exists already. Use --force to replace it.",
        ),
        (
            ValueError(
                "`image` has 3 NaN values. Pass `mask=np.isfinite(image)` to leave them out."
            ),
            "the picture has 3 NaN values.",
        ),
        (
            ValueError("Holds 256 colors. Use `n_colors=256`, or `q.image`. Or TIFF."),
            "Holds 256 colors. Or TIFF.",
        ),
        (
            ValueError("`color_space='lab'` needs RGB, got grey. Use color_space=\"rgb\"."),
            "--color-space lab needs RGB, got grey. Use --color-space rgb.",
        ),
        (PermissionError(13, "Permission denied", "a.png"), "a.png: Permission denied."),
        (OSError(28, "No space left on device"), "No space left on device."),
        (MemoryError(), "takes more memory than there is."),
        (ValueError("two\nlines"), "two lines"),
        (KeyError("x"), "KeyError: 'x'"),
    ],
)
def test_errors(error, text):
    assert in_words(error) == text
