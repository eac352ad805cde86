"""Codes of images, and what lies nearest to a code or to an image."""

import math

import numpy as np
import torch
from torch import Tensor

from autoencoders.data.images import SCORING_BATCH, ImageTensor, portions
from autoencoders.data.rows import joined
from autoencoders.evaluation.subject import Subject
from autoencoders.models.base import Autoencoder

THUMBNAILS = 800  # images that a chart shows: what a page bears
CHUNK = 256  # points; bounds the memory of their distances to all references


@torch.inference_mode()
def encode(model: Autoencoder, images: ImageTensor) -> Tensor:
    """Return the codes (N, latent_dim) of images."""
    parts = (model.encode(part) for batch in images.batches() for part in portions(batch))
    return joined(parts, len(images))


@torch.inference_mode()
def decode(model: Autoencoder, codes: Tensor) -> Tensor:
    """Return what codes (..., latent_dim), and nothing else, decode to: images (..., C, H, W)."""
    images = [model.decode(batch) for batch in codes.flatten(0, -2).split(SCORING_BATCH)]
    return torch.cat(images).unflatten(0, codes.shape[:-1])


def subset(indices: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """Return `count` of the indices, sorted, or all where there are fewer; none twice."""
    return np.sort(rng.choice(indices, min(count, len(indices)), replace=False))


def map_of(subject: Subject, indices: np.ndarray, points: np.ndarray) -> dict[str, np.ndarray]:
    """Return what a map of images shows.

    Returns:
        points (n, 2), labels (n,) and thumbnails, pictures of the first `THUMBNAILS` images, uint8 (m, C, H, W).
    """
    shown = subject.dataset.images[indices[:THUMBNAILS]].astype(np.uint16)
    return {
        "points": points.astype(np.float32),
        "labels": subject.labels[indices].astype(np.int64),
        "thumbnails": (shown * 255 // subject.dataset.intensity).astype(np.uint8),
    }


def nearest_distances(queries: Tensor, references: Tensor) -> Tensor:
    """Return the root mean squared pixel difference (...) of each image and the reference nearest to it.

    Args:
        queries: Images (..., C, H, W).
        references: Images (m, C, H, W), in the same units.
    """
    points = queries.flatten(-3)
    distances = neighbour_distances(points.flatten(0, -2), references.flatten(1), 1)
    return distances.view(points.shape[:-1]) / math.sqrt(points.shape[-1])


def neighbour_distances(queries: Tensor, references: Tensor, neighbours: int) -> Tensor:
    """Return the Euclidean distances (n, neighbours) of points (n, D) to the nearest references (m, D).

    A matrix product finds which are nearest; differences tell how far they are, without its rounding.
    """
    places = nearest(queries, references, neighbours)
    return torch.stack([(queries - references[place]).norm(dim=1) for place in places.T]).T


def neighbour_accuracy(
    points: Tensor,
    labels: np.ndarray,
    neighbours: int,
    references: Tensor | None = None,
    reference_labels: np.ndarray | None = None,
) -> float:
    """Return how often the majority of the nearest neighbours bears the point's own label, in [0, 1].

    Args:
        points: Points (n, D).
        labels: Labels (n,) of the points, non-negative integers.
        neighbours: Number of votes; of labels with as many votes the smallest wins.
        references: Points (m, D) that vote; None: the other points.
        reference_labels: Labels (m,) of the references.
    """
    alone = references is None
    voters = torch.as_tensor(labels if alone else reference_labels, device=points.device)
    places = nearest(points, points if alone else references, neighbours, alone)
    return float(np.mean(voters[places].mode(dim=1).values.cpu().numpy() == labels))


@torch.inference_mode()
def nearest(queries: Tensor, references: Tensor, neighbours: int, alone: bool = False) -> Tensor:
    """Return the places (n, neighbours) of the references nearest to each query, the nearest first.

    Args:
        queries: Points (n, D).
        references: Points (m, D).
        neighbours: Number of references.
        alone: Whether the queries are the references, none of which is its own neighbour.

    Raises:
        ValueError: There are fewer references than neighbours.
    """
    if neighbours + alone > len(references):
        raise ValueError(
            f"neighbours must be at most {len(references) - alone}, the images to choose from, got {neighbours}"
        )
    squares, found = references.square().sum(dim=1), []
    for chunk in torch.arange(len(queries), device=queries.device).split(CHUNK):
        squared = squares - 2 * queries[chunk] @ references.T  # (chunk, m), short of the query's own square
        if alone:
            squared.scatter_(1, chunk[:, None], torch.inf)
        found.append(squared.topk(neighbours, dim=1, largest=False).indices)
    return torch.cat(found)
