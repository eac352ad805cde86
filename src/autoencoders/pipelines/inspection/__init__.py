"""The inspection stage: from a folder of images to a detector, and from a detector to verdicts."""
