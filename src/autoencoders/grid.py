"""The grid of experiments: dataset > study > variants, as the parameters files state it."""

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import Field, model_validator

from autoencoders.configuration import Strict

RESERVED = "comparison"  # the place, beside a study's variants, of what compares them

Name = Annotated[str, Field(pattern="^[a-z][a-z0-9_]*$")]


class Study(Strict):
    """One question, put to several variants.

    Attributes:
        question: What the study asks, for its reader.
        seeds: Replicates of every variant, by name.
        normal_classes: For one-class studies: the labels that are normal in each turn, by name.
        variants: Blocks of YAML, checked as `experiment.Variant` when they are run.
    """

    question: str
    seeds: Annotated[dict[Name, int], Field(min_length=1)]
    normal_classes: Annotated[dict[Name, list[int]], Field(min_length=1)] | None = None
    variants: Annotated[dict[Name, dict[str, Any]], Field(min_length=1)]

    @model_validator(mode="after")
    def _keeps_a_name_free(self) -> "Study":
        if RESERVED in self.variants:
            raise ValueError(f"{RESERVED!r} is the name of what compares the variants; call the variant otherwise")
        return self

    def replicates(self) -> Iterator[tuple[str, str]]:
        """Yield (variant, seed name) pairs."""
        return ((variant, seed) for variant in self.variants for seed in self.seeds)


class Dataset(Strict):
    """The studies of one dataset; one without studies is ingested only."""

    splits: dict[str, Any] | None = None
    studies: dict[Name, Study]

    @model_validator(mode="after")
    def _studies_need_splits(self) -> "Dataset":
        if self.studies and self.splits is None:
            raise ValueError("splits: the key is missing, and the studies need it")
        return self


def read(parameters: dict[str, Any]) -> dict[str, Dataset]:
    """Return the datasets that parameters state, a block each; names with a leading underscore are YAML anchors.

    Raises:
        ValueError: A block is malformed; the message names the dataset and the key.
    """
    datasets = {}
    for name, block in parameters.items():
        if name.startswith("_"):
            continue
        try:
            studies = {key: value for key, value in block.items() if key != "splits"}
            datasets[name] = Dataset.model_validate({"splits": block.get("splits"), "studies": studies})
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from None
    return datasets
