"""What one moves and clicks in a notebook: HTML that needs neither a kernel nor a network, so it works when stored."""

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from IPython.display import HTML

from autoencoders.models.base import Autoencoder

HERE = Path(__file__).parent
STEPS = 25  # positions of a slider


def code_slider(network: Autoencoder, codes: np.ndarray, labels: np.ndarray) -> HTML:
    """Return a map of codes with two sliders, and beside it the image that the decoder makes of the chosen point.

    Args:
        network: One with a code of two numbers.
        codes: Of the images to show as points, (n, 2).
        labels: Their classes (n,).
    """
    low, high = np.percentile(codes, [1, 99], axis=0)
    first, second = np.linspace(low, high, STEPS).T
    grid = np.stack(np.meshgrid(first, second), axis=-1).reshape(-1, 2)
    with torch.inference_mode():
        images = network.decode(torch.from_numpy(grid).float())[:, 0].numpy()
    return _control(
        "slider",
        {
            "steps": STEPS,
            "low": low.round(4).tolist(),
            "high": high.round(4).tolist(),
            "codes": codes.round(3).tolist(),
            "labels": labels.tolist(),
        }
        | _packed(images),
    )


def neighbours(images: np.ndarray, places: dict[str, np.ndarray], count: int = 8, shown: int = 60) -> HTML:
    """Return images to click, each of which then shows those nearest to it.

    Args:
        images: In [0, 1], (n, height, width).
        places: By what is compared, such as the pixels or a code: a row for each image, (n, ...).
        count: How many of the nearest to show.
        shown: How many images to click.
    """
    rows = {name: values.reshape(len(values), -1).astype(np.float64) for name, values in places.items()}
    nearest = {name: [nearest_to(one, values, count) for one in range(shown)] for name, values in rows.items()}
    return _control("neighbours", {"shown": shown, "nearest": nearest} | _packed(images))


def nearest_to(index: int, rows: np.ndarray, count: int) -> list[int]:
    """Return the rows nearest to one of them, itself left out, the nearest first."""
    distances = ((rows - rows[index]) ** 2).sum(axis=1)
    distances[index] = np.inf
    return np.argsort(distances, kind="stable")[:count].tolist()


def _packed(images: np.ndarray) -> dict[str, Any]:
    pixels = (images.clip(0, 1) * 255).round().astype(np.uint8)
    return {"size": images.shape[1:], "pixels": base64.b64encode(pixels.tobytes()).decode()}


def _control(name: str, data: dict[str, Any]) -> HTML:
    """Return a control: a place on the page, and the script that fills it."""
    text = json.dumps(data, separators=(",", ":"))
    place = f"{name}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"
    script = "\n".join((HERE / f"{file}.js").read_text(encoding="utf-8") for file in ("images", name))
    hint = "Run this cell, or trust the notebook, to use its controls."
    given = f'const place = document.getElementById("{place}");\nconst data = {text};'
    return HTML(f'<div id="{place}">{hint}</div>\n<script>(() => {{\n{given}\n{script}}})();</script>')
