"""Saved views of MLflow's table of runs: the columns it shows and the order of the runs."""

import json
import time
import zlib
from base64 import b64encode

from autoencoders.reporting.headline import AUROC, RECONSTRUCTED, RESTORED
from autoencoders.tracking.metrics import HEADLINES, PARAMETERS, SECONDS

RANKING = "ranking"  # the view's name in links
TAG = f"mlflow.sharedViewState.{RANKING}"

WORKFLOW = "workflowType=machine_learning"  # of an address: the pages of trained models, not of language models

SETTINGS = (
    "params.`model.architecture`",
    "params.`model.latent_dim`",
    "params.`corruption.kind`",
    "tags.`against_pca`",
    f"metrics.`{SECONDS}`",
    f"metrics.`{PARAMETERS}`",
    "tags.`sanity_checks`",
)
LOSS = "validation/mse"

COLUMNS = {  # by the metric that ranks: those beside it
    AUROC: ("test/pca_auroc_mean",),
    RESTORED: ("test/pca_noise_removed", "test/denoising_mse", RECONSTRUCTED),
    RECONSTRUCTED: ("test/pca_mse", "test/sse"),
}


def ranking(ranked_by: str) -> str:
    """Return the view that sorts the runs from best to worst, with charts, as the text of an experiment's tag `TAG`.

    Args:
        ranked_by: The metric that ranks, one of `COLUMNS`.
    """
    columns = [f"metrics.`{name}`" for name in (HEADLINES[ranked_by][0], *COLUMNS[ranked_by])]
    state = {
        "orderByKey": columns[0],
        "orderByAsc": ranked_by == RECONSTRUCTED,
        "selectedColumns": [*columns, *SETTINGS],
        "runsHiddenMode": "FIRST_10_RUNS",
        "hideEmptyCharts": True,
        "compareRunSections": [{"uuid": RANKING, "name": "What ranks the runs", "display": True, "isReordered": True}],
        "compareRunCharts": [_chart("BAR", name) for name in (HEADLINES[ranked_by][0], SECONDS, PARAMETERS)]
        + ([] if ranked_by == AUROC else [_chart("LINE", LOSS)]),
        "isAccordionReordered": True,
    }
    packed = b64encode(zlib.compress(json.dumps(state).encode())).decode("ascii")
    now = int(1000 * time.time())
    return json.dumps({"name": RANKING, "createdAt": now, "updatedAt": now, "state": f"deflate;{packed}"})


def _chart(kind: str, metric: str) -> dict[str, object]:
    """Return a chart of the view's section: bars of the runs, or lines by epoch."""
    chart = {"type": kind, "uuid": metric, "metricSectionId": RANKING, "metricKey": metric, "displayName": metric}
    if kind == "LINE":
        chart |= {"selectedMetricKeys": [metric], "selectedYAxisMetricKeys": [metric], "xAxisKey": "step", "range": {}}
        chart |= {"scaleType": "log", "xAxisScaleType": "linear", "lineSmoothness": 0, "ignoreOutliers": False}
    return chart | {"deleted": False, "isGenerated": False}
