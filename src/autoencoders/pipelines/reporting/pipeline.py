"""metrics, history, examples, scores -> tables, figures, sections, pages; all joined under absolute names."""

from collections.abc import Container

from kedro.pipeline import Node, Pipeline, node

from autoencoders.key import Key, first_seeds, names
from autoencoders.pipelines.reporting.nodes import (
    chart_losses,
    compare,
    draw_auroc,
    draw_class_reconstructions,
    draw_comparison,
    draw_heatmaps,
    draw_losses,
    draw_out_of_distribution,
    draw_reconstructions,
    draw_samples,
    draw_scores,
    draw_snapshots,
    draw_thresholds,
    join_detectors,
    join_studies,
    join_tables,
    rank_detectors,
    tick_off,
    write_benchmark,
    write_page,
    write_section,
)

STUDY_FIGURES = ("test_errors", "loss_curves", "reconstructions")
DETECTOR_STUDY_FIGURES = ("auroc", "scores", "test_errors")
TRAINED_FIGURES = ("loss_curves", "reconstructions", "heatmaps")
DETECTOR_FIGURES = ("score_histograms", "roc_curves", "precision_recall", "error_rates", "empirical_rates")


def create_variant_pipeline(variant: Key) -> Pipeline:
    """Return the figure of one variant with one seed."""
    return Pipeline([_draw_reconstructions([variant], variant)], tags="reporting")


def create_detector_pipeline(detector: Key, classes: list[Key], trained: bool) -> Pipeline:
    """Return the figures of one detector with one seed.

    Args:
        detector: The detector's key.
        classes: The same for each normal class.
        trained: Whether a network was trained on each.
    """
    scores = names(classes, "scores")
    nodes = [
        node(
            draw_scores,
            inputs=scores,
            outputs=[detector.dataset(name) for name in ("score_histograms", "roc_curves", "precision_recall")],
            name="draw_scores",
        ),
        node(
            draw_thresholds,
            inputs={"thresholds": detector.dataset("thresholds")} | scores,
            outputs=[detector.dataset(name) for name in ("error_rates", "empirical_rates")],
            name="draw_thresholds",
        ),
    ]
    if trained:
        nodes += [
            _draw_losses(classes, detector),
            node(
                draw_class_reconstructions,
                inputs=names(classes, "examples"),
                outputs=detector.dataset("reconstructions"),
                name="draw_class_reconstructions",
            ),
            node(
                draw_heatmaps,
                inputs=names(classes, "exemplars_finding"),
                outputs=detector.dataset("heatmaps"),
                name="draw_heatmaps",
            ),
        ]
    return Pipeline(nodes, tags="reporting")


def create_study_pipeline(study: Key, variants: list[Key], watched: list[str]) -> Pipeline:
    """Return the comparison of a study's variants.

    Args:
        study: The study's key.
        variants: The key of every variant and seed.
        watched: The variants with snapshots.
    """
    shown = first_seeds(variants)
    nodes = [
        *_compare(study, variants),
        _draw_losses(variants, study.comparison),
        _draw_reconstructions(shown, study.comparison),
        node(
            chart_losses,
            inputs=names(variants, "history"),
            outputs=study.comparison.dataset("loss_chart"),
            name="chart_losses",
        ),
    ]
    if watched:
        kept = names([key for key in shown if key.detector in watched], "snapshots")
        nodes.append(
            node(draw_snapshots, inputs=kept, outputs=study.comparison.dataset("snapshots"), name="draw_snapshots")
        )
    return Pipeline(nodes, tags="reporting")


def create_detector_study_pipeline(study: Key, detectors: list[Key], shown_others: bool) -> Pipeline:
    """Return the comparison of a one-class study's detectors.

    Args:
        study: The study's key.
        detectors: The key of every detector and seed.
        shown_others: Whether they were shown out-of-distribution images.
    """
    place = study.comparison
    nodes = [
        *_compare(study, detectors),
        node(
            join_detectors,
            inputs=names(detectors, "auroc"),
            outputs=place.dataset("detectors"),
            name="join_detectors",
        ),
        node(
            draw_auroc,
            inputs={"detectors": place.dataset("detectors"), "scoring": study.parameter("scoring")},
            outputs=[place.dataset("auroc"), place.dataset("scores")],
            name="draw_auroc",
        ),
    ]
    if shown_others:
        nodes.append(
            node(
                draw_out_of_distribution,
                inputs={"comparison": place.dataset("table")},
                outputs=place.dataset("out_of_distribution"),
                name="draw_out_of_distribution",
            )
        )
    return Pipeline(nodes, tags="reporting")


def create_section_pipeline(study: Key, answered: bool, printed: bool, material: list[str]) -> Pipeline:
    """Return a study's section of the report.

    Args:
        study: The study's key.
        answered: Whether its parameters hold an answer.
        printed: Whether its sheet prints numbers, for studies to be compared with.
        material: The figures, charts and tables of measurements that the section shows, in order.
    """
    place, suite = study.comparison, Key(study.suite)
    inputs = {
        "question": study.parameter("question"),
        "seeds": study.parameter("seeds"),
        "table": place.dataset("table"),
        "provenance": "provenance",
    }
    inputs |= {"answer": study.parameter("answer")} if answered else {}
    inputs |= {"printed": place.dataset("tick_off")} if printed else {}
    writing = node(
        write_section,
        inputs=inputs | {name: name for name in material},
        outputs=place.dataset("section"),
        name="write_section",
    )
    tables = [place.dataset("metrics"), *(name for name in material if name.endswith("_summary"))]
    ticking = node(
        tick_off,
        inputs={"published": suite.dataset("published")} | {name: name for name in tables},
        outputs=place.dataset("tick_off"),
        name="tick_off",
    )
    return Pipeline([writing, *([ticking] if printed else [])], tags="reporting")


def create_page_pipeline(suite: Key, images: str, titled: bool, sections: list[str]) -> Pipeline:
    """Return a suite's page.

    Args:
        suite: The suite's key.
        images: The dataset of its image set.
        titled: Whether its parameters hold a title.
        sections: The datasets of the studies' sections, in reading order.
    """
    sampling = node(
        draw_samples,
        inputs={"images": images, "splits": suite.dataset("splits")},
        outputs=suite.dataset("samples"),
        name="draw_samples",
    )
    inputs = {
        "images": images,
        "splits": suite.parameter("splits"),
        "provenance": "provenance",
    }
    inputs |= {"title": suite.parameter("title")} if titled else {}
    writing = node(
        write_page,
        inputs=inputs | {name: name for name in [suite.dataset("samples"), *sections]},
        outputs=suite.dataset("report"),
        name="write_page",
    )
    return Pipeline([sampling, writing], tags="reporting")


def create_suite_pipeline(suite: Key, studies: list[Key], printed: list[Key]) -> Pipeline:
    """Return the tables that join those of a suite's studies.

    Args:
        suite: The suite's key.
        studies: The key of each study.
        printed: The keys of those that printed numbers are compared with.
    """
    collecting = node(
        join_tables,
        inputs=names([study.comparison for study in studies], "metrics"),
        outputs=suite.dataset("metrics"),
        name="collect_metrics",
    )
    ticking = node(
        join_tables,
        inputs=names([study.comparison for study in printed], "tick_off"),
        outputs=suite.dataset("tick_off"),
        name="join_tick_off",
    )
    return Pipeline([collecting, *([ticking] if printed else [])], tags="reporting")


def create_benchmark_pipeline(benchmark: Key, studies: dict[Key, str], published: Container[str]) -> Pipeline:
    """Return the joint table of several one-class studies, each beside published ones, and their report.

    Args:
        benchmark: The benchmark's key.
        studies: The dataset of each study, by its key.
        published: The datasets for which papers print a table.
    """
    ranked = [
        node(
            rank_detectors,
            inputs={
                "detectors": study.comparison.dataset("detectors"),
                "images": Key(dataset).dataset("images"),
                "scoring": study.parameter("scoring"),
            }
            | ({"published": benchmark.dataset(f"{dataset}_published")} if dataset in published else {}),
            outputs=[benchmark.dataset(f"{dataset}_{name}") for name in ("ranking", "table", "scores")],
            name=f"rank_{dataset}",
        )
        for study, dataset in studies.items()
    ]
    joined = node(
        join_studies,
        inputs={dataset: study.comparison.dataset("detectors") for study, dataset in studies.items()},
        outputs=benchmark.dataset("auroc"),
        name="join_studies",
    )
    made = {
        Key(dataset).dataset(name): benchmark.dataset(f"{dataset}_{name}")
        for dataset in studies.values()
        for name in ("ranking", "table", "scores")
    }
    report = node(
        write_benchmark,
        inputs={
            "title": benchmark.parameter("title"),
            "question": benchmark.parameter("question"),
            "provenance": "provenance",
        }
        | names(map(Key, studies.values()), "images")
        | made,
        outputs=benchmark.dataset("report"),
        name="write_benchmark",
    )
    return Pipeline([*ranked, joined, report], tags="reporting")


def _compare(study: Key, detectors: list[Key]) -> list[Node]:
    place = study.comparison
    return [
        node(
            compare,
            inputs=names(detectors, "metrics"),
            outputs=[place.dataset("metrics"), place.dataset("table")],
            name="compare",
        ),
        node(
            draw_comparison,
            inputs={"comparison": place.dataset("table")},
            outputs=place.dataset("test_errors"),
            name="draw_comparison",
        ),
    ]


def _draw_losses(keys: list[Key], place: Key) -> Node:
    return node(
        draw_losses,
        inputs=names(keys, "history", "iterations"),
        outputs=place.dataset("loss_curves"),
        name="draw_losses",
    )


def _draw_reconstructions(keys: list[Key], place: Key) -> Node:
    return node(
        draw_reconstructions,
        inputs=names(keys, "examples"),
        outputs=place.dataset("reconstructions"),
        name="draw_reconstructions",
    )
