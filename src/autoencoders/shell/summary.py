"""The results of a run, for its last lines: one row per study, with its best variant."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from kedro.framework.hooks import hook_impl
from kedro.io import CatalogProtocol
from kedro.pipeline import Pipeline

from autoencoders.data.words import listed
from autoencoders.key import SANITY_CHECK, Key
from autoencoders.reporting.headline import headline, verdicts

if TYPE_CHECKING:
    import pandas as pd

REPORTING = "data/08_reporting"
NAMED = 5  # variants with failed checks, at most


def table(studies: dict[str, tuple[pd.DataFrame, pd.DataFrame | None]]) -> str:
    """Return the best variant of each study, its numbers and those of PCA at the same code size, as lines of text.

    Args:
        studies: The comparison of each, one row per variant, and of detectors their standings.
    """
    import pandas as pd

    rows = {study: row(*tables) for study, tables in studies.items()}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("study").reset_index().to_string(index=False)


def row(comparison: pd.DataFrame, standings: pd.DataFrame | None = None) -> dict[str, str]:
    """Return what a study's row says."""
    ranking, against = headline(comparison), verdicts(comparison, standings)
    best = ranking.ranked[0]
    return {
        "best variant": best,
        "by": ranking.name,
        "is": ranking.say(ranking.own[best]),
        "PCA": ranking.say(ranking.pca[best]),
        "against PCA": against[best] or "–",
        "variants": str(len(comparison)),
        "with failed checks": failed_checks(comparison),
    }


def failed_checks(comparison: pd.DataFrame) -> str:
    """Name the variants of which a sanity check failed for a seed."""
    failed = (comparison.filter(regex=f"^{SANITY_CHECK}.*_mean$") < 1).any(axis=1)
    return listed(comparison.loc[failed, "variant"].tolist(), NAMED) or "–"


class SummaryHooks:
    """Say what the studies came to, at the end of a run at the command line."""

    @hook_impl
    def after_pipeline_run(self, pipeline: Pipeline, catalog: CatalogProtocol) -> None:
        """Print the best variant of each study that was compared, and where to read on."""
        made = [Key.of_dataset(name) for node in pipeline.nodes for name in node.outputs]
        compared = sorted(key for key, artifact in made if key.is_comparison and artifact == "table")
        studies = {
            str(key.whole_study): (
                catalog.load(key.dataset("table")),
                catalog.load(key.dataset("standings")) if (key, "standings") in made else None,
            )
            for key in compared
            if catalog.exists(key.dataset("table"))
        }
        if not studies or click.get_current_context(silent=True) is None:
            return
        click.echo(f"\n{table(studies)}\n")
        reports = sorted(f"{REPORTING}/{key.suite}/report.html" for key, artifact in made if artifact == "report")
        read = f"Read {' and '.join(reports)}" if reports else f"Tables and figures are in {REPORTING}"
        click.echo(f"{read}; `make ui` compares the runs.")
