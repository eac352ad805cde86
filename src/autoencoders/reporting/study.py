"""The section of a study: what it asked, found and shows."""

from base64 import b64encode
from collections.abc import Iterable
from typing import Any, NamedTuple

import pandas as pd
from yaml import safe_dump

from autoencoders.configuration import Strict
from autoencoders.data.words import listed
from autoencoders.key import AGAINST_PCA, MATCHES_PCA, OUT_OF_DISTRIBUTION, SANITY_CHECK, Key
from autoencoders.reporting.best import best, left_out
from autoencoders.reporting.headline import BETTER, EQUAL, RESTORED, WORSE, headline, interval_in_words, verdicts
from autoencoders.reporting.living.guess import guess_of
from autoencoders.reporting.published import parse, select
from autoencoders.reporting.section import NOTHING, Chart, Member, Picture, Section, told
from autoencoders.reporting.words import detector, variant

CAPTIONS = {  # how to read a figure, before the note that it brings itself
    "test_errors": "Left is better. A ring, where there is one, is PCA at the same code size.",
    "loss_curves": "How the loss falls in training: a network that still learns at the end needs more epochs.",
    "reconstructions": "On top the first test image of each class, below it what each network makes of it.",
    "snapshots": "A few validation images and what is made of them as the training goes on.",
    "cost_and_quality": "Mean AUROC over processor time: of training on all normal classes in turn, and of scoring.",
    "auroc": "One row per detector, one column per class that was normal in training.",
    "anomalous_classes": "One row per class that was normal in training, one column per class to be told from it.",
    "score_histograms": "Anomaly scores of normal test images and of anomalies: the less they overlap, the better.",
    "heatmaps": "Test images at both ends of the scale, the mistakes among them, and where each is off.",
    "precision_recall": "Each point is a threshold: how many of the flagged are anomalies, of how many that are found.",
    "error_rates": "What a threshold lets pass and what it flags, as it moves.",
    "empirical_rates": "False alarms that each rule promises, and those on the test images.",
    "scores": "Mean AUROC by detector and score; `untrained` is the score before training, a guess.",
    "out_of_distribution": "AUROC of images that are nothing like the training images, by detector.",
    "roc_curves": "Each point is a threshold: anomalies found over false alarms. The corner is perfect.",
}

LOSS = (
    "Interactive loss curves",
    "Training loss (solid) and validation error (dashed) by epoch, one line per seed. Drag to zoom; a double "
    "click goes back. A click on a name in the legend hides it, a double click shows it alone.",
)
MAP = (
    "Interactive map: where the test images lie",
    "Test images in the plane, coloured by class, the first seed of each variant: point at one, or tap it, to see the "
    "image. Drag to zoom, a double click goes back.",
)
LEADING = ("test_errors", "auroc", "reconstructions")  # the figures of a comparison that are not folded
CERTAIN = 0.995  # AUROC from which on a table of nothing else says nothing

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

READ = {  # what the report's table shows: metric -> heading of its column, and factor
    "code/latent_dim": ("code size", 1),
    "test/noise_removed": ("noise removed, %", 100),
    "test/pca_noise_removed": ("by PCA, %", 100),
    "test/mse": ("test MSE", 1),
    "test/pca_mse": ("PCA's test MSE", 1),
}
WITH_SPREAD = ("test/noise_removed", "test/mse")  # over seeds
BETTER_WAY = {"noise removed, %": "higher", "test MSE": "lower", "mean AUROC, %": "higher"}

UNSOUND = "do not trust its numbers"
MEANING = {MATCHES_PCA: "PCA leaves less error at the same code size; too few steps or images, or a finding"}


class Study(NamedTuple):
    """What a study's section is about.

    Attributes:
        block: Its YAML, with `question`, `variants` and whatever else there is.
        pixels: Numbers in one of its images.
        made: By which command, on which commit, and when.
        run: Where its comparison is tracked; empty: nowhere.
        ranking: Of a one-class study: its detectors, ranked, and what others print for the same.
        standings: Of a one-class study: where each detector stands against the reference.
    """

    block: dict[str, Any]
    pixels: int
    made: str
    run: str = ""
    ranking: pd.DataFrame | None = None
    standings: pd.DataFrame | None = None


def study_section(study: Study, table: pd.DataFrame, material: dict[str, Any]) -> Section:
    """Return the section of a study.

    Args:
        study: What it asked, and what it compares; its answer may have places for numbers (see `fill_in`).
        table: The comparison, one row per variant.
        material: What it shows, by name of the dataset and in order: figures (PNG bytes), charts (Plotly figures) and
            the measurements' tables, `<measurement>_summary`, that the answer takes numbers from.
    """
    shown = {Key.of_dataset(name): content for name, content in material.items()}
    summaries = {artifact: content for (_, artifact), content in shown.items() if artifact.endswith("_summary")}
    findings = {artifact.removesuffix("_summary"): content for artifact, content in summaries.items()}
    words, name = study.block.get("answer"), next(key.study for key, _ in shown)
    pictures = {key: png for key, png in shown.items() if isinstance(png, bytes) and not _says_nothing(key[1], table)}
    warnings = _warnings(table)
    return Section(
        name=name.replace("_", " "),
        question=study.block["question"],
        answer=(fill_in(words, table, findings) if words else answer(table)) + left_out(len(table)),
        table=_readable(table) if study.ranking is None else _telling(study.ranking),
        pictures=[_picture(key, artifact, png) for (key, artifact), png in pictures.items()],
        warnings=warnings,
        charts=[_chart(artifact, content) for (_, artifact), content in shown.items() if artifact.endswith("_chart")],
        guess=guess_of(table),
        living=[content for (_, artifact), content in shown.items() if artifact.endswith("_living")],
        made=study.made,
        better=BETTER_WAY,
        members=_members(study),
        facts=_facts(table, study.standings, warnings),
        links=_links(name, summaries, study),
    )


def _says_nothing(artifact: str, table: pd.DataFrame) -> bool:
    """Tell whether a figure of out-of-distribution images shows that every detector knows all of them."""
    return artifact == "out_of_distribution" and bool(
        (table.filter(regex=f"^{OUT_OF_DISTRIBUTION}.*_mean$") >= CERTAIN).all(axis=None)
    )


def _members(study: Study) -> list[Member]:
    """Say in a line each what the study compares."""
    variants = {name: _as_yaml(block) for name, block in study.block["variants"].items()}
    others = {**study.block.get("ensembles", {}), **study.block.get("baselines", {})}
    others = {name: _as_yaml(block) for name, block in others.items()}
    words = {name: variant(block, study.pixels) for name, block in variants.items()}
    words |= {name: detector(block) for name, block in others.items()}
    blocks = variants | others
    return [Member(name, said, safe_dump({name: blocks[name]}, sort_keys=False)) for name, said in words.items()]


def _as_yaml(block: Any) -> Any:
    """Return a block of YAML as it was written, whether its parts have been checked yet or not."""
    if isinstance(block, Strict):
        return block.model_dump(mode="json", exclude_unset=True)
    return {name: _as_yaml(part) for name, part in block.items()} if isinstance(block, dict) else block


def _facts(table: pd.DataFrame, standings: pd.DataFrame | None, warnings: list[str]) -> dict[str, str]:
    """Return what a table of all studies says of this one."""
    ranking, against = headline(table), verdicts(table, standings)
    best_one = ranking.ranked[0]
    return {
        "best": f"{best_one}, {ranking.said(best_one)}",
        "PCA": ranking.say(ranking.pca[best_one]),
        "best against PCA": against[best_one] or NOTHING,
        "sanity checks": f"{len(warnings)} failed" if warnings else "passed",
    }


def _links(name: str, summaries: Iterable[str], study: Study) -> dict[str, str]:
    """Return where the study's tables lie, from the page's own folder, its settings, and where it is tracked."""
    tables = [
        "comparison",
        "metrics",
        *(["auroc", "ranking", "standings", "cost"] if study.ranking is not None else []),
    ]
    tables += [summary.removesuffix("_summary") for summary in summaries]
    settings = b64encode(safe_dump({name: _as_yaml(study.block)}, sort_keys=False).encode()).decode()
    links = {f"{table}.csv": f"{name}/{table}.csv" for table in tables}
    links |= {f"{name}.yml": f"data:text/yaml;base64,{settings}"}
    return links | ({"its run in MLflow (needs make ui)": study.run} if study.run else {})


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
    title, note = told(png)
    kind = artifact.removesuffix("_figure").replace("_", " ").replace("auroc", "AUROC").replace("roc", "ROC")
    owner = "" if key.is_comparison else key.detector
    caption = " ".join(filter(None, [CAPTIONS.get(artifact, ""), note]))
    folded = bool(owner) or artifact not in LEADING
    return Picture(title or kind, caption or kind, png, kind[0].upper() + kind[1:], owner, folded)


def _chart(artifact: str, figure: Any) -> Chart:
    is_loss = artifact == "loss_chart"
    return Chart(*(LOSS if is_loss else MAP), figure.to_json(), figure.layout.height, is_folded=is_loss)


def answer(table: pd.DataFrame) -> str:
    """Say in a sentence or two what a comparison shows, with its own numbers."""
    ranking, against = headline(table), verdicts(table)
    best_one, worst = ranking.ranked[0], ranking.ranked[-1]
    said = f"{best_one} is best, {ranking.said(best_one)}"
    said += f", and {worst} last, {ranking.say(ranking.own[worst])}." if worst != best_one else "."
    for word, what in ((BETTER, "Better than"), (EQUAL, "Equal to"), (WORSE, "Worse than")):
        names = against.index[against == word].tolist()
        said += f" {what} PCA at the same code size: {listed(names)}." if names else ""
    return said


def _readable(table: pd.DataFrame) -> pd.DataFrame:
    """Keep the columns that a reader compares, the sd beside the mean where there are several seeds, and the best."""
    ranking = headline(table)
    errors = ranking.own if not ranking.more else -ranking.own
    table = table[table["variant"].isin(best(errors).index)].reset_index(drop=True)
    several = bool((table["seeds"] > 1).any())
    shown = table[["variant", "seeds"] if several else ["variant"]].copy()
    for metric, (heading, factor) in READ.items():
        if f"{metric}_mean" in table and not (ranking.metric == RESTORED and metric == "test/pca_mse"):
            shown[heading] = _printed(factor * table[f"{metric}_mean"], factor)
            if several and metric in WITH_SPREAD:
                shown[f"sd of {heading}"] = _printed(factor * table[f"{metric}_sd"], factor)
    if (against := verdicts(table)).notna().any():
        low, high = (table[f"{name}_mean"] for name in AGAINST_PCA[1:])
        shown["less error than PCA, 95 % interval"] = list(map(interval_in_words, low, high))
        shown["against PCA"] = against.to_numpy()
    return shown


def _telling(ranking: pd.DataFrame) -> pd.DataFrame:
    """Leave out columns that are empty, and the number of seeds where all have one."""
    ranking = ranking.drop(columns="seeds") if (ranking["seeds"].dropna() == 1).all() else ranking
    headings = {"low": "95 % interval from", "high": "to", "minus pca": "minus PCA", "against pca": "against PCA"}
    return ranking.dropna(axis="columns", how="all").rename(columns=headings)


def _printed(values: pd.Series, factor: int) -> pd.Series:
    """Return percentages with one decimal, as texts; other numbers as they are."""
    return values if factor == 1 else values.map("{:.1f}".format, na_action="ignore")


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
