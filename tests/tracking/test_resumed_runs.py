"""A resumed run of a study makes what is out of date, and no more."""

import pandas as pd
import pytest
from quick_run import EPOCHS
from tracked_place import STUDY

from autoencoders.records import code

RESULTS = "data/08_reporting/digits/reconstruction"


def written(place, pattern: str) -> dict[str, int]:
    """Return when files were written, by the variant that they belong to."""
    found = (place.root / "data").rglob(pattern)
    return {file.parts[-3]: file.stat().st_mtime_ns for file in found}


def changed(before: dict[str, int], after: dict[str, int]) -> set[str]:
    return {name for name in after if after[name] != before[name]}


def test_one_changed_variant_is_trained_compared_and_reported(another, caplog):
    weights, runs = written(another, "weights.safetensors"), another.newest()
    longer = {"linear_5": {"training": {"epochs": EPOCHS + 1}}}
    with pytest.raises(ValueError, match=r"linear_5\.seed_0.* out of date \(.*epochs was 4, is 5\); run the whole"):
        another.run(variants=longer, tags=["reporting"])
    another.run(variants=longer, only_missing_outputs=True)
    assert changed(weights, written(another, "weights.safetensors")) == {"linear_5"}
    found = pd.read_csv(another.root / RESULTS / "comparison.csv").set_index("variant")["test/mse_mean"]
    assert f"{found['linear_5']:#.4g}" in (another.root / "data/08_reporting/digits/report.html").read_text()
    after = another.newest()
    assert {name for name in after if after[name].info.run_id != runs[name].info.run_id} == {
        "linear_5.seed_0",
        "comparison",
    }
    caplog.clear()
    with caplog.at_level("INFO"):
        another.run(variants=longer, only_missing_outputs=True)
    assert "Nothing to do: the outputs of all 47 nodes are up to date." in caplog.messages
    assert not [message for message in caplog.messages if message.startswith(STUDY)]
    another.run(seed=7, namespaces=["digits.reconstruction.linear_5"])
    assert "Out of date now, with all that follows from it: digits.reconstruction.comparison." in caplog.text


def test_changed_evaluation_keeps_networks_and_makes_errors_anew(another, monkeypatch):
    weights, errors = (written(another, name) for name in ("weights.safetensors", "errors.csv"))
    read = code.read
    monkeypatch.setattr(code, "read", lambda name: ("new", *read(name)[1:]) if name.endswith(".errors") else read(name))
    code.code_of.cache_clear()
    code.code_behind.cache_clear()
    another.run(only_missing_outputs=True)
    code.code_of.cache_clear()
    code.code_behind.cache_clear()
    assert changed(weights, written(another, "weights.safetensors")) == set()
    assert changed(errors, written(another, "errors.csv")) == set(errors)
