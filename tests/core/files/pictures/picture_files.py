"""Small picture files of every kind, made here."""

from __future__ import annotations

import io
import struct
import zlib

import imagecodecs
import numpy as np
import tifffile
from PIL import Image, ImageCms

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def shades(*shape, dtype=np.uint8):
    """Return an image without two equal values, if the dtype allows."""
    n = int(np.prod(shape))
    if dtype == np.bool_:
        return (np.arange(n) * 7 % 5 < 2).reshape(shape)
    if np.dtype(dtype).kind == "f":
        return np.linspace(0, 1, n).astype(dtype).reshape(shape)
    top = np.iinfo(dtype).max
    return np.linspace(0, top, n).astype(dtype).reshape(shape)


def saved(image, format, **options):
    """Return the bytes that Pillow writes of an array or an image."""
    stream = io.BytesIO()
    if isinstance(image, np.ndarray):
        image = Image.fromarray(image)
    image.save(stream, format, **options)
    return stream.getvalue()


def tiff(*pages, **options):
    """Return the bytes of a TIFF with these pages."""
    stream = io.BytesIO()
    with tifffile.TiffWriter(stream, bigtiff=options.pop("bigtiff", False)) as writer:
        for page in pages:
            writer.write(page, metadata=None, contiguous=False, **options)
    return stream.getvalue()


def palette_image(n_colors=5, size=(6, 7)):
    """Return an image of Pillow's mode P, and its colors (n, 3)."""
    colors = np.array(
        [(40 * i % 256, 255 - 15 * i, 11 * i * i % 256) for i in range(n_colors)], np.uint8
    )
    indices = (np.arange(size[0] * size[1]) % n_colors).astype(np.uint8).reshape(size)
    image = Image.fromarray(indices, "L")
    image.putpalette(colors.tobytes())
    return image, colors[indices]


def png(width, height, n_bits, color_type, rows, **chunks):
    """Return a PNG file, byte by byte: rows without their filter, and more chunks before them."""

    def chunk(kind, content):
        checked = kind + content
        return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))

    header = struct.pack(">IIBBBBB", width, height, n_bits, color_type, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + row for row in rows))
    return b"".join(
        [
            b"\x89PNG\r\n\x1a\n",
            chunk(b"IHDR", header),
            *(chunk(kind.encode(), content) for kind, content in chunks.items()),
            chunk(b"IDAT", pixels),
            chunk(b"IEND", b""),
        ]
    )


def animation(format, frames=3, **options):
    """Return the bytes of an animation by Pillow, a square that walks, and its frames."""
    arrays = []
    for index in range(frames):
        array = np.zeros((12, 14, 3), np.uint8)
        array[..., 2] = 80
        array[3 : 6 + index, index : index + 4] = (250, 10 * index, 0)
        arrays.append(array)
    images = [Image.fromarray(array) for array in arrays]
    content = saved(images[0], format, save_all=True, append_images=images[1:], **options)
    return content, np.stack(arrays)


def samples():
    """Return a small file of every kind, by name."""
    grey, rgb, rgba = shades(11, 13), shades(11, 13, 3), shades(11, 13, 4)
    deep = shades(11, 13, 3, dtype=np.uint16)
    palette, _ = palette_image()
    files = {
        "grey.png": saved(grey, "PNG"),
        "rgb.png": saved(rgb, "PNG", icc_profile=SRGB, dpi=(72, 72)),
        "rgba.png": saved(rgba, "PNG"),
        "palette.png": saved(palette, "PNG", transparency=1),
        "bits.png": saved(shades(11, 13, dtype=np.bool_), "PNG"),
        "rgb16.png": imagecodecs.png_encode(deep),
        "grey16.png": imagecodecs.png_encode(deep[..., 0].copy()),
        "greyalpha16.png": imagecodecs.png_encode(deep[..., :2].copy()),
        "rgb.jpg": saved(rgb, "JPEG"),
        "grey.jpg": saved(grey, "JPEG"),
        "progressive.jpg": saved(rgb, "JPEG", progressive=True),
        "cmyk.jpg": saved(Image.fromarray(rgb).convert("CMYK"), "JPEG"),
        "palette.gif": saved(palette, "GIF", transparency=2),
        "animation.gif": animation("GIF", duration=[50, 70, 90], loop=0)[0],
        "animation.png": animation("PNG", duration=[50, 70, 90])[0],
        "animation.webp": animation("WEBP", lossless=True, duration=[50, 70, 90])[0],
        "lossy.webp": saved(rgb, "WEBP"),
        "alpha.webp": saved(rgba, "WEBP", lossless=True),
        "rgb.bmp": saved(rgb, "BMP"),
        "palette.bmp": saved(palette, "BMP"),
        "rgb.ppm": saved(rgb, "PPM"),
        "bits.pbm": saved(shades(11, 13, dtype=np.bool_), "PPM"),
        "deep.ppm": b"P6\n4 3\n4095\n" + (shades(36, dtype=np.uint16) >> 4).astype(">u2").tobytes(),
        "plain.pgm": b"P2 3 2 1000\n0 1000 3\n4 500 6\n",
        "rgb.tga": saved(rgb, "TGA", compression="tga_rle"),
        "rgb.pcx": saved(rgb, "PCX"),
        "rgba.qoi": imagecodecs.qoi_encode(rgba),
        "rgb.avif": saved(shades(16, 16, 3), "AVIF"),
    }
    return files | _tiffs(grey, rgb, rgba, deep)


def _tiffs(grey, rgb, rgba, deep):
    bits = shades(11, 13, dtype=np.bool_)
    palette, _ = palette_image()
    files = {
        f"{compression}.tif": tiff(rgb, photometric="rgb", compression=compression, rowsperstrip=4)
        for compression in ("none", "lzw", "zlib", "jpeg", "packbits", "zstd", "lzma", "webp")
    }
    files |= {
        "predictor.tif": tiff(deep, photometric="rgb", compression="lzw", predictor=2),
        "planar.tif": tiff(np.moveaxis(rgb, -1, 0), photometric="rgb", planarconfig="separate"),
        "tiled.tif": tiff(shades(40, 50, 3), photometric="rgb", tile=(16, 16), compression="zlib"),
        "float.tif": tiff(shades(11, 13, dtype=np.float32), compression="zlib", predictor=3),
        "pages.tif": tiff(grey, grey, grey, photometric="minisblack"),
        "white.tif": tiff(grey, photometric="miniswhite"),
        "associated.tif": tiff(rgba, photometric="rgb", extrasamples=["assocalpha"]),
        "separated.tif": tiff(rgba, photometric="separated"),
        "big.tif": tiff(rgb, photometric="rgb", bigtiff=True),
        "big_endian.tif": saved(Image.fromarray(grey), "TIFF", big_endian=True),
        "fax.tif": saved(bits, "TIFF", compression="group4"),
        "fax3.tif": saved(bits, "TIFF", compression="group3"),
        "bits.tif": saved(bits, "TIFF"),
        "palette.tif": saved(palette, "TIFF"),
        "ycbcr.tif": saved(Image.fromarray(rgb).convert("YCbCr"), "TIFF"),
        "ycbcr_lzw.tif": saved(
            Image.fromarray(rgb).convert("YCbCr"), "TIFF", compression="tiff_lzw"
        ),
        "lab.tif": saved(Image.fromarray(grey).convert("RGB").convert("LAB"), "TIFF"),
        "imagej.tif": _imagej(np.stack([grey] * 3)),
    }
    return files


def _imagej(stack):
    stream = io.BytesIO()
    tifffile.imwrite(stream, stack, imagej=True)
    return stream.getvalue()
