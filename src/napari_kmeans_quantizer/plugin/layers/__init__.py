"""napari layers that show a result, and overlay its source exactly."""
