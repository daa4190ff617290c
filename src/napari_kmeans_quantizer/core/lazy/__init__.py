"""Lazy arrays of dask: fitted chunk by chunk, painted when they are looked at."""
