"""The handwritten digits that come with scikit-learn."""

from typing import Any

import numpy as np

from autoencoders.data.catalog.load_only import LoadOnlyDataset
from autoencoders.data.images import ImageSet

SOURCE = (
    "Optical Recognition of Handwritten Digits, test part, E. Alpaydin and C. Kaynak, UCI Machine Learning "
    "Repository 1998, as shipped with scikit-learn (CC BY 4.0)"
)


class DigitsDataset(LoadOnlyDataset[ImageSet]):
    """1797 digits of 8 x 8 pixels in 17 grey levels; no file and no network needed.

    Args:
        metadata: Ignored here, read by plugins such as Kedro-Viz.
    """

    def __init__(self, *, metadata: dict[str, Any] | None = None) -> None:
        self.metadata = metadata

    def load(self) -> ImageSet:
        """Return the digits; all count as "train", for there is no official test part."""
        from sklearn.datasets import load_digits

        digits = load_digits()
        images = digits.images.astype(np.uint8)[:, np.newaxis]  # (1797, 1, 8, 8)
        labels = digits.target.astype(np.uint8)
        info = {
            "name": "scikit-learn's digits",
            "intensity": 16,
            "class_names": [str(name) for name in digits.target_names],
            "source": SOURCE,
        }
        return ImageSet(images, labels, np.full(len(labels), "train"), info)

    def _exists(self) -> bool:
        return True
