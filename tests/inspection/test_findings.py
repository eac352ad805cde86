from itertools import pairwise

import numpy as np
import pytest

from autoencoders.evaluation.metrics import auroc
from autoencoders.inspection import findings

SEPARATE = np.array([[1, 0, 0, 0, 0], [0, 1, 0, 0, 0], [0, 0, 0, 0, 0], [0, 0, 0, 1, 1]], dtype=bool)  # two regions


def drawn(images: int = 6, side: int = 12, levels: int = 10_000, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return maps of `levels` scores and masks of a rectangle or two, none in the last image."""
    rng = np.random.default_rng(seed)
    masks = np.zeros((images, side, side), dtype=bool)
    masks[:-1, 2:5, 1:4] = True
    masks[::2, 8:10, 6:11] = True
    masks[-1] = False
    maps = rng.integers(0, levels, masks.shape).astype(np.float32)
    return maps + 0.3 * levels * masks, masks


def slow_aupro(maps: np.ndarray, regions: list[np.ndarray], limit: float) -> float:
    """Return the area by its definition: a threshold at every score, trapezoids, the last one cut at the limit."""
    normal = maps[~np.any(regions, axis=0)]
    points = [(0.0, 0.0)]
    for threshold in np.unique(maps)[::-1]:
        points.append(
            ((normal >= threshold).mean(), np.mean([(maps[region] >= threshold).mean() for region in regions]))
        )
    area = 0.0
    for (x0, y0), (x1, y1) in pairwise(points):
        if x0 < limit and x1 > x0:
            end = min(x1, limit)
            area += (end - x0) * (y0 + y0 + (y1 - y0) * (end - x0) / (x1 - x0)) / 2
    return area / limit


def test_kinds_by_hand():
    scores = np.array([1.0, 2.0, 3.0, 2.5, 9.0, 0.0])
    kinds = np.array(["good", "good", "good", "scratch", "scratch", "dent"])
    table = findings.by_kind(scores, kinds, "good", 200, seed=0, flagged=scores > 5)
    assert table.columns.tolist() == ["kind", "images", "auroc", "low", "high", "flagged"]
    assert table["kind"].tolist() == ["dent", "scratch", "all"]
    assert table["images"].tolist() == [1, 2, 3]
    assert table["auroc"].tolist() == pytest.approx([0, 5 / 6, 5 / 9])
    assert table["flagged"].tolist() == pytest.approx([0, 1 / 2, 1 / 3])
    assert "flagged" not in findings.by_kind(scores, kinds, "good", 200, seed=0)


def test_intervals_hold_the_auroc_and_their_seed_repeats_them():
    rng = np.random.default_rng(0)
    kinds = np.repeat(["cut", "good", "hole"], [60, 80, 20])
    scores = rng.normal(size=160) + (kinds != "good")
    table = findings.by_kind(scores, kinds, "good", 500, seed=1)
    assert (table["low"] < table["auroc"]).all()
    assert (table["auroc"] < table["high"]).all()
    width = (table["high"] - table["low"]).tolist()
    assert width[1] > width[0] > 0.05  # fewer images, less known
    assert table.equals(findings.by_kind(scores, kinds, "good", 500, seed=1))


@pytest.mark.parametrize(
    ("kinds", "message"),
    [
        (["cut", "cut"], "kinds must hold the normal kind, 'good', and a kind of anomaly, got cut"),
        (["good", "good"], "and a kind of anomaly, got good"),
        (["good"], "of the same images, got 2 and 1"),
    ],
)
def test_kinds_need_normal_images_and_anomalies_of_the_same_images(kinds: list[str], message: str):
    with pytest.raises(ValueError, match=message):
        findings.by_kind(np.array([1.0, 2.0]), np.array(kinds), "good", 10, seed=0)


@pytest.mark.parametrize("levels", [2, 7, 10_000])
def test_the_auroc_of_pixels_is_that_of_all_in_a_row(levels: int):
    maps, masks = drawn(levels=levels)
    assert findings.pixel_auroc(maps, masks) == pytest.approx(auroc(maps.ravel(), masks.ravel()), abs=1e-12)


@pytest.mark.parametrize("limit", [0.03, 0.3, 0.7, 1.0])
@pytest.mark.parametrize("levels", [2, 7, 10_000])
def test_overlap_agrees_with_its_definition(levels: int, limit: float):
    maps, masks = drawn(levels=levels)
    regions = []
    for image in range(len(masks)):
        for rows in (slice(0, 7), slice(7, 12)):
            one = np.zeros_like(masks)
            one[image, rows] = masks[image, rows]
            regions += [one] * bool(one.any())
    assert findings.aupro(maps, masks, limit) == pytest.approx(slow_aupro(maps, regions, limit), abs=1e-12)


def test_overlap_by_hand():
    maps = np.where(SEPARATE, 2.0, 1.0)[None]
    maps[0, 3, 4] = 0.0  # half of a region of two below all that is normal: overlap (1 + 1 / 2) / 2 at no false alarm
    assert findings.aupro(maps, SEPARATE[None]) == pytest.approx(0.75)  # and no more up to the first of 16, all alike
    maps[0, 0, 4] = 3.0  # one false alarm of 16 before anything is found
    assert findings.aupro(maps, SEPARATE[None]) == pytest.approx(0.75 * (0.3 - 1 / 16) / 0.3)


def test_small_regions_count_as_much_as_large_ones():
    masks = np.zeros((1, 20, 20), dtype=bool)
    masks[0, :10, :10] = masks[0, 15, 15] = True
    maps = np.zeros(masks.shape)
    maps[0, :10, :10] = 1
    maps[0, 15, 15] = -1
    assert findings.aupro(maps, masks) == pytest.approx(0.5)
    assert findings.pixel_auroc(maps, masks) == pytest.approx(100 / 101)


def test_regions_are_connected_by_corners():
    weights = findings._each_region(SEPARATE)
    assert weights.tolist() == [0.5] * 4


@pytest.mark.parametrize("limit", [0.05, 0.3, 1.0])
def test_a_perfect_map_has_all_the_area_a_constant_one_half_the_limit_and_a_reversed_one_none(limit: float):
    _, masks = drawn()
    assert findings.aupro(masks.astype(float), masks, limit) == pytest.approx(1)
    assert findings.aupro(np.zeros(masks.shape), masks, limit) == pytest.approx(limit / 2)
    assert findings.aupro(-masks.astype(float), masks, limit) == pytest.approx(0)
    assert findings.pixel_auroc(masks.astype(float), masks) == 1


def test_a_map_of_chance_has_half_the_limit():
    rng = np.random.default_rng(0)
    masks = np.zeros((20, 64, 64), dtype=bool)
    masks[:15, 10:40, 20:50] = True
    maps = rng.normal(size=masks.shape)
    assert findings.aupro(maps, masks) == pytest.approx(0.15, abs=0.01)
    assert findings.pixel_auroc(maps, masks) == pytest.approx(0.5, abs=0.01)


def test_pixels_know_nothing_but_the_order_of_scores():
    maps, masks = drawn()
    for measure in (findings.aupro, findings.pixel_auroc):
        assert measure(np.sqrt(maps, dtype=float)[::-1], masks[::-1]) == pytest.approx(measure(maps, masks), abs=1e-12)


@pytest.mark.parametrize("measure", [findings.aupro, findings.pixel_auroc])
def test_images_looked_at_a_few_at_a_time_and_fewer_thresholds_change_little(measure, monkeypatch):
    maps, masks = drawn(images=30)
    exact = measure(maps, masks)
    monkeypatch.setattr(findings, "CHUNK", 300)
    assert measure(maps, masks) == pytest.approx(exact, abs=1e-12)
    monkeypatch.setattr(findings, "THRESHOLDS", 100)
    assert measure(maps, masks) == pytest.approx(exact, abs=2e-3)


@pytest.mark.parametrize("measure", [findings.aupro, findings.pixel_auroc])
def test_pixels_need_defects_and_others_and_finite_maps_of_their_shape(measure):
    maps, masks = drawn()
    for wrong, message in (
        ((maps, masks & False), "masks must hold pixels of defects and others, got 0"),
        ((maps, masks | True), "masks must hold pixels of defects and others, got 864"),
        ((maps, masks.astype(np.uint8)), "masks must be bool, got uint8"),
        ((maps[:, :5], masks), r"of one shape \(N, H, W\), got \(6, 5, 12\) and \(6, 12, 12\)"),
        ((np.where(masks, np.nan, maps), masks), "maps must be finite, got nan"),
    ):
        with pytest.raises(ValueError, match=message):
            measure(*wrong)


@pytest.mark.parametrize("limit", [0.0, 1.5])
def test_the_limit_is_a_rate(limit: float):
    with pytest.raises(ValueError, match=r"limit must lie in \(0, 1\], got"):
        findings.aupro(*drawn(), limit)
