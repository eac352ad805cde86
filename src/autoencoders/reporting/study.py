"""The section of a study: what it asked, found and shows."""

from typing import Any

import pandas as pd

from autoencoders.data.words import listed
from autoencoders.key import MATCHES_PCA, SANITY_CHECK, Key
from autoencoders.reporting.best import best, left_out
from autoencoders.reporting.living.guess import guess_of
from autoencoders.reporting.published import parse, select
from autoencoders.reporting.section import Chart, Picture, Section

CAPTIONS = {
    "test_errors": "Mean squared error of the test images for every variant, beside PCA at the same code size.",
    "loss_curves": "Training loss by iteration and, with the validation error, by epoch.",
    "reconstructions": "The first test image of each class and what is made of it.",
    "snapshots": "A few validation images and what is made of them as the training goes on.",
    "cost_and_quality": "Mean AUROC over processor time: of training on all normal classes in turn, and of scoring.",
    "auroc": "Area under the ROC curve on the test images, by variant and normal class.",
    "anomalous_classes": "AUROC of each anomalous class alone against the normal test images, by normal class.",
    "score_histograms": "Anomaly scores of normal test images and of anomalies, by normal class.",
    "heatmaps": "Test images at both ends of the scale, the mistakes among them, and where they are off.",
    "precision_recall": "Precision over recall as the threshold moves, by normal class.",
    "error_rates": "What a threshold lets pass and what it flags, by normal class.",
    "empirical_rates": "False-positive rates that each rule states, and what they are on test images.",
    "scores": "Mean AUROC by detector and score.",
    "out_of_distribution": "AUROC of out-of-distribution images against normal test images, by detector.",
    "roc_curves": "True-positive rate over false-positive rate as the threshold moves, by normal class.",
}

CHARTS = {
    "loss_chart": "Validation error by epoch, training loss dotted, a line a seed. Drag to zoom, a double click goes "
    "back; a click on a name in the legend hides it, a double click shows it alone.",
}
MAP = (
    "Test images in the plane, coloured by class, the first seed of each variant: point at one, or tap it, to see the "
    "image. Drag to zoom, a double click goes back."
)

SHOWN = {  # metric -> heading of its column
    "code/latent_dim": "code size",
    "test/mse": "test MSE",
    "test/sse": "test SSE per image",
    "test/pca_mse": "PCA's test MSE",
    "test/denoising_mse": "MSE from noisy input",
    "test/noisy_input_mse": "MSE of the noisy input",
    "test/auroc_mean": "mean AUROC",
    "test/pca_auroc_mean": "PCA's mean AUROC",
}

UNSOUND = "do not trust its numbers"
MEANING = {MATCHES_PCA: "PCA leaves less error at the same code size; too few steps or images, or a finding"}


def study_section(
    question: str,
    words: str,
    table: pd.DataFrame,
    material: dict[str, Any],
    made: str,
    ranking: pd.DataFrame | None = None,
) -> Section:
    """Return the section of a study.

    Args:
        question: What it asks.
        words: Its answer, with places for the run's own numbers (see `fill_in`); none: the numbers speak.
        table: The comparison, one row per variant.
        material: What it shows, by name of the dataset and in order: figures (PNG bytes), charts (Plotly figures) and
            the measurements' tables, `<measurement>_summary`, that the answer takes numbers from.
        made: By which command, on which commit, and when.
        ranking: Of a one-class study: its detectors, ranked, and what others print for the same.
    """
    shown = {Key.of_dataset(name): content for name, content in material.items()}
    findings = {
        artifact.removesuffix("_summary"): content
        for (_, artifact), content in shown.items()
        if artifact.endswith("_summary")
    }
    return Section(
        name=next(key.study for key, _ in shown).replace("_", " "),
        question=question,
        answer=(fill_in(words, table, findings) if words else answer(table)) + left_out(len(table)),
        table=_readable(table),
        pictures=[
            _picture(key, artifact, content) for (key, artifact), content in shown.items() if isinstance(content, bytes)
        ],
        warnings=_warnings(table),
        charts=[_chart(artifact, content) for (_, artifact), content in shown.items() if artifact.endswith("_chart")],
        made=made,
        guess=guess_of(table),
        living=[content for (_, artifact), content in shown.items() if artifact.endswith("_living")],
        tables={} if ranking is None else {"The detectors, ranked": ranking},
    )


def fill_in(words: str, table: pd.DataFrame, findings: dict[str, pd.DataFrame]) -> str:
    """Put a study's numbers into the places of an answer.

    Args:
        words: With places such as `{dense_8[test/mse]:.4f}`, the mean over seeds of a variant's metric, and
            `{walks[nearest, walk=code, step=0.5]:.3f}`, the mean of a measurement's column over the rows where others
            have these values.
        table: The comparison, one row per variant.
        findings: The measurements' tables by name.

    Raises:
        ValueError: A place names what is not there.
    """
    rows = table.set_index("variant")
    means = rows[[name for name in rows if name.endswith("_mean")]].rename(columns=lambda name: name[: -len("_mean")])
    numbers = means.T.to_dict() | {name: Finding(finding) for name, finding in findings.items()}
    try:
        return words.format_map(numbers)
    except KeyError as error:
        raise ValueError(f"answer: there is no variant, metric or measurement {error} to put into it") from None


class Finding:
    """A measurement's table, asked for one mean: `column, other=value, ..`."""

    def __init__(self, table: pd.DataFrame) -> None:
        self._table = table

    def __getitem__(self, place: str) -> float:
        """Return the mean of a column over the rows that the place names."""
        found = select(self._table, *parse(place))
        if found.empty:
            raise KeyError(place)
        return float(found.mean())


def _picture(key: Key, artifact: str, png: bytes) -> Picture:
    owner = "All variants" if key.is_comparison else key.detector
    title = artifact.removesuffix("_figure").replace("_", " ")
    return Picture(f"{owner}: {title}", CAPTIONS.get(artifact, f"Measurement: {title}."), png)


def _chart(artifact: str, figure: Any) -> Chart:
    title = artifact.removesuffix("_chart").replace("_", " ")
    return Chart(
        f"All variants: {title}, to move about in", CHARTS.get(artifact, MAP), figure.to_json(), figure.layout.height
    )


def answer(table: pd.DataFrame) -> str:
    """Say in a sentence or two what a comparison shows, with its own numbers."""
    rows = table.set_index("variant")
    if "test/auroc_mean_mean" in rows:
        best, worst = rows["test/auroc_mean_mean"].idxmax(), rows["test/auroc_mean_mean"].idxmin()
        values = rows["test/auroc_mean_mean"]
        return f"{best} reaches a mean AUROC of {values[best]:.3f}" + (
            f", {worst} {values[worst]:.3f}." if worst != best else "."
        )
    mse = rows["test/mse_mean"]
    sentence = f"{mse.idxmin()} has the lowest test MSE, {mse.min():.4g}"
    if "test/pca_mse_mean" in rows:
        beaten = int((mse < rows["test/pca_mse_mean"]).sum())
        sentence += f"; {beaten} of {rows['test/pca_mse_mean'].count()} variants beat PCA at the same code size"
    sentence += "."
    if "test/denoising_mse_mean" in rows:
        restored = rows.dropna(subset="test/denoising_mse_mean")
        left = restored["test/denoising_mse_mean"] / restored["test/noisy_input_mse_mean"]
        sentence += (
            f" Of the noise's squared error {left.idxmin()} leaves {left.min():.0%}, {left.idxmax()} {left.max():.0%}."
        )
    return sentence


def _readable(table: pd.DataFrame) -> pd.DataFrame:
    """Keep the columns that a reader compares, the sd beside the mean where there are several seeds, and the best."""
    table = table.loc[best(_headline(table)).index].reset_index(drop=True)
    shown = table[["variant", "seeds"]].copy()
    for metric, heading in SHOWN.items():
        if f"{metric}_mean" in table:
            shown[heading] = table[f"{metric}_mean"]
            if (table["seeds"] > 1).any() and metric != "code/latent_dim":
                shown[f"sd of {heading}"] = table[f"{metric}_sd"]
    return shown


def _headline(table: pd.DataFrame) -> pd.Series:
    """Return what variants are compared by, the lower the better."""
    return -table["test/auroc_mean_mean"] if "test/auroc_mean_mean" in table else table["test/mse_mean"]


def _warnings(table: pd.DataFrame) -> list[str]:
    """Name the variants that failed a sanity check in at least one seed, check by check, and say what it means."""
    checks = [name for name in table if name.startswith(SANITY_CHECK) and name.endswith("_mean")]
    failed = {check: table.loc[table[check] < 1, "variant"].tolist() for check in checks}
    names = {check: check.removeprefix(SANITY_CHECK).removesuffix("_mean") for check in checks}
    return [
        f"{listed(variants)} failed the sanity check {names[check]}: {MEANING.get(names[check], UNSOUND)}."
        for check, variants in failed.items()
        if variants
    ]
