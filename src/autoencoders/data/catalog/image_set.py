"""A dataset's images and what is known of them, in one folder."""

from pathlib import Path
from typing import Any

from kedro.io import AbstractDataset

from autoencoders.data.catalog.array import ArrayDataset
from autoencoders.data.catalog.atomic import JSONDataset
from autoencoders.data.images import ImageSet

ARRAYS = ("images", "labels", "official_split")


class ImageSetDataset(AbstractDataset[ImageSet, ImageSet]):
    """An image set as `images.npy`, `labels.npy`, `official_split.npy` and `dataset_info.json`, saved atomically.

    The arrays are loaded as read-only memory maps.

    Args:
        path: The folder.
        metadata: Ignored here, read by plugins such as Kedro-Viz.
    """

    def __init__(self, *, path: str, metadata: dict[str, Any] | None = None) -> None:
        self._arrays = {name: ArrayDataset(filepath=str(Path(path, f"{name}.npy"))) for name in ARRAYS}
        self._filepath = Path(path, "dataset_info.json")  # written last: where it is, all is
        self._info = JSONDataset(filepath=str(self._filepath))
        self.metadata = metadata

    def load(self) -> ImageSet:
        """Map the arrays into memory.

        Raises:
            DatasetError: A file is missing or damaged.
        """
        return ImageSet(**{name: array.load() for name, array in self._arrays.items()}, info=self._info.load())

    def save(self, data: ImageSet) -> None:
        """Write every file as a whole or not at all, the info last."""
        for name, array in self._arrays.items():
            array.save(getattr(data, name))
        self._info.save(data.info)

    def _exists(self) -> bool:
        return self._info.exists() and all(array.exists() for array in self._arrays.values())

    def _describe(self) -> dict[str, Any]:
        return {"path": str(self._filepath.parent)}
