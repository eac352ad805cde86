"""The grid of experiments: suites of studies, each of several variants, as the parameters files state it."""

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
        answer: What it found, with places such as `{dense_8[test/mse]:.4f}` for the run's own numbers.
        seeds: Replicates of every variant, by name.
        normal_classes: For one-class studies: the labels that are normal in each turn, by name.
        variants: Blocks of YAML, checked as `experiment.Variant` when they are run.
        measurements: Blocks of YAML, checked as `measurements.Measurement` when they are run.
    """

    question: str
    answer: str | None = None
    seeds: Annotated[dict[Name, int], Field(min_length=1)]
    normal_classes: Annotated[dict[Name, list[int]], Field(min_length=1)] | None = None
    variants: Annotated[dict[Name, dict[str, Any]], Field(min_length=1)]
    measurements: dict[Name, dict[str, Any]] = {}

    @model_validator(mode="after")
    def _keeps_a_name_free(self) -> "Study":
        if RESERVED in self.variants:
            raise ValueError(f"{RESERVED!r} is the name of what compares the variants; call the variant otherwise")
        return self

    def replicates(self) -> Iterator[tuple[str, str]]:
        """Yield (variant, seed name) pairs."""
        return ((variant, seed) for variant in self.variants for seed in self.seeds)

    def watched(self) -> list[str]:
        """Return the variants that keep snapshots of their training; in one-class studies none are drawn."""
        if self.normal_classes:
            return []
        return [name for name, block in self.variants.items() if (block.get("training") or {}).get("snapshots")]

    def others(self, measurement: str) -> list[str]:
        """Return the other datasets that a measurement shows to the networks."""
        return list(self.measurements[measurement].get("datasets", ()))


class Suite(Strict):
    """Studies on one dataset: all there are of it under its own name, or a course sheet under the sheet's.

    Attributes:
        title: Of the report.
        dataset: Whose images; one without studies is ingested only.
        splits: Checked as `experiment.Splits` when they are run.
        published: The numbers that a sheet prints, checked as `published.Published` when they are compared.
        studies: By name.
    """

    title: str | None = None
    dataset: Name
    splits: dict[str, Any] | None = None
    published: dict[str, Any] | None = None
    studies: dict[Name, Study]

    @model_validator(mode="after")
    def _studies_need_splits(self) -> "Suite":
        if self.studies and self.splits is None:
            raise ValueError("splits: the key is missing, and the studies need it")
        return self


def read(parameters: dict[str, Any]) -> dict[str, Suite]:
    """Return the suites that parameters state, a block each; names with a leading underscore are YAML anchors.

    Raises:
        ValueError: A block is malformed; the message names the suite and the key.
    """
    suites = {}
    for name, block in parameters.items():
        if name.startswith("_"):
            continue
        if not isinstance(block, dict):
            raise ValueError(f"{name}: a suite is a block of studies, got {block!r}")
        own = {key: block[key] for key in ("title", "dataset", "splits", "published") if key in block}
        studies = {key: value for key, value in block.items() if key not in own}
        try:
            suites[name] = Suite.model_validate({"dataset": name} | own | {"studies": studies})
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from None
    _check_names(suites)
    return suites


def _check_names(suites: dict[str, Suite]) -> None:
    """Make sure that `<dataset>.<study>` names one study."""
    owners: dict[tuple[str, str], str] = {}
    for name, suite in suites.items():
        for study in suite.studies:
            if owners.setdefault((suite.dataset, study), name) != name:
                raise ValueError(f"{name}.{study}: {suite.dataset} has a study of that name already; choose another")
