"""Guess first: what to predict before a study's answer is read, and how it came out."""

from dataclasses import dataclass

import pandas as pd

FEWEST = 2  # variants, of which one can guess the best
MOST = 12  # that a reader chooses from; of more, the best and the worst

KINDS = (  # metric, what to guess, its name, whether more is better
    ("test/auroc_mean_mean", "which one tells anomalies best?", "mean AUROC", True),
    ("test/mse_mean", "which one has the lowest error on clean test images?", "test MSE", False),
)


@dataclass(frozen=True)
class Guess:
    """What to guess.

    Attributes:
        ask: The question.
        what: The name of the number that decides.
        ranking: Names and numbers, the best first, and each number's share of the largest in [0, 1].
    """

    ask: str
    what: str
    ranking: list[tuple[str, float, float]]

    @property
    def choices(self) -> list[str]:
        """The names in alphabetical order, which gives nothing away."""
        return sorted(name for name, _, _ in self.ranking)


def guess_of(table: pd.DataFrame) -> Guess | None:
    """Return what to guess about a comparison, one row per variant; None where there is nothing to choose from."""
    for metric, ask, what, more_is_better in KINDS:
        if metric in table:
            values = table.set_index("variant")[metric].dropna().sort_values(ascending=not more_is_better)
            return Guess(ask, what, _ranking(values)) if len(values) >= FEWEST else None
    return None


def _ranking(values: pd.Series) -> list[tuple[str, float, float]]:
    """Return names, numbers and their shares of the largest, in order; of many, both ends."""
    if len(values) > MOST:
        values = pd.concat([values.head(MOST // 2), values.tail(MOST // 2)])
    most = values.abs().max() or 1.0
    return [(str(name), float(value), float(value / most)) for name, value in values.items()]
