"""Sanity checks: verdicts on a training that says it worked."""

import numpy as np

from autoencoders.evaluation.metrics import auroc

USEFUL = 0.95  # of the mean image's error: what a reconstruction must come below
LEEWAY = 1.1  # times PCA's error: what counts as no worse, for a linear network comes close to PCA and no further
NEGLIGIBLE = 0.01  # of the mean image's error: what is no loss, whatever PCA leaves
ALIKE = 0.05  # of the images' spread: reconstructions that vary less are alike
VARYING = 0.1  # of the greatest spread of a pixel: pixels that vary less are background
DEAD = 1e-3  # of a pixel's own spread
CHANCE = 4  # standard errors that the AUROC of shuffled labels may lie off 0.5


def loss_fell(losses: np.ndarray) -> bool:
    """Tell whether the mean loss of the last tenth of the steps lies below the first step's."""
    return len(losses) < 2 or bool(losses[-max(1, len(losses) // 10) :].mean() < losses[0])


def beats_mean_image(reconstruction_errors: np.ndarray, mean_image_errors: np.ndarray) -> bool:
    """Tell whether reconstructions beat the mean training image, shown for every image, on the same images."""
    return bool(reconstruction_errors.mean() < USEFUL * mean_image_errors.mean())


def matches_pca(reconstruction_errors: np.ndarray, pca_errors: np.ndarray, mean_image_errors: np.ndarray) -> bool:
    """Tell whether reconstructions are no worse than PCA's at the same code size, on the same images.

    A network that leaves almost nothing passes: PCA leaves less still once its code is almost as wide as the image.
    """
    allowed = max(LEEWAY * pca_errors.mean(), NEGLIGIBLE * mean_image_errors.mean())
    return bool(reconstruction_errors.mean() <= allowed)


def reconstructions_differ(image_sd: np.ndarray, reconstruction_sd: np.ndarray) -> bool:
    """Tell whether reconstructions differ from image to image; those of a collapsed network are all alike.

    A network that shows the mean image, or black, whatever it is given, does not pass. Both are standard deviations
    over images, pixel by pixel.
    """
    return bool(np.square(reconstruction_sd).mean() > ALIKE**2 * np.square(image_sd).mean())


def dead_pixels(image_sd: np.ndarray, reconstruction_sd: np.ndarray) -> np.ndarray:
    """Return which pixels are the same in all reconstructions although the images vary there.

    A ReLU output whose input is negative for every image stays at zero and gets no gradient.
    """
    return (image_sd > VARYING * image_sd.max()) & (reconstruction_sd < DEAD * image_sd)


def scores_vary(scores: np.ndarray) -> bool:
    """Tell whether the scores (N,) are finite and take more than one value."""
    return bool(np.isfinite(scores).all() and np.ptp(scores) > 0)


def shuffled_labels(scores: np.ndarray, is_anomaly: np.ndarray, seed: int) -> bool:
    """Tell whether the AUROC of the scores (N,) falls to chance once labels (N,) are shuffled.

    Its standard error under chance is sqrt((n + m + 1) / (12 n m)) for n normal images and m anomalies (Mann and
    Whitney 1947).
    """
    anomalies = int(is_anomaly.sum())
    normal = len(is_anomaly) - anomalies
    error = np.sqrt((len(is_anomaly) + 1) / (12 * normal * anomalies))
    shuffled = np.random.default_rng(seed).permutation(is_anomaly)
    return bool(abs(auroc(scores, shuffled) - 0.5) <= CHANCE * error)
