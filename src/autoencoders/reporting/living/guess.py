"""Guess first: what to predict before a study's answer is read, and how it came out."""

from dataclasses import dataclass

import pandas as pd

from autoencoders.reporting.headline import AUROC, RECONSTRUCTED, RESTORED, headline

FEWEST = 2  # variants, of which one can guess the best
MOST = 12  # that a reader chooses from; of more, the best and the worst

ASKS = {  # by the metric that ranks
    AUROC: "which one tells anomalies best?",
    RESTORED: "which one removes the most noise?",
    RECONSTRUCTED: "which one has the lowest error on test images?",
}


@dataclass(frozen=True)
class Guess:
    """What to guess.

    Attributes:
        ask: The question.
        what: The name of the number that decides.
        ranking: Names and numbers as they are printed, the best first, and each number's share of the largest in
            [0, 1].
    """

    ask: str
    what: str
    ranking: list[tuple[str, str, float]]

    @property
    def choices(self) -> list[str]:
        """The names in alphabetical order, which gives nothing away."""
        return sorted(name for name, _, _ in self.ranking)


def guess_of(table: pd.DataFrame) -> Guess | None:
    """Return what to guess about a comparison, one row per variant; None where there is nothing to choose from."""
    found = headline(table)
    names = found.ranked if len(found.ranked) <= MOST else found.ranked[: MOST // 2] + found.ranked[-MOST // 2 :]
    if len(names) < FEWEST:
        return None
    most = found.own[names].abs().max() or 1.0
    ranking = [(str(name), found.say(found.own[name]), float(max(0.0, found.own[name]) / most)) for name in names]
    return Guess(ASKS[found.metric], found.name, ranking)
