"""images, weights -> findings -> figures."""

from kedro.pipeline import Pipeline, node

from autoencoders.pipelines.measuring.nodes import draw_findings, take_measurement


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
    measurements: list[str], replicates: list[tuple[str, str]], normal_classes: list[str]
) -> Pipeline:
    """Return the figures of a study's measurements; inputs are named `variant/seed/..`.

    Args:
        measurements: Their names.
        replicates: (variant, seed name) pairs.
        normal_classes: Their names, in one-class studies.
    """
    units = [f"{variant}/{seed}" for variant, seed in replicates]
    if normal_classes:
        units = [f"{unit}/{normal_class}" for unit in units for normal_class in normal_classes]
    return Pipeline(
        [
            node(
                draw_findings,
                inputs={"measurement": f"params:{name}"}
                | {f"{unit}/{part}": f"{unit}/{name}_{part}" for unit in units for part in ("table", "arrays")},
                outputs=[f"{name}_figure", f"{name}_summary"],
                name=f"draw_{name}",
            )
            for name in measurements
        ],
        tags="reporting",
    )
