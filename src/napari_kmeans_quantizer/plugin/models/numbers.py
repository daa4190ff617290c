"""Numbers as people read them."""

from __future__ import annotations


def significant(value: float) -> str:
    """Return a number with four digits, or all those before the point.

    Examples
    --------
    >>> significant(0.123456), significant(12), significant(1234567)
    ('0.1235', '12', '1,234,567')
    """
    return f"{value:,.0f}" if 1000 <= value < 1e15 else f"{value:.4g}"
