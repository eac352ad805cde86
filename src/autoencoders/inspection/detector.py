"""A detector as a thing: one folder that is loaded anywhere, reads pictures and judges them."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

import numpy as np
import pandas as pd
from pydantic import Field, SerializeAsAny

from autoencoders.configuration import Name, Strict
from autoencoders.data.folders import picture
from autoencoders.data.folders.picture import Levels
from autoencoders.data.temporary import temporary_beside
from autoencoders.inspection import verdicts
from autoencoders.inspection.members import Member
from autoencoders.inspection.panel import Panel, Usual
from autoencoders.inspection.tiles import Tiling

if TYPE_CHECKING:
    import torch

    from autoencoders.inspection.panel import Learnt

SETTINGS, WEIGHTS, CALIBRATION = "detector.json", "weights.safetensors", "calibration.safetensors"
FORMAT = 1  # of the folder
LARGEST = 2**24  # bytes of settings


class DetectorError(ValueError):
    """A folder holds no detector that can be used, or images are not of the kind that it judges."""


class Settings(Strict):
    """What a detector is, beside its weights.

    Attributes:
        format: Of the folder.
        name: What people call it.
        image_shape: (C, H, W) of the images that it was fitted to.
        levels: Black and white in pictures of more than 8 bits, by their mode.
        members: Those that judge.
        usual: What is usual for each of them.
        why: Why these were chosen, in a sentence.
        learnt_from: The images: name, checksum, how many of them and of which class.
        made_with: Versions of what it was fitted with.
        checksums: SHA-256 of the other files of the folder, and of all else in this one.
    """

    format: Literal[1] = FORMAT
    name: str
    image_shape: tuple[int, int, int]
    levels: dict[str, tuple[float, float]] = {}
    members: Annotated[dict[Name, SerializeAsAny[Member]], Field(min_length=1)]
    usual: dict[Name, Usual]
    why: str
    learnt_from: dict[str, Any]
    made_with: dict[str, str]
    checksums: dict[str, str] = {}


@dataclass(frozen=True)
class Detector:
    """What judges images: a higher score is odder, and its p-value says how rarely a normal image scores as high.

    Attributes:
        settings: What it is.
        learnt: What each of its members has learnt.
        calibration: Scores (n,) of normal images that nothing was learnt from.
    """

    settings: Settings
    learnt: dict[str, Learnt]
    calibration: np.ndarray

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Load a detector from its folder.

        Raises:
            DetectorError: There is none, or a file of it is missing, damaged or of another detector.
        """
        folder = Path(path)
        settings = _settings(folder)
        if set(settings.checksums) - {SETTINGS} != {WEIGHTS, CALIBRATION}:
            raise DetectorError(f"{folder / SETTINGS} does not name the files {WEIGHTS} and {CALIBRATION}")
        weights, calibration = (_arrays(folder / name, settings.checksums[name]) for name in (WEIGHTS, CALIBRATION))
        learnt: dict[str, Learnt] = {name: {} for name in settings.members}
        try:
            for name, array in weights.items():
                member, _, part = name.partition("/")
                learnt[member][part] = array
            return cls(settings, learnt, calibration["scores"])
        except KeyError as error:
            raise DetectorError(f"{folder} lacks {error}, its files are of several detectors; fit it again") from error

    def save(self, path: str | Path) -> None:
        """Write the detector as a folder, whole or not at all; one that is there before is replaced."""
        from safetensors.numpy import save

        arrays = {f"{member}/{name}": array for member, own in self.learnt.items() for name, array in own.items()}
        contents = {
            WEIGHTS: save({name: np.ascontiguousarray(array) for name, array in sorted(arrays.items())}),
            CALIBRATION: save({"scores": self.calibration}),
        }
        checksums = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
        settings = self.settings.model_dump(mode="json")
        settings["checksums"] = checksums | {SETTINGS: _checksum(settings)}
        contents[SETTINGS] = json.dumps(settings, indent=2).encode()
        _replace(Path(path), contents)

    @cached_property
    def version(self) -> str:
        """Twelve letters and digits that tell it from any other detector."""
        digest = hashlib.sha256(self.settings.model_dump_json(exclude={"checksums"}).encode())
        for member in sorted(self.learnt):
            for name, array in sorted(self.learnt[member].items()):
                digest.update(f"{member}/{name}".encode() + np.ascontiguousarray(array).tobytes())
        digest.update(self.calibration.tobytes())
        return digest.hexdigest()[:12]

    @property
    def is_whole(self) -> bool:
        """Whether it looks at images as a whole, all of one size, rather than tile by tile at any size."""
        return self._tiling(self.settings.image_shape[1:]).is_whole

    @cached_property
    def panel(self) -> Panel:
        """Its members, ready to look at images."""
        return self._panel("cpu")

    def read(self, source: Path | bytes) -> np.ndarray:
        """Return the pixels of a picture, a file or its content, as the detector sees them: uint8 (C, H, W).

        Raises:
            UnreadableError: It cannot be read.
        """
        channels, *size = self.settings.image_shape
        levels = {mode: Levels(*ends) for mode, ends in self.settings.levels.items()}
        pixels = picture.read(source, tuple(size) if self.is_whole else None, levels, grey=channels == 1)
        return np.broadcast_to(pixels, (channels, *pixels.shape[1:]))

    def look(self, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return scores (N,) and error maps (N, H, W) of images, float32, in sds from what is usual.

        Args:
            images: uint8 (N, C, H, W), 255 being white.

        Raises:
            DetectorError: They are not of the detector's kind.
        """
        self._check(images)
        tiling = self._tiling(images.shape[2:])
        usual = list(self.settings.usual.values())
        if tiling.is_whole:
            return self.panel.judge(images, usual)
        found = [self.panel.judge(tiling.cut(image), usual) for image in images]
        scores = np.array([tiles.max() for tiles, _ in found])
        return scores, np.stack([tiling.joined(maps) for _, maps in found])

    def score(self, images: np.ndarray) -> np.ndarray:
        """Return the anomaly scores (N,) of images, uint8 (N, C, H, W).

        Raises:
            DetectorError: They are not of the detector's kind.
        """
        return self.look(images)[0]

    def maps(self, images: np.ndarray) -> np.ndarray:
        """Return the error maps (N, H, W) of images, uint8 (N, C, H, W): how far each place is off, in sds."""
        return self.look(images)[1]

    def judge(self, images: np.ndarray) -> pd.DataFrame:
        """Return score and conformal p_value of images, uint8 (N, C, H, W), one row per image."""
        scores = self.score(images)
        return pd.DataFrame({"score": scores, "p_value": verdicts.p_values(scores, self.calibration)})

    def _tiling(self, size: tuple[int, int]) -> Tiling:
        own = Tiling.of(tuple(self.settings.image_shape[1:]))
        return own if own.is_whole else Tiling(tuple(size), own.side)

    def _panel(self, device: str | torch.device) -> Panel:
        import torch

        shape = (self.settings.image_shape[0], *self._tiling(self.settings.image_shape[1:]).side)
        return Panel.of(self.settings.members, self.learnt, shape, torch.device(device))

    def _check(self, images: np.ndarray) -> None:
        channels, *size = self.settings.image_shape
        wanted = f"uint8 (N, {channels}, {size[0]}, {size[1]})"
        if images.ndim != 4 or images.dtype != np.uint8 or images.shape[1] != channels:
            raise DetectorError(f"images must be {wanted}, got {images.dtype} {images.shape}")
        least = self._tiling(images.shape[2:]).side
        if self.is_whole and list(images.shape[2:]) != size:
            raise DetectorError(f"images must be {wanted}, got {images.dtype} {images.shape}; `read` scales a picture")
        if any(there < side for there, side in zip(images.shape[2:], least, strict=True)):
            raise DetectorError(f"images must be at least {least[0]} x {least[1]} pixels, got {images.shape[2:]}")


def _settings(folder: Path) -> Settings:
    """Return the settings in a folder.

    Raises:
        DetectorError: There are none, or they are damaged.
    """
    file = folder / SETTINGS
    if not file.is_file():
        raise DetectorError(f"there is no detector in {folder}: {SETTINGS} is missing; fit one by `own_images`")
    try:
        if file.stat().st_size > LARGEST:
            raise ValueError(f"it has more than {LARGEST:,} bytes")
        content = json.loads(file.read_bytes())
        settings = Settings.model_validate(content)
    except (OSError, ValueError, RecursionError) as error:
        raise DetectorError(f"{file} is damaged or of another version: {error}; fit the detector again") from error
    if settings.checksums.get(SETTINGS, _checksum(content)) != _checksum(content):
        raise DetectorError(f"{file} was changed after the detector was saved; fit the detector again")
    return settings


def _checksum(settings: dict[str, Any]) -> str:
    """Return the SHA-256 of settings, without the checksums in them."""
    content = json.dumps({key: value for key, value in settings.items() if key != "checksums"}, sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()


def _arrays(file: Path, checksum: str) -> dict[str, np.ndarray]:
    """Return the arrays in a file of a detector.

    Raises:
        DetectorError: It is missing or damaged, or its checksum is another.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    if not file.is_file():
        raise DetectorError(f"{file} is missing; fit the detector again, or copy its whole folder")
    try:
        with file.open("rb") as content:
            arrays = load_file(file)  # refused at once where it is not as long as its head says
            found = hashlib.file_digest(content, "sha256").hexdigest()
    except (MemoryError, OSError, SafetensorError, ValueError) as error:
        raise DetectorError(f"{file} cannot be read: {error}; fit the detector again") from error
    if found != checksum:
        raise DetectorError(f"{file} is damaged or belongs to another detector; fit the detector again")
    return arrays


def _replace(folder: Path, contents: dict[str, bytes]) -> None:
    """Put files into a folder in one step, in place of what it held."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = temporary_beside(folder)
    try:
        made.mkdir()
        for name, content in contents.items():
            (made / name).write_bytes(content)
        if folder.exists():
            before = temporary_beside(folder)
            os.replace(folder, before)
            os.replace(made, folder)
            shutil.rmtree(before)
        else:
            os.replace(made, folder)
    finally:
        shutil.rmtree(made, ignore_errors=True)
