"""images, splits -> basis; images, splits, variant -> weights, history, iterations."""

from kedro.pipeline import Pipeline, node

from autoencoders.pipelines.training.nodes import fit_pca, train


def create_pca_pipeline() -> Pipeline:
    """Return the fit of what every variant is compared with."""
    fitting = node(fit_pca, inputs=["images", "splits", "params:compute"], outputs="basis", name="fit_pca")
    return Pipeline([fitting], tags="training")


def create_pipeline() -> Pipeline:
    """Return the training of one variant with one seed."""
    training = node(
        train,
        inputs=["images", "splits", "params:variant", "params:seed", "params:compute"],
        outputs=["weights", "history", "iterations", "snapshots"],
        name="train",
    )
    return Pipeline([training], tags="training")
