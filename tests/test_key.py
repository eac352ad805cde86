"""Keys make and parse the names of nodes and datasets."""

import pytest

from autoencoders.key import Key, by_key, first_seeds, names

DETECTOR = Key("mnist", "anomaly_detection", "dense", "seed_0")


@pytest.mark.parametrize(
    "key",
    [Key("mnist"), Key("mnist", "denoising"), DETECTOR.comparison, DETECTOR, DETECTOR._replace(normal_class="digit_3")],
)
def test_what_a_key_is_as_text_is_parsed_back(key: Key) -> None:
    assert Key.parse(str(key)) == key
    assert Key.of_dataset(key.dataset("metrics")) == (key, "metrics")


def test_every_name_in_the_pipelines_is_a_key_and_an_artifact(nodes) -> None:
    for name in set().union(*(node.inputs + node.outputs for node in nodes)):
        if not name.startswith("params:") and name != "provenance":
            key, artifact = Key.of_dataset(name)
            assert key.dataset(artifact) == name


def test_a_name_with_too_many_parts_is_refused() -> None:
    with pytest.raises(ValueError, match=r"at most 5 parts \(suite, study, .*\), got 'a.b.c.d.e.f'"):
        Key.parse("a.b.c.d.e.f")


def test_a_comparison_is_told_from_a_detector() -> None:
    assert DETECTOR.comparison.is_comparison and not DETECTOR.is_comparison
    assert str(DETECTOR.comparison) == "mnist.anomaly_detection.comparison"


def test_parameters_are_those_of_the_study() -> None:
    assert DETECTOR.parameter("variants", "dense") == "params:mnist.anomaly_detection.variants.dense"
    assert Key("mnist").parameter("splits") == "params:mnist.splits"


def test_a_node_that_joins_gets_back_by_key_what_it_asked_for_by_name() -> None:
    keys = [DETECTOR, DETECTOR._replace(seed="seed_1")]
    asked = names(keys, "history", "iterations")
    assert list(by_key(asked, "history")) == keys
    assert by_key(asked, "history")[DETECTOR] == "mnist.anomaly_detection.dense.seed_0.history"


def test_the_first_seed_of_each_detector_is_shown() -> None:
    others = [DETECTOR._replace(seed="seed_1"), DETECTOR._replace(detector="pca")]
    assert first_seeds([DETECTOR, *others]) == [DETECTOR, others[1]]
