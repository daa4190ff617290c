"""Every numba function of the package; nothing else imports numba.

Kernels take inputs first and outputs last, check nothing, release the GIL and work on one chunk;
`threads` runs the chunks. Docstrings tell the dtype and shape of every array, and what is done to
it: IN is read, OUT is written, INOUT both; ``n..`` is a size of at least n, of which the first n
count. The modules are imported by the functions that use them, so that importing the package stays
light.

Compiling is what the first use takes. A kernel that Python calls is `jit`, all others are `inner`:
no wrappers, no file of their own. Arrays that kernels allocate, slices of several axes and a
literal number passed from one to another, for which numba compiles once more, cost as much as a
small kernel.

numba's cache on disk looks at the file of a kernel only. So a module whose kernels call those of
another one holds a digest of that one's file: a change there is a change here.
"""
