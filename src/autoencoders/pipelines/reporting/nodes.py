"""From metrics, histories and examples to tables, figures and the report.

Nodes take what the grid holds under names that say whose it is, such as `denoising/sigma_03/seed_0/history`.
"""

from typing import Any

import numpy as np

from autoencoders.data.finding import Finding
from autoencoders.data.splits import Splits
from autoencoders.detection.ranking import Printed
from autoencoders.detection.scoring import Scoring
from autoencoders.pipelines.annotations import Arrays, Chart, DataFrame, Facts, Figure, Metrics
from autoencoders.reporting.published import Published


def compare(**metrics: Metrics) -> tuple[DataFrame, DataFrame]:
    """Set a study's variants beside each other.

    Args:
        **metrics: Of every replicate, named `dataset.study.variant.replicate`.

    Returns:
        The long table, a row a number, and the comparison, a row a variant with mean and sd over seeds.
    """
    from autoencoders.reporting import tables

    long = tables.long(metrics)
    return long, tables.wide(long)


def draw_losses(**tables: DataFrame) -> Figure:
    """Draw loss curves from tables named `<variant>/<seed>/history` and `<variant>/<seed>/iterations`."""
    from autoencoders.reporting.figures.loss import loss_curves

    grouped: dict[str, dict[str, list[DataFrame]]] = {"history": {}, "iterations": {}}
    for name, table in tables.items():
        variant, _, kind = name.split("/")
        grouped[kind].setdefault(variant, []).append(table)
    return loss_curves(grouped["history"], grouped["iterations"])


def chart_losses(**tables: DataFrame) -> Chart:
    """Chart loss curves from tables named `<variant>/<seed>/history`."""
    from autoencoders.reporting.charts.loss import loss_chart

    histories: dict[str, list[DataFrame]] = {}
    for name, table in tables.items():
        histories.setdefault(name.split("/")[0], []).append(table)
    return loss_chart(histories)


def draw_reconstructions(**examples: Arrays) -> Figure:
    """Draw originals and, one row per name, what each variant makes of them."""
    from autoencoders.reporting.figures.reconstructions import reconstruction_grid

    return reconstruction_grid(examples)


def draw_class_reconstructions(**examples: Arrays) -> Figure:
    """Draw originals and, one row per normal class, what the network trained on it makes of images of all classes."""
    from autoencoders.reporting.figures.reconstructions import reconstruction_grid

    errors = np.concatenate([one["errors"] for one in examples.values()])
    finding = f"Each row trained on one class and shown all: errors from {errors.min():.3g} to {errors.max():.3g}"
    return reconstruction_grid(examples, finding)


def draw_samples(images: np.ndarray, facts: Facts, fit_indices: Arrays) -> Figure:
    """Draw the first fifty training images."""
    from autoencoders.reporting.figures.samples import sample_grid

    train = fit_indices["train"]
    return sample_grid(images[train[:50]] / np.float32(facts["intensity"]), len(train), facts["name"])


def draw_snapshots(**snapshots: Arrays) -> Figure:
    """Draw what each variant makes of a few validation images as its training goes on."""
    from autoencoders.reporting.figures.reconstructions import reconstruction_grid

    examples = {}
    for name, kept in snapshots.items():
        originals = kept["originals"]
        epochs = sorted(int(key.removeprefix("epoch_")) for key in kept if key.startswith("epoch_"))
        for epoch in epochs:
            shown = kept[f"epoch_{epoch}"]
            arrays = {"originals": originals, "inputs": originals, "reconstructions": shown}
            examples[f"{name}, epoch {epoch}"] = arrays | {"errors": np.square(shown - originals).mean(axis=(1, 2, 3))}
    return reconstruction_grid(examples)


def draw_scores(**scores: DataFrame) -> tuple[Figure, Figure, Figure]:
    """Draw histograms, ROC and precision-recall curves of the test images' anomaly scores, by normal class."""
    from autoencoders.detection.figures.curves import precision_recall_curves, roc_curves
    from autoencoders.detection.figures.scores import score_histograms

    test = {name: table[table["split"] == "test"] for name, table in scores.items()}
    return score_histograms(test), roc_curves(test), precision_recall_curves(test)


def draw_thresholds(thresholds: DataFrame, **scores: DataFrame) -> tuple[Figure, Figure]:
    """Draw what a threshold lets pass and flags, and the rates that each rule states and realises."""
    from autoencoders.detection.figures.error_rates import error_rates
    from autoencoders.detection.figures.rates import realised_rates

    test = {name: table[table["split"] == "test"] for name, table in scores.items()}
    rates = dict(iter(thresholds.groupby("normal_class", sort=False)))
    return error_rates(test, {name: rates[name] for name in test}), realised_rates(rates)


def draw_heatmaps(**found: Any) -> Figure:
    """Draw where the images at the ends of the scale are off, by normal class on one colour scale.

    Args:
        **found: `<normal class>/table` and `<normal class>/arrays`.
    """
    from autoencoders.reporting.figures.heatmaps import error_maps

    names = [name.removesuffix("/table") for name in found if name.endswith("/table")]
    findings = {name: Finding(found[f"{name}/table"], found[f"{name}/arrays"]) for name in names}
    shown = max(len(finding.table) for finding in findings.values())
    return error_maps(findings, shown, "Trained on one class: most normal, false alarms, misses and most anomalous")


def draw_comparison(comparison: DataFrame) -> Figure:
    """Draw the variants' test errors beside PCA's at the same code size."""
    from autoencoders.reporting.figures.comparison import comparison_bars

    return comparison_bars(comparison.dropna(subset="test/mse_mean"))  # ensembles and baselines reconstruct nothing


def join_detectors(**tables: DataFrame) -> DataFrame:
    """Join the AUROC tables of a study's detectors, named `<detector>/<seed>`.

    Returns:
        detector, seed, normal_class, auroc, low, high.
    """
    from autoencoders.detection import ranking as benchmark

    return benchmark.detectors(tables)


def draw_auroc(detectors: DataFrame, scoring: Scoring) -> tuple[Figure, Figure]:
    """Draw AUROC by detector and normal class, the best first, and its mean by detector and score."""
    from autoencoders.detection import ranking as benchmark
    from autoencoders.detection.figures.heat_tables import benchmark_table, score_heat_table

    ranking = benchmark.ranking(detectors, scoring.reference)
    by_score = benchmark.by_score(ranking, scoring.anomaly_score)
    return benchmark_table(benchmark.by_anomaly_score(ranking)), score_heat_table(by_score, scoring.anomaly_score)


def draw_probes(comparison: DataFrame) -> Figure:
    """Draw as a heat table how well each detector tells probes from normal test images."""
    from autoencoders.detection.figures.heat_tables import probe_heat_table

    prefix, suffix = "probes/", "_mean"
    columns = {name: name[len(prefix) : -len(suffix)] for name in comparison if name.startswith(prefix)}
    means = {name: probe for name, probe in columns.items() if name.endswith(suffix)}
    return probe_heat_table(comparison.set_index("variant")[list(means)].rename(columns=means))


def rank_detectors(
    detectors: DataFrame, facts: Facts, scoring: Scoring, published: Printed
) -> tuple[DataFrame, Figure, Figure]:
    """Rank a study's detectors and set published ones beneath.

    Returns:
        A row a detector and score, best first, then a row a published one; the detectors by their anomaly score as a
        heat table; and the mean by detector and score as another.
    """
    from autoencoders.detection import ranking as benchmark
    from autoencoders.detection.figures.heat_tables import benchmark_table, score_heat_table

    ours = benchmark.ranking(detectors, scoring.reference)
    theirs = benchmark.printed(published, ours)
    by_score = score_heat_table(benchmark.by_score(ours, scoring.anomaly_score), scoring.anomaly_score)
    table = benchmark_table(benchmark.by_anomaly_score(ours), theirs, facts["name"])
    return benchmark.beside(ours, theirs), table, by_score


def join_studies(**detectors: DataFrame) -> DataFrame:
    """Join the AUROC of several studies' detectors, named by their dataset.

    Returns:
        dataset, detector, seed, normal_class, auroc.
    """
    import pandas as pd

    joint = pd.concat(detectors, names=["dataset"]).reset_index("dataset")
    return joint[["dataset", "detector", "seed", "normal_class", "auroc"]]


def collect_metrics(**metrics: DataFrame) -> DataFrame:
    """Join the studies' long tables into the dataset's."""
    import pandas as pd

    return pd.concat(metrics.values(), ignore_index=True)


def tick_off(published: Published, **tables: DataFrame) -> DataFrame:
    """Set a sheet's printed numbers beside ours.

    Args:
        published: The printed numbers and where ours stand.
        **tables: `<study>/metrics`, long, and `<study>/<measurement>`, the joint tables of findings.

    Returns:
        A row a printed number: item, what, published, ours (mean), sd, seeds, verdict, reason.
    """
    from autoencoders.reporting import published as domain

    return domain.tick_off(published, tables)


def write_report(facts: Facts, provenance: dict[str, str], splits: Splits, **material: Any) -> str:
    """Write a suite's report, one self-contained HTML document.

    Args:
        facts: Of the dataset.
        provenance: Command, commit, versions and hardware.
        splits: How the images are divided.
        **material: `<study>/seeds`, `<study>/question`, `<study>/answer`, `<study>/table`,
            `<study>/measurements/<name>`, `tick_off`, PNG pictures, `<study>/<whose>/<figure>`, and charts.
    """
    from autoencoders.reporting.suite import suite_report

    title = material.pop("title", f"Autoencoders on {facts['name']}")
    return suite_report(title, facts, provenance, material | {"splits": splits})


def write_benchmark(title: str, question: str, provenance: dict[str, str], **material: Any) -> str:
    """Write the report of a benchmark, one self-contained HTML document.

    Args:
        title: Of the page.
        question: What the benchmark asks.
        provenance: Command, commit, versions and hardware.
        **material: `<dataset>/facts`, `<dataset>/ranking` and PNG pictures, `<dataset>/table` and `<dataset>/scores`.
    """
    from autoencoders.detection.report import benchmark_report

    return benchmark_report(title, question, provenance, material)
