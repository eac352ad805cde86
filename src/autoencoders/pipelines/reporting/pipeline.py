"""metrics, history, examples, scores -> tables, figures, report."""

from kedro.pipeline import Node, Pipeline, node

from autoencoders.pipelines.reporting.nodes import (
    collect_metrics,
    compare,
    draw_auroc,
    draw_comparison,
    draw_losses,
    draw_reconstructions,
    draw_samples,
    draw_scores,
    draw_snapshots,
    tick_off,
    write_report,
)


def create_replicate_pipeline(units: dict[str, str], one_class: bool) -> Pipeline:
    """Return the figures of one variant with one seed.

    Args:
        units: Prefix of the datasets of each training, by the name that figures show.
        one_class: Whether there are anomaly scores to draw.
    """
    nodes = [_draw_reconstructions(units)]
    if one_class:
        nodes.append(_draw_losses({f"{name}/seed": prefix for name, prefix in units.items()}))
        nodes.append(
            node(
                draw_scores,
                inputs={name: f"{prefix}scores" for name, prefix in units.items()},
                outputs=["score_histograms", "roc_curves"],
                name="draw_scores",
            )
        )
    return Pipeline(nodes, tags="reporting")


def create_study_pipeline(
    study: str, replicates: list[tuple[str, str]], one_class: bool, watched: list[str]
) -> Pipeline:
    """Return the comparison of a study's variants; inputs are named `variant/seed/..`.

    Args:
        study: `dataset.study`, for the tables.
        replicates: (variant, seed name) pairs.
        one_class: Whether to compare AUROC, by normal class, or reconstructions.
        watched: The variants with snapshots.
    """
    prefixes = {f"{variant}/{seed}": f"{variant}/{seed}/" for variant, seed in replicates}
    nodes = [
        node(
            compare,
            inputs={f"{study}.{variant}.{seed}": f"{variant}/{seed}/metrics" for variant, seed in replicates},
            outputs=["metrics", "table"],
            name="compare",
        ),
        node(draw_comparison, inputs={"comparison": "table"}, outputs="test_errors", name="draw_comparison"),
    ]
    if one_class:
        nodes.append(node(draw_auroc, inputs={"comparison": "table"}, outputs="auroc", name="draw_auroc"))
    else:
        first = dict(replicates[::-1])
        shown = {variant: f"{variant}/{first[variant]}/" for variant in dict(replicates)}
        nodes += [_draw_losses(prefixes), _draw_reconstructions(shown)]
    if watched:
        inputs = {variant: f"{variant}/{dict(replicates[::-1])[variant]}/snapshots" for variant in watched}
        nodes.append(node(draw_snapshots, inputs=inputs, outputs="snapshots", name="draw_snapshots"))
    return Pipeline(nodes, tags="reporting")


def create_suite_pipeline(
    studies: list[str], answered: list[str], pictures: list[str], extras: dict[str, str]
) -> Pipeline:
    """Return the metrics and the report of a suite.

    Args:
        studies: Names.
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
                | {f"{study}/{word}": f"params:{study}.{word}" for study, word in words}
                | {f"{study}/table": f"{study}/comparison/table" for study in studies}
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
