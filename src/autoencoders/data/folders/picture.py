"""One picture: what the head of its file says, and its pixels."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from stat import S_ISREG
from typing import BinaryIO

import numpy as np
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from autoencoders.data.words import counted, printable

SUFFIXES = {  # ending, in small letters -> Pillow's name of the format
    ".avif": "AVIF",
    ".bmp": "BMP",
    ".gif": "GIF",
    ".j2k": "JPEG2000",
    ".jfif": "JPEG",
    ".jp2": "JPEG2000",
    ".jpe": "JPEG",
    ".jpeg": "JPEG",
    ".jpg": "JPEG",
    ".pbm": "PPM",
    ".pgm": "PPM",
    ".png": "PNG",
    ".pnm": "PPM",
    ".ppm": "PPM",
    ".tif": "TIFF",
    ".tiff": "TIFF",
    ".webp": "WEBP",
}
FORMATS = sorted(set(SUFFIXES.values()))  # no other one is tried: some of Pillow's readers start programs
PIXELS = 100_000_000  # of one picture, at most
BYTES = 6 * PIXELS  # of its file, at most: three channels of 16 bits; some of Pillow's readers hold it in memory

GREY = {"1", "L", "LA"}  # Pillow's modes
COLOURED = {"P", "PA", "RGB", "RGBA", "RGBX", "CMYK", "YCbCr", "HSV"}
SIXTEEN = "I;16"
DEEP = {mode: SIXTEEN for mode in ("I;16", "I;16L", "I;16B", "I;16N")} | {"I": "I", "F": "F"}  # of more than 8 bits
WHITE = {SIXTEEN: 65535.0, "I": 65535.0, "F": 1.0}  # what white is, as a rule


Source = Path | bytes  # a file, or what it holds


class UnreadableError(Exception):
    """A file is not a picture that can be read; the message goes on after its name."""


@dataclass(frozen=True)
class Header:
    """What is known of a picture before it is decoded.

    Attributes:
        shape: Height and width of the upright picture, in pixels.
        mode: Pillow's name of what its values are.
        is_first: Whether others follow it in the file, which are not read.
    """

    shape: tuple[int, int]
    mode: str
    is_first: bool


@dataclass(frozen=True)
class Levels:
    """The values that are black and white in pictures of more than 8 bits a pixel."""

    black: float
    white: float

    def in_bytes(self, values: np.ndarray) -> np.ndarray:
        """Return values (H, W) as uint8, black 0 and white 255, cut off beyond."""
        shades = values.astype(np.float64)
        shades -= self.black
        shades *= 255 / (self.white - self.black)
        return np.rint(shades.clip(0, 255, out=shades), out=shades).astype(np.uint8)


def levels_of(mode: str, lowest: float, highest: float) -> Levels:
    """Return black and white for all pictures of a mode among `WHITE`, which lie between two values together.

    White is 65535 in 16 bits; so it is in 32-bit integers, and 1 in floats, if all values lie between 0 and it.
    Otherwise the lowest value is black and the highest white.
    """
    if mode == SIXTEEN or (lowest >= 0 and highest <= WHITE[mode]):
        return Levels(0.0, WHITE[mode])
    return Levels(lowest, highest if highest > lowest else lowest + 1)


def look(file: Source) -> Header:
    """Return what the head of a file says.

    Raises:
        UnreadableError: It is no picture, of a mode that is not read, or of more than `PIXELS` or `BYTES`.
    """
    with _opened(file) as picture:
        if picture.mode not in GREY | COLOURED | set(DEEP):
            raise UnreadableError(f"has pixels of a kind that is not read, {picture.mode}")
        is_turned = False
        if picture.format != "TIFF":  # whose size is that of the upright picture already
            exif = Image.Image.getexif(picture)  # that of a PNG would decode it
            is_turned = exif.get(ExifTags.Base.Orientation) in (5, 6, 7, 8)
        shape = picture.size if is_turned else picture.size[::-1]
        return Header(shape, picture.mode, getattr(picture, "is_animated", False))


def extent(file: Source) -> tuple[float, float]:
    """Return the lowest and the highest value of a picture of more than 8 bits.

    Raises:
        UnreadableError: It cannot be decoded, or a value is not finite.
    """
    values = np.asarray(_upright(file))
    if not np.isfinite(values).all():
        raise UnreadableError("has values that are not finite")
    return float(values.min()), float(values.max())


def read(file: Source, size: tuple[int, int] | None, levels: dict[str, Levels], grey: bool) -> np.ndarray:
    """Decode a picture, scale it until it fills a size and cut it around its centre.

    Args:
        file: The picture.
        size: Height and width, in pixels; none: those that it has.
        levels: What is black and white in pictures of more than 8 bits, by mode.
        grey: Whether to turn colours into shades of grey (ITU-R BT.601).

    Returns:
        uint8 (1, H, W), or (3, H, W) if it is coloured. It is upright; what is transparent lies on white.

    Raises:
        UnreadableError: It cannot be decoded.
    """
    picture = _in_eight_bits(_upright(file), levels)
    if grey:
        picture = picture.convert("L")
    pixels = np.asarray(ImageOps.fit(picture, size[::-1]) if size else picture)
    if pixels.ndim == 2:
        return pixels[np.newaxis]
    is_coloured = (pixels != pixels[..., :1]).any()
    return pixels.transpose(2, 0, 1) if is_coloured else pixels[np.newaxis, :, :, 0]


def read_mask(file: Source, shape: tuple[int, int], size: tuple[int, int]) -> np.ndarray:
    """Decode a mask, scale and cut it as the picture of the given shape that it belongs to.

    Returns:
        bool (H, W): whether a pixel covers any pixel of the mask that is not black.

    Raises:
        UnreadableError: It cannot be decoded, or is of another shape.
    """
    mask = _upright(file)
    if mask.size[::-1] != shape:
        found, wanted = (" x ".join(map(str, one)) for one in (mask.size[::-1], shape))
        raise UnreadableError(f"is a mask of {found} pixels for an image of {wanted}")
    marked = np.asarray(mask if mask.mode in DEEP else mask.convert("L")) != 0
    shares = ImageOps.fit(Image.fromarray(marked.astype(np.float32)), size[::-1], Image.Resampling.BOX)
    return np.asarray(shares) > 0


def _upright(file: Source) -> Image.Image:
    """Return the decoded picture, turned as its file says (EXIF)."""
    with _opened(file) as picture:
        return ImageOps.exif_transpose(picture)


def _in_eight_bits(picture: Image.Image, levels: dict[str, Levels]) -> Image.Image:
    """Return a picture of mode L or RGB."""
    if picture.mode in DEEP:
        values = np.asarray(picture)
        shades = levels[DEEP[picture.mode]].in_bytes(values)
        shades[values == picture.info.get("transparency", np.nan)] = 255
        return Image.fromarray(shades)
    if picture.has_transparency_data:
        seen = picture.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", seen.size, "white"), seen).convert("RGB")
    return picture.convert("L" if picture.mode in GREY else "RGB")


@contextmanager
def _opened(file: Source) -> Iterator[Image.Image]:
    """Open a picture, and say in an `UnreadableError` what Pillow finds wrong with it."""
    too_large = f"has more than {counted(PIXELS, 'pixel')}"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of odd tags, and of sizes below our limit
            # Shown a path, Pillow 13 maps plain TIFFs into memory, and misreads those that lie on their side.
            with _content(file) as content, Image.open(content, formats=FORMATS) as picture:
                if picture.width * picture.height > PIXELS:
                    raise UnreadableError(too_large)
                yield picture
    except UnreadableError:
        raise
    except Image.DecompressionBombError:
        raise UnreadableError(too_large) from None
    except UnidentifiedImageError:
        raise UnreadableError("is not an image" if _length(file) else "is empty") from None
    except Exception as error:  # damaged files make Pillow's readers raise errors of all kinds
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise UnreadableError(f"cannot be decoded: {printable(reason)}") from error


def _content(file: Source) -> BinaryIO:
    """Return what a file holds, as a stream; a pipe would be waited for, and a device has no end."""
    if isinstance(file, bytes):
        return BytesIO(file)
    known = file.stat()
    if not S_ISREG(known.st_mode):
        raise UnreadableError("is a pipe, a socket or a device")
    if known.st_size > BYTES:
        raise UnreadableError(f"has more than {counted(BYTES, 'byte')}")
    return file.open("rb")


def _length(file: Source) -> int:
    return len(file) if isinstance(file, bytes) else file.stat().st_size
