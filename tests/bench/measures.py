"""What is measured, each once; the bench repeats all in turn."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, NamedTuple

import numpy as np
import torch
from peers import CPU, TRAININGS, Task
from project_copy import copy_digits

from autoencoders.data.images import ImageTensor
from autoencoders.training import engine
from autoencoders.training.variant import Variant

SIDE = 2048  # of the square matrices by which the machine's peak is measured
WIDE = 12_000  # units of the widest network of the course sheets
WIDE_IMAGES = 2560


class Repetition(NamedTuple):
    """One measurement."""

    what: str
    who: str
    figure: float
    unit: str


def trainings(task: Task) -> Iterator[Repetition]:
    """Yield the time per epoch and the loss, over all images, of each library."""
    for name, prepare in TRAININGS.items():
        seconds, trained = timed(prepare(task))
        with torch.inference_mode():
            parts = task.floats().to(task.device).split(2048)
            lost = sum(float((trained(part) - part).square().sum()) for part in parts)
        yield Repetition(f"an epoch of {task.name}", name, seconds / task.epochs, "s")
        yield Repetition(f"loss of {task.name} after training", name, lost / task.images.size, "MSE")


def scoring(images: np.ndarray, device: torch.device) -> Iterator[Repetition]:
    """Yield how many images a second are scored by their reconstruction error, from integers in memory."""
    network = engine.build(variant([512], 32), (1, *images.shape[1:]), 0, device).eval()
    seconds, _ = timed(lambda: engine.reconstruction_errors(network, tensor(images, device)))
    yield Repetition("scoring by 784-512-32-512-784", "ours", len(images) / seconds, "images/s")


def shares_of_peak() -> Iterator[Repetition]:
    """Yield the speed of plain matrix products, and the share of it that whole steps of a wide network reach."""
    images = np.random.default_rng(0).integers(0, 256, (WIDE_IMAGES, 28, 28), dtype=np.uint8)
    operations = 5 * 2 * 784 * WIDE * 2 * WIDE_IMAGES  # forward 2 products, backward 3, in the two epochs more
    for precision in ("float32", "bfloat16"):
        first, second = (torch.rand(SIDE, SIDE).to(getattr(torch, precision)) for _ in range(2))
        first @ second
        peak = 2 * SIDE**3 / min(timed(lambda a=first, b=second: a @ b)[0] for _ in range(5))
        yield Repetition(f"matrix products in {precision}", "this machine", peak / 1e9, "GFLOP/s")
        short, long = (
            timed(engine.train, variant([], WIDE, precision, epochs), tensor(images), tensor(images[:0]), 0)[0]
            for epochs in (1, 3)
        )
        share = operations / (long - short) / peak
        yield Repetition(f"share of that in steps of 784-{WIDE}-784, {precision}", "ours", 100 * share, "%")


def start_up(folder: Path) -> Iterator[Repetition]:
    """Yield the seconds from the start of a command to its end, or to the first training, in a project of digits."""
    place = folder / "project"
    if not place.exists():
        copy_digits(place)
        until("", place, "registry", "list")  # makes the byte code
    yield Repetition("kedro registry list", "ours", until("", place, "registry", "list"), "s")
    seconds = until(".train", place, "run", "--pipelines", "digits.reconstruction")
    yield Repetition("kedro run to the first training", "ours", seconds, "s")


def shares_of_a_run(folder: Path) -> Iterator[Repetition]:
    """Yield what share of a run of all studies of the digits each stage takes, and the tracking."""
    place = Path(mkdtemp(dir=folder)) / "project"
    copy_digits(place, dpi=160)
    command = [sys.executable, str(Path(__file__).with_name("timed_run.py")), "seconds.json"]
    subprocess.run(command, cwd=place, capture_output=True, check=True)
    seconds = json.loads((place / "seconds.json").read_text(encoding="utf-8"))
    whole = sum(seconds.values())
    yield Repetition("kedro run of the digits", "whole", whole, "s")
    for stage, took in seconds.items():
        yield Repetition("kedro run of the digits", stage, 100 * took / whole, "%")


def until(word: str, place: Path, *arguments: str) -> float:
    """Return the seconds until Kedro prints a word, or ends where none is given; then stop it."""
    command = [sys.executable, "-m", "kedro", *arguments]
    began = time.perf_counter()
    with subprocess.Popen(command, cwd=place, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        for line in process.stdout:
            if word and word in line:
                break
        else:
            process.wait()
        seconds = time.perf_counter() - began
        process.terminate()
        process.stdout.read()
    return seconds


def variant(hidden: list[int], width: int, precision: str = "float32", epochs: int = 1) -> Variant:
    """Return a dense autoencoder of 28 x 28 pixels in batches of 256."""
    model = {"architecture": "dense", "hidden_dims": hidden, "latent_dim": width, "activation": "relu"}
    training = {"epochs": epochs, "batch_size": 256, "optimizer": "adam", "learning_rate": 1e-4}
    return Variant.model_validate(
        {"model": model | {"output_activation": "identity"}, "training": training | {"precision": precision}}
    )


def tensor(images: np.ndarray, device: torch.device = CPU) -> ImageTensor:
    """Return images (N, H, W) as the engine takes them."""
    return ImageTensor(torch.from_numpy(images)[:, None].to(device), 255)


def timed(function: Callable[..., Any], *arguments: Any) -> tuple[float, Any]:
    """Return the seconds that a call takes, and what it returns."""
    began = time.perf_counter()
    found = function(*arguments)
    return time.perf_counter() - began, found
