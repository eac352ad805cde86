"""Trials: candidates for a detector, put to the test on defects made on normal images that they have not seen."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

import numpy as np
import pandas as pd
import torch
from torch import Generator

from autoencoders.evaluation.metrics import auroc
from autoencoders.inspection import made_up
from autoencoders.inspection.candidates import Candidates
from autoencoders.inspection.members import BATCH_PIXELS, Member
from autoencoders.inspection.panel import Learnt, Panel, Readings, Usual
from autoencoders.inspection.tiles import Most, Tiling

TRIED, DEFACED = 200, 200  # tiles, at most, and defects of each kind made on them
LEARNT = Most(tiles=2000, memory=200_000_000)  # that members learn from, and by which they learn what is usual
HELD_OUT = Most(tiles=TRIED, memory=50_000_000)  # that a training is validated on, and defects are made on


def fit(member: Member, images: np.ndarray, splits: dict[str, np.ndarray], seed: int, device: torch.device) -> Learnt:
    """Fit a member to the training images and, where there are folds, to all but each fold.

    Returns:
        What it has learnt; of folds, under `fold_<number>.<name>`.
    """
    tiling = Tiling.of(images.shape[2:])
    held_out = tiling.sample(images, splits["validation"], HELD_OUT, seed)

    def taught_by(indices: np.ndarray) -> Learnt:
        seen = tiling.sample(images, indices, LEARNT, seed)
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

    def shares(self, split: str) -> list[tuple[int | None, np.ndarray]]:
        """Return the indices of a split by the fold whose members have not learnt from them; none: no member has."""
        folds = self.splits.get("fold")
        if folds is None or split == "test":
            return [(None, self.splits[split])]
        return [(int(fold), self.splits[split][folds == fold]) for fold in np.unique(folds)]

    def unseen(self, split: str) -> Iterator[tuple[Panel, np.ndarray]]:
        """Yield members and the indices of images of a split that these have not learnt from."""
        for fold, indices in self.shares(split):
            yield self.panel(fold), indices

    def read(self, split: str) -> Readings:
        """Return the readings of a split, in which no member has learnt from the images that it reads."""
        scores, owner, first = [], [], 0
        for panel, indices in self.unseen(split):
            readings = panel.read(self.images, indices, self.tiling)
            scores.append(readings.scores)
            owner.append(readings.owner + first)
            first += len(indices)
        return Readings(np.concatenate(scores), np.concatenate(owner))

    def learn_usual(self, seed: int) -> list[Usual]:
        """Find out what is usual on held-out images, tile by tile, and return it for each member."""
        scores, sums = [], 0.0
        for panel, indices in self.unseen("validation"):
            tiles = self.tiling.sample(self.images, indices, LEARNT, seed)
            scores.append(panel.scores(tiles))
            sums = sums + panel.sums(tiles[:TRIED])
        whole = np.concatenate(scores)
        self.usual = [Usual.of(column, own) for column, own in zip(whole.T, sums, strict=True)]
        return self.usual

    def scores(self, candidates: Candidates, splits: Iterable[str]) -> pd.DataFrame:
        """Return the scores of all candidates: split, index and a column for each candidate, one row per image."""
        names, tables = list(self.members), []
        for split in splits:
            readings = self.read(split)
            columns = {
                name: readings.of([names.index(one) for one in members], self.usual)
                for name, members in candidates.subsets().items()
            }
            tables.append(pd.DataFrame({"split": split, "index": self.ordered(split)} | columns))
        return pd.concat(tables, ignore_index=True)

    def ordered(self, split: str) -> np.ndarray:
        """Return the indices of a split in the order in which `read` reads them."""
        return np.concatenate([indices for _, indices in self.shares(split)])

    def run(self, candidates: Candidates, seed: int) -> pd.DataFrame:
        """Try the candidates on made-up defects.

        Returns:
            One row per candidate: candidate, the AUROC by kind of defect, none where no defect of the kind shows on
            these images, and `mean`, a half where none of any kind does.
        """
        names, generator = list(self.members), Generator(self.device).manual_seed(seed)
        normal: list[np.ndarray] = []
        odd: dict[str, list[np.ndarray]] = {kind: [] for kind in made_up.JUDGED}
        for panel, indices in self.unseen("validation"):
            tiles = self.tiling.sample(self.images, indices, HELD_OUT, seed)
            normal.append(panel.scores(tiles))
            for kind in odd:
                odd[kind].append(panel.scores(self._defaced(tiles, kind, generator)))
        good = np.concatenate(normal)
        rows = []
        for candidate, members in candidates.subsets().items():
            places = [names.index(member) for member in members]
            areas = {kind: self._auroc(good, np.concatenate(found), places) for kind, found in odd.items()}
            shown = [area for area in areas.values() if not math.isnan(area)]
            rows.append({"candidate": candidate} | areas | {"mean": float(np.mean(shown or [0.5]))})
        return pd.DataFrame(rows)

    def _defaced(self, tiles: np.ndarray, kind: str, generator: Generator) -> np.ndarray:
        """Make a defect of one kind on tiles (n, C, h, w), some of them several times; return those where it shows."""
        folds = len(np.unique(self.splits.get("fold", [0])))
        wanted = max(1, round(DEFACED / folds / len(tiles)))
        images = torch.from_numpy(np.tile(tiles, (wanted, 1, 1, 1))).to(self.device).float() / 255
        kept = []
        for part in images.split(max(1, min(64, BATCH_PIXELS // math.prod(self.tiling.side)))):
            changed, where = made_up.deface(part, images, {kind: made_up.JUDGED[kind]}, generator)
            kept.append((changed[where.flatten(1).any(dim=1)] * 255).round().byte().cpu())
        return torch.cat(kept).numpy()

    def _auroc(self, good: np.ndarray, odd: np.ndarray, places: list[int]) -> float:
        if not len(odd):
            return math.nan
        both = Readings(np.concatenate([good, odd]), np.arange(len(good) + len(odd)))
        return auroc(both.of(places, self.usual), np.arange(len(both.owner)) >= len(good))
