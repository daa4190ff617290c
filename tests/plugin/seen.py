"""What is seen of a window: its pixels, how they stand out, and where the keyboard is."""

from __future__ import annotations

import numpy as np
from qtpy.QtCore import QPoint, Qt

CONTRAST = 3  # of marks; WCAG 2.2


def pixels(widget, part=None):
    """Return what a widget looks like, or a rectangle of it, (height, width, 3) uint8."""
    image = (widget.grab() if part is None else widget.grab(part)).toImage()
    image = image.convertToFormat(image.Format.Format_RGB32)
    bits = image.constBits()
    bits.setsize(image.sizeInBytes())
    return np.frombuffer(bits, np.uint8).reshape(image.height(), -1, 4)[..., 2::-1].copy()


def luminance(rgb):
    """Return the relative luminance of colors of 0..1, as the WCAG defines it."""
    channels = np.asarray(rgb)
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return linear @ [0.2126, 0.7152, 0.0722]


def contrast(one, other):
    """Return how colors of 0..1 stand out from others, 1 to 21."""
    one, other = luminance(one), luminance(other)
    return (np.maximum(one, other) + 0.05) / (np.minimum(one, other) + 0.05)


def tab_stops(window):
    """Return what the tab key goes through, from the first control on."""
    stops, widget = [], window.nextInFocusChain()
    while widget is not window:
        tabbed = widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        if tabbed and widget.isVisible() and widget.isEnabled() and widget.focusProxy() is None:
            stops.append(widget)
        widget = widget.nextInFocusChain()
    return stops


def assert_focus_is_seen(window, stop, other):
    """A control looks different, all around, when the focus comes to it from another one."""
    other.setFocus()
    before = pixels(window)
    stop.setFocus()
    after = pixels(window)
    around = stop.rect().adjusted(-3, -3, 3, 3).translated(stop.mapTo(window, QPoint()))
    top, left = max(around.top(), 0), max(around.left(), 0)
    place = np.s_[top : around.bottom(), left : around.right()]
    marked = contrast(before[place] / 255, after[place] / 255) >= CONTRAST
    assert marked.sum() >= 2 * stop.height(), stop.accessibleName()
