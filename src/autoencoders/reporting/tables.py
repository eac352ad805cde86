"""Tables of results: long (one row per number) for machines, wide (one row per variant) for readers."""

import pandas as pd

from autoencoders.key import Key


def long(metrics: dict[Key, dict[str, float]]) -> pd.DataFrame:
    """Turn metrics, by variant and seed, into one row per number.

    Returns:
        Columns dataset, study, variant, seed, metric, value, in the order of the experiments.
    """
    rows = []
    for key, values in metrics.items():
        place = (key.suite, key.study, key.detector, int(values["seed"]))
        rows += [(*place, name, value) for name, value in values.items() if name != "seed"]
    return pd.DataFrame(rows, columns=["dataset", "study", "variant", "seed", "metric", "value"])


def wide(metrics: pd.DataFrame) -> pd.DataFrame:
    """Summarise a long table over seeds, one row per variant.

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
