"""The report of a suite: its images, the printed numbers beside ours, and a section for each study."""

from collections.abc import Iterable
from typing import Any, NotRequired

import pandas as pd

from autoencoders.data.images import ImageSet
from autoencoders.reporting.glossary import GLOSSARY
from autoencoders.reporting.page import render_page
from autoencoders.reporting.section import Picture, Rendered, Section

PURPOSES = {  # of a split: in a list, and in a sentence
    "train": ("to train on", "The networks and PCA learn from these."),
    "validation": ("for validation", "Looked at during training, never learnt from."),
    "calibration": ("for calibration", "Held out to set thresholds."),
    "test": ("to test", "Never seen before; all results come from these."),
}


class StudySection(Rendered):
    """A study's section, and what the page says of all studies together.

    Attributes:
        seeds: The seeds of its random numbers.
        printed: Printed numbers beside ours, as `published.tick_off` returns them, row by row.
        out_of_date: Why an earlier run's section would not be the same today, if it would not.
    """

    seeds: list[int]
    printed: NotRequired[list[dict[str, Any]]]
    out_of_date: NotRequired[str]


def suite_page(
    title: str,
    images: ImageSet,
    splits: dict[str, int],
    samples: bytes,
    origin: dict[str, str],
    studies: list[StudySection],
) -> str:
    """Return the report as one self-contained HTML document.

    Args:
        title: Heading of the page; none: the dataset's name.
        images: The dataset.
        splits: How many images each split has.
        samples: A picture of some images.
        origin: Command, commit, versions, hardware and the seed of the splits.
        studies: The sections there are, in reading order.
    """
    info = images.info
    shape = " x ".join(str(side) for side in images.image_shape[images.image_shape[0] == 1 :])  # grey has no channels
    splits = {name: splits[name] for name in PURPOSES if name in splits}
    printed = [row for study in studies for row in study.get("printed", [])]
    sections = [_printed_section(pd.DataFrame(printed)).rendered()] if printed else []
    sections += [*studies, _images_section(info, shape, splits, samples).rendered()]
    divided = ", ".join(f"{count:,} {PURPOSES[name][0]}" for name, count in splits.items())
    provenance = origin | {
        "official parts": f"{info['train_images']:,} training and {info['test_images']:,} test images",
        "source": info["source"],
        "data checksum": info["checksum"],
        "seeds": "; ".join(_seeds(studies)),
    }
    summary = f"{sum(splits.values()):,} images of {shape} pixels: {divided}."
    return render_page(title or f"Autoencoders on {info['name']}", summary, provenance, sections, GLOSSARY)


def _seeds(studies: list[StudySection]) -> Iterable[str]:
    """Say from which seeds all random numbers come, studies with the same ones together."""
    owners: dict[str, list[str]] = {}
    for study in studies:
        owners.setdefault(", ".join(map(str, study["seeds"])), []).append(study["name"])
    return owners if len(owners) == 1 else [f"{seeds} ({', '.join(names)})" for seeds, names in owners.items()]


def _images_section(info: dict[str, Any], shape: str, splits: dict[str, int], samples: bytes) -> Section:
    rows = [(name, count, PURPOSES[name][1]) for name, count in splits.items()]
    table = pd.DataFrame(rows, columns=["split", "images", "what for"])
    picture = Picture("The first fifty training images", "", samples, is_folded=True)
    answer = "\n".join([f"{info['source']}; {shape} pixels.", *info.get("notes", [])])
    return Section("images", "What do the images look like, and which of them are seen when?", answer, table, [picture])


def _printed_section(table: pd.DataFrame) -> Section:
    answer = ", ".join(f"{count} {verdict}" for verdict, count in table["verdict"].value_counts().items()) + "."
    missed = [f"{row['item']}, {row['what']}: missed." for _, row in table.iterrows() if row["verdict"] == "missed"]
    named = table.assign(what=table["item"] + ": " + table["what"]).drop(columns="item")
    return Section(
        "printed numbers and ours", "Which printed numbers are met?", answer, named.set_index("what"), warnings=missed
    )
