"""images, splits, weights -> findings -> figures."""

from kedro.pipeline import Pipeline, node

from autoencoders.key import Key, first_seeds, names
from autoencoders.pipelines.joins import join
from autoencoders.pipelines.measuring.nodes import chart_findings, draw_findings, take_measurement


def create_pipeline(measurements: dict[str, list[str]]) -> Pipeline:
    """Return the measurements of one fitted network.

    Args:
        measurements: The other datasets that each shows to the network, by its name.
    """
    nodes = [
        node(
            take_measurement,
            inputs={
                "images": "images",
                "splits": "splits",
                "basis": "basis",
                "weights": "weights",
                "variant": "params:variant",
                "seed": "params:seed",
                "compute": "params:compute",
                "measurement": f"params:{name}",
            }
            | names(map(Key, others), "images"),
            outputs=f"{name}_finding",
            name=name,
        )
        for name, others in measurements.items()
    ]
    return Pipeline(nodes, tags="measuring")


def create_drawing_pipeline(study: Key, measurements: list[str], charted: list[str], units: list[Key]) -> Pipeline:
    """Return the figures and charts of a study's measurements, joined under absolute names.

    Args:
        study: The study's key.
        measurements: The measurements' names.
        charted: The names of those with a chart.
        units: The key of every variant and seed and, in one-class studies, normal class.
    """
    shown, first = study.comparison, first_seeds(units)
    nodes = []
    for name in measurements:
        settings = {"measurement": study.parameter("measurements", name)}
        beside = settings | {"comparison": shown.dataset("table")}
        found, drawn = names(units, f"{name}_finding"), (f"{name}_figure", f"{name}_summary")
        nodes.append(join(draw_findings, beside | found, shown, *drawn, name=f"draw_{name}"))
        if name in charted:
            found = names(first, f"{name}_finding")
            nodes.append(join(chart_findings, settings | found, shown, f"{name}_chart", name=f"chart_{name}"))
    return Pipeline(nodes, tags="reporting")
