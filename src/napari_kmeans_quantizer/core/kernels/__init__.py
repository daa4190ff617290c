"""Every numba function of the package; nothing else imports numba.

Kernels take inputs first and outputs last, check nothing, release the GIL and work on one chunk;
`threads` runs the chunks. The modules are imported by the functions that use them, so that
importing the package stays light.
"""
