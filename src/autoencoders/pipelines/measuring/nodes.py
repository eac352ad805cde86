"""From weights to findings, and from a study's findings to a figure."""

import numpy as np

from autoencoders.experiment import Compute, Measuring, Variant
from autoencoders.pipelines.annotations import Arrays, DataFrame, Facts, Figure


def measure(
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
    measuring: Measuring,
    **others: object,
) -> tuple[DataFrame, Arrays]:
    """Make one measurement of one fitted network.

    Args:
        **others: Images, parts and facts of other datasets, `<dataset>/images` and so on.

    Returns:
        The finding's table, and the arrays that its figure needs.
    """
    from autoencoders import engine, measurements

    device = engine.resolve_device(compute)
    subject = measurements.Subject(
        model=engine.restore(variant, tuple(facts["image_shape"]), weights, device),
        variant=variant,
        images=images,
        labels=labels,
        intensity=facts["intensity"],
        indices=fit_indices | held_out_indices,
        basis=basis,
        others={
            name.split("/")[0]: engine.test_pixels(value, others[f"{name.split('/')[0]}/parts"], device)
            for name, value in others.items()
            if name.endswith("/images")
        },
        seed=seed,
        device=device,
    )
    finding = measurements.measure(subject, measuring.settings)
    return finding.table, finding.arrays
