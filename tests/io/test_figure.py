"""Figures: PNG files that Kedro-Viz can show."""

import base64
import inspect
from pathlib import Path

import pytest
from kedro.io import DatasetError
from matplotlib.figure import Figure

from autoencoders.data.catalog.figure import FigureDataset


@pytest.fixture
def dataset(tmp_path: Path) -> FigureDataset:
    """A figure dataset with 50 pixels an inch."""
    return FigureDataset(filepath=str(tmp_path / "loss" / "history.png"), save_args={"dpi": 50})


def test_a_figure_becomes_a_png_of_the_configured_resolution(dataset: FigureDataset) -> None:
    dataset.save(Figure(figsize=(4, 2)))
    png = dataset.load()
    assert png.startswith(b"\x89PNG")
    assert (int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")) == (200, 100)
    assert dataset.exists()


def test_the_preview_is_what_kedro_viz_expects(dataset: FigureDataset) -> None:
    dataset.save(Figure(figsize=(1, 1)))
    assert base64.b64decode(dataset.preview()) == dataset.load()
    annotation = inspect.signature(dataset.preview).return_annotation
    assert getattr(annotation, "__name__", annotation) == "ImagePreview"


def test_a_figure_that_cannot_be_drawn_leaves_the_old_one(dataset: FigureDataset) -> None:
    dataset.save(Figure(figsize=(1, 1)))
    before = dataset.load()
    broken = Figure(figsize=(1, 1))
    broken.text(0, 0, r"$\no_such_command$")
    with pytest.raises(DatasetError, match="no_such_command"):
        dataset.save(broken)
    assert dataset.load() == before


def test_a_read_only_folder_is_named(read_only_folder: Path) -> None:
    with pytest.raises(DatasetError, match=r"^Cannot write .*history\.png: the folder is read-only"):
        FigureDataset(filepath=str(read_only_folder / "history.png"), save_args={}).save(Figure())
