"""Walks: away from an image in random directions, among pixels and in the code."""

from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
import pandas as pd
import torch
from pydantic import Field, PositiveFloat
from torch import Generator, Tensor

from autoencoders.configuration import Count
from autoencoders.data.finding import Finding
from autoencoders.evaluation.errors import first_of_each
from autoencoders.evaluation.latent import decode, encode, nearest_distances, subset
from autoencoders.evaluation.subject import Subject
from autoencoders.measurements import Measurement

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class Config(Measurement):
    """Walks from test images."""

    kind: Literal["walks"]
    # of the noise: of intensities in [0, 1] among pixels; of each unit's sd over training images in the code
    steps: Annotated[tuple[PositiveFloat, ...], Field(min_length=1)]
    images: Count  # test images at most, measured, a seeded subset
    nearest_of: Count  # training images at most, a seeded subset


def measure(subject: Subject, config: Config) -> Finding:
    """Walk from test images, each in one random direction, and measure how far off the data one gets.

    A step among pixels is `step` x Gaussian noise, and nothing is clipped. A step in the code is `step` x Gaussian
    noise x the unit's standard deviation over training images, decoded. The way in the code begins at what the image's
    own code decodes to: the reconstruction, unless the network passes anything round the code.

    Returns:
        table: one row per walk and step, 0 included: walk, pixel or code; step; moved, the distance from where the walk
            began; nearest, that from the nearest training image: root mean squared differences of intensities in
            [0, 1], means over images; images; nearest_of, training images.
        arrays: pixel and code (n, steps + 1, C, H, W) in [0, 1], the walks of the first image of each class.
    """
    rng = np.random.default_rng(subject.seed)
    generator = Generator().manual_seed(subject.seed)
    reference = subject.at(subset(subject.splits["train"], config.nearest_of, rng))
    test = subject.known_test_indices()
    examples = first_of_each(subject.labels, test)
    others = subset(np.setdiff1d(test, examples), max(config.images - len(examples), 0), rng)
    starts = subject.at(np.concatenate([examples, others]))
    steps = torch.tensor([0.0, *config.steps], device=subject.device)
    codes = encode(subject.model, starts)
    spread = encode(subject.model, reference).std(dim=0)
    pixel = _walk(starts[slice(None)], steps / starts.spread, generator)  # (n, steps + 1, C, H, W)
    code = decode(subject.model, _walk(codes, steps, generator, spread))
    training = reference.intensities(reference[slice(None)])
    walks = {"pixel": starts.intensities(pixel), "code": starts.intensities(code)}
    tables = [
        _distances(images, training).assign(walk=name, step=[0.0, *config.steps]) for name, images in walks.items()
    ]
    table = pd.concat(tables, ignore_index=True)[["walk", "step", "moved", "nearest"]]
    return Finding(
        table.assign(images=len(starts), nearest_of=len(reference)),
        {name: images[: len(examples)].clamp(0, 1).cpu().numpy() for name, images in walks.items()},
    )


def draw(findings: dict[str, list[Finding]], config: Config) -> "Figure":
    """Draw walks of one image per class, and the distances along all of them."""
    from autoencoders.measurements.walks.figure import walk_pictures

    return walk_pictures(findings)


def _walk(starts: Tensor, steps: Tensor, generator: Generator, spread: Tensor | float = 1.0) -> Tensor:
    """Return points (n, steps, ...) at some steps from the starts (n, ...), along one direction each."""
    direction = torch.empty(starts.shape).normal_(generator=generator).to(starts.device) * spread
    return starts[:, None] + steps.view(-1, *[1] * (starts.dim() - 1)) * direction[:, None]


def _distances(walks: Tensor, training: Tensor) -> pd.DataFrame:
    """Return, one row per step, how far walks (n, steps, C, H, W) moved and how near training images are, over n."""
    moved = (walks - walks[:, :1]).square().flatten(2).mean(dim=2).sqrt()  # (n, steps)
    nearest = nearest_distances(walks, training)
    return pd.DataFrame({"moved": moved.mean(dim=0).cpu().numpy(), "nearest": nearest.mean(dim=0).cpu().numpy()})
