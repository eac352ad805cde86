"""The figure of t-SNE: maps of test codes."""

from matplotlib.figure import Figure

from autoencoders.data.finding import Finding, first_arrays, joined
from autoencoders.reporting.figures import style
from autoencoders.reporting.figures.bands import PICTURES, seeds_note, spread
from autoencoders.reporting.figures.maps import class_maps


def tsne_maps(findings: dict[str, list[Finding]], neighbours: int) -> Figure:
    """Draw the map of every variant; `neighbours` vote on the class of each image."""
    tables = joined(findings)
    means = {name: table[["map_accuracy", "code_accuracy"]].mean() for name, table in tables.items()}
    best = max(means, key=lambda name: means[name]["map_accuracy"])
    titles = {}
    for name, table in tables.items():
        on_map, in_code, trust = (
            spread(table[column], ".3f") for column in ("map_accuracy", "code_accuracy", "trustworthiness")
        )
        titles[name] = f"{style.wrapped(name)}: {on_map} on the map,\n{in_code} in the code; trustworthiness {trust}"
    row = tables[best].astype(object).iloc[0]
    finding = (
        f"{neighbours} neighbours on the map name the class of {means[best]['map_accuracy']:.1%} of test images "
        f"({means[best]['code_accuracy']:.1%} in the code): {best}"
    )
    note = (
        f"t-SNE of {row['n']} test codes, perplexity {row['perplexity']:g}; above: share of images whose "
        f"{neighbours} neighbours name their class. Distances between groups mean nothing. "
    )
    return class_maps(first_arrays(findings), titles, None, finding, note + seeds_note(findings, PICTURES))
