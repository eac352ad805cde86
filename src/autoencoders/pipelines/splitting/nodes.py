"""From labels to index arrays: which images training may see."""

from autoencoders.data import splits as domain
from autoencoders.data import training_set as drawing
from autoencoders.data.images import ImageSet
from autoencoders.data.splits import Splits
from autoencoders.data.training_set import TrainingSet
from autoencoders.pipelines.annotations import Arrays


def split_images(images: ImageSet, splits: Splits) -> Arrays:
    """Divide a dataset, class by class.

    Returns:
        Indices of the images of each split: train, validation, calibration, test.
    """
    return domain.split(images.labels, images.official_split, splits)


def select_normal(images: ImageSet, all_splits: Arrays, normal_class: list[int | str]) -> Arrays:
    """Keep the normal class alone, except in the test split, which stays whole."""
    return domain.normal_splits(all_splits, images.labels, images.labels_of(normal_class))


def draw_training_set(
    images: ImageSet, all_splits: Arrays, normal_class: list[int | str], training_set: TrainingSet, seed: int
) -> Arrays:
    """Keep the normal class in the same way, with fewer images to learn from or with others among them.

    Returns:
        The splits and, where training is polluted, which images pollute it.
    """
    return drawing.draw(all_splits, images.labels, images.labels_of(normal_class), training_set, seed)
