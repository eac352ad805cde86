"""How a detector is put together from what its members have learnt."""

import sys
from importlib.metadata import version
from typing import Any

import numpy as np

from autoencoders.data.images import ImageSet
from autoencoders.inspection.candidates import Candidates
from autoencoders.inspection.detector import Detector, Settings
from autoencoders.inspection.panel import Learnt, Usual
from autoencoders.inspection.trials import of_fold

NUMBERS_DEPEND_ON = ("torch", "numpy", "scikit-learn")


def assemble(
    candidates: Candidates,
    choice: dict[str, str],
    learnt: dict[str, Learnt],
    usual: dict[str, Any],
    calibration: np.ndarray,
    learnt_from: dict[str, Any],
) -> Detector:
    """Put a detector together.

    Args:
        candidates: What it may be.
        choice: `candidate`, the name of what it is, and `why`.
        learnt: What each member has learnt.
        usual: What is usual for each member.
        calibration: Scores (n,) of held-out normal images.
        learnt_from: What `source_of` says of the images.
    """
    members = candidates.subsets()[choice["candidate"]]
    settings = Settings(
        name=learnt_from["name"],
        image_shape=learnt_from["image_shape"],
        levels=learnt_from["levels"],
        members={name: candidates.members[name] for name in members},
        usual={name: Usual.model_validate(usual[name]) for name in members},
        why=choice["why"],
        learnt_from=learnt_from,
        made_with=versions(),
    )
    return Detector(settings, {name: of_fold(learnt[name], None) for name in members}, calibration)


def source_of(images: ImageSet, parts: dict[str, np.ndarray]) -> dict[str, Any]:
    """Say which images a detector learns from: name, class, checksum of all, counts, shape, levels of grey."""
    label = int(images.labels[parts["train"][0]])
    return {
        "name": images.info["name"],
        "class": images.info["class_names"][label],
        "checksum": images.info["checksum"],
        "images": len(parts["train"]),
        "calibration_images": len(parts["calibration"]),
        "image_shape": list(images.image_shape),
        "levels": images.info.get("levels", {}),
    }


def versions() -> dict[str, str]:
    """Return the versions of what a detector's numbers depend on."""
    return {"python": sys.version.split()[0]} | {name: version(name) for name in NUMBERS_DEPEND_ON}
