"""A picture of any kind comes out as a viewer shows it."""

import os
import struct
import time
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from autoencoders.data.folders import picture
from autoencoders.data.folders.picture import Levels, UnreadableError, levels_of

LEVELS = {"I;16": Levels(0, 65535), "I": Levels(0, 65535), "F": Levels(0, 1)}


def read(file: Path, size: tuple[int, int] = (2, 2), grey: bool = False) -> np.ndarray:
    picture.look(file)
    return picture.read(file, size, LEVELS, grey)


def half(mode: str, left: object, right: object, size: tuple[int, int] = (2, 2)) -> Image.Image:
    """Return a picture of one colour at the left and another at the right."""
    image = Image.new(mode, size, left)
    image.paste(right, (size[0] // 2, 0, *size))
    return image


PALETTE = half("RGB", "black", "white").convert("P", palette=Image.Palette.ADAPTIVE)
BLACK_AND_WHITE = {
    "1.png": half("1", 0, 1),
    "L.png": half("L", 0, 255),
    "LA.png": half("LA", (0, 255), (0, 0)),  # black ink on nothing
    "P.png": PALETTE,
    "P.gif": PALETTE,
    "RGB.png": half("RGB", "black", "white"),
    "RGB.bmp": half("RGB", "black", "white"),
    "RGB.webp": half("RGB", "black", "white"),
    "RGBA.png": half("RGBA", (0, 0, 0, 255), (0, 0, 0, 0)),
    "RGBA.tif": half("RGBA", (0, 0, 0, 255), (0, 0, 0, 0)),
    "I16.png": half("I;16", 0, 65535),
    "I16.tif": half("I;16", 0, 65535),
    "I.tif": half("I", 0, 65535),
    "I.pgm": half("I", 0, 65535),
    "F.tif": half("F", 0.0, 1.0),
    "CMYK.tif": half("CMYK", (0, 0, 0, 255), (0, 0, 0, 0)),
}


@pytest.mark.parametrize("name", BLACK_AND_WHITE)
def test_black_is_black_and_white_is_white(tmp_path, name):
    options = {"lossless": True} if name.endswith("webp") else {}
    BLACK_AND_WHITE[name].save(tmp_path / name, **options)
    assert read(tmp_path / name).tolist() == [[[0, 255], [0, 255]]]
    assert read(tmp_path / name, grey=True).tolist() == [[[0, 255], [0, 255]]]


@pytest.mark.parametrize("mode", ["P", "L", "RGB", "I;16"])
def test_a_colour_that_is_transparent_lies_on_white(tmp_path, mode):
    image = half("L", 0, 200).convert("P") if mode == "P" else half(mode, 0, 200)
    image.save(tmp_path / "a.png", transparency=(0, 0, 0) if mode == "RGB" else 0)
    found = read(tmp_path / "a.png")[0]
    assert found[0, 0] == 255 and found[0, 1] != 255


def test_half_a_tone_is_half_transparent_black(tmp_path):
    Image.new("RGBA", (2, 2), (0, 0, 0, 128)).save(tmp_path / "a.png")
    assert read(tmp_path / "a.png").ravel().tolist() == [127] * 4


@pytest.mark.parametrize("name", ["RGB.png", "P.png", "CMYK.tif", "YCbCr.tif", "RGBA.png"])
def test_colours_stay(tmp_path, name):
    Image.new("RGB", (2, 2), (255, 0, 0)).convert(name.partition(".")[0]).save(tmp_path / name)
    found = read(tmp_path / name)
    assert found.shape == (3, 2, 2)
    assert np.abs(found[:, 0, 0].astype(int) - (255, 0, 0)).max() <= 1


def test_a_cmyk_jpeg_is_no_negative(tmp_path):
    half("CMYK", (0, 0, 0, 255), (0, 0, 0, 0), size=(32, 16)).save(tmp_path / "a.jpg", quality=100)
    found = read(tmp_path / "a.jpg", (16, 32))
    assert found[0, 8, 2] < 5 and found[0, 8, 29] > 250


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.tif"])
def test_it_is_turned_upright(tmp_path, name):
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees to the right
    half("L", 0, 255, size=(16, 8)).save(tmp_path / name, exif=exif)
    assert picture.look(tmp_path / name).shape == (16, 8)
    found = read(tmp_path / name, (16, 8))[0]
    assert found[2].max() < 10 and found[13].min() > 245, "what was at the left is on top"


def test_the_middle_of_sixteen_bits_is_the_middle_of_eight(tmp_path):
    values = np.array([[0, 257, 128 * 257, 65535]], np.uint16)
    for name in ("a.png", "a.tif"):
        Image.fromarray(values).save(tmp_path / name)
        assert read(tmp_path / name, (1, 4)).ravel().tolist() == [0, 1, 128, 255]


@pytest.mark.parametrize(
    ("mode", "extent", "levels"),
    [
        ("I;16", (100, 4095), (0, 65535)),
        ("I", (0, 300), (0, 65535)),
        ("I", (-5, 300), (-5, 300)),
        ("I", (0, 70000), (0, 70000)),
        ("F", (0.25, 0.5), (0, 1)),
        ("F", (0.0, 255.0), (0, 255)),
        ("F", (7.0, 7.0), (7, 8)),
    ],
)
def test_what_black_and_white_are_follows_a_rule(mode, extent, levels):
    assert levels_of(mode, *extent) == Levels(*levels)


def test_of_several_pictures_the_first_is_read_and_others_are_noticed(tmp_path):
    frames = [Image.new("L", (2, 2), shade) for shade in (10, 200, 90)]
    for name in ("a.tif", "a.gif"):
        frames[0].save(tmp_path / name, save_all=True, append_images=frames[1:])
        assert picture.look(tmp_path / name).is_first
        assert read(tmp_path / name).max() == 10


def test_a_mask_marks_each_pixel_that_it_touches(tmp_path):
    values = np.zeros((8, 8), np.uint8)
    values[0, 0], values[7, 4:] = 1, 255
    for mode in ("L", "RGB", "RGBA"):
        Image.fromarray(values).convert(mode).save(tmp_path / "a.png")
        assert picture.read_mask(tmp_path / "a.png", (8, 8), (2, 2)).tolist() == [[True, False], [False, True]]


def png(width: int, height: int) -> bytes:
    """Return the head of a PNG that announces a size."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.parametrize("side", [10_001, 20_000, 60_000])
def test_a_picture_that_would_fill_the_memory_is_not_decoded(tmp_path, side):
    (tmp_path / "a.png").write_bytes(png(side, side))
    with pytest.raises(UnreadableError, match=r"^has more than 100,000,000 pixels$"):
        picture.look(tmp_path / "a.png")


def test_texts_that_would_fill_the_memory_are_not_unpacked(tmp_path):
    info = PngImagePlugin.PngInfo()
    info.add_text("bomb", "0" * 2_000_000, zip=True)
    Image.new("L", (2, 2)).save(tmp_path / "a.png", pnginfo=info)
    with pytest.raises(UnreadableError, match=r"^cannot be decoded: Decompressed data too large"):
        read(tmp_path / "a.png")


def test_thousands_of_pictures_in_a_file_are_not_counted(tmp_path):
    """Pillow searches all that it has counted before for each: a minute for 60,000."""
    tags = [(256, 4), (257, 4), (258, 8), (259, 1), (262, 1), (273, 8), (278, 4), (279, 16)]
    one = struct.pack("<H", len(tags)) + b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    step = len(one) + 4
    chain = [one + struct.pack("<I", 24 + step * number) for number in range(1, 20_000)]
    (tmp_path / "a.tif").write_bytes(b"II*\0" + struct.pack("<I", 24) + bytes(16) + b"".join(chain) + one + bytes(4))
    before = time.process_time()
    assert picture.look(tmp_path / "a.tif").is_first
    assert read(tmp_path / "a.tif").max() == 0
    assert time.process_time() - before < 1


@pytest.mark.parametrize("ending", ["webp", "avif", "png", "tif"])
def test_a_file_that_would_fill_the_memory_is_not_read(tmp_path, ending):
    file = tmp_path / f"a.{ending}"
    Image.new("RGB", (2, 2)).save(file)
    os.truncate(file, 600_000_001)
    with pytest.raises(UnreadableError, match=r"^has more than 600,000,000 bytes$"):
        picture.look(file)


@pytest.mark.parametrize("made", [os.mkfifo, lambda file: file.symlink_to("/dev/zero")], ids=["pipe", "device"])
def test_what_is_no_file_is_not_waited_for(tmp_path, made):
    made(tmp_path / "a.png")
    with pytest.raises(UnreadableError, match=r"^is a pipe, a socket or a device$"):
        picture.look(tmp_path / "a.png")


@pytest.mark.parametrize("ending", ["png", "jpg", "tif", "gif", "bmp", "webp"])
def test_whatever_is_damaged_is_told_and_nothing_else_is_raised(tmp_path, rng, ending):
    whole, file = tmp_path / f"whole.{ending}", tmp_path / f"a.{ending}"
    Image.fromarray(rng.integers(0, 255, (16, 16, 3), dtype=np.uint8)).save(whole)
    content = whole.read_bytes()
    damaged = [content[: len(content) * part // 8] for part in range(8)]
    damaged += [
        content[:at] + bytes([rng.integers(256)]) + content[at + 1 :] for at in rng.integers(len(content), size=40)
    ]
    refused = 0
    for one in damaged:
        file.write_bytes(one)
        try:
            read(file)
        except UnreadableError:
            refused += 1
    assert refused >= 5


def test_formats_whose_readers_start_programs_are_not_tried(tmp_path):
    (tmp_path / "a.png").write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 2 2\n%%EndComments\nshowpage\n")
    with pytest.raises(UnreadableError, match=r"^is not an image$"):
        picture.look(tmp_path / "a.png")


def test_pixels_of_a_kind_that_is_not_read_are_named(tmp_path):
    Image.new("LAB", (2, 2)).save(tmp_path / "a.tif")
    with pytest.raises(UnreadableError, match="of a kind that is not read, LAB"):
        picture.look(tmp_path / "a.tif")
