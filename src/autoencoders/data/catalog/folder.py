"""Images of one's own: one folder per class."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import numpy as np
from kedro.io import DatasetError

from autoencoders.data.catalog.load_only import LoadOnlyDataset
from autoencoders.data.images import ImageSet

MODES = {1: "L", 3: "RGB"}  # channels -> Pillow's name
PARTS = ("train", "test")


class FolderDataset(LoadOnlyDataset[ImageSet]):
    """Image files of any format that Pillow reads, cut to one shape.

    Files lie in `<path>/<class>/`, or in `<path>/train/<class>/` and `<path>/test/<class>/` where they have official
    parts. Each is scaled until it fills the size and cut to it around its centre.

    Args:
        path: The folder.
        name: What people call the dataset.
        size: Height and width, in pixels, of every image.
        channels: 1 for grey, 3 for colour.
        metadata: Ignored here, read by plugins such as Kedro-Viz.
    """

    def __init__(
        self,
        *,
        path: str,
        name: str,
        size: tuple[int, int],
        channels: Literal[1, 3] = 1,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        if channels not in MODES:
            raise DatasetError(f"{name}: channels must be 1 or 3, got {channels!r}")
        if len(size) != 2 or min(size) < 1:
            raise DatasetError(f"{name}: size must be a height and a width in pixels, got {list(size)}")
        self._path = Path(path)
        self._name = name
        self._size = (int(size[0]), int(size[1]))
        self._channels = channels
        self.metadata = metadata

    def load(self) -> ImageSet:
        """Return the images, classes and files in the order of their names, the training part first.

        Raises:
            DatasetError: The folder is missing or holds no images, or a file is not an image.
        """
        files = list(self._files())
        if not files:
            raise DatasetError(f"there are no images in {self._path}: put them into {self._path}/<class>/")
        names = sorted({file.parent.name for _, file in files})
        images = np.stack([self._read(file) for _, file in files])
        labels = np.array([names.index(file.parent.name) for _, file in files], dtype=np.uint8)
        info = {
            "name": self._name,
            "intensity": 255,
            "class_names": names,
            "source": "images of one's own",
            "files": [file.relative_to(self._path).as_posix() for _, file in files],
        }
        return ImageSet(images, labels, np.array([part for part, _ in files]), info)

    def _files(self) -> Iterator[tuple[str, Path]]:
        """Yield the part and the path of every file, but for hidden ones."""
        has_parts = (self._path / "train").is_dir()
        for part in PARTS if has_parts else PARTS[:1]:
            for file in sorted((self._path / part if has_parts else self._path).glob("[!.]*/[!.]*")):
                if file.is_file():
                    yield part, file

    def _read(self, file: Path) -> np.ndarray:
        """Return one image, uint8 (C, H, W)."""
        from PIL import Image, ImageOps, UnidentifiedImageError

        try:
            with Image.open(file) as picture:
                upright = ImageOps.exif_transpose(picture).convert(MODES[self._channels])
                pixels = np.asarray(ImageOps.fit(upright, self._size[::-1]), dtype=np.uint8)
        except (UnidentifiedImageError, OSError) as error:
            raise DatasetError(f"{file} is not an image, or damaged ({error}); take it away") from None
        return pixels[np.newaxis] if self._channels == 1 else pixels.transpose(2, 0, 1)

    def _exists(self) -> bool:
        return self._path.is_dir()
