"""Identity: one typed key for every place in the grid, which makes and parses the names of nodes and datasets."""

from collections.abc import Iterable
from typing import NamedTuple, Self, TypeVar

OF_OWN_IMAGES = ("folder", "detector", "normal", "size", "channels", "white", "rule", "level")
READ_BY_YAML = ("raw_data", "seed", *OF_OWN_IMAGES)  # keys of --params that YAML refers to as runtime_params
COMPARISON = "comparison"  # stands where a detector does, for what compares a study's detectors
OUT_OF_DISTRIBUTION = "probes/"  # before the kind of such images, in the names of metrics
SANITY_CHECK = "gate/"  # before the name of a sanity check, in the names of metrics
JUDGED_AT = "judged_at/"  # before a setting of the corruption that all variants are judged at, in names of metrics
MATCHES_PCA = "matches_pca"  # the one sanity check that a sound training may fail: a finding

AGAINST_PCA = ("against_pca/gain", "against_pca/low", "against_pca/high")  # metrics: less error, and its interval

Artifact = TypeVar("Artifact")


class Key(NamedTuple):
    """A place in the grid; what is left empty at its end stands for all there are.

    As text it is a namespace, `mnist.denoising.sigma_03.seed_0`; with the name of an artifact, a dataset.

    Attributes:
        suite: The dataset or course sheet.
        study: The study's name.
        detector: A variant, ensemble or baseline, or `COMPARISON`.
        seed: The seed's name, such as `seed_0`.
        normal_class: The normal class's name, in one-class studies.
    """

    suite: str
    study: str = ""
    detector: str = ""
    seed: str = ""
    normal_class: str = ""

    def __str__(self) -> str:
        return ".".join(self.parts)

    @property
    def parts(self) -> tuple[str, ...]:
        """What is not left empty."""
        return tuple(part for part in self if part)

    @classmethod
    def parse(cls, name: str) -> Self:
        """Return the key of a namespace.

        Raises:
            ValueError: There are more parts than a key has.
        """
        parts = name.split(".")
        if len(parts) > len(cls._fields):
            raise ValueError(f"a place has at most {len(cls._fields)} parts ({', '.join(cls._fields)}), got {name!r}")
        return cls(*parts)

    @classmethod
    def of_dataset(cls, name: str) -> tuple[Self, str]:
        """Return the key in the name of a dataset, and the artifact's name."""
        place, _, artifact = name.rpartition(".")
        return cls.parse(place), artifact

    def dataset(self, artifact: str) -> str:
        """Return the name of the dataset of an artifact of this place."""
        return f"{self}.{artifact}"

    def parameter(self, *path: str) -> str:
        """Return the name of a parameter of the study, or of the suite where there is no study."""
        return f"params:{'.'.join([str(self.whole_study), *path])}"

    @property
    def whole_study(self) -> Self:
        """The study as a whole."""
        return type(self)(self.suite, self.study)

    @property
    def comparison(self) -> Self:
        """What compares the study's detectors."""
        return type(self)(self.suite, self.study, COMPARISON)

    @property
    def is_comparison(self) -> bool:
        """Whether this compares a study's detectors."""
        return self.detector == COMPARISON

    def shared_by_class(self, normal_class: str) -> Self:
        """Return what a study's detectors share about one normal class; its name stands where a detector's does."""
        return type(self)(self.suite, self.study, normal_class)


def first_seeds(keys: list[Key]) -> list[Key]:
    """Return the first key of each detector, and so the one with its first seed."""
    first = {key.detector: key for key in reversed(keys)}
    return [key for key in keys if first[key.detector] == key]


def names(keys: Iterable[Key], *artifacts: str) -> dict[str, str]:
    """Return the datasets of some artifacts of all keys, as the inputs of a node that joins them."""
    return {name: name for key in keys for name in (key.dataset(artifact) for artifact in artifacts)}


def by_key(datasets: dict[str, Artifact], *artifacts: str) -> dict[Key, Artifact]:
    """Return what a node that joins was given, by key: of some artifacts, or of the one that there is."""
    named = {Key.of_dataset(name): value for name, value in datasets.items()}
    return {key: value for (key, artifact), value in named.items() if not artifacts or artifact in artifacts}
