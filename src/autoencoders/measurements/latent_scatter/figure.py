"""The figure of latent spaces: test codes in a plane."""

from matplotlib.figure import Figure

from autoencoders.data.finding import Finding, first_arrays, joined
from autoencoders.reporting.figures import style
from autoencoders.reporting.figures.bands import PICTURES, named_range, seeds_note, spread
from autoencoders.reporting.figures.maps import class_maps


def code_maps(findings: dict[str, list[Finding]], neighbours: int) -> Figure:
    """Draw the test codes of every variant in its plane; `neighbours` vote on the class of each."""
    titles, labels, tables = {}, {}, joined(findings)
    for name, table in tables.items():
        dimensions = table["latent_dim"].iloc[0]
        titles[name] = f"{style.wrapped(name)}: {spread(table['accuracy'], '.3f')} in {dimensions}-D"
        labels[name] = ("first number of the code", "second number")
        if dimensions > 2:
            titles[name] += f",\n{spread(table['plane_accuracy'], '.3f')} here"
            share = f"{table['plane_variance'].mean():.0%} of variance in both"
            labels[name] = (f"first principal axis ({share})", "second")
    accuracy = {name: float(table["accuracy"].mean()) for name, table in tables.items()}
    row = next(iter(findings.values()))[0].table.astype(object).iloc[0]
    share = named_range(accuracy, ".1%")
    finding = f"{neighbours} nearest training codes name the class of {share} of test images"
    note = (
        f"Above each panel: share of {row['n']} test images whose {neighbours} nearest of {row['references']} "
        "training codes name their class. Numbers in panels: medians of classes. "
    )
    return class_maps(first_arrays(findings), titles, labels, finding, note + seeds_note(findings, PICTURES))
