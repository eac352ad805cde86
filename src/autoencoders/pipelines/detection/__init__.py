"""The detection stage, of one-class studies."""
