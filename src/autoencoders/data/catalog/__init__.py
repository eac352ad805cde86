"""Catalog datasets and validators: named in the YAML catalog, imported by nobody."""
