"""From metrics, histories and examples to tables, figures and the report.

Nodes take what the grid holds under names that say whose it is, such as `denoising/sigma_03/seed_0/history`.
"""

from typing import Any

import numpy as np

from autoencoders.pipelines.annotations import Arrays, DataFrame, Facts, Figure, Metrics
from autoencoders.published import Published


def compare(**metrics: Metrics) -> tuple[DataFrame, DataFrame]:
    """Set a study's variants beside each other.

    Args:
        **metrics: Of every replicate, named `dataset.study.variant.replicate`.

    Returns:
        The long table, a row a number, and the comparison, a row a variant with mean and sd over seeds.
    """
    from autoencoders import tables

    long = tables.long(metrics)
    return long, tables.wide(long)


def draw_losses(**tables: DataFrame) -> Figure:
    """Draw loss curves from tables named `<variant>/<seed>/history` and `<variant>/<seed>/iterations`."""
    from autoencoders.figures import loss_curves

    grouped: dict[str, dict[str, list[DataFrame]]] = {"history": {}, "iterations": {}}
    for name, table in tables.items():
        variant, _, kind = name.split("/")
        grouped[kind].setdefault(variant, []).append(table)
    return loss_curves(grouped["history"], grouped["iterations"])


def draw_reconstructions(**examples: Arrays) -> Figure:
    """Draw originals and, a row a name, what each variant makes of them."""
    from autoencoders.figures import reconstruction_grid

    first = next(iter(examples.values()))
    corrupted = {
        name: one["inputs"] for name, one in examples.items() if not np.array_equal(one["inputs"], one["originals"])
    }
    return reconstruction_grid(
        first["originals"],
        rows={name: one["reconstructions"] for name, one in examples.items()},
        errors={name: one["errors"] for name, one in examples.items()},
        inputs=corrupted or None,
    )


def draw_samples(images: np.ndarray, facts: Facts, fit_indices: Arrays) -> Figure:
    """Draw the first fifty training images."""
    from autoencoders.figures import sample_grid

    train = fit_indices["train"]
    return sample_grid(images[train[:50]] / np.float32(facts["intensity"]), len(train), facts["name"])


def draw_snapshots(**snapshots: Arrays) -> Figure:
    """Draw what each variant makes of a few validation images as its training goes on."""
    from autoencoders.figures import reconstruction_grid

    first = next(iter(snapshots.values()))
    rows = {
        f"{name}, epoch {key.removeprefix('epoch_')}": shown
        for name, kept in snapshots.items()
        for key, shown in sorted(kept.items(), key=lambda item: (len(item[0]), item[0]))
        if key.startswith("epoch_")
    }
    errors = {name: np.square(shown - first["originals"]).mean(axis=(1, 2, 3)) for name, shown in rows.items()}
    return reconstruction_grid(first["originals"], rows, errors)


def draw_scores(**scores: DataFrame) -> tuple[Figure, Figure]:
    """Draw histograms and ROC curves of the test images' anomaly scores, by normal class."""
    from autoencoders.figures import roc_curves, score_histograms

    test = {name: table[table["split"] == "test"] for name, table in scores.items()}
    return score_histograms(test), roc_curves(test)


def draw_comparison(comparison: DataFrame) -> Figure:
    """Draw the variants' test errors beside PCA's at the same code size."""
    from autoencoders.figures import comparison_bars

    headings = {
        "test/pca_mse_mean": "PCA at the same code size",
        "test/mse_mean": "test MSE_mean",
        "test/mse_sd": "test MSE_sd",
    }
    return comparison_bars(
        comparison.set_index("variant").rename(columns=headings),
        "test MSE",
        headings["test/pca_mse_mean"] if "test/pca_mse_mean" in comparison else None,
    )


def draw_auroc(comparison: DataFrame) -> Figure:
    """Draw AUROC as a heat table, a row a variant, a column a normal class."""
    from autoencoders.figures import auroc_heat_table

    prefix, suffix = "test/auroc_", "_mean"
    columns = {
        name: name.removeprefix(prefix).removesuffix(suffix)
        for name in comparison
        if name.startswith(prefix) and name.endswith(suffix)
    }
    return auroc_heat_table(comparison.set_index("variant")[list(columns)].rename(columns=columns))


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
    from autoencoders import published as domain

    return domain.tick_off(published, tables)


def write_report(facts: Facts, provenance: dict[str, str], **material: Any) -> str:
    """Write a suite's report, one self-contained HTML document.

    Args:
        facts: Of the dataset.
        provenance: Command, commit, versions and hardware.
        **material: `<study>/question`, `<study>/answer`, `<study>/table`, `tick_off` and PNG pictures,
            `<study>/<whose>/<figure>`.
    """
    from autoencoders.report import suite_report

    title = material.pop("title", f"Autoencoders on {facts['name']}")
    return suite_report(title, facts, provenance, material)
