"""The engine: the one loop that fits every network, and the one that applies it."""

import logging
import math
import sys
import time
from collections.abc import Iterable
from contextlib import nullcontext
from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from threadpoolctl import threadpool_limits
from torch import Generator, Tensor, nn
from torch.nn.functional import mse_loss

from autoencoders.data.images import SCORING_BATCH, ImageTensor, portions
from autoencoders.data.rows import joined
from autoencoders.models.base import Autoencoder
from autoencoders.models.layers import Random, initialise
from autoencoders.training import pca
from autoencoders.training.clock import cpu_seconds, timed
from autoencoders.training.memory import check_memory, kept
from autoencoders.training.optimizer import Adam, Schedule, schedule
from autoencoders.training.patience import Patience
from autoencoders.training.precision import in_bfloat16
from autoencoders.training.progress import bar
from autoencoders.training.variant import Compute, Variant

logger = logging.getLogger(__name__)

HISTORY_ROWS = 100  # of a training, at most: where an epoch is a step or two, validations would take most of the time
LOGGED_ROWS = 4  # of a history
FEW = 2**24  # pixels of training images, of which floats are kept: 67 MB
SNAPSHOT_IMAGES = 9


@dataclass(frozen=True)
class Fit:
    """What training leaves.

    Attributes:
        weights: State of the network.
        history: One row per epoch or, where there are more than 100, per every second, third ... and the last one:
            epoch, train_loss (of that epoch), validation_mse, learning_rate, seconds and cpu_seconds (since the row
            before). With patience, its last row is that of the weights kept.
        iterations: One row per step: iteration, train_loss (penalty included).
        snapshots: Reconstructions (n, C, H, W) of the first validation images, `epoch_<number>`, and the originals.
    """

    weights: dict[str, np.ndarray]
    history: pd.DataFrame
    iterations: pd.DataFrame
    snapshots: dict[str, np.ndarray]


def resolve_device(compute: Compute) -> torch.device:
    """Return the device that `compute` names and bound the threads; auto takes the fastest there is.

    Raises:
        ValueError: The device named is not there.
    """
    bound_threads(compute)
    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    name = next(name for name in there if there[name]) if compute.device == "auto" else compute.device
    if not there[name]:
        raise ValueError(f"compute.device: this machine has no {name}; say auto or cpu")
    return torch.device(name)


def bound_threads(compute: Compute) -> None:
    """Compute with as many threads as `compute` grants: sums in another order differ in their last bits."""
    torch.set_num_threads(compute.threads)
    threadpool_limits(compute.threads, user_api="blas")  # NumPy's


def build(variant: Variant, image_shape: tuple[int, int, int], seed: int, device: torch.device) -> Autoencoder:
    """Return the variant's network with fresh weights drawn from `seed`.

    Raises:
        ValueError: There is too little memory to train it, or it takes no such images.
    """
    check_memory(variant.model, image_shape)
    model = variant.model.build(image_shape)
    initialise(model, Generator().manual_seed(seed))
    return place(model, device)


def place(model: Autoencoder, device: torch.device) -> Autoencoder:
    """Move a network to the device, the weights of convolutions in the order of memory that computes fastest."""
    return model.to(device, memory_format=torch.channels_last)


def latent_dim(variant: Variant, image_shape: tuple[int, int, int]) -> int:
    """Return the size of a code of the variant; builds its network without memory for the weights."""
    with torch.device("meta"):
        return variant.model.build(image_shape).latent_dim


def restore(
    variant: Variant, image_shape: tuple[int, int, int], weights: dict[str, np.ndarray], device: torch.device
) -> Autoencoder:
    """Return the variant's network with the weights that `train` left, ready to be applied."""
    model = variant.model.build(image_shape)
    model.load_state_dict({name: torch.from_numpy(value) for name, value in weights.items()})
    return place(model, device).eval()


def train(variant: Variant, train_images: ImageTensor, validation_images: ImageTensor, seed: int) -> Fit:
    """Fit a variant on training images.

    Args:
        variant: Network to fit, and its training.
        train_images: Images (N, C, H, W) to fit.
        validation_images: Held-out images (M, C, H, W), scored for each row of the history, never fitted.
        seed: Seed of the weights, the order of the images, augmentation, corruption and dropout.

    Raises:
        ValueError: There are no training images, no validation images although there is patience, or the loss ceased
            to be a number.
    """
    if not len(train_images):
        raise ValueError("there are no training images")
    if variant.training and variant.training.patience and not len(validation_images):
        raise ValueError("training.patience needs validation images, and there are none: raise splits.validation")
    device = train_images.values.device
    model = build(variant, tuple(train_images.values.shape[1:]), seed, device)
    if variant.model.closed_form:
        return _fit_closed_form(model, train_images, validation_images)
    with kept(model):
        return _Trainer(variant, model, seed, train_images, validation_images).fit()


class _Trainer:
    """One training: the state that the steps share."""

    def __init__(
        self, variant: Variant, model: Autoencoder, seed: int, train_images: ImageTensor, validation_images: ImageTensor
    ) -> None:
        self.variant, self.settings, self.model = variant, variant.training, model
        self.images = train_images if math.prod(train_images.values.shape) > FEW else train_images[slice(None)]
        self.validation_images = validation_images
        device = train_images.values.device
        self.generator = Generator(device).manual_seed(seed)
        for layer in model.modules():
            if isinstance(layer, Random):
                layer.generator = self.generator
        size = self.settings.batch_size
        self.batch_size = len(train_images) if size == "full" else min(size, len(train_images))
        self.epoch_steps = math.ceil(len(train_images) / self.batch_size)
        self.steps = self.settings.length(self.epoch_steps)
        self.epochs = math.ceil(self.steps / self.epoch_steps)
        self.optimizer = Adam(model.parameters(), self.settings)
        self.learning_rate: Schedule = schedule(self.settings, self.steps)
        self.losses = torch.zeros(self.steps, device=device)
        reduced = in_bfloat16(self.settings.precision, device)
        self.precision = torch.autocast(device.type, torch.bfloat16) if reduced else nullcontext()
        self.patience = Patience(self.settings.patience)
        self.shown = validation_images[slice(SNAPSHOT_IMAGES)]
        self.snapshots = {"originals": validation_images.intensities(self.shown).cpu().numpy()}

    def fit(self) -> Fit:
        rows: list[dict[str, float]] = []
        every = math.ceil(self.epochs / HISTORY_ROWS)
        with_row = {*range(every, self.epochs + 1, every), self.epochs}
        self._keep_snapshot(0)
        start, cpu = time.perf_counter(), cpu_seconds()
        for epoch in bar(range(self.epochs), self.epochs, self.variant.model.architecture, "epoch"):
            self._epoch(epoch)
            self._keep_snapshot(epoch + 1)
            if epoch + 1 not in with_row:
                continue
            row = self._row(epoch)
            rows.append(row | {"seconds": time.perf_counter() - start, "cpu_seconds": cpu_seconds() - cpu})
            start, cpu = time.perf_counter(), cpu_seconds()
            log_row(rows, self.epochs, len(with_row))
            if self.patience.is_over(rows[-1]["validation_mse"], self.model):
                break
        losses = self.losses[: self._steps(epoch).stop].cpu().numpy()
        return _fit(self.model, self.patience.go_back(rows, self.model), losses, self.snapshots)

    def _steps(self, epoch: int) -> range:
        """Return the steps of an epoch, counted from the start of the training; the last epoch may be cut short."""
        first = epoch * self.epoch_steps
        return range(first, min(first + self.epoch_steps, self.steps))

    def _keep_snapshot(self, epoch: int) -> None:
        if epoch in self.settings.snapshots:
            made = reconstruct(self.model.eval(), self.shown)
            self.snapshots[f"epoch_{epoch}"] = self.validation_images.intensities(made).cpu().numpy()

    def _epoch(self, epoch: int) -> None:
        self.model.train()
        order = torch.randperm(len(self.images), generator=self.generator, device=self.losses.device)
        for step, indices in zip(self._steps(epoch), order.split(self.batch_size), strict=False):
            images = self.images[indices]
            if self.settings.augmentation:
                images = self.settings.augmentation(images, self.generator)
            loss = self._loss(images)
            gradients = torch.autograd.grad(loss, self.optimizer.parameters)
            self.optimizer.step(gradients, self.learning_rate(step))
            self.losses[step] = loss.detach()  # a list of them would scatter over the memory that steps free

    def _loss(self, images: Tensor) -> Tensor:
        """Return MSE(decode(encode(corrupt(x))), x) + penalty(code)."""
        with self.precision:
            reconstruction, code = self.model(self.variant.corruption(images, self.generator))
        error, penalty = mse_loss(reconstruction.float(), images), self.variant.penalty(code.float())
        return error + penalty if isinstance(penalty, Tensor) else error

    def _row(self, epoch: int) -> dict[str, float]:
        """Summarise an epoch; the last batch may be smaller, so its loss is weighted by its size."""
        steps = self._steps(epoch)
        shown = min(len(steps) * self.batch_size, len(self.images))
        sizes = torch.full((len(steps),), float(self.batch_size), device=self.losses.device)
        sizes[-1] = shown - self.batch_size * (len(steps) - 1)
        loss = float((self.losses[steps.start : steps.stop] * sizes).sum() / shown)
        if not math.isfinite(loss):
            raise ValueError(
                f"the training loss of epoch {epoch + 1} is not a number: lower training.learning_rate, "
                f"now {self.settings.learning_rate}"
            )
        errors = reconstruction_errors(self.model.eval(), self.validation_images)
        return {
            "epoch": epoch + 1,
            "train_loss": loss,
            "validation_mse": float(errors.mean()) if len(errors) else math.nan,
            "learning_rate": self.learning_rate(steps[-1]),
        }


def _fit_closed_form(model: Autoencoder, train_images: ImageTensor, validation_images: ImageTensor) -> Fit:
    """Fit principal components; the history is the one row that there is."""
    start = time.perf_counter()
    basis, cpu = timed(pca.fit, train_images)
    with torch.no_grad():
        model.mean.copy_(torch.from_numpy(basis["mean"]))
        found = torch.from_numpy(basis["components"])[: model.latent_dim]
        model.components[: len(found)] = found
    row = {
        "epoch": 1,
        "train_loss": float(reconstruction_errors(model, train_images).mean()),
        "validation_mse": float(reconstruction_errors(model, validation_images).mean()),
        "learning_rate": 0.0,
        "seconds": time.perf_counter() - start,
        "cpu_seconds": cpu,
    }
    return _fit(model, [row], np.array([row["train_loss"]]), {})


def _fit(model: nn.Module, rows: list[dict], losses: np.ndarray, snapshots: dict[str, np.ndarray]) -> Fit:
    weights = {name: value.detach().cpu().numpy().copy() for name, value in model.state_dict().items()}
    iterations = pd.DataFrame({"iteration": np.arange(1, len(losses) + 1), "train_loss": losses})
    return Fit(weights, pd.DataFrame(rows), iterations, snapshots)


@torch.inference_mode()
def reconstruct(model: nn.Module, images: Tensor) -> Tensor:
    """Return the reconstruction of float images (N, C, H, W), in single precision, without gradients."""
    return apply(model, images)[0]


@torch.inference_mode()
def apply(model: nn.Module, images: Tensor) -> tuple[Tensor, Tensor]:
    """Return the reconstruction of float images (N, C, H, W) and their codes (N, latent_dim), piece by piece."""
    reconstructions, codes = zip(*map(model, portions(images)), strict=True)
    return torch.cat(reconstructions), torch.cat(codes)


def batches(images: ImageTensor | Tensor) -> Iterable[Tensor]:
    """Return images (N, C, H, W) batch by batch, as floats in the units that a network sees; a tensor holds these."""
    return images.batches() if isinstance(images, ImageTensor) else images.split(SCORING_BATCH)


def reconstruction_errors(model: nn.Module, images: ImageTensor | Tensor) -> np.ndarray:
    """Return the mean squared pixel difference (N,) of each image and its reconstruction."""
    errors = joined((squared_error(reconstruct(model, batch), batch) for batch in batches(images)), len(images))
    return np.empty(0, np.float32) if errors is None else errors.cpu().numpy()


def squared_error(reconstruction: Tensor, images: Tensor) -> Tensor:
    """Return the mean over pixels of the squared difference, (N,), of two (N, C, H, W)."""
    return (reconstruction - images).square().flatten(1).mean(dim=1)


def log_row(rows: list[dict[str, float]], epochs: int, expected: int) -> None:
    """Log the last of a history's rows, of which `expected` will come, where there is no terminal to draw a bar on.

    A few are chosen, the first and the last among them.
    """
    chosen = len(rows) in (1, expected) or len(rows) % math.ceil(expected / LOGGED_ROWS) == 0
    if chosen and not sys.stderr.isatty():
        numbers = rows[-1]["epoch"], epochs, rows[-1]["train_loss"], rows[-1]["validation_mse"]
        logger.info("epoch %d/%d: train loss %.5f, validation MSE %.5f", *numbers)
