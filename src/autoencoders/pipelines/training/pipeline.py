"""images, fit_indices -> basis; images, fit_indices, variant -> weights, history, iterations."""

from kedro.pipeline import Pipeline, node

from autoencoders.pipelines.training.nodes import fit_pca, train


def create_baseline_pipeline() -> Pipeline:
    """Return the fit of what every variant is compared with."""
    return Pipeline(
        [
            node(
                fit_pca,
                inputs={"images": "images", "facts": "facts", "fit_indices": "fit_indices"},
                outputs="basis",
                name="fit_pca",
            ),
        ],
        tags="training",
    )


def create_pipeline() -> Pipeline:
    """Return the training of one variant with one seed."""
    return Pipeline(
        [
            node(
                train,
                inputs={
                    "images": "images",
                    "facts": "facts",
                    "fit_indices": "fit_indices",
                    "variant": "params:variant",
                    "seed": "params:seed",
                    "compute": "params:compute",
                },
                outputs=["weights", "history", "iterations", "snapshots"],
                name="train",
            ),
        ],
        tags="training",
    )
