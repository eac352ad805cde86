"""Maps of the code space by t-SNE (van der Maaten and Hinton 2008), coloured by class."""

from typing import Literal

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import torch
from matplotlib.figure import Figure
from pydantic import PositiveFloat
from sklearn.manifold import TSNE, trustworthiness
from threadpoolctl import threadpool_limits

from autoencoders.configuration import Count
from autoencoders.data.finding import Finding, first_arrays, joined
from autoencoders.evaluation.latent import encode, map_of, neighbour_accuracy, subset
from autoencoders.evaluation.subject import Subject
from autoencoders.measurements import Measurement
from autoencoders.reporting.charts.maps import map_chart
from autoencoders.reporting.figures import style
from autoencoders.reporting.figures.bands import PICTURES, seeds_note, spread
from autoencoders.reporting.figures.maps import class_maps
from autoencoders.training.progress import is_shown


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


def chart(arrays: dict[str, dict[str, np.ndarray]]) -> go.Figure:
    """Draw every variant's map, with the images themselves."""
    return map_chart(arrays, axes=False)


def draw(findings: dict[str, list[Finding]], config: Config) -> Figure:
    """Draw every variant's map."""
    tables = joined(findings)
    means = {name: table[["map_accuracy", "code_accuracy"]].mean() for name, table in tables.items()}
    best = max(means, key=lambda name: means[name]["map_accuracy"])
    titles = {}
    for name, table in tables.items():
        on_map, in_code, trust = (
            spread(table[column], ".3f") for column in ("map_accuracy", "code_accuracy", "trustworthiness")
        )
        titles[name] = f"{style.wrapped(name)}: {on_map} on the map,\n{in_code} in the code; trustworthiness {trust}"
    row = tables[best].astype(object).iloc[0]
    finding = (
        f"{config.neighbours} neighbours on the map name the class of {means[best]['map_accuracy']:.1%} of test images "
        f"({means[best]['code_accuracy']:.1%} in the code): {best}"
    )
    note = (
        f"t-SNE of {row['n']} test codes, perplexity {row['perplexity']:g}; above: share of images whose "
        f"{config.neighbours} neighbours name their class. Distances between groups mean nothing. "
    )
    return class_maps(first_arrays(findings), titles, None, finding, note + seeds_note(findings, PICTURES))
