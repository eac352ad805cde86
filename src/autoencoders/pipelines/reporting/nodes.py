"""From metrics, histories and examples to tables, figures, sections and pages.

Nodes that join take datasets under their absolute names, such as `digits.denoising.sigma_02.seed_0.history`.
"""

import json
from math import prod
from typing import Any

import numpy as np

from autoencoders.data.finding import Finding
from autoencoders.data.images import ImageSet
from autoencoders.data.splits import Splits
from autoencoders.detection.ensembles import Ensemble
from autoencoders.detection.scoring import Scoring
from autoencoders.key import OUT_OF_DISTRIBUTION, Key, by_key
from autoencoders.pipelines.annotations import Arrays, Chart, DataFrame, Figure, Metrics
from autoencoders.training.variant import Compute, Variant

SAMPLES = 50  # training images that the report begins with


def compare(**metrics: Metrics) -> tuple[DataFrame, DataFrame]:
    """Set a study's variants beside each other.

    Returns:
        The long table, one row per number, and the comparison, one row per variant with mean and sd over seeds.
    """
    from autoencoders.reporting import tables

    long = tables.long(by_key(metrics))
    return long, tables.wide(long)


def draw_losses(**tables: DataFrame) -> Figure:
    """Draw loss curves from histories and iterations, one curve per variant or, of one detector, per normal class."""
    from autoencoders.reporting.figures.loss import loss_curves

    return loss_curves(_by_label(tables, "history"), _by_label(tables, "iterations"))


def chart_losses(**histories: DataFrame) -> Chart:
    """Chart loss curves, one colour per variant."""
    from autoencoders.reporting.charts.loss import loss_chart

    return loss_chart(_by_label(histories, "history"))


def _by_label(tables: dict[str, DataFrame], artifact: str) -> dict[str, list[DataFrame]]:
    """Group what was made with several seeds by what a figure tells apart."""
    grouped: dict[str, list[DataFrame]] = {}
    for key, table in by_key(tables, artifact).items():
        grouped.setdefault(key.normal_class or key.detector, []).append(table)
    return grouped


def draw_reconstructions(**examples: Arrays) -> Figure:
    """Draw originals and, one row per variant, what each makes of them."""
    from autoencoders.reporting.figures.reconstructions import reconstruction_grid

    return reconstruction_grid({key.detector: one for key, one in by_key(examples).items()})


def draw_class_reconstructions(**examples: Arrays) -> Figure:
    """Draw originals and, one row per normal class, what the network trained on it makes of images of all classes."""
    from autoencoders.reporting.figures.reconstructions import reconstruction_grid

    errors = np.concatenate([one["errors"] for one in examples.values()])
    finding = f"Each row trained on one class and shown all: errors from {errors.min():.3g} to {errors.max():.3g}"
    return reconstruction_grid({key.normal_class: one for key, one in by_key(examples).items()}, finding)


def draw_samples(images: ImageSet, splits: Arrays) -> Figure:
    """Draw the first training images."""
    from autoencoders.reporting.figures.samples import sample_grid

    train = splits["train"]
    shown = images.images[train[:SAMPLES]] / np.float32(images.intensity)
    return sample_grid(shown, len(train), images.info["name"])


def draw_snapshots(**snapshots: Arrays) -> Figure:
    """Draw what each variant makes of a few validation images as its training goes on."""
    from autoencoders.reporting.figures.reconstructions import reconstruction_grid

    examples = {}
    for key, kept in by_key(snapshots).items():
        originals = kept["originals"]
        epochs = sorted(int(name.removeprefix("epoch_")) for name in kept if name.startswith("epoch_"))
        for epoch in epochs:
            shown = kept[f"epoch_{epoch}"]
            arrays = {"originals": originals, "inputs": originals, "reconstructions": shown}
            name = f"{key.detector}, epoch {epoch}"
            examples[name] = arrays | {"errors": np.square(shown - originals).mean(axis=(1, 2, 3))}
    return reconstruction_grid(examples)


def draw_scores(**scores: DataFrame) -> tuple[Figure, Figure, Figure]:
    """Draw histograms, ROC and precision-recall curves of the test images' anomaly scores, by normal class."""
    from autoencoders.detection.figures.curves import precision_recall_curves, roc_curves
    from autoencoders.detection.figures.scores import score_histograms

    test = _test_scores(scores)
    return score_histograms(test), roc_curves(test), precision_recall_curves(test)


def draw_anomalous_classes(auroc_by_class: DataFrame) -> Figure:
    """Draw the AUROC of each anomalous class alone, by normal class."""
    from autoencoders.detection.figures.heat_tables import anomalous_class_table

    return anomalous_class_table(auroc_by_class)


def draw_thresholds(thresholds: DataFrame, **scores: DataFrame) -> tuple[Figure, Figure]:
    """Draw what a threshold lets pass and flags, and the nominal and empirical rates of each rule."""
    from autoencoders.detection.figures.error_rates import error_rates
    from autoencoders.detection.figures.rates import empirical_rates

    test = _test_scores(scores)
    rates = dict(iter(thresholds.groupby("normal_class", sort=False)))
    return error_rates(test, {name: rates[name] for name in test}), empirical_rates(rates)


def _test_scores(scores: dict[str, DataFrame]) -> dict[str, DataFrame]:
    return {key.normal_class: table[table["split"] == "test"] for key, table in by_key(scores).items()}


def draw_heatmaps(**findings: Finding) -> Figure:
    """Draw where the images at the ends of the scale are off, by normal class on one colour scale."""
    from autoencoders.reporting.figures.heatmaps import error_maps

    found = {key.normal_class: finding for key, finding in by_key(findings).items()}
    shown = max(len(finding.table) for finding in found.values())
    return error_maps(found, shown, "Trained on one class: most normal, false alarms, misses and most anomalous")


def draw_comparison(comparison: DataFrame) -> Figure:
    """Draw the variants' test errors beside PCA's at the same code size."""
    from autoencoders.reporting.figures.comparison import comparison_bars

    return comparison_bars(comparison.dropna(subset="test/mse_mean"))  # ensembles and baselines reconstruct nothing


def join_detectors(
    scoring: Scoring, ensembles: dict[str, Any] | None = None, **found: DataFrame | Arrays
) -> tuple[DataFrame, DataFrame]:
    """Join the AUROC tables of a study's detectors, and compare each with the reference on the same bootstrap samples.

    Returns:
        detector, seed, normal_class, auroc, low, high; and detector, reference, difference, difference_low,
        difference_high, verdict, members (of an ensemble, as they vote).
    """
    from autoencoders.detection import ranking, standings

    tables, samples = by_key(found, "auroc"), by_key(found, "auroc_samples")
    against = standings.against(tables, samples, scoring.reference)
    words = {name: Ensemble.model_validate(block).words for name, block in (ensembles or {}).items()}
    return ranking.detectors(tables), against.assign(members=against["detector"].map(words))


def weigh_cost(detectors: DataFrame, **costs: DataFrame) -> tuple[DataFrame, Figure]:
    """Set what a study's detectors cost beside their mean AUROC.

    Returns:
        detector, auroc, training_minutes, microseconds, training_optimal, scoring_optimal; and the same as a figure.
    """
    from autoencoders.detection import cost
    from autoencoders.detection.figures.cost import cost_and_quality

    table = cost.beside_quality(detectors, {key.detector: one for key, one in by_key(costs).items()})
    return table, cost_and_quality(table)


def draw_out_of_distribution(comparison: DataFrame) -> Figure:
    """Draw as a heat table how well each detector tells out-of-distribution images from normal test images."""
    from autoencoders.detection.figures.heat_tables import out_of_distribution_table

    means = comparison.set_index("variant").filter(regex=f"^{OUT_OF_DISTRIBUTION}.*_mean$")
    return out_of_distribution_table(means.rename(columns=lambda name: name[len(OUT_OF_DISTRIBUTION) : -len("_mean")]))


def rank_detectors(
    detectors: DataFrame, standings: DataFrame, images: ImageSet, scoring: Scoring, published: DataFrame | None = None
) -> tuple[DataFrame, Figure, Figure]:
    """Rank a study's detectors and set published ones beneath.

    Returns:
        One row per detector and score, best first, then one per published row; the detectors by their anomaly score
        as a heat table; and the mean by detector and score as another.
    """
    from autoencoders.detection import ranking
    from autoencoders.detection.figures.heat_tables import benchmark_table, score_heat_table

    ours = ranking.ranking(detectors, standings)
    theirs = None if published is None else ranking.printed(published, ours)
    by_score = score_heat_table(ranking.by_score(ours, scoring.anomaly_score), scoring.anomaly_score)
    table = benchmark_table(ranking.by_anomaly_score(ours), theirs, images.info["name"])
    return ranking.beside(ours, theirs), table, by_score


def map_codes(
    images: ImageSet, splits: Arrays, basis: Arrays, variants: dict[str, Any], compute: Compute, **weights: Arrays
) -> dict[str, Any]:
    """Make the map of the codes of two numbers, with the networks that a page can run.

    Args:
        images: The dataset.
        splits: How it is divided.
        basis: The principal components of the training images.
        variants: The study's variants, blocks of YAML by name.
        compute: Where to compute.
        **weights: Those of the variants with such a code, one seed each.
    """
    from autoencoders.evaluation.code_map import code_map
    from autoencoders.evaluation.portable import portable_weights

    found = {}
    for key, one in by_key(weights).items():
        variant = Variant.model_validate(variants[key.detector])
        found[key.detector] = portable_weights(variant, images, one, compute)
    return code_map(images, splits, basis, found)


def try_detectors(
    images: ImageSet, scoring: Scoring, variants: dict[str, Any], compute: Compute, **found: DataFrame | Arrays
) -> dict[str, Any]:
    """Make the exhibit of a one-class study's detectors: their thresholds to move, and a drawing for them to judge.

    Args:
        images: The dataset.
        scoring: How detectors score images.
        variants: The study's variants, blocks of YAML by name.
        compute: Where to compute.
        **found: The scores of every detector and normal class, the thresholds of each detector, and the weights of the
            variants, one seed each.
    """
    from autoencoders.detection import tryout
    from autoencoders.evaluation.portable import portable_weights

    scores, weights = _by_detector(found, "scores"), _by_detector(found, "weights")
    score = scoring.scores[scoring.anomaly_score]
    blocks = {name: Variant.model_validate(block) for name, block in variants.items()}
    networks = {
        name: {one: portable_weights(blocks[name], images, own, compute) for one, own in by_class.items()}
        for name, by_class in weights.items()
        if not tryout.cannot_run(blocks[name], score)
    }
    thresholds = {key.detector: table for key, table in by_key(found, "thresholds").items()}
    exhibit = tryout.tryout(images, scores, thresholds)
    return exhibit | tryout.judges(blocks, networks, list(scores), score)


def _by_detector(found: dict[str, Any], artifact: str) -> dict[str, dict[str, Any]]:
    """Group artifacts by detector and normal class."""
    grouped: dict[str, dict[str, Any]] = {}
    for key, one in by_key(found, artifact).items():
        grouped.setdefault(key.detector, {})[key.normal_class] = one
    return grouped


def join_studies(**detectors: DataFrame) -> DataFrame:
    """Join the AUROC of several studies' detectors, named by their world.

    Returns:
        world, detector, seed, normal_class, auroc.
    """
    import pandas as pd

    joint = pd.concat(detectors, names=["world"]).reset_index("world")
    return joint[["world", "detector", "seed", "normal_class", "auroc"]]


def rank_over_worlds(auroc: DataFrame) -> tuple[DataFrame, Figure]:
    """Rank the detectors that all worlds share in each.

    Returns:
        One row per detector, best mean rank first: AUROC and rank in each world, mean_auroc, mean_rank; and the same as
        a heat table with the critical difference of mean ranks.
    """
    from autoencoders.detection import ranks
    from autoencoders.detection.figures.ranks import rank_table

    table = ranks.rank(auroc)
    return table, rank_table(table)


def join_tables(**tables: DataFrame) -> DataFrame:
    """Join the studies' tables into the suite's."""
    import pandas as pd

    return pd.concat(tables.values(), ignore_index=True)


def tick_off(published: DataFrame, **tables: DataFrame) -> DataFrame:
    """Set the numbers that a sheet prints for a study beside ours.

    Args:
        published: The numbers that the sheet prints, and where ours stand.
        **tables: The study's long metrics, and the joint tables of its findings.

    Returns:
        One row per printed number: item, what, published, ours (mean), sd, seeds, collapsed, verdict, reason.
    """
    from autoencoders.reporting import published as domain

    named = {Key.of_dataset(name): table for name, table in tables.items()}
    found = {artifact.removesuffix("_summary"): table for (_, artifact), table in named.items()}
    return domain.tick_off(published, next(key.study for key, _ in named), found)


def write_section(
    study: dict[str, Any],
    images: ImageSet,
    metrics: DataFrame,
    table: DataFrame,
    provenance: dict[str, str],
    **material: Any,
) -> dict[str, Any]:
    """Write a study's section of the report.

    Args:
        study: The study's YAML: what it asks and compares and, if it says so, what it found.
        images: The dataset, of which the shape of an image counts.
        metrics: The long table of its numbers, which knows the seeds that they come from.
        table: The comparison, one row per variant.
        provenance: Command, commit, versions and hardware; and `run`, where the comparison is tracked, if it is.
        **material: `printed`, the study's printed numbers beside ours, if there are any; figures, charts, exhibits and
            the measurements' tables, in the order in which they are shown, and among them the ranking and the standings
            of a one-class study's detectors.
    """
    from autoencoders.detection.report import readable
    from autoencoders.reporting.study import Study, study_section

    printed = material.pop("printed", None)
    ranked = [readable(ranking) for ranking in by_key(material, "ranking").values()]
    made = f"{provenance['command']}, commit {provenance['commit']}, {provenance['time']}"
    seeds = metrics["seed"].unique().tolist()
    standings = by_key(material, "standings").values()
    about = Study(study, prod(images.image_shape), made, provenance.get("run", ""), *ranked, *standings)
    section = study_section(about, table, material).rendered() | {"seeds": seeds}
    if printed is None:
        return section
    return section | {"printed": json.loads(printed.to_json(orient="records", double_precision=15))}


def write_page(
    images: ImageSet,
    splits: Splits,
    divided: Arrays,
    provenance: dict[str, str],
    title: str = "",
    **material: Any,
) -> str:
    """Write a suite's report, one self-contained HTML document, of the sections that there are.

    Args:
        images: The dataset.
        splits: How the images are to be divided.
        divided: How they are: the indices of the images of each split.
        provenance: Command, commit, versions and hardware.
        title: The page's title; none: the dataset's name.
        **material: `samples`, a picture of the first training images, in PNG bytes; the studies' sections in reading
            order, None for a study that has not been run.
    """
    from autoencoders.reporting.suite import suite_page

    (samples,) = by_key(material, "samples").values()
    sections = by_key(material, "section", "earlier_section").values()
    written = [section for section in sections if section is not None]
    counts = {name: len(indices) for name, indices in divided.items()}
    origin = provenance | {"seed of the splits": str(splits.seed)}
    return suite_page(title, images, counts, samples, origin, written)


def write_benchmark(
    title: str,
    question: str,
    provenance: dict[str, str],
    ranks: DataFrame | None = None,
    ranks_picture: bytes | None = None,
    **material: Any,
) -> str:
    """Write the report of a benchmark, one self-contained HTML document.

    Args:
        title: The page's title.
        question: What the benchmark asks.
        provenance: Command, commit, versions and hardware.
        ranks: Of several worlds, the ranks of the detectors in each.
        ranks_picture: The same as a picture, in PNG bytes.
        **material: For each world that is shown its images, `<world>.images`, the ranking, `<world>.ranking`, and
            pictures in PNG bytes, `<world>.auroc`, `<world>.scores` and `<world>.cost_and_quality`.
    """
    from autoencoders.detection.report import benchmark_report, ranks_section

    worlds: dict[str, dict[str, Any]] = {}
    for name, content in material.items():
        key, artifact = Key.of_dataset(name)
        worlds.setdefault(key.suite, {})[artifact] = content
    first = [] if ranks is None else [ranks_section(ranks, ranks_picture)]
    return benchmark_report(title, question, provenance, worlds, first)
