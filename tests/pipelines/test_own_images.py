"""From a folder of images to a detector and what it finds, as one pipeline."""

from typing import Any

import numpy as np
import pytest
from kedro.io import DataCatalog, MemoryDataset
from kedro.runner import SequentialRunner
from PIL import Image

from autoencoders.data.catalog.figure import FigureDataset
from autoencoders.data.catalog.folder import FolderDataset
from autoencoders.inspection.candidates import Candidates
from autoencoders.inspection.detector import Detector
from autoencoders.inspection.parts import Parts, divide, find_normal
from autoencoders.inspection.verdicts import Decision
from autoencoders.pipelines.inspection.pipeline import create_own_images_pipeline
from autoencoders.training.variant import Compute

CANDIDATES = {
    "members": {
        "pca": {"kind": "components", "latent_dim": 4},
        "statistics": {"kind": "statistics", "share": 0.1},
        "textures": {"kind": "textures", "known": 200, "place": 1.0, "share": 0.1},
    },
    "committees": {"both": ["statistics", "textures"]},
    "preferred": ["both"],
}
PARTS = {"seed": 0, "validation": 0.1, "calibration": 0.2, "test": 0.2}


class Kept(MemoryDataset):
    """Data that stay when the last node that needs them has run."""

    def _release(self) -> None:
        pass


def write(folder, names: dict[str, int], rng) -> None:
    """Write pictures of stripes into folders below one, by how many; those in `odd` folders have a white spot."""
    for name, count in names.items():
        (folder / name).mkdir(parents=True)
        for number in range(count):
            values = 120 + 60 * np.sin(np.arange(24) + rng.uniform(-0.5, 0.5)) + rng.normal(0, 4, size=(24, 24))
            if "odd" in name:
                values[6:12, 6:12] = 250
            Image.fromarray(values.clip(0, 255).astype(np.uint8)).save(folder / name / f"{number}.png")


def run(folder) -> DataCatalog:
    candidates = Candidates.model_validate(CANDIDATES)
    blocks: dict[str, Any] = {
        "params:own_images.parts": Parts.model_validate(PARTS),
        "params:own_images.seed": 0,
        "params:own_images.candidates": candidates,
        "params:own_images.decision": Decision(rule="rate", level=0.1),
        "params:compute": Compute(device="cpu", threads=1),
    }
    blocks |= {f"params:own_images.candidates.members.{name}": one for name, one in candidates.members.items()}
    blocks["provenance"] = {"command": "kedro run"}
    raw = FolderDataset(path=str(folder), name="stripes")
    pipeline = create_own_images_pipeline(list(candidates.members))
    catalog = DataCatalog({"own_images.raw": raw} | {name: MemoryDataset(block) for name, block in blocks.items()})
    for name in pipeline.all_outputs():
        catalog[name] = Kept(copy_mode="assign")
    catalog["own_images.scores_figure"] = FigureDataset(filepath=str(folder.parent / f"{folder.name}.png"))
    SequentialRunner().run(pipeline, catalog)
    return catalog


@pytest.mark.parametrize("normal", [25, 120])
def test_a_folder_becomes_a_detector_that_finds_what_is_odd(normal: int, tmp_path, rng) -> None:
    write(tmp_path, {"good": normal, "odd": 8}, rng)
    catalog = run(tmp_path)
    verdicts = catalog["own_images.verdicts"].load()
    assert set(verdicts["class"]) == {"good", "odd"} and (verdicts["class"] == "odd").sum() == 8
    assert verdicts.loc[verdicts["class"] == "odd", "flagged"].all()
    assert set(catalog["own_images.error_maps"].load()) == set(verdicts["file"])
    findings = catalog["own_images.findings"].load()
    assert findings["kind"].tolist() == ["odd", "all"] and (findings["auroc"] == 1).all()
    detector: Detector = catalog["own_images.detector"].load()
    assert list(detector.settings.members) == ["statistics", "textures"]
    scores = catalog["own_images.scores"].load()
    tested = scores[scores["split"] == "test"].set_index("index").loc[verdicts["index"], "both"]
    np.testing.assert_allclose(tested, verdicts["score"], rtol=1e-4, atol=1e-4)
    assert set(catalog["own_images.candidates"].load()["candidate"]) == set(detector.settings.members) | {"pca", "both"}


def test_a_folder_of_normal_images_alone_becomes_a_detector_too(tmp_path, rng) -> None:
    write(tmp_path / "all", {"": 24}, rng)
    catalog = run(tmp_path / "all")
    assert len(catalog["own_images.detector"].load().calibration) == 24
    assert catalog["own_images.findings"].load().empty and catalog["own_images.verdicts"].load().empty
    assert "were used to make the detector, so none was judged" in catalog["own_images.report"].load()


def test_the_report_shows_odd_images_and_mistakes_and_names_are_text(tmp_path, rng) -> None:
    write(tmp_path, {"good": 40, "odd <script>alert(1)<": 4}, rng)
    write(tmp_path / "good", {"odd": 1}, rng)  # taken for a good one
    (tmp_path / "good" / "<img src=x>.png").write_bytes(b"none")
    report = run(tmp_path)["own_images.report"].load()
    assert "separates 4 odd images from those of &#39;good&#39; with an AUROC" in report
    assert report.count('class="marked"') >= 4 and "the oddest images" in report
    assert "<script>alert" not in report and "odd &lt;script&gt;alert(1)&lt;" in report
    assert "<img src=x" not in report and "good/&lt;img src=x&gt;.png" in report and "is not an image" in report


def loaded(folder) -> FolderDataset:
    return FolderDataset(path=str(folder), name="stripes").load()


def test_the_normal_class_is_the_one_that_is_called_so_or_the_largest(tmp_path, rng) -> None:
    write(tmp_path / "named", {"bad": 5, "OK": 3}, rng)
    write(tmp_path / "largest", {"a": 3, "b": 5}, rng)
    for folder, name in (("named", "OK"), ("largest", "b")):
        images = loaded(tmp_path / folder)
        assert images.info["class_names"][find_normal(images)] == name


def test_a_class_is_chosen_by_its_name_even_if_that_is_a_number(tmp_path, rng) -> None:
    write(tmp_path, {"3": 5, "7": 4}, rng)
    images = loaded(tmp_path)
    splits = divide(images, Parts.model_validate(PARTS | {"normal": 7}))
    assert [images.info["class_names"][label] for label in set(images.labels[splits["train"]])] == ["7"]


def test_what_is_not_normal_is_judged_wherever_it_lies(tmp_path, rng) -> None:
    write(tmp_path, {"train/good": 10, "train/odd": 3, "test/good": 2, "test/odd": 2}, rng)
    images = loaded(tmp_path)
    splits = divide(images, Parts.model_validate(PARTS))
    assert len(splits["train"]) == 10 and len(splits["test"]) == 7
    assert set(splits["train"]).isdisjoint(splits["test"])
    assert (images.labels[splits["train"]] == images.labels_of(["good"])[0]).all()
    with pytest.raises(ValueError, match="there is no class 'fine' in stripes; there are: good, odd"):
        divide(images, Parts.model_validate(PARTS | {"normal": "fine"}))


def test_two_normal_images_are_enough_to_learn_something(tmp_path, rng) -> None:
    write(tmp_path, {"train/good": 2, "test/odd": 2}, rng)
    detector = run(tmp_path)["own_images.detector"].load()
    assert len(detector.calibration) == 2 and np.isfinite(detector.calibration).all()


def test_one_normal_image_is_too_few(tmp_path, rng) -> None:
    write(tmp_path, {"good": 1, "odd": 3}, rng)
    with pytest.raises(ValueError, match="at least 2 images of the class 'good' to learn from, got 1"):
        divide(loaded(tmp_path), Parts.model_validate(PARTS | {"normal": "good"}))


def test_a_folder_of_test_images_alone_is_refused(tmp_path, rng) -> None:
    write(tmp_path, {"test/good": 3, "test/odd": 3}, rng)
    for normal in (None, "good"):
        with pytest.raises(
            ValueError, match=r"^stripes has test images alone, .* put normal ones into train/good/, or"
        ):
            divide(loaded(tmp_path), Parts.model_validate(PARTS | {"normal": normal}))
