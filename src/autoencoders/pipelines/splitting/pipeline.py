"""images -> splits."""

from kedro.pipeline import Pipeline, node

from autoencoders.pipelines.splitting.nodes import select_normal, split_images


def create_pipeline() -> Pipeline:
    """Return the division of one dataset."""
    dividing = node(
        split_images,
        inputs={"images": "images", "splits": "params:splits"},
        outputs="splits",
        name="split_images",
    )
    return Pipeline([dividing], tags="splitting")


def create_one_class_pipeline() -> Pipeline:
    """Return the restriction of a division to one normal class."""
    selecting = node(
        select_normal,
        inputs={"images": "images", "all_splits": "all_splits", "normal_class": "params:normal_class"},
        outputs="splits",
        name="select_normal",
    )
    return Pipeline([selecting], tags="splitting")
