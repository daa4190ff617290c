"""Images in zarr, of any size: OME-Zarr in, OME-Zarr out; pictures in files, too, if asked."""
