"""Images, their splits, and the datasets of the catalog."""
