"""The error over the number of colors."""
