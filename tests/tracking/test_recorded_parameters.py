"""What a run records of its study: itself, and what it refers to."""

from pydantic import BaseModel

from autoencoders.key import Key
from autoencoders.tracking.parameters import parameters_of


class Typed(BaseModel):
    """A block as Kedro hands it on, once checked."""

    reference: str


STUDY = {
    "question": "Which?",
    "answer": "{wide[test/mse]}",
    "seeds": {"seed_0": 0},
    "scoring": Typed(reference="pca"),
    "variants": {"pca": {"model": 1}, "wide": {"model": 2}, "deep": {"model": 3}},
    "baselines": {"neighbours": {"kind": 4}},
    "ensembles": {"both": {"members": [{"detector": "deep"}, {"detector": "neighbours"}]}},
}
SUITE = {"dataset": "world", "splits": {"seed": 0}, "title": "A title", "which": STUDY, "another": STUDY}


def recorded(detector: str) -> dict:
    return parameters_of(Key("world", "which", detector, "seed_0"), SUITE, {"threads": 1})


def test_a_run_records_its_suite_s_data_and_its_own_study_alone():
    found = recorded("wide")
    assert found.keys() == {"compute", "world"}
    assert found["world"].keys() == {"dataset", "splits", "which"}
    assert found["world"]["which"].keys() == STUDY.keys() - {"answer"}, "an answer speaks of the others"


def test_a_run_records_itself_its_reference_and_its_members():
    assert {*recorded("wide")["world"]["which"]["variants"]} == {"pca", "wide"}
    ensemble = recorded("both")["world"]["which"]
    assert {*ensemble["variants"], *ensemble["baselines"], *ensemble["ensembles"]} == {
        "pca",
        "deep",
        "neighbours",
        "both",
    }
    baseline = recorded("neighbours")["world"]["which"]
    assert (baseline["ensembles"], {*baseline["baselines"]}) == ({}, {"neighbours"})


def test_a_study_without_scores_keeps_one_variant():
    plain = {name: STUDY[name] for name in ("question", "seeds", "variants")} | {"baselines": STUDY["baselines"]}
    key = Key("world", "which", "neighbours", "seed_0")
    assert {*parameters_of(key, SUITE | {"which": plain}, {})["world"]["which"]["variants"]} == {"pca"}
