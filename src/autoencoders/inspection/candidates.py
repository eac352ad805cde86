"""Candidates for a detector, the images that they learn from and are tried on, and the choice among them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Self

import numpy as np
from pydantic import Field, SerializeAsAny, model_validator

from autoencoders.configuration import Name, Strict
from autoencoders.inspection.members import Member

if TYPE_CHECKING:
    import pandas as pd

FEW = 100  # normal images: of fewer, none is held out, and a network learns nothing
FOLDS = 5  # that so few are divided into: each is judged by what the others taught
TIE = 0.1  # of AUROC, by which another candidate must lead a preferred one: made-up defects are not the real ones


class Candidates(Strict):
    """What a detector may be: a member alone, or a committee of several.

    Attributes:
        members: Ways to tell how odd an image is.
        committees: Names of members that judge together, by the mean of their scores.
        preferred: Candidates in whose favour small differences count, best first.
    """

    members: Annotated[dict[Name, SerializeAsAny[Member]], Field(min_length=1)]
    committees: dict[Name, Annotated[list[Name], Field(min_length=2)]]
    preferred: list[Name]

    @model_validator(mode="after")
    def _names_are_known(self) -> Self:
        for name, members in self.committees.items():
            unknown = sorted(set(members) - set(self.members))
            if unknown:
                raise ValueError(f"committees.{name}: there is no member {unknown[0]!r}")
            if name in self.members:
                raise ValueError(f"committees.{name}: a member has this name already")
        for name in self.preferred:
            if name not in self.committees and name not in self.members:
                raise ValueError(f"preferred: there is no candidate {name!r}")
        return self

    def for_images(self, count: int) -> Candidates:
        """Return the candidates for so many normal images: a few teach no network."""
        if count >= FEW:
            return self
        kept = {name: member for name, member in self.members.items() if name not in self.networks}
        committees = {name: one for name, one in self.committees.items() if set(one) <= set(kept)}
        preferred = [name for name in self.preferred if name in committees or name in kept]
        return Candidates(members=kept, committees=committees, preferred=preferred)

    @property
    def networks(self) -> set[str]:
        """The names of the members that are networks."""
        return {name for name, member in self.members.items() if member.is_network}

    def subsets(self) -> dict[str, list[str]]:
        """Return the members of each candidate."""
        return {name: [name] for name in self.members} | self.committees


def divided(normal: np.ndarray, seed: int, validation: float, calibration: float) -> dict[str, np.ndarray]:
    """Divide the indices of normal images into train, validation and calibration.

    Of fewer than `FEW` all are all three, and `fold` (n,) says by which fold's members each is judged.
    """
    order = np.random.default_rng(seed).permutation(normal)
    if len(normal) < FEW:
        fold = np.arange(len(order)) % min(FOLDS, len(order))
        return {"train": order, "validation": order, "calibration": order, "fold": fold}
    first = round(validation * len(order))
    second = first + round(calibration * len(order))
    parts = {"validation": order[:first], "calibration": order[first:second], "train": order[second:]}
    return {name: np.sort(indices) for name, indices in parts.items()}


def normal_images(splits: dict[str, np.ndarray]) -> int:
    """Return how many normal images there are to learn from, to choose and to calibrate by."""
    names = ("train",) if "fold" in splits else ("train", "validation", "calibration")
    return sum(len(splits[name]) for name in names)


def choose(trials: pd.DataFrame, candidates: Candidates) -> tuple[str, str]:
    """Return the candidate to use, and why.

    The highest mean AUROC on made-up defects wins, unless a preferred candidate comes close: made-up defects are not
    the real ones, and several members that agree are steadier. A network that does not beat principal components is
    neither chosen nor heard in a committee.
    """
    means = trials.set_index("candidate")["mean"]
    components = [name for name, one in candidates.members.items() if one.kind == "components"]
    beaten = {name for name in candidates.networks if components and means[name] <= means[components].max()}
    allowed = {name: members for name, members in candidates.subsets().items() if not beaten.intersection(members)}
    best = means[list(allowed)].idxmax()
    preferred = [name for name in candidates.preferred if name in allowed and means[name] >= means[best] - TIE]
    chosen = preferred[0] if preferred else best
    why = f"The detector uses the candidate {chosen}. Its mean AUROC on made-up defects in held-out normal images is "
    why += f"{means[chosen]:.1%}"
    why += f"; the best principal components reach {means[components].max():.1%}." if components else "."
    if chosen != best:
        why += f" The candidate {best} reaches {means[best]:.1%}, but {chosen} is preferred unless another is "
        why += f"more than {100 * TIE:.0f} points better."
    if beaten:
        why += f" Left out, since principal components do at least as well: {', '.join(sorted(beaten))}."
    return str(chosen), why
