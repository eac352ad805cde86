"""The grid of experiments: suites of studies, each of several variants, as the parameters files state it."""

import csv
import os
import re
from collections.abc import Container, Iterator
from itertools import chain, product
from pathlib import Path
from typing import Annotated, Any, Self, TypeVar

from kedro.config import OmegaConfigLoader
from kedro.framework.project import settings
from pydantic import Field, PositiveInt, model_validator

from autoencoders.configuration import NAME, Class, Name, Seed, Strict
from autoencoders.data.derivation import Derivation
from autoencoders.data.training_set import TrainingSet
from autoencoders.detection.baselines import has_logarithm, is_seeded
from autoencoders.detection.ensembles import Ensemble
from autoencoders.key import COMPARISON, READ_BY_YAML, Key
from autoencoders.measurements import CHARTED

PROJECT = Path(__file__).resolve().parents[3]
DEFAULT = "digits"  # the suite that runs where none is named
OWN_IMAGES, SCORE, SURFACES = "own_images", "score", "surfaces"  # blocks of the inspection of images, no suites
BENCHMARK_KEY = "studies"  # the key by which a block that joins other suites' studies is told from a suite

# Names that no measurement may have, for a study has parameters, tables, figures or nodes of these names already.
TAKEN = {
    *("variant", "seed", "compute", "scoring", "ensemble", "baseline"),
    *("errors", "scores", "cost", "auroc_samples", "examples", "exemplars", "pixel_statistics"),
    *("metrics", "comparison", "detectors", "auroc", "standings", "ranking", "tick_off", "section", "table"),
    *("map_living", "detectors_living"),
    *("test_errors", "loss", "losses", "loss_curves", "reconstructions", "cost_and_quality", "snapshots"),
    *("train", "score_images", "measure", "score_anomalies", "measure_one_class", "look_at_extremes"),
    "draw_reconstructions",
}
LAYERED = ("dense", "linear", "pca", "variational")  # architectures of linear layers and activations alone
WIDTHS = ("hidden_dims", "decoder_hidden_dims")
WIDEST = 512  # units of a layer of a network that a page runs
JOINED = {COMPARISON, "mean", "all"}  # names of what tables say of all normal classes together, or of all detectors

Blocks = dict[Name, dict[str, Any]]
Block = TypeVar("Block", bound=Strict)


class Study(Strict):
    """One question, put to several variants.

    Attributes:
        question: What the study asks, for its reader.
        answer: What it found, with places such as `{dense_8[test/mse]:.4f}` for the run's own numbers.
        judged_at: A corruption: how well each variant undoes it is what they are compared by.
        seeds: Seeds that every variant is trained with, by name.
        normal_classes: For one-class studies: the classes that are normal in each turn, by number or name.
        training_set: For one-class studies: what trainings see, where that is not all normal training images.
        scoring: For one-class studies: a block of YAML, checked as `detection.Scoring` when it is run.
        variants: Blocks of YAML, checked as `experiment.Variant` when they are run.
        baselines: For one-class studies: blocks of YAML, checked as `baselines.Baseline` when they are run.
        ensembles: For one-class studies: variants and baselines that score together.
        measurements: Blocks of YAML, checked as `measurements.Measurement` when they are run.
        published: For one-class studies: whether papers print a table for the same protocol.
    """

    question: str
    answer: str | None = None
    judged_at: dict[str, Any] | None = None
    seeds: Annotated[dict[Name, Seed], Field(min_length=1)]
    normal_classes: Annotated[dict[Name, list[Class]], Field(min_length=1)] | None = None
    training_set: TrainingSet | None = None
    scoring: dict[str, Any] | None = None
    variants: Annotated[Blocks, Field(min_length=1)]
    baselines: Blocks = {}
    ensembles: dict[Name, Ensemble] = {}
    measurements: Blocks = {}
    published: bool = False

    @model_validator(mode="after")
    def _names_are_free(self) -> Self:
        names = list(chain(self.variants, self.baselines, self.ensembles))
        if COMPARISON in names:
            raise ValueError(f"{COMPARISON!r} is the name of what compares the variants; call the variant otherwise")
        twice = {name for name in names if names.count(name) > 1}
        if twice:
            raise ValueError(f"variants, baselines and ensembles need names of their own, got {min(twice)!r} twice")
        reserved = {
            "measurements": TAKEN | ({"out_of_distribution"} if self.has_out_of_distribution else set()),
            "normal_classes": JOINED,
            "seeds": {COMPARISON},
        }
        for block, taken in reserved.items():
            for name in getattr(self, block) or ():
                if name in taken:
                    raise ValueError(f"{block}.{name}: the name is taken by a part of every study; choose another")
        return self

    @model_validator(mode="after")
    def _detectors_need_normal_classes(self) -> Self:
        for name in ("scoring", "training_set", "baselines", "ensembles", "published"):
            if getattr(self, name) and not self.normal_classes:
                raise ValueError(f"{name}: only a study with normal_classes detects anomalies")
        if self.normal_classes and not self.scoring:
            raise ValueError("scoring: the key is missing, and a study with normal_classes needs it")
        return self

    @model_validator(mode="after")
    def _detectors_restore_nothing(self) -> Self:
        if self.judged_at and self.normal_classes:
            raise ValueError("judged_at: a study with normal_classes compares detectors, not restored images")
        return self

    @model_validator(mode="after")
    def _members_are_detectors(self) -> Self:
        scores = _below(self.scoring, "scores") or ()
        for name, ensemble in self.ensembles.items():
            for member in ensemble.members:
                if not self.can_be_member(member.detector):
                    raise ValueError(f"ensembles.{name}: {member.detector} scores below 0, where there is no logarithm")
                if member.detector not in self.variants | self.baselines:
                    raise ValueError(f"ensembles.{name}: there is no variant or baseline {member.detector!r}")
                if member.detector in self.baselines and member.score:
                    raise ValueError(f"ensembles.{name}: {member.detector} has one score alone, got {member.score!r}")
                if member.score and member.score not in scores:
                    raise ValueError(f"ensembles.{name}: scoring.scores has no {member.score!r}")
        return self

    @model_validator(mode="after")
    def _reference_is_a_detector(self) -> "Study":
        reference = _below(self.scoring, "reference")
        if reference is not None and reference not in list(chain(self.variants, self.baselines, self.ensembles)):
            raise ValueError(f"scoring.reference: there is no detector {reference!r}")
        return self

    @property
    def first_seed(self) -> str:
        """The name of the first seed, whose figures are drawn where one seed alone is shown."""
        return next(iter(self.seeds))

    def with_seed(self, seed: str) -> Self:
        """Return the study with one of its seeds alone."""
        return self.model_copy(update={"seeds": {seed: self.seeds[seed]}})

    def seeded(self, study: Key) -> list[Key]:
        """Return the key of every variant and seed."""
        return [Key(*study[:2], variant, seed) for variant in self.variants for seed in self.seeds]

    def detectors(self, study: Key) -> list[Key]:
        """Return the key of every variant, ensemble or baseline and seed; of some baselines, one alone."""
        return [
            Key(*study[:2], name, seed)
            for name in chain(self.variants, self.ensembles, self.baselines)
            for seed in ([self.first_seed] if self._draws_nothing(name) else self.seeds)
        ]

    def members(self, ensemble: Key) -> list[Key]:
        """Return the members of an ensemble with its seed; one that draws nothing has the first seed alone."""
        names = [member.detector for member in self.ensembles[ensemble.detector].members]
        seeds = {name: self.first_seed if self._draws_nothing(name) else ensemble.seed for name in names}
        return [ensemble._replace(detector=name, seed=seed) for name, seed in seeds.items()]

    def can_be_member(self, detector: str) -> bool:
        """Tell whether an ensemble may take the logarithm of a detector's scores."""
        return has_logarithm(_below(self.baselines, detector, "kind"))

    def _draws_nothing(self, detector: str) -> bool:
        return detector in self.baselines and not is_seeded(self.baselines[detector].get("kind"))

    def learns(self, detector: str) -> bool:
        """Tell whether a detector is a network that learns step by step: PCA and baselines have a closed form."""
        return bool(_below(self.variants, detector, "training"))

    def by_class(self, detector: Key) -> list[Key]:
        """Return a detector's key for each normal class in turn."""
        return [detector._replace(normal_class=name) for name in self.normal_classes or ()]

    def watched(self) -> list[str]:
        """Return the variants that keep snapshots of their training; in one-class studies none are drawn."""
        variants = {} if self.normal_classes else self.variants
        return [name for name, block in variants.items() if _below(block, "training", "snapshots")]

    def portable(self) -> list[str]:
        """Return the variants that a page can run: dense ones, of layers that are not too wide for it."""
        models = {name: _below(block, "model") or {} for name, block in self.variants.items()}
        return [
            name
            for name, model in models.items()
            if model.get("architecture") in LAYERED
            and all(width <= WIDEST for key in WIDTHS for width in _counts(model.get(key)))
        ]

    def mapped(self) -> list[str]:
        """Return those with a code of two numbers, a map to walk about in; in one-class studies none is made."""
        portable = [] if self.normal_classes else self.portable()
        return [name for name in portable if _below(self.variants[name], "model", "latent_dim") == 2]

    def others(self, measurement: str) -> list[str]:
        """Return the other datasets that a measurement shows to the networks."""
        return _names(self.measurements[measurement].get("datasets"))

    def charted(self) -> list[str]:
        """Return the measurements that have a chart; in one-class studies none is drawn."""
        measurements = {} if self.normal_classes else self.measurements
        return [name for name, block in measurements.items() if block.get("kind") in CHARTED]

    @property
    def has_out_of_distribution(self) -> bool:
        """Whether detectors are shown out-of-distribution images."""
        return bool(_below(self.scoring, "out_of_distribution"))

    def others_for_detection(self, own: Container[str]) -> list[str]:
        """Return the datasets, other than the study's own, whose images detectors are to tell from normal ones."""
        return [name for name in _names(_below(self.scoring, "out_of_distribution", "datasets")) if name not in own]

    def outline(self) -> list[Any]:
        """Return all that decides which nodes there are, and what each is given."""
        named = (
            self.seeds,
            self.normal_classes or (),
            self.variants,
            self.baselines,
            self.ensembles,
            self.measurements,
        )
        learning = [name for name in self.variants if self.learns(name)]
        given = [bool(one) for one in (self.judged_at, self.training_set, self.published)]
        others = [self.others(name) for name in self.measurements] + [self.others_for_detection(())]
        drawn = [self.watched(), self.charted(), self.portable(), self.mapped(), self.has_out_of_distribution, learning]
        members = [[str(one) for one in ensemble.members] for ensemble in self.ensembles.values()]
        return [[list(one) for one in named], given, others, drawn, members]

    def shown_detectors(self) -> list[str]:
        """Return the detectors that a report shows one by one: the ensembles and a member of each, or all variants."""
        if not self.normal_classes:
            return []
        members = [one.detector for ensemble in self.ensembles.values() for one in ensemble.members[:1]]
        return [*self.ensembles, *dict.fromkeys(members)] or list(self.variants)


class Suite(Strict):
    """Studies on one dataset: all there are of it under its own name, or a course sheet under the sheet's.

    Attributes:
        title: Title of the report.
        dataset: Whose images; one without studies is ingested only.
        derived: How its images are made from another dataset's; they are a dataset of the suite's name.
        splits: Checked as `experiment.Splits` when they are run.
        published: The studies for which a sheet prints numbers.
        studies: By name.
    """

    title: str | None = None
    dataset: Name
    derived: Derivation | None = None
    splits: dict[str, Any] | None = None
    published: tuple[str, ...] = ()
    studies: dict[Name, Study]

    @property
    def own_datasets(self) -> set[str]:
        """Return its dataset and the one that this is made from, whose images are no others."""
        return {self.dataset} | ({self.derived.dataset} if self.derived else set())

    @model_validator(mode="after")
    def _studies_are_no_seeds(self) -> Self:
        for study, seed in product(self.studies, chain.from_iterable(one.seeds for one in self.studies.values())):
            if study == seed:
                raise ValueError(f"{study}: a seed has this name, and {self.dataset}.{seed} stands for it alone")
        return self

    def with_seed(self, seed: str) -> Self:
        """Return the suite with one seed alone in the studies that have it."""
        studies = {name: one.with_seed(seed) if seed in one.seeds else one for name, one in self.studies.items()}
        return self.model_copy(update={"studies": studies})

    @model_validator(mode="after")
    def _studies_need_splits(self) -> Self:
        if self.studies and self.splits is None:
            raise ValueError("splits: the key is missing, and the studies need it")
        return self

    @model_validator(mode="after")
    def _published_studies_are_there(self) -> Self:
        unknown = [study for study in self.published if study not in self.studies]
        if unknown:
            raise ValueError(f"published: there is no study {unknown[0]!r}; there are: {', '.join(self.studies)}")
        return self


class Benchmark(Strict):
    """One-class studies of several suites, its worlds, side by side and beside published numbers.

    Attributes:
        title: Title of the report.
        question: What the benchmark asks, for its reader.
        studies: As `<suite>.<study>`.
        members: How many pairs of detector and score to choose for an ensemble, by forward selection; none: not done.
    """

    title: str
    question: str
    studies: Annotated[tuple[str, ...], Field(min_length=1)]
    members: PositiveInt | None = None


class Members(Strict, extra="allow"):
    """The candidates of an inspection by name: blocks of YAML, checked as `inspection.Candidates` when they are run."""

    members: Annotated[Blocks, Field(min_length=1)]


class Inspection(Strict):
    """How a detector of odd images is made from a folder, and the blocks that are checked when they are run."""

    seed: Seed
    parts: dict[str, Any]
    decision: dict[str, Any]
    candidates: Members


class Surfaces(Strict):
    """The same, made from some photographs and with some seeds."""

    photographs: Annotated[list[Name], Field(min_length=1)]
    seeds: Annotated[dict[Name, Seed], Field(min_length=1)]
    parts: dict[str, Any]
    decision: dict[str, Any]
    candidates: Members


class Scored(Strict):
    """How images are judged by a detector that is there."""

    decision: dict[str, Any]


INSPECTIONS = {OWN_IMAGES: Inspection, SURFACES: Surfaces, SCORE: Scored}


def read_parameters() -> dict[str, Any]:
    """Read the blocks of the grid: the base parameters, one file per suite, and what others print numbers for.

    Those of Kedro's environment, if one is named, are laid over them; `--params` changes values alone.
    """
    loader = OmegaConfigLoader(
        str(PROJECT / settings.CONF_SOURCE),
        env=os.environ.get("KEDRO_ENV"),
        base_env="base",
        default_run_env="base",
        config_patterns={"parameters": ["parameters/*.yml"]},
        merge_strategy={"parameters": "soft"},
    )
    parameters = loader["parameters"]
    _mark_published(parameters, PROJECT / settings.CONF_SOURCE / "base" / "published")
    return parameters


def read(parameters: dict[str, Any]) -> dict[str, Suite]:
    """Return the suites that parameters state, a block each; names with a leading underscore are YAML anchors.

    Raises:
        ValueError: A block is malformed; the message names the suite and the key.
    """
    suites = {}
    for name, block in _blocks(parameters):
        if BENCHMARK_KEY in block:
            continue
        own = {key: block[key] for key in Suite.model_fields if key != "studies" and key in block}
        studies = {key: value for key, value in block.items() if key not in own}
        suites[name] = _validated(name, Suite, {"dataset": name} | own | {"studies": studies})
    _check_names(suites)
    _check_derived(suites)
    return suites


def read_benchmarks(parameters: dict[str, Any]) -> dict[str, Benchmark]:
    """Return the benchmarks that parameters state: the blocks with a key `studies`.

    Raises:
        ValueError: A block is malformed or names a study that there is not.
    """
    suites = read(parameters)
    found = {name: _validated(name, Benchmark, block) for name, block in _blocks(parameters) if BENCHMARK_KEY in block}
    for name, benchmark in found.items():
        for study in benchmark.studies:
            key = Key.parse(study)
            if key.suite not in suites or key.study not in suites[key.suite].studies:
                raise ValueError(f"{name}.studies: there is no study {study!r}")
            if not suites[key.suite].studies[key.study].normal_classes:
                raise ValueError(f"{name}.studies: {study!r} has no normal_classes")
    return found


def read_inspections(parameters: dict[str, Any]) -> dict[str, Any]:
    """Return the blocks on detectors of odd images that parameters hold, by name.

    Raises:
        ValueError: A block is malformed.
    """
    return {name: _validated(name, kind, parameters[name]) for name, kind in INSPECTIONS.items() if name in parameters}


def check_changes(parameters: dict[str, Any], changed: dict[str, Any]) -> None:
    """Make sure that parameters with some values changed state a grid, and one of the same nodes.

    Raises:
        ValueError: A block is malformed, or what is changed decides what runs.
    """
    read_benchmarks(changed)
    read_inspections(changed)
    before, after = read(parameters), read(changed)
    for suite, study in ((name, study) for name, one in before.items() for study in one.studies):
        if before[suite].studies[study].outline() != after[suite].studies[study].outline():
            raise ValueError(
                f"{suite}.{study}: the list of what runs and is shown is changed in the file, not by --params"
            )


def studies_of(pipeline: str, suites: dict[str, Suite], benchmarks: dict[str, Benchmark]) -> list[Study]:
    """Return the studies that a pipeline's name stands for: those of a suite or a benchmark, or one alone."""
    if pipeline in suites:
        return list(suites[pipeline].studies.values())
    named = [Key.parse(name) for name in (benchmarks[pipeline].studies if pipeline in benchmarks else [pipeline])]
    return [
        suite.studies[key.study]
        for key in named
        for name, suite in suites.items()
        if key.suite in (name, suite.dataset) and key.study in suite.studies
    ]


def _mark_published(parameters: dict[str, Any], folder: Path) -> None:
    """Note what others print numbers for: of a sheet, the studies in its table; and each study with its own table."""
    for sheet in folder.glob("*.csv"):
        if sheet.stem in parameters:
            with sheet.open(encoding="utf-8", newline="") as file:
                studies = sorted({row.get("study") or "" for row in csv.DictReader(file)})
            parameters[sheet.stem]["published"] = studies
    for table in folder.glob("*/*.csv"):
        suite, study = table.parent.name, table.stem
        if suite in parameters and study not in parameters[suite]:
            raise ValueError(f"published/{suite}/{table.name}: there is no study {study!r} in {suite}")
        if suite in parameters:
            parameters[suite][study]["published"] = True


def _blocks(parameters: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, block in parameters.items():
        if str(name).startswith("_") or name in INSPECTIONS:
            continue
        if not re.fullmatch(NAME, str(name)) or name in READ_BY_YAML:
            raise ValueError(f"a suite needs a name of small letters, digits and _ that nothing else has, got {name!r}")
        if not isinstance(block, dict):
            raise ValueError(f"{name}: a suite is a block of studies, got {block!r}")
        yield name, block


def _below(block: Any, *keys: str) -> Any:
    """Return what a block that is yet to be checked has below some keys; None where there is none."""
    for key in keys:
        block = block.get(key) if isinstance(block, dict) else None
    return block


def _names(found: Any) -> list[str]:
    """Return the names in a list that is yet to be checked."""
    return [one for one in found if isinstance(one, str) and re.fullmatch(NAME, one)] if isinstance(found, list) else []


def _counts(found: Any) -> list[int]:
    """Return the counts in a list that is yet to be checked."""
    return [one for one in found if isinstance(one, int)] if isinstance(found, list | tuple) else []


def _validated(name: str, kind: type[Block], block: dict[str, Any]) -> Block:
    try:
        return kind.model_validate(block)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None


def _check_names(suites: dict[str, Suite]) -> None:
    """Make sure that `<dataset>.<study>` names one study."""
    owners: dict[tuple[str, str], str] = {}
    for name, suite in suites.items():
        for study in suite.studies:
            if owners.setdefault((suite.dataset, study), name) != name:
                raise ValueError(f"{name}.{study}: {suite.dataset} has a study of that name already; choose another")


def _check_derived(suites: dict[str, Suite]) -> None:
    """Make sure that derived image sets bear their suite's name and are made from those that are not."""
    for name, suite in suites.items():
        if suite.derived and suite.dataset != name:
            raise ValueError(f"{name}.dataset: a suite with derived images has no other ones, got {suite.dataset!r}")
        source = suites.get(suite.derived.dataset) if suite.derived else None
        if source and source.derived:
            raise ValueError(f"{name}.derived.dataset: name what it is made from itself, {source.derived.dataset}")
