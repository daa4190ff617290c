"""Shares of the colors in frames and layers."""
