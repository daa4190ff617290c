"""Every numba function of the package; nothing else imports numba.

Kernels take inputs first and outputs last, check nothing, release the GIL and work on one chunk;
`threads` runs the chunks. Docstrings tell the dtype and shape of every array, and what is done to
it: IN is read, OUT is written, INOUT both; ``n..`` is a size of at least n, of which the first n
count. The modules are imported by the functions that use them, so that importing the package stays
light.

numba's cache on disk looks at the file of a kernel only. So a module whose kernels call those of
another one holds a digest of that one's file: a change there is a change here.
"""
