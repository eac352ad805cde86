"""An album: the pictures of a folder that can be read, as one array, and what is wrong with the rest."""

import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from math import prod
from pathlib import Path
from typing import TypeVar

import numpy as np

from autoencoders.data.folders import FolderError, picture
from autoencoders.data.folders.layout import Layout, Place
from autoencoders.data.folders.picture import DEEP, SIXTEEN, Header, Levels, UnreadableError, levels_of
from autoencoders.data.stack import Stack, pieces
from autoencoders.data.words import counted, listed

COPIES = 2  # of all images that the disk must have room for: while they are read, and where they are kept
DIM = 0.25  # of white: 16-bit pictures all below it have 14 bits or fewer

Found = TypeVar("Found")


@dataclass(frozen=True)
class Print:
    """What pictures are turned into.

    Attributes:
        size: Height and width, in pixels; none: those that most pictures have.
        channels: 1 for grey, 3 for colour; none: colour if any picture is coloured.
        white: The value of white in pictures of more than 8 bits, black being 0; none: as `levels_of` finds it.
    """

    size: tuple[int, int] | None
    channels: int | None
    white: float | None


@dataclass(frozen=True)
class Album:
    """Pictures as an array, in the order of their places.

    Attributes:
        images: uint8 (N, C, H, W), values in 0..255; memory-mapped, as masks are.
        masks: Whether each pixel is a defect's, bool (N, H, W); none: that is not known of any.
        places: Where each image lies, N.
        headers: What the head of each image's file says, N.
        unreadable: Files that cannot be read, masks among them -> why.
        without_mask: Images that should have a mask and have none; none of their pixels is marked.
        levels: What is black and white in pictures of more than 8 bits, by mode.
        brightest: The highest value in 16-bit pictures, in shares of white; none: there are no such pictures.
    """

    images: np.ndarray
    masks: np.ndarray | None
    places: list[Place]
    headers: list[Header]
    unreadable: dict[str, str]
    without_mask: list[str]
    levels: dict[str, Levels]
    brightest: float | None

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of all images."""
        return self.images.shape[2:]

    @property
    def resized(self) -> int:
        """How many pictures were of another size."""
        return sum(header.shape != self.size for header in self.headers)

    @property
    def cut(self) -> int:
        """How many lost a strip at two sides: scaled to fill the size, they reached beyond it by a pixel or more."""
        return sum(_overhang(header.shape, self.size) >= 1 for header in self.headers)


def bind(root: Path, layout: Layout, form: Print) -> Album:
    """Read the pictures of a layout, one at a time, straight into one array on disk.

    Those of more than 8 bits are decoded twice: what is black and white is one thing for all of a mode.

    Raises:
        FolderError: None can be read, or the disk has no room for them.
    """
    unreadable: dict[str, str] = {}
    files = [place.file for place in layout.places]
    headers = dict(_readable(root, files, picture.look, unreadable))
    levels, brightest = _levels(root, headers, form.white, unreadable)
    places = [place for place in layout.places if place.file in headers and place.file not in unreadable]
    _refuse_nothing(root, places, unreadable)
    size = form.size or _usual_size([headers[place.file].shape for place in places])
    _refuse_too_many(len(places), size, form.channels or 3)
    images, places = _stack(root, places, size, form.channels, levels, unreadable)
    _refuse_nothing(root, places, unreadable)
    shown = [headers[place.file] for place in places]
    masks, without_mask = _masks(root, places, shown, size, unreadable) if layout.has_masks else (None, [])
    return Album(images, masks, places, shown, unreadable, without_mask, levels, brightest)


def _readable(
    root: Path, files: Iterable[str], function: Callable[[Path], Found], unreadable: dict[str, str]
) -> Iterator[tuple[str, Found]]:
    """Yield the files that a function can read, with what it returns; note what is wrong with the others."""
    for file in files:
        try:
            found = function(root / file)
        except UnreadableError as error:
            unreadable[file] = str(error)
        else:
            yield file, found


def _refuse_nothing(root: Path, places: list[Place], unreadable: dict[str, str]) -> None:
    if not places:
        faults = listed([f"{file} {why}" for file, why in unreadable.items()], 5)
        raise FolderError(f"none of the images in {root} can be read: {faults}")


def _levels(
    root: Path, headers: dict[str, Header], white: float | None, unreadable: dict[str, str]
) -> tuple[dict[str, Levels], float | None]:
    """Return black and white by mode of more than 8 bits, and the brightest 16-bit value in shares of white."""
    deep = [file for file, header in headers.items() if header.mode in DEEP]
    extents: dict[str, list[tuple[float, float]]] = {}
    for file, extent in _readable(root, deep, picture.extent, unreadable):
        extents.setdefault(DEEP[headers[file].mode], []).append(extent)
    both = {mode: (min(low for low, _ in found), max(high for _, high in found)) for mode, found in extents.items()}
    levels = {mode: Levels(0.0, white) if white else levels_of(mode, *ends) for mode, ends in both.items()}
    return levels, both[SIXTEEN][1] / levels[SIXTEEN].white if SIXTEEN in both else None


def _usual_size(shapes: list[tuple[int, int]]) -> tuple[int, int]:
    """Return the most common size; of several, the one that comes first."""
    return Counter(shapes).most_common(1)[0][0]


def _refuse_too_many(count: int, size: tuple[int, int], channels: int) -> None:
    total, free = COPIES * count * prod(size) * channels, shutil.disk_usage(".").free
    if total > free:
        raise FolderError(
            f"{counted(count, 'image')} of {size[0]} x {size[1]} pixels would take {total / 1e9:.1f} GB of disk, of "
            f"which {free / 1e9:.1f} GB are left: make room, or say a smaller size, such as `size: 64`"
        )


def _stack(
    root: Path,
    places: list[Place],
    size: tuple[int, int],
    channels: int | None,
    levels: dict[str, Levels],
    unreadable: dict[str, str],
) -> tuple[np.ndarray, list[Place]]:
    """Return the images, uint8 (N, C, H, W), and the places of those that can be decoded."""
    images = Stack((channels or 1, *size), np.uint8)
    by_file = {place.file: place for place in places}
    kept: list[Place] = []
    read = partial(picture.read, size=size, levels=levels, grey=channels == 1)
    for file, pixels in _readable(root, by_file, read, unreadable):
        if len(pixels) > images.shape[0]:
            images = _in_colour(images)
        images.append(pixels)  # grey pixels fill all channels
        kept.append(by_file[file])
    return images.mapped(), kept


def _in_colour(grey: Stack) -> Stack:
    """Return grey images (1, H, W) as coloured ones."""
    parts = pieces(grey.mapped())
    return Stack.of((image for part in parts for image in part), (3, *grey.shape[1:]), np.uint8)


def _masks(
    root: Path, places: list[Place], headers: list[Header], size: tuple[int, int], unreadable: dict[str, str]
) -> tuple[np.ndarray, list[str]]:
    """Return masks (N, H, W) and the images that have none, although no image of their class is to be learnt from."""
    masks = Stack(size, bool)
    learnt = {place.class_name for place in places if place.part == "train"}
    missing = []
    for place, header in zip(places, headers, strict=True):
        read = partial(picture.read_mask, shape=header.shape, size=size)
        found = dict(_readable(root, [place.mask] if place.mask else [], read, unreadable))
        masks.append(found.get(place.mask, np.zeros((1, 1), bool)))
        if not found and place.class_name not in learnt:
            missing.append(place.file)
    return masks.mapped(), missing


def _overhang(shape: tuple[int, int], size: tuple[int, int]) -> float:
    """Return by how many pixels a picture that just fills a size reaches beyond it."""
    scales = [wanted / side for side, wanted in zip(shape, size, strict=True)]
    return max(side * max(scales) - wanted for side, wanted in zip(shape, size, strict=True))
