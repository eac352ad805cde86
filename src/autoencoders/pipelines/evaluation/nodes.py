"""From weights to errors and metrics. The libraries that compute are imported when a node runs."""

from autoencoders.data.images import ImageSet
from autoencoders.data.splits import NAMES
from autoencoders.key import JUDGED_AT
from autoencoders.pipelines.annotations import Arrays, DataFrame, Metrics
from autoencoders.training.corruption import Corruption, NoCorruption
from autoencoders.training.variant import Compute, Variant

UNTOUCHED = NoCorruption()
SEEN = 10_000  # training images behind the statistics of each pixel


def score_images(
    images: ImageSet,
    splits: Arrays,
    basis: Arrays,
    weights: Arrays,
    variant: Variant,
    seed: int,
    compute: Compute,
    judged_at: Corruption = UNTOUCHED,
) -> tuple[DataFrame, Arrays, Arrays]:
    """Reconstruct every image of every split and compare; the test split appears here for the first time.

    Images are shown as they are and, where all variants of the study are `judged_at` a corruption, corrupted too.

    Returns:
        The error table, one row per image: index, split, label and the errors of `evaluation.errors`; examples, the
        first test image of each class; and the statistics of each pixel over training images.
    """
    import pandas as pd

    from autoencoders.evaluation import errors as evaluation
    from autoencoders.evaluation.subject import subject_of

    subject = subject_of({"images": images}, splits, variant, weights, seed, compute)
    model, labels = subject.model, images.labels
    tables = []
    for split in NAMES:
        row = {"index": splits[split], "split": split, "label": labels[splits[split]]}
        errors = evaluation.errors(model, subject.split(split), basis, judged_at, seed)
        tables.append(pd.DataFrame(row | errors))
    first = subject.at(evaluation.first_of_each(labels, splits["test"]))
    examples = evaluation.examples(model, first, judged_at, seed)
    statistics = evaluation.pixel_statistics(model, subject.at(splits["train"][:SEEN]))
    return pd.concat(tables, ignore_index=True), examples, statistics


def measure(
    errors: DataFrame,
    history: DataFrame,
    iterations: DataFrame,
    pixel_statistics: Arrays,
    variant: Variant,
    seed: int,
    judged_at: Corruption = UNTOUCHED,
) -> Metrics:
    """Sum one experiment up in numbers, the sanity checks among them (1 passed, 0 failed) and what it is judged at."""
    from autoencoders.evaluation import errors as evaluation

    numbers = {f"{JUDGED_AT}{name}": float(value) for name, value in judged_at if not isinstance(value, str)}
    return evaluation.summary(errors, history, iterations, pixel_statistics, variant) | numbers | {"seed": seed}
