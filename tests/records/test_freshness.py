"""What is out of date is found, and why, and it is made anew with all that follows."""

import json
from pathlib import Path

import pytest
from kedro.io import DatasetError
from kedro.pipeline import Pipeline, node
from small_project import PIPELINE, SmallProject, double

from autoencoders.records import code, recipe
from autoencoders.records.freshness import outdated, stale
from autoencoders.records.words import listing, summary


@pytest.fixture
def project(tmp_path: Path) -> SmallProject:
    made = SmallProject(tmp_path)
    made.run()
    return made


def test_nothing_runs_where_nothing_has_changed(project):
    assert project.reasons() == {}
    assert project.run(only_missing=True) == []
    assert summary({}, 3) == "Nothing to do: the outputs of all 3 nodes are up to date."


def test_a_changed_setting_runs_its_node_and_what_follows(project):
    project.settings["factor"] = 3.0
    reasons = project.reasons()
    assert reasons["double"].what == "factor was 2.0, is 3.0"
    assert reasons["add_up"].what == "follows from double"
    assert project.run(only_missing=True) == ["double", "add_up", "caption"]
    assert json.loads(project.file("caption").read_text()) == "In all: 9.0"
    assert project.run(only_missing=True) == []


def test_a_changed_caption_computes_nothing(project):
    project.settings["words"] = "Together:"
    assert project.run(only_missing=True) == ["caption"]


def test_a_changed_source_runs_all(project):
    project.file("raw").write_text("[5.0]")
    assert project.reasons()["double"].what == "world.raw has changed"
    assert project.run(only_missing=True) == ["double", "add_up", "caption"]


def test_changed_code_runs_the_nodes_that_reach_it(project):
    def halve(raw: list[float], factor: float) -> list[float]:
        return [one / factor for one in raw]

    inputs, outputs = ["world.raw", "params:factor"], "world.doubled"
    changed = Pipeline([node(halve, inputs, outputs, name="double"), *PIPELINE.only_nodes("add_up", "caption").nodes])
    reasons = project.reasons(changed)
    assert "the code of" in reasons["double"].what
    assert [name for name, reason in reasons.items() if reason.follows] == ["add_up", "caption"]


def test_another_version_of_torch_runs_all(project, monkeypatch):
    monkeypatch.setattr(recipe, "versions", lambda: {"torch": "99", "numpy": "1", "scikit-learn": "1"})
    assert set(project.reasons()) == {"double", "add_up", "caption"}
    assert "torch was" in project.reasons()["double"].what


@pytest.mark.parametrize("damage", [lambda b: b[:-2], lambda b: bytes([b[0] ^ 1]) + b[1:], lambda b: b + b" "])
def test_damage_is_named_on_load_and_mended_on_resume(project, damage):
    file = project.file("doubled")
    whole = file.read_bytes()
    file.write_bytes(damage(whole))
    assert project.reasons()["double"].what == "world.doubled is damaged: it is not what was saved"
    with pytest.raises(DatasetError, match="doubled"):
        project.run(PIPELINE.only_nodes("add_up"))
    assert project.run(only_missing=True) == ["double", "add_up", "caption"]
    assert file.read_bytes() == whole


def test_a_file_that_another_was_put_into_the_place_of_is_refused(project):
    project.file("total").write_text("7.0")
    with pytest.raises(
        DatasetError, match=r"world.total is damaged: .*total.json is not what was saved; run with --only"
    ):
        project.run(PIPELINE.only_nodes("caption"))


@pytest.mark.parametrize("content", ["", "{", "[]", '{"recipe": 1}', '{"recipe": {}, "checksum": ""}'])
def test_a_damaged_record_is_as_good_as_none(project, content):
    project.record("doubled").write_text(content)
    assert set(project.reasons()) == {"double", "add_up", "caption"}
    assert project.run(only_missing=True) == ["double", "add_up", "caption"]


def test_a_missing_output_is_made_with_all_that_follows(project):
    project.file("total").unlink()
    assert project.run(only_missing=True) == ["add_up", "caption"]


def test_a_part_of_a_pipeline_that_was_run_otherwise_is_stale_to_the_rest(project):
    project.settings["factor"] = 3.0
    project.run(PIPELINE.only_nodes("double"))
    assert stale({"world.doubled"}, PIPELINE, project.catalog) == {}
    assert project.run(only_missing=True) == ["add_up", "caption"]
    project.settings["factor"] = 2.0
    found = stale({"world.total"}, PIPELINE, project.catalog)
    assert found == {"world.total": "factor was 3.0, is 2.0"}


def test_a_dry_run_lists_causes_and_what_follows(project):
    project.settings["factor"] = 3.0
    lines = list(listing(project.reasons(), 3))
    assert lines[0] == "3 of 3 nodes would run with --only-missing-outputs."
    assert lines.index("  double") == lines.index("\nfactor was 2.0, is 3.0:") + 1
    assert lines.index("  add_up") > lines.index("\nfollow from these:")


def test_comments_docstrings_and_layout_are_not_code(tmp_path, monkeypatch):
    monkeypatch.setattr(code, "file_of", lambda name: tmp_path / f"{name}.py")
    texts = {
        "bare": "def f(x):\n    return x + 1\n",
        "dressed": '"""A module."""\n\n# why\n\ndef f(x):\n    """Add."""\n\n    return x + 1  # one\n',
        "changed": "def f(x):\n    return x + 2\n",
    }
    for name, text in texts.items():
        (tmp_path / f"{name}.py").write_text(text)
    bare, dressed, changed = (code.read.__wrapped__(name)[0] for name in texts)
    assert bare == dressed != changed


def test_a_template_counts_with_all_that_it_includes(tmp_path, monkeypatch):
    (tmp_path / "parts").mkdir()
    texts = {
        "page.j2": '{% include "parts/inner.j2" %}',
        "parts/inner.j2": '{% include "parts/run.js" %}',
        "parts/run.js": "go()",
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.setattr(code, "PACKAGE", tmp_path)
    assert list(code.template_text("page.j2")) == list(texts.values())


def test_code_reaches_what_the_function_imports_and_no_more():
    from autoencoders.pipelines.evaluation.nodes import score_images
    from autoencoders.pipelines.training.nodes import train

    reached = code.code_behind(train)
    assert {"train", "autoencoders.training.engine", "autoencoders.data.images"} <= set(reached)
    assert not [name for name in reached if name.startswith(("autoencoders.evaluation", "autoencoders.reporting"))]
    assert "autoencoders.evaluation.errors" in code.code_behind(score_images)
    assert list(code.code_behind(double)) == ["double"]


def test_a_network_is_made_by_the_code_of_its_own_architecture_alone(context):
    from autoencoders.pipelines.training.nodes import train
    from autoencoders.training.variant import Variant

    block = context.config_loader["parameters"]["digits"]["denoising"]["variants"]["clean"]
    made = node(train, ["a", "b", "params:v", "params:s", "params:c"], ["w", "h", "i", "p"])
    found = recipe.recipe(made, {"params:v": Variant.model_validate(block)}, lambda _: "")
    assert "autoencoders.models.dense" in found.code
    assert "autoencoders.models.conv_pool" not in found.code


def test_pipelines_whose_nodes_take_parts_of_typed_blocks_can_be_asked_too(context, pipelines, monkeypatch):
    monkeypatch.setattr(context, "_pipelines_to_validate", ["own_images"])
    monkeypatch.setattr("kedro.framework.project.pipelines", pipelines)  # those of a copy, after some tests
    reasons = outdated(pipelines["own_images"], context._get_catalog())
    assert {reason.what for reason in reasons.values() if not reason.follows} == {"outputs are missing"}
    assert set(reasons) == {one.name for one in pipelines["own_images"].nodes}
