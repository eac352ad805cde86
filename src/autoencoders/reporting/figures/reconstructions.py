"""Images and what the variants make of them."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from autoencoders.reporting.best import best, left_out
from autoencoders.reporting.figures import style
from autoencoders.reporting.figures.mosaic import Mosaic, short


def reconstruction_grid(examples: dict[str, dict[str, np.ndarray]], finding: str = "") -> Figure:
    """Draw images above their reconstructions, one row per variant, each with its error beneath.

    Args:
        examples: By variant the originals, the same for all, and the inputs and reconstructions (n, C, H, W) in
            [0, 1], C 1 or 3, and the errors (n,) of the reconstructions. Inputs are drawn where they are corrupted,
            once if they are the same for all.
        finding: Headline; if not given, it names the variant with the lowest error.

    Returns:
        One mosaic of the best 40; values outside [0, 1] are clipped for display only.
    """
    mean = pd.Series({name: float(arrays["errors"].mean()) for name, arrays in examples.items()})
    originals = next(iter(examples.values()))["originals"]
    pictures, labels, captions, found = [originals], ["original"], {}, {}
    shared = all(np.array_equal(one["inputs"], next(iter(examples.values()))["inputs"]) for one in examples.values())
    for name, arrays in ((name, examples[name]) for name in best(mean).index):
        rows = {style.wrapped(name): (arrays["reconstructions"], arrays["errors"])}
        if not np.array_equal(arrays["inputs"], originals):
            errors = np.square(arrays["inputs"] - originals).mean(axis=(1, 2, 3))
            if not shared or len(labels) == 1:
                rows = {"input" if shared else style.wrapped(f"input of {name}"): (arrays["inputs"], errors)} | rows
        found[len(labels) + len(rows) - 1] = arrays["errors"]
        for label, (images, errors) in rows.items():
            captions[len(labels)] = [short(error) for error in errors]
            pictures.append(images)
            labels.append(label)
    figure = Mosaic(np.stack(pictures), labels, captions, best=_lowest(found)).alone(
        0.72 if len(labels) <= 14 else 0.55
    )
    lowest = f"Lowest mean error of these {len(originals)} images {mean.min():.3g}: {mean.idxmin()}"
    bold = "; bold: the lowest" if len(found) > 1 else ""
    note = f"Beneath each image: mean squared pixel difference from the original{bold}.{left_out(len(examples))}"
    style.finish(figure, finding or lowest, note)
    return figure


def _lowest(errors: dict[int, np.ndarray]) -> set[tuple[int, int]]:
    """Return row and column of each column's lowest error; none where there is one row alone."""
    table = np.stack(list(errors.values()))
    rows = np.array(list(errors))[table.argmin(axis=0)]
    return set(zip(rows.tolist(), range(table.shape[1]), strict=True)) if len(errors) > 1 else set()
