"""The results of a run, for its last lines: one row per study, with its best variant."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from kedro.framework.hooks import hook_impl
from kedro.io import CatalogProtocol
from kedro.pipeline import Pipeline

from autoencoders.data.words import listed
from autoencoders.key import SANITY_CHECK, Key

if TYPE_CHECKING:
    import pandas as pd

REPORTING = "data/08_reporting"
RESTORED = ("test/denoising_mse_mean", "test/noisy_input_mse_mean")  # squared error, after and before
NAMED = 5  # variants with failed checks, at most
PCA = "pca"  # a variant of this name is scored as the others are

DETECTION = "test/auroc_mean_mean"
RANKED = {  # metric that ranks -> the yardstick beside it, and whether more is better
    DETECTION: ("test/pca_auroc_mean_mean", True),
    "test/mse_mean": ("test/pca_mse_mean", False),
}


def table(studies: dict[str, pd.DataFrame]) -> str:
    """Return the best variant of each study, its numbers and those of PCA at the same code size, as lines of text.

    Args:
        studies: The comparison of each, one row per variant.
    """
    import pandas as pd

    rows = {study: row(comparison) for study, comparison in studies.items()}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("study").reset_index().to_string(index=False)


def row(comparison: pd.DataFrame) -> dict[str, str]:
    """Return what a study's row says."""
    import pandas as pd

    if RESTORED[0] in comparison and DETECTION not in comparison:
        return denoising_row(comparison)
    metric = next(name for name in RANKED if name in comparison)
    yardstick, more = RANKED[metric]
    ordered = comparison.dropna(subset=metric).sort_values(metric, ascending=not more, kind="stable")
    best = ordered.iloc[0]
    own = comparison.loc[comparison["variant"] == PCA, metric]
    known = comparison[yardstick].dropna() if yardstick in comparison else pd.Series(dtype=float)
    beside = own.iloc[0] if len(own) else best.get(yardstick)
    if pd.isna(beside) and known.nunique() == 1:  # an ensemble has no code of its own
        beside = known.iloc[0]
    return {
        "best variant": best["variant"],
        "by": "mean AUROC" if more else "test MSE",
        "is": f"{best[metric]:.4g}",
        "PCA": "-" if beside is None or pd.isna(beside) else f"{beside:.4g}",
        "variants": str(len(comparison)),
        "with failed checks": failed_checks(comparison),
    }


def denoising_row(comparison: pd.DataFrame) -> dict[str, str]:
    """Return what the row of a study of noise says: networks are made for what they leave of it."""
    restored, noisy = (comparison.set_index("variant")[name] for name in RESTORED)
    left = (restored / noisy).dropna()
    return {
        "best variant": str(left.idxmin()),
        "by": "noise left",
        "is": f"{left.min():.0%}",
        "PCA": "-",
        "variants": str(len(comparison)),
        "with failed checks": failed_checks(comparison),
    }


def failed_checks(comparison: pd.DataFrame) -> str:
    """Name the variants of which a sanity check failed for a seed."""
    failed = (comparison.filter(regex=f"^{SANITY_CHECK}.*_mean$") < 1).any(axis=1)
    return listed(comparison.loc[failed, "variant"].tolist(), NAMED) or "-"


class SummaryHooks:
    """Say what the studies came to, at the end of a run at the command line."""

    @hook_impl
    def after_pipeline_run(self, pipeline: Pipeline, catalog: CatalogProtocol) -> None:
        """Print the best variant of each study that was compared, and where to read on."""
        made = [Key.of_dataset(name) for node in pipeline.nodes for name in node.outputs]
        compared = sorted(key for key, artifact in made if key.is_comparison and artifact == "table")
        studies = {
            str(key.whole_study): catalog.load(key.dataset("table"))
            for key in compared
            if catalog.exists(key.dataset("table"))
        }
        if not studies or click.get_current_context(silent=True) is None:
            return
        click.echo(f"\n{table(studies)}\n")
        reports = sorted(f"{REPORTING}/{key.suite}/report.html" for key, artifact in made if artifact == "report")
        read = f"Read {' and '.join(reports)}" if reports else f"Tables and figures are in {REPORTING}"
        click.echo(f"{read}; `make ui` compares the runs.")
