"""raw -> images; another dataset's images -> images."""

from kedro.pipeline import Pipeline, node

from autoencoders.pipelines.ingestion.nodes import derive, ingest


def create_pipeline() -> Pipeline:
    """Return the ingestion of one dataset."""
    return Pipeline([node(ingest, inputs="raw", outputs="images", name="ingest")], tags="ingestion")


def create_derivation_pipeline() -> Pipeline:
    """Return the making of one image set from another."""
    deriving = node(derive, inputs=["source", "params:derived"], outputs="images", name="derive")
    return Pipeline([deriving], tags="ingestion")
