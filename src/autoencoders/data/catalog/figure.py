"""One Matplotlib figure in a PNG file."""

from copy import copy
from pathlib import Path

from kedro_datasets import matplotlib
from matplotlib.figure import Figure

from autoencoders.data.catalog.atomic import Atomic

GAP = 0.03  # inches below a line of text that letters may reach into once they are drawn on whole pixels


class FigureDataset(Atomic, matplotlib.MatplotlibDataset):
    """A figure, saved as PNG and loaded as the bytes of the PNG."""

    def load(self) -> bytes:
        """Return the bytes of the PNG file."""
        return Path(self._get_load_path()).read_bytes()

    def _write(self, data: Figure, path: Path) -> None:
        twin = copy(self)
        twin._save_args = self._save_args | {"metadata": described(data)}
        super(FigureDataset, twin)._write(data, path)


def described(figure: Figure) -> dict[str, str]:
    """Return what stands above and below a figure's panels, as a PNG file keeps it beside the pixels.

    Who opens the file reads both in the picture; a page says them in its own words and shows what lies between.

    Returns:
        Title and Description; and Body, where the panels lie: the shares of the height above and below their ends.
    """
    above, below = figure.get_suptitle(), figure.get_supxlabel()
    if not above:
        return {}
    shares = figure.transFigure.inverted()
    ends = {text.get_text(): text.get_window_extent().transformed(shares) for text in figure.texts}
    gap = GAP / figure.get_figheight()
    top, bottom = 1 - ends[above].y0 + gap, 1 - ends[below].y1 - gap if below else 1.0
    words = {"Title": " ".join(above.split()), "Description": " ".join(below.split())}
    return words | {"Body": f"{top:.4f} {bottom:.4f}"}
