"""Maps of the code space by t-SNE (van der Maaten and Hinton 2008), coloured by class."""

from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
import torch
from pydantic import PositiveFloat
from threadpoolctl import threadpool_limits

from autoencoders.configuration import Count
from autoencoders.data.finding import Finding
from autoencoders.evaluation.latent import encode, map_of, neighbour_accuracy, subset
from autoencoders.evaluation.subject import Subject
from autoencoders.measurements import Measurement
from autoencoders.training.progress import is_shown

if TYPE_CHECKING:
    import plotly.graph_objects as go
    from matplotlib.figure import Figure


class Config(Measurement):
    """A map of the codes of test images."""

    kind: Literal["tsne"]
    images: Count  # test images at most, a seeded subset
    perplexity: PositiveFloat  # neighbours that a point heeds, about
    neighbours: Count  # of an image, looked at to judge the map


def measure(subject: Subject, config: Config) -> Finding:
    """Lay the codes of test images out in a plane, from their first two principal components on.

    Returns:
        table: one row: code_accuracy and map_accuracy, how often the nearest neighbours' vote is an image's own
            label, among codes and on the map; trustworthiness in [0, 1], 1 where neighbours on the map are neighbours
            in the code (Venna and Kaski 2001); divergence, t-SNE's own loss; perplexity; n, images.
        arrays: those of `map_of`.

    Raises:
        ValueError: There are too few images for the perplexity or the neighbours.
    """
    from sklearn.manifold import TSNE, trustworthiness

    chosen = subset(subject.splits["test"], config.images, np.random.default_rng(subject.seed))
    if not max(config.perplexity, 2 * config.neighbours) < len(chosen):
        raise ValueError(
            f"perplexity and twice neighbours must be below {len(chosen)}, the images there are, "
            f"got {config.perplexity:g} and {config.neighbours}"
        )
    codes, labels = encode(subject.model, subject.at(chosen)), subject.labels[chosen]
    flat = codes.cpu().numpy()
    tsne = TSNE(perplexity=config.perplexity, init="pca", random_state=subject.seed, verbose=2 * is_shown())
    with threadpool_limits(torch.get_num_threads()):  # those that compute.threads grants
        points = tsne.fit_transform(flat)
    row = {
        "code_accuracy": neighbour_accuracy(codes, labels, config.neighbours),
        "map_accuracy": neighbour_accuracy(codes.new_tensor(points), labels, config.neighbours),
        "trustworthiness": trustworthiness(flat, points, n_neighbors=config.neighbours),
        "divergence": float(tsne.kl_divergence_),
        "perplexity": config.perplexity,
        "n": len(chosen),
    }
    return Finding(pd.DataFrame([row]), map_of(subject, chosen, points))


def chart(arrays: dict[str, dict[str, np.ndarray]]) -> "go.Figure":
    """Draw every variant's map, with the images themselves."""
    from autoencoders.reporting.charts.maps import map_chart

    return map_chart(arrays, axes=False)


def draw(findings: dict[str, list[Finding]], config: Config) -> "Figure":
    """Draw every variant's map."""
    from autoencoders.measurements.tsne.figure import tsne_maps

    return tsne_maps(findings, config.neighbours)
