"""Indexed images: a palette, and for every pixel its entry; files of PNG, GIF and TIFF."""

from .write import encode_indexed, write_indexed

__all__ = ["encode_indexed", "write_indexed"]
