"""The splitting stage."""
