"""Start values: from napari's Preferences, where the last used ones are kept, too."""

from __future__ import annotations

from typing import Any

from napari.settings import get_plugin_settings

PLUGIN = "napari-kmeans-quantizer"
NAMES = (
    *("n_colors", "color_space", "effort", "seed", "live"),
    *("add_image", "add_labels", "add_palette"),
)
"""What is remembered: the names of controls, and of properties in the manifest."""


def start_values() -> dict[str, Any]:
    """Return the values with which the controls begin, by their names; empty if there are none."""
    group = _group()
    return {} if group is None else group.model_dump(exclude={"remember"})


def remember(values: dict[str, Any]) -> None:
    """Keep values as the next start values, unless the user does not want that."""
    group = _group()
    if group is None or not group.remember:
        return
    known = type(group).model_fields
    for name, value in values.items():
        if name in known and getattr(group, name) != value:
            setattr(group, name, value)


def _group() -> Any:
    """Return the settings, None where napari does not know the plugin's manifest."""
    try:
        return get_plugin_settings(PLUGIN).start
    except (KeyError, AttributeError):
        return None
