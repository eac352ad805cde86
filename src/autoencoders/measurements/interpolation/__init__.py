"""Interpolation: straight ways from code to code, against cross-fades from image to image."""

from itertools import combinations
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
import pandas as pd
import torch
from pydantic import Field
from torch import Tensor

from autoencoders.configuration import Count
from autoencoders.data.finding import Finding
from autoencoders.evaluation.latent import decode, encode, nearest_distances, subset
from autoencoders.evaluation.subject import Subject
from autoencoders.measurements import Measurement

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class Config(Measurement):
    """Ways between test images of different classes."""

    kind: Literal["interpolation"]
    pairs: Count  # of images, measured
    shown: Count  # of them, drawn
    steps: Annotated[int, Field(ge=2)]  # images on a way, both ends included
    nearest_of: Count  # training images at most, a seeded subset


def measure(subject: Subject, config: Config) -> Finding:
    """Walk from image to image, in code space and in pixel space, and measure how far off the data one gets.

    Returns:
        table: one row per step: step from 0; share of the way, 0 to 1; code_distance and fade_distance, of the decoded
            and of the cross-faded image from the nearest training image: root mean squared difference of intensities
            in [0, 1], a mean over pairs; pairs; nearest_of, training images.
        arrays: codes and fades (shown, steps, C, H, W) in [0, 1], and labels (shown, 2) of both ends.

    Raises:
        ValueError: The network was trained on one class alone.
    """
    rng = np.random.default_rng(subject.seed)
    reference = subject.at(subset(subject.splits["train"], config.nearest_of, rng))
    pairs = _pairs(subject, config.pairs, rng)  # (pairs, 2)
    share = torch.linspace(0, 1, config.steps, device=subject.device)
    starts, ends = subject.at(pairs[:, 0]), subject.at(pairs[:, 1])
    ways = {
        "code": decode(subject.model, _ways(encode(subject.model, starts), encode(subject.model, ends), share)),
        "fade": _ways(starts[slice(None)], ends[slice(None)], share),
    }
    pictures = {name: starts.intensities(images) for name, images in ways.items()}  # (pairs, steps, C, H, W)
    training = reference.intensities(reference[slice(None)])
    table = pd.DataFrame({"step": np.arange(config.steps), "share": np.linspace(0, 1, config.steps)})
    for name, images in pictures.items():
        table[f"{name}_distance"] = nearest_distances(images, training).mean(dim=0).cpu().numpy()
    arrays = {f"{name}s": images[: config.shown].cpu().numpy() for name, images in pictures.items()}
    arrays["labels"] = subject.labels[pairs[: config.shown]].astype(np.int64)
    return Finding(table.assign(pairs=len(pairs), nearest_of=len(reference)), arrays)


def draw(findings: dict[str, list[Finding]], config: Config) -> "Figure":
    """Draw some ways above their cross-fades, and the distances along all of them."""
    from autoencoders.measurements.interpolation.figure import interpolation_strips

    return interpolation_strips(findings)


def _pairs(subject: Subject, count: int, rng: np.random.Generator) -> np.ndarray:
    """Draw pairs (count, 2) of indices of test images; every two classes meet before any meet again."""
    indices = subject.known_test_indices()
    labels = subject.labels[indices]
    members = {label: indices[labels == label] for label in np.unique(labels).tolist()}
    if len(members) < 2:
        raise ValueError(f"interpolation needs a network trained on at least 2 classes, got {list(members)}")
    meetings = rng.permuted(rng.permutation(list(combinations(members, 2))), axis=1)
    chosen = meetings[np.arange(count) % len(meetings)]
    return np.array([[rng.choice(members[label]) for label in pair] for pair in chosen])


def _ways(starts: Tensor, ends: Tensor, share: Tensor) -> Tensor:
    """Return the points (n, steps, ...) on the straight ways from starts to ends (n, ...)."""
    share = share.view(-1, *[1] * (starts.dim() - 1))
    return (1 - share) * starts[:, None] + share * ends[:, None]
