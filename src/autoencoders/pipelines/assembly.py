"""The grid, expanded: the same small pipelines for every suite, study, detector, seed and normal class.

Pipelines are named `<suite>` and `<suite>.<study>`, a suite being a dataset or a course sheet; with `.<seed>` after it,
a name stands for that one seed. Nodes live in the namespace of their key (see `autoencoders.key`). Stages of one
detector are instantiated by namespace; what joins several of them is written with absolute names.
"""

from collections.abc import Callable, Collection
from functools import cache, partial
from itertools import chain

from kedro.pipeline import Pipeline

from autoencoders.key import Key, first_seeds
from autoencoders.pipelines import grid
from autoencoders.pipelines.deferred import Deferred
from autoencoders.pipelines.detection import pipeline as detection
from autoencoders.pipelines.evaluation import pipeline as evaluation
from autoencoders.pipelines.grid import Benchmark, Study, Suite
from autoencoders.pipelines.ingestion import pipeline as ingestion
from autoencoders.pipelines.measuring import pipeline as measuring
from autoencoders.pipelines.reporting import pipeline as reporting
from autoencoders.pipelines.splitting import pipeline as splitting
from autoencoders.pipelines.training import pipeline as training


def assemble(
    suites: dict[str, Suite], benchmarks: dict[str, Benchmark], asked: Collection[str] = ()
) -> dict[str, Pipeline]:
    """Return the pipelines of suites, of their studies (under the suite's name and the dataset's), and of benchmarks.

    Each is put together when it is first looked into, for all of them together are tens of thousands of nodes. Those
    asked for in one command are joined by Kedro: studies of one suite among them write one page.
    """
    parts = cache(lambda key: Pipeline(study_parts(key, suites)))
    pipelines: dict[str, Pipeline] = {}
    for name, suite in suites.items():
        pipelines[name] = Deferred(partial(suite_pipeline, Key(name), suites, parts))
        places = {study: [str(Key(owner, study)) for owner in (name, suite.dataset)] for study in suite.studies}
        together = [study for study, named in places.items() if not {name, *named}.isdisjoint(asked)]
        for study, named in places.items():
            written = together if study in together else [study]
            pipeline = Deferred(partial(study_pipeline, Key(name, study), suite, parts, written))
            pipelines |= dict.fromkeys(named, pipeline)
    for name, benchmark in benchmarks.items():
        pipelines[name] = Deferred(partial(benchmark_pipeline, Key(name), benchmark, suites, pipelines))
    return pipelines


def with_one_seed(asked: list[str], suites: dict[str, Suite], benchmarks: dict[str, Benchmark]) -> dict[str, Pipeline]:
    """Return those asked for as `<pipeline>.<seed>`, where all studies of a pipeline have that seed: the same by it."""
    known, found = assemble(suites, benchmarks), {}
    for name in asked:
        whole, _, seed = name.rpartition(".")
        studies = grid.studies_of(whole, suites, benchmarks) if whole in known else []
        if studies and all(seed in study.seeds for study in studies):
            narrowed = {one: suite.with_seed(seed) for one, suite in suites.items()}
            found[name] = assemble(narrowed, benchmarks)[whole]
    return found


def suite_pipeline(key: Key, suites: dict[str, Suite], parts: Callable[[Key], Pipeline]) -> Pipeline:
    """Return a suite: its studies, of which `parts` returns the nodes, what joins them, and the page with them all."""
    suite = suites[key.suite]
    studies = [key._replace(study=name) for name in suite.studies]
    if not studies:
        return ingestion_pipeline({suite.dataset}, suites)
    nodes = set().union(*(parts(study).nodes for study in studies))
    joined = reporting.create_suite_pipeline(key, studies, [one for one in studies if one.study in suite.published])
    return Pipeline([*nodes, placed(joined, key), page_pipeline(key, suite, written=list(suite.studies))])


def study_pipeline(key: Key, suite: Suite, parts: Callable[[Key], Pipeline], written: list[str]) -> Pipeline:
    """Return a study, and its suite's page with the sections written now beside those that earlier runs left."""
    return Pipeline([parts(key), page_pipeline(Key(key.suite), suite, written)])


def study_parts(key: Key, suites: dict[str, Suite]) -> list[Pipeline]:
    """Return all of a study: its images and splits, every detector and seed, their comparison and its section."""
    suite = suites[key.suite]
    study = suite.studies[key.study]
    others = set(study.others_for_detection(suite.own_datasets)).union(*map(study.others, study.measurements))
    splits = Pipeline(splitting.create_pipeline(), inputs=images_of(suite), namespace=key.suite)
    shared = [ingestion_pipeline({suite.dataset, *others}, suites), splits]
    detectors = one_class_detectors(key, suite) if study.normal_classes else reconstructions(key, suite)
    return [*shared, *detectors, comparison_pipeline(key, suite)]


def ingestion_pipeline(datasets: set[str], suites: dict[str, Suite]) -> Pipeline:
    """Return the ingestion of some datasets, and of those that derived ones among them are made from."""
    derived = {name: suites[name].derived for name in sorted(datasets) if name in suites and suites[name].derived}
    sources = (datasets - set(derived)).union(one.dataset for one in derived.values())
    parts = [Pipeline(ingestion.create_pipeline(), namespace=one) for one in sorted(sources)]
    parts += [
        Pipeline(
            ingestion.create_derivation_pipeline(),
            inputs={"source": Key(derivation.dataset).dataset("images")},
            parameters={"params:derived": Key(name).parameter("derived")},
            namespace=name,
        )
        for name, derivation in derived.items()
    ]
    return Pipeline(parts)


def reconstructions(key: Key, suite: Suite) -> list[Pipeline]:
    """Return the training, evaluation, measurements and figure of every variant and seed, and what they share."""
    study = suite.studies[key.study]
    basis = Pipeline(
        training.create_pca_pipeline(), inputs=images_of(suite), parameters={"params:compute"}, namespace=key.suite
    )
    evaluated = evaluation.create_pipeline(judged=study.judged_at is not None)
    stages = Pipeline([training.create_pipeline(), evaluated, measurements_of(study)])
    parts = [basis]
    for variant in study.seeded(key):
        drawn = reporting.create_variant_pipeline(variant)
        parts += [experiment(variant, suite, stages), placed(drawn, variant)]
    return parts


def one_class_detectors(key: Key, suite: Suite) -> list[Pipeline]:
    """Return every detector and seed with each class normal in turn, what it comes to over these, and what all share.

    A detector is a variant, a baseline or an ensemble of both. Figures are drawn for the first seed alone.
    """
    study = suite.studies[key.study]
    parts = [normal_class_pipeline(key.shared_by_class(name), name, suite) for name in study.normal_classes]
    for detector in study.detectors(key):
        classes = study.by_class(detector)
        parts += experiments(classes, suite)
        merged = detection.create_merging_pipeline(detector, classes, images_of(suite)["images"])
        merged += cost_pipeline(detector, classes, study)
        if detector.seed == study.first_seed:
            name = detector.detector
            drawn = reporting.create_detector_pipeline(detector, classes, name in study.variants, study.learns(name))
            merged += drawn
        parts.append(placed(merged, detector))
    return parts


def cost_pipeline(detector: Key, classes: list[Key], study: Study) -> Pipeline:
    """Return what one detector with one seed costs over the normal classes."""
    if detector.detector in study.ensembles:
        return detection.create_ensemble_cost_pipeline(detector, study.members(detector))
    return detection.create_cost_pipeline(detector, classes, trained=detector.detector in study.variants)


def experiments(keys: list[Key], suite: Suite) -> list[Pipeline]:
    """Return what a detector does with each normal class; for all but ensembles, it is put together once."""
    if keys[0].detector in suite.studies[keys[0].study].ensembles:
        return [experiment(key, suite, stages_of(key, suite)) for key in keys]
    stages = stages_of(keys[0], suite)
    return [experiment(key, suite, stages) for key in keys]


def normal_class_pipeline(key: Key, normal_class: str, suite: Suite) -> Pipeline:
    """Return the splits and the principal components of one normal class, which a study's detectors share."""
    drawn = suite.studies[key.study].training_set is not None
    parameters = {"params:normal_class": key.parameter("normal_classes", normal_class)}
    parameters |= {"params:compute": "params:compute"}
    if drawn:
        parameters |= {"params:training_set": key.parameter("training_set")}
        parameters |= {"params:seed": Key(key.suite).parameter("splits", "seed")}
    return Pipeline(
        [splitting.create_one_class_pipeline(drawn), training.create_pca_pipeline()],
        inputs=images_of(suite) | {"all_splits": Key(key.suite).dataset("splits")},
        parameters=parameters,
        namespace=str(key),
        tags=key.study,
    )


def stages_of(key: Key, suite: Suite) -> Pipeline:
    """Return what a detector does with one normal class; for the seed that is shown, its heatmaps too."""
    study = suite.studies[key.study]
    others = study.others_for_detection(suite.own_datasets)
    if key.detector in study.baselines:
        return detection.create_baseline_pipeline(others)
    if key.detector in study.ensembles:
        return detection.create_ensemble_pipeline(study.members(key))
    scored = detection.create_variant_pipeline(others, exemplified=key.seed == study.first_seed)
    return Pipeline(
        [training.create_pipeline(), evaluation.create_one_class_pipeline(), measurements_of(study), scored]
    )


def experiment(key: Key, suite: Suite, stages: Pipeline) -> Pipeline:
    """Return the stages of one detector with one seed and, where the study has any, one normal class.

    Datasets that the stages take under a dotted name are absolute already: other datasets' images, members' scores.
    """
    study = suite.studies[key.study]
    place = key.shared_by_class(key.normal_class) if key.normal_class else Key(key.suite)
    inputs = images_of(suite) | {name: place.dataset(name) for name in ("splits", "basis")}
    inputs |= {name: name for name in stages.inputs() if "." in name and not name.startswith("params:")}
    kinds = {"variant": "variants", "ensemble": "ensembles", "baseline": "baselines"}
    parameters = {f"params:{kind}": key.parameter(block, key.detector) for kind, block in kinds.items()}
    parameters |= {
        "params:seed": key.parameter("seeds", key.seed),
        "params:compute": "params:compute",
        "params:scoring": key.parameter("scoring"),
        "params:judged_at": key.parameter("judged_at"),
    }
    parameters |= {f"params:{name}": key.parameter("measurements", name) for name in study.measurements}
    return Pipeline(
        stages,
        inputs={name: found for name, found in inputs.items() if name in stages.inputs()},
        parameters={name: found for name, found in parameters.items() if name in stages.inputs()},
        namespace=str(key),
        tags=[key.study, key.detector, key.seed],
    )


def comparison_pipeline(key: Key, suite: Suite) -> Pipeline:
    """Return the comparison of a study's detectors, the figures of its measurements, and its section of the report."""
    study = suite.studies[key.study]
    units = study.seeded(key)
    if study.normal_classes:
        beside = images_of(suite) | ({"published": key.dataset("published")} if study.published else {})
        drawn = reporting.create_detector_study_pipeline(
            key, study.detectors(key), beside, bool(study.ensembles), study.has_out_of_distribution
        )
        units = [one for unit in units for one in study.by_class(unit)]
    else:
        drawn = reporting.create_study_pipeline(key, units, study.watched())
    measured = measuring.create_drawing_pipeline(key, list(study.measurements), study.charted(), units)
    printed = key.study in suite.published
    shown, images = shown_in_section(key, study), images_of(suite)["images"]
    section = reporting.create_section_pipeline(key, images, printed, shown)
    return placed(drawn + measured + living_pipeline(key, suite) + section, key.comparison)


def living_pipeline(key: Key, suite: Suite) -> Pipeline:
    """Return the parts of a study's section in which its reader moves something."""
    study, images = suite.studies[key.study], images_of(suite)["images"]
    if study.normal_classes:
        turns = [one for detector in first_seeds(study.detectors(key)) for one in study.by_class(detector)]
        return reporting.create_tryout_pipeline(key, turns, study.portable(), images)
    mapped = [Key(*key[:2], variant, study.first_seed) for variant in study.mapped()]
    return reporting.create_map_pipeline(key, mapped, images, Key(key.suite)) if mapped else Pipeline([])


def shown_in_section(key: Key, study: Study) -> list[str]:
    """Return the datasets of the figures, charts and tables of measurements that a section shows, in order."""
    figures = list(reporting.DETECTOR_STUDY_FIGURES if study.normal_classes else reporting.STUDY_FIGURES)
    figures += ["out_of_distribution"] if study.has_out_of_distribution else []
    figures += ["snapshots"] if study.watched() else []
    figures += ["ranking", "standings", "detectors_living"] if study.normal_classes else ["loss_chart"]
    figures += ["map_living"] if study.mapped() else []
    for name in study.measurements:
        figures += [f"{name}_figure", f"{name}_summary", *([f"{name}_chart"] if name in study.charted() else [])]
    shown = [key.comparison.dataset(figure) for figure in figures]
    for name in study.shown_detectors():
        own = reporting.LEARNING_FIGURES if study.learns(name) else ()
        own += reporting.RECONSTRUCTING_FIGURES if name in study.variants else ()
        detector = Key(key.suite, key.study, name, study.first_seed)
        shown += [detector.dataset(figure) for figure in (*own, *reporting.DETECTOR_FIGURES)]
    return shown


def page_pipeline(key: Key, suite: Suite, written: list[str]) -> Pipeline:
    """Return the page of a suite: the sections that the same run has written, beside those that earlier runs left."""
    sections = [
        key._replace(study=name).comparison.dataset("section" if name in written else "earlier_section")
        for name in suite.studies
    ]
    images = Key(suite.dataset).dataset("images")
    return placed(reporting.create_page_pipeline(key, images, bool(suite.title), sections), key)


def benchmark_pipeline(
    key: Key, benchmark: Benchmark, suites: dict[str, Suite], pipelines: dict[str, Pipeline]
) -> Pipeline:
    """Return one-class studies of several suites, and what joins them."""
    worlds = named_worlds([Key.parse(name) for name in benchmark.studies], suites)
    datasets = {world: suites[study.suite].dataset for world, study in worlds.items()}
    joined = reporting.create_benchmark_pipeline(key, worlds, datasets)
    if benchmark.members:
        joined += detection.create_selection_pipeline(key, next(iter(worlds.values())), shared_scores(worlds, suites))
    nodes = set().union(*(pipelines[study].nodes for study in benchmark.studies))
    return Pipeline([*nodes, placed(joined, key)])


def named_worlds(studies: list[Key], suites: dict[str, Suite]) -> dict[str, Key]:
    """Return the studies of a benchmark by the shortest kind of name that tells them apart."""
    kinds = (
        [suites[study.suite].dataset for study in studies],
        [study.suite for study in studies],
        [study.study for study in studies],
        [f"{study.suite}_{study.study}" for study in studies],
    )
    return dict(zip(next(names for names in kinds if len(set(names)) == len(studies)), studies, strict=True))


def shared_scores(worlds: dict[str, Key], suites: dict[str, Suite]) -> dict[str, list[Key]]:
    """Return the keys of what worlds share that can be members, with the first seed and each normal class."""
    blocks = {world: suites[key.suite].studies[key.study] for world, key in worlds.items()}
    first, *others = blocks.values()
    shared = [
        name
        for name in chain(first.variants, first.baselines)
        if first.can_be_member(name) and all(name in other.variants | other.baselines for other in others)
    ]
    return {
        world: [
            one
            for name in shared
            for one in study.by_class(worlds[world]._replace(detector=name, seed=study.first_seed))
        ]
        for world, study in blocks.items()
    }


def images_of(suite: Suite) -> dict[str, str]:
    """Return where a suite's image set lies."""
    return {"images": Key(suite.dataset).dataset("images")}


def measurements_of(study: Study) -> Pipeline:
    """Return the measurements of one fitted network."""
    return measuring.create_pipeline({name: study.others(name) for name in study.measurements})


def placed(pipeline: Pipeline, key: Key) -> Pipeline:
    """Return a pipeline with absolute names in the namespace of a key, tagged with the parts of that."""
    tags = [part for part in (key.study, *(() if key.is_comparison else (key.detector, key.seed))) if part]
    return Pipeline(pipeline, namespace=str(key), tags=tags, prefix_datasets_with_namespace=False)
