"""Tables of results: long (a row a number) for machines, wide (a row a variant) for readers."""

import pandas as pd

COLUMNS = ["dataset", "study", "variant", "seed", "metric", "value"]


def long(metrics: dict[str, dict[str, float]]) -> pd.DataFrame:
    """Turn metrics, named `dataset.study.variant.replicate`, into a row a number.

    Returns:
        Columns dataset, study, variant, seed, metric, value, in the order of the experiments.
    """
    rows = []
    for experiment, values in metrics.items():
        dataset, study, variant, _ = experiment.split(".")
        seed = int(values["seed"])
        rows += [(dataset, study, variant, seed, name, value) for name, value in values.items() if name != "seed"]
    return pd.DataFrame(rows, columns=COLUMNS)


def wide(metrics: pd.DataFrame) -> pd.DataFrame:
    """Summarise a long table over seeds, a row a variant.

    Returns:
        variant, seeds (how many) and, for every metric, `<metric>_mean` and `<metric>_sd` (empty for one seed).
    """
    order = metrics["variant"].unique()
    groups = metrics.groupby(["variant", "metric"], sort=False)["value"]
    summary = pd.concat({"mean": groups.mean(), "sd": groups.std()}, axis=1).unstack("metric")
    summary.columns = [f"{metric}_{statistic}" for statistic, metric in summary.columns]
    names = [f"{metric}_{end}" for metric in metrics["metric"].unique() for end in ("mean", "sd")]
    summary.insert(0, "seeds", metrics.groupby("variant")["seed"].nunique())
    return summary.loc[order, ["seeds", *names]].reset_index()
