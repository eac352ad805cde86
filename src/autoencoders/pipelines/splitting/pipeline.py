"""images -> splits."""

from kedro.pipeline import Pipeline, node

from autoencoders.pipelines.splitting.nodes import draw_training_set, select_normal, split_images


def create_pipeline() -> Pipeline:
    """Return the division of one dataset."""
    dividing = node(
        split_images,
        inputs=["images", "params:splits"],
        outputs="splits",
        name="split_images",
    )
    return Pipeline([dividing], tags="splitting")


def create_one_class_pipeline(drawn: bool) -> Pipeline:
    """Return the restriction of a division to one normal class.

    Args:
        drawn: Whether the study draws a training set of its own.
    """
    function = draw_training_set if drawn else select_normal
    wanted = ["params:training_set", "params:seed"] if drawn else []
    selecting = node(
        function,
        inputs=["images", "all_splits", "params:normal_class", *wanted],
        outputs="splits",
        name=function.__name__,
    )
    return Pipeline([selecting], tags="splitting")
