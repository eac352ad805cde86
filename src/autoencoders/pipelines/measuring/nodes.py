"""From weights to findings, and from a study's findings to one figure."""

from typing import Any

import numpy as np

from autoencoders.measurements import Measurement
from autoencoders.pipelines.annotations import Arrays, Chart, DataFrame, Facts, Figure
from autoencoders.training.variant import Compute, Variant


def take_measurement(
    images: np.ndarray,
    labels: np.ndarray,
    facts: Facts,
    fit_indices: Arrays,
    held_out_indices: Arrays,
    basis: Arrays,
    weights: Arrays,
    variant: Variant,
    seed: int,
    compute: Compute,
    measurement: Measurement,
    **others: Any,
) -> tuple[DataFrame, Arrays]:
    """Take one measurement of one fitted network.

    `others` are images, parts and facts of other datasets, named `<dataset>/images` and so on.

    Returns:
        The finding's table, and the arrays that its figure needs.
    """
    from autoencoders import measurements
    from autoencoders.data.images import pixels
    from autoencoders.evaluation.subject import Subject
    from autoencoders.training import engine

    device = engine.resolve_device(compute)
    names = sorted({name.split("/")[0] for name in others})
    test = {name: np.flatnonzero(others[f"{name}/parts"] == "test") for name in names}
    subject = Subject(
        model=engine.restore(variant, tuple(facts["image_shape"]), weights, device),
        variant=variant,
        images=images,
        labels=labels,
        facts=facts,
        indices=fit_indices | held_out_indices,
        basis=basis,
        others={
            name: pixels(others[f"{name}/images"], test[name], others[f"{name}/facts"], device, variant.scale)
            for name in names
        },
        seed=seed,
        device=device,
    )
    finding = measurements.measure(subject, measurement)
    return finding.table, finding.arrays


def draw_findings(measurement: Measurement, **findings: Any) -> tuple[Figure, DataFrame]:
    """Set the findings of a study's variants side by side.

    Args:
        measurement: Its settings.
        **findings: `<variant>/<seed>/table` and `<variant>/<seed>/arrays`, in one-class studies with the normal
            class after the seed.

    Returns:
        The figure, and all tables in one, with columns variant and seed before the rest.
    """
    from autoencoders import measurements

    return measurements.compare(findings, measurement)


def chart_findings(measurement: Measurement, **arrays: Arrays) -> Chart:
    """Chart what a measurement found of a study's variants; arrays are named by their variant."""
    from autoencoders import measurements

    return measurements.chart(arrays, measurement)
