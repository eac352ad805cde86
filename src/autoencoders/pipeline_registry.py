"""The grid, expanded: the same small pipelines for every dataset, study, variant and seed.

Pipelines are named `<dataset>` and `<dataset>.<study>`. Nodes live in the namespace
`<dataset>.<study>.<variant>.<seed>`, with `.<normal class>` below it in one-class studies.
"""

from pathlib import Path

from kedro.config import OmegaConfigLoader
from kedro.framework.project import settings
from kedro.pipeline import Pipeline

from autoencoders import grid
from autoencoders.pipelines.evaluation import pipeline as evaluation
from autoencoders.pipelines.ingestion import pipeline as ingestion
from autoencoders.pipelines.reporting import pipeline as reporting
from autoencoders.pipelines.splitting import pipeline as splitting
from autoencoders.pipelines.training import pipeline as training

PROJECT = Path(__file__).resolve().parents[2]

REPLICATE_FIGURES = ("loss_curves", "reconstructions")
ONE_CLASS_FIGURES = (*REPLICATE_FIGURES, "score_histograms", "roc_curves")


def register_pipelines() -> dict[str, Pipeline]:
    """Return every pipeline by name; `__default__` is that of the digits."""
    pipelines: dict[str, Pipeline] = {}
    for name, dataset in read_grid().items():
        pipelines |= dataset_pipelines(name, dataset)
    return pipelines | {"__default__": pipelines["digits"]}


def read_grid() -> dict[str, grid.Dataset]:
    """Read the structure of the grid: the base parameters, a file a dataset.

    An environment and `--params` change values, never which experiments there are.
    """
    loader = OmegaConfigLoader(
        str(PROJECT / settings.CONF_SOURCE),
        base_env="base",
        default_run_env="base",
        config_patterns={"parameters": ["parameters/*.yml"]},
    )
    return grid.read(loader["parameters"])


def dataset_pipelines(dataset: str, block: grid.Dataset) -> dict[str, Pipeline]:
    """Return the pipeline of a dataset and those of its studies."""
    ingested = Pipeline(ingestion.create_pipeline(), namespace=dataset)
    if not block.studies:
        return {dataset: ingested}
    divided = Pipeline([ingested, Pipeline(splitting.create_pipeline(), namespace=dataset)])
    with_baseline = divided + Pipeline(training.create_baseline_pipeline(), namespace=dataset)
    studies = {name: study_pipeline(dataset, name, study) for name, study in block.studies.items()}
    named = {
        f"{dataset}.{name}": (divided if study.normal_classes else with_baseline) + studies[name]
        for name, study in block.studies.items()
    }
    shared = divided if all(study.normal_classes for study in block.studies.values()) else with_baseline
    return {dataset: Pipeline([shared, *studies.values(), report_pipeline(dataset, block)])} | named


def study_pipeline(dataset: str, name: str, study: grid.Study) -> Pipeline:
    """Return all replicates of all variants of a study, and their comparison."""
    place = f"{dataset}.{name}"
    replicate = one_class_replicate if study.normal_classes else reconstruction_replicate
    parts = [replicate(dataset, name, variant, seed, study) for variant, seed in study.replicates()]
    classes = [normal_class_splits(dataset, name, one) for one in study.normal_classes or ()]
    comparison = reporting.create_study_pipeline(place, list(study.replicates()), bool(study.normal_classes))
    compared = Pipeline(comparison, inputs=found_below(place, comparison), namespace=f"{place}.{grid.RESERVED}")
    return Pipeline([*classes, *parts, compared], tags=name)


def normal_class_splits(dataset: str, study: str, normal_class: str) -> Pipeline:
    """Return the splits and the baseline of one normal class, which a study's variants share."""
    shared = {one: f"{dataset}.{one}" for one in ("images", "labels", "facts")}
    whole = {f"all_{one}": f"{dataset}.{one}" for one in ("fit_indices", "held_out_indices")}
    return Pipeline(
        [splitting.create_one_class_pipeline(), training.create_baseline_pipeline()],
        inputs=shared | whole,
        parameters={"params:normal_class": f"params:{dataset}.{study}.normal_classes.{normal_class}"},
        namespace=f"{dataset}.{study}.{normal_class}",
    )


def reconstruction_replicate(dataset: str, name: str, variant: str, seed: str, study: grid.Study) -> Pipeline:
    """Return the training, evaluation and figures of one variant with one seed."""
    fitted = Pipeline([training.create_pipeline(), evaluation.create_pipeline()])
    figures = reporting.create_replicate_pipeline({variant: ""}, one_class=False)
    shared = ("images", "labels", "facts", "fit_indices", "held_out_indices", "basis")
    return Pipeline(
        [fitted, figures],
        inputs={one: f"{dataset}.{one}" for one in shared},
        parameters=experiment_parameters(dataset, name, variant, seed),
        namespace=f"{dataset}.{name}.{variant}.{seed}",
        tags=[variant, seed],
    )


def one_class_replicate(dataset: str, name: str, variant: str, seed: str, study: grid.Study) -> Pipeline:
    """Return the same of one variant with one seed, trained on each normal class in turn."""
    place = f"{dataset}.{name}.{variant}.{seed}"
    fitted = Pipeline([training.create_pipeline(), evaluation.create_one_class_pipeline()])
    classes = [
        Pipeline(
            fitted,
            inputs={one: f"{dataset}.{one}" for one in ("images", "labels", "facts")}
            | {one: f"{dataset}.{name}.{normal}.{one}" for one in ("fit_indices", "held_out_indices", "basis")},
            parameters=experiment_parameters(dataset, name, variant, seed)
            | {"params:normal_class": f"params:{dataset}.{name}.normal_classes.{normal}"},
            namespace=f"{place}.{normal}",
        )
        for normal in study.normal_classes
    ]
    units = {normal: f"{normal}/" for normal in study.normal_classes}
    over_classes = evaluation.create_merging_pipeline(list(units))
    figures = reporting.create_replicate_pipeline(units, one_class=True)
    merged = Pipeline([over_classes, figures])
    return Pipeline(
        [*classes, Pipeline(merged, inputs=found_below(place, merged), namespace=place)], tags=[variant, seed]
    )


def experiment_parameters(dataset: str, study: str, variant: str, seed: str) -> dict[str, str]:
    """Return where the parameters of one variant with one seed stand."""
    return {
        "params:variant": f"params:{dataset}.{study}.variants.{variant}",
        "params:seed": f"params:{dataset}.{study}.seeds.{seed}",
        "params:compute": "params:compute",
    }


def report_pipeline(dataset: str, block: grid.Dataset) -> Pipeline:
    """Return the metrics and the report of a dataset, over all its studies."""
    pictures: list[str] = []
    for name, study in block.studies.items():
        compared = ("auroc", "test_errors") if study.normal_classes else ("test_errors", *REPLICATE_FIGURES)
        pictures += [f"{name}/{grid.RESERVED}/{figure}" for figure in compared]
        if study.normal_classes:
            first = next(iter(study.seeds))
            pictures += [f"{name}/{one}/{first}/{figure}" for one in study.variants for figure in ONE_CLASS_FIGURES]
    report = reporting.create_dataset_pipeline(list(block.studies), pictures)
    return Pipeline(report, inputs=found_below(dataset, report) | {"provenance": "provenance"}, namespace=dataset)


def found_below(place: str, pipeline: Pipeline) -> dict[str, str]:
    """Return where the inputs of a pipeline that are named by a path, such as `clean/seed_0/metrics`, lie."""
    return {name: f"{place}.{name.replace('/', '.')}" for name in pipeline.inputs() if "/" in name}
