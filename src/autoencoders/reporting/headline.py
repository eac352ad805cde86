"""What a study's variants are ranked by, and whether each does better than PCA: everywhere by the same rule."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING, NamedTuple

from autoencoders.key import AGAINST_PCA, JUDGED_AT

if TYPE_CHECKING:
    import pandas as pd

BETTER, EQUAL, WORSE = "better", "equal", "worse"
TIE = 1e-4  # of PCA's error: rounding that no interval may take for a difference
DOUBLED = -1.0  # the gain over PCA from which on an error is told in multiples of PCA's
AUROC, RESTORED, RECONSTRUCTED = "test/auroc_mean", "test/noise_removed", "test/mse"  # what ranks, the first there is
STRENGTHS = {"std": "sd", "probability": "probability"}  # settings that tell a corruption from a weaker one, in words
PCA = "pca"  # a variant of this name is scored as the others are


class Headline(NamedTuple):
    """The number that variants are ranked by.

    Attributes:
        metric: The metric that ranks, as runs call it.
        name: The number in words.
        more: Whether more of it is better.
        own: The number by variant; none: not measured.
        pca: PCA's beside it.
        form: Format of the number.
        phrase: The number in a sentence, with a place for it.
    """

    metric: str
    name: str
    more: bool
    own: pd.Series
    pca: pd.Series
    form: str
    phrase: str

    @property
    def ranked(self) -> list[str]:
        """The variants that have the number, the best first."""
        return self.own.dropna().sort_values(ascending=not self.more, kind="stable").index.tolist()

    def said(self, variant: str) -> str:
        """Say a variant's number in words."""
        return self.phrase.format(self.say(self.own[variant]))

    def say(self, value: float) -> str:
        """Print a number; a dash for none."""
        return "–" if isnan(value) else self.form.format(value)


def headline(table: pd.DataFrame) -> Headline:
    """Return what the variants of a comparison, one row each, are ranked by.

    Detectors are ranked by mean AUROC; variants that are judged at a corruption by how much of it they remove; all
    others by their test MSE.
    """
    rows = table.set_index("variant")
    if f"{AUROC}_mean" in rows:
        own = 100 * rows[f"{AUROC}_mean"]
        pca = _beside(own, rows, "test/pca_auroc_mean", 100)
        return Headline(AUROC, "mean AUROC", True, own, pca, "{:.2f} %", "mean AUROC {}")
    if f"{RESTORED}_mean" in rows:
        own, pca = 100 * rows[f"{RESTORED}_mean"], 100 * _column(rows, "test/pca_noise_removed")
        name, phrase = f"noise removed at {judged_at(rows)}", f"{{}} of the noise removed ({judged_at(rows)})"
        return Headline(RESTORED, name, True, own, pca, "{:.1f} %", phrase)
    own = rows[f"{RECONSTRUCTED}_mean"]
    return Headline(RECONSTRUCTED, "test MSE", False, own, _column(rows, "test/pca_mse"), "{:#.3g}", "test MSE {}")


def judged_at(rows: pd.DataFrame) -> str:
    """Say the strength of the corruption that all variants are judged at: `sd 0.2`."""
    name = next((one for one in STRENGTHS if f"{JUDGED_AT}{one}_mean" in rows), None)
    return f"{STRENGTHS[name]} {rows[f'{JUDGED_AT}{name}_mean'].iloc[0]:g}" if name else "test"


def verdicts(table: pd.DataFrame, standings: pd.DataFrame | None = None) -> pd.Series:
    """Return what each variant of a comparison is against PCA at the same code size: better, equal or worse.

    It is better where the whole interval of its gain over the test images lies above 0, and worse where it lies below.
    The ends of the interval are averaged over seeds: how far a training with another seed would move them shows in the
    sd of the error, and not here. Detectors have their standings, which are found alike, against the detector `pca`.
    None where there is no PCA to compare with.
    """
    rows = table.set_index("variant")
    if standings is None:
        low, high = (_column(rows, name) for name in AGAINST_PCA[1:])
        against = low.combine(high, verdict)
    else:
        against = standings[standings["reference"] == PCA].set_index("detector")["verdict"].reindex(rows.index)
    return against.astype(object).where(against.notna(), None)  # a series of words would hold nan for none


def verdict(low: float, high: float, tie: float = TIE) -> str | None:
    """Say in a word what the interval of a difference leaves open; more is better."""
    if isnan(low):
        return None
    return BETTER if low > tie else WORSE if high < -tie else EQUAL


def in_words(gain: float, low: float, high: float) -> str:
    """Say what a gain over PCA comes to: `better: 54.3 % less error`, `worse: 12 times its error`."""
    if gain < DOUBLED:
        return f"{verdict(low, high)}: {_times(gain)} times its error"
    return f"{verdict(low, high)}: {abs(100 * gain):.1f} % {'less' if gain > 0 else 'more'} error"


def interval_in_words(low: float, high: float) -> str | None:
    """Say between what the gain over PCA lies: in percent or, where the error is far larger, in multiples of PCA's."""
    if isnan(low):
        return None
    if low < DOUBLED:
        ends = dict.fromkeys((_times(high), _times(low)))
        return f"{' to '.join(ends)} times its error"
    return " to ".join(f"{round(100 * end, 1) + 0.0:.1f}" for end in (low, high)) + " %"  # no -0.0


def _times(gain: float) -> str:
    """Print how often PCA's error fits into the error: two digits at least, and no more decimals than these need."""
    return f"{1 - gain:,.{1 if gain > -9 else 0}f}"


def _column(rows: pd.DataFrame, metric: str) -> pd.Series:
    return rows[f"{metric}_mean"] if f"{metric}_mean" in rows else rows.iloc[:, 0] * float("nan")


def _beside(own: pd.Series, rows: pd.DataFrame, metric: str, factor: float) -> pd.Series:
    """Return PCA's number beside each detector: that of the variant `pca`, or else at the same code size.

    An ensemble has no code of its own; it is set beside the only PCA that there is, if there is one alone.
    """
    if PCA in own.index:
        return own * 0 + own[PCA]
    beside = factor * _column(rows, metric)
    known = beside.dropna()
    return beside.fillna(known.iloc[0]) if known.nunique() == 1 else beside
