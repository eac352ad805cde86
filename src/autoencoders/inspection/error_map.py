"""Error maps: how far each place of an image is off, in sds from the usual; as pictures, and where they are highest."""

from io import BytesIO

import numpy as np
from PIL import Image
from scipy import ndimage

BOX = ["top", "left", "height", "width"]  # in pixels
DARKEST, STEPS = -2.0, 18.0  # sds that are black in a picture, and grey levels per sd


def pictured(maps: np.ndarray) -> np.ndarray:
    """Return error maps, in sds from the usual, as grey levels, uint8: bright = odd, 36 = usual, 255 = 12 sds."""
    return np.rint((maps - DARKEST) * STEPS).clip(0, 255).astype(np.uint8)


def encoded(grey: np.ndarray) -> bytes:
    """Return a grey picture (H, W), uint8, as PNG."""
    opened = BytesIO()
    Image.fromarray(grey).save(opened, format="PNG", compress_level=1)
    return opened.getvalue()


def box(errors: np.ndarray) -> dict[str, int]:
    """Return top, left, height and width of the region around the largest error of a map (H, W), above half of it."""
    row, column = np.unravel_index(errors.argmax(), errors.shape)
    marked, _ = ndimage.label(errors >= errors[row, column] - abs(errors[row, column]) / 2)
    rows, columns = ndimage.find_objects((marked == marked[row, column]).astype(int))[0]
    top, left = rows.start, columns.start
    return {"top": top, "left": left, "height": rows.stop - top, "width": columns.stop - left}
