"""images, weights -> findings -> figures."""

from kedro.pipeline import Pipeline, node

from autoencoders.pipelines.measuring.nodes import chart_findings, draw_findings, take_measurement


def create_pipeline(measurements: dict[str, list[str]]) -> Pipeline:
    """Return the measurements of one fitted network.

    Args:
        measurements: The other datasets that each shows to the network, by its name.
    """
    return Pipeline(
        [
            node(
                take_measurement,
                inputs={
                    "images": "images",
                    "labels": "labels",
                    "facts": "facts",
                    "fit_indices": "fit_indices",
                    "held_out_indices": "held_out_indices",
                    "basis": "basis",
                    "weights": "weights",
                    "variant": "params:variant",
                    "seed": "params:seed",
                    "compute": "params:compute",
                    "measurement": f"params:{name}",
                }
                | {f"{other}/{one}": f"{other}/{one}" for other in others for one in ("images", "parts", "facts")},
                outputs=[f"{name}_table", f"{name}_arrays"],
                name=name,
            )
            for name, others in measurements.items()
        ],
        tags="measuring",
    )


def create_drawing_pipeline(
    measurements: list[str], charted: list[str], replicates: list[tuple[str, str]], normal_classes: list[str]
) -> Pipeline:
    """Return the figures and charts of a study's measurements; inputs are named `variant/seed/..`.

    Args:
        measurements: Their names.
        charted: The names of those with a chart.
        replicates: (variant, seed name) pairs.
        normal_classes: Their names, in one-class studies.
    """
    units = [f"{variant}/{seed}" for variant, seed in replicates]
    if normal_classes:
        units = [f"{unit}/{normal_class}" for unit in units for normal_class in normal_classes]
    drawings = [
        node(
            draw_findings,
            inputs={"measurement": f"params:{name}"}
            | {f"{unit}/{part}": f"{unit}/{name}_{part}" for unit in units for part in ("table", "arrays")},
            outputs=[f"{name}_figure", f"{name}_summary"],
            name=f"draw_{name}",
        )
        for name in measurements
    ]
    first = dict(replicates[::-1])
    charts = [
        node(
            chart_findings,
            inputs={"measurement": f"params:{name}"}
            | {variant: f"{variant}/{first[variant]}/{name}_arrays" for variant in dict(replicates)},
            outputs=f"{name}_chart",
            name=f"chart_{name}",
        )
        for name in charted
    ]
    return Pipeline([*drawings, *charts], tags="reporting")
