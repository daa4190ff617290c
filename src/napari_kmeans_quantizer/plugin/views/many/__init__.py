"""The dialog for many images: which, where in each, in which colors, and where to."""
