"""The quantizer: NumPy arrays in, NumPy arrays out; knows no napari, no Qt, no magicgui."""
