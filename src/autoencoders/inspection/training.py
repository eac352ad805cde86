"""How the network that undoes made-up defects is fitted."""

from __future__ import annotations

import logging
import math
from typing import TYPE_CHECKING

import torch
from torch import Generator, Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, mse_loss

from autoencoders.inspection import made_up
from autoencoders.inspection.network import Restorer
from autoencoders.inspection.shapes import uniform
from autoencoders.models.layers import initialise
from autoencoders.training.optimizer import Adam, schedule
from autoencoders.training.progress import bar
from autoencoders.training.variant import Training

if TYPE_CHECKING:
    from autoencoders.inspection.members.restoring import Config

logger = logging.getLogger(__name__)

CLEAN = 0.25  # share of a batch that is shown as it is
BRIGHTNESS, CONTRAST = 0.03, 0.08  # by which a batch is changed at most, which is no defect
MARKED, RESTORED = 3.0, 3.0  # weights in the loss: of pixels with a defect, and of the restored image
CHECKS, CHECKED = 10, 64  # validations of a training, and held-out images in each
CROP = 128  # pixels; of larger images, pieces of this side are shown
USUAL = 64 * 64  # pixels of the images that a batch size is said for
UNHALVED = 2  # times as much a pixel counts in small images, which take four times as long
LAYOUT = 0.2  # share of an image's variance that the mean image must have, for places to mean something
SAMPLE, SAMPLED = 1000, 2**26  # images, at most, whose mean is taken, and their values
OTHERS = 16  # images that the patches of one batch are taken from


def train(settings: Config, images: Tensor, held_out: Tensor, seed: int) -> Restorer:
    """Fit a network to undo defects made on normal images (N, C, H, W), uint8, and return the best one.

    Raises:
        ValueError: The loss ceased to be a number.
    """
    generator = Generator(images.device).manual_seed(seed)
    network = Restorer(tuple(images.shape[1:]), settings.channels)
    initialise(network, Generator().manual_seed(seed))
    network = network.to(images.device, memory_format=torch.channels_last).train()
    side = [min(size, CROP) for size in images.shape[2:]]
    cost = math.prod(side) * (1 if network.halves else UNHALVED)
    size = max(4, settings.batch_size * USUAL // cost)
    training = Training(
        steps=settings.steps,
        batch_size=size,
        learning_rate=settings.learning_rate,
        optimizer="adamw",
        schedule="one_cycle",
        weight_decay=0.01,
    )
    optimizer, rate = Adam(network.parameters(), training), schedule(training, settings.steps)
    checks = exercise(cropped(held_out[:CHECKED], side, generator), held_out, generator, clean=0.0)
    turns, best, lowest = not has_layout(images), {}, math.inf
    for step in bar(range(settings.steps), settings.steps, "restoring", "step"):
        chosen = torch.randint(len(images), (size,), generator=generator, device=images.device)
        shown = exercise(cropped(images[chosen], side, generator), images, generator, CLEAN)
        loss = loss_of(network, *(turned(shown, generator) if turns else shown))
        optimizer.step(torch.autograd.grad(loss, optimizer.parameters), rate(step))
        if (step + 1) % max(1, settings.steps // CHECKS) == 0 or step + 1 == settings.steps:
            error = validated(network, checks)
            logger.info("restoring: step %d/%d, held-out loss %.4f", step + 1, settings.steps, error)
            if not math.isfinite(error):
                raise ValueError(
                    f"the training loss is not a number: lower learning_rate, now {training.learning_rate}"
                )
            if error < lowest:
                lowest, best = error, {name: value.clone() for name, value in network.state_dict().items()}
    network.load_state_dict(best)
    return network.eval()


def cropped(images: Tensor, size: list[int], generator: Generator) -> Tensor:
    """Return a piece of each image (N, C, H, W), from anywhere, all from the same place; floats in [0, 1]."""
    for dim, side in zip((2, 3), size, strict=True):
        first = int(torch.randint(images.shape[dim] - side + 1, (1,), generator=generator, device=generator.device))
        images = images.narrow(dim, first, side)
    return images.float() / 255


def has_layout(images: Tensor) -> bool:
    """Tell whether normal images (N, C, H, W), uint8, share a layout, so that their mean still shows something."""
    most = max(2, min(SAMPLE, SAMPLED // images[0].numel()))
    shown = images[:: max(1, len(images) // most)].float()
    mean, single = shown.mean(dim=0), shown.var(dim=(2, 3)).mean()
    return bool(mean.var(dim=(1, 2)).mean() > LAYOUT * single)


def turned(exercises: tuple[Tensor, ...], generator: Generator) -> tuple[Tensor, ...]:
    """Return images and all that belongs to them, left and right exchanged, or above and below, both or neither."""
    flips = torch.randint(2, (2,), generator=generator, device=generator.device).tolist()
    dims = [dim for dim, is_flipped in zip((2, 3), flips, strict=True) if is_flipped]
    return tuple(one.flip(dims) for one in exercises)


def exercise(images: Tensor, bank: Tensor, generator: Generator, clean: float) -> tuple[Tensor, Tensor, Tensor]:
    """Return images (N, C, H, W) with defects, where these are (N, 1, H, W), and the images without.

    Args:
        images: In [0, 1].
        bank: Images, uint8, which pieces are taken from.
        generator: Draws the defects, and some brightness and contrast, which no image keeps as it was.
        clean: Share of the images that get no defect.
    """
    picked = torch.randint(len(bank), (OTHERS,), generator=generator, device=images.device)
    others = cropped(bank[picked], list(images.shape[2:]), generator)
    changed, where = made_up.deface(images, others, made_up.TRAINED, generator)
    kept = int(clean * len(images))
    changed[:kept], where[:kept] = images[:kept], 0.0
    one = (len(images), 1, 1, 1)
    gain = uniform(one, 1 - CONTRAST, 1 + CONTRAST, generator)
    offset = uniform(one, -BRIGHTNESS, BRIGHTNESS, generator)
    return changed * gain + offset, where, images * gain + offset


def loss_of(network: Restorer, shown: Tensor, where: Tensor, wanted: Tensor) -> Tensor:
    """Return how badly the network marks what was done to images, and how badly it restores them."""
    with torch.autocast(shown.device.type, torch.bfloat16):
        restored, logits = network(shown.contiguous(memory_format=torch.channels_last))
    weight = torch.tensor(MARKED, device=shown.device)
    marking = binary_cross_entropy_with_logits(logits.float(), where, pos_weight=weight)
    return marking + RESTORED * mse_loss(restored.float(), wanted)


@torch.no_grad()
def validated(network: Restorer, checks: tuple[Tensor, Tensor, Tensor]) -> float:
    """Return the loss on defects made on held-out images."""
    loss = float(loss_of(network.eval(), *checks))
    network.train()
    return loss
