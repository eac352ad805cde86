"""Three photographs of surfaces that come with scikit-image, cut into good images and images with defects."""

from typing import Any

import numpy as np
from kedro.io import DatasetError
from numpy.lib.stride_tricks import sliding_window_view

from autoencoders.data import defects
from autoencoders.data.catalog.load_only import LoadOnlyDataset
from autoencoders.data.images import ImageSet

SOURCES = {  # in the words of skimage.data; each 512 x 512 pixels in 256 levels of grey
    "brick": "Bricks25 of CC0Textures",
    "grass": "Grass 01 by linolafett, DeviantArt",
    "gravel": "Gravel04 of CC0Textures",
}
SIDE = 64  # pixels, of the square images cut from a photograph
TESTED = slice(176, 336)  # the rows that test images come from; training images come from above and below
PLASTIC = 1.324717957244746  # the real root of x**3 = x + 1
TRAINING, GOOD, DEFECTIVE = 600, 200, 60  # images to train on, good ones to test on, and defective ones of each kind


class SurfacesDataset(LoadOnlyDataset[ImageSet]):
    """Images of 64 x 64 pixels from places drawn on one photograph, and masks; no file and no network needed.

    The training part is good: 600 images from the upper and the lower third of the photograph. The test part is cut
    from the rows between, which share no pixel with these: 200 good images, and 60 with a defect of each kind that
    `data.defects` makes. Masks say which pixels these changed.

    Images of a part overlap. Those held out of the training part share pixels with those trained on, good test images
    do not: a threshold set on the former need not keep its rate on the latter.

    Args:
        photograph: "brick", "grass" or "gravel".
        seed: Draws the places and the defects.
        metadata: Ignored here, read by plugins such as Kedro-Viz.

    Raises:
        ValueError: There is no such photograph.
    """

    def __init__(self, *, photograph: str, seed: int, metadata: dict[str, Any] | None = None) -> None:
        if photograph not in SOURCES:
            raise ValueError(f"photograph must be one of {list(SOURCES)}, got {photograph!r}")
        self._photograph = photograph
        self._seed = seed
        self.metadata = metadata

    def load(self) -> ImageSet:
        """Return the images, good ones to train on first, then good ones to test on, then the kinds of defects.

        Raises:
            DatasetError: scikit-image is not installed.
        """
        photographs = {name: _photograph(name) for name in SOURCES}
        surface = photographs.pop(self._photograph)
        kinds = defects.kinds(list(photographs.values()))
        rng = np.random.default_rng([self._seed, list(SOURCES).index(self._photograph)])
        training = _cut([surface[: TESTED.start], surface[TESTED.stop :]], TRAINING, rng)
        good = _cut([surface[TESTED]], GOOD, rng)
        defective = [
            defects.with_defect(image, defect, rng)
            for defect in kinds.values()
            for image in _cut([surface[TESTED]], DEFECTIVE, rng)
        ]
        images = np.concatenate([training, good, [image for image, _ in defective]])
        masks = np.zeros(images.shape, bool)
        masks[-len(defective) :] = [mask for _, mask in defective]
        labels = np.repeat(np.arange(1 + len(kinds)), [TRAINING + GOOD, *[DEFECTIVE] * len(kinds)]).astype(np.uint8)
        parts = np.repeat(["train", "test"], [TRAINING, GOOD + len(defective)])
        info = {
            "name": f"Surfaces: {self._photograph}",
            "intensity": 255,
            "class_names": ["good", *kinds],
            "source": f"{SOURCES[self._photograph]}, a photograph as shipped with scikit-image (CC0); defects added",
            "notes": [
                "Training images overlap one another, and so do test images; no training image overlaps a test image."
            ],
        }
        return ImageSet(images[:, np.newaxis], labels, parts, info, masks)

    def _exists(self) -> bool:
        return True


def _photograph(name: str) -> np.ndarray:
    """Return a photograph of scikit-image's own, uint8 (512, 512)."""
    try:
        from skimage import data
    except ModuleNotFoundError as error:
        raise DatasetError(
            "scikit-image, which holds the photographs, is not installed; `make .venv/.ready` installs it"
        ) from error
    return getattr(data, name)()


def _cut(bands: list[np.ndarray], count: int, rng: np.random.Generator) -> np.ndarray:
    """Return square images (count, SIDE, SIDE) from all over some bands of a photograph, one band after the other.

    The places on a band follow the R2 sequence from a point that is drawn (M. Roberts, The unreasonable effectiveness
    of quasirandom sequences, 2018), which spreads them evenly; if each were drawn, some would nearly coincide.
    """
    images = np.empty((count, SIDE, SIDE), np.uint8)
    for first, band in enumerate(bands):
        windows = sliding_window_view(band, (SIDE, SIDE))  # (rows, columns, SIDE, SIDE)
        steps = np.arange(len(images[first :: len(bands)]))[:, None] / [PLASTIC, PLASTIC**2]
        places = (rng.random(2) + steps) % 1 * windows.shape[:2]
        rows, columns = places.astype(int).T
        images[first :: len(bands)] = windows[rows, columns]
    return images
