"""The graph must show dataset, study and variant as boxes, and leave nothing outside that nobody takes."""

from collections import defaultdict

import pytest
from kedro.io import MemoryDataset
from kedro.pipeline import Pipeline, node
from kedro_viz.constants import ROOT_MODULAR_PIPELINE_ID as ROOT

from autoencoders.shell.graph.namespaces import Namespaces
from autoencoders.shell.graph.project import Short, parts_of, short, without_figures


def make(source: int) -> tuple[int, int]:
    return source, source


def look(value: int) -> int:
    return value


@pytest.fixture
def pipeline() -> Pipeline:
    inner = Pipeline([node(make, "raw", ["errors", "figure"], name="make")], namespace="digits.denoising", inputs="raw")
    outer = Pipeline([node(look, "errors", "report", name="look")], namespace="digits", inputs={"errors": "e"})
    return Pipeline([inner, Pipeline(outer, inputs={"e": "digits.denoising.errors"})])


def test_a_box_holds_what_nobody_outside_takes(pipeline):
    tree = Namespaces()
    tree.populate_tree(pipeline)
    boxes = tree.as_dict()
    assert {child.id for child in boxes[ROOT].children if child.type.value == "modularPipeline"} == {"digits"}
    assert len(boxes["digits.denoising"].outputs) == 1
    assert not boxes["digits"].outputs
    kinds = defaultdict(int)
    for child in boxes["digits.denoising"].children:
        kinds[child.type.value] += 1
    assert kinds == {"task": 1, "data": 1}  # the figure; the errors stand outside


@pytest.mark.slow  # all pipelines are built
def test_every_node_of_the_digits_is_in_a_box_of_its_namespace(pipelines):
    tree = Namespaces()
    tree.populate_tree(pipelines["digits"])
    boxes = tree.as_dict()
    top = [child for child in boxes[ROOT].children if child.type.value == "data"]
    assert len(top) == 2  # the raw digits and provenance
    tasks = [child for box in boxes.values() for child in box.children if child.type.value == "task"]
    assert len(tasks) == len(pipelines["digits"].nodes)


@pytest.mark.slow  # all pipelines are built
def test_a_pipeline_stands_before_its_parts(pipelines):
    parts = list(parts_of("digits", pipelines))
    assert parts[0] == "digits"
    assert "digits.denoising" in parts
    assert "digits.twos" not in parts  # a sheet's, with images of the digits


@pytest.mark.slow  # all pipelines are built
def test_reports_take_no_figures(pipelines, catalog):
    for name in pipelines["digits"].inputs():
        if name.startswith("params:"):
            catalog[name] = MemoryDataset(None)
    shown = without_figures(pipelines["digits"], catalog)
    (report,) = [one for one in shown.nodes if one.name == "digits.denoising.comparison.write_section"]
    assert not any(name.endswith("loss_curves") for name in report.inputs)
    assert any(name.endswith("comparison.table") for name in report.inputs)
    assert shown.outputs() >= pipelines["digits"].outputs()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("digits.images", "images"),
        ("digits.denoising.comparison.table", "denoising.table"),
        ("digits.denoising.clean.seed_0.weights", "clean.seed_0.weights"),
        ("provenance", "provenance"),
        ("params:digits.denoising.question", "params:digits.denoising.question"),
    ],
)
def test_names_leave_out_what_their_place_tells(name, expected):
    assert short(name) == expected


def test_a_short_name_is_whole_in_a_command():
    name = Short("digits.denoising.comparison.table")
    assert name == "denoising.table"
    assert f"kedro run --to-outputs={name}" == "kedro run --to-outputs=digits.denoising.comparison.table"
