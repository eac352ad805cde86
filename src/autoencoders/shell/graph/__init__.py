"""The graph of the pipelines in Kedro-Viz: served here, or as a site that opens from disk or any web server."""
