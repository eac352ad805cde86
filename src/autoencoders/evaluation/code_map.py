"""The map of codes of two numbers, to walk about in: test images, and the networks that made their codes."""

import json
from typing import Any

import numpy as np

from autoencoders.data.images import ImageSet
from autoencoders.evaluation.latent import subset
from autoencoders.evaluation.portable import principal
from autoencoders.reporting.living.packing import packed_images
from autoencoders.reporting.living.pen import pen_like

IMAGES = 300  # test images on a map
BUDGET = 3_000_000  # characters of the networks of a page, or of one part of it
AXES = 2
TOO_LARGE = "too large for a page"


def code_map(
    images: ImageSet, splits: dict[str, np.ndarray], basis: dict[str, np.ndarray], networks: dict[str, Any]
) -> dict[str, Any]:
    """Return the exhibit of a study's codes of two numbers.

    Args:
        images: The dataset.
        splits: Indices of the images of each split.
        basis: The principal components of the training images, of which two stand beside the networks.
        networks: The networks with such a code, as a page runs them, by name.

    Returns:
        kind; shown test images and what is known of them, as `shown_images` returns it; networks, by name; left_out,
        why others are not among them.
    """
    chosen = subset(splits["test"], IMAGES, np.random.default_rng(0))
    kept, left_out = within_budget(networks)
    runnable = kept | {f"PCA, {AXES} components": principal(basis, AXES)}
    return {"kind": "map", **shown_images(images, chosen), "networks": runnable, "left_out": left_out}


def within_budget(networks: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the networks that a page has room for, the first ones first, and why others are left out."""
    kept, left_out, room = {}, {}, BUDGET
    for name, network in networks.items():
        size = len(json.dumps(network))
        if size > room:
            left_out[name] = TOO_LARGE
            continue
        kept[name] = network
        room -= size
    return kept, left_out


def shown_images(images: ImageSet, chosen: np.ndarray) -> dict[str, Any]:
    """Return some images of a dataset, and how to draw one more.

    Returns:
        shape, (C, H, W); intensity, the value of a white pixel; images, packed, and their labels; classes, the names of
        all; pen, as `pen_like` returns it, where there is one channel to draw in.
    """
    shown = images.images[chosen]
    known = {
        "shape": list(images.image_shape),
        "intensity": images.intensity,
        "images": packed_images(shown),
        "labels": [int(label) for label in images.labels[chosen]],
        "classes": [str(name) for name in images.info["class_names"]],
    }
    return known | ({"pen": pen_like(shown[:, 0] / images.intensity)} if shown.shape[1] == 1 else {})
