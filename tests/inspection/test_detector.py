"""A detector is chosen on made-up defects, kept as a folder, and judges what it has not seen."""

import hashlib
import json
import os
import struct

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image
from safetensors.numpy import save

from autoencoders.inspection import verdicts
from autoencoders.inspection.candidates import Candidates, choose, divided
from autoencoders.inspection.detector import Detector, DetectorError, Settings
from autoencoders.inspection.members import Member
from autoencoders.inspection.panel import Readings, Usual
from autoencoders.inspection.tiles import Most, Tiling
from autoencoders.inspection.trials import Trial, fit

CPU = torch.device("cpu")
BLOCKS = {
    "members": {
        "pca": {"kind": "components", "latent_dim": 4},
        "statistics": {"kind": "statistics", "share": 0.1},
        "textures": {"kind": "textures", "known": 200, "place": 1.0, "share": 0.1},
    },
    "committees": {"both": ["statistics", "textures"]},
    "preferred": ["both"],
}


def rings(count: int, size: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """Return noisy images (count, 1, H, W), uint8, of a ring in the middle."""
    rows, columns = np.indices(size)
    away = np.hypot(rows - size[0] / 2, columns - size[1] / 2) / min(size)
    ring = 40 + 150 * np.exp(-(((away - 0.3) / 0.06) ** 2))
    return (ring + rng.normal(0, 6, size=(count, 1, *size))).clip(0, 255).astype(np.uint8)


def made(images: np.ndarray) -> tuple[Trial, Candidates]:
    candidates = Candidates.model_validate(BLOCKS).for_images(len(images))
    splits = divided(np.arange(len(images)), 0, 0.2, 0.2)
    learnt = {name: fit(member, images, splits, 0, CPU) for name, member in candidates.members.items()}
    trial = Trial(candidates.members, learnt, images, splits, CPU)
    trial.learn_usual(0)
    return trial, candidates


def detector_of(trial: Trial, members: list[str]) -> Detector:
    places = [list(trial.members).index(name) for name in members]
    usual = dict(zip(trial.members, trial.usual, strict=True))
    settings = Settings(
        name="rings",
        image_shape=trial.images.shape[1:],
        members={name: trial.members[name] for name in members},
        usual={name: usual[name] for name in members},
        why="",
        learnt_from={"images": len(trial.images)},
        made_with={},
    )
    learnt = {name: {key: array for key, array in trial.learnt[name].items() if "fold_" not in key} for name in members}
    return Detector(settings, learnt, trial.read("calibration").of(places, trial.usual))


@pytest.fixture(scope="module", params=[(120, (24, 24)), (20, (24, 30)), (8, (270, 130))], ids=str)
def detector(request):
    count, size = request.param
    trial, _ = made(rings(count, size, np.random.default_rng(0)))
    return detector_of(trial, ["statistics", "textures"])


@pytest.fixture(scope="module")
def plain():
    """Return a detector that has learnt next to nothing."""
    settings = Settings(
        name="plain",
        image_shape=(1, 8, 8),
        members={"statistics": Member.model_validate({"kind": "statistics", "share": 0.1})},
        usual={"statistics": Usual(score=(0.0, 1.0), place=(0.0, 1.0))},
        why="",
        learnt_from={},
        made_with={},
    )
    return Detector(settings, {"statistics": {"mean": np.zeros(2)}}, np.zeros(3))


def test_an_autoencoder_that_was_saved_scores_alike(tmp_path) -> None:
    block = {
        "kind": "autoencoder",
        "model": {
            "architecture": "conv_strided",
            "channels": [8, 8],
            "kernel_size": 4,
            "latent_dim": 4,
            "activation": "gelu",
            "output_activation": "sigmoid",
        },
        "training": {"steps": 5, "batch_size": 8, "learning_rate": 2.0e-3, "optimizer": "adamw", "patience": 5},
    }
    images = rings(120, (21, 30), np.random.default_rng(6))
    splits, member = divided(np.arange(120), 0, 0.2, 0.2), Member.model_validate(block)
    trial = Trial({"net": member}, {"net": fit(member, images, splits, 0, CPU)}, images, splits, CPU)
    trial.learn_usual(0)
    detector = detector_of(trial, ["net"])
    detector.save(tmp_path / "one")
    np.testing.assert_array_equal(Detector.load(tmp_path / "one").score(images[:9]), detector.score(images[:9]))


def images_for(detector: Detector, count: int, seed: int) -> np.ndarray:
    return rings(count, detector.settings.image_shape[1:], np.random.default_rng(seed))


def test_a_detector_finds_a_defect_and_where_it_is(detector, tmp_path) -> None:
    good = images_for(detector, 6, 1)
    odd = good.copy()
    odd[:, :, 4:12, 4:12] = 255
    scores, maps = detector.look(np.concatenate([good, odd]))
    assert scores[6:].min() > scores[:6].max()
    assert maps.shape == (12, *good.shape[2:]) and np.isfinite(maps).all()
    assert maps[6:, 6:10, 6:10].min() > np.quantile(maps[:6], 0.999)
    judged = detector.judge(odd)
    assert (judged["p_value"] == 1 / (len(detector.calibration) + 1)).all()
    assert (judged["p_value"] == verdicts.p_values(scores[6:], detector.calibration)).all()


def test_a_saved_detector_is_the_same(detector, tmp_path) -> None:
    images = images_for(detector, 3, 2)
    for _ in range(2):  # the second replaces the first
        detector.save(tmp_path / "one")
    found = Detector.load(tmp_path / "one")
    assert found.version == detector.version
    for mine, own in zip(found.look(images), detector.look(images), strict=True):  # to what rounding leaves
        np.testing.assert_allclose(mine, own, rtol=1e-5, atol=1e-5)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["one"]


def test_what_is_not_a_detector_is_refused(detector, tmp_path) -> None:
    with pytest.raises(DetectorError, match="there is no detector in"):
        Detector.load(tmp_path)
    detector.save(tmp_path / "one")
    weights = tmp_path / "one" / "weights.safetensors"
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    with pytest.raises(DetectorError, match=r"weights\.safetensors is damaged or belongs to another"):
        Detector.load(tmp_path / "one")
    weights.unlink()
    with pytest.raises(DetectorError, match=r"weights\.safetensors is missing"):
        Detector.load(tmp_path / "one")


WEIGHTS_OF_ANOTHER = save({"another/mean": np.zeros(2)})
DAMAGED_WEIGHTS = {  # what they are, and what is said of them although their checksum is right
    "truncated": (WEIGHTS_OF_ANOTHER[:-1], "weights.safetensors cannot be read: .* not fully covered"),
    "empty": (b"", "weights.safetensors cannot be read: .* header too small"),
    "a head of a terabyte": (
        struct.pack("<Q", 2**40) + b"{}",
        "weights.safetensors cannot be read: .* header too large",
    ),
    "another's": (WEIGHTS_OF_ANOTHER, "lacks 'another', its files are of several detectors"),
}


@pytest.mark.parametrize("damage", DAMAGED_WEIGHTS)
def test_damaged_weights_are_refused_in_one_sentence(damage, plain, tmp_path) -> None:
    content, sentence = DAMAGED_WEIGHTS[damage]
    plain.save(tmp_path / "one")
    settings = json.loads((tmp_path / "one" / "detector.json").read_text())
    settings["checksums"]["weights.safetensors"] = hashlib.sha256(content).hexdigest()
    (tmp_path / "one" / "detector.json").write_text(json.dumps(settings))
    (tmp_path / "one" / "weights.safetensors").write_bytes(content)
    with pytest.raises(DetectorError, match=f"^{tmp_path}/one.*{sentence}.*; fit [^;]* again$"):
        Detector.load(tmp_path / "one")


def test_weights_that_would_fill_the_memory_are_refused(plain, tmp_path) -> None:
    plain.save(tmp_path / "one")
    os.truncate(tmp_path / "one" / "weights.safetensors", 2**40)
    with pytest.raises(DetectorError, match=r"weights\.safetensors cannot be read: "):
        Detector.load(tmp_path / "one")


DAMAGED_SETTINGS = {  # what becomes of the file, and what is said of it
    "cut off": (lambda file: file.write_text("{"), "is damaged or of another version: Expecting"),
    "no mapping": (lambda file: file.write_text("[1]"), "should be a valid dictionary, got"),
    "without end": (lambda file: file.write_text("[" * 200_000), "maximum recursion depth"),
    "a terabyte": (lambda file: os.truncate(file, 2**40), "it has more than 16,777,216 bytes"),
    "changed": (lambda file: file.write_text(file.read_text().replace("plain", "fancy")), "was changed after"),
    "of other files": (
        lambda file: file.write_text(file.read_text().replace("weights.safetensors", "/dev/zero")),
        "does not name the files weights.safetensors and",
    ),
}


@pytest.mark.parametrize("damage", DAMAGED_SETTINGS)
def test_damaged_settings_are_refused_in_one_sentence(damage, plain, tmp_path) -> None:
    change, sentence = DAMAGED_SETTINGS[damage]
    plain.save(tmp_path / "one")
    change(tmp_path / "one" / "detector.json")
    with pytest.raises(DetectorError, match=rf"^{tmp_path}/one/detector\.json .*{sentence}"):
        Detector.load(tmp_path / "one")


def test_settings_without_a_checksum_of_their_own_are_read(plain, tmp_path) -> None:
    plain.save(tmp_path / "one")
    settings = json.loads((tmp_path / "one" / "detector.json").read_text())
    del settings["checksums"]["detector.json"]
    (tmp_path / "one" / "detector.json").write_text(json.dumps(settings))
    assert Detector.load(tmp_path / "one").version == plain.version


def test_images_of_another_kind_are_refused(detector) -> None:
    images = images_for(detector, 1, 3)
    for wrong in (images.astype(float), images[0], np.repeat(images, 3, axis=1), images[:, :, :5]):
        with pytest.raises(DetectorError, match="images must be"):
            detector.score(wrong)


def test_a_picture_is_read_from_a_file_or_its_content(detector, tmp_path) -> None:
    image = images_for(detector, 1, 4)[0]
    Image.fromarray(image[0]).convert("RGB").save(tmp_path / "a.png")
    for source in (tmp_path / "a.png", (tmp_path / "a.png").read_bytes()):
        np.testing.assert_array_equal(detector.read(source), image)


def test_candidates_are_tried_on_defects_and_a_preferred_one_is_chosen_if_close() -> None:
    trial, candidates = made(rings(120, (24, 24), np.random.default_rng(5)))
    trials = trial.run(candidates, 0)
    assert list(trials["candidate"]) == ["pca", "statistics", "textures", "both"]
    numbers = trials.drop(columns="candidate")
    assert numbers.to_numpy().min() >= 0 and numbers.to_numpy().max() <= 1 and (trials["mean"] > 0.6).all()
    assert choose(trials, candidates)[0] == "both"
    ahead = trials.assign(mean=[0.5, 0.99, 0.5, 0.6])
    assert choose(ahead, candidates)[0] == "statistics"


NETWORKS = {
    "restoring": {"channels": 8, "steps": 1, "batch_size": 8, "learning_rate": 1e-3, "share": 0.1},
    "autoencoder": {
        "model": {"architecture": "conv_linear", "kernels": 4},
        "training": {"steps": 1, "batch_size": 8, "learning_rate": 1e-3, "optimizer": "adam"},
    },
}


@pytest.mark.parametrize("kind", NETWORKS)
def test_a_network_that_does_not_beat_components_is_not_heard(kind: str) -> None:
    network = NETWORKS[kind] | {"kind": kind}
    blocks = {
        "members": BLOCKS["members"] | {"net": network},
        "committees": {"all": ["statistics", "net"]} | BLOCKS["committees"],
        "preferred": ["all", "both"],
    }
    candidates = Candidates.model_validate(blocks)
    trials = pd.DataFrame({"candidate": list(candidates.subsets()), "mean": [0.9, 0.95, 0.94, 0.9, 0.99, 0.96]})
    chosen, why = choose(trials, candidates)
    assert chosen == "both" and "Left out, since principal components do at least as well: net." in why
    assert "net" not in candidates.for_images(20).members


def test_few_images_are_judged_by_members_that_have_not_seen_them() -> None:
    splits = divided(np.arange(30, 50), 0, 0.2, 0.2)
    assert sorted(splits["train"]) == list(range(30, 50)) and set(splits["fold"]) == {0, 1, 2, 3, 4}
    many = divided(np.arange(200), 0, 0.1, 0.2)
    assert {name: len(part) for name, part in many.items()} == {"validation": 20, "calibration": 40, "train": 140}
    assert len(np.unique(np.concatenate(list(many.values())))) == 200


def test_committees_name_their_members() -> None:
    with pytest.raises(ValueError, match="there is no member 'none'"):
        Candidates.model_validate(BLOCKS | {"committees": {"both": ["statistics", "none"]}})


def test_an_image_is_as_odd_as_its_oddest_tile() -> None:
    usual = [Usual(score=(1.0, 2.0), place=(0.0, 1.0))]
    readings = Readings(np.array([[1.0], [5.0], [3.0]]), np.array([0, 0, 1]))
    np.testing.assert_allclose(readings.of([0], usual), [2.0, 1.0])


def test_tiles_cover_an_image_and_come_together_again(rng) -> None:
    tiling = Tiling.of((300, 270))
    image = rng.integers(0, 255, size=(1, 300, 270)).astype(np.uint8)
    tiles = tiling.cut(image)
    assert tiles.shape[1:] == (1, 128, 128) and len(tiles) == len(tiling.corners)
    np.testing.assert_array_equal(tiling.joined(tiles[:, 0].astype(np.float32)), image[0])
    assert Tiling.of((256, 100)).is_whole and not Tiling.of((257, 100)).is_whole
    assert Tiling.of((300, 50)).side == (128, 50)


def test_a_sample_is_all_in_order_or_what_memory_holds(rng) -> None:
    images = rng.integers(0, 255, size=(40, 1, 8, 8)).astype(np.uint8)
    tiling, indices = Tiling.of((8, 8)), np.array([30, 2, 5, 9, 17])
    np.testing.assert_array_equal(tiling.sample(images, indices, Most(1, 320), 0), images[indices])
    few = tiling.sample(images, indices, Most(1, 319), 0)
    assert len(few) == 4 and all((one == images[indices]).all(axis=(1, 2, 3)).any() for one in few)
    large = rng.integers(0, 255, size=(2, 1, 300, 8)).astype(np.uint8)
    assert Tiling.of((300, 8)).sample(large, np.array([0, 1]), Most(3, 1), 0).shape == (3, 1, 128, 8)


@pytest.mark.parametrize("contrast", [6.0, 0.0])
def test_defects_that_do_not_show_on_the_images_do_not_count(contrast: float, rng) -> None:
    waves = 120 + contrast * np.sin(np.arange(24) / 4 + rng.uniform(0, 6, size=(40, 1, 1, 1)))
    trial, candidates = made(np.broadcast_to(waves, (40, 1, 24, 24)).round().astype(np.uint8))
    table = trial.run(candidates, 0).set_index("candidate")
    assert table["out_of_focus"].isna().all() and table["mean"].between(0, 1).all()
    assert choose(table.reset_index(), candidates)[0] in candidates.subsets()
