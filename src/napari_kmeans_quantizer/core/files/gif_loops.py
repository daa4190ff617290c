"""How often an animated GIF is shown."""

from __future__ import annotations

import struct


def repetitions(loop: int) -> bytes:
    """Return the block that tells it (Netscape 2.0); nothing for once.

    Parameters
    ----------
    loop : int
        Times that it is shown; 0: for ever. The file tells how often it is shown again.
    """
    if loop == 1:
        return b""
    again = min(loop - 1, 65535) if loop else 0
    return b"!\xff\x0bNETSCAPE2.0\x03\x01" + struct.pack("<HB", again, 0)
