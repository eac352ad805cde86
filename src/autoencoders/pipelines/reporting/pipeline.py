"""metrics, history, examples, scores -> tables, figures, sections, pages; all joined under absolute names."""

from kedro.pipeline import Node, Pipeline

from autoencoders.key import Key, first_seeds, names
from autoencoders.pipelines.joins import join
from autoencoders.pipelines.reporting import nodes

STUDY_FIGURES = ("test_errors", "loss_curves", "reconstructions")
DETECTOR_STUDY_FIGURES = ("auroc", "scores", "cost_and_quality")
WORLD_MATERIAL = ("ranking", "auroc", "scores", "cost_and_quality")  # what a benchmark shows of a study
SHOWN_WORLDS = 3  # in a benchmark's report; of more, each has its own page
RECONSTRUCTING_FIGURES = ("reconstructions", "heatmaps")  # of networks, and of PCA
LEARNING_FIGURES = ("loss_curves",)  # of networks that learn step by step
DETECTOR_FIGURES = (
    "anomalous_classes",
    "score_histograms",
    "roc_curves",
    "precision_recall",
    "error_rates",
    "empirical_rates",
)


def create_variant_pipeline(variant: Key) -> Pipeline:
    """Return the figure of one variant with one seed."""
    return Pipeline([_draw_reconstructions([variant], variant)], tags="reporting")


def create_detector_pipeline(detector: Key, classes: list[Key], reconstructs: bool, learns: bool) -> Pipeline:
    """Return the figures of one detector with one seed.

    Args:
        detector: The detector's key.
        classes: The same for each normal class.
        reconstructs: Whether it is a network, or PCA.
        learns: Whether it learns step by step.
    """
    scores = names(classes, "scores")
    rates = {"thresholds": detector.dataset("thresholds")} | scores
    by_class = {"auroc_by_class": detector.dataset("auroc_by_class")}
    parts = [
        join(nodes.draw_anomalous_classes, by_class, detector, "anomalous_classes"),
        join(nodes.draw_scores, scores, detector, "score_histograms", "roc_curves", "precision_recall"),
        join(nodes.draw_thresholds, rates, detector, "error_rates", "empirical_rates"),
    ]
    if learns:
        parts.append(_draw_losses(classes, detector))
    if reconstructs:
        parts += [
            join(nodes.draw_class_reconstructions, names(classes, "examples"), detector, "reconstructions"),
            join(nodes.draw_heatmaps, names(classes, "exemplars_finding"), detector, "heatmaps"),
        ]
    return Pipeline(parts, tags="reporting")


def create_study_pipeline(study: Key, variants: list[Key], watched: list[str]) -> Pipeline:
    """Return the comparison of a study's variants.

    Args:
        study: The study's key.
        variants: The key of every variant and seed.
        watched: The variants with snapshots.
    """
    place, shown = study.comparison, first_seeds(variants)
    kept = names([key for key in shown if key.detector in watched], "snapshots")
    parts = [
        _compare(place, variants),
        join(nodes.draw_comparison, {"comparison": place.dataset("table")}, place, "test_errors"),
        _draw_losses(variants, place),
        _draw_reconstructions(shown, place),
        join(nodes.chart_losses, names(variants, "history"), place, "loss_chart"),
        *([join(nodes.draw_snapshots, kept, place, "snapshots")] if kept else []),
    ]
    return Pipeline(parts, tags="reporting")


def create_detector_study_pipeline(
    study: Key, detectors: list[Key], beside: dict[str, str], has_ensembles: bool, shown_others: bool
) -> Pipeline:
    """Return the comparison of a one-class study's detectors.

    Args:
        study: The study's key.
        detectors: The key of every detector and seed.
        beside: The dataset of the study's `images` and, where papers print a table for its protocol, of `published`.
        has_ensembles: Whether some of them are ensembles.
        shown_others: Whether they were shown out-of-distribution images.
    """
    place = study.comparison
    scoring = {"scoring": study.parameter("scoring")}
    areas = scoring | ({"ensembles": study.parameter("ensembles")} if has_ensembles else {})
    areas |= names(detectors, "auroc", "auroc_samples")
    ranked = scoring | {name: place.dataset(name) for name in ("detectors", "standings")} | beside
    costs = {"detectors": place.dataset("detectors")} | names(first_seeds(detectors), "cost")
    drawn = join(nodes.draw_out_of_distribution, {"comparison": place.dataset("table")}, place, "out_of_distribution")
    parts = [
        _compare(place, detectors),
        join(nodes.join_detectors, areas, place, "detectors", "standings"),
        join(nodes.rank_detectors, ranked, place, "ranking", "auroc", "scores"),
        join(nodes.weigh_cost, costs, place, "cost", "cost_and_quality"),
        *([drawn] if shown_others else []),
    ]
    return Pipeline(parts, tags="reporting")


def create_map_pipeline(study: Key, mapped: list[Key], images: str, basis: Key) -> Pipeline:
    """Return the map of a study's codes of two numbers, to walk about in.

    Args:
        study: The study's key.
        mapped: The key of every variant with such a code, with its first seed.
        images: The dataset of its image set.
        basis: Whose `splits` and `basis` it shares.
    """
    inputs = {"images": images} | {name: basis.dataset(name) for name in ("splits", "basis")}
    inputs |= {"variants": study.parameter("variants"), "compute": "params:compute"} | names(mapped, "weights")
    return Pipeline([join(nodes.map_codes, inputs, study.comparison, "map_living")], tags="reporting")


def create_tryout_pipeline(study: Key, turns: list[Key], trained: list[str], images: str) -> Pipeline:
    """Return the thresholds of a one-class study's detectors, to move, and the detectors, to judge drawings.

    Args:
        study: The study's key.
        turns: The key of every detector with its first seed and each normal class.
        trained: The detectors with networks that a page can run.
        images: The dataset of its image set.
    """
    owners = dict.fromkeys(key._replace(normal_class="") for key in turns)
    inputs = {"images": images, "scoring": study.parameter("scoring")}
    inputs |= {"variants": study.parameter("variants"), "compute": "params:compute"}
    inputs |= names(owners, "thresholds") | names(turns, "scores")
    inputs |= names([key for key in turns if key.detector in trained], "weights")
    return Pipeline([join(nodes.try_detectors, inputs, study.comparison, "detectors_living")], tags="reporting")


def create_section_pipeline(study: Key, images: str, printed: bool, material: list[str]) -> Pipeline:
    """Return a study's section of the report.

    Args:
        study: The study's key.
        images: The dataset of its image set.
        printed: Whether its sheet prints numbers, for studies to be compared with.
        material: The figures, charts and tables of measurements that the section shows, in order.
    """
    place = study.comparison
    inputs = {
        "study": f"params:{study}",
        "images": images,
        "metrics": place.dataset("metrics"),
        "table": place.dataset("table"),
        "provenance": "provenance",
    }
    inputs |= {"printed": place.dataset("tick_off")} if printed else {}
    tables = [place.dataset("metrics"), *(name for name in material if name.endswith("_summary"))]
    numbers = {"published": Key(study.suite).dataset("published")} | {name: name for name in tables}
    parts = [
        join(nodes.write_section, inputs | {name: name for name in material}, place, "section"),
        *([join(nodes.tick_off, numbers, place, "tick_off")] if printed else []),
    ]
    return Pipeline(parts, tags="reporting")


def create_page_pipeline(suite: Key, images: str, titled: bool, sections: list[str]) -> Pipeline:
    """Return a suite's page.

    Args:
        suite: The suite's key.
        images: The dataset of its image set.
        titled: Whether its parameters hold a title.
        sections: The datasets of the studies' sections, in reading order.
    """
    inputs = {"images": images, "splits": suite.parameter("splits"), "provenance": "provenance"}
    inputs |= {"divided": suite.dataset("splits")}
    inputs |= {"title": suite.parameter("title")} if titled else {}
    inputs |= {name: name for name in [suite.dataset("samples"), *sections]}
    parts = [
        join(nodes.draw_samples, {"images": images, "splits": suite.dataset("splits")}, suite, "samples"),
        join(nodes.write_page, inputs, suite, "report"),
    ]
    return Pipeline(parts, tags="reporting")


def create_suite_pipeline(suite: Key, studies: list[Key], printed: list[Key]) -> Pipeline:
    """Return the tables that join those of a suite's studies.

    Args:
        suite: The suite's key.
        studies: The key of each study.
        printed: The keys of those that printed numbers are compared with.
    """
    metrics = names([study.comparison for study in studies], "metrics")
    numbers = names([study.comparison for study in printed], "tick_off")
    parts = [
        join(nodes.join_tables, metrics, suite, "metrics", name="collect_metrics"),
        *([join(nodes.join_tables, numbers, suite, "tick_off", name="collect_tick_off")] if printed else []),
    ]
    return Pipeline(parts, tags="reporting")


def create_benchmark_pipeline(benchmark: Key, worlds: dict[str, Key], datasets: dict[str, str]) -> Pipeline:
    """Return the joint table of several one-class studies, their detectors ranked over all, and the report.

    Args:
        benchmark: The benchmark's key.
        worlds: The key of each study, by its name in the benchmark.
        datasets: Whose images each shows.
    """
    detectors = {world: study.comparison.dataset("detectors") for world, study in worlds.items()}
    parts = [join(nodes.join_studies, detectors, benchmark, "auroc")]
    told = {name: benchmark.parameter(name) for name in ("title", "question")} | {"provenance": "provenance"}
    if len(worlds) > 1:
        auroc = {"auroc": benchmark.dataset("auroc")}
        parts.append(join(nodes.rank_over_worlds, auroc, benchmark, "ranks", "worlds"))
        told |= {"ranks": benchmark.dataset("ranks"), "ranks_picture": benchmark.dataset("worlds")}
    for world, study in worlds.items() if len(worlds) <= SHOWN_WORLDS else ():
        own = {Key(world).dataset(name): study.comparison.dataset(name) for name in WORLD_MATERIAL}
        told |= own | {Key(world).dataset("images"): Key(datasets[world]).dataset("images")}
    return Pipeline([*parts, join(nodes.write_benchmark, told, benchmark, "report")], tags="reporting")


def _compare(place: Key, detectors: list[Key]) -> Node:
    return join(nodes.compare, names(detectors, "metrics"), place, "metrics", "table")


def _draw_losses(keys: list[Key], place: Key) -> Node:
    return join(nodes.draw_losses, names(keys, "history", "iterations"), place, "loss_curves")


def _draw_reconstructions(keys: list[Key], place: Key) -> Node:
    return join(nodes.draw_reconstructions, names(keys, "examples"), place, "reconstructions")
