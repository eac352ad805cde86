"""What one-class training sees: fewer normal images, or others among them."""

import numpy as np
import pytest

from autoencoders.data.splits import NAMES, Splits, normal_splits, split
from autoencoders.data.training_set import POLLUTION, TrainingSet, draw

LABELS = np.repeat(np.arange(4), 100)
SPLITS = split(LABELS, np.full(400, "train"), Splits(seed=0, test=0.2, validation=0.1, calibration=0.1))
NORMAL = normal_splits(SPLITS, LABELS, [1])  # 64 training, 8 validation, 8 calibration images


def drawn(seed: int = 0, normal_class: list[int] | None = None, **wanted) -> dict[str, np.ndarray]:
    return draw(SPLITS, LABELS, normal_class or [1], TrainingSet.model_validate(wanted), seed)


def test_what_is_left_out_changes_nothing() -> None:
    found = drawn()
    assert list(found) == list(NAMES) and all(np.array_equal(found[name], NORMAL[name]) for name in NAMES)


@pytest.mark.parametrize(("images", "validation"), [(64, 8), (32, 4), (16, 2), (1, 1)])
def test_validation_shrinks_in_proportion_and_never_to_nothing(images: int, validation: int) -> None:
    found = drawn(images=images)
    assert (len(found["train"]), len(found["validation"])) == (images, validation)
    for name in ("train", "validation"):
        assert set(found[name]) <= set(NORMAL[name])


@pytest.mark.parametrize("wanted", [{"images": 9}, {"pollution": 0.1}, {"images": 9, "pollution": 0.1}])
def test_calibration_and_test_images_stay(wanted: dict) -> None:
    found = drawn(**wanted)
    assert all(np.array_equal(found[name], NORMAL[name]) for name in ("calibration", "test"))


def test_no_normal_image_makes_room_for_pollution() -> None:
    found = drawn(pollution=0.2)
    for name in ("train", "validation"):
        assert set(NORMAL[name]) < set(found[name]) <= set(SPLITS[name])
        assert np.array_equal(found[name], np.sort(found[name]))


@pytest.mark.parametrize(("pollution", "each"), [(0.2, [16 // 3, 16 // 3 + 1]), (0.5, [21, 22]), (0.04, [1])])
def test_the_share_is_met_with_as_many_images_of_each_other_class(pollution: float, each: list[int]) -> None:
    found = drawn(pollution=pollution)
    counts = np.bincount(LABELS[found["train"]], minlength=4)
    assert counts[1] == 64 and set(counts[[0, 2, 3]].tolist()) == set(each)
    assert 1 - 64 / counts.sum() == pytest.approx(pollution, abs=0.01)


def test_validation_is_polluted_to_the_same_share() -> None:
    assert np.bincount(LABELS[drawn(pollution=0.5)["validation"]]).sum() == 16


def test_what_pollutes_is_named() -> None:
    found = drawn(pollution=0.2)
    seen = np.union1d(found["train"], found["validation"])
    assert np.array_equal(found[POLLUTION], seen[LABELS[seen] != 1])


def test_few_images_are_polluted_to_the_share_too() -> None:
    found = drawn(images=18, pollution=0.1)
    assert np.bincount(LABELS[found["train"]] == 1).tolist() == [2, 18]


def test_less_is_a_part_of_more() -> None:
    for fewer, more in (({"images": 5}, {"images": 20}), ({"pollution": 0.1}, {"pollution": 0.3})):
        assert set(drawn(**fewer)["train"]) < set(drawn(**more)["train"])


def test_the_seed_decides() -> None:
    first, again, other = (drawn(seed, images=20, pollution=0.2)["train"] for seed in (0, 0, 1))
    assert np.array_equal(first, again) and not np.array_equal(first, other)


def test_several_classes_may_be_normal() -> None:
    found = drawn(normal_class=[0, 1, 2], pollution=0.1)
    assert set(LABELS[found[POLLUTION]]) == {3}


@pytest.mark.parametrize(
    ("wanted", "normal_class", "sentence"),
    [
        ({"images": 65}, [1], "training_set.images must be at most 64, all normal ones there are, got 65"),
        ({"pollution": 0.9}, [1], "training_set.pollution takes 576 images of other classes, and there are 192"),
        ({"pollution": 0.1}, [0, 1, 2, 3], "takes 28 images of other classes, and there are 0"),
        ({"images": 16, "pollution": 0.01}, [1], "training_set.pollution: 0.01 of 16 images is none"),
        ({"pollution": 1}, [1], "pollution: input should be less than 1, got 1"),
    ],
)
def test_what_cannot_be_drawn_is_named(wanted: dict, normal_class: list[int], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        drawn(normal_class=normal_class, **wanted)
