"""One Matplotlib figure in a PNG file."""

from pathlib import Path

from kedro_datasets import matplotlib

from autoencoders.data.catalog.atomic import Atomic


class FigureDataset(Atomic, matplotlib.MatplotlibDataset):
    """A figure, saved as PNG and loaded as the bytes of the PNG."""

    def load(self) -> bytes:
        """Return the bytes of the PNG file."""
        return Path(self._get_load_path()).read_bytes()
