"""Pixels and palette as points in a 3-D color space."""
