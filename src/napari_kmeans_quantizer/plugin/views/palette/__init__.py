"""The palette as a list."""
