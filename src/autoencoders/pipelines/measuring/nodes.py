"""From weights to findings, and from a study's findings to one figure."""

from autoencoders.data.finding import Finding
from autoencoders.data.images import ImageSet
from autoencoders.key import by_key
from autoencoders.measurements import Measurement
from autoencoders.pipelines.annotations import Arrays, Chart, DataFrame, Figure
from autoencoders.training.variant import Compute, Variant


def take_measurement(
    splits: Arrays,
    basis: Arrays,
    weights: Arrays,
    variant: Variant,
    seed: int,
    compute: Compute,
    measurement: Measurement,
    **images: ImageSet,
) -> Finding:
    """Take one measurement of one fitted network; `images` are its own image set and, by name, those of others."""
    from dataclasses import replace

    from autoencoders import measurements
    from autoencoders.evaluation.subject import subject_of

    subject = subject_of(images, splits, variant, weights, seed, compute)
    return measurements.measure(replace(subject, basis=basis), measurement)


def draw_findings(measurement: Measurement, comparison: DataFrame, **findings: Finding) -> tuple[Figure, DataFrame]:
    """Set the findings of a study's variants side by side; `comparison` tells which are the best.

    Returns:
        The figure, and all tables in one, with columns variant and seed before the rest.
    """
    from autoencoders import measurements
    from autoencoders.reporting.headline import headline

    return measurements.compare(by_key(findings), measurement, headline(comparison).ranked)


def chart_findings(measurement: Measurement, **findings: Finding) -> Chart:
    """Chart what a measurement found of a study's variants, one seed each."""
    from autoencoders import measurements

    return measurements.chart(by_key(findings), measurement)
