"""The widget's own parts: controls, buttons, progress, preferences."""
