"""Codes of images, and what lies nearest to a code or to an image."""

import numpy as np
import torch
from torch import Tensor

from autoencoders.data import splits
from autoencoders.data.images import SCORING_BATCH, ImageTensor
from autoencoders.evaluation.subject import Subject
from autoencoders.models.base import Autoencoder

THUMBNAILS = 800  # images that a chart shows: what a page bears


@torch.inference_mode()
def encode(model: Autoencoder, images: ImageTensor) -> Tensor:
    """Return the codes (N, latent_dim) of images."""
    return torch.cat([model.encode(batch) for batch in images.batches()])


@torch.inference_mode()
def decode(model: Autoencoder, codes: Tensor) -> Tensor:
    """Return what codes (N, latent_dim), and nothing else, decode to: images (N, C, H, W)."""
    return torch.cat([model.decode(batch) for batch in codes.split(SCORING_BATCH)])


def trained_on(subject: Subject) -> np.ndarray:
    """Return the indices of the test images whose class the network was trained on."""
    known = np.unique(subject.labels[subject.splits["train"]])
    return splits.only(subject.splits["test"], subject.labels, known.tolist())


def subset(indices: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """Return `count` of the indices, sorted, or all where there are fewer; none twice."""
    return np.sort(rng.choice(indices, min(count, len(indices)), replace=False))


def thumbnails(subject: Subject, indices: np.ndarray) -> np.ndarray:
    """Return the first images at some indices as pictures, uint8 (n, C, H, W), n at most `THUMBNAILS`."""
    chosen = subject.dataset.images[indices[:THUMBNAILS]].astype(np.uint16)
    return (chosen * 255 // subject.dataset.intensity).astype(np.uint8)


@torch.inference_mode()
def nearest_distances(queries: Tensor, references: Tensor) -> Tensor:
    """Return the root mean squared pixel difference (n,) of each image and the reference nearest to it.

    Args:
        queries: (n, C, H, W).
        references: (m, C, H, W), in the same units.

    Raises:
        ValueError: There are no references.
    """
    flat = references.flatten(1)
    parts = [
        (batch - flat[_nearest(batch, flat, 1)[:, 0]]).square().mean(dim=1).sqrt()
        for batch in queries.flatten(1).split(SCORING_BATCH)
    ]
    return torch.cat(parts)


@torch.inference_mode()
def neighbour_accuracy(
    points: Tensor,
    labels: np.ndarray,
    neighbours: int,
    references: Tensor | None = None,
    reference_labels: np.ndarray | None = None,
) -> float:
    """Return how often the majority of the nearest neighbours bears the point's own label, in [0, 1].

    Args:
        points: (n, dimensions).
        labels: (n,) non-negative integers.
        neighbours: How many vote; of labels with as many votes the smallest wins.
        references: (m, dimensions), those that vote; None: the other points.
        reference_labels: (m,).

    Raises:
        ValueError: There are fewer references than votes.
    """
    alone = references is None
    voters = torch.from_numpy(np.asarray(labels if alone else reference_labels, dtype=np.int64)).to(points.device)
    others = points if alone else references
    if neighbours + alone > len(others):
        raise ValueError(f"neighbours must be at most {len(others) - alone}, the points there are, got {neighbours}")
    votes = []
    for start in range(0, len(points), SCORING_BATCH):
        batch = points[start : start + SCORING_BATCH]
        own = torch.arange(start, start + len(batch), device=points.device) if alone else None
        votes.append(voters[_nearest(batch, others, neighbours, own)].mode(dim=1).values)
    return float(np.mean(torch.cat(votes).cpu().numpy() == labels))


def _nearest(queries: Tensor, references: Tensor, count: int, own: Tensor | None = None) -> Tensor:
    """Return the places (n, count) of the references nearest to each query, never its own where it has one."""
    if not len(references):
        raise ValueError("there are no references to be near to")
    squared = references.square().sum(dim=1) - 2 * queries @ references.T  # (n, m), short of the query's own norm
    if own is not None:
        squared.scatter_(1, own[:, None], torch.inf)
    return squared.topk(count, dim=1, largest=False).indices
