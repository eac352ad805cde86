"""One Matplotlib figure in a PNG file."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kedro.io import AbstractDataset
from kedro_datasets._typing import ImagePreview

from autoencoders.data.catalog.replacement import replacing

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class FigureDataset(AbstractDataset["Figure", bytes]):
    """A figure, saved atomically as PNG without pyplot and loaded as the bytes of the PNG.

    Args:
        filepath: The `.png` file.
        save_args: Keyword arguments of `Figure.savefig`, such as `dpi`.
        metadata: Ignored here, read by plugins such as Kedro-Viz.
    """

    def __init__(self, *, filepath: str, save_args: dict[str, Any], metadata: dict[str, Any] | None = None) -> None:
        self._filepath = Path(filepath)
        self._save_args = save_args
        self.metadata = metadata

    def load(self) -> bytes:
        """Return the bytes of the PNG file."""
        return self._filepath.read_bytes()

    def save(self, data: Figure) -> None:
        """Draw the figure into the PNG file, as a whole or not at all."""
        with replacing(self._filepath) as temporary:
            data.savefig(temporary, format="png", **self._save_args)

    def preview(self) -> ImagePreview:
        """Return the PNG in base64, as Kedro-Viz shows it."""
        return ImagePreview(b64encode(self.load()).decode("ascii"))

    def _exists(self) -> bool:
        return self._filepath.is_file()

    def _describe(self) -> dict[str, Any]:
        return {"filepath": self._filepath, "save_args": self._save_args}
