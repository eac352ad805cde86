"""Kinds of models, corruptions, scores and so on: found by name, checked by their class."""

import subprocess
import sys

import pytest

from autoencoders.configuration import Plugin, Strict, kinds, of_kind
from autoencoders.data.alterations import Alteration
from autoencoders.detection.baselines import Baseline
from autoencoders.detection.scores import Score
from autoencoders.measurements import Measurement
from autoencoders.models import Architecture
from autoencoders.training.corruption import Corruption
from autoencoders.training.penalties import Penalty

FAMILIES = {  # a kind of each that there is, and what lies beside it and is none
    Alteration: ("inverted", "Alteration"),
    Architecture: ("dense", "layers"),
    Corruption: ("salt_and_pepper", "Choice"),
    Penalty: ("none", "Penalty"),
    Score: ("rapp", "covariance"),
    Baseline: ("kernel_density", "projection"),
    Measurement: ("tsne", "figure"),
}
EVERY = pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.__name__)


@EVERY
def test_a_kind_is_what_defines_its_class(family: type[Plugin]) -> None:
    kind, other = FAMILIES[family]
    assert kind in kinds(family) and other not in kinds(family)
    for name in kinds(family):
        assert issubclass(of_kind(family, name), family)


@EVERY
@pytest.mark.parametrize("block", [{"kind": "guess", "architecture": "guess"}, {}, None])
def test_an_unknown_kind_is_named_beside_those_there_are(family: type[Plugin], block: dict | None) -> None:
    class Holder(Strict):
        inner: dict[str, family]

    got = repr(block["kind"] if block else None)
    message = rf"{family.named_by}: must be one of {', '.join(kinds(family))}, got {got}"
    with pytest.raises(ValueError, match=f"^{message}$"):
        family.model_validate(block)
    with pytest.raises(ValueError, match=rf"^inner\.one\.{message}$"):
        Holder.model_validate({"inner": {"one": block}})


@EVERY
def test_a_typo_within_a_block_is_named_by_its_place(family: type[Plugin]) -> None:
    class Holder(Strict):
        inner: family

    with pytest.raises(ValueError, match=r"inner\.typo: there is no such key, got 3"):
        Holder.model_validate({"inner": {family.named_by: FAMILIES[family][0], "typo": 3}})


def test_naming_kinds_imports_nothing_heavy() -> None:
    script = (
        "import sys; from autoencoders.configuration import kinds;"
        "from autoencoders.detection.baselines import Baseline; from autoencoders.detection.scores import Score;"
        "from autoencoders.measurements import Measurement; from autoencoders.models import Architecture;"
        "[kinds(family) for family in (Architecture, Score, Baseline, Measurement)];"
        "sys.exit(', '.join({'torch', 'sklearn', 'pandas', 'matplotlib'} & set(sys.modules)) or None)"
    )
    result = subprocess.run([sys.executable, "-c", script], env={"PYTHONPATH": ":".join(sys.path)}, check=False)
    assert result.returncode == 0
