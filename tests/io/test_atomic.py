"""Atomic saves: a file is whole or it is the one of before."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from kedro.io import DataCatalog, DatasetError, Version

from autoencoders.data.catalog.atomic import CSVDataset, JSONDataset, SafetensorsDataset, TextDataset

KINDS = [
    pytest.param(CSVDataset, pd.DataFrame({"a": range(2000)}), id="csv"),
    pytest.param(JSONDataset, {"a": list(range(2000))}, id="json"),
    pytest.param(TextDataset, "a" * 2000, id="text"),
    pytest.param(SafetensorsDataset, {"a": np.arange(2000)}, id="safetensors"),
]


class Interrupting:
    """Data whose writing is interrupted after the first half."""

    def to_csv(self, path_or_buf: Any, **_: Any) -> None:
        """Write something, then be interrupted."""
        path_or_buf.write("half")
        path_or_buf.flush()
        raise KeyboardInterrupt


def plain(data: Any) -> Any:
    """Return a table as a dictionary of lists, anything else as it is."""
    return data.to_dict("list") if isinstance(data, pd.DataFrame) else data


@pytest.mark.parametrize(("kind", "data"), KINDS)
def test_what_is_saved_is_what_is_loaded(kind: type, data: Any, tmp_path: Path) -> None:
    dataset = kind(filepath=str(tmp_path / "new" / "folders" / "file"))
    assert not dataset.exists()
    dataset.save(data)
    assert dataset.exists()
    np.testing.assert_equal(plain(dataset.load()), plain(data))
    assert [path.name for path in (tmp_path / "new" / "folders").iterdir()] == ["file"]


def test_a_transposed_array_keeps_its_rows_and_columns(tmp_path: Path) -> None:
    dataset = SafetensorsDataset(filepath=str(tmp_path / "a.safetensors"))
    array = np.arange(6).reshape(2, 3)
    dataset.save({"a": array.T})
    assert (dataset.load()["a"] == array.T).all()


def test_arrays_are_loaded_in_the_order_of_their_names(tmp_path: Path) -> None:
    dataset = SafetensorsDataset(filepath=str(tmp_path / "a.safetensors"))
    dataset.save({name: np.zeros(1) for name in "febcda"})
    assert "".join(dataset.load()) == "abcdef"


@pytest.mark.parametrize(("kind", "data"), KINDS)
def test_a_saved_file_has_the_permissions_of_any_new_file(kind: type, data: Any, tmp_path: Path) -> None:
    (tmp_path / "other").touch()
    kind(filepath=str(tmp_path / "file")).save(data)
    assert (tmp_path / "file").stat().st_mode == (tmp_path / "other").stat().st_mode


def test_an_interrupted_save_leaves_the_old_file_whole(tmp_path: Path) -> None:
    dataset = CSVDataset(filepath=str(tmp_path / "table.csv"))
    dataset.save(pd.DataFrame({"a": [1]}))
    with pytest.raises(KeyboardInterrupt):
        dataset.save(Interrupting())
    assert dataset.load().to_dict("list") == {"a": [1]}
    assert list(tmp_path.iterdir()) == [tmp_path / "table.csv"]


def test_a_failed_save_leaves_no_file(tmp_path: Path) -> None:
    dataset = JSONDataset(filepath=str(tmp_path / "value.json"))
    with pytest.raises(DatasetError, match="not JSON serializable"):
        dataset.save({"begun": 1, "impossible": object()})
    assert not dataset.exists()
    assert list(tmp_path.iterdir()) == []


def test_a_killed_save_leaves_the_old_file_and_a_hidden_one(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("old")
    script = (
        "import os; from pathlib import Path; from autoencoders.data.catalog.replacement import replacing\n"
        "with replacing(Path('file')) as temporary:\n"
        "    temporary.write_text('half'); os.kill(os.getpid(), 9)"
    )
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2] / "src")}
    killed = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, env=env, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert (tmp_path / "file").read_text() == "old"
    assert [path.name[:6] for path in tmp_path.iterdir() if path.name != "file"] == [".file."]


@pytest.mark.parametrize(("kind", "data"), KINDS)
def test_a_read_only_folder_is_named_with_the_way_out(kind: type, data: Any, read_only_folder: Path) -> None:
    path = read_only_folder / "file"
    with pytest.raises(DatasetError) as caught:
        kind(filepath=str(path)).save(data)
    assert str(caught.value) == (
        f"Cannot write {path}: the folder is read-only (Permission denied); "
        "choose a writable project folder or change its permissions"
    )


@pytest.mark.parametrize(("kind", "data"), KINDS)
def test_a_full_disk_is_named_and_leaves_the_old_file(
    kind: type, data: Any, tmp_path: Path, full_disk: Callable[[], AbstractContextManager]
) -> None:
    path = tmp_path / "file"
    path.write_text("old")
    sentence = r"^Cannot write \S+/file: the disk is full \(.+\); free some space"
    with pytest.raises(DatasetError, match=sentence), full_disk():
        kind(filepath=str(path)).save(data)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_in_the_way_of_a_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DatasetError, match=r"^Cannot write .*; remove what stands in the way"):
        JSONDataset(filepath=str(tmp_path / "file" / "value.json")).save(1)


def test_versions_keep_working(tmp_path: Path) -> None:
    dataset = JSONDataset(filepath=str(tmp_path / "value.json"), version=Version(None, "v1"))
    dataset.save([1])
    assert (tmp_path / "value.json" / "v1" / "value.json").is_file()
    assert dataset.load() == [1]


def test_kedro_viz_previews_tables_and_values(tmp_path: Path) -> None:
    table = CSVDataset(filepath=str(tmp_path / "table.csv"))
    table.save(pd.DataFrame({"a": range(9)}))
    assert table.preview(nrows=2) == {"index": [0, 1], "columns": ["a"], "data": [[0], [1]]}
    value = JSONDataset(filepath=str(tmp_path / "value.json"))
    value.save({"mse": 0.5})
    assert value.preview() == '{"mse": 0.5}'


def test_a_factory_pattern_gives_every_variant_its_file(tmp_path: Path) -> None:
    config = {
        "{dataset}.{study}.{variant}.metrics": {
            "type": "autoencoders.data.catalog.atomic.JSONDataset",
            "filepath": f"{tmp_path}/{{dataset}}/{{study}}/{{variant}}/metrics.json",
            "metadata": {"kedro-viz": {"layer": "metrics"}},
        }
    }
    catalog = DataCatalog.from_config(config)
    catalog.save("mnist.denoising.sigma_03.metrics", {"mse": 0.5})
    assert (tmp_path / "mnist" / "denoising" / "sigma_03" / "metrics.json").is_file()
    assert catalog.load("mnist.denoising.sigma_03.metrics") == {"mse": 0.5}


def test_the_configuration_of_a_catalog_survives_a_round_trip(tmp_path: Path) -> None:
    config = {"a": {"type": "autoencoders.data.catalog.atomic.JSONDataset", "filepath": str(tmp_path / "a.json")}}
    catalog = DataCatalog.from_config(config)
    catalog.save("a", 1)
    assert DataCatalog.from_config(*catalog.to_config()).load("a") == 1
