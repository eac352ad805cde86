"""The latent space: test codes in a plane, coloured by class."""

from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from autoencoders.configuration import Count
from autoencoders.data.finding import Finding
from autoencoders.evaluation.latent import encode, map_of, neighbour_accuracy, subset
from autoencoders.evaluation.subject import Subject
from autoencoders.measurements import Measurement

if TYPE_CHECKING:
    import plotly.graph_objects as go
    from matplotlib.figure import Figure


class Config(Measurement):
    """Codes, or their first two principal axes, and how well classes separate there."""

    kind: Literal["latent_scatter"]
    neighbours: Count  # training codes that vote on a test code's label
    references: Count  # training images at most, a seeded subset


def measure(subject: Subject, config: Config) -> Finding:
    """Place the codes of the test images whose class the network was trained on, and tell their labels.

    Axes and neighbours come from training images alone.

    Returns:
        table: one row: accuracy of the nearest training codes' vote; plane_accuracy, the same in the plane drawn;
            plane_variance, the share of the training codes' variance within it (1 for two dimensions); latent_dim;
            references, training images; n, test images.
        arrays: those of `map_of`.

    Raises:
        ValueError: The code is a single number, or there are fewer training images than votes.
    """
    if subject.model.latent_dim < 2:
        raise ValueError(f"latent_scatter needs a latent_dim of at least 2, got {subject.model.latent_dim}")
    rng = np.random.default_rng(subject.seed)
    reference = subset(subject.splits["train"], config.references, rng)
    test = subject.known_test_indices()
    reference_codes = encode(subject.model, subject.at(reference))
    codes = encode(subject.model, subject.at(test))
    mean, axes, share = _plane(reference_codes, subject.seed)
    plane, points = (reference_codes - mean) @ axes, (codes - mean) @ axes
    labels, voters = subject.labels[test], subject.labels[reference]
    row = {
        "accuracy": neighbour_accuracy(codes, labels, config.neighbours, reference_codes, voters),
        "plane_accuracy": neighbour_accuracy(points, labels, config.neighbours, plane, voters),
        "plane_variance": share,
        "latent_dim": subject.model.latent_dim,
        "references": len(reference),
        "n": len(test),
    }
    return Finding(pd.DataFrame([row]), map_of(subject, test, points.cpu().numpy()))


def chart(arrays: dict[str, dict[str, np.ndarray]]) -> "go.Figure":
    """Draw every variant's test codes, with the images themselves."""
    from autoencoders.reporting.charts.maps import map_chart

    return map_chart(arrays, axes=True)


def draw(findings: dict[str, list[Finding]], config: Config) -> "Figure":
    """Draw every variant's test codes in the plane."""
    from autoencoders.measurements.latent_scatter.figure import code_maps

    return code_maps(findings, config.neighbours)


def _plane(codes: Tensor, seed: int) -> tuple[Tensor, Tensor, float]:
    """Return an origin (latent_dim,), two axes (latent_dim, 2) and their share of the codes' variance.

    A code of two numbers is its own plane; of others the first two principal axes span it.
    """
    if codes.shape[1] == 2:
        return codes.new_zeros(2), torch.eye(2, device=codes.device), 1.0
    from sklearn.decomposition import PCA

    with np.errstate(invalid="ignore"):  # codes that are all alike have no variance to share
        axes = PCA(2, random_state=seed).fit(codes.double().cpu().numpy())
    share = float(np.nan_to_num(axes.explained_variance_ratio_.sum()))
    return codes.new_tensor(axes.mean_), codes.new_tensor(axes.components_.T), share
