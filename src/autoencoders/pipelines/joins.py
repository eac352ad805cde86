"""Nodes that join the results of several detectors, under absolute names."""

from collections.abc import Callable
from typing import Any

from kedro.pipeline import Node, node

from autoencoders.key import Key


def join(function: Callable[..., Any], inputs: dict[str, str], place: Key, *artifacts: str, name: str = "") -> Node:
    """Return a node that bears its function's name, or another, and leaves artifacts of one place."""
    outputs = [place.dataset(artifact) for artifact in artifacts]
    return node(function, inputs, outputs if len(outputs) > 1 else outputs[0], name=name or function.__name__)
