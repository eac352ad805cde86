"""New images are judged by a detector that is there: however many, again and again, whatever lies among them."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from kedro.io import DataCatalog, DatasetError, MemoryDataset
from kedro.runner import SequentialRunner
from PIL import Image

from autoencoders.data.catalog.atomic import CSVDataset, JSONDataset, TextDataset
from autoencoders.data.catalog.figure import FigureDataset
from autoencoders.data.catalog.scored import PicturesDataset, ScoredDataset, ScoredMapsDataset
from autoencoders.data.folders.place import place_of
from autoencoders.inspection import streaming
from autoencoders.inspection.detector import Detector, Settings
from autoencoders.inspection.members import Member
from autoencoders.inspection.panel import Usual
from autoencoders.inspection.verdicts import Decision, p_values
from autoencoders.pipelines.inspection.detector import DetectorDataset
from autoencoders.pipelines.inspection.pipeline import create_score_pipeline

SIZE = (20, 20)


def good(count: int, seed: int) -> np.ndarray:
    noise = np.random.default_rng(seed).normal(0, 5, size=(count, 1, *SIZE))
    return (120 + noise).clip(0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def detector() -> Detector:
    import torch

    member = Member.model_validate({"kind": "statistics", "share": 0.1})
    learnt = {"statistics": member.fit(torch.from_numpy(good(60, 0)), torch.empty(0), 0)}
    settings = Settings(
        name="plain",
        image_shape=(1, *SIZE),
        members={"statistics": member},
        usual={"statistics": Usual(score=(0.0, 1.0), place=(0.0, 1.0))},
        why="",
        learnt_from={},
        made_with={},
    )
    unseen = Detector(settings, learnt, np.empty(0)).score(good(40, 1))
    return Detector(settings, learnt, unseen)


@pytest.fixture
def folder(tmp_path):
    """Return a folder with good images, odd ones, one that cannot be read, a hidden one and a text."""
    for number, image in enumerate(good(30, 2)):
        if number >= 25:
            image[0, 5:11, 8:12] = 250
        (tmp_path / "new" / ("odd" if number >= 25 else "shelf")).mkdir(parents=True, exist_ok=True)
        place = "odd" if number >= 25 else "shelf"
        Image.fromarray(image[0]).save(tmp_path / "new" / place / f"{number:02}.png")
    (tmp_path / "new" / "broken.png").write_bytes(b"\x89PNG\r\n")
    (tmp_path / "new" / ".hidden.png").write_bytes(b"")
    (tmp_path / "new" / "notes.txt").write_text("none")
    return tmp_path / "new"


def judged(folder) -> Path:
    return folder.parent / "judged"


def run(folder, detector: Detector, rule: str = "rate", level: float = 0.05) -> tuple[pd.DataFrame, dict]:
    place = judged(folder)
    catalog = DataCatalog(
        {
            "score.detector": MemoryDataset(detector, copy_mode="assign"),
            "score.pictures": PicturesDataset(folder=str(folder)),
            "score.scored_before": ScoredDataset(path=str(place / "parts")),
            "score.scored": ScoredDataset(path=str(place / "parts")),
            "score.error_maps": ScoredMapsDataset(path=str(place / "error_maps")),
            "score.verdicts": CSVDataset(filepath=str(place / "scores.csv"), save_args={"index": False}),
            "score.summary": JSONDataset(filepath=str(place / "summary.json")),
            "score.scores_figure": FigureDataset(filepath=str(place / "scores.png")),
            "score.report": TextDataset(filepath=str(place / "report.html")),
            "provenance": MemoryDataset({"command": "kedro run"}),
            "params:score.decision": MemoryDataset(Decision(rule=rule, level=level)),
        }
    )
    SequentialRunner().run(create_score_pipeline(), catalog)
    return catalog["score.verdicts"].load(), catalog["score.summary"].load()


@pytest.mark.parametrize("rule", ["rate", "fdr"])
def test_odd_images_come_first_with_the_box_of_what_is_odd(folder, detector, rule: str) -> None:
    table, summary = run(folder, detector, rule, 0.2)
    assert table["file"].head(5).str.startswith("odd/").all() and table["flagged"].head(5).eq(True).all()
    assert table["file"].iloc[-1] == "broken.png" and "is not an image" in table["unreadable"].iloc[-1]
    assert summary["pictures"] == 30 and summary["unreadable"] == 1
    first = table.iloc[0]
    assert first["top"] <= 6 <= first["top"] + first["height"] and first["left"] <= 9 <= first["left"] + first["width"]
    maps = judged(folder) / "error_maps"
    assert len(list(maps.rglob("*.png"))) == 30
    report = (maps.parent / "report.html").read_text()
    assert report.index("<strong>odd/") < report.index("<strong>shelf/") and report.count('class="marked"') >= 5
    assert "1 file could not be read" in report and "broken.png" in report and "notes.txt" not in report


STRANGE = ["\udcfc.png", "a\nb.png", "\x1b[2J.png", "<i>.png", "x" * 251 + ".png"]  # names of files


def test_files_of_any_name_are_judged_and_links_that_lead_nowhere_are_said(tmp_path, detector) -> None:
    folder = tmp_path / "new"
    (folder / "gr\udcfcn").mkdir(parents=True)
    for name, image in zip(STRANGE, good(len(STRANGE), 4), strict=True):
        with (folder / "gr\udcfcn" / name).open("wb") as file:
            Image.fromarray(image[0]).save(file, format="PNG")
    (folder / "circle.png").symlink_to("circle.png")
    for _ in range(2):  # the second finds all scored
        table, summary = run(folder, detector)
        assert (summary["pictures"], summary["unreadable"]) == (len(STRANGE), 1)
        names = sorted(table["file"].dropna())
        assert names[:4] == ["circle.png", *(rf"gr\udcfcn/{name}.png" for name in ("<i>", r"\udcfc", r"\x1b[2J"))]
        assert names[4] == r"gr\udcfcn/a\nb.png" and re.fullmatch(r"gr\\udcfcn/x{191}-[0-9a-f]{8}", names[5])
    report = (judged(folder) / "report.html").read_text()
    assert "&lt;i&gt;.png" in report and "Too many levels of symbolic links" in report
    assert len(list((judged(folder) / "error_maps").rglob("*.png"))) == len(STRANGE)


def test_scores_are_those_of_the_detector_alone(folder, detector) -> None:
    table, _ = run(folder, detector)
    read = table.dropna(subset="score")
    images = np.stack([detector.read(folder / file) for file in read["file"]])
    np.testing.assert_allclose(read["score"], detector.score(images), rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(read["p_value"], p_values(detector.score(images), detector.calibration))


def test_what_was_scored_before_is_not_scored_again(folder, detector, monkeypatch) -> None:
    monkeypatch.setattr(streaming, "CHUNK", 7)
    before, _ = run(folder, detector)
    parts = judged(folder) / "parts"
    files = sorted(parts.iterdir())
    assert len(files) == 5
    files[-1].unlink()  # as if the run had been killed
    kept = [file.stat().st_mtime_ns for file in files[:-1]]
    again, _ = run(folder, detector)
    pd.testing.assert_frame_equal(before, again, rtol=1e-5)
    assert [file.stat().st_mtime_ns for file in files[:-1]] == kept
    pd.testing.assert_frame_equal(again, run(folder, detector)[0])  # nothing is left to do


def test_a_file_that_has_changed_is_scored_again_and_one_that_has_gone_is_not_judged(folder, detector) -> None:
    before, _ = run(folder, detector)
    changed, gone = "shelf/00.png", "shelf/01.png"
    (folder / changed).write_bytes((folder / "odd" / "25.png").read_bytes())
    (folder / gone).unlink()
    after, summary = run(folder, detector)
    scores = [table.set_index("file")["score"] for table in (before, after)]
    assert scores[1][changed] > scores[0][changed] + 1 and gone not in scores[1].index and summary["pictures"] == 29
    same = scores[1].index.drop(changed)
    pd.testing.assert_series_equal(scores[0][same], scores[1][same])


def test_scores_of_another_detector_do_not_count(folder, detector) -> None:
    run(folder, detector)
    other = Detector(detector.settings.model_copy(update={"name": "other"}), detector.learnt, detector.calibration)
    assert other.version != detector.version
    assert run(folder, other)[1]["version"] == other.version


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\xa9", b'file,score\n"a', b"file,score\na,much\n"], ids=str)
def test_a_damaged_table_of_scores_is_named_with_the_way_out(tmp_path, content: bytes) -> None:
    (tmp_path / "000000.csv").write_bytes(content)
    with pytest.raises(DatasetError, match=r"/000000\.csv is damaged: .*; delete it, and its images are scored again$"):
        ScoredDataset(path=str(tmp_path)).load()


def test_a_folder_that_is_missing_or_empty_is_named(tmp_path) -> None:
    (tmp_path / "file.png").write_bytes(b"")
    for name, words in (("none", "there is no folder"), ("file.png", "is a file; name the folder")):
        with pytest.raises(DatasetError, match=words):
            PicturesDataset(folder=str(tmp_path / name)).load()


def test_folders_of_one_name_have_places_of_their_own(tmp_path) -> None:
    ones = {place_of(str(tmp_path / above / "new")) for above in ("a", "b")}
    assert len(ones) == 2 and all(one.startswith("new-") for one in ones)


def test_where_a_detector_is_missing_those_that_are_there_are_named(detector, tmp_path) -> None:
    detector.save(tmp_path / "parts" / "detector")
    assert DetectorDataset(path=str(tmp_path / "parts" / "detector")).load().version == detector.version
    with pytest.raises(DatasetError, match=r"there is no detector in .*pards.*; there are: parts$"):
        DetectorDataset(path=str(tmp_path / "pards" / "detector")).load()
