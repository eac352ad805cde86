"""Images of one's own, from a folder."""

import logging
from collections import Counter
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any, Literal

import numpy as np
from kedro.io import DatasetError

from autoencoders.data.catalog.load_only import LoadOnlyDataset
from autoencoders.data.folders import FolderError
from autoencoders.data.folders.album import DIM, Album, Print, bind
from autoencoders.data.folders.layout import Layout, recognise
from autoencoders.data.folders.place import name_of
from autoencoders.data.folders.stream import stamps
from autoencoders.data.images import ImageSet
from autoencoders.data.stack import pieces
from autoencoders.data.words import counted, listed, printable

logger = logging.getLogger(__name__)

NAMED = 10  # files that a message names, at most


class FolderDataset(LoadOnlyDataset[ImageSet]):
    """Images of any kind and size, turned into one shape.

    Which layouts of folders there are says `layout.recognise`. The endings of files that are read are
    `picture.SUFFIXES`, the pixels and bytes that one may have `picture.PIXELS` and `picture.BYTES`. A picture is turned
    upright (EXIF), laid on white where it is transparent, and scaled until it fills the size and cut to it around its
    centre. Of several pictures in a file, the first counts. What white is in pictures of more than 8 bits says
    `picture.levels_of`.

    Args:
        path: The folder.
        name: What people call the dataset.
        size: Height and width, in pixels, of every image, or one number for both; none: the most common size there is.
        channels: 1 for grey, 3 for colour; none: colour if any image is coloured.
        white: The value of white in pictures of more than 8 bits, such as 4095 for a camera of 12 bits.
        metadata: Ignored here, read by plugins such as Kedro-Viz.

    Raises:
        DatasetError: A setting is out of range.
    """

    def __init__(
        self,
        *,
        path: str,
        name: str,
        size: int | tuple[int, int] | None = None,
        channels: Literal[1, 3] | None = None,
        white: float | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        if channels not in (None, 1, 3):
            raise DatasetError(f"{name}: channels must be 1 or 3, got {channels!r}")
        if white is not None and not (isinstance(white, int | float) and white > 0):
            raise DatasetError(f"{name}: white must be a number above 0, got {white!r}")
        sides = tuple(size) if isinstance(size, list | tuple) else (size, size)
        if size is not None and (len(sides) != 2 or not all(type(side) is int and side > 0 for side in sides)):
            raise DatasetError(f"{name}: size must be a height and a width in pixels, or one number, got {size!r}")
        self._path = Path(path)
        self._name = name
        self._size = None if size is None else sides
        self._channels = channels
        self._white = white
        self.metadata = metadata

    def load(self) -> ImageSet:
        """Return the images, the training part first, classes and files in the order of their names.

        Beside what every image set has, its info holds files; layout, in words; unreadable: files -> why; left_out:
        what other files are -> how many there are; without_mask: images that lack one; levels: black and
        white in pictures of more than 8 bits, by mode; and notes: all of it in
        sentences, which are logged, too.

        Raises:
            DatasetError: The folder is missing, or no image in it can be read.
        """
        try:
            layout = recognise(self._path)
            album = bind(self._path, layout, Print(self._size, self._channels, self._white))
        except FolderError as error:
            raise DatasetError(str(error)) from error
        notes, warnings = (list(map(printable, find(layout, album))) for find in (_facts, _losses))
        for level, sentences in ((logging.INFO, notes), (logging.WARNING, warnings)):
            for sentence in sentences:
                logger.log(level, "%s: %s", self._name, sentence)
        classes = [place.class_name for place in album.places]
        names = sorted(set(classes))
        numbers = {name: number for number, name in enumerate(names)}
        info = {
            "name": self._name,
            "intensity": 255,
            "class_names": names,
            "source": f"images of one's own, {layout.kind}",
            "files": [name_of(place.file) for place in album.places],
            "layout": layout.kind,
            "unreadable": album.unreadable,
            "left_out": {what: len(files) for what, files in layout.left_out.items()},
            "without_mask": album.without_mask,
            "levels": {mode: [one.black, one.white] for mode, one in album.levels.items()},
            "notes": notes + warnings,
        }
        labels = np.array([numbers[name] for name in classes], np.int32)
        return ImageSet(album.images, labels, np.array([place.part for place in album.places]), info, album.masks)

    def fingerprint(self) -> str:
        """Return the settings, and size and time of every file that is not hidden."""
        settings = repr((self._size, self._channels, self._white))
        return f"{settings} {stamps(self._path)}"

    def _exists(self) -> bool:
        return self._path.is_dir()


def _facts(layout: Layout, album: Album) -> Iterator[str]:
    """Yield what a folder was taken for and what was done to its images, a sentence each."""
    counts = Counter(place.class_name for place in album.places)
    classes = listed([f"{name} {count:,}" for name, count in sorted(counts.items())])
    colour = "in colour" if album.images.shape[1] == 3 else "grey"
    yield (
        f"{layout.kind}, {counted(len(album.places), 'image')} of {len(counts):,} "
        f"{'class' if len(counts) == 1 else 'classes'} ({classes}), "
        f"{' x '.join(map(str, album.size))} pixels, {colour}."
    )
    if album.resized:
        yield f"{counted(album.resized, 'image')} of another size scaled to this one, {album.cut:,} of them cut to it."
    several = sum(header.is_first for header in album.headers)
    if several:
        yield f"{counted(several, 'file')} with several pictures, of which the first is taken."
    if album.masks is not None:
        masked = sum(int(part.any(axis=(1, 2)).sum()) for part in pieces(album.masks))
        yield f"{counted(masked, 'image')} with a mask."


def _losses(layout: Layout, album: Album) -> Iterator[str]:
    """Yield what was left out and what may be wrong, a sentence each."""
    if album.unreadable:
        faults = [f"{file} {why}" for file, why in album.unreadable.items()]
        whose = "it" if len(faults) == 1 else "they"
        yield f"{counted(len(faults), 'file')} left out, because {whose} cannot be read: {listed(faults, NAMED)}."
    for what, files in layout.left_out.items():
        folders = len({PurePosixPath(file).parent for file in files})
        being = "it is" if len(files) == 1 else "they are"
        yield (
            f"{counted(len(files), 'file')} in {counted(folders, 'folder')} left out, because {being} {what}: "
            f"{listed(files, NAMED)}."
        )
    yield from layout.losses
    if album.without_mask:
        missing = listed(album.without_mask, NAMED)
        yield f"{counted(len(album.without_mask), 'image')} without the mask that a defect should have: {missing}."
    if album.brightest is not None and album.brightest < DIM:
        yield (
            f"the 16-bit images reach {album.brightest:.1%} of white and will be dark; say what white is in them, "
            "such as `white: 4095` for 12 bits."
        )
