"""A record: what made an artifact, and the checksum of its content."""

import json
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Self

from kedro.io import AbstractDataset

from autoencoders.data.catalog.replacement import replacing
from autoencoders.records.artifact import checksum, content, files_of, identity, record_file
from autoencoders.records.code import code_of, digest
from autoencoders.records.recipe import Recipe


@dataclass(frozen=True)
class Record:
    """What made an artifact, and what it then held.

    Attributes:
        recipe: What made it.
        checksum: Of its content; None where it lies on another machine.
    """

    recipe: Recipe
    checksum: str | None

    @classmethod
    def of(cls, dataset: AbstractDataset) -> Self | None:
        """Return the record of a dataset's artifact, if there is one that can be read."""
        file = record_file(dataset)
        return None if file is None else _read(file, identity(file))

    @classmethod
    def write(cls, dataset: AbstractDataset, recipe: Recipe) -> None:
        """Note what has just made a dataset's artifact, as a whole or not at all.

        Raises:
            DatasetError: The system refuses to write.
        """
        file = record_file(dataset)
        if file is None:
            return
        found = cls(recipe, checksum(dataset))
        with replacing(file) as temporary:
            temporary.write_text(json.dumps(asdict(found)), encoding="utf-8")

    def fits(self, dataset: AbstractDataset) -> bool:
        """Tell whether the artifact holds what it did when it was made."""
        return not files_of(dataset) or checksum(dataset) == self.checksum


@lru_cache(maxsize=100_000)
def _read(file: Path, _: tuple[int, int] | None) -> Record | None:
    """Return the record in a file, which is read again only after it has been replaced."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        return Record(Recipe(**found["recipe"]), found["checksum"])
    except (OSError, ValueError, TypeError, KeyError):
        return None


def key_of(dataset: AbstractDataset, record: Record | None = None) -> str:
    """Return the key of what is there: of a recorded artifact its recipe's, of a source or another file its content's.

    A dataset may have a method `fingerprint` that tells what it would load, and a mark, `out_of_date`, that is loaded
    with the content. What cannot be told apart has no key.
    """
    found = record or Record.of(dataset)
    if found is not None:
        mark = getattr(dataset, "out_of_date", "")
        return digest(found.recipe.key, mark) if mark else found.recipe.key
    if hasattr(dataset, "fingerprint"):
        loaded = dataset.fingerprint()
        return digest(loaded, *code_of(frozenset([type(dataset).__module__])).values()) if loaded else ""
    try:
        return " ".join(content(file) for file in files_of(dataset))
    except OSError:
        return ""
