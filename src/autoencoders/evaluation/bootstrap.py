"""The bootstrap (Efron 1979): how far a number would move if the test images had been drawn anew."""

import numpy as np

TOGETHER = 64  # samples that are drawn before they are put in place: bytes of a line of the processor's cache
SAMPLES = 1000  # of a gain
CONFIDENCE = 0.95


def draw_weights(n: int, bootstrap_samples: int, rng: np.random.Generator) -> np.ndarray:
    """Return how often each of n images is drawn in each bootstrap sample of n images.

    Returns:
        (bootstrap_samples, n) uint8: no image is drawn more than 255 times unless by a chance of less than 1e-500.
    """
    weights = np.empty((bootstrap_samples, n), np.uint8, order="F")  # an image's side by side, for sums over images
    for first in range(0, bootstrap_samples, TOGETHER):
        part = weights[first : first + TOGETHER]
        part[:] = [np.bincount(rng.integers(n, size=n), minlength=n).astype(np.uint8) for _ in part]
    return weights


def gain(errors: np.ndarray, rival: np.ndarray) -> tuple[float, float, float]:
    """Return how much less error than a rival is left on the same images, and the 95 % interval of that.

    The bootstrap is paired: an image that is hard for one is hard for the other, and a sample draws both errors of an
    image or neither. Samples are the same at every call, so that the gains of several seeds belong together.

    Args:
        errors: One per image (N,).
        rival: The rival's, of the same images in the same order.

    Returns:
        1 - mean error / the rival's: 0.2 is a fifth less, below 0 more; and the two ends of its interval; not a
        number where the rival leaves no error.
    """
    if not rival.any():
        return np.nan, np.nan, np.nan
    rng, n = np.random.default_rng(0), len(errors)
    drawn = (rng.integers(n, size=n) for _ in range(SAMPLES))  # one after another: images may be a million
    sums = np.array([(errors[sample].sum(), rival[sample].sum()) for sample in drawn])
    with np.errstate(invalid="ignore", divide="ignore"):
        samples = 1 - sums[:, 0] / sums[:, 1]
    return float(1 - errors.mean() / rival.mean()), *interval(samples, CONFIDENCE)


def interval(values: np.ndarray, confidence: float) -> tuple[float, float]:
    """Return the percentile interval of bootstrapped values (B,), those that are no number left out (Efron 1979).

    Raises:
        ValueError: No value is a number.
    """
    if np.isnan(values).all():
        raise ValueError(f"values must hold a number, got {len(values)} that are none")
    outside = (1 - confidence) / 2
    low, high = np.nanquantile(values, [outside, 1 - outside])
    return float(low), float(high)
