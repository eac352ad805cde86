"""Joining: what was found on several sets of images by several seeds, side by side."""

import pandas as pd


def gathered(tables: dict[str, pd.DataFrame], artifact: str) -> pd.DataFrame:
    """Return the tables of one artifact, named `...<photograph>.<seed>.<artifact>`, as one with photograph and seed."""
    parts = []
    for name, table in tables.items():
        *_, photograph, seed, found = name.split(".")
        if found == artifact:
            parts.append(table.assign(photograph=photograph, seed=seed))
    return pd.concat(parts, ignore_index=True)


def ranking(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Rank candidates by their mean AUROC over photographs and seeds.

    Args:
        tables: Tables `<place>.<photograph>.<seed>.candidates` with candidate and auroc; others are passed over.

    Returns:
        candidate, means over seeds in a column for each photograph, their mean, and the sd of this over seeds.
    """
    found = gathered(tables, "candidates")
    wide = found.pivot_table("auroc", "candidate", "photograph")
    by_seed = found.pivot_table("auroc", "candidate", "seed")
    ranked = wide.assign(mean=wide.mean(axis=1), sd=by_seed.std(axis=1)).sort_values("mean", ascending=False)
    return ranked.rename_axis(columns=None).reset_index()


def kinds(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return photograph, kind, and means over seeds of what the tables `...<seed>.findings` hold of each kind."""
    found = gathered(tables, "findings").drop(columns=["seed", "low", "high"])
    return found.groupby(["photograph", "kind"], sort=False).mean().reset_index()
