"""From labels to index arrays: which images a training may see."""

from autoencoders.data import splits as domain
from autoencoders.data.images import ImageSet
from autoencoders.data.splits import Splits
from autoencoders.pipelines.annotations import Arrays


def split_images(images: ImageSet, splits: Splits) -> Arrays:
    """Divide a dataset, class by class.

    Returns:
        Indices of the images of each split: train, validation, calibration, test.
    """
    return domain.split(images.labels, images.official_split, splits)


def select_normal(images: ImageSet, all_splits: Arrays, normal_class: list[int]) -> Arrays:
    """Keep the normal class alone, except in the test split, which stays whole."""
    return domain.normal_splits(all_splits, images.labels, normal_class)
