"""The grid, expanded: the same small pipelines for every suite, study, variant and seed.

Pipelines are named `<suite>` and `<suite>.<study>`; a suite is a dataset or a course sheet. Nodes live in the
namespace `<suite>.<study>.<variant>.<seed>`, with `.<normal class>` below it in one-class studies.
"""

from kedro.pipeline import Pipeline

from autoencoders.key import COMPARISON
from autoencoders.pipelines import grid
from autoencoders.pipelines.detection import pipeline as detection
from autoencoders.pipelines.evaluation import pipeline as evaluation
from autoencoders.pipelines.ingestion import pipeline as ingestion
from autoencoders.pipelines.measuring import pipeline as measuring
from autoencoders.pipelines.reporting import pipeline as reporting
from autoencoders.pipelines.splitting import pipeline as splitting
from autoencoders.pipelines.training import pipeline as training


def assemble(
    suites: dict[str, grid.Suite], benchmarks: dict[str, grid.Benchmark], asked: list[str]
) -> dict[str, Pipeline]:
    """Return the pipelines by name, those alone of the suites that hold the ones asked for where these are known."""
    pipelines: dict[str, Pipeline] = {}
    for name in needed(suites, benchmarks, asked):
        pipelines |= suite_pipelines(name, suites[name])
    for name, benchmark in benchmarks.items():
        if all(study in pipelines for study in benchmark.studies):
            pipelines[name] = benchmark_pipeline(name, benchmark, suites, pipelines)
    return pipelines


def needed(suites: dict[str, grid.Suite], benchmarks: dict[str, grid.Benchmark], asked: list[str]) -> list[str]:
    """Return the suites that hold the pipelines asked for, or all if one asked for is in none.

    Building thousands of nodes takes seconds; Kedro's own way to register pipelines builds only those asked for, too.
    """
    owners: dict[str, set[str]] = {}
    for name, suite in suites.items():
        owners |= {name: {name}} | {
            f"{place}.{study}": {name} for study in suite.studies for place in (name, suite.dataset)
        }
    for name, benchmark in benchmarks.items():
        owners[name] = {study.partition(".")[0] for study in benchmark.studies}
    if not asked or not set(asked) <= set(owners):
        return list(suites)
    wanted = set().union(*(owners[name] for name in asked))
    return [name for name in suites if name in wanted]


def suite_pipelines(name: str, suite: grid.Suite) -> dict[str, Pipeline]:
    """Return the pipeline of a suite and, by `<suite>.<study>` and `<dataset>.<study>`, those of its studies."""
    ingested = ingestion_pipeline({suite.dataset})
    if not suite.studies:
        return {name: ingested}
    named = {}
    for study, block in suite.studies.items():
        pipeline = Pipeline([ingested, shared_pipeline(name, suite, block), *study_pipelines(name, suite, study)])
        named |= {f"{place}.{study}": pipeline for place in (name, suite.dataset)}
    nodes = {node for pipeline in named.values() for node in pipeline.nodes}
    return {name: Pipeline([*nodes, report_pipeline(name, suite)])} | named


def benchmark_pipeline(
    name: str, benchmark: grid.Benchmark, suites: dict[str, grid.Suite], pipelines: dict[str, Pipeline]
) -> Pipeline:
    """Return one-class studies of several suites, and their joint table beside published ones."""
    datasets = {study: suites[study.partition(".")[0]].dataset for study in benchmark.studies}
    joint = reporting.create_benchmark_pipeline(datasets)
    inputs = {"provenance": "provenance"}
    inputs |= {f"{study}/detectors": f"{study}.{COMPARISON}.detectors" for study in datasets}
    inputs |= {f"{study}/facts": f"{dataset}.facts" for study, dataset in datasets.items()}
    scoring = {f"params:{dataset}_scoring": f"params:{study}.scoring" for study, dataset in datasets.items()}
    report = Pipeline(joint, inputs=inputs, parameters=scoring, namespace=name)
    nodes = set().union(*(pipelines[study].nodes for study in benchmark.studies))
    return Pipeline([*nodes, report, *([selection_pipeline(name, benchmark, suites)] if benchmark.members else [])])


def selection_pipeline(name: str, benchmark: grid.Benchmark, suites: dict[str, grid.Suite]) -> Pipeline:
    """Return the choice of an ensemble from all scores of the variants that a benchmark's studies share, first seed."""
    blocks = {study: suites[study.partition(".")[0]].studies[study.partition(".")[2]] for study in benchmark.studies}
    shared = [one for one in blocks[benchmark.studies[0]].variants if all(one in b.variants for b in blocks.values())]
    scores = {}
    for study, block in blocks.items():
        dataset, seed = suites[study.partition(".")[0]].dataset, next(iter(block.seeds))
        for variant in shared:
            for normal in block.normal_classes:
                scores[f"{dataset}/{variant}/{normal}"] = f"{study}.{variant}.{seed}.{normal}.scores"
    chosen = detection.create_selection_pipeline(list(scores))
    scoring = {"params:scoring": f"params:{benchmark.studies[0]}.scoring"}
    return Pipeline(chosen, inputs=scores, parameters=scoring, namespace=name)


def ingestion_pipeline(datasets: set[str]) -> Pipeline:
    """Return the ingestion of some datasets."""
    return Pipeline([Pipeline(ingestion.create_pipeline(), namespace=one) for one in sorted(datasets)])


def shared_pipeline(name: str, suite: grid.Suite, study: grid.Study) -> Pipeline:
    """Return what a study shares with others: splits, other datasets that are shown, and the baseline."""
    others = {other for measurement in study.measurements for other in study.others(measurement)}
    others |= set(study.probes(suite.dataset))
    splits = Pipeline(splitting.create_pipeline(), inputs=images_of(suite, "labels", "parts"), namespace=name)
    parts = [ingestion_pipeline(others), splits]
    if not study.normal_classes:
        images = images_of(suite, "images", "facts")
        parts.append(Pipeline(training.create_baseline_pipeline(), inputs=images, namespace=name))
    return Pipeline(parts)


def images_of(suite: grid.Suite, *artifacts: str) -> dict[str, str]:
    """Return where a suite's images, and what belongs to them, lie."""
    return {one: f"{suite.dataset}.{one}" for one in artifacts}


def study_pipelines(name: str, suite: grid.Suite, study: str) -> list[Pipeline]:
    """Return all replicates of all variants of a study, and their comparison; joined once, for joining is slow."""
    block, place = suite.studies[study], f"{name}.{study}"
    measured = list(block.replicates())
    if block.normal_classes:
        detectors = list(block.detectors())
        parts = [normal_class_splits(name, suite, study, one) for one in block.normal_classes]
        for detector, seed in detectors:
            parts += detector_replicate(name, suite, study, detector, seed)
        probed = bool((block.scoring or {}).get("out_of_distribution"))
        drawn = reporting.create_detector_study_pipeline(place, detectors, probed)
    else:
        parts = [reconstruction_replicate(name, suite, study, variant, seed) for variant, seed in measured]
        drawn = reporting.create_study_pipeline(place, measured, block.watched())
    normal_classes = list(block.normal_classes or ())
    comparison = drawn + measuring.create_drawing_pipeline(
        list(block.measurements), block.charted(), measured, normal_classes
    )
    compared = Pipeline(
        comparison,
        inputs=found_below(place, comparison),
        parameters=given_to(comparison, measurement_parameters(name, study, block) | scoring_of(name, study)),
        namespace=f"{place}.{COMPARISON}",
        tags=study,
    )
    return [*parts, compared]


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
    figures = reporting.create_replicate_pipeline(variant)
    stages = [training.create_pipeline(), evaluation.create_pipeline(), measurements_of(suite.studies[study]), figures]
    return experiment(name, suite, study, variant, seed, Pipeline(stages))


def detector_replicate(name: str, suite: grid.Suite, study: str, detector: str, seed: str) -> list[Pipeline]:
    """Return one detector with one seed, with each class normal in turn, and what it comes to over these.

    A detector is a variant, an ensemble of variants or a baseline. Figures are drawn for the first seed alone.
    """
    block, place = suite.studies[study], f"{name}.{study}.{detector}.{seed}"
    below = below_of(suite, block, detector, shown=seed == next(iter(block.seeds)))
    classes = [experiment(name, suite, study, detector, seed, below, one) for one in block.normal_classes]
    units = {normal: f"{normal}/" for normal in block.normal_classes}
    merged = detection.create_merging_pipeline(list(units))
    if seed == next(iter(block.seeds)):
        merged += reporting.create_detector_pipeline(units, trained=detector in block.variants)
    over_classes = Pipeline(
        merged,
        inputs=found_below(place, merged),
        parameters=given_to(merged, parameters_of(name, study, block, detector, seed)),
        namespace=place,
        tags=[study, detector, seed],
    )
    return [*classes, over_classes]


def below_of(suite: grid.Suite, block: grid.Study, detector: str, shown: bool) -> Pipeline:
    """Return what a detector does with one normal class; for one that is shown, its heatmaps, too."""
    if detector in block.baselines:
        return detection.create_baseline_pipeline(block.probes(suite.dataset))
    if detector in block.ensembles:
        return detection.create_ensemble_pipeline([one.detector for one in block.ensembles[detector].members])
    stages = [training.create_pipeline(), evaluation.create_one_class_pipeline(), measurements_of(block)]
    return Pipeline([*stages, detection.create_variant_pipeline(block.probes(suite.dataset), shown)])


def experiment(
    name: str, suite: grid.Suite, study: str, detector: str, seed: str, fitted: Pipeline, normal_class: str = ""
) -> Pipeline:
    """Return one training and all that follows from it alone, on one normal class where the study has any."""
    block, place = suite.studies[study], f"{name}.{study}.{detector}.{seed}"
    below = f".{normal_class}" if normal_class else ""
    parameters = parameters_of(name, study, block, detector, seed) | measurement_parameters(name, study, block)
    if normal_class:
        parameters["params:normal_class"] = f"params:{name}.{study}.normal_classes.{normal_class}"
    splits_of = f"{name}.{study}{below}" if normal_class else name
    members = {one.detector for one in block.ensembles[detector].members} if detector in block.ensembles else ()
    inputs = (
        images_of(suite, "images", "labels", "facts")
        | {one: f"{splits_of}.{one}" for one in ("fit_indices", "held_out_indices", "basis")}
        | {one: one.replace("/", ".") for one in fitted.inputs() if "/" in one}
        | {f"{one}/scores": f"{name}.{study}.{one}.{seed}{below}.scores" for one in members}
    )
    return Pipeline(
        fitted,
        inputs={one: found for one, found in inputs.items() if one in fitted.inputs()},
        parameters=given_to(fitted, parameters),
        namespace=f"{place}{below}",
        tags=[study, detector, seed],
    )


def parameters_of(name: str, study: str, block: grid.Study, detector: str, seed: str) -> dict[str, str]:
    """Return where the settings of a variant, ensemble or baseline stand."""
    kinds = {"variant": "variants", "ensemble": "ensembles", "baseline": "baselines"}
    own = {f"params:{kind}": f"params:{name}.{study}.{kinds[kind]}.{detector}" for kind in kinds}
    return (
        own
        | {
            "params:seed": f"params:{name}.{study}.seeds.{seed}",
            "params:compute": "params:compute",
        }
        | scoring_of(name, study)
    )


def scoring_of(name: str, study: str) -> dict[str, str]:
    """Return where the settings of a one-class study's scores stand."""
    return {"params:scoring": f"params:{name}.{study}.scoring"}


def given_to(pipeline: Pipeline, parameters: dict[str, str]) -> dict[str, str]:
    """Return those of some parameters that a pipeline takes."""
    return {one: found for one, found in parameters.items() if one in pipeline.inputs()}


def measurements_of(block: grid.Study) -> Pipeline:
    """Return the measurements of one fitted network."""
    return measuring.create_pipeline({one: block.others(one) for one in block.measurements})


def measurement_parameters(name: str, study: str, block: grid.Study) -> dict[str, str]:
    """Return where the settings of a study's measurements stand."""
    return {f"params:{one}": f"params:{name}.{study}.measurements.{one}" for one in block.measurements}


def report_pipeline(name: str, suite: grid.Suite) -> Pipeline:
    """Return the metrics and the report of a suite, over all its studies."""
    answered = [study for study, block in suite.studies.items() if block.answer]
    pictures = [picture for study, block in suite.studies.items() for picture in pictures_of(study, block)]
    extras = {"title": "params:title"} if suite.title else {}
    extras |= {"tick_off": "tick_off"} if suite.published else {}
    measured = {study: list(block.measurements) for study, block in suite.studies.items()}
    report = reporting.create_suite_pipeline(measured, answered, pictures, extras)
    if suite.published:
        report += reporting.create_tick_off_pipeline(measured)
    shared = {"provenance": "provenance"} | images_of(suite, "images", "facts")
    return Pipeline(report, inputs=found_below(name, report) | shared, namespace=name)


def pictures_of(study: str, block: grid.Study) -> list[str]:
    """Return the figures that the report shows of a study, in order, named `study/whose/../figure`."""
    figures = list(reporting.DETECTOR_STUDY_FIGURES if block.normal_classes else reporting.STUDY_FIGURES)
    figures += ["probes"] if (block.scoring or {}).get("out_of_distribution") else []
    figures += ["snapshots"] if block.watched() else []
    figures += [] if block.normal_classes else ["loss_chart"]
    for one in block.measurements:
        figures += [f"{one}_figure", *([f"{one}_chart"] if one in block.charted() else [])]
    pictures = [f"{study}/{COMPARISON}/{figure}" for figure in figures]
    if block.normal_classes:
        first = next(iter(block.seeds))
        for detector in shown_detectors(block):
            own = reporting.TRAINED_FIGURES if detector in block.variants else ()
            pictures += [f"{study}/{detector}/{first}/{one}" for one in (*own, *reporting.DETECTOR_FIGURES)]
    return pictures


def shown_detectors(block: grid.Study) -> list[str]:
    """Return the detectors that the report shows one by one: the ensembles, and a member of each, or all variants."""
    members = [ensemble.members[0].detector for ensemble in block.ensembles.values()]
    return [*block.ensembles, *dict.fromkeys(members)] or list(block.variants)


def found_below(place: str, pipeline: Pipeline) -> dict[str, str]:
    """Return where the inputs of a pipeline that are named by a path, such as `clean/seed_0/metrics`, lie."""
    return {name: f"{place}.{name.replace('/', '.')}" for name in pipeline.inputs() if "/" in name}
