"""The benchmark of speed: the project beside its peers, in turn in one run, with medians and spread.

`make bench` prints a table, and leaves every repetition in `build/bench.csv` and a figure in `build/bench.png`.
"""

import argparse
import os
import platform
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from importlib import metadata
from pathlib import Path

sys.path += [str(Path(__file__).parent), str(Path(__file__).parents[1]), str(Path(__file__).parents[2] / "src")]
os.environ |= {"TQDM_DISABLE": "1", "DO_NOT_TRACK": "true", "MLFLOW_DISABLE_TELEMETRY": "true"}

import numpy as np
import pandas as pd
import torch
from kedro.io import DatasetError
from matplotlib.figure import Figure
from measures import Repetition, scoring, shares_of_a_run, shares_of_peak, start_up, trainings
from peers import PACKAGES, Task
from sklearn.datasets import load_digits
from threadpoolctl import threadpool_limits

from autoencoders.data.catalog.idx import IDXDataset
from autoencoders.data.words import counted
from autoencoders.reporting.figures import style

OURS = "ours, float32"  # what others are compared with
EPOCH = "an epoch of 784-256-784"
DIGITS_EPOCHS = 10  # for each of the others


def main() -> None:
    """Read the command, repeat everything in turn, and print the table."""
    options = read_command()
    torch.set_num_threads(options.threads)
    with threadpool_limits(options.threads), tempfile.TemporaryDirectory() as folder:
        images = read_images(options.raw_data)[: options.images]
        task = Task(images, options.epochs, device=options.device)
        rows = [row for _ in range(options.repetitions) for row in once(task, Path(folder))]
    options.output.mkdir(parents=True, exist_ok=True)
    table = pd.DataFrame(rows)
    table.to_csv(options.output / "bench.csv", index=False)
    summary = summarise(table)
    threads, repetitions = counted(options.threads, "thread"), counted(options.repetitions, "repetition")
    machine = f"{processor(options.device)}, {threads}, {repetitions}, {len(images)} images of MNIST"
    draw(summary, machine).savefig(options.output / "bench.png", dpi=160)
    print(summary.to_string(index=False, float_format=lambda figure: f"{figure:.4g}"), f"\n{machine}")


def once(task: Task, folder: Path) -> Iterator[Repetition]:
    """Yield every measurement, once; the first in a process are warmed up by one batch of each.

    What does not run on a GPU is left out where the trainings do.
    """
    if not (folder / "warm").exists():
        list(trainings(replace(task, images=task.images[:512], epochs=1)))
        (folder / "warm").touch()
    yield from trainings(task)
    yield from trainings(
        replace(task, images=read_digits(), epochs=DIGITS_EPOCHS * task.epochs, width=32, batch_size=32)
    )
    yield from scoring(task.images, task.device)
    if task.device.type != "cpu":
        return
    yield from shares_of_peak()
    yield from start_up(folder)
    yield from shares_of_a_run(folder)


def read_images(path: str) -> np.ndarray:
    """Return the training images of MNIST, uint8 (60000, 28, 28)."""
    try:
        found = IDXDataset(name="MNIST", path=path, parts=["train"]).load()
    except DatasetError as error:
        sys.exit(f"{error}\nName a folder that holds MNIST: make bench RAW_DATA=PATH")
    return np.array(found.images[:, 0])


def read_digits() -> np.ndarray:
    """Return scikit-learn's digits, uint8 (1797, 8, 8), in shades up to 255."""
    return (load_digits().images * (255 / 16)).astype(np.uint8)


def summarise(table: pd.DataFrame) -> pd.DataFrame:
    """Return one row per measurement: median, lowest and highest, and how many times ours in float32 it is."""
    groups = table.groupby(["what", "who", "unit"], sort=False)["figure"]
    summary = groups.agg(median="median", low="min", high="max").reset_index()
    ours = table[table["who"] == OURS].reset_index(drop=True)
    ratios = {
        (what, who): np.median(rows["figure"].to_numpy() / ours.loc[ours["what"] == what, "figure"].to_numpy())
        for (what, who), rows in table.groupby(["what", "who"])
        if (ours["what"] == what).any()
    }
    found = [ratios.get(one, np.nan) for one in zip(summary["what"], summary["who"], strict=True)]
    return summary.assign(ratio=found)


def draw(summary: pd.DataFrame, machine: str) -> Figure:
    """Draw the time of an epoch by library, the lowest on top, with its spread."""
    rows = summary[summary["what"] == EPOCH].sort_values("median").reset_index(drop=True)
    figure, ((axes,),) = style.new_figure(8, 0.42 * len(rows) + 1.6)
    colours = [style.BLUE if who.startswith("ours") else style.FAINT_INK for who in rows["who"]]
    axes.barh(rows.index, rows["median"], color=colours, height=0.62)
    spread = np.array([rows["median"] - rows["low"], rows["high"] - rows["median"]])
    axes.errorbar(rows["median"], rows.index, xerr=spread, fmt="none", ecolor=style.INK, elinewidth=1)
    style.name_rows(axes, list(rows["who"]), [f"{ratio:.1f} x" for ratio in rows["ratio"]], "time, ours = 1")
    style.set_labels(axes, x="seconds")
    others = rows[~rows["who"].str.startswith("ours")].iloc[0]
    headline = f"{others['who']}, the fastest peer, takes {others['ratio']:.1f} times as long for an epoch"
    note = f"784-256-784, Adam, batches of 256, same first weights, in turn. {machine}. Bars: medians; lines: ranges."
    style.finish(figure, headline, note)
    return figure


def processor(device: torch.device) -> str:
    """Return the name of the processor that trains, where the system tells it."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.partition(": ")[2] for line in lines if line.startswith("model name")), platform.machine())


def read_command() -> argparse.Namespace:
    """Read the options of the command; the peers must be there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--raw-data", default="data/01_raw", help="folder of the image files, in torchvision's layout")
    parser.add_argument("--images", type=int, default=60_000)
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--output", type=Path, default=Path("build"))
    options = parser.parse_args()
    if options.device == "cuda" and not torch.cuda.is_available():
        sys.exit("PyTorch finds no GPU here: leave --device out")
    options.device = torch.device(options.device)
    there = {one.metadata["Name"].lower() for one in metadata.distributions()}
    if missing := [name for name in PACKAGES if name not in there]:
        sys.exit(f"{', '.join(missing)} must be installed: uv pip install --group bench")
    return options


if __name__ == "__main__":
    main()
