"""Layouts: what the folders that images lie in say of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

from autoencoders.data.folders import FolderError
from autoencoders.data.folders.tree import Tree
from autoencoders.data.words import listed, printable

OFFICIAL = {"train": "train", "training": "train", "test": "test", "testing": "test"}
PARTS = OFFICIAL | {"val": "train", "valid": "train", "validation": "train"}  # folder, in small letters -> part
MASKS = "ground_truth"  # MVTec AD's folder of masks
MASK = "_mask"  # what it adds to an image's name to make its mask's
NORMAL = "normal"  # the class of images in no class folder

FLAT = "one folder without classes"
CLASSES = "class folders"
OFFICIAL_PARTS = "train and test folders"
MVTEC = "MVTec AD's folders"

HIDDEN = "hidden"
OUTSIDE = "outside the folders of this layout"
UNPAIRED = "without an image to mask"


@dataclass(frozen=True)
class Place:
    """Where an image lies, and what that says of it.

    Attributes:
        file: Its path below the root, with slashes.
        part: The official part.
        class_name: Its class.
        mask: The path of the mask of its defects, if there is one.
    """

    file: str
    part: Literal["train", "test"]
    class_name: str
    mask: str | None = None


@dataclass(frozen=True)
class Layout:
    """How images are laid out in folders.

    Attributes:
        kind: In words.
        places: The images, the training part first, each part in the order of the names of folders and files.
        left_out: All other files: what they are -> their paths below the root.
        losses: Which folders and links are left out, a sentence each.
    """

    kind: str
    places: list[Place]
    left_out: dict[str, list[str]]
    losses: list[str]

    @property
    def has_masks(self) -> bool:
        """Whether defects are marked pixel by pixel."""
        return self.kind == MVTEC


def recognise(root: Path) -> Layout:
    """Tell by the names of the folders below a root which of four layouts it has, and find its images.

    - One folder without classes: images and no folders. All are normal, of the class `normal`.
    - Class folders: `<class>/`. Images in deeper folders belong to the class above them.
    - Train and test folders: `train/<class>/` and `test/<class>/`, in small or capital letters; `val`, `valid` and
      `validation` count as training part. Without class folders, a part's images are `normal`. They are taken for
      parts if both are there or if no other folder holds images; else they are classes.
    - MVTec AD's (Bergmann et al. 2019): the same with `ground_truth/<class>/<name>_mask.png` or `<name>.png`, the mask
      of `test/<class>/<name>.png`.

    Args:
        root: The folder.

    Raises:
        FolderError: It is missing, cannot be opened, holds no images or holds folders that are whole image sets
            themselves.
    """
    if not root.exists():
        raise FolderError(f"there is no folder {root}: name another, or put images into {root}/<class>/")
    tree = Tree.of(root)
    kind, places, left_out = _placed(root, tree.images)
    if not places:
        others = f"; of other files there are {len(tree.others):,}, such as {tree.others[0]}" if tree.others else ""
        raise FolderError(f"there are no images in {root}: put them into {root}/<class>/{others}")
    left_out |= {HIDDEN: tree.hidden, f"of a kind that is not read ({_endings(tree.others)})": tree.others}
    ordered = sorted(places, key=lambda place: place.part == "test")
    strays = {what: [str(one) for one in found] for what, found in left_out.items() if found}
    return Layout(kind, ordered, strays, list(tree.losses))


def _placed(root: Path, images: list[PurePosixPath]) -> tuple[str, list[Place], dict[str, list[PurePosixPath]]]:
    """Return the kind of layout, the images that have a place in it and those that have none."""
    tops = {file.parts[0] for file in images if len(file.parts) > 1}
    if not tops:
        return FLAT, [Place(str(file), "train", NORMAL) for file in images], {}
    if not _has_parts(tops):
        _refuse_nested(root, images)
        inside = [file for file in images if len(file.parts) > 1 and file.parts[0].lower() != MASKS]
        places = [Place(str(file), "train", printable(file.parts[0])) for file in inside]
        return CLASSES, places, {OUTSIDE: _without(images, inside)}
    masks = [file for file in images if len(file.parts) > 1 and file.parts[0].lower() == MASKS]
    by_image = _by_image(masks)
    in_classes = {file.parts[0] for file in images if len(file.parts) > 2}
    parts = [file for file in images if len(file.parts) > 1 and file.parts[0].lower() in PARTS]
    inside = [file for file in parts if len(file.parts) > 2 or file.parts[0] not in in_classes]
    places = [_in_part(file, by_image) for file in inside]
    used = [PurePosixPath(place.mask) for place in places if place.mask]
    left_out = {OUTSIDE: _without(images, [*inside, *masks]), UNPAIRED: _without(masks, used)}
    return MVTEC if masks else OFFICIAL_PARTS, places, left_out


def _has_parts(tops: set[str]) -> bool:
    """Tell whether folders of these names hold official parts, rather than being classes of the same names."""
    official = {OFFICIAL[name.lower()] for name in tops if name.lower() in OFFICIAL}
    others = [name for name in tops if name.lower() not in PARTS and name.lower() != MASKS]
    return len(official) == 2 or (len(official) == 1 and not others)


def _in_part(file: PurePosixPath, masks: dict[PurePosixPath, str]) -> Place:
    """Return the place of a file in a part, which lies in a class folder or, where there are none, beside others."""
    top, *below = file.parts
    part = PARTS[top.lower()]
    class_name = printable(below[0]) if len(below) > 1 else NORMAL
    return Place(str(file), part, class_name, masks.get(_image_of(file)) if part == "test" else None)


def _by_image(masks: list[PurePosixPath]) -> dict[PurePosixPath, str]:
    """Return the masks' paths by what `_image_of` returns for the image and for the mask."""
    return {_image_of(file.with_name(file.stem.removesuffix(MASK) + file.suffix)): str(file) for file in masks}


def _image_of(file: PurePosixPath) -> PurePosixPath:
    """Return the path below the topmost folder, without its ending."""
    return PurePosixPath(*file.parts[1:]).with_suffix("")


def _refuse_nested(root: Path, images: list[PurePosixPath]) -> None:
    """Make sure that no folder taken for a class is an image set of its own.

    Raises:
        FolderError: One holds train and test folders.
    """
    inner: dict[str, set[str]] = {}
    for file in images:
        if len(file.parts) > 2 and file.parts[1].lower() in OFFICIAL:
            inner.setdefault(file.parts[0], set()).add(OFFICIAL[file.parts[1].lower()])
    nested = [name for name, parts in inner.items() if len(parts) == 2]
    if nested:
        raise FolderError(
            f"{root} holds image sets with train and test folders of their own, {listed(nested)}: "
            f"let path be one of them, {root / nested[0]}"
        )


def _without(files: Iterable[PurePosixPath], used: Iterable[PurePosixPath]) -> list[PurePosixPath]:
    kept_out = set(used)
    return [file for file in files if file not in kept_out]


def _endings(files: list[PurePosixPath]) -> str:
    return listed(sorted({file.suffix.lower() or "no ending" for file in files}), 6)
