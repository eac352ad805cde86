"""Sanity gates: verdicts on a training that says it worked."""

import logging

import numpy as np

logger = logging.getLogger(__name__)

ALIVE = 0.95  # of the mean image's error; a network that shows every image alike does not come below it


def loss_fell(losses: np.ndarray) -> bool:
    """Tell whether the mean loss of the last tenth of the steps lies below the first step's."""
    return len(losses) < 2 or bool(losses[-max(1, len(losses) // 10) :].mean() < losses[0])


def not_collapsed(reconstruction_errors: np.ndarray, mean_image_errors: np.ndarray) -> bool:
    """Tell whether reconstructions beat the mean training image, shown for every image, on the same images.

    A network stuck at the mean image, or at any other constant one such as black, does not.
    """
    return bool(reconstruction_errors.mean() < ALIVE * mean_image_errors.mean())


def scores_vary(scores: np.ndarray) -> bool:
    """Tell whether the scores (N,) are finite and take more than one value."""
    return bool(np.isfinite(scores).all() and np.ptp(scores) > 0)


def report(verdicts: dict[str, bool]) -> None:
    """Log an error for every gate that failed."""
    for name, held in verdicts.items():
        if not held:
            logger.error("Sanity gate failed: %s. Do not trust this variant's numbers.", name.split("/")[-1])
