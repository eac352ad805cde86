"""Saved views of MLflow's table of runs: the columns it shows and the order of the runs."""

import json
import time
import zlib
from base64 import b64encode

from autoencoders.reporting.headline import AUROC, RECONSTRUCTED, RESTORED

RANKING = "ranking"  # the view's name in links
TAG = f"mlflow.sharedViewState.{RANKING}"

SETTINGS = (
    "params.`model.architecture`",
    "params.`model.latent_dim`",
    "params.`corruption.kind`",
    "tags.`against_pca`",
    "tags.`sanity_checks`",
)

COLUMNS = {  # by the metric that ranks: those beside it
    AUROC: ("test/pca_auroc_mean",),
    RESTORED: ("test/pca_noise_removed", "test/denoising_mse", RECONSTRUCTED),
    RECONSTRUCTED: ("test/pca_mse", "test/sse"),
}


def ranking(ranked_by: str) -> str:
    """Return the view that sorts the runs from best to worst, as the text of an experiment's tag `TAG`.

    Args:
        ranked_by: The metric that ranks, one of `COLUMNS`.
    """
    columns = [f"metrics.`{name}`" for name in (ranked_by, *COLUMNS[ranked_by])]
    state = {
        "orderByKey": columns[0],
        "orderByAsc": ranked_by == RECONSTRUCTED,
        "selectedColumns": [*columns, *SETTINGS],
        "runsHiddenMode": "FIRST_10_RUNS",
        "hideEmptyCharts": True,
    }
    packed = b64encode(zlib.compress(json.dumps(state).encode())).decode("ascii")
    now = int(1000 * time.time())
    return json.dumps({"name": RANKING, "createdAt": now, "updatedAt": now, "state": f"deflate;{packed}"})
