"""labels -> fit_indices, held_out_indices."""

from kedro.pipeline import Pipeline, node

from autoencoders.pipelines.splitting.nodes import select_normal, split_images


def create_pipeline() -> Pipeline:
    """Return the division of one dataset."""
    return Pipeline(
        [
            node(
                split_images,
                inputs={"labels": "labels", "parts": "parts", "splits": "params:splits"},
                outputs=["fit_indices", "held_out_indices"],
                name="split_images",
            ),
        ],
        tags="splitting",
    )


def create_one_class_pipeline() -> Pipeline:
    """Return the restriction of a division to one normal class."""
    return Pipeline(
        [
            node(
                select_normal,
                inputs={
                    "labels": "labels",
                    "fit_indices": "all_fit_indices",
                    "held_out_indices": "all_held_out_indices",
                    "normal_class": "params:normal_class",
                },
                outputs=["fit_indices", "held_out_indices"],
                name="select_normal",
            ),
        ],
        tags="splitting",
    )
