"""Trials: candidates for a detector, put to the test on defects made on normal images that they have not seen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Self

import numpy as np
import pandas as pd
import torch
from pydantic import Field, SerializeAsAny, model_validator
from torch import Generator

from autoencoders.configuration import Name, Strict
from autoencoders.evaluation.metrics import auroc
from autoencoders.inspection import made_up
from autoencoders.inspection.members import Member
from autoencoders.inspection.panel import Learnt, Panel, Readings, Usual
from autoencoders.inspection.tiles import Tiling

FEW = 100  # normal images: of fewer, none is held out, and a network learns nothing
FOLDS = 5  # that so few are divided into: each is judged by what the others taught
TRIED, DEFACED = 200, 200  # held-out images, at most, and defects of each kind made on them
TILES = 4000  # that are learnt from, where images are larger than a tile
TRAINED, TIE = "restoring", 0.1


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
        kept = {name: member for name, member in self.members.items() if member.kind != TRAINED}
        committees = {name: one for name, one in self.committees.items() if set(one) <= set(kept)}
        preferred = [name for name in self.preferred if name in committees or name in kept]
        return Candidates(members=kept, committees=committees, preferred=preferred)

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


def fit(member: Member, images: np.ndarray, splits: dict[str, np.ndarray], seed: int, device: torch.device) -> Learnt:
    """Fit a member to the training images and, where there are folds, to all but each fold.

    Returns:
        What it has learnt; of folds, under `fold_<number>.<name>`.
    """
    tiling = Tiling.of(images.shape[2:])
    held_out = tiling.sample(images, splits["validation"], TRIED, seed)

    def taught_by(indices: np.ndarray) -> Learnt:
        seen = tiling.sample(images, indices, TILES, seed)
        return member.fit(torch.from_numpy(seen).to(device), torch.from_numpy(held_out).to(device), seed)

    learnt = taught_by(splits["train"])
    for fold in np.unique(splits.get("fold", [])):
        others = taught_by(splits["train"][splits["fold"] != fold])
        learnt |= {f"fold_{fold}.{name}": array for name, array in others.items()}
    return learnt


def of_fold(learnt: Learnt, fold: int | None) -> Learnt:
    """Return what was learnt without a fold, or from all training images."""
    if fold is None:
        return {name: array for name, array in learnt.items() if not name.startswith("fold_")}
    begins = f"fold_{fold}."
    return {name.removeprefix(begins): array for name, array in learnt.items() if name.startswith(begins)}


class Trial:
    """Members that have learnt, and the images by which they are compared.

    Args:
        members: The members.
        learnt: What `fit` has returned for each.
        images: All images (N, C, H, W), uint8.
        splits: Indices of train, validation and calibration, and fold where there are few images.
        device: Where to compute.
    """

    def __init__(
        self,
        members: dict[str, Member],
        learnt: dict[str, Learnt],
        images: np.ndarray,
        splits: dict[str, np.ndarray],
        device: torch.device,
    ) -> None:
        self.members, self.learnt, self.images, self.splits, self.device = members, learnt, images, splits, device
        self.tiling = Tiling.of(images.shape[2:])
        self.usual: list[Usual] = []

    def panel(self, fold: int | None = None) -> Panel:
        """Return the members, without what a fold would have taught them."""
        learnt = {name: of_fold(arrays, fold) for name, arrays in self.learnt.items()}
        return Panel.of(self.members, learnt, (self.images.shape[1], *self.tiling.side), self.device)

    def unseen(self, split: str) -> Iterator[tuple[Panel, np.ndarray]]:
        """Yield members and the indices of images of a split that these have not learnt from."""
        folds = self.splits.get("fold")
        if folds is None:
            yield self.panel(), self.splits[split]
            return
        for fold in np.unique(folds):
            yield self.panel(int(fold)), self.splits[split][folds == fold]

    def read(self, split: str) -> Readings:
        """Return the readings of a split, in which no member has learnt from the images that it reads."""
        parts = [panel.read(self.images, indices, self.tiling) for panel, indices in self.unseen(split)]
        firsts = np.cumsum([0] + [int(part.owner[-1]) + 1 for part in parts])
        owner = [part.owner + first for part, first in zip(parts, firsts, strict=False)]
        return Readings(np.concatenate([part.scores for part in parts]), np.concatenate(owner))

    def learn_usual(self, seed: int) -> list[Usual]:
        """Find out what is usual on held-out images, tile by tile, and return it for each member."""
        scores, sums = [], 0.0
        for panel, indices in self.unseen("validation"):
            tiles = self.tiling.sample(self.images, indices, TILES, seed)
            scores.append(panel.scores(tiles))
            sums = sums + panel.sums(tiles[:TRIED])
        whole = np.concatenate(scores)
        self.usual = [Usual.of(column, own) for column, own in zip(whole.T, sums, strict=True)]
        return self.usual

    def run(self, candidates: Candidates, seed: int) -> pd.DataFrame:
        """Try the candidates on made-up defects.

        Returns:
            One row per candidate: candidate, the AUROC by kind of defect, and `mean`.
        """
        names, generator = list(self.members), Generator(self.device).manual_seed(seed)
        normal: list[np.ndarray] = []
        odd: dict[str, list[np.ndarray]] = {kind: [] for kind in made_up.JUDGED}
        for panel, indices in self.unseen("validation"):
            tiles = self.tiling.sample(self.images, indices, TRIED, seed)
            normal.append(panel.scores(tiles))
            for kind in odd:
                odd[kind].append(panel.scores(self._defaced(tiles, kind, generator)))
        good = np.concatenate(normal)
        rows = []
        for candidate, members in candidates.subsets().items():
            places = [names.index(member) for member in members]
            areas = {kind: self._auroc(good, np.concatenate(found), places) for kind, found in odd.items()}
            rows.append({"candidate": candidate} | areas | {"mean": float(np.mean(list(areas.values())))})
        return pd.DataFrame(rows)

    def _defaced(self, tiles: np.ndarray, kind: str, generator: Generator) -> np.ndarray:
        """Make a defect of one kind on tiles (n, C, h, w), some of them several times; return those where it shows."""
        folds = len(np.unique(self.splits.get("fold", [0])))
        wanted = max(1, round(DEFACED / folds / len(tiles)))
        images = torch.from_numpy(np.tile(tiles, (wanted, 1, 1, 1))).to(self.device).float() / 255
        kept = []
        for part in images.split(64):
            changed, where = made_up.deface(part, images, {kind: made_up.JUDGED[kind]}, generator)
            kept.append(changed[where.flatten(1).any(dim=1)])
        return (torch.cat(kept) * 255).round().byte().cpu().numpy()

    def _auroc(self, good: np.ndarray, odd: np.ndarray, places: list[int]) -> float:
        both = Readings(np.concatenate([good, odd]), np.arange(len(good) + len(odd)))
        return auroc(both.of(places, self.usual), np.arange(len(both.owner)) >= len(good))


def choose(trials: pd.DataFrame, candidates: Candidates) -> tuple[str, str]:
    """Return the candidate to use, and why.

    The highest mean AUROC on made-up defects wins, unless a preferred candidate comes close: made-up defects are not
    the real ones, and several members that agree are steadier. A network that does not beat principal components is
    neither chosen nor heard in a committee.
    """
    means = trials.set_index("candidate")["mean"]
    components = [name for name, one in candidates.members.items() if one.kind == "components"]
    networks = {name for name, one in candidates.members.items() if one.kind == TRAINED}
    beaten = {name for name in networks if components and means[name] <= means[components].max()}
    allowed = {name: members for name, members in candidates.subsets().items() if not beaten.intersection(members)}
    best = means[list(allowed)].idxmax()
    preferred = [name for name in candidates.preferred if name in allowed and means[name] >= means[best] - TIE]
    chosen = preferred[0] if preferred else best
    known = f" against {means[components].max():.1%} of principal components" if components else ""
    why = f"{chosen}: mean AUROC {means[chosen]:.1%} on defects made on normal images that were held out{known}"
    if chosen != best:
        why += f"; {best} reaches {means[best]:.1%}, too little more to prefer it to several members that agree"
    if beaten:
        why += f"; {', '.join(sorted(beaten))} left out, since principal components do as well"
    return str(chosen), f"{why}."
