"""Numbers as people read them."""

from __future__ import annotations


def percent(share: float) -> str:
    """Return a share as people read it; what would look like nothing tells that it is more.

    Examples
    --------
    >>> percent(0.1234), percent(0.0001), percent(0)
    ('12.3%', '<0.1%', '0.0%')
    """
    return "<0.1%" if 0 < share < 0.0005 else f"{share:.1%}"


def significant(value: float) -> str:
    """Return a number with four digits, or all those before the point.

    Examples
    --------
    >>> significant(0.123456), significant(12), significant(1234567)
    ('0.1235', '12', '1,234,567')
    """
    return f"{value:,.0f}" if 1000 <= value < 1e15 else f"{value:.4g}"
