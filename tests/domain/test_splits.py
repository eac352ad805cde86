import numpy as np
import pytest

from autoencoders.data.splits import NAMES, Splits, normal_splits, only, split

LABELS = np.repeat(np.arange(4), 50)
TRAIN_ONLY = np.full(200, "train")
TEST_ONLY = np.full(200, "test")
WITH_TEST = np.where(np.arange(200) % 5 == 0, "test", "train")


def splits(test: float | str, seed: int = 0) -> Splits:
    return Splits(seed=seed, test=test, validation=0.1, calibration=0.2)


@pytest.mark.parametrize(("parts", "test"), [(TRAIN_ONLY, 0.2), (TEST_ONLY, 0.2), (WITH_TEST, "official")])
def test_every_image_falls_into_exactly_one_split(parts: np.ndarray, test: float | str) -> None:
    found = split(LABELS, parts, splits(test))
    assert tuple(found) == NAMES
    assert np.array_equal(np.sort(np.concatenate(list(found.values()))), np.arange(200))


def test_validation_and_calibration_come_from_the_training_part() -> None:
    found = split(LABELS, WITH_TEST, splits("official"))
    assert (WITH_TEST[found["test"]] == "test").all()
    for name in ("train", "validation", "calibration"):
        assert (WITH_TEST[found[name]] == "train").all()


def test_every_split_holds_the_same_share_of_each_class() -> None:
    found = split(LABELS, TRAIN_ONLY, splits(0.2))
    for name, each in (("test", 10), ("validation", 4), ("calibration", 8), ("train", 28)):
        assert np.bincount(LABELS[found[name]]).tolist() == [each] * 4


def test_the_seed_decides() -> None:
    first, again, other = (split(LABELS, TRAIN_ONLY, splits(0.2, seed)) for seed in (0, 0, 1))
    assert all(np.array_equal(first[name], again[name]) for name in NAMES)
    assert not np.array_equal(first["test"], other["test"])


@pytest.mark.parametrize(
    ("parts", "there", "missing"), [(TRAIN_ONLY, "training", "test"), (TEST_ONLY, "test", "training")]
)
def test_an_official_part_is_not_invented(parts: np.ndarray, there: str, missing: str) -> None:
    sentence = (
        rf"^splits\.test must be a fraction of the official {there} part, such as 0\.3, since there is no official "
        f"{missing} part, got 'official'$"
    )
    with pytest.raises(ValueError, match=sentence):
        split(LABELS, parts, splits("official"))


def test_the_name_of_the_only_official_part_changes_nothing() -> None:
    train, test = (split(LABELS, parts, splits(0.2)) for parts in (TRAIN_ONLY, TEST_ONLY))
    assert all(np.array_equal(train[name], test[name]) for name in NAMES)


@pytest.mark.parametrize(("test", "left", "way_out"), [(0.001, "test", "a larger"), (0.999, "train", "a smaller")])
def test_a_fraction_that_leaves_nothing_is_named(test: float, left: str, way_out: str) -> None:
    sentence = f"splits.test leaves no {left} image: there are 200, got {test}; give {way_out} fraction, or add images"
    with pytest.raises(ValueError, match=f"^{sentence}$"):
        split(LABELS, TEST_ONLY, splits(test))


def test_development_leaves_the_official_test_part_alone() -> None:
    found = split(LABELS, WITH_TEST, splits(0.2))
    used = np.concatenate(list(found.values()))
    assert np.array_equal(np.sort(used), np.flatnonzero(WITH_TEST == "train"))
    assert len(found["test"]) == 32


def test_the_normal_class_may_be_one_label_or_several() -> None:
    indices = np.arange(0, 200, 10)
    assert (LABELS[only(indices, LABELS, [2], "train")] == 2).all()
    assert set(LABELS[only(indices, LABELS, [0, 3], "train")]) == {0, 3}


def test_an_empty_class_is_named_with_its_split() -> None:
    found = split(LABELS, TRAIN_ONLY, splits(0.2))
    with pytest.raises(
        ValueError, match=r"class \[7\] is empty: the train split has labels \[0, 1, 2, 3\]; give the split a"
    ):
        normal_splits(found, LABELS, [7])
    with pytest.raises(
        ValueError, match=r"normal class \[2\] is empty: the validation split has labels \[\]; give the split a"
    ):
        normal_splits(found | {"validation": np.array([], dtype=int)}, LABELS, [2])
