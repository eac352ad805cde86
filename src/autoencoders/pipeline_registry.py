"""The grid, expanded: the same small pipelines for every suite, study, variant and seed.

Pipelines are named `<suite>` and `<suite>.<study>`; a suite is a dataset or a course sheet. Nodes live in the
namespace `<suite>.<study>.<variant>.<seed>`, with `.<normal class>` below it in one-class studies.
"""

from pathlib import Path

from kedro.config import OmegaConfigLoader
from kedro.framework.project import settings
from kedro.pipeline import Pipeline

from autoencoders import grid
from autoencoders.pipelines.evaluation import pipeline as evaluation
from autoencoders.pipelines.ingestion import pipeline as ingestion
from autoencoders.pipelines.measuring import pipeline as measuring
from autoencoders.pipelines.reporting import pipeline as reporting
from autoencoders.pipelines.splitting import pipeline as splitting
from autoencoders.pipelines.training import pipeline as training

PROJECT = Path(__file__).resolve().parents[2]

DEFAULT = "digits"

ONE_CLASS_FIGURES = ("loss_curves", "reconstructions", "score_histograms", "roc_curves")


def register_pipelines() -> dict[str, Pipeline]:
    """Return every pipeline by name; `__default__` is that of the digits."""
    pipelines: dict[str, Pipeline] = {}
    for name, suite in read_grid().items():
        pipelines |= suite_pipelines(name, suite)
    return pipelines | {"__default__": pipelines[DEFAULT]}


def read_grid() -> dict[str, grid.Suite]:
    """Read the structure of the grid: the base parameters, a file a suite.

    An environment and `--params` change values, never which experiments there are.
    """
    loader = OmegaConfigLoader(
        str(PROJECT / settings.CONF_SOURCE),
        base_env="base",
        default_run_env="base",
        config_patterns={"parameters": ["parameters/*.yml"]},
    )
    return grid.read(loader["parameters"])


def suite_pipelines(name: str, suite: grid.Suite) -> dict[str, Pipeline]:
    """Return the pipeline of a suite and, by `<suite>.<study>` and `<dataset>.<study>`, those of its studies."""
    ingested = ingestion_pipeline({suite.dataset})
    if not suite.studies:
        return {name: ingested}
    named = {}
    for study, block in suite.studies.items():
        pipeline = ingested + shared_pipeline(name, suite, block) + study_pipeline(name, suite, study)
        named |= {f"{place}.{study}": pipeline for place in (name, suite.dataset)}
    nodes = set().union(*(pipeline.nodes for pipeline in named.values()))
    return {name: Pipeline([*nodes, report_pipeline(name, suite)])} | named


def ingestion_pipeline(datasets: set[str]) -> Pipeline:
    """Return the ingestion of some datasets."""
    return Pipeline([Pipeline(ingestion.create_pipeline(), namespace=one) for one in sorted(datasets)])


def shared_pipeline(name: str, suite: grid.Suite, study: grid.Study) -> Pipeline:
    """Return what a study shares with others: splits, other datasets that are shown, and the baseline."""
    others = {other for measurement in study.measurements for other in study.others(measurement)}
    splits = Pipeline(splitting.create_pipeline(), inputs=images_of(suite, "labels", "parts"), namespace=name)
    parts = [ingestion_pipeline(others), splits]
    if not study.normal_classes:
        images = images_of(suite, "images", "facts")
        parts.append(Pipeline(training.create_baseline_pipeline(), inputs=images, namespace=name))
    return Pipeline(parts)


def images_of(suite: grid.Suite, *artifacts: str) -> dict[str, str]:
    """Return where a suite's images, and what belongs to them, lie."""
    return {one: f"{suite.dataset}.{one}" for one in artifacts}


def study_pipeline(name: str, suite: grid.Suite, study: str) -> Pipeline:
    """Return all replicates of all variants of a study, and their comparison."""
    block, place = suite.studies[study], f"{name}.{study}"
    replicate = one_class_replicate if block.normal_classes else reconstruction_replicate
    parts = [replicate(name, suite, study, variant, seed) for variant, seed in block.replicates()]
    classes = [normal_class_splits(name, suite, study, one) for one in block.normal_classes or ()]
    replicates, one_class = list(block.replicates()), bool(block.normal_classes)
    comparison = Pipeline(
        [
            reporting.create_study_pipeline(f"{suite.dataset}.{study}", replicates, one_class, block.watched()),
            measuring.create_drawing_pipeline(list(block.measurements), replicates, list(block.normal_classes or ())),
        ]
    )
    compared = Pipeline(
        comparison,
        inputs=found_below(place, comparison),
        parameters=measurement_parameters(name, study, block),
        namespace=f"{place}.{grid.RESERVED}",
        tags=study,
    )
    return Pipeline([*classes, *parts, compared])


def normal_class_splits(name: str, suite: grid.Suite, study: str, normal_class: str) -> Pipeline:
    """Return the splits and the baseline of one normal class, which a study's variants share."""
    whole = {f"all_{one}": f"{name}.{one}" for one in ("fit_indices", "held_out_indices")}
    return Pipeline(
        [splitting.create_one_class_pipeline(), training.create_baseline_pipeline()],
        inputs=images_of(suite, "images", "labels", "facts") | whole,
        parameters={"params:normal_class": f"params:{name}.{study}.normal_classes.{normal_class}"},
        namespace=f"{name}.{study}.{normal_class}",
        tags=study,
    )


def reconstruction_replicate(name: str, suite: grid.Suite, study: str, variant: str, seed: str) -> Pipeline:
    """Return the training, evaluation, measurements and figures of one variant with one seed."""
    figures = reporting.create_replicate_pipeline({variant: ""}, one_class=False)
    stages = [training.create_pipeline(), evaluation.create_pipeline(), measurements_of(suite.studies[study]), figures]
    return experiment(name, suite, study, variant, seed, Pipeline(stages), below="")


def one_class_replicate(name: str, suite: grid.Suite, study: str, variant: str, seed: str) -> Pipeline:
    """Return the same of one variant with one seed, trained on each normal class in turn."""
    place = f"{name}.{study}.{variant}.{seed}"
    block = suite.studies[study]
    stages = [training.create_pipeline(), evaluation.create_one_class_pipeline(), measurements_of(block)]
    fitted, normal_classes = Pipeline(stages), block.normal_classes
    classes = [experiment(name, suite, study, variant, seed, fitted, below=one) for one in normal_classes]
    units = {normal: f"{normal}/" for normal in normal_classes}
    over_classes = evaluation.create_merging_pipeline(list(units))
    merged = over_classes + reporting.create_replicate_pipeline(units, one_class=True)
    tags = [study, variant, seed]
    return Pipeline([*classes, Pipeline(merged, inputs=found_below(place, merged), namespace=place, tags=tags)])


def experiment(
    name: str, suite: grid.Suite, study: str, variant: str, seed: str, fitted: Pipeline, below: str
) -> Pipeline:
    """Return one training and all that follows from it alone; `below` names its normal class, if it has one."""
    block = suite.studies[study]
    splits_of = f"{name}.{study}.{below}" if below else name
    parameters = {
        "params:variant": f"params:{name}.{study}.variants.{variant}",
        "params:seed": f"params:{name}.{study}.seeds.{seed}",
        "params:compute": "params:compute",
    } | measurement_parameters(name, study, block)
    if below:
        parameters["params:normal_class"] = f"params:{name}.{study}.normal_classes.{below}"
    others = {one: one.replace("/", ".") for one in fitted.inputs() if "/" in one}
    indices = {one: f"{splits_of}.{one}" for one in ("fit_indices", "held_out_indices", "basis")}
    place = f"{name}.{study}.{variant}.{seed}"
    return Pipeline(
        fitted,
        inputs=images_of(suite, "images", "labels", "facts") | indices | others,
        parameters=parameters,
        namespace=f"{place}.{below}" if below else place,
        tags=[study, variant, seed],
    )


def measurements_of(block: grid.Study) -> Pipeline:
    """Return the measurements of one fitted network."""
    return measuring.create_pipeline({one: block.others(one) for one in block.measurements})


def measurement_parameters(name: str, study: str, block: grid.Study) -> dict[str, str]:
    """Return where the settings of a study's measurements stand."""
    return {f"params:{one}": f"params:{name}.{study}.measurements.{one}" for one in block.measurements}


def report_pipeline(name: str, suite: grid.Suite) -> Pipeline:
    """Return the metrics and the report of a suite, over all its studies."""
    pictures: list[str] = []
    answered, measured = [], {}
    for study, block in suite.studies.items():
        own = ("auroc",) if block.normal_classes else ("loss_curves", "reconstructions")
        own += ("snapshots",) if block.watched() else ()
        figures = ("test_errors", *own, *(f"{one}_figure" for one in block.measurements))
        pictures += [f"{study}/{grid.RESERVED}/{figure}" for figure in figures]
        measured[study] = list(block.measurements)
        if block.answer:
            answered.append(study)
        if block.normal_classes:
            first = next(iter(block.seeds))
            pictures += [f"{study}/{one}/{first}/{figure}" for one in block.variants for figure in ONE_CLASS_FIGURES]
    extras = {"title": "params:title"} if suite.title else {}
    extras |= {"tick_off": "tick_off"} if suite.published else {}
    report = reporting.create_suite_pipeline(list(suite.studies), answered, pictures, extras)
    if suite.published:
        report += reporting.create_tick_off_pipeline(measured)
    shared = {"provenance": "provenance"} | images_of(suite, "images", "facts")
    return Pipeline(report, inputs=found_below(name, report) | shared, namespace=name)


def found_below(place: str, pipeline: Pipeline) -> dict[str, str]:
    """Return where the inputs of a pipeline that are named by a path, such as `clean/seed_0/metrics`, lie."""
    return {name: f"{place}.{name.replace('/', '.')}" for name in pipeline.inputs() if "/" in name}
