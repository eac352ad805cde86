"""Interactive charts (Plotly), the counterparts of a few figures: for the report and for Kedro-Viz."""
