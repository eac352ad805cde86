"""Figures: PNG files that Kedro-Viz can show."""

import base64
import inspect
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from kedro.io import DatasetError
from matplotlib.figure import Figure
from PIL import Image

from autoencoders.data.catalog.figure import FigureDataset
from autoencoders.reporting.figures.style import finish, new_figure


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


def test_the_words_above_and_below_a_figure_are_kept_beside_its_pixels_with_where_its_panels_lie(
    dataset: FigureDataset,
) -> None:
    figure, _ = new_figure(8, 4)
    finish(figure, "Half is — less " + 20 * "and so on ", "How to read it.")
    dataset.save(figure)
    with Image.open(BytesIO(dataset.load())) as png:
        assert png.info["Title"] == ("Half is — less " + 20 * "and so on ").strip()
        assert png.info["Description"] == "How to read it."
        top, bottom = map(float, png.info["Body"].split())
        body = np.asarray(png.convert("L"))[int(top * png.height) : int(bottom * png.height)]
        assert 0.1 < top < bottom < 1
    assert (body[:2] == 255).all() and (body[-2:] == 255).all() and (body < 255).any(), "no letter is cut in two"
