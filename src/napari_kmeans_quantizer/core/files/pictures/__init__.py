"""Picture files: what they mean, and the painted picture written as they came."""

from .limits import MAX_PIXELS
from .picture import Picture
from .reading import read_picture, read_regions
from .writing import check_can_write, default_suffix, encode_picture, write_picture

__all__ = [
    "MAX_PIXELS",
    "Picture",
    "check_can_write",
    "default_suffix",
    "encode_picture",
    "read_picture",
    "read_regions",
    "write_picture",
]
