"""A network that tells what was done to an image, and what it looks at to do so."""

from itertools import pairwise

import torch
from torch import Generator, Tensor, nn
from torch.nn.functional import adaptive_avg_pool2d, cross_entropy, log_softmax, normalize

from autoencoders.data.images import portions
from autoencoders.models.layers import initialise
from autoencoders.training.optimizer import Adam, schedule
from autoencoders.training.progress import bar
from autoencoders.training.transformations import Transformation
from autoencoders.training.variant import Training

SMALL = 4  # pixels; maps of this side are not halved any more
POOLED = 2  # the side of the map that the features of the last convolution are averaged to
_NOTHING = Generator()  # for transformations that draw nothing


class Recogniser(nn.Module):
    """Four convolutions, of which the first, second and last halve maps that are not small, and one hidden layer.

    Args:
        image_shape: Shape (C, H, W) of one image.
        channels: Of the first convolution; the next ones have 2, 2 and 4 times as many.
        features: Width of the hidden layer.
        answers: Number of transformations to tell.
    """

    def __init__(self, image_shape: tuple[int, int, int], channels: int, features: int, answers: int) -> None:
        super().__init__()
        widths = [image_shape[0], channels, 2 * channels, 2 * channels, 4 * channels]
        layers: list[nn.Module] = []
        height, width = image_shape[1:]
        for (inputs, outputs), kernel, halves in zip(
            pairwise(widths), (5, 3, 3, 3), (True, True, False, True), strict=True
        ):
            stride = 2 if halves and min(height, width) > SMALL else 1
            height, width = -(-height // stride), -(-width // stride)
            layers += [nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2), nn.GELU()]
        self.convolutions = nn.Sequential(*layers)
        self.hidden = nn.Sequential(nn.Flatten(), nn.Linear(widths[-1] * height * width, features), nn.GELU())
        self.answer = nn.Linear(features, answers)

    def forward(self, images: Tensor) -> Tensor:
        """Map images (N, C, H, W) to logits (N, answers)."""
        return self.answer(self.hidden(self.convolutions(images)))

    @torch.inference_mode()
    def look(self, images: Tensor, views: list[Transformation], turns: int) -> tuple[list[Tensor], Tensor]:
        """Return what the network makes of images, each seen as the first transformations that it tells leave it.

        Args:
            images: Images (N, C, H, W).
            views: The first of the transformations that the network tells, which draw nothing.
            turns: Number of views, from the first on, whose features are wanted.

        Returns:
            The features of these views, (N, D) of length 1, two for each: the last convolution's, averaged to a small
            map, and the hidden layer's. And how little the network expects the right answers: minus the logarithm of
            their probabilities, averaged over the views, (N,), in nats.
        """
        layers: list[list[Tensor]] = [[] for _ in range(2 * turns)]
        surprise = []
        for batch in portions(images):
            answers = []
            for place, view in enumerate(views):
                maps = self.convolutions(view(batch, _NOTHING).contiguous(memory_format=torch.channels_last))
                hidden = self.hidden(maps)
                answers.append(log_softmax(self.answer(hidden), dim=1)[:, place])
                if place < turns:
                    layers[2 * place].append(adaptive_avg_pool2d(maps, POOLED).flatten(1))
                    layers[2 * place + 1].append(hidden)
            surprise.append(-torch.stack(answers).mean(dim=0))
        return [normalize(torch.cat(layer), dim=1) for layer in layers], torch.cat(surprise)


def train(network: Recogniser, images: Tensor, told: list[Transformation], training: Training, seed: int) -> Recogniser:
    """Fit a network to tell transformations of images (N, C, H, W), all as often, and return it.

    Raises:
        ValueError: The loss ceased to be a number.
    """
    initialise(network, Generator().manual_seed(seed))
    generator = Generator(images.device).manual_seed(seed)
    network = network.to(images.device, memory_format=torch.channels_last).train()
    size = len(images) if training.batch_size == "full" else training.batch_size
    steps = training.length(-(-len(images) // size))
    optimizer, rate = Adam(network.parameters(), training), schedule(training, steps)
    for step in bar(range(steps), steps, "recogniser", "step"):
        chosen = torch.randint(len(images), (size,), generator=generator, device=images.device)
        shown, answers = transformed(_augmented(images[chosen], training, generator), told, generator)
        loss = cross_entropy(network(shown.contiguous(memory_format=torch.channels_last)), answers)
        optimizer.step(torch.autograd.grad(loss, optimizer.parameters), rate(step))
    if not torch.isfinite(loss):
        raise ValueError(
            f"the training loss is not a number: lower training.learning_rate, now {training.learning_rate}"
        )
    return network.eval()


def transformed(images: Tensor, told: list[Transformation], generator: Generator) -> tuple[Tensor, Tensor]:
    """Apply the transformations in turn, each to its share of images (N, C, H, W).

    Returns:
        The images, in the order of the transformations, and the number of each one's transformation (N,).
    """
    parts = [one(images[number :: len(told)], generator) for number, one in enumerate(told)]
    answers = [torch.full((len(part),), number, device=images.device) for number, part in enumerate(parts)]
    return torch.cat(parts), torch.cat(answers)


def _augmented(images: Tensor, training: Training, generator: Generator) -> Tensor:
    return training.augmentation(images, generator) if training.augmentation else images
