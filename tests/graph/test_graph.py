"""The graph must show a study in a few boxes that keep what is made in them, and leave out what only notes things."""

from pathlib import Path

import pytest
from kedro.pipeline import Pipeline, node
from kedro_viz.constants import ROOT_MODULAR_PIPELINE_ID as ROOT
from kedro_viz.data_access import DataAccessManager, data_access_manager
from kedro_viz.models.flowchart.nodes import ModularPipelineNode
from project_copy import PROJECT

from autoencoders.data.catalog.atomic import CSVDataset
from autoencoders.data.catalog.digits import DigitsDataset
from autoencoders.data.catalog.image_set import ImageSetDataset
from autoencoders.pipelines import grid
from autoencoders.shell.graph.namespaces import Namespaces, boxes_around
from autoencoders.shell.graph.project import Short, load, parts_of, short
from autoencoders.shell.graph.statistics import statistics_of

STUDIES = list(grid.read(grid.read_parameters())["digits"].studies)
AT_MOST = 30  # nodes that one can still read


def make(source: int) -> tuple[int, int]:
    return source, source


def look(value: int) -> int:
    return value


def trained(variant: str) -> Pipeline:
    """Return two nodes of a variant, of which others take the errors alone."""
    nodes = [
        node(make, "raw", [f"{variant}.weights", f"{variant}.figure"], name="make"),
        node(look, f"{variant}.weights", f"{variant}.errors", name="look"),
    ]
    return Pipeline(nodes, namespace=f"digits.denoising.{variant}", prefix_datasets_with_namespace=False)


@pytest.fixture
def pipeline() -> Pipeline:
    joined = node(make, {"source": "clean.errors"}, ["report", "table"], name="join", namespace="digits.denoising")
    return Pipeline([trained("clean"), trained("noisy"), joined])


def kinds(box: ModularPipelineNode) -> list[str]:
    return sorted(child.type.value for child in box.children)


def test_a_box_keeps_what_is_made_in_it(pipeline):
    tree = Namespaces()
    tree.populate_tree(pipeline)
    boxes = tree.as_dict()
    assert kinds(boxes["digits.denoising.clean"]) == ["data", "data", "data", "task", "task"]
    assert kinds(boxes[ROOT]) == ["data", "data", "data", "modularPipeline", "modularPipeline", "task"]
    assert len(boxes["digits.denoising.clean"].inputs) == 1


def test_a_line_leads_from_a_closed_box_to_whoever_takes_what_is_in_it(pipeline):
    tree = Namespaces()
    tree.populate_tree(pipeline)
    starts = {start for start, _ in tree.lines}
    assert "digits.denoising.clean" in starts
    assert "digits.denoising.noisy" not in starts


def test_a_box_with_no_other_beside_it_is_not_drawn(pipeline):
    drawn = {box for boxes in boxes_around(pipeline).values() for box in boxes}
    assert drawn == {"digits.denoising.clean", "digits.denoising.noisy"}


@pytest.fixture(scope="module")
def graph(context) -> DataAccessManager:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(PROJECT)
        load(["digits.lesson", "digits"])
    return data_access_manager


def shown(graph: DataAccessManager, name: str, opened: str = "") -> set[str]:
    """Return what is drawn of a pipeline: what stands outside all boxes, the boxes, and what is in an opened one."""
    tree = graph.create_modular_pipelines_tree_for_registered_pipeline(name)
    drawn = {child.id for child in tree[ROOT].children} - {opened}
    drawn |= {child.id for child in tree[opened].children} if opened else set()
    return {one for one in drawn if graph.nodes.get_node_by_id(one).type != "parameters"}  # a filter hides these


@pytest.mark.slow  # the pipelines of the digits are built
def test_the_lesson_and_the_digits_show_few_nodes(graph):
    assert len(shown(graph, "digits.lesson")) == 13
    assert len(shown(graph, "digits")) == 13 + len(STUDIES)  # a box for each; the metrics of all


@pytest.mark.slow  # the same
@pytest.mark.parametrize("study", STUDIES)
def test_an_opened_study_shows_few_nodes(graph, study: str):
    assert len(shown(graph, "digits")) < len(shown(graph, "digits", opened=f"digits.{study}")) <= AT_MOST
    alone = shown(graph, f"digits.{study}")
    assert f"digits.{study}" not in alone  # it is open
    assert f"digits.{study}.comparison" in alone
    assert len(alone) <= AT_MOST


@pytest.mark.slow  # the same
def test_what_only_notes_things_is_not_drawn(graph):
    names = [str(node.name) for node in graph.nodes.as_list()]
    assert "images" in names
    assert not [name for name in names if "provenance" in name or "earlier" in name]


@pytest.mark.slow  # the same
def test_every_line_begins_and_ends_at_something_drawn(graph):
    graph.create_modular_pipelines_tree_for_registered_pipeline("digits")
    known = graph.registered_pipelines.get_node_ids_by_pipeline_id("digits")
    lines = graph.get_edges_for_registered_pipeline("digits")
    assert {end for line in lines for end in (line.source, line.target)} <= known
    assert {"digits.denoising", "digits.anomaly_detection.normal classes"} <= {line.source for line in lines}


@pytest.mark.slow  # the same
def test_a_pipeline_stands_before_its_parts(graph, pipelines):
    parts = list(parts_of("digits", pipelines))
    assert parts == ["digits", *(f"digits.{study}" for study in STUDIES)]  # none of a sheet with images of the digits


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("digits.images", "images"),
        ("digits.denoising.comparison.table", "denoising.table"),
        ("digits.denoising.clean.seed_0.weights", "clean.seed_0.weights"),
        ("digits.sparse.l1.seed_0.weights", "l1.weights"),  # the only seed
        ("params:digits.denoising.question", "params:digits.denoising.question"),
    ],
)
def test_names_leave_out_what_their_place_tells(name, expected):
    assert short(name, {("digits", "denoising", "", "", ""): 3, ("digits", "sparse", "", "", ""): 1}) == expected


def test_a_short_name_is_whole_in_a_command():
    name = Short("digits.denoising.comparison.table", {})
    assert name == "denoising.table"
    assert f"kedro run --to-outputs={name}" == "kedro run --to-outputs=digits.denoising.comparison.table"


def test_a_table_has_rows_columns_and_a_size(tmp_path: Path):
    dataset = CSVDataset(filepath=str(tmp_path / "table.csv"))
    assert statistics_of(dataset) == {}
    text = 'name,value\nlong,"two\nlines"\nshort,1\n'
    (tmp_path / "table.csv").write_text(text, encoding="utf-8")
    assert statistics_of(dataset) == {"rows": 2, "columns": 2, "file_size": len(text)}


def test_an_image_set_has_a_row_per_image_and_a_column_per_pixel(tmp_path: Path):
    digits, kept = DigitsDataset(), ImageSetDataset(path=str(tmp_path / "digits"))
    kept.save(digits.load())
    found = statistics_of(kept)
    assert (found["rows"], found["columns"]) == (1797, 64)
    assert found["file_size"] == sum(file.stat().st_size for file in (tmp_path / "digits").iterdir())
    assert statistics_of(digits) == {}  # it comes with a package
