"""The same training by other libraries: each as its documentation shows it, without logs, files and checks.

Model: one hidden layer, a rectified code, and a linear output. Data: float images in [0, 1], in memory. Adam, mean
squared error, batches in a new order each epoch. All begin with the same weights.
"""

import logging
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from tempfile import TemporaryDirectory

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import mse_loss
from torch.utils.data import DataLoader, Dataset, TensorDataset

from autoencoders.data.images import ImageTensor
from autoencoders.training import engine
from autoencoders.training.variant import Variant

CPU = torch.device("cpu")
PACKAGES = ("lightning", "pythae", "pyod")  # that the peers are in


@dataclass(frozen=True)
class Task:
    """What all libraries are asked to do.

    Attributes:
        images: uint8 (N, H, W).
        epochs: Passes over them.
        width: Size of the code.
        batch_size: Images.
        learning_rate: Of Adam.
        seed: Of the weights that all begin with.
        device: Where they are trained.
    """

    images: np.ndarray
    epochs: int = 2
    width: int = 256
    batch_size: int = 256
    learning_rate: float = 1e-3
    seed: int = 0
    device: torch.device = CPU

    @property
    def pixels(self) -> int:
        """Pixels of one image."""
        return int(np.prod(self.images.shape[1:]))

    @property
    def name(self) -> str:
        """The network, by its layers."""
        return f"{self.pixels}-{self.width}-{self.pixels}"

    def variant(self, precision: str = "float32") -> Variant:
        """Return the task in the project's terms."""
        model = {"architecture": "dense", "hidden_dims": [], "latent_dim": self.width, "activation": "relu"}
        training = {"epochs": self.epochs, "batch_size": self.batch_size, "optimizer": "adam", "precision": precision}
        return Variant.model_validate(
            {
                "model": model | {"latent_activation": "relu", "output_activation": "identity"},
                "training": training | {"learning_rate": self.learning_rate},
            }
        )

    def first_weights(self) -> list[Tensor]:
        """Return the weights and biases that the project's network begins with."""
        model = engine.build(self.variant(), (1, *self.images.shape[1:]), self.seed, CPU)
        return [parameter.detach().clone() for parameter in model.parameters()]

    def module(self) -> nn.Sequential:
        """Return a plain network with these."""
        module = nn.Sequential(nn.Linear(self.pixels, self.width), nn.ReLU(), nn.Linear(self.width, self.pixels))
        return begin_with(module, self.first_weights())

    def floats(self) -> Tensor:
        """Return the images as a library without integers wants them, (N, pixels)."""
        return torch.from_numpy(self.images).flatten(1).float() / 255


Trained = Callable[[Tensor], Tensor]  # a network that has been trained, from images (n, pixels) to reconstructions
Training = Callable[[Task], Callable[[], Trained]]  # prepares a task, and returns what is timed


def begin_with(module: nn.Module, weights: Iterable[Tensor]) -> nn.Module:
    """Put weights into a module's parameters, in order."""
    with torch.no_grad():
        for parameter, weight in zip(module.parameters(), weights, strict=True):
            parameter.copy_(weight)
    return module


def ours(precision: str) -> Training:
    """Return the project's engine at a precision."""

    def prepare(task: Task) -> Callable[[], Trained]:
        variant, shape = task.variant(precision), (1, *task.images.shape[1:])
        none = ImageTensor(torch.empty(0, *shape, dtype=torch.uint8, device=task.device), 255)

        def train() -> Trained:
            seen = ImageTensor(torch.from_numpy(task.images)[:, None].to(task.device), 255)
            model = engine.restore(variant, shape, engine.train(variant, seen, none, task.seed).weights, task.device)
            return lambda images: model(images.reshape(-1, *shape))[0].flatten(1)

        return train

    return prepare


class Drawn(Dataset):
    """Images as torchvision's datasets give them: one at a time, made a tensor by `ToTensor`."""

    def __init__(self, images: np.ndarray) -> None:
        from PIL import Image
        from torchvision.transforms import ToTensor

        self.images, self.picture, self.transform = images, Image.fromarray, ToTensor()

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index: int) -> Tensor:
        return self.transform(self.picture(self.images[index]))


def notebook(task: Task) -> Callable[[], Trained]:
    """Prepare the loop that courses teach: a DataLoader over torchvision's images."""
    module = task.module().to(task.device)

    def train() -> Trained:
        loader = DataLoader(Drawn(task.images), task.batch_size, shuffle=True)
        optimizer = torch.optim.Adam(module.parameters(), lr=task.learning_rate)
        for _ in range(task.epochs):
            for images in loader:
                images = images.to(task.device).flatten(1)
                loss = mse_loss(module(images), images)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
        return module

    return train


def lightning(task: Task) -> Callable[[], Trained]:
    """Prepare Lightning's trainer, on tensors in memory."""
    from lightning import LightningModule, Trainer

    for name in ("lightning.pytorch", "lightning.fabric"):
        logging.getLogger(name).setLevel(logging.ERROR)

    class Module(LightningModule):
        def __init__(self) -> None:
            super().__init__()
            self.network = task.module()

        def training_step(self, batch: list[Tensor]) -> Tensor:
            return mse_loss(self.network(batch[0]), batch[0])

        def configure_optimizers(self) -> torch.optim.Optimizer:
            return torch.optim.Adam(self.parameters(), lr=task.learning_rate)

    module, images = Module(), task.floats()
    quiet = {"logger": False, "enable_checkpointing": False, "enable_progress_bar": False}
    quiet |= {"enable_model_summary": False}
    accelerator = "gpu" if task.device.type == "cuda" else task.device.type
    trainer = Trainer(max_epochs=task.epochs, accelerator=accelerator, devices=1, **quiet)

    def train() -> Trained:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that workers of a loader might help
            trainer.fit(module, DataLoader(TensorDataset(images), task.batch_size, shuffle=True))
        return module.network.to(task.device)  # it goes back to the CPU by itself

    return train


def pythae(task: Task) -> Callable[[], Trained]:
    """Prepare Pythae's autoencoder with its trainer."""
    from pythae.data.datasets import BaseDataset
    from pythae.models import AE, AEConfig
    from pythae.models.base.base_utils import ModelOutput
    from pythae.models.nn import BaseDecoder, BaseEncoder
    from pythae.trainers import BaseTrainer, BaseTrainerConfig

    for name in [name for name in logging.root.manager.loggerDict if name.startswith("pythae")]:
        logging.getLogger(name).setLevel(logging.ERROR)
    module, images = task.module(), task.floats()

    class Encoder(BaseEncoder):
        def __init__(self) -> None:
            super().__init__()
            self.layers = module[:2]

        def forward(self, x: Tensor) -> ModelOutput:
            return ModelOutput(embedding=self.layers(x))

    class Decoder(BaseDecoder):
        def __init__(self) -> None:
            super().__init__()
            self.layers = module[2:]

        def forward(self, z: Tensor) -> ModelOutput:
            return ModelOutput(reconstruction=self.layers(z))

    model = AE(AEConfig(input_dim=(task.pixels,), latent_dim=task.width), Encoder(), Decoder())

    def train() -> Trained:
        with TemporaryDirectory() as folder:
            config = BaseTrainerConfig(
                output_dir=folder,
                num_epochs=task.epochs,
                per_device_train_batch_size=task.batch_size,
                learning_rate=task.learning_rate,
                no_cuda=task.device.type != "cuda",
            )
            BaseTrainer(model, BaseDataset(images, torch.zeros(len(images))), training_config=config).train()
        return module

    return train


def pyod(task: Task) -> Callable[[], Trained]:
    """Prepare PyOD's detector; its fit scores all images once more when it has trained."""
    from pyod.models.auto_encoder import AutoEncoder

    weights, images = task.first_weights(), task.floats().numpy()

    class Detector(AutoEncoder):
        def build_model(self) -> None:
            super().build_model()
            begin_with(self.model, weights)

    detector = Detector(
        preprocessing=False,
        lr=task.learning_rate,
        epoch_num=task.epochs,
        batch_size=task.batch_size,
        device=str(task.device),
        verbose=0,
        optimizer_params={"weight_decay": 0},
        hidden_neuron_list=[task.width],
        batch_norm=False,
        dropout_rate=0.0,
    )

    def train() -> Trained:
        detector.fit(images)
        return detector.model

    return train


TRAININGS: dict[str, Training] = {
    "ours, float32": ours("float32"),
    "ours, bfloat16": ours("bfloat16"),
    "notebook loop": notebook,
    "Lightning": lightning,
    "Pythae": pythae,
    "PyOD": pyod,
}
