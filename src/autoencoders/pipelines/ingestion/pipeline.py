"""raw -> images."""

from kedro.pipeline import Pipeline, node

from autoencoders.pipelines.ingestion.nodes import ingest


def create_pipeline() -> Pipeline:
    """Return the ingestion of one dataset."""
    return Pipeline([node(ingest, inputs="raw", outputs="images", name="ingest")], tags="ingestion")
