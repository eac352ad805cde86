"""Trees: each file below a folder is found once, whatever links there are, and what is left out is said."""

import os
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from autoencoders.data.folders import FolderError
from autoencoders.data.folders.stream import Pictures
from autoencoders.data.folders.tree import Tree


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a folder with two classes, of which one has two images and the other one."""
    for file in ("set/fine/a.png", "set/fine/b.png", "set/odd/c.png"):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).touch()
    return tmp_path / "set"


def names(files: list) -> list[str]:
    return list(map(str, files))


@pytest.mark.parametrize("target", ["..", "../..", "/", ".", "../odd"], ids=str)
def test_a_link_to_a_folder_that_is_there_or_above_is_left_out_and_said(root: Path, target: str) -> None:
    (root / "fine" / "again").symlink_to(target)
    tree = Tree.of(root)
    assert names(tree.images) == ["fine/a.png", "fine/b.png", "odd/c.png"]
    assert list(tree.losses) == ["1 link left out that would lead in a circle or to what is there already: fine/again."]


def test_a_folder_counts_by_its_own_name_rather_than_by_that_of_a_link(root: Path) -> None:
    (root / "another").symlink_to("odd")
    assert names(Tree.of(root).images) == ["fine/a.png", "fine/b.png", "odd/c.png"]


def test_a_link_to_a_hidden_folder_counts(root: Path) -> None:
    (root / ".store").mkdir()
    (root / ".store" / "d.png").touch()
    (root / "odd" / "more").symlink_to("../.store")
    tree = Tree.of(root)
    assert names(tree.images) == ["fine/a.png", "fine/b.png", "odd/c.png", "odd/more/d.png"]
    assert not list(tree.losses) and not tree.hidden


def test_an_image_that_links_lead_to_counts_once(root: Path, tmp_path: Path) -> None:
    (tmp_path / "store.png").touch()
    for name, target in {"a2.png": "a.png", "s1.png": "../../store.png", "s2.png": "s1.png"}.items():
        (root / "fine" / name).symlink_to(target)
    (root / "odd" / "a.png").symlink_to("../fine/a.png")
    pictures = Pictures.of(root)
    assert pictures.files == ["fine/a.png", "fine/b.png", "fine/s1.png", "odd/c.png"]
    assert pictures.losses == [
        "3 links left out that would lead in a circle or to what is there already: fine/a2.png, fine/s2.png, odd/a.png."
    ]


def test_links_in_a_circle_end(root: Path) -> None:
    (root / "fine" / "x.png").symlink_to("y.png")
    (root / "fine" / "y.png").symlink_to("x.png")
    (root / "one").symlink_to("other")
    (root / "other").symlink_to("one")
    tree = Tree.of(root)
    assert names(tree.others) == ["one", "other"], "they are no folders"
    assert {"fine/x.png", "fine/y.png"} <= set(names(tree.images)), "said by whoever reads them"


def test_a_folder_that_cannot_be_opened_is_said() -> None:
    user = os.geteuid()
    with TemporaryDirectory() as folder:  # not in tmp_path, which nobody could not even enter
        root = Path(folder)
        (root / "fine").mkdir()
        (root / "fine" / "a.png").touch()
        (root / "odd").mkdir(mode=0)
        root.chmod(0o755)
        try:
            os.seteuid(65534 if user == 0 else user)  # root may open anything
            tree = Tree.of(root)
            with pytest.raises(FolderError, match=rf"^{folder}/odd cannot be opened; name a folder that you may read$"):
                Tree.of(root / "odd")
        finally:
            os.seteuid(user)
    assert names(tree.images) == ["fine/a.png"]
    assert list(tree.losses) == ["1 folder left out that cannot be opened: odd."]
