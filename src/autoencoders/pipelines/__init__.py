"""The stages, each a small pipeline that the grid instantiates over and over."""
