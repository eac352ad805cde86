"""The bench of size: one `kedro run` of every stage, on 62,500, 250,000 and 1,000,000 images.

`make scale` prints a table, and leaves every stage in `build/scale.csv`. Linux alone tells the memory of processes.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path += [str(Path(__file__).parent), str(Path(__file__).parents[1])]
os.environ |= {"DO_NOT_TRACK": "true", "MLFLOW_DISABLE_TELEMETRY": "true", "OMP_NUM_THREADS": "1"}

import numpy as np
import pandas as pd
from project_copy import copy_digits
from synthetic import write_idx
from watch import AFTER, BEFORE, Stage, watch

HERE = Path(__file__).parent
SUITE = "million"
TEST_SHARE = 0.2
MEGABYTE = 10**6
RAW = """
million.raw:
  type: autoencoders.data.catalog.idx_folder.IDXFolderDataset
  path: raw
  name: digits of any number
  class_names: ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]
  source: made from the digits of scikit-learn
  validator: autoencoders.data.catalog.validators.check_image_set
"""


def main() -> None:
    """Read the command, run each size in turn, and print what it took."""
    options = read_command()
    options.output.mkdir(parents=True, exist_ok=True)
    rows = []
    for images in options.images:
        with tempfile.TemporaryDirectory(dir=options.folder) as folder:
            try:
                stages = run(Path(folder) / "project", images)
            except subprocess.CalledProcessError as error:
                sys.exit(f"{error.output[-4000:]}\n{images} images: {error}")
        rows += [{"images": images} | stage._asdict() for stage in stages]
        table = pd.DataFrame(rows)
        table.to_csv(options.output / "scale.csv", index=False)
    print(report(table))


def run(project: Path, images: int) -> list[Stage]:
    """Make a project with so many images, and run it."""
    copy_digits(project)
    shutil.copy(HERE / "million.yml", project / "conf/base/parameters/million.yml")
    with (project / "conf/base/catalog.yml").open("a", encoding="utf-8") as catalog:
        catalog.write(RAW)
    logging = project / "conf/logging.yml"  # what is loaded and saved is said, too: a node's stage begins with it
    logging.write_text(
        logging.read_text(encoding="utf-8").replace("kedro.io: {level: WARNING}", "kedro.io: {level: INFO}")
    )
    write_idx(project / "raw", images, TEST_SHARE, seed=0)
    stages, log = watch([sys.executable, "-m", "kedro", "run", "--pipelines", SUITE], project)
    (project / "log.txt").write_text(log, encoding="utf-8")
    return stages


def report(table: pd.DataFrame) -> str:
    """Return what each size took, stage by stage and in all, and with which power of the images the time grows."""
    kinds = table["node"].map(kind_of)
    grouped = table.groupby([kinds, "images"], sort=False)
    stages = grouped.agg(seconds=("seconds", "sum"), memory=("memory", "max"), own=("own", "max"))
    stages[["memory", "own"]] /= MEGABYTE
    whole = table.groupby("images").agg(
        seconds=("seconds", "sum"),
        cpu=("cpu", "sum"),
        memory=("memory", "max"),
        own=("own", "max"),
        resident=("resident", "max"),
    )
    whole[["memory", "own", "resident"]] /= MEGABYTE
    parts = [stages.unstack("images").round(1).to_string(), whole.round(1).to_string()]
    if len(whole) > 1:
        working = table[~kinds.isin([BEFORE, AFTER])].groupby("images")["seconds"].sum()
        slopes = exponent(whole["seconds"]), exponent(whole["cpu"]), exponent(working)
        parts.append("time ~ images ** {:.2f}, processor time {:.2f}, time without start-up {:.2f}".format(*slopes))
    return "\n\n".join(parts)


def exponent(seconds: pd.Series) -> float:
    """Return the slope of the logarithm of the time by the logarithm of the number of images."""
    return float(np.polyfit(np.log(seconds.index), np.log(seconds), 1)[0])


def kind_of(node: str) -> str:
    """Return the name of a node's function."""
    return node.rpartition(".")[2]


def read_command() -> argparse.Namespace:
    """Read the options of the command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, nargs="+", default=[62_500, 250_000, 1_000_000])
    parser.add_argument("--folder", type=Path, help="where to put some 4 GB of files meanwhile")
    parser.add_argument("--output", type=Path, default=Path("build"))
    return parser.parse_args()


if __name__ == "__main__":
    main()
