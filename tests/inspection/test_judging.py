"""Images are judged and summed up a few at a time, as if all were in memory."""

import numpy as np
import pandas as pd
import pytest

from autoencoders.data.images import ImageSet
from autoencoders.inspection import findings, judging

KINDS = ["good"] * 6 + ["bent"] * 4 + ["cut"] * 5


@pytest.fixture
def judged(rng) -> tuple[pd.DataFrame, dict[str, np.ndarray], ImageSet]:
    """Return verdicts, error maps and images, of which all that are cut have a mask; the first is not judged."""
    masks = np.zeros((16, 12, 10), bool)
    masks[11:, 2:5, 3:7] = masks[12, 9] = True
    info = {"class_names": sorted(set(KINDS))}
    images = ImageSet(np.zeros((16, 1, 12, 10), np.uint8), np.zeros(16, int), np.full(16, "test"), info, masks)
    files = [f"{index}.png" for index in range(1, 16)]
    score = rng.normal(size=15)
    table = pd.DataFrame({"index": range(1, 16), "file": files, "class": KINDS, "score": score, "flagged": score > 0})
    grey = rng.integers(0, 200, size=(15, 12, 10)) + 40 * masks[1:]
    return table, dict(zip(files, grey.astype(np.uint8), strict=True)), images


def test_pixels_are_summed_up_for_each_kind_that_has_masks(judged) -> None:
    table, maps, images = judged
    found = judging.find(table, maps, images, "good", seed=0).set_index("kind")
    assert np.isnan(found.loc["bent", ["pixel_auroc", "aupro"]].astype(float)).all()
    for kind, kinds in {"cut": ("good", "cut"), "all": ("good", "bent", "cut")}.items():
        rows = table[table["class"].isin(kinds)]
        seen, marked = np.stack([maps[file] for file in rows["file"]]), images.masks[rows["index"]]
        assert found.loc[kind, "pixel_auroc"] == findings.pixel_auroc(seen, marked)
        assert found.loc[kind, "aupro"] == findings.aupro(seen, marked)


def test_without_masks_pixels_are_not_asked_for(judged) -> None:
    table, maps, images = judged
    unmarked = ImageSet(images.images, images.labels, images.official_split, images.info)
    assert "aupro" not in judging.find(table, maps, unmarked, "good", seed=0)
