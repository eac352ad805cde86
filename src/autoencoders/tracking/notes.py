"""The notes beside experiments and runs in MLflow's UI: what they are, how to read them, what made them."""

from typing import Any

from autoencoders.tracking.views import RANKING

DETECTION = (
    "- `test/auroc_mean`: area under the ROC curve, averaged over normal classes; `test/auroc_0` ...: by class.\n"
    "- `scores/...`: the same by other scores of the same network; `scores/untrained`: before training.\n"
    "- `probes/...`: AUROC of odd images against normal ones."
)
RECONSTRUCTION = (
    "- `test/mse`: mean squared error of a pixel on the test images; `test/sse`: summed over an image's pixels.\n"
    "- `test/pca_mse`: of principal components with as long a code, the yardstick."
)
COMMON = (
    "- `train/loss`, `validation/mse`: by epoch. The tag `gates` names the sanity checks that failed.\n"
    "- Select runs and press *Compare*: the parameters that differ stand side by side. The run `comparison` holds the "
    "study's table and figures, under *Artifacts*."
)


def experiment_note(experiment: str, study: str, question: str, detects: bool) -> str:
    """Return what stands above an experiment's runs, in Markdown.

    Args:
        experiment: Its id in MLflow.
        study: `suite.study`, also the name of its pipeline.
        question: What the study asks.
        detects: Whether its runs are detectors of anomalies.
    """
    suite = study.partition(".")[0]
    return (
        f"**{question}**\n\nA run is a variant with one seed; "
        f"[best first](#/experiments/{experiment}/runs?viewStateShareKey={RANKING}).\n\n"
        f"{DETECTION if detects else RECONSTRUCTION}\n{COMMON}\n\n"
        f"Made by `kedro run --pipelines {study}`; `kedro run --pipelines {suite}` also writes the report, "
        f"`data/08_reporting/{suite}/report.html`."
    )


def run_note(study: str, variant: str, seed: int, configuration: dict[str, Any], command: str) -> str:
    """Return what stands beside a run, in Markdown.

    Args:
        study: `suite.study`.
        variant: The variant's, ensemble's or baseline's name.
        seed: Of its random numbers.
        configuration: Its block of YAML.
        command: What made it.
    """
    settings = "\n".join(f"- {key}: {_words(value)}" for key, value in configuration.items() if key != "seed")
    return (
        f"`{variant}` of `{study}` with seed {seed}, made by `{command}`.\n\n{settings}\n\n"
        "All settings: *Parameters*, or `configuration.yaml` under *Artifacts*, beside weights and figures."
    )


def comparison_note(study: str, command: str) -> str:
    """Return what stands beside the run that compares a study's variants, in Markdown."""
    return (
        f"What the variants of `{study}` come to, made by `{command}`: under *Artifacts*, `tables/comparison.csv` has "
        "a row a variant with mean and sd over seeds, `figures` shows them side by side."
    )


def _words(value: Any) -> str:
    if not isinstance(value, dict):
        return f"`{value}`"
    return ", ".join(f"{key} `{one}`" for key, one in value.items())
