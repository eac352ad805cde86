"""Saved views of MLflow's table of runs: the columns it shows and the order of the runs."""

import json
import time
import zlib
from base64 import b64encode

RANKING = "ranking"  # the view's name in links
TAG = f"mlflow.sharedViewState.{RANKING}"

SETTINGS = (
    "params.`model.architecture`",
    "params.`model.latent_dim`",
    "params.`corruption.kind`",
    "tags.`sanity_checks`",
)


def ranking(detects: bool) -> str:
    """Return the view that sorts the runs from best to worst, as the text of an experiment's tag `TAG`.

    Args:
        detects: Whether the runs are anomaly detectors.
    """
    names = (
        ("auroc_mean", "pca_auroc_mean") if detects else ("mse", "pca_mse", "sse", "denoising_mse", "noisy_input_mse")
    )
    columns = [f"metrics.`test/{name}`" for name in names]
    state = {
        "orderByKey": columns[0],
        "orderByAsc": not detects,
        "selectedColumns": [*columns, *SETTINGS],
        "runsHiddenMode": "FIRST_10_RUNS",
        "hideEmptyCharts": True,
    }
    packed = b64encode(zlib.compress(json.dumps(state).encode())).decode("ascii")
    now = int(1000 * time.time())
    return json.dumps({"name": RANKING, "createdAt": now, "updatedAt": now, "state": f"deflate;{packed}"})
