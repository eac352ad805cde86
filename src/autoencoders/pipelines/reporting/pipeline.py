"""metrics, history, examples, scores -> tables, figures, report."""

from kedro.pipeline import Node, Pipeline, node

from autoencoders.pipelines.reporting.nodes import (
    chart_losses,
    collect_metrics,
    compare,
    draw_auroc,
    draw_class_reconstructions,
    draw_comparison,
    draw_heatmaps,
    draw_losses,
    draw_probes,
    draw_reconstructions,
    draw_samples,
    draw_scores,
    draw_snapshots,
    draw_thresholds,
    join_detectors,
    join_studies,
    rank_detectors,
    tick_off,
    write_benchmark,
    write_report,
)

STUDY_FIGURES = ("test_errors", "loss_curves", "reconstructions")
DETECTOR_STUDY_FIGURES = ("auroc", "scores", "test_errors")  # and `probes` where there are any
TRAINED_FIGURES = ("loss_curves", "reconstructions", "heatmaps")
PARTS = ("table", "arrays")
DETECTOR_FIGURES = ("score_histograms", "roc_curves", "precision_recall", "error_rates", "realised_rates")


def create_replicate_pipeline(variant: str) -> Pipeline:
    """Return the figures of one variant with one seed."""
    return Pipeline([_draw_reconstructions({variant: ""})], tags="reporting")


def create_detector_pipeline(units: dict[str, str], trained: bool) -> Pipeline:
    """Return the figures of one detector with one seed.

    Args:
        units: Prefix of the datasets of each normal class, by the name that figures show.
        trained: Whether a network was trained on each.
    """
    scores = {name: f"{prefix}scores" for name, prefix in units.items()}
    nodes = [
        node(
            draw_scores,
            inputs=scores,
            outputs=["score_histograms", "roc_curves", "precision_recall"],
            name="draw_scores",
        ),
        node(
            draw_thresholds,
            inputs={"thresholds": "thresholds"} | scores,
            outputs=["error_rates", "realised_rates"],
            name="draw_thresholds",
        ),
    ]
    if trained:
        nodes.append(_draw_losses({f"{name}/seed": prefix for name, prefix in units.items()}))
        nodes.append(
            node(
                draw_class_reconstructions,
                inputs={name: f"{prefix}examples" for name, prefix in units.items()},
                outputs="reconstructions",
                name="draw_class_reconstructions",
            )
        )
        found = {f"{name}/{part}": f"{prefix}exemplars_{part}" for name, prefix in units.items() for part in PARTS}
        nodes.append(node(draw_heatmaps, inputs=found, outputs="heatmaps", name="draw_heatmaps"))
    return Pipeline(nodes, tags="reporting")


def create_study_pipeline(study: str, replicates: list[tuple[str, str]], watched: list[str]) -> Pipeline:
    """Return the comparison of a study's variants; inputs are named `variant/seed/..`.

    Args:
        study: `suite.study`, for the tables.
        replicates: (variant, seed name) pairs.
        watched: The variants with snapshots.
    """
    prefixes = {f"{variant}/{seed}": f"{variant}/{seed}/" for variant, seed in replicates}
    first = dict(replicates[::-1])
    shown = {variant: f"{variant}/{first[variant]}/" for variant in dict(replicates)}
    nodes = [*_compare(study, replicates), _draw_losses(prefixes), _draw_reconstructions(shown)]
    histories = {f"{name}/history": f"{prefix}history" for name, prefix in prefixes.items()}
    nodes.append(node(chart_losses, inputs=histories, outputs="loss_chart", name="chart_losses"))
    if watched:
        inputs = {variant: f"{variant}/{first[variant]}/snapshots" for variant in watched}
        nodes.append(node(draw_snapshots, inputs=inputs, outputs="snapshots", name="draw_snapshots"))
    return Pipeline(nodes, tags="reporting")


def create_detector_study_pipeline(study: str, detectors: list[tuple[str, str]], probed: bool) -> Pipeline:
    """Return the comparison of a one-class study's detectors; inputs are named `detector/seed/..`.

    Args:
        study: `suite.study`, for the tables.
        detectors: (detector, seed name) pairs.
        probed: Whether they were shown probes.
    """
    tables = {f"{detector}/{seed}": f"{detector}/{seed}/auroc" for detector, seed in detectors}
    nodes = [
        *_compare(study, detectors),
        node(join_detectors, inputs=tables, outputs="detectors", name="join_detectors"),
        node(
            draw_auroc,
            inputs={"detectors": "detectors", "scoring": "params:scoring"},
            outputs=["auroc", "scores"],
            name="draw_auroc",
        ),
    ]
    if probed:
        nodes.append(node(draw_probes, inputs={"comparison": "table"}, outputs="probes", name="draw_probes"))
    return Pipeline(nodes, tags="reporting")


def create_benchmark_pipeline(studies: dict[str, str]) -> Pipeline:
    """Return the joint table of several one-class studies, each beside published ones, and their report.

    Args:
        studies: Names of datasets by `suite.study`; inputs are named `suite.study/detectors` and so on.
    """
    ranked = [
        node(
            rank_detectors,
            inputs={
                "detectors": f"{study}/detectors",
                "facts": f"{study}/facts",
                "scoring": f"params:{dataset}_scoring",
                "published": f"params:published.{dataset}",
            },
            outputs=[f"{dataset}_ranking", f"{dataset}_table", f"{dataset}_scores"],
            name=f"rank_{dataset}",
        )
        for study, dataset in studies.items()
    ]
    joined = node(
        join_studies,
        inputs={dataset: f"{study}/detectors" for study, dataset in studies.items()},
        outputs="auroc",
        name="join_studies",
    )
    report = node(
        write_benchmark,
        inputs={"title": "params:title", "question": "params:question", "provenance": "provenance"}
        | {f"{dataset}/facts": f"{study}/facts" for study, dataset in studies.items()}
        | {f"{dataset}/ranking": f"{dataset}_ranking" for dataset in studies.values()}
        | {f"{dataset}/{one}": f"{dataset}_{one}" for dataset in studies.values() for one in ("table", "scores")},
        outputs="report",
        name="write_benchmark",
    )
    return Pipeline([*ranked, joined, report], tags="reporting")


def create_suite_pipeline(
    studies: dict[str, list[str]], answered: list[str], pictures: list[str], extras: dict[str, str]
) -> Pipeline:
    """Return the metrics and the report of a suite.

    Args:
        studies: Names of each study's measurements, by study.
        answered: Names of those whose parameters hold an answer.
        pictures: The figures that the report shows, in order, named `study/whose/../figure`.
        extras: What else the report takes: where title and tick_off stand, if they do.
    """
    words = [(study, "question") for study in studies] + [(study, "answer") for study in answered]
    return Pipeline(
        [
            node(
                collect_metrics,
                inputs={study: f"{study}/comparison/metrics" for study in studies},
                outputs="metrics",
                name="collect_metrics",
            ),
            node(
                draw_samples,
                inputs={"images": "images", "facts": "facts", "fit_indices": "fit_indices"},
                outputs="samples",
                name="draw_samples",
            ),
            node(
                write_report,
                inputs={"facts": "facts", "provenance": "provenance", "samples": "samples"}
                | extras
                | {"splits": "params:splits"}
                | {f"{study}/seeds": f"params:{study}.seeds" for study in studies}
                | {f"{study}/{word}": f"params:{study}.{word}" for study, word in words}
                | {f"{study}/table": f"{study}/comparison/table" for study in studies}
                | {
                    f"{study}/measurements/{name}": f"{study}/comparison/{name}_summary"
                    for study in answered
                    for name in studies[study]
                }
                | {picture: picture for picture in pictures},
                outputs="report",
                name="write_report",
            ),
        ],
        tags="reporting",
    )


def create_tick_off_pipeline(measurements: dict[str, list[str]]) -> Pipeline:
    """Return the comparison of a course sheet's printed numbers with ours.

    Args:
        measurements: Names of each study's measurements, by study.
    """
    metrics = {f"{study}/metrics": f"{study}/comparison/metrics" for study in measurements}
    summaries = {
        f"{study}/{name}": f"{study}/comparison/{name}_summary"
        for study, names in measurements.items()
        for name in names
    }
    return Pipeline(
        [
            node(
                tick_off,
                inputs={"published": "params:published"} | metrics | summaries,
                outputs="tick_off",
                name="tick_off",
            )
        ],
        tags="reporting",
    )


def _compare(study: str, replicates: list[tuple[str, str]]) -> list[Node]:
    return [
        node(
            compare,
            inputs={f"{study}.{variant}.{seed}": f"{variant}/{seed}/metrics" for variant, seed in replicates},
            outputs=["metrics", "table"],
            name="compare",
        ),
        node(draw_comparison, inputs={"comparison": "table"}, outputs="test_errors", name="draw_comparison"),
    ]


def _draw_losses(prefixes: dict[str, str]) -> Node:
    kinds = ("history", "iterations")
    return node(
        draw_losses,
        inputs={f"{name}/{kind}": f"{prefix}{kind}" for name, prefix in prefixes.items() for kind in kinds},
        outputs="loss_curves",
        name="draw_losses",
    )


def _draw_reconstructions(prefixes: dict[str, str]) -> Node:
    return node(
        draw_reconstructions,
        inputs={name: f"{prefix}examples" for name, prefix in prefixes.items()},
        outputs="reconstructions",
        name="draw_reconstructions",
    )
